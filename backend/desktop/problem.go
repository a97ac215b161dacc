package desktop

import (
	"context"
	"errors"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
)

// Codes of errors on the user's computer. All others are those of the API (portal.Code).
const (
	SignedOut          portal.Code = "signed_out"
	Offline            portal.Code = "offline"
	NoAPIURL           portal.Code = "no_api_url"
	InsecureAPIURL     portal.Code = "insecure_api_url"
	Cancelled          portal.Code = "cancelled"
	TimedOut           portal.Code = "timed_out"
	BrowserFailed      portal.Code = "browser_failed"
	Denied             portal.Code = "denied"
	StateMismatch      portal.Code = "state_mismatch"
	KeyringUnavailable portal.Code = "keyring_unavailable"
	PolicyForbids      portal.Code = "policy"
	FileFailed         portal.Code = "file_failed"
	Interrupted        portal.Code = "interrupted"
)

// Problem is an error as a screen receives it: what went wrong and what to do, in a text for the user.
type Problem struct {
	Code       portal.Code `json:"code"`
	Message    string      `json:"message"`
	Field      string      `json:"field,omitempty"`
	RequestID  string      `json:"request_id,omitempty"`
	RetryAfter int         `json:"retry_after,omitempty"`
	// SignedInAs is the e-mail address that signed in, Invites are those to choose from; both are for the window alone.
	SignedInAs string               `json:"signed_in_as,omitempty"`
	Invites    []portal.InviteOffer `json:"invites,omitempty"`
	// Cause distinguishes errors of one code that have different remedies: why the portal cannot be reached, or the
	// keyring cannot be used.
	Cause string `json:"cause,omitempty"`
	// ProviderMessage is the sign-in provider's own explanation: short, on one line, without links.
	ProviderMessage string `json:"provider_message,omitempty"`
	// Address is the one in question: the portal's origin, or the proxy's host and port.
	Address string `json:"address,omitempty"`

	// status is the HTTP status of the response, or 0 without one.
	status int
	// fromAPI is set for a response of the portal's API, and not of a proxy or a wrong address.
	fromAPI bool
	// proven is set if the response had the API's own header as well, so that it may end a session.
	proven bool
	// evidence is the cause's detail for the log.
	evidence string
	// happened and remedy are the two parts of the message of a problem with a cause.
	happened, remedy string
}

func (p *Problem) Error() string { return string(p.Code) + ": " + p.Message }

func problem(code portal.Code, message string) *Problem {
	return &Problem{Code: code, Message: message}
}

// ProblemOf returns err as a Problem. The text of any other error is not shown to the user, because it was not written
// for users.
func ProblemOf(err error) *Problem {
	var p *Problem
	var e *portal.Error
	var k *keyring.Error
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &e):
		return &Problem{Code: e.Code, Message: e.Detail, Field: e.Field}
	case errors.As(err, &k):
		return &Problem{Code: KeyringUnavailable, Message: k.Message, Cause: k.Cause, evidence: k.Evidence}
	case errors.Is(err, context.Canceled):
		return problem(Cancelled, "Cancelled.")
	case errors.Is(err, context.DeadlineExceeded):
		return problem(TimedOut, "That took too long. Try again.")
	}
	return problem(portal.Internal, "Something went wrong. The log in this app's state folder says more.")
}

func hasCode(err error, codes ...portal.Code) bool {
	if err == nil {
		return false
	}
	code := ProblemOf(err).Code
	for _, c := range codes {
		if c == code {
			return true
		}
	}
	return false
}
