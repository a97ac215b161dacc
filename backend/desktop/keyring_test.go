package desktop

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/testkit/wait"
)

// exitCode is how `security` of macOS fails.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }
func (e exitCode) ExitCode() int { return int(e) }

// lockedFault is the error of a keyring that stays locked.
func lockedFault() error {
	return &keyring.Fault{Cause: keyring.Locked, Evidence: "test", Err: io.EOF}
}

// platformKeyring takes what the keyring of a system takes, and fails as that one does.
type platformKeyring struct {
	memoryKeyring
	system string
	// reading, writing and deleting fail with these.
	reading, writing, deleting error
	// swallows is a keyring whose dismissed prompt looks like success, as go-keyring's on Linux does.
	swallows bool
}

func (p *platformKeyring) Get(service, account string) (string, error) {
	if p.reading != nil {
		return "", p.reading
	}
	return p.memoryKeyring.Get(service, account)
}

func (p *platformKeyring) Set(service, account, secret string) error {
	command := len("add-generic-password -U -s  -a  -w \n") + len(service) + len(account) + len("go-keyring-base64:") +
		base64.StdEncoding.EncodedLen(len(secret))
	switch {
	case p.writing != nil:
		return p.writing
	case p.swallows:
		return nil
	case p.system == "windows" && len(secret) > 2560, p.system == "darwin" && command > 4096:
		return keyring.ErrTooBig
	}
	return p.memoryKeyring.Set(service, account, secret)
}

func (p *platformKeyring) Delete(service, account string) error {
	if p.deleting != nil {
		return p.deleting
	}
	return p.memoryKeyring.Delete(service, account)
}

// Every known failure of a keyring, by system: its error, and the cause that the user sees.
var keyringFailures = []struct {
	system, name string
	err          error
	cause        string
}{
	{"linux", "no keyring runs", &keyring.Fault{Cause: keyring.Absent, Err: io.EOF}, keyring.Absent},
	{"linux", "dbus-launch is not installed", &exec.Error{Name: "dbus-launch", Err: exec.ErrNotFound}, keyring.Absent},
	{"linux", "no login keyring", &keyring.Fault{Cause: keyring.Missing, Err: io.EOF}, keyring.Missing},
	{"linux", "the password was not given", &keyring.Fault{Cause: keyring.Locked, Err: io.EOF}, keyring.Locked},
	{"linux", "a sandbox forbids it", &keyring.Fault{Cause: keyring.Refused, Err: io.EOF}, keyring.Refused},
	{"linux", "anything else", errors.New("the keyring is locked"), keyring.Failed},
	{"windows", "policy forbids to keep credentials", syscall.Errno(1312), keyring.Refused},
	{"windows", "access denied", syscall.Errno(5), keyring.Refused},
	{"windows", "the service is switched off", syscall.Errno(1058), keyring.Absent},
	{"windows", "the service does not respond", syscall.Errno(1722), keyring.Absent},
	{"windows", "no profile", syscall.Errno(2202), keyring.Missing},
	{"windows", "cancelled", syscall.Errno(1223), keyring.Locked},
	{"windows", "longer than the API takes", syscall.Errno(1783), keyring.TooBig},
	{"windows", "longer than 2,560 bytes", keyring.ErrTooBig, keyring.TooBig},
	{"windows", "anything else", syscall.Errno(31), keyring.Failed},
	{"darwin", "locked, without a screen", exitCode(36), keyring.Locked},
	{"darwin", "wrong password", exitCode(51), keyring.Locked},
	{"darwin", "cancelled", exitCode(128), keyring.Locked},
	{"darwin", "no default keychain", exitCode(37), keyring.Missing},
	{"darwin", "the keychain's file is gone", exitCode(50), keyring.Missing},
	{"darwin", "no keychain services", exitCode(53), keyring.Absent},
	{"darwin", "no /usr/bin/security", &exec.Error{Name: "/usr/bin/security", Err: os.ErrNotExist}, keyring.Absent},
	{"darwin", "read only", exitCode(52), keyring.Refused},
	{"darwin", "longer than a command line", keyring.ErrTooBig, keyring.TooBig},
	{"darwin", "anything else", exitCode(1), keyring.Failed},
	{"linux", "hangs", context.DeadlineExceeded, keyring.Waiting},
	{"windows", "hangs", context.DeadlineExceeded, keyring.Waiting},
	{"darwin", "hangs", context.DeadlineExceeded, keyring.Waiting},
}

// newPlatform is an app on another system whose keyring is ring.
func newPlatform(t *testing.T, ring *platformKeyring, change ...func(*Options)) *testApp {
	t.Helper()
	b := newTestApp(t, append(change, func(o *Options) { o.Keyring = ring })...)
	b.endpoint.session.vault.System = ring.system
	return b
}

func TestKeyring(t *testing.T) {
	t.Run("failure_keeps_the_session_for_this_run", testKeyringFailureKeepsTheSessionForThisRun)
	t.Run("dismissed_prompt_is_noticed", testKeyringDismissedPromptIsNoticed)
	t.Run("dismissed_prompt_at_a_renewal_is_noticed", testKeyringDismissedPromptAtARenewalIsNoticed)
	t.Run("too_long_entry_is_reported", testKeyringTooLongEntryIsReported)
	t.Run("entry_fits_every_system", testKeyringEntryFitsEverySystem)
	t.Run("tampered_entry_is_removed_and_never_sent", testKeyringTamperedEntryIsRemovedAndNeverSent)
	t.Run("tampered_entry_is_replaced_at_a_renewal", testKeyringTamperedEntryIsReplacedAtARenewal)
	t.Run("removed_entry_signs_out", testKeyringRemovedEntrySignsOut)
}

func testKeyringFailureKeepsTheSessionForThisRun(t *testing.T) {
	for _, c := range keyringFailures {
		t.Run(c.system+" "+c.name, func(t *testing.T) {
			ring := &platformKeyring{system: c.system, reading: c.err, writing: c.err, deleting: c.err}
			b := newPlatform(t, ring)
			b.signIn(t)
			want := SessionOnly{Cause: c.cause,
				Message: keyring.Describe(c.system, c.err).Message + " You stay signed in until you close the app."}
			if got := b.emitted(EventSessionOnly); len(got) != 1 || got[0] != want {
				t.Errorf("got events %+v, want %+v", got, want)
			}
			for range 2 {
				b.api.expireAccess()
				if _, err := b.Me(t.Context()); err != nil {
					t.Fatalf("the session did not renew from memory: %v", err)
				}
			}
			if got := b.emitted(EventSessionOnly); len(got) != 1 || ring.kept() != "" {
				t.Errorf("got events %d times, the keyring holds %q", len(got), ring.kept())
			}
			if s := b.another(t, func(o *Options) { o.Keyring = ring }).Startup(t.Context()); s.HasSession || s.KeyringProblem == "" {
				t.Errorf("the next start says %+v", s)
			}
		})
	}
}

func testKeyringDismissedPromptIsNoticed(t *testing.T) {
	ring := &platformKeyring{system: "linux", swallows: true}
	b := newPlatform(t, ring)
	b.signIn(t)
	if got := b.emitted(EventSessionOnly); len(got) != 1 || got[0].(SessionOnly).Cause != keyring.Locked {
		t.Errorf("got events %+v", got)
	}
}

func testKeyringDismissedPromptAtARenewalIsNoticed(t *testing.T) {
	ring := &platformKeyring{system: "linux"}
	b := newPlatform(t, ring)
	b.signIn(t)
	ring.swallows = true
	b.api.expireAccess()
	if _, err := b.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.emitted(EventSessionOnly); len(got) != 1 || got[0].(SessionOnly).Cause != keyring.Locked {
		t.Errorf("got events %+v", got)
	}
}

func testKeyringTooLongEntryIsReported(t *testing.T) {
	for _, system := range []string{"windows", "darwin"} {
		ring := &platformKeyring{system: system}
		b := newPlatform(t, ring)
		b.endpoint.session.apiURL = "https://" + strings.Repeat("x", 3000)
		b.signIn(t)
		if got := b.emitted(EventSessionOnly); len(got) != 1 || got[0].(SessionOnly).Cause != keyring.TooBig || ring.kept() != "" {
			t.Errorf("%s: got %+v, kept %d bytes", system, got, len(ring.kept()))
		}
	}
}

func testKeyringEntryFitsEverySystem(t *testing.T) {
	for _, system := range []string{"linux", "windows", "darwin"} {
		ring := &platformKeyring{system: system}
		b := newPlatform(t, ring)
		b.signIn(t)
		if _, err := b.UseGrant(t.Context(), uuid.NewString()); err != nil {
			t.Fatal(err)
		}
		if got := b.emitted(EventSessionOnly); len(got) != 0 || len(ring.kept()) == 0 || len(ring.kept()) > 500 {
			t.Errorf("%s: got %+v, %d bytes", system, got, len(ring.kept()))
		}
	}
}

// goodEntry returns a valid entry of the keyring after a change.
func goodEntry(api string, change func(map[string]any)) string {
	entry := map[string]any{
		"v": keyring.Version, "api": api, "line": uuid.NewString(), "turn": 3, "refresh_token": newRefreshToken(), "user_id": uuid.NewString(),
	}
	change(entry)
	content, _ := json.Marshal(entry)
	return string(content)
}

func testKeyringTamperedEntryIsRemovedAndNeverSent(t *testing.T) {
	b := newTestApp(t)
	account := b.endpoint.session.vault.Account
	for name, secret := range map[string]string{
		"not_JSON":        "hunter2",
		"of_another_API":  goodEntry("https://other.example.com", func(map[string]any) {}),
		"without_user":    goodEntry(b.api.URL, func(e map[string]any) { e["user_id"] = "" }),
		"a_foreign_token": goodEntry(b.api.URL, func(e map[string]any) { e["refresh_token"] = "ghp_0123456789" }),
	} {
		t.Run(name, func(t *testing.T) {
			for _, first := range []string{"startup", "resume"} {
				if err := b.ring.Set(keyring.Service, account, secret); err != nil {
					t.Fatal(err)
				}
				app := b.another(t)
				var got string
				if first == "startup" {
					s := app.Startup(t.Context())
					got = s.KeyringProblem
					if s.HasSession {
						t.Errorf("got startup %+v", s)
					}
				} else {
					_, err := app.Resume(t.Context())
					got = wantCode(t, err, SignedOut).Message
				}
				if !strings.Contains(got, "was removed. Sign in again.") || b.ring.kept() != "" || b.api.count(&b.api.refreshes) != 0 {
					t.Errorf("%s: got %q, kept %q, %d refreshes", first, got, b.ring.kept(), b.api.refreshes)
				}
			}
		})
	}
}

func testKeyringTamperedEntryIsReplacedAtARenewal(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	if err := b.ring.Set(keyring.Service, b.endpoint.session.vault.Account, "hunter2"); err != nil {
		t.Fatal(err)
	}
	b.api.expireAccess()
	if _, err := b.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := parse(b.ring.kept(), b.api.URL); err != nil {
		t.Error("the keyring still holds the broken entry")
	}
}

func testKeyringRemovedEntrySignsOut(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	if err := b.ring.Delete(keyring.Service, b.endpoint.session.vault.Account); err != nil {
		t.Fatal(err)
	}
	b.api.expireAccess()
	_, err := b.Me(t.Context())
	wantCode(t, err, SignedOut)
	if ended := b.emitted(EventSessionEnded); len(ended) != 1 || !strings.Contains(ended[0].(SessionEnded).Message, "keyring") {
		t.Errorf("got events %+v", ended)
	}
}

// eventually waits at most a minute for a condition that another goroutine makes true.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	wait.Until(t, time.Minute, what, done)
}

// scan fails where a file below dir holds one of the secrets, whole or in part.
func scan(t *testing.T, dir string, secrets []string) (files int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		for _, secret := range secrets {
			if len(secret) > 20 && strings.Contains(string(content), secret[4:20]) {
				t.Errorf("%s holds a token", path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// parse returns the session in a keyring's entry for api.
func parse(secret, api string) (keyring.Session, error) {
	return keyring.Parse(secret, func(entry string) bool { return sameOrigin(entry, api) })
}
