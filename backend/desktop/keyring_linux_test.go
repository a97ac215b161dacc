package desktop

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"

	"fs-client-portal/backend/portal"
)

// linuxUser is somebody at a Linux computer: a home folder, a session bus, the portal.
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

// signIn signs in and says what the user was told about the keyring.
func (u *linuxUser) signIn(app *otherProcess) []SessionOnly {
	u.Helper()
	reply := app.call(childCall{Do: "adopt", Tokens: u.api.signIn(portal.MSSPAdmin)})
	if reply.Code != "" {
		u.Fatalf("sign-in: %+v", reply)
	}
	return reply.Told
}

func (u *linuxUser) wantCause(told []SessionOnly, causes ...string) {
	u.Helper()
	if len(told) != len(causes) {
		u.Fatalf("told %+v, want %q", told, causes)
	}
	for i, cause := range causes {
		if told[i].Cause != cause || (cause != "") != (told[i].Message != "") {
			u.Errorf("told %+v, want %s", told[i], cause)
		}
	}
}

// wantResumed starts the app once more and expects to be signed in.
func (u *linuxUser) wantResumed() *otherProcess {
	u.Helper()
	next := u.start()
	if look := next.call(childCall{Do: "look"}); !look.Found || look.Message != "" {
		u.Errorf("the next start sees %+v", look)
	}
	if reply := next.call(childCall{Do: "resume"}); reply.Code != "" || reply.User == "" {
		u.Errorf("the next start: %+v", reply)
	}
	return next
}

func (u *linuxUser) wantRenewing(app *otherProcess, causes ...string) {
	u.Helper()
	reply := app.call(childCall{Do: "renew", Times: 1})
	if reply.Code != "" {
		u.Fatalf("renewal: %+v", reply)
	}
	u.wantCause(reply.Told, causes...)
}

func TestWithGNOMEKeyringTheNextStartIsSignedIn(t *testing.T) {
	u, _, _ := withGNOMEKeyring(t)
	app := u.start()
	if look := app.call(childCall{Do: "look"}); look.Found || look.Message != "" {
		t.Errorf("the first start sees %+v", look)
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

func TestALockedGNOMEKeyringIsToldAndKeepsNothing(t *testing.T) {
	u, bus, _ := withGNOMEKeyring(t)
	lockGNOMEKeyring(t, bus)
	app := u.start()
	if look := app.call(childCall{Do: "look"}); look.Found || look.Message != keyringWords["linux"][keyringLocked] {
		t.Errorf("the first start sees %+v", look)
	}
	u.wantCause(u.signIn(app), keyringLocked)
	u.wantRenewing(app)
}

func TestGNOMEKeyringMayDieWhileTheAppRuns(t *testing.T) {
	u, _, daemon := withGNOMEKeyring(t)
	app := u.start()
	u.wantCause(u.signIn(app))
	_ = daemon.Process.Kill()
	_ = daemon.Wait()
	u.wantRenewing(app, keyringAbsent)
	u.wantRenewing(app)
	if look := u.start().call(childCall{Do: "look"}); look.Found || look.Message != keyringWords["linux"][keyringAbsent] {
		t.Errorf("the next start sees %+v", look)
	}
}

// withGNOMEKeyring starts the real thing with an unlocked login keyring.
func withGNOMEKeyring(t *testing.T) (*linuxUser, *dbus.Conn, *exec.Cmd) {
	t.Helper()
	address, _ := newBus(t)
	u := newLinuxUser(t, "DBUS_SESSION_BUS_ADDRESS="+address)
	bus := connectBus(t, address)
	daemon := exec.Command("gnome-keyring-daemon", "--unlock", "--foreground", "--components=secrets")
	daemon.Env = append(os.Environ(), u.environment...)
	daemon.Stdin = strings.NewReader("the login password\n")
	startDaemon(t, daemon)
	eventually(t, func() bool {
		var owned bool
		err := bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets").Store(&owned)
		return err == nil && owned
	})
	return u, bus, daemon
}

func lockGNOMEKeyring(t *testing.T, bus *dbus.Conn) {
	t.Helper()
	call := bus.Object("org.freedesktop.secrets", secretsPath).Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{loginPath})
	if call.Err != nil {
		t.Fatal(call.Err)
	}
}

func TestWithoutASecretServiceTheSessionLastsForThisRun(t *testing.T) {
	address, _ := newBus(t)
	u := newLinuxUser(t, "DBUS_SESSION_BUS_ADDRESS="+address)
	app := u.start()
	u.wantCause(u.signIn(app), keyringAbsent)
	u.wantRenewing(app)
}

func TestWithoutDBusTheSessionLastsForThisRunAndNoBusIsLeftBehind(t *testing.T) {
	u := newLinuxUser(t)
	called := filepath.Join(u.home, "called")
	launcher := filepath.Join(u.home, "dbus-launch")
	if err := os.WriteFile(launcher, []byte("#!/bin/sh\necho called >"+called+"\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	u.environment = append(u.environment, "PATH="+u.home+":"+os.Getenv("PATH"))
	app := u.start()
	u.wantCause(u.signIn(app), keyringAbsent)
	if _, err := os.Stat(called); err == nil {
		t.Error("a bus was started that nobody ends")
	}
}

func TestWhereASignInMustBeKeptAMissingServiceIsToldBeforeTheBrowser(t *testing.T) {
	address, _ := newBus(t)
	u := newLinuxUser(t, "DBUS_SESSION_BUS_ADDRESS="+address)
	app := u.start(func(s *childSetup) { s.MustKeep = true })
	if reply := app.call(childCall{Do: "usable"}); reply.Code != KeyringUnavailable || !strings.Contains(reply.Message, "organisation") {
		t.Errorf("told %+v", reply)
	}
	reply := app.call(childCall{Do: "adopt", Tokens: u.api.signIn(portal.MSSPAdmin)})
	if reply.Code != KeyringUnavailable || len(reply.Ended) != 1 || reply.User != "" {
		t.Errorf("told %+v", reply)
	}
	// Nothing is left on the server either.
	if _, err := u.api.sessions.Refresh(t.Context(), portal.RefreshGrant{RefreshToken: u.api.tokens()[1]}, portalClient); ProblemOf(err).Code != portal.SessionRevoked {
		t.Errorf("the session lives on: %v", err)
	}
}

// withService is a user whose keyring's days the test chooses.
func withService(t *testing.T) (*linuxUser, *secretService) {
	t.Helper()
	service := newSecretService(t)
	return newLinuxUser(t, service.environment()), service
}

func TestADismissedPromptIsToldOnceAndNotShownAgainAtEveryRenewal(t *testing.T) {
	u, service := withService(t)
	service.set(func() { service.locked = true })
	app := u.start()
	u.wantCause(u.signIn(app), keyringLocked)
	for range 3 {
		u.wantRenewing(app)
	}
	if service.prompted() != 1 || service.kept() != "" {
		t.Errorf("the prompt was shown %d times, kept %q", service.prompted(), service.kept())
	}
}

func TestAKeyringUnlockedAtThePromptKeepsTheSession(t *testing.T) {
	u, service := withService(t)
	service.set(func() { service.locked, service.prompts = true, "unlock" })
	app := u.start()
	u.wantCause(u.signIn(app))
	u.wantResumed()
}

func TestAPromptNobodyAnswersEndsInASessionForThisRunAndPilesNothingUp(t *testing.T) {
	u, service := withService(t)
	service.set(func() { service.locked, service.prompts = true, "hang" })
	app := u.start(func(s *childSetup) { s.Wait = 50 * time.Millisecond })
	u.wantCause(u.signIn(app), keyringWaiting)
	u.wantRenewing(app)
	few := app.call(childCall{Do: "renew", Times: 1}).Goroutines
	many := app.call(childCall{Do: "renew", Times: 30}).Goroutines
	if many > few+3 || service.prompted() != 1 {
		t.Errorf("%d goroutines, then %d; %d prompts", few, many, service.prompted())
	}
}

func TestAServiceThatStopsAnsweringIsTakenUpAgainWhenItDoes(t *testing.T) {
	u, service := withService(t)
	app := u.start()
	u.wantCause(u.signIn(app))
	frozen := make(chan struct{})
	service.set(func() { service.frozen = frozen })
	app.call(childCall{Do: "wait", Wait: 50 * time.Millisecond})
	u.wantRenewing(app, keyringWaiting)
	service.set(func() { service.frozen = nil })
	close(frozen)
	app.call(childCall{Do: "wait", Wait: time.Minute})
	var told []SessionOnly
	eventually(t, func() bool {
		reply := app.call(childCall{Do: "renew", Times: 1})
		told = append(told, reply.Told...)
		return len(told) > 0 && told[len(told)-1].Cause == ""
	})
	app.kill()
	u.wantResumed()
}

func TestAValueTamperedWithInTheSecretServiceIsRemoved(t *testing.T) {
	for name, value := range map[string]string{"not JSON": "hunter2", "long": strings.Repeat("{", 1<<20), "binary": "\xff\x00"} {
		u, service := withService(t)
		app := u.start()
		u.wantCause(u.signIn(app))
		app.kill()
		service.tamper(value)
		look := u.start().call(childCall{Do: "look"})
		if look.Found || !strings.Contains(look.Message, "was removed") || service.kept() != "" {
			t.Errorf("%s: %+v, kept %d bytes", name, look, len(service.kept()))
		}
	}
}

func TestATokenThatCouldNotBeReplacedIsNeverSentAgain(t *testing.T) {
	for name, fail := range map[string]func(*secretService){
		"removed":           func(s *secretService) { s.readOnly = true },
		"cannot be removed": func(s *secretService) { s.readOnly, s.undeletable = true, true },
	} {
		t.Run(name, func(t *testing.T) {
			u, service := withService(t)
			app := u.start()
			u.wantCause(u.signIn(app))
			service.set(func() { fail(service) })
			u.wantRenewing(app, keyringFailed)
			u.wantRenewing(app)
			if name == "removed" && service.kept() != "" {
				t.Error("the spent token is still in the keyring")
			}
			next := u.start()
			reply := next.call(childCall{Do: "resume"})
			if reply.Code != SignedOut {
				t.Errorf("the next start: %+v", reply)
			}
			// The window that still has the session keeps it: nothing looked like a stolen token.
			u.wantRenewing(app)
			service.set(func() { service.readOnly, service.undeletable = false, false })
			u.wantRenewing(app, "")
			app.kill()
			u.wantResumed()
		})
	}
}

func TestSigningOutOfAKeyringThatCannotBeEmptiedStaysSignedOut(t *testing.T) {
	u, service := withService(t)
	app := u.start()
	u.wantCause(u.signIn(app))
	service.set(func() { service.undeletable = true })
	u.api.Close()
	reply := app.call(childCall{Do: "sign out"})
	if reply.Code != "" || len(reply.Ended) != 1 || !strings.Contains(reply.Ended[0].Message, "Remove the entry") {
		t.Errorf("told %+v", reply)
	}
	next := u.start()
	if look := next.call(childCall{Do: "look"}); look.Found || look.Message != "" {
		t.Errorf("the next start sees %+v", look)
	}
	service.set(func() { service.undeletable = false })
	if reply := next.call(childCall{Do: "resume"}); reply.Code != SignedOut || service.kept() != "" {
		t.Errorf("the next start: %+v, kept %q", reply, service.kept())
	}
}

func TestSigningOutOfALockedKeyringAsksForItsPasswordOnce(t *testing.T) {
	u, service := withService(t)
	app := u.start()
	u.wantCause(u.signIn(app))
	service.set(func() { service.locked = true })
	if reply := app.call(childCall{Do: "sign out"}); reply.Code != "" || service.prompted() != 1 {
		t.Errorf("%+v after %d prompts", reply, service.prompted())
	}
}

func TestTheBusMayEndWhileTheAppRuns(t *testing.T) {
	address, daemon := newBus(t)
	u := newLinuxUser(t, "DBUS_SESSION_BUS_ADDRESS="+address)
	app := u.start()
	u.wantCause(u.signIn(app), keyringAbsent)
	_ = daemon.Process.Kill()
	u.wantRenewing(app)
}

// A service says what is wrong in the user's language; only the name of its error, or the service itself, tells the cause.
func TestDBusCause(t *testing.T) {
	want := map[string]string{
		"org.freedesktop.Secret.Error.IsLocked": keyringLocked, "org.freedesktop.Secret.Error.NoSuchObject": keyringMissing,
	}
	for _, name := range []string{"AccessDenied", "AuthFailed", "InteractiveAuthorizationRequired"} {
		want["org.freedesktop.DBus.Error."+name] = keyringRefused
	}
	for _, name := range []string{
		"ServiceUnknown", "NameHasNoOwner", "NoServer", "Disconnected", "NoReply", "Timeout", "TimedOut", "IOError",
		"Spawn.ExecFailed", "Spawn.ForkFailed", "Spawn.ChildExited", "Spawn.ServiceNotFound", "Spawn.FileInvalid",
	} {
		want["org.freedesktop.DBus.Error."+name] = keyringAbsent
	}
	for _, name := range []string{"Failed", "NoMemory", "UnknownMethod", "InvalidArgs", "Spawner"} {
		want["org.freedesktop.DBus.Error."+name] = ""
	}
	for name, cause := range want {
		for _, err := range []error{dbus.Error{Name: name}, &dbus.Error{Name: name}, fmt.Errorf("store: %w", dbus.Error{Name: name})} {
			if got := dbusCause(dbusName(err)); got != cause {
				t.Errorf("%T %s: got %q, want %q", err, name, got, cause)
			}
		}
	}
}

func TestIdentify(t *testing.T) {
	named := func(name string) error {
		return dbus.Error{Name: name, Body: []any{"der Dienst antwortet nicht, locked, no such file"}}
	}
	unnamed := errors.New("Der Schlüsselbund ist gesperrt")
	login := []dbus.ObjectPath{loginPath}
	for _, c := range []struct {
		name        string
		err         error
		collections []dbus.ObjectPath
		locked      bool
		cause       string
	}{
		{"locked_by_name", named("org.freedesktop.Secret.Error.IsLocked"), login, false, keyringLocked},
		{"missing_by_name", named("org.freedesktop.Secret.Error.NoSuchObject"), login, true, keyringMissing},
		{"refused_by_name", named("org.freedesktop.DBus.Error.AccessDenied"), login, true, keyringRefused},
		{"absent_by_name", named("org.freedesktop.DBus.Error.ServiceUnknown"), login, true, keyringAbsent},
		{"not_started", named("org.freedesktop.DBus.Error.Spawn.ChildExited"), login, true, keyringAbsent},
		{"died_before_its_reply", named("org.freedesktop.DBus.Error.NoReply"), login, true, keyringAbsent},
		{"wrapped", fmt.Errorf("store: %w", named("org.freedesktop.Secret.Error.IsLocked")), login, false, keyringLocked},
		{"locked_by_state", unnamed, login, true, keyringLocked},
		{"missing_by_state", unnamed, nil, false, keyringMissing},
		{"failed_by_state", unnamed, login, false, keyringFailed},
		{"failed_by_a_name_that_says_nothing", named("org.freedesktop.DBus.Error.Failed"), login, false, keyringFailed},
		{"too_long", keyring.ErrSetDataTooBig, login, true, keyringTooBig},
	} {
		t.Run(c.name, func(t *testing.T) {
			service := newSecretService(t)
			service.set(func() { service.collections, service.locked = c.collections, c.locked })
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", service.address)
			freshSessionBus(t)
			err := identify(c.err)
			if got := keyringCause("linux", err); got != c.cause {
				t.Errorf("got cause %s of %v, want %s", got, err, c.cause)
			}
			if !strings.Contains(err.Error(), c.err.Error()) {
				t.Errorf("the error is lost: %v", err)
			}
		})
	}
	t.Run("absent_by_state", func(t *testing.T) {
		address, _ := newBus(t)
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		freshSessionBus(t)
		if err := identify(unnamed); keyringCause("linux", err) != keyringAbsent {
			t.Errorf("got %v, want %s", err, keyringAbsent)
		}
	})
	t.Run("nothing_found_stays_that", func(t *testing.T) {
		if err := identify(keyring.ErrNotFound); !errors.Is(err, keyring.ErrNotFound) {
			t.Errorf("got %v", err)
		}
		if err := identify(nil); err != nil {
			t.Errorf("got %v", err)
		}
	})
}

// freshSessionBus drops the connection that the library shares, so that the next is to the bus of this test.
func freshSessionBus(t *testing.T) {
	t.Helper()
	conn, err := dbus.SessionBus()
	if err != nil {
		return
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
}
