package desktop

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/testkit/wait"
)

// movedApp is an app that was signed in at one API before IT set the address of another.
type movedApp struct {
	*testApp
	stateDir string
	next     *fakeAPI
	mu       sync.Mutex
	sent     []string // what the API at the new address was sent
}

func newMovedBench(t *testing.T) *movedApp {
	t.Helper()
	m := &movedApp{stateDir: t.TempDir(), next: newFakeAPI(t)}
	m.testApp = newTestApp(t, m.sameComputer)
	m.signIn(t)
	inner := m.next.Config.Handler
	m.next.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		m.sent = append(m.sent, r.URL.Path)
		m.mu.Unlock()
		inner.ServeHTTP(w, r)
	})
	return m
}

func (m *movedApp) sameComputer(o *Options) { o.StateDir = m.stateDir }

// startThere is a start of the app at the new address.
func (m *movedApp) startThere(t *testing.T, change ...func(*Options)) *Desktop {
	t.Helper()
	return m.another(t, append([]func(*Options){m.sameComputer, func(o *Options) { o.Settings.APIURL = m.next.URL }}, change...)...)
}

func (m *movedApp) note() keptNote { return noteOf(m.stateDir, accountOf(m.api.URL)) }

func (m *movedApp) tries(t *testing.T) int {
	t.Helper()
	at, ok := m.note().read()
	if !ok {
		t.Fatal("the session is no longer noted")
	}
	return at.Tries
}

// aged makes the note say that the session was last used so long ago, and could not be ended so often.
func (m *movedApp) aged(t *testing.T, unused time.Duration, tries int) {
	t.Helper()
	if err := m.note().write(keptAt{API: m.api.URL, Used: time.Now().Add(-unused), Tries: tries}); err != nil {
		t.Fatal(err)
	}
}

// wantState checks what became of the session at the old address.
func (m *movedApp) wantState(t *testing.T, logouts int, kept bool) {
	t.Helper()
	if n := m.api.count(&m.api.logouts); n != logouts || (m.ring.kept() != "") != kept {
		t.Errorf("%d sign-outs at the old address, want %d; in the keyring: %v, want %v", n, logouts, m.ring.kept() != "", kept)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.sent) != 0 {
		t.Errorf("the new address was sent %v, want nothing", m.sent)
	}
}

func TestFormerOrigin(t *testing.T) {
	t.Run("is_left_in_the_background_of_the_next_start", func(t *testing.T) {
		m := newMovedBench(t)
		m.api.held = make(chan struct{})
		app, started := m.startThere(t), make(chan Startup, 1)
		go func() { started <- app.Startup(t.Context()) }()
		select {
		case s := <-started:
			if s.HasSession {
				t.Error("a session of another address is taken for one of this")
			}
		case <-time.After(wait.Timeout(time.Minute)):
			t.Error("the start waited for the old server")
		}
		close(m.api.held)
		eventually(t, "the entry to be removed", func() bool { return m.ring.kept() == "" })
		m.wantState(t, 1, false)
		eventually(t, "the note to be removed", func() bool { _, noted := m.note().read(); return !noted })
	})
	t.Run("is_tried_again_at_the_next_start", func(t *testing.T) {
		m := newMovedBench(t)
		m.api.drop = true
		m.startThere(t).endFormer(t.Context())
		m.wantState(t, 0, true)
		if n := m.tries(t); n != 1 {
			t.Errorf("%d tries are noted, want 1", n)
		}
		m.api.drop = false
		m.startThere(t).endFormer(t.Context())
		m.wantState(t, 1, false)
	})
	t.Run("is_not_left_on_a_gateways_word", func(t *testing.T) {
		m := newMovedBench(t)
		m.api.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			reply(w, 401, map[string]any{"code": "session_revoked"})
		})
		m.startThere(t).endFormer(t.Context())
		m.wantState(t, 0, true)
	})
	t.Run("that_says_the_session_is_over_is_left", func(t *testing.T) {
		m := newMovedBench(t)
		m.api.mu.Lock()
		clear(m.api.refresh)
		m.api.mu.Unlock()
		m.startThere(t).endFormer(t.Context())
		m.wantState(t, 0, false)
	})
	for name, c := range map[string]struct {
		unused time.Duration
		tries  int
	}{
		"is_forgotten_at_the_idle_limit":     {unused: formerLife + time.Hour},
		"is_forgotten_after_too_many_starts": {tries: formerTries},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMovedBench(t)
			m.aged(t, c.unused, c.tries)
			before := m.api.count(&m.api.refreshes)
			m.startThere(t).endFormer(t.Context())
			m.wantState(t, 0, false)
			if n := m.api.count(&m.api.refreshes); n != before {
				t.Errorf("the old server was asked %d times, want none", n-before)
			}
		})
	}
	t.Run("is_left_alone_while_the_keyring_fails", func(t *testing.T) {
		m := newMovedBench(t)
		m.ring.fail(errors.New("busy"))
		m.startThere(t).endFormer(t.Context())
		m.ring.fail(nil)
		m.wantState(t, 0, true)
		if n := m.tries(t); n != 0 {
			t.Errorf("%d tries are noted, want none", n)
		}
	})
	t.Run("is_no_other_address_the_user_has_mistyped", func(t *testing.T) {
		m := newMovedBench(t)
		chosen := func(o *Options) { o.Settings.APIURLManaged = false }
		m.startThere(t, chosen).endFormer(t.Context())
		m.wantState(t, 0, true)
		// Once a session was kept at the new address, that is no mistake.
		if err := noteOf(m.stateDir, accountOf(m.next.URL)).use(m.next.URL, time.Now()); err != nil {
			t.Fatal(err)
		}
		m.startThere(t, chosen).endFormer(t.Context())
		m.wantState(t, 1, false)
	})
	t.Run("is_no_other_path_of_the_same_host", func(t *testing.T) {
		m := newMovedBench(t)
		m.another(t, m.sameComputer, func(o *Options) { o.Settings.APIURL = m.api.URL + "/below" }).endFormer(t.Context())
		m.wantState(t, 0, true)
	})
}

// A note is a file that other programs of this user may write. It sends nothing to an address the session is not of.
func TestForgedNoteOfAFormerOrigin(t *testing.T) {
	var asked sync.Map
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked.Store(r.URL.Path, true) }))
	defer thief.Close()
	for name, forge := range map[string]func(t *testing.T, m *movedApp){
		"of_another_address_in_its_file": func(t *testing.T, m *movedApp) {
			if err := m.note().write(keptAt{API: thief.URL, Used: time.Now()}); err != nil {
				t.Fatal(err)
			}
		},
		"with_a_copy_of_the_keyrings_entry": func(t *testing.T, m *movedApp) {
			if err := noteOf(m.stateDir, accountOf(thief.URL)).write(keptAt{API: thief.URL, Used: time.Now()}); err != nil {
				t.Fatal(err)
			}
			if err := m.ring.Set(keyring.Service, accountOf(thief.URL), m.ring.kept()); err != nil {
				t.Fatal(err)
			}
		},
		"that_is_no_note": func(t *testing.T, m *movedApp) {
			for _, content := range []string{"", "null", `{"api":"javascript:alert(1)"}`, `{"api":"HTTPS://X.example"}`, `{"api":7}`} {
				if err := os.WriteFile(m.note().file, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				if at, ok := m.note().read(); ok {
					t.Errorf("%q is read as %+v", content, at)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMovedBench(t)
			forge(t, m)
			m.startThere(t).endFormer(t.Context())
			asked.Range(func(path, _ any) bool {
				t.Errorf("the forged address was sent %s", path)
				return true
			})
		})
	}
}

func TestKeptNote(t *testing.T) {
	note := keptNote{t.TempDir() + "/session.api"}
	const api = "https://portal.example.com"
	now := time.Now()
	for _, at := range []time.Time{now, now.Add(time.Hour)} {
		if err := note.use(api, at); err != nil {
			t.Fatal(err)
		}
	}
	if at, _ := note.read(); !at.Used.Equal(now) {
		t.Errorf("noted %s, want %s: the same day costs no write", at.Used, now)
	}
	later := now.Add(notedFor)
	if err := note.use(api, later); err != nil {
		t.Fatal(err)
	}
	if at, _ := note.read(); !at.Used.Equal(later) {
		t.Errorf("noted %s, want %s", at.Used, later)
	}
}
