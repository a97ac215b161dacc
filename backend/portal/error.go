// Package portal has the types and rules that all other packages share. It imports no other package of the portal.
package portal

import (
	"errors"
	"fmt"
	"time"
)

// Code is the reason of an Error, for programs.
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

// Error is an error that the caller can act on. Detail is for users and contains no secret and no personal data.
// Address is personal, so it is returned to the caller only and never logged.
type Error struct {
	Code   Code
	Detail string
	// Field is the name of the invalid parameter; may be empty.
	Field string
	// Wait is the time after which a request refused with TooManyRequests may be repeated.
	Wait time.Duration
	// Address is the one the caller signed in with, where no invite was claimed by it.
	Address string
	// Invites are what InviteChoice lets the caller choose from.
	Invites []InviteOffer
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Detail }

// Errorf returns an Error.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// InvalidField returns an Invalid error with the name of the invalid parameter.
func InvalidField(field, format string, args ...any) *Error {
	return &Error{Code: Invalid, Detail: fmt.Sprintf(format, args...), Field: field}
}

// ErrorCode returns the code of the first Error in err's chain, Internal for any other error, "" for nil.
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
