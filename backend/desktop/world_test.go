package desktop

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	sessions "fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit"
)

// realAPI is the portal's own sessions on a real database behind a thin server. Between a renewal's commit and its
// response, and before and after, a test may step in.
type realAPI struct {
	*httptest.Server
	testing.TB
	world    *testkit.World
	sessions *sessions.Sessions

	mu sync.Mutex
	// step is called at each moment of a renewal with the process that asks. If it returns false, the connection is
	// dropped.
	step  func(moment, who string) bool
	given []string
	// asked counts how often each refresh token was sent.
	asked map[string]int
}

// newRealAPI serves sessions with a grace; 0 is the default's thirty seconds.
func newRealAPI(t testing.TB, grace time.Duration) *realAPI {
	t.Helper()
	a := &realAPI{TB: t, world: testkit.NewWorld(t), asked: map[string]int{}}
	a.sessions = a.newSessions(grace)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/auth/refresh", a.refresh)
	mux.HandleFunc("POST /v1/auth/logout", a.logout)
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	return a
}

func (a *realAPI) newSessions(grace time.Duration) *sessions.Sessions {
	a.Helper()
	sealer, err := sessions.NewSealer(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		a.Fatal(err)
	}
	made, err := sessions.New(a.world.DB, sealer, sessions.Config{Issuer: "https://portal.example.com", Grace: grace})
	if err != nil {
		a.Fatal(err)
	}
	return made
}

// signIn starts a session of a user in a role.
func (a *realAPI) signIn(role portal.Role) portal.Tokens {
	a.Helper()
	tokens, err := a.sessions.Start(a.Context(), a.world.Own.Viewers[role].UserID, "test")
	if err != nil {
		a.Fatal(err)
	}
	return a.note(tokens)
}

func (a *realAPI) note(tokens portal.Tokens) portal.Tokens {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.given = append(a.given, tokens.AccessToken, tokens.RefreshToken)
	return tokens
}

// tokens returns every token that the API ever issued.
func (a *realAPI) tokens() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string{}, a.given...)
}

func (a *realAPI) onStep(step func(moment, who string) bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.step = step
}

func (a *realAPI) stepped(moment, who string) bool {
	a.mu.Lock()
	step := a.step
	a.mu.Unlock()
	return step == nil || step(moment, who)
}

func (a *realAPI) refresh(w http.ResponseWriter, r *http.Request) {
	var grant portal.RefreshGrant
	if err := json.NewDecoder(r.Body).Decode(&grant); err != nil {
		refuse(w, 400, portal.Errorf(portal.Invalid, "no body"))
		return
	}
	who := r.UserAgent()
	a.mu.Lock()
	a.asked[grant.RefreshToken]++
	a.mu.Unlock()
	if !a.stepped("asked", who) {
		panic(http.ErrAbortHandler)
	}
	tokens, err := a.sessions.Refresh(r.Context(), grant)
	if err != nil {
		a.refuse(w, err)
		return
	}
	a.note(tokens)
	if !a.stepped("committed", who) {
		panic(http.ErrAbortHandler)
	}
	reply(w, 200, tokens)
	_ = http.NewResponseController(w).Flush()
	a.stepped("responded", who)
}

func (a *realAPI) logout(w http.ResponseWriter, r *http.Request) {
	viewer, err := a.sessions.Verify(r.Context(), r.Header.Get("Authorization")[len("Bearer "):])
	if err == nil {
		err = a.sessions.End(r.Context(), viewer)
	}
	if err != nil {
		a.refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (a *realAPI) refuse(w http.ResponseWriter, err error) {
	p := ProblemOf(err)
	status := http.StatusUnauthorized
	if p.Code != portal.SessionRevoked && p.Code != portal.Unauthenticated {
		status = http.StatusServiceUnavailable
		a.Logf("the API failed: %v", err)
	}
	refuse(w, status, portal.Errorf(p.Code, "%s", p.Message))
}
