package keyring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"syscall"
)

// The causes of a keyring that cannot be used, as in an Error.
const (
	Absent  = "keyring_absent"
	Missing = "keyring_missing"
	Locked  = "keyring_locked"
	Waiting = "keyring_waiting"
	TooBig  = "keyring_too_big"
	Refused = "keyring_refused"
	Failed  = "keyring_failed"
	Newer   = "keyring_newer"
)

// newerMessage is the message of Newer on every system.
const newerMessage = "A newer version of this app keeps its sign-in in the keyring. It stays there: use that version to stay signed in."

// messages tell the user of each system what is wrong and what to do. Other systems use those of Linux.
var messages = map[string]map[string]string{
	"linux": {
		Absent:  "No keyring runs on this computer. Start GNOME Keyring or KWallet and sign in again to stay signed in.",
		Missing: "There is no open login keyring. Create or unlock one in Passwords and Keys and sign in again to stay signed in.",
		Locked:  "The login keyring is locked. Unlock it and sign in again to stay signed in.",
		Waiting: "The keyring did not respond. Look for a window that asks for its password, and sign in again to stay signed in.",
		TooBig:  "The sign-in is too long for this computer's keyring. Tell your IT to stay signed in.",
		Refused: "The keyring does not let this app keep anything. Allow it there and sign in again to stay signed in.",
		Failed:  "The keyring could not be used. Sign out of this computer and in again to stay signed in.",
	},
	"windows": {
		Absent:  "Credential Manager does not run on this computer. Ask your IT to start its service to stay signed in.",
		Missing: "Your Windows account has no place for credentials. Sign in to Windows with your own account to stay signed in.",
		Locked:  "Windows was not allowed to keep the sign-in. Sign in again and allow it to stay signed in.",
		Waiting: "Credential Manager did not respond. Restart the computer and sign in again to stay signed in.",
		TooBig:  "The sign-in is too long for Credential Manager. Tell your IT to stay signed in.",
		Refused: "Windows does not let this account keep credentials. Ask your IT to allow it to stay signed in.",
		Failed:  "Credential Manager could not be used. Sign out of Windows and in again to stay signed in.",
	},
	"darwin": {
		Absent:  "The keychain cannot be reached. Restart the Mac and sign in again to stay signed in.",
		Missing: "There is no login keychain. Create one in Keychain Access and sign in again to stay signed in.",
		Locked:  "The login keychain is locked. Unlock it in Keychain Access and sign in again to stay signed in.",
		Waiting: "The keychain did not respond. Look for a window that asks for its password, and sign in again to stay signed in.",
		TooBig:  "The sign-in is too long for the keychain. Tell your IT to stay signed in.",
		Refused: "The login keychain cannot be written. Repair it in Keychain Access and sign in again to stay signed in.",
		Failed:  "The keychain could not be used. Sign out of the Mac and in again to stay signed in.",
	},
}

// Error is the error of a keyring that cannot be used. Message tells the user what is wrong and what to do. Evidence is
// the code of the error for the log. The keyring's own text is left out: it is in the system's language.
type Error struct{ Cause, Message, Evidence string }

func (e *Error) Error() string { return e.Cause + " (" + e.Evidence + ")" }

// Describe returns the Error for an error of a system's keyring.
func Describe(system string, err error) *Error {
	texts, known := messages[system]
	if !known {
		texts = messages["linux"]
	}
	e := &Error{Cause: causeOf(system, err), Evidence: codeOf(err)}
	if e.Message = texts[e.Cause]; e.Cause == Newer {
		e.Message = newerMessage
	}
	return e
}

// Dismissed returns the Error of a keyring whose prompt was dismissed on this system.
func (v *Vault) Dismissed() error { return Describe(v.System, errDismissed) }

// Newer returns the Error of a keyring that holds an entry of a newer version of the app.
func (v *Vault) Newer() error { return Describe(v.System, ErrNewer) }

func causeOf(system string, err error) string {
	switch {
	case errors.Is(err, ErrNewer):
		return Newer
	case errors.Is(err, ErrTooBig):
		return TooBig
	case errors.Is(err, errTimeout), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return Waiting
	case errors.Is(err, errDismissed), errors.Is(err, ErrNotFound):
		// The write succeeded but there is no entry: the user dismissed the prompt.
		return Locked
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return Absent
	}
	switch system {
	case "windows":
		return windowsCause(err)
	case "darwin":
		return darwinCause(err)
	}
	return linuxCause(err)
}

// windowsCause maps the system error codes of CredRead and CredWrite. They also return 1312, no such logon session,
// where policy forbids to store credentials.
func windowsCause(err error) string {
	var code syscall.Errno
	if !errors.As(err, &code) {
		return Failed
	}
	switch code {
	case 5, 1312, 1314: // access denied, no such logon session, privilege not held
		return Refused
	case 1058, 1060, 1062, 1722: // service disabled, unknown or not started; RPC server unavailable
		return Absent
	case 1317, 2202: // no such user, bad user name
		return Missing
	case 1223: // cancelled by the user
		return Locked
	case 122, 1783: // buffer too small, bad stub data: longer than Windows takes
		return TooBig
	}
	return Failed
}

// darwinCause maps the exit code of `security`, which is the last byte of the keychain's status.
func darwinCause(err error) string {
	var ended interface{ ExitCode() int }
	if !errors.As(err, &ended) {
		return Failed
	}
	switch ended.ExitCode() {
	case 36, 51, 128: // interaction not allowed, wrong password, cancelled by the user
		return Locked
	case 37, 50: // no default keychain, no such keychain
		return Missing
	case 53: // not available
		return Absent
	case 52, 195: // read only, no permission to write
		return Refused
	case 42: // data too large
		return TooBig
	}
	return Failed
}

// linuxCause returns the cause that identify found.
func linuxCause(err error) string {
	var known *Fault
	if errors.As(err, &known) {
		return known.Cause
	}
	return Failed
}

// Fault is the error of a Keyring whose cause is known. Evidence is for the log.
type Fault struct {
	Cause, Evidence string
	Err             error
}

func (f *Fault) Error() string { return fmt.Sprintf("%s (%s): %v", f.Cause, f.Evidence, f.Err) }

// Unwrap returns the keyring's own error.
func (f *Fault) Unwrap() error { return f.Err }

// codeOf returns the code of a keyring's error for the log: a D-Bus name, a system error or an exit code.
func codeOf(err error) string {
	var known *Fault
	var code syscall.Errno
	var ended interface{ ExitCode() int }
	switch {
	case errors.As(err, &known):
		return known.Evidence
	case errors.As(err, &code):
		return fmt.Sprintf("error %d", uintptr(code))
	case errors.As(err, &ended):
		return fmt.Sprintf("exit code %d", ended.ExitCode())
	}
	return fmt.Sprintf("%T", innermost(err))
}

func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
