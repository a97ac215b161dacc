package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

// offlineConnector is Heimdal's connector without network calls: it accepts one key and records the URLs it is asked
// to call.
type offlineConnector struct {
	*heimdal.Connector
	opened *[]connector.Settings
}

func (o offlineConnector) Open(s connector.Settings, apiKey string, _ connector.Options) (connector.Reader, error) {
	*o.opened = append(*o.opened, s)
	return offlineReader{apiKey == heimdalKey}, nil
}

type offlineReader struct{ ok bool }

func (a offlineReader) Test(context.Context) (*int64, error) {
	if !a.ok {
		return nil, connector.CallErrorf(connector.BadKey, "This is not the key.")
	}
	return nil, nil
}

func (offlineReader) Call(context.Context, connector.State, func(portal.Customer) error) (connector.State, error) {
	panic("no run is worked on here")
}

// FuzzConnectionBody sends bodies to the routes that accept an API key. For any body, the server may call only https
// URLs and the product's own host with it, and no response repeats the key. KEY in a body is replaced by the valid
// key, ID by a saved connection's id.
func FuzzConnectionBody(f *testing.F) {
	w := testkit.NewWorld(f)
	config := newConfig(f, w.DB)
	var opened []connector.Settings
	var err error
	config.Sync, err = customersync.New(w.DB, newSealer(f), customersync.Config{
		Connectors: []connector.Connector{offlineConnector{heimdal.NewConnector(), &opened}}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		f.Fatal(err)
	}
	live, err := config.Sessions.Start(context.Background(), w.Own.Viewers[portal.MSSPAdmin].UserID, "")
	if err != nil {
		f.Fatal(err)
	}
	for route := range 3 {
		for _, body := range []string{
			`{"product":"heimdal","customer_id":"1234","api_key":"KEY"}`,
			`{"product":"heimdal","customer_id":"9","base_url":"https://10.0.0.1","api_key":"KEY"}`,
			`{"product":"heimdal","customer_id":"9","base_url":"http://localhost:1/\u0000","api_key":"KEY"}`,
			`{"product":"heimdal","customer_id":"\u0000","api_key":"KEY"}`,
			`{"product":"heimdal","customer_id":"1","api_key":"KEYKEY"}`,
			`{"id":"ID","api_key":"KEY"}`, `{"id":"ID","base_url":"https://example.com"}`, `{"paused":true}`, `{"api_key":"KEY"}`,
			`{"base_url":"https://example.com/x","api_key":"KEY","customer_id":" "}`, `{"api_key":["KEY"]}`, `{"KEY":1}`, `[]`, `{`,
			"\xff",
		} {
			f.Add(byte(route), []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, route byte, body []byte) {
		opened = nil
		// A new API each time, because the rate limit of connection tests would reject most bodies.
		config.Metrics = prometheus.NewRegistry()
		api := httpapi.New(config)
		body = bytes.ReplaceAll(body, []byte("KEY"), []byte(heimdalKey))
		body = bytes.ReplaceAll(body, []byte("ID"), []byte(w.Own.ConnectionID))
		routes := []string{"POST /v1/connections", "POST /v1/connections/test", "PATCH /v1/connections/" + w.Own.ConnectionID}
		method, path, _ := strings.Cut(routes[int(route)%len(routes)], " ")
		request := httptest.NewRequest(method, path, bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+live.AccessToken)
		recorder := httptest.NewRecorder()
		api.ServeHTTP(recorder, request)
		if recorder.Code >= 500 || recorder.Code == http.StatusUnauthorized {
			t.Errorf("%s %q: got %d %s", path, body, recorder.Code, recorder.Body)
		}
		var response map[string]any
		if err := json.Unmarshal(recorder.Body.Bytes(), &response); err != nil {
			t.Errorf("%s %q: got %s, want JSON", path, body, recorder.Body)
		}
		// The response names an unknown field, even if that name is a key.
		field, _ := response["field"].(string)
		if strings.Contains(recorder.Body.String(), heimdalKey) && !strings.Contains(field, heimdalKey) {
			t.Errorf("%s %q: got a response with the key: %s", path, body, recorder.Body)
		}
		for _, s := range opened {
			address, err := url.Parse(s.BaseURL)
			if err != nil || address.Scheme != "https" && s.BaseURL != "http://127.0.0.1:1" || address.User != nil ||
				strings.TrimSpace(s.CustomerID) == "" {
				t.Errorf("%s %q: got a call to %+v, want only https or the product's own host", path, body, s)
			}
		}
	})
}
