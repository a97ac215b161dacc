package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit"
)

// FuzzRefreshBody sends bodies to the refresh route. For any body, only the live session's own token is accepted, and
// nothing else changes the session. LIVE in a body is replaced by that token.
func FuzzRefreshBody(f *testing.F) {
	w := testkit.NewWorld(f)
	config := newConfig(f, w.DB)
	sessions, err := session.New(w.DB, newSealer(f), session.Config{Issuer: "https://portal.example.com", Grace: 24 * time.Hour})
	if err != nil {
		f.Fatal(err)
	}
	config.Sessions = sessions
	live, err := sessions.Start(context.Background(), w.Own.Viewers[portal.MSPUser].UserID, "")
	if err != nil {
		f.Fatal(err)
	}
	api := httpapi.New(config)
	for _, body := range []string{
		`{"refresh_token":"LIVE"}`,
		`{"refresh_token":"fsr_` + strings.Repeat("A", 43) + `"}`,
		`{"refresh_token":["LIVE"]}`,
		`{"refresh_token":"","refresh_token":"\u0000"}`,
		`{"refresh_token":null,"other":1}`,
		`{"refresh_token":"LIVE","request_id":"00000000-0000-4000-8000-000000000000"}`,
		`{"refresh_token":"LIVE","request_id":null}`, `{"refresh_token":"LIVE","request_id":{}}`,
		`[]`, `{`, ``, "\xff\xfe", `{"refresh_token":"` + strings.Repeat("x", 200) + `"}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		body = bytes.ReplaceAll(body, []byte("LIVE"), []byte(live.RefreshToken))
		request := httptest.NewRequest(http.MethodPost, "/v1/auth/refresh", bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		api.ServeHTTP(recorder, request)
		switch recorder.Code {
		case http.StatusOK:
			var grant portal.RefreshGrant
			if json.Unmarshal(body, &grant) != nil || grant.RefreshToken != live.RefreshToken {
				t.Errorf("%q: got tokens, want none", body)
			}
		case http.StatusUnauthorized, http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
			var problem httpapi.Problem
			if err := json.Unmarshal(recorder.Body.Bytes(), &problem); err != nil || problem.Code == "" || problem.Detail == "" {
				t.Errorf("%q: got %d %s", body, recorder.Code, recorder.Body)
			}
			if strings.Contains(recorder.Body.String(), live.RefreshToken) {
				t.Errorf("got a response with the token: %s", recorder.Body)
			}
		default:
			t.Errorf("%q: got %d %s", body, recorder.Code, recorder.Body)
		}
	})
}
