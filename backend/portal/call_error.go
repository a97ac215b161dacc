package portal

import "fmt"

// CallCode names what went wrong with a call of a product's API.
type CallCode string

const (
	// BadKey: the key or the customer id is not accepted.
	BadKey CallCode = "bad_key"
	// WrongCustomer: the answer is about another customer than the one asked for.
	WrongCustomer CallCode = "wrong_customer"
	// RateLimited: still too many calls after every try.
	RateLimited CallCode = "rate_limited"
	// Refused: a status that says the request itself is wrong.
	Refused CallCode = "refused"
	// NoEndpoint: there is no such address; the base URL is wrong.
	NoEndpoint CallCode = "not_found"
	// Redirected: the request is sent on to another address.
	Redirected CallCode = "redirected"
	// Unreachable: there is no such host, or nobody answers there.
	Unreachable CallCode = "unreachable"
	// TimedOut: no answer, or no end of it, in time.
	TimedOut CallCode = "timeout"
	// Insecure: the certificate or the TLS setup is not accepted.
	Insecure CallCode = "tls"
	// ServerError: the product's own error.
	ServerError CallCode = "server_error"
	// Garbage: complete, but not the customers.
	Garbage CallCode = "garbage"
	// Unmapped: the customers came, but which of their fields is the id or the type is not known; the field map can say.
	Unmapped CallCode = "unmapped"
	// Truncated: the answer breaks off.
	Truncated CallCode = "truncated"
	// Oversized: the answer, or one customer of it, is larger than is accepted.
	Oversized CallCode = "too_large"
	// Incomplete: well-formed, but by its own count not all there is.
	Incomplete CallCode = "incomplete"
	// DuplicateID: two customers with one id that contradict each other.
	DuplicateID CallCode = "duplicate_id"
)

// CallError is why a product's answer cannot be used. Detail is for an admin: what happened and what to do next. It
// never carries the key.
type CallError struct {
	Code   CallCode
	Detail string
	// Sign is the name of the member or header because of which the answer counts as incomplete, where an admin can
	// declare that name harmless; else "".
	Sign string
}

func (e *CallError) Error() string { return string(e.Code) + ": " + e.Detail }

// CallErrorf makes a CallError of a code and a sentence.
func CallErrorf(code CallCode, format string, args ...any) *CallError {
	return &CallError{Code: code, Detail: fmt.Sprintf(format, args...)}
}
