package desktop

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/secretservice"
)

// linuxUser is a user of a Linux computer: a home folder, a session bus, the portal.
type linuxUser struct {
	*testing.T
	api         *realAPI
	home        string
	environment []string
}

func newLinuxUser(t *testing.T, environment ...string) *linuxUser {
	t.Helper()
	home := t.TempDir()
	for _, folder := range []string{"run", "tmp"} {
		if err := os.Mkdir(filepath.Join(home, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	u := &linuxUser{T: t, api: newRealAPI(t, 0), home: home}
	u.environment = append([]string{
		"HOME=" + home, "XDG_RUNTIME_DIR=" + home + "/run", "TMPDIR=" + home + "/tmp", "XDG_DATA_HOME=", "XDG_CONFIG_HOME=",
		"XDG_STATE_HOME=", "XDG_CACHE_HOME=", "DBUS_SESSION_BUS_ADDRESS=", "DISPLAY=",
	}, environment...)
	t.Cleanup(func() {
		// The one rule for every scenario: no token in any file, wherever the app may write.
		scan(t, home, u.api.tokens())
	})
	return u
}

func (u *linuxUser) state() string { return filepath.Join(u.home, "state") }

func (u *linuxUser) start(change ...func(*childSetup)) *otherProcess {
	u.Helper()
	setup := childSetup{Name: "app", API: u.api.URL, State: u.state()}
	for _, c := range change {
		c(&setup)
	}
	return startChild(u, setup, u.environment...)
}

// signIn signs in and returns the message about the keyring that the user sees.
func (u *linuxUser) signIn(app *otherProcess) []SessionOnly {
	u.Helper()
	reply := app.call(childCall{Do: "adopt", Tokens: u.api.signIn(portal.MSSPAdmin)})
	if reply.Code != "" {
		u.Fatalf("sign-in: %+v", reply)
	}
	return reply.SessionOnly
}

func (u *linuxUser) wantCause(got []SessionOnly, causes ...string) {
	u.Helper()
	if len(got) != len(causes) {
		u.Fatalf("got events %+v, want %q", got, causes)
	}
	for i, cause := range causes {
		if got[i].Cause != cause || (cause != "") != (got[i].Message != "") {
			u.Errorf("got events %+v, want %s", got[i], cause)
		}
	}
}

// wantResumed starts the app once more and expects to be signed in.
func (u *linuxUser) wantResumed() *otherProcess {
	u.Helper()
	next := u.start()
	if look := next.call(childCall{Do: "look"}); !look.Found || look.Message != "" {
		u.Errorf("got at the next start: %+v", look)
	}
	if reply := next.call(childCall{Do: "resume"}); reply.Code != "" || reply.User == "" {
		u.Errorf("got at the next start: %+v", reply)
	}
	return next
}

func (u *linuxUser) wantRenewing(app *otherProcess, causes ...string) {
	u.Helper()
	reply := app.call(childCall{Do: "renew", Times: 1})
	if reply.Code != "" {
		u.Fatalf("renewal: %+v", reply)
	}
	u.wantCause(reply.SessionOnly, causes...)
}

func TestGNOMEKeyring(t *testing.T) {
	t.Run("keeps_the_session_for_the_next_start", testGNOMEKeyringKeepsTheSessionForTheNextStart)
	t.Run("stores_nothing_while_locked", testGNOMEKeyringStoresNothingWhileLocked)
	t.Run("may_die_while_the_app_runs", testGNOMEKeyringMayDieWhileTheAppRuns)
}

func testGNOMEKeyringKeepsTheSessionForTheNextStart(t *testing.T) {
	u, _, _ := withGNOMEKeyring(t)
	app := u.start()
	if look := app.call(childCall{Do: "look"}); look.Found || look.Message != "" {
		t.Errorf("got at the first start: %+v", look)
	}
	u.wantCause(u.signIn(app))
	u.wantRenewing(app)
	app.kill()
	next := u.wantResumed()
	if reply := next.call(childCall{Do: "sign out"}); reply.Code != "" || len(reply.Ended) != 0 {
		t.Errorf("sign-out: %+v", reply)
	}
	if look := u.start().call(childCall{Do: "look"}); look.Found {
		t.Error("signed in after signing out")
	}
}

func testGNOMEKeyringStoresNothingWhileLocked(t *testing.T) {
	u, bus, _ := withGNOMEKeyring(t)
	lockGNOMEKeyring(t, bus)
	app := u.start()
	if look := app.call(childCall{Do: "look"}); look.Found || look.Message != keyring.Describe("linux",
		&keyring.Fault{Cause: keyring.Locked}).Message {
		t.Errorf("got at the first start: %+v", look)
	}
	u.wantCause(u.signIn(app), keyring.Locked)
	u.wantRenewing(app)
}

func testGNOMEKeyringMayDieWhileTheAppRuns(t *testing.T) {
	u, _, daemon := withGNOMEKeyring(t)
	app := u.start()
	u.wantCause(u.signIn(app))
	_ = daemon.Process.Kill()
	_ = daemon.Wait()
	u.wantRenewing(app, keyring.Absent)
	u.wantRenewing(app)
	if look := u.start().call(childCall{Do: "look"}); look.Found || look.Message != keyring.Describe("linux",
		&keyring.Fault{Cause: keyring.Absent}).Message {
		t.Errorf("got at the next start: %+v", look)
	}
}

// withGNOMEKeyring starts the real thing with an unlocked login keyring.
func withGNOMEKeyring(t *testing.T) (*linuxUser, *dbus.Conn, *exec.Cmd) {
	t.Helper()
	address, _ := secretservice.NewBus(t)
	u := newLinuxUser(t, "DBUS_SESSION_BUS_ADDRESS="+address)
	bus := secretservice.Connect(t, address)
	daemon := exec.Command("gnome-keyring-daemon", "--unlock", "--foreground", "--components=secrets")
	daemon.Env = append(os.Environ(), u.environment...)
	daemon.Stdin = strings.NewReader("the login password\n")
	secretservice.StartDaemon(t, daemon)
	eventually(t, "the Secret Service to own its name", func() bool {
		var owned bool
		err := bus.BusObject().CallWithContext(bounded(t), "org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets").Store(&owned)
		return err == nil && owned
	})
	return u, bus, daemon
}

func lockGNOMEKeyring(t *testing.T, bus *dbus.Conn) {
	t.Helper()
	call := bus.Object("org.freedesktop.secrets", secretservice.Path).CallWithContext(bounded(t), "org.freedesktop.Secret.Service.Lock", 0,
		[]dbus.ObjectPath{secretservice.LoginPath})
	if call.Err != nil {
		t.Fatal(call.Err)
	}
}

func TestSecretService(t *testing.T) {
	t.Run("missing_keeps_the_session_for_this_run", testSecretServiceMissingKeepsTheSessionForThisRun)
	t.Run("without_DBus_starts_no_bus", testSecretServiceWithoutDBusStartsNoBus)
	t.Run("missing_is_reported_before_the_browser_opens", testSecretServiceMissingIsReportedBeforeTheBrowserOpens)
	t.Run("dismissed_does_not_prompt_at_every_renewal", testSecretServiceDismissedDoesNotPromptAtEveryRenewal)
	t.Run("unlocked_at_the_prompt_keeps_the_session", testSecretServiceUnlockedAtThePromptKeepsTheSession)
	t.Run("hanging_prompt_piles_up_no_calls", testSecretServiceHangingPromptPilesUpNoCalls)
	t.Run("hanging_is_used_again_when_it_responds", testSecretServiceHangingIsUsedAgainWhenItResponds)
	t.Run("tampered_entry_is_removed", testSecretServiceTamperedEntryIsRemoved)
	t.Run("read_only_never_sends_an_old_token", testSecretServiceReadOnlyNeverSendsAnOldToken)
	t.Run("undeletable_stays_signed_out", testSecretServiceUndeletableStaysSignedOut)
	t.Run("locked_prompts_once_at_sign_out", testSecretServiceLockedPromptsOnceAtSignOut)
	t.Run("may_lose_its_bus_while_the_app_runs", testSecretServiceMayLoseItsBusWhileTheAppRuns)
}

func testSecretServiceMissingKeepsTheSessionForThisRun(t *testing.T) {
	address, _ := secretservice.NewBus(t)
	u := newLinuxUser(t, "DBUS_SESSION_BUS_ADDRESS="+address)
	app := u.start()
	u.wantCause(u.signIn(app), keyring.Absent)
	u.wantRenewing(app)
}

func testSecretServiceWithoutDBusStartsNoBus(t *testing.T) {
	u := newLinuxUser(t)
	called := filepath.Join(u.home, "called")
	launcher := filepath.Join(u.home, "dbus-launch")
	if err := os.WriteFile(launcher, []byte("#!/bin/sh\necho called >"+called+"\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	u.environment = append(u.environment, "PATH="+u.home+":"+os.Getenv("PATH"))
	app := u.start()
	u.wantCause(u.signIn(app), keyring.Absent)
	if _, err := os.Stat(called); err == nil {
		t.Error("a bus was started that nobody ends")
	}
}

func testSecretServiceMissingIsReportedBeforeTheBrowserOpens(t *testing.T) {
	address, _ := secretservice.NewBus(t)
	u := newLinuxUser(t, "DBUS_SESSION_BUS_ADDRESS="+address)
	app := u.start(func(s *childSetup) { s.MustKeep = true })
	if reply := app.call(childCall{Do: "usable"}); reply.Code != KeyringUnavailable || !strings.Contains(reply.Message, "organisation") {
		t.Errorf("got events %+v", reply)
	}
	reply := app.call(childCall{Do: "adopt", Tokens: u.api.signIn(portal.MSSPAdmin)})
	if reply.Code != KeyringUnavailable || len(reply.Ended) != 1 || reply.User != "" {
		t.Errorf("got events %+v", reply)
	}
	// Nothing is left on the server either.
	grant := portal.RefreshGrant{RefreshToken: u.api.tokens()[1]}
	if _, err := u.api.sessions.Refresh(t.Context(), grant); ProblemOf(err).Code != portal.SessionRevoked {
		t.Errorf("the session lives on: %v", err)
	}
}

// withService is a user whose keyring's days the test chooses.
func withService(t *testing.T) (*linuxUser, *secretservice.Service) {
	t.Helper()
	service := secretservice.New(t)
	return newLinuxUser(t, service.Environment()), service
}

func testSecretServiceDismissedDoesNotPromptAtEveryRenewal(t *testing.T) {
	u, service := withService(t)
	service.Set(func() { service.Locked = true })
	app := u.start()
	u.wantCause(u.signIn(app), keyring.Locked)
	for range 3 {
		u.wantRenewing(app)
	}
	if service.Prompted() != 1 || service.Kept() != "" {
		t.Errorf("the prompt was shown %d times, kept %q", service.Prompted(), service.Kept())
	}
}

func testSecretServiceUnlockedAtThePromptKeepsTheSession(t *testing.T) {
	u, service := withService(t)
	service.Set(func() { service.Locked, service.Prompts = true, "unlock" })
	app := u.start()
	u.wantCause(u.signIn(app))
	u.wantResumed()
}

func testSecretServiceHangingPromptPilesUpNoCalls(t *testing.T) {
	u, service := withService(t)
	service.Set(func() { service.Locked, service.Prompts = true, "hang" })
	app := u.start(func(s *childSetup) { s.Wait = 50 * time.Millisecond })
	u.wantCause(u.signIn(app), keyring.Waiting)
	u.wantRenewing(app)
	few := app.call(childCall{Do: "renew", Times: 1}).Goroutines
	many := app.call(childCall{Do: "renew", Times: 30}).Goroutines
	if many > few+3 || service.Prompted() != 1 {
		t.Errorf("%d goroutines, then %d; %d prompts", few, many, service.Prompted())
	}
}

func testSecretServiceHangingIsUsedAgainWhenItResponds(t *testing.T) {
	u, service := withService(t)
	app := u.start()
	u.wantCause(u.signIn(app))
	frozen := make(chan struct{})
	service.Set(func() { service.Frozen = frozen })
	app.call(childCall{Do: "wait", Wait: 50 * time.Millisecond})
	u.wantRenewing(app, keyring.Waiting)
	service.Set(func() { service.Frozen = nil })
	close(frozen)
	app.call(childCall{Do: "wait", Wait: time.Minute})
	var got []SessionOnly
	eventually(t, "the keyring to be used again", func() bool {
		reply := app.call(childCall{Do: "renew", Times: 1})
		got = append(got, reply.SessionOnly...)
		return len(got) > 0 && got[len(got)-1].Cause == ""
	})
	app.kill()
	u.wantResumed()
}

func testSecretServiceTamperedEntryIsRemoved(t *testing.T) {
	for name, value := range map[string]string{"not JSON": "hunter2", "long": strings.Repeat("{", 1<<20), "binary": "\xff\x00"} {
		u, service := withService(t)
		app := u.start()
		u.wantCause(u.signIn(app))
		app.kill()
		service.Tamper(value)
		look := u.start().call(childCall{Do: "look"})
		if look.Found || !strings.Contains(look.Message, "was removed") || service.Kept() != "" {
			t.Errorf("%s: %+v, kept %d bytes", name, look, len(service.Kept()))
		}
	}
}

func testSecretServiceReadOnlyNeverSendsAnOldToken(t *testing.T) {
	for name, fail := range map[string]func(*secretservice.Service){
		"removed":           func(s *secretservice.Service) { s.ReadOnly = true },
		"cannot be removed": func(s *secretservice.Service) { s.ReadOnly, s.Undeletable = true, true },
	} {
		t.Run(name, func(t *testing.T) {
			u, service := withService(t)
			app := u.start()
			u.wantCause(u.signIn(app))
			service.Set(func() { fail(service) })
			u.wantRenewing(app, keyring.Failed)
			u.wantRenewing(app)
			if name == "removed" && service.Kept() != "" {
				t.Error("the spent token is still in the keyring")
			}
			next := u.start()
			reply := next.call(childCall{Do: "resume"})
			if reply.Code != SignedOut {
				t.Errorf("got at the next start: %+v", reply)
			}
			// The window that still has the session keeps it: nothing looked like a stolen token.
			u.wantRenewing(app)
			service.Set(func() { service.ReadOnly, service.Undeletable = false, false })
			u.wantRenewing(app, "")
			app.kill()
			u.wantResumed()
		})
	}
}

func testSecretServiceUndeletableStaysSignedOut(t *testing.T) {
	u, service := withService(t)
	app := u.start()
	u.wantCause(u.signIn(app))
	service.Set(func() { service.Undeletable = true })
	u.api.Close()
	reply := app.call(childCall{Do: "sign out"})
	if reply.Code != "" || len(reply.Ended) != 1 || !strings.Contains(reply.Ended[0].Message, "Remove the entry") {
		t.Errorf("got events %+v", reply)
	}
	next := u.start()
	if look := next.call(childCall{Do: "look"}); look.Found || look.Message != "" {
		t.Errorf("got at the next start: %+v", look)
	}
	service.Set(func() { service.Undeletable = false })
	if reply := next.call(childCall{Do: "resume"}); reply.Code != SignedOut || service.Kept() != "" {
		t.Errorf("the next start: %+v, kept %q", reply, service.Kept())
	}
}

func testSecretServiceLockedPromptsOnceAtSignOut(t *testing.T) {
	u, service := withService(t)
	app := u.start()
	u.wantCause(u.signIn(app))
	service.Set(func() { service.Locked = true })
	if reply := app.call(childCall{Do: "sign out"}); reply.Code != "" || service.Prompted() != 1 {
		t.Errorf("%+v after %d prompts", reply, service.Prompted())
	}
}

func testSecretServiceMayLoseItsBusWhileTheAppRuns(t *testing.T) {
	address, daemon := secretservice.NewBus(t)
	u := newLinuxUser(t, "DBUS_SESSION_BUS_ADDRESS="+address)
	app := u.start()
	u.wantCause(u.signIn(app), keyring.Absent)
	_ = daemon.Process.Kill()
	u.wantRenewing(app)
}
