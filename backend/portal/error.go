// Package portal is the product's vocabulary: its types and pure rules. It imports nothing of ours.
package portal

import (
	"errors"
	"fmt"
	"time"
)

// Code tells a caller what went wrong in a way it can act on.
type Code string

const (
	Invalid            Code = "invalid"
	Unauthenticated    Code = "unauthenticated"
	SessionRevoked     Code = "session_revoked"
	GrantChanged       Code = "grant_changed"
	Forbidden          Code = "forbidden"
	NotFound           Code = "not_found"
	Conflict           Code = "conflict"
	SyncRunning        Code = "sync_running"
	NoProduct          Code = "no_product"
	ProductRefused     Code = "product_refused"
	NoInvite           Code = "no_invite"
	InviteCodeRequired Code = "invite_code_required"
	InviteCodeInvalid  Code = "invite_code_invalid"
	InviteChoice       Code = "invite_choice"
	InviteClosed       Code = "invite_closed"
	TenantNotAllowed   Code = "tenant_not_allowed"
	Deactivated        Code = "deactivated"
	AttemptExpired     Code = "attempt_expired"
	ProviderDown       Code = "provider_unavailable"
	ProviderRefused    Code = "provider_refused"
	TooManyRequests    Code = "too_many_requests"
	TooLarge           Code = "too_large"
	Unavailable        Code = "unavailable"
	Internal           Code = "internal"
)

// Error is an error its caller can act on. Detail is for people and carries no secret and no personal data; Address does, so
// it goes to the caller alone and is never logged.
type Error struct {
	Code   Code
	Detail string
	// Field names the parameter that is wrong, where one is.
	Field string
	// Wait is how long TooManyRequests asks to wait.
	Wait time.Duration
	// Address is the one the caller signed in with, where no invite was claimed by it.
	Address string
	// Invites are what InviteChoice lets the caller choose from.
	Invites []InviteOffer
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Detail }

// Errorf makes an Error of a code and a sentence.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// InvalidField makes an Invalid error that names the parameter at fault.
func InvalidField(field, format string, args ...any) *Error {
	return &Error{Code: Invalid, Detail: fmt.Sprintf(format, args...), Field: field}
}

// ErrorCode answers the code of the first Error in err's chain, Internal for any other error, "" for nil.
func ErrorCode(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
