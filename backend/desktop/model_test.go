package desktop

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
)

// modelAPI is the rules of refresh tokens in memory, on a clock of its own, reached without a network that may
// lose a request or a response.
type modelAPI struct {
	*rapid.T
	now    time.Duration
	tokens map[string]*modelToken
	access map[string]*modelFamily
	// losing is how many of the next responses are lost. While unreachable, all requests are.
	losing      int
	unreachable bool
	given       []string
}

type modelFamily struct {
	user    portal.User
	revoked string
	turns   int
}

type modelToken struct {
	family    *modelFamily
	turn      int
	used      bool
	requestID string
	successor string
}

func (m *modelAPI) grant(f *modelFamily, refresh string) portal.Tokens {
	tokens := portal.Tokens{AccessToken: newRefreshToken(), ExpiresIn: 600, RefreshToken: refresh, User: f.user}
	m.access[tokens.AccessToken] = f
	m.given = append(m.given, tokens.AccessToken, refresh)
	return tokens
}

func (m *modelAPI) newToken(f *modelFamily) string {
	f.turns++
	text := newRefreshToken()
	m.tokens[text] = &modelToken{family: f, turn: f.turns}
	return text
}

func (m *modelAPI) signIn(user portal.User) portal.Tokens {
	f := &modelFamily{user: user}
	return m.grant(f, m.newToken(f))
}

func (m *modelAPI) refresh(grant portal.RefreshGrant) (portal.Tokens, error) {
	token, known := m.tokens[grant.RefreshToken]
	switch {
	case !known:
		m.Errorf("the API was sent a token it never gave")
		return portal.Tokens{}, portal.Errorf(portal.SessionRevoked, "unknown")
	case !keyring.IsRequestID(grant.RequestID):
		m.Errorf("the API was sent the request id %q", grant.RequestID)
		return portal.Tokens{}, portal.Errorf(portal.SessionRevoked, "no id")
	case token.family.revoked != "":
		return portal.Tokens{}, portal.Errorf(portal.SessionRevoked, "This session has ended.")
	case !token.used:
		token.used, token.requestID, token.successor = true, grant.RequestID, m.newToken(token.family)
		return m.grant(token.family, token.successor), nil
	case token.requestID == grant.RequestID && !m.tokens[token.successor].used:
		return m.grant(token.family, token.successor), nil
	}
	m.Errorf("an honest user's token looked stolen")
	token.family.revoked = "reuse"
	return portal.Tokens{}, portal.Errorf(portal.SessionRevoked, "This session was ended for safety.")
}

var errLost = errors.New("connection reset by peer")

// RoundTrip is the API and the network before it.
func (m *modelAPI) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.unreachable {
		return nil, errLost
	}
	recorder := httptest.NewRecorder()
	switch r.URL.Path {
	case "/v1/auth/refresh":
		var grant portal.RefreshGrant
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &grant); err != nil {
			m.Fatal(err)
		}
		tokens, err := m.refresh(grant)
		if err != nil {
			refuse(recorder, 401, portal.Errorf(portal.SessionRevoked, "%s", ProblemOf(err).Message))
			break
		}
		if m.losing > 0 {
			m.losing--
			return nil, errLost
		}
		reply(recorder, 200, tokens)
	case "/v1/auth/logout":
		if f := m.access[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]; f == nil || f.revoked != "" {
			refuse(recorder, 401, portal.Errorf(portal.Unauthenticated, "no"))
		} else {
			f.revoked = "sign_out"
			recorder.WriteHeader(204)
		}
	}
	response := recorder.Result()
	response.Body = io.NopCloser(bytes.NewReader(recorder.Body.Bytes()))
	response.Request = r
	return response, nil
}

// modelComputer is one user's computer: a keyring, a state folder, up to two windows of the app.
type modelComputer struct {
	*rapid.T
	outer   *testing.T
	api     *modelAPI
	ring    *platformKeyring
	state   string
	windows [2]*window
	users   [2]portal.User
	skew    time.Duration
}

func (c *modelComputer) open(i int) *window {
	w := newWindow(c.outer, "https://portal.example.com", c.state, c.ring)
	w.api.http.SetTransport(c.api)
	w.clock = func() moment {
		return moment{wall: time.Unix(1e9, 0).Add(c.api.now + c.skew), running: c.api.now}
	}
	c.windows[i] = w
	return w
}

func (c *modelComputer) any() *window { return c.windows[rapid.IntRange(0, 1).Draw(c.T, "window")] }

// expectSignOut runs an action of a window and checks that a sign-out is reported.
func (c *modelComputer) expectSignOut(w *window, do func() error) {
	before, words := w.currentAccess() != "", len(w.ends())
	err := do()
	if before && w.currentAccess() == "" && len(w.ends()) == words {
		c.Fatalf("signed out without a word: %v", err)
	}
	c.check()
}

func (c *modelComputer) renew(w *window) {
	c.expectSignOut(w, func() error {
		_, err := w.renew(c.outer.Context(), w.currentAccess())
		return err
	})
}

// check is what must hold at any moment.
func (c *modelComputer) check() {
	kept, err := parse(c.ring.kept(), "https://portal.example.com")
	if err != nil || c.windows[0].generations.check(kept) != nil {
		return
	}
	entry := c.api.tokens[kept.RefreshToken]
	for _, w := range c.windows {
		inUse := c.api.tokens[w.kept.RefreshToken]
		if inUse != nil && inUse.family == entry.family && inUse.turn > entry.turn {
			c.Fatalf("the keyring offers turn %d, a window uses %d", entry.turn, inUse.turn)
		}
	}
}

// agree checks, once everything works again, that every signed-in window has a session on the server.
func (c *modelComputer) agree() {
	c.api.losing, c.api.unreachable = 0, false
	c.ring.reading, c.ring.writing, c.ring.deleting = nil, nil, nil
	c.api.now += 2 * promptPause
	var signedIn *modelFamily
	for range 2 {
		for _, w := range c.windows {
			if w.currentAccess() != "" {
				c.renew(w)
			}
			if w.currentAccess() == "" {
				continue
			}
			signedIn = c.api.access[w.currentAccess()]
			if signedIn.revoked != "" || signedIn.user.ID != w.kept.UserID {
				c.Fatalf("signed in as %s, the server says %+v", w.kept.UserID, signedIn)
			}
		}
	}
	next := c.open(0)
	err := next.resume(c.outer.Context())
	if signedIn != nil && (err != nil || c.api.access[next.currentAccess()].user.ID != signedIn.user.ID) {
		c.Fatalf("the next start: %v, but %s is signed in", err, signedIn.user.Name)
	}
	if files := scan(c.outer, c.state, c.api.given); files == 0 {
		c.Fatal("no file was scanned")
	}
}

func TestServerAndUserAgreeWhoIsSignedIn(t *testing.T) {
	state := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		api := &modelAPI{T: rt, tokens: map[string]*modelToken{}, access: map[string]*modelFamily{}, now: time.Hour}
		c := &modelComputer{T: rt, outer: t, api: api, ring: &platformKeyring{system: "linux"}, state: state + "/" + uuid.NewString()}
		c.users = [2]portal.User{{ID: uuid.NewString(), Name: "Ada"}, {ID: uuid.NewString(), Name: "Bob"}}
		for i := range c.windows {
			c.open(i)
		}
		c.windows[0].signIn(t, api.signIn(c.users[0]))
		rt.Repeat(c.actions())
		c.agree()
	})
}

func (c *modelComputer) actions() map[string]func(*rapid.T) {
	failures := []error{nil, errors.New("the file cannot be written"),
		lockedFault()}
	return map[string]func(*rapid.T){
		"renew or start": func(*rapid.T) { c.renew(c.any()) },
		"a response is lost": func(rt *rapid.T) {
			c.api.losing = rapid.IntRange(1, 4).Draw(rt, "lost")
			c.renew(c.any())
			c.api.losing = 0
		},
		"crash": func(rt *rapid.T) {
			i := rapid.IntRange(0, 1).Draw(rt, "window")
			if rapid.Bool().Draw(rt, "while renewing") {
				c.api.losing = 1000
				_, _ = c.windows[i].renew(c.outer.Context(), c.windows[i].currentAccess())
				c.api.losing = 0
			}
			c.open(i)
		},
		"the keyring changes its mind": func(rt *rapid.T) {
			failure := rapid.SampledFrom(failures)
			c.ring.reading = failure.Draw(rt, "reading")
			c.ring.writing, c.ring.deleting = failure.Draw(rt, "writing"), failure.Draw(rt, "deleting")
		},
		"time passes": func(rt *rapid.T) {
			c.api.now += time.Duration(rapid.SampledFrom([]int{1, 20, 40, 700, 4000}).Draw(rt, "seconds")) * time.Second
		},
		"the clock is set": func(rt *rapid.T) {
			c.skew = time.Duration(rapid.IntRange(-100, 100).Draw(rt, "hours")) * time.Hour
		},
		"the administrator ends a session": func(*rapid.T) {
			if f := c.api.access[c.any().currentAccess()]; f != nil {
				f.revoked = "admin"
			}
		},
		"sign out": func(rt *rapid.T) {
			w := c.any()
			c.api.unreachable = rapid.Bool().Draw(rt, "offline")
			if err := w.signOut(c.outer.Context()); err != nil {
				rt.Fatal(err)
			}
			c.api.unreachable = false
			if w.currentAccess() != "" {
				rt.Fatal("signed in after signing out")
			}
			c.check()
		},
		"sign in": func(rt *rapid.T) {
			w := c.any()
			c.api.unreachable = false
			w.signIn(c.outer, c.api.signIn(rapid.SampledFrom(c.users[:]).Draw(rt, "user")))
			c.check()
		},
		"": func(*rapid.T) { c.check() },
	}
}
