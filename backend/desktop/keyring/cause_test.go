package keyring

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
)

// exitCode is the error of macOS' security program.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }
func (e exitCode) ExitCode() int { return int(e) }

func TestCause(t *testing.T) {
	everywhere := map[string]struct {
		err  error
		want string
	}{
		"newer_entry":               {ErrNewer, Newer},
		"too_big":                   {ErrTooBig, TooBig},
		"no_reply":                  {errTimeout, Waiting},
		"deadline":                  {context.DeadlineExceeded, Waiting},
		"given_up":                  {context.Canceled, Waiting},
		"not_kept":                  {errDismissed, Locked},
		"not_there_after_writing":   {ErrNotFound, Locked},
		"no_program":                {&exec.Error{Name: "x", Err: exec.ErrNotFound}, Absent},
		"no_file":                   {&fs.PathError{Op: "open", Path: "x", Err: os.ErrNotExist}, Absent},
		"something_without_a_cause": {errors.New("locked, no such service, access denied"), Failed},
	}
	for _, system := range []string{"linux", "windows", "darwin", "plan9"} {
		for name, test := range everywhere {
			t.Run(system+"_"+name, func(t *testing.T) {
				if got := causeOf(system, fmt.Errorf("keyring: %w", test.err)); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			})
		}
	}
	windows := map[int]string{
		5: Refused, 1312: Refused, 1314: Refused, 1058: Absent, 1060: Absent, 1062: Absent,
		1722: Absent, 1317: Missing, 2202: Missing, 1223: Locked, 122: TooBig, 1783: TooBig,
	}
	for code := range 3000 {
		want := windows[code]
		if want == "" {
			want = Failed
		}
		// 2, 3 and other codes are those of a file that is not there on the system of the test.
		if err := syscall.Errno(code); !errors.Is(err, fs.ErrNotExist) {
			if got := causeOf("windows", err); got != want || code != 0 && codeOf(err) != fmt.Sprintf("error %d", code) {
				t.Errorf("Windows' %d: got %s, %s, want %s", code, got, codeOf(err), want)
			}
		}
	}
	darwin := map[int]string{
		36: Locked, 51: Locked, 128: Locked, 37: Missing, 50: Missing, 53: Absent,
		52: Refused, 195: Refused, 42: TooBig,
	}
	for code := range 256 {
		want := darwin[code]
		if want == "" {
			want = Failed
		}
		if got := causeOf("darwin", exitCode(code)); got != want || codeOf(exitCode(code)) != fmt.Sprintf("exit code %d", code) {
			t.Errorf("macOS' exit code %d: got %s, %s, want %s", code, got, codeOf(exitCode(code)), want)
		}
	}
}

func TestError(t *testing.T) {
	refused := &Fault{Refused, "org.freedesktop.DBus.Error.AccessDenied", errors.New("topsecret")}
	for system, words := range messages {
		t.Run("in_the_words_of_"+system, func(t *testing.T) {
			p := Describe(system, context.DeadlineExceeded)
			if p.Cause != Waiting || p.Message != words[Waiting] {
				t.Errorf("got %+v", p)
			}
		})
	}
	t.Run("in_words_of_Linux_elsewhere", func(t *testing.T) {
		if p := Describe("plan9", refused); p.Cause != Refused || p.Message != messages["linux"][Refused] {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("of_a_newer_version_is_the_same_everywhere", func(t *testing.T) {
		if p := Describe("darwin", ErrNewer); p.Message != newerMessage || p.Cause != Newer {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("logs_the_code_and_no_text", func(t *testing.T) {
		if p := Describe("linux", refused); p.Evidence != refused.Evidence || strings.Contains(p.Message, "topsecret") {
			t.Errorf("got evidence %q and %q", p.Evidence, p.Message)
		}
		if p := Describe("linux", errors.New("topsecret")); p.Evidence != "*errors.errorString" {
			t.Errorf("got evidence %q, want the type alone", p.Evidence)
		}
	})
}
