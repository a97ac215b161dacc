package desktop

import (
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

	"fs-client-portal/backend/testkit/wait"
	"github.com/google/uuid"
	"github.com/zalando/go-keyring"
)

// exitCode is how `security` of macOS fails.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }
func (e exitCode) ExitCode() int { return int(e) }

// lockedFault is the error of a keyring that stays locked.
func lockedFault() error {
	return &keyringFault{cause: keyringLocked, evidence: "test", err: errNotKept}
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
		return keyring.ErrSetDataTooBig
	}
	return p.memoryKeyring.Set(service, account, secret)
}

func (p *platformKeyring) Delete(service, account string) error {
	if p.deleting != nil {
		return p.deleting
	}
	return p.memoryKeyring.Delete(service, account)
}

// Every way a keyring is known to fail, by system: what it answers, and the cause the user is told.
var keyringFailures = []struct {
	system, name string
	err          error
	cause        string
}{
	{"linux", "no keyring runs", &keyringFault{cause: keyringAbsent, err: io.EOF}, keyringAbsent},
	{"linux", "dbus-launch is not installed", &exec.Error{Name: "dbus-launch", Err: exec.ErrNotFound}, keyringAbsent},
	{"linux", "no login keyring", &keyringFault{cause: keyringMissing, err: io.EOF}, keyringMissing},
	{"linux", "the password was not given", &keyringFault{cause: keyringLocked, err: io.EOF}, keyringLocked},
	{"linux", "a sandbox forbids it", &keyringFault{cause: keyringRefused, err: io.EOF}, keyringRefused},
	{"linux", "anything else", errors.New("the keyring is locked"), keyringFailed},
	{"windows", "policy forbids to keep credentials", syscall.Errno(1312), keyringRefused},
	{"windows", "access denied", syscall.Errno(5), keyringRefused},
	{"windows", "the service is switched off", syscall.Errno(1058), keyringAbsent},
	{"windows", "the service does not answer", syscall.Errno(1722), keyringAbsent},
	{"windows", "no profile", syscall.Errno(2202), keyringMissing},
	{"windows", "cancelled", syscall.Errno(1223), keyringLocked},
	{"windows", "longer than the API takes", syscall.Errno(1783), keyringTooBig},
	{"windows", "longer than 2,560 bytes", keyring.ErrSetDataTooBig, keyringTooBig},
	{"windows", "anything else", syscall.Errno(31), keyringFailed},
	{"darwin", "locked, without a screen", exitCode(36), keyringLocked},
	{"darwin", "wrong password", exitCode(51), keyringLocked},
	{"darwin", "cancelled", exitCode(128), keyringLocked},
	{"darwin", "no default keychain", exitCode(37), keyringMissing},
	{"darwin", "the keychain's file is gone", exitCode(50), keyringMissing},
	{"darwin", "no keychain services", exitCode(53), keyringAbsent},
	{"darwin", "no /usr/bin/security", &exec.Error{Name: "/usr/bin/security", Err: os.ErrNotExist}, keyringAbsent},
	{"darwin", "read only", exitCode(52), keyringRefused},
	{"darwin", "longer than a command line", keyring.ErrSetDataTooBig, keyringTooBig},
	{"darwin", "anything else", exitCode(1), keyringFailed},
	{"linux", "hangs", errKeyringTimeout, keyringWaiting},
	{"windows", "hangs", errKeyringTimeout, keyringWaiting},
	{"darwin", "hangs", errKeyringTimeout, keyringWaiting},
}

// newPlatform is an app on another system whose keyring is ring.
func newPlatform(t *testing.T, ring *platformKeyring, change ...func(*Options)) *bench {
	t.Helper()
	b := newBench(t, append(change, func(o *Options) { o.Keyring = ring })...)
	b.conn.session.vault.system = ring.system
	return b
}

func TestWhateverAKeyringFailsWithTheUserIsSignedInForThisRunAndToldWhy(t *testing.T) {
	for _, c := range keyringFailures {
		t.Run(c.system+" "+c.name, func(t *testing.T) {
			ring := &platformKeyring{system: c.system, reading: c.err, writing: c.err, deleting: c.err}
			b := newPlatform(t, ring)
			b.signIn(t)
			want := SessionOnly{Cause: c.cause,
				Message: keyringWords[c.system][c.cause] + " For now you stay signed in until you close the app."}
			if told := b.emitted(EventSessionOnly); len(told) != 1 || told[0] != want {
				t.Errorf("told %+v, want %+v", told, want)
			}
			for range 2 {
				b.api.expireAccess()
				if _, err := b.Me(t.Context()); err != nil {
					t.Fatalf("the session did not renew from memory: %v", err)
				}
			}
			if told := b.emitted(EventSessionOnly); len(told) != 1 || ring.kept() != "" {
				t.Errorf("told %d times, the keyring holds %q", len(told), ring.kept())
			}
			if s := b.another(t, func(o *Options) { o.Keyring = ring }).Startup(t.Context()); s.HasSession || s.KeyringProblem == "" {
				t.Errorf("the next start says %+v", s)
			}
		})
	}
}

func TestEveryCauseHasItsOwnCalmSentenceWithANextStepOnEverySystem(t *testing.T) {
	for system, words := range keyringWords {
		said := map[string]bool{}
		for _, cause := range []string{
			keyringAbsent, keyringMissing, keyringLocked, keyringWaiting, keyringTooBig, keyringRefused, keyringFailed,
		} {
			sentence := words[cause]
			if said[sentence] || !strings.HasSuffix(sentence, "to stay signed in.") || strings.ContainsAny(sentence, "!") ||
				strings.Count(sentence, ".") != 2 {
				t.Errorf("%s, %s: %q", system, cause, sentence)
			}
			said[sentence] = true
		}
	}
}

func TestAPromptThatWasDismissedKeptNothingThoughTheLibrarySaysOtherwise(t *testing.T) {
	ring := &platformKeyring{system: "linux", swallows: true}
	b := newPlatform(t, ring)
	b.signIn(t)
	if told := b.emitted(EventSessionOnly); len(told) != 1 || told[0].(SessionOnly).Cause != keyringLocked {
		t.Errorf("told %+v", told)
	}
}

func TestAPromptDismissedAtARenewalLeftTheOldTokenAndIsNoticed(t *testing.T) {
	ring := &platformKeyring{system: "linux"}
	b := newPlatform(t, ring)
	b.signIn(t)
	ring.swallows = true
	b.api.expireAccess()
	if _, err := b.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	if told := b.emitted(EventSessionOnly); len(told) != 1 || told[0].(SessionOnly).Cause != keyringLocked {
		t.Errorf("told %+v", told)
	}
}

func TestAnAddressTooLongForAKeyringIsToldAndNotCut(t *testing.T) {
	for _, system := range []string{"windows", "darwin"} {
		ring := &platformKeyring{system: system}
		b := newPlatform(t, ring)
		b.conn.session.vault.api = "https://" + strings.Repeat("x", 3000)
		b.signIn(t)
		if told := b.emitted(EventSessionOnly); len(told) != 1 || told[0].(SessionOnly).Cause != keyringTooBig || ring.kept() != "" {
			t.Errorf("%s: told %+v, kept %d bytes", system, told, len(ring.kept()))
		}
	}
}

func TestWhatIsKeptFitsEveryKeyring(t *testing.T) {
	for _, system := range []string{"linux", "windows", "darwin"} {
		ring := &platformKeyring{system: system}
		b := newPlatform(t, ring)
		b.signIn(t)
		if _, err := b.UseGrant(t.Context(), uuid.NewString()); err != nil {
			t.Fatal(err)
		}
		if told := b.emitted(EventSessionOnly); len(told) != 0 || len(ring.kept()) == 0 || len(ring.kept()) > 500 {
			t.Errorf("%s: told %+v, %d bytes", system, told, len(ring.kept()))
		}
	}
}

// goodEntry is a kept session as parseKept takes it, changed as a test likes.
func goodEntry(api string, change func(map[string]any)) string {
	entry := map[string]any{
		"v": keptVersion, "api": api, "line": uuid.NewString(), "turn": 3, "refresh_token": newRefreshToken(), "user_id": uuid.NewString(),
	}
	change(entry)
	content, _ := json.Marshal(entry)
	return string(content)
}

func tampered(api string) map[string]string {
	set := func(key string, value any) string {
		return goodEntry(api, func(e map[string]any) { e[key] = value })
	}
	good := goodEntry(api, func(map[string]any) {})
	return map[string]string{
		"empty": "", "not JSON": "hunter2", "null": "null", "a list": "[1]", "truncated": good[:len(good)/2],
		"binary": "\x00\xff\xfe" + good, "an older version": set("v", keptVersion-1), "a short request id": set("request_id", strings.Repeat("r", 21)), "no version": set("v", nil),
		"of another API": set("api", "https://other.example.com"), "a request id that is a header": set("request_id", "a\r\nX: y"),
		"of no API": set("api", ""),
		"no token":  set("refresh_token", ""), "a foreign token": set("refresh_token", "ghp_0123456789"),
		"a token cut short": set("refresh_token", newRefreshToken()[:46]), "a token too long": set("refresh_token", newRefreshToken()+"A"),
		"a token with a line break": set("refresh_token", newRefreshToken()[:46]+"\n"), "a token of a number": set("refresh_token", 7),
		"a token with loose bits": set("refresh_token", "fsr_"+strings.Repeat("A", 42)+"B"),
		"an access token":         set("refresh_token", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"), "no user": set("user_id", ""),
		"a user that is a path": set("user_id", "../../me"), "a grant that is a header": set("grant_id", "a\r\nX: y"),
		"no line": set("line", ""), "a turn before the first": set("turn", 0), "a turn beyond counting": set("turn", 1e300),
		"absurdly long": good + strings.Repeat(" ", 1<<20), "deeply nested": strings.Repeat("[", 2000),
	}
}

func TestATamperedEntryIsNoSessionIsRemovedAndNeverSent(t *testing.T) {
	b := newBench(t)
	account := b.conn.session.vault.account
	for name, secret := range tampered(b.api.URL) {
		t.Run(name, func(t *testing.T) {
			for _, first := range []string{"startup", "resume"} {
				if err := b.ring.Set(keyringService, account, secret); err != nil {
					t.Fatal(err)
				}
				app := b.another(t)
				var told string
				if first == "startup" {
					s := app.Startup(t.Context())
					told = s.KeyringProblem
					if s.HasSession {
						t.Errorf("startup %+v", s)
					}
				} else {
					_, err := app.Resume(t.Context())
					told = wantCode(t, err, SignedOut).Message
				}
				if !strings.Contains(told, "was removed. Sign in again.") || b.ring.kept() != "" || b.api.count(&b.api.refreshes) != 0 {
					t.Errorf("%s: told %q, kept %q, %d refreshes", first, told, b.ring.kept(), b.api.refreshes)
				}
			}
		})
	}
}

func TestAnEntryTamperedWithWhileTheAppRunsChangesNothing(t *testing.T) {
	b := newBench(t)
	b.signIn(t)
	if err := b.ring.Set(keyringService, b.conn.session.vault.account, "hunter2"); err != nil {
		t.Fatal(err)
	}
	b.api.expireAccess()
	if _, err := b.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := parseKept(b.ring.kept(), b.api.URL); err != nil {
		t.Error("the keyring still holds the broken entry")
	}
}

func TestAnEntryRemovedWhileTheAppRunsIsASignOut(t *testing.T) {
	b := newBench(t)
	b.signIn(t)
	if err := b.ring.Delete(keyringService, b.conn.session.vault.account); err != nil {
		t.Fatal(err)
	}
	b.api.expireAccess()
	_, err := b.Me(t.Context())
	wantCode(t, err, SignedOut)
	if ended := b.emitted(EventSessionEnded); len(ended) != 1 || !strings.Contains(ended[0].(SessionEnded).Message, "keyring") {
		t.Errorf("told %+v", ended)
	}
}

// eventually waits for what another goroutine is about to do, for at most a minute.
func eventually(t *testing.T, done func() bool) {
	t.Helper()
	wait.Until(t, time.Minute, "a condition of the test", done)
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
