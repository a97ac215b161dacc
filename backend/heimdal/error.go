package heimdal

// Code names what went wrong with a call of Heimdal's API.
type Code string

const (
	BadKey      Code = "bad_key"
	RateLimited Code = "rate_limited"
	Unreachable Code = "unreachable"
	Timeout     Code = "timeout"
	TLS         Code = "tls"
	Redirected  Code = "redirected"
	NotFound    Code = "not_found"
	ServerError Code = "server_error"
	Garbage     Code = "garbage"
	Truncated   Code = "truncated"
	TooLarge    Code = "too_large"
	Incomplete  Code = "incomplete"
	DuplicateID Code = "duplicate_id"
)

// Error is why Heimdal's answer cannot be used. Detail is a sentence for an admin; it never carries the key.
type Error struct {
	Code   Code
	Detail string
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Detail }
