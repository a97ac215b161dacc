package desktop

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/zalando/go-keyring"
)

func TestKeyringCause(t *testing.T) {
	everywhere := map[string]struct {
		err  error
		want string
	}{
		"newer_entry":               {errNewer, keyringNewer},
		"too_big":                   {keyring.ErrSetDataTooBig, keyringTooBig},
		"no_reply":                  {errKeyringTimeout, keyringWaiting},
		"deadline":                  {context.DeadlineExceeded, keyringWaiting},
		"given_up":                  {context.Canceled, keyringWaiting},
		"not_kept":                  {errNotKept, keyringLocked},
		"not_there_after_writing":   {keyring.ErrNotFound, keyringLocked},
		"no_program":                {&exec.Error{Name: "x", Err: exec.ErrNotFound}, keyringAbsent},
		"no_file":                   {&fs.PathError{Op: "open", Path: "x", Err: os.ErrNotExist}, keyringAbsent},
		"something_without_a_cause": {errors.New("locked, no such service, access denied"), keyringFailed},
	}
	for _, system := range []string{"linux", "windows", "darwin", "plan9"} {
		for name, test := range everywhere {
			t.Run(system+"_"+name, func(t *testing.T) {
				if got := keyringCause(system, fmt.Errorf("keyring: %w", test.err)); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			})
		}
	}
	windows := map[int]string{
		5: keyringRefused, 1312: keyringRefused, 1314: keyringRefused, 1058: keyringAbsent, 1060: keyringAbsent, 1062: keyringAbsent,
		1722: keyringAbsent, 1317: keyringMissing, 2202: keyringMissing, 1223: keyringLocked, 122: keyringTooBig, 1783: keyringTooBig,
	}
	for code := range 3000 {
		want := windows[code]
		if want == "" {
			want = keyringFailed
		}
		// 2, 3 and other codes are those of a file that is not there on the system of the test.
		if err := syscall.Errno(code); !errors.Is(err, fs.ErrNotExist) {
			if got := keyringCause("windows", err); got != want || code != 0 && codeOf(err) != fmt.Sprintf("error %d", code) {
				t.Errorf("Windows' %d: got %s, %s, want %s", code, got, codeOf(err), want)
			}
		}
	}
	darwin := map[int]string{
		36: keyringLocked, 51: keyringLocked, 128: keyringLocked, 37: keyringMissing, 50: keyringMissing, 53: keyringAbsent,
		52: keyringRefused, 195: keyringRefused, 42: keyringTooBig,
	}
	for code := range 256 {
		want := darwin[code]
		if want == "" {
			want = keyringFailed
		}
		if got := keyringCause("darwin", exitCode(code)); got != want || codeOf(exitCode(code)) != fmt.Sprintf("exit code %d", code) {
			t.Errorf("macOS' exit code %d: got %s, %s, want %s", code, got, codeOf(exitCode(code)), want)
		}
	}
}

func TestKeyringProblem(t *testing.T) {
	fault := &keyringFault{keyringRefused, "org.freedesktop.DBus.Error.AccessDenied", errors.New("topsecret")}
	for system, words := range keyringWords {
		t.Run("in_the_words_of_"+system, func(t *testing.T) {
			p := keyringProblem(system, context.DeadlineExceeded)
			if p.Code != KeyringUnavailable || p.Cause != keyringWaiting || p.Message != words[keyringWaiting] {
				t.Errorf("got %+v", p)
			}
		})
	}
	t.Run("in_words_of_Linux_elsewhere", func(t *testing.T) {
		if p := keyringProblem("plan9", fault); p.Cause != keyringRefused || p.Message != keyringWords["linux"][keyringRefused] {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("of_a_newer_version_is_the_same_everywhere", func(t *testing.T) {
		if p := keyringProblem("darwin", errNewer); p.Message != newerWords || p.Cause != keyringNewer {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("logs_the_code_and_no_text", func(t *testing.T) {
		if p := keyringProblem("linux", fault); p.evidence != fault.evidence || strings.Contains(p.Message, "topsecret") {
			t.Errorf("got evidence %q and %q", p.evidence, p.Message)
		}
		if p := keyringProblem("linux", errors.New("topsecret")); p.evidence != "*errors.errorString" {
			t.Errorf("got evidence %q, want the type alone", p.evidence)
		}
	})
}
