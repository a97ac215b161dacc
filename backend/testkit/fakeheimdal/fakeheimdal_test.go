package fakeheimdal

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

func TestServer(t *testing.T) {
	t.Parallel()
	t.Run("sends_array_with_id_and_name_first", testServerSendsArrayWithIDAndNameFirst)
	t.Run("refuses_with_message_and_status_200", testServerRefusesWithMessageAndStatus200)
	t.Run("refuses_other_paths_and_methods", testServerRefusesOtherPathsAndMethods)
	t.Run("ends_with_context_and_needs_account", testServerEndsWithContextAndNeedsAccount)
	t.Run("serves_certificate", testServerServesCertificate)
}

func testServerSendsArrayWithIDAndNameFirst(t *testing.T) {
	s := start(t, nil)
	got := call(t, s.URL()+"/customers?customerId=17", "Bearer KEY")
	want := `[{"id":1042,"name":"Harbour Dental Group","type":"CORP","area":"a","zone":"b"}]`
	if got.status != http.StatusOK || got.body != want {
		t.Errorf("got %d %s, want %s", got.status, got.body, want)
	}
	s.SetCustomers(nil)
	if got := call(t, s.URL()+"/customers?customerId=17", "Bearer KEY"); got.body != "[]" {
		t.Errorf("no customers: got %s; want []", got.body)
	}
	if s.Calls() != 2 {
		t.Errorf("%d calls counted, want 2", s.Calls())
	}
}

func testServerRefusesWithMessageAndStatus200(t *testing.T) {
	s := start(t, nil)
	for name, c := range map[string]struct{ query, authorization string }{
		"no key":         {"?customerId=17", ""},
		"wrong key":      {"?customerId=17", "Bearer OTHER"},
		"key alone":      {"?customerId=17", "KEY"},
		"other customer": {"?customerId=18", "Bearer KEY"},
		"no customer":    {"", "Bearer KEY"},
	} {
		t.Run(name, func(t *testing.T) {
			got := call(t, s.URL()+"/customers"+c.query, c.authorization)
			var object map[string]string
			if err := json.Unmarshal([]byte(got.body), &object); err != nil || got.status != 200 || object["message"] == "" {
				t.Errorf("got %d %s; want 200", got.status, got.body)
			}
		})
	}
}

func testServerRefusesOtherPathsAndMethods(t *testing.T) {
	s := start(t, nil)
	for _, u := range []string{"/customer", "/customers/", "/2.0/customers", ""} {
		if got := call(t, s.URL()+u+"?customerId=17", "Bearer KEY"); got.status != http.StatusNotFound {
			t.Errorf("%q: got %d; want %v", u, got.status, http.StatusNotFound)
		}
	}
	response, err := httpClient.Post(s.URL()+"/customers?customerId=17", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: got status %d; want %v", response.StatusCode, http.StatusMethodNotAllowed)
	}
}

func testServerEndsWithContextAndNeedsAccount(t *testing.T) {
	if _, err := Start(t.Context(), Config{APIKey: "KEY"}); err == nil {
		t.Error("it started without a customer id")
	}
	if _, err := Start(t.Context(), Config{CustomerID: "17"}); err == nil {
		t.Error("it started without a key")
	}
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, Config{APIKey: "KEY", CustomerID: "17"})
	if err != nil {
		t.Fatal(err)
	}
	control, err := s.Control(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	wait.Signal(t, time.Minute, "the server to close", s.closed)
	for _, address := range []string{s.URL(), control} {
		wait.Until(t, 10*time.Second, address+" to respond no more", func() bool {
			response, err := httpClient.Get(address)
			if err != nil {
				return true
			}
			response.Body.Close()
			return false
		})
	}
}

func testServerServesCertificate(t *testing.T) {
	for name, test := range map[string]struct {
		host          string
		good          time.Duration
		trusted, want bool
	}{
		"right":          {"127.0.0.1", time.Hour, true, true},
		"untrusted":      {"127.0.0.1", time.Hour, false, false},
		"another host's": {"other.example", time.Hour, true, false},
		"run out":        {"127.0.0.1", -time.Hour, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			certificate, err := Certificate(test.host, test.good)
			if err != nil {
				t.Fatal(err)
			}
			s := start(t, func(c *Config) { c.Certificate = &certificate })
			pool := x509.NewCertPool()
			if test.trusted {
				pool.AddCert(certificate.Leaf)
			}
			client := http.Client{Timeout: wait.Timeout(time.Minute), Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
			response, err := client.Get(s.URL() + "/customers")
			if err == nil {
				response.Body.Close()
			}
			if (err == nil) != test.want || !strings.HasPrefix(s.URL(), "https:") {
				t.Errorf("%v; want %v", err, test.want)
			}
		})
	}
}

func start(t *testing.T, change func(*Config)) *Server {
	t.Helper()
	c := Config{APIKey: "KEY", CustomerID: "17", Customers: []Customer{
		{"zone": "b", "name": "Harbour Dental Group", "id": 1042, "type": "CORP", "area": "a"},
	}}
	if change != nil {
		change(&c)
	}
	s, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type received struct {
	status int
	body   string
	header http.Header
}

func call(t *testing.T, u, authorization string) received {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u, nil)
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	response, err := httpClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return received{response.StatusCode, string(body), response.Header}
}

func expiry(value any, today time.Time) string {
	if value == nil {
		return "monthly"
	}
	day, err := time.Parse(time.DateOnly, value.(string))
	switch days := day.Sub(today.Truncate(24*time.Hour)) / (24 * time.Hour); {
	case err != nil:
		return "malformed"
	case days < 0:
		return "expired"
	case days <= 30:
		return "soon"
	}
	return "later"
}

var httpClient = &http.Client{Timeout: wait.Timeout(time.Minute)}

// awaitCalls waits until the server has had n calls.
func awaitCalls(t *testing.T, s *Server, n int) {
	t.Helper()
	wait.Until(t, time.Minute, fmt.Sprintf("call %d of the server", n), func() bool { return s.Calls() >= n })
}
