package desktop

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"syscall"

	"github.com/zalando/go-keyring"
)

// Causes of a keyring that cannot be used, as session:only carries them.
const (
	keyringAbsent  = "keyring_absent"
	keyringMissing = "keyring_missing"
	keyringLocked  = "keyring_locked"
	keyringWaiting = "keyring_waiting"
	keyringTooBig  = "keyring_too_big"
	keyringRefused = "keyring_refused"
	keyringFailed  = "keyring_failed"
	keyringNewer   = "keyring_newer"
)

// newerWords are for every system.
const newerWords = "A newer version of this app keeps its sign-in in the keyring. It stays there: use that version to stay signed in."

// keyringWords say for each system what is wrong and what to do. Linux speaks for every other.
var keyringWords = map[string]map[string]string{
	"linux": {
		keyringAbsent:  "No keyring runs on this computer. Start GNOME Keyring or KWallet and sign in again to stay signed in.",
		keyringMissing: "There is no open login keyring. Create or unlock one in Passwords and Keys and sign in again to stay signed in.",
		keyringLocked:  "The login keyring is locked. Unlock it and sign in again to stay signed in.",
		keyringWaiting: "The keyring did not answer. Look for a window that asks for its password, and sign in again to stay signed in.",
		keyringTooBig:  "The sign-in is too long for this computer's keyring. Tell your IT to stay signed in.",
		keyringRefused: "The keyring does not let this app keep anything. Allow it there and sign in again to stay signed in.",
		keyringFailed:  "The keyring could not be used. Sign out of this computer and in again to stay signed in.",
	},
	"windows": {
		keyringAbsent:  "Credential Manager does not run on this computer. Ask your IT to start its service to stay signed in.",
		keyringMissing: "Your Windows account has no place for credentials. Sign in to Windows with your own account to stay signed in.",
		keyringLocked:  "Windows was not allowed to keep the sign-in. Sign in again and allow it to stay signed in.",
		keyringWaiting: "Credential Manager did not answer. Restart the computer and sign in again to stay signed in.",
		keyringTooBig:  "The sign-in is too long for Credential Manager. Tell your IT to stay signed in.",
		keyringRefused: "Windows does not let this account keep credentials. Ask your IT to allow it to stay signed in.",
		keyringFailed:  "Credential Manager could not be used. Sign out of Windows and in again to stay signed in.",
	},
	"darwin": {
		keyringAbsent:  "The keychain cannot be reached. Restart the Mac and sign in again to stay signed in.",
		keyringMissing: "There is no login keychain. Create one in Keychain Access and sign in again to stay signed in.",
		keyringLocked:  "The login keychain is locked. Unlock it in Keychain Access and sign in again to stay signed in.",
		keyringWaiting: "The keychain did not answer. Look for a window that asks for its password, and sign in again to stay signed in.",
		keyringTooBig:  "The sign-in is too long for the keychain. Tell your IT to stay signed in.",
		keyringRefused: "The login keychain cannot be written. Repair it in Keychain Access and sign in again to stay signed in.",
		keyringFailed:  "The keychain could not be used. Sign out of the Mac and in again to stay signed in.",
	},
}

// keyringProblem says which of the few ways a keyring fails this is. The keyring's own text is not for the user, and is in
// the system's language.
func keyringProblem(system string, err error) *Problem {
	cause := keyringCause(system, err)
	words, known := keyringWords[system]
	if !known {
		words = keyringWords["linux"]
	}
	p := problem(KeyringUnavailable, words[cause])
	if cause == keyringNewer {
		p.Message = newerWords
	}
	p.Cause, p.evidence = cause, codeOf(err)
	return p
}

func keyringCause(system string, err error) string {
	switch {
	case errors.Is(err, errNewer):
		return keyringNewer
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return keyringTooBig
	case errors.Is(err, errKeyringTimeout), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return keyringWaiting
	case errors.Is(err, errNotKept), errors.Is(err, keyring.ErrNotFound):
		// Written without an error, and not there: the prompt was dismissed.
		return keyringLocked
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return keyringAbsent
	}
	switch system {
	case "windows":
		return windowsCause(err)
	case "darwin":
		return darwinCause(err)
	}
	return linuxCause(err)
}

// windowsCause reads the system error codes of CredRead and CredWrite. 1312, no such logon session, is also what
// they answer where policy forbids to keep credentials.
func windowsCause(err error) string {
	var code syscall.Errno
	if !errors.As(err, &code) {
		return keyringFailed
	}
	switch code {
	case 5, 1312, 1314: // access denied, no such logon session, privilege not held
		return keyringRefused
	case 1058, 1060, 1062, 1722: // service disabled, unknown or not started; RPC server unavailable
		return keyringAbsent
	case 1317, 2202: // no such user, bad user name
		return keyringMissing
	case 1223: // cancelled by the user
		return keyringLocked
	case 122, 1783: // buffer too small, bad stub data: longer than Windows takes
		return keyringTooBig
	}
	return keyringFailed
}

// darwinCause reads the exit code of `security`: the last byte of the keychain's own status.
func darwinCause(err error) string {
	var ended interface{ ExitCode() int }
	if !errors.As(err, &ended) {
		return keyringFailed
	}
	switch ended.ExitCode() {
	case 36, 51, 128: // interaction not allowed, wrong password, cancelled by the user
		return keyringLocked
	case 37, 50: // no default keychain, no such keychain
		return keyringMissing
	case 53: // not available
		return keyringAbsent
	case 52, 195: // read only, no permission to write
		return keyringRefused
	case 42: // data too large
		return keyringTooBig
	}
	return keyringFailed
}

// linuxCause reads what identify found out.
func linuxCause(err error) string {
	var fault *keyringFault
	if errors.As(err, &fault) {
		return fault.cause
	}
	return keyringFailed
}

// keyringFault is an error of a keyring whose cause is known. evidence names it for the log.
type keyringFault struct {
	cause, evidence string
	err             error
}

func (f *keyringFault) Error() string { return f.cause + " (" + f.evidence + "): " + f.err.Error() }

func (f *keyringFault) Unwrap() error { return f.err }

// codeOf returns the code by which a keyring's error is known: a D-Bus name, a system error or an exit code.
func codeOf(err error) string {
	var fault *keyringFault
	var code syscall.Errno
	var ended interface{ ExitCode() int }
	switch {
	case errors.As(err, &fault):
		return fault.evidence
	case errors.As(err, &code):
		return fmt.Sprintf("error %d", uintptr(code))
	case errors.As(err, &ended):
		return fmt.Sprintf("exit code %d", ended.ExitCode())
	}
	return fmt.Sprintf("%T", innermost(err))
}
