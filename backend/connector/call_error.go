package connector

import "fmt"

// CallCode is why a call of a product's API failed.
type CallCode string

const (
	// BadKey: the key or the customer id is not accepted.
	BadKey CallCode = "bad_key"
	// WrongCustomer: the response is about another customer than the request.
	WrongCustomer CallCode = "wrong_customer"
	// RateLimited: refused for calling too often, at every try.
	RateLimited CallCode = "rate_limited"
	// Refused: a status that says the request itself is wrong.
	Refused CallCode = "refused"
	// NoEndpoint: there is no such address; the base URL is wrong.
	NoEndpoint CallCode = "not_found"
	// Redirected: the product redirects to another address.
	Redirected CallCode = "redirected"
	// Unreachable: the host does not exist, or does not respond.
	Unreachable CallCode = "unreachable"
	// TimedOut: the response did not come, or did not end, in time.
	TimedOut CallCode = "timeout"
	// Insecure: the certificate or the TLS setup is not accepted.
	Insecure CallCode = "tls"
	// ServerError: the product's own error.
	ServerError CallCode = "server_error"
	// Garbage: a complete response that is not a list of customers.
	Garbage CallCode = "garbage"
	// Unmapped: customers were read, but not which of their fields is the id or the type; an admin can choose it.
	Unmapped CallCode = "unmapped"
	// Truncated: the response breaks off.
	Truncated CallCode = "truncated"
	// Oversized: the response, or one customer of it, is larger than is accepted.
	Oversized CallCode = "too_large"
	// Incomplete: a well-formed response that lacks customers by its own count.
	Incomplete CallCode = "incomplete"
	// DuplicateID: two different customers have one id.
	DuplicateID CallCode = "duplicate_id"
)

// CallError is the error of a call whose response cannot be used. Detail tells an admin what happened and what to do
// next. It never contains the key.
type CallError struct {
	Code   CallCode
	Detail string
	// Sign is the name of the member or header that makes the response incomplete, if an admin can declare that name
	// harmless; else "".
	Sign string
}

func (e *CallError) Error() string { return string(e.Code) + ": " + e.Detail }

// CallErrorf returns a CallError.
func CallErrorf(code CallCode, format string, args ...any) *CallError {
	return &CallError{Code: code, Detail: fmt.Sprintf(format, args...)}
}
