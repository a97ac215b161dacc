package portal

// EndedReason is why a session was ended before its time.
type EndedReason string

const (
	// EndedReuse: one of its refresh tokens was used twice, so it may have been stolen.
	EndedReuse EndedReason = "reuse"
	// EndedSignOut: its user signed out with it.
	EndedSignOut EndedReason = "sign_out"
	// EndedByAdmin: an administrator signed its user out everywhere.
	EndedByAdmin EndedReason = "admin"
	// EndedElsewhere: its user ended it from another of their sessions.
	EndedElsewhere EndedReason = "elsewhere"
	// EndedDeactivated: the last of its user's grants was deactivated.
	EndedDeactivated EndedReason = "deactivated"
)

// Sentence returns why the session ended and what the user should do. A session that reached a limit has no reason.
func (r EndedReason) Sentence() string {
	switch r {
	case EndedReuse:
		return "This session was ended for safety: its key was used twice, so it may have been copied. Sign in again."
	case EndedSignOut:
		return "You have signed out. Sign in again."
	case EndedByAdmin:
		return "An administrator signed you out everywhere. Sign in again."
	case EndedElsewhere:
		return "You ended this session from another device. Sign in again."
	case EndedDeactivated:
		return "This session ended when your account was deactivated. Sign in again."
	}
	return "This session has ended. Sign in again."
}

// SessionEnded returns the error for a token of an ended session.
func SessionEnded(reason EndedReason) *Error { return Errorf(SessionRevoked, "%s", reason.Sentence()) }
