package identity

import (
	"errors"

	"fs-client-portal/backend/portal"
)

// problem is why a sign-in was refused: public for the caller, reason for the audit log and the operator. A reason
// is one of our own words, or a provider's error code: never anything personal or secret.
type problem struct {
	public *portal.Error
	reason string
}

func (p *problem) Error() string { return p.public.Error() + " (" + p.reason + ")" }
func (p *problem) Unwrap() error { return p.public }

func down(reason string) error {
	return &problem{portal.Errorf(portal.ProviderDown, "Your sign-in provider does not answer as it should at the moment. Try again in a few minutes."), reason}
}

func refused(reason string) error {
	return &problem{portal.Errorf(portal.ProviderRefused, "Your sign-in could not be confirmed. Sign in again; if it happens again, tell your administrator."), reason}
}

func wrongTenant() error {
	return &problem{portal.Errorf(portal.TenantNotAllowed, "Accounts of this organisation cannot sign in here. Use the account you were invited with, or ask your administrator."), "tenant"}
}

func noInvite(reason string) error {
	return &problem{portal.Errorf(portal.NoInvite, "There is no open invite for this account. Use the account you were invited with, or ask your administrator for an invite."), reason}
}

func codeRequired() error {
	return &problem{portal.Errorf(portal.InviteCodeRequired, "Enter the code of your invite to finish signing in. If you have none, ask your administrator."), "code_required"}
}

// codeWrong counts; left is how many tries there still are.
func codeWrong(left int) error {
	tries := "tries"
	if left == 1 {
		tries = "try"
	}
	return &problem{portal.Errorf(portal.InviteCodeWrong, "That code is not right. %d %s left.", left, tries), reasonCodeWrong}
}

const (
	reasonCodeWrong    = "code_wrong"
	reasonCodeMistyped = "code_mistyped"
)

// codeMistyped does not count: what cannot be a code is nobody's guess.
func codeMistyped() error {
	return &problem{portal.Errorf(portal.InviteCodeWrong, "There is a typing error in this code. Compare it with the one you were given; this did not count as a try."), reasonCodeMistyped}
}

func inviteClosed() error {
	return &problem{portal.Errorf(portal.InviteClosed, "This invite was closed after too many wrong codes. Ask your administrator to send a new one."), "invite_closed"}
}

func outOfTries() error {
	return &problem{portal.Errorf(portal.AttemptExpired, "That code is not right, and this sign-in has no tries left. Sign in again to try once more."), reasonCodeWrong}
}

func attemptOver(reason string) error {
	return &problem{portal.Errorf(portal.AttemptExpired, "This sign-in has expired or was used already. Start again."), reason}
}

// split answers why err refuses, if it does, and what the caller may know of it. An error that is neither a problem
// nor a portal.Error is a failure of ours and comes back as it is.
func split(err error) (reason string, public error) {
	var p *problem
	if errors.As(err, &p) {
		return p.reason, p.public
	}
	var known *portal.Error
	if errors.As(err, &known) {
		return string(known.Code), known
	}
	return "", err
}
