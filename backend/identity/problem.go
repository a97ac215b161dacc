package identity

import (
	"errors"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// problem is why a sign-in was refused: public for the caller, reason for the audit log and the operator. A reason is
// one of this package's own codes or a provider's error code, and contains nothing personal or secret.
type problem struct {
	public *portal.Error
	reason string
}

func (p *problem) Error() string { return p.public.Error() + " (" + p.reason + ")" }
func (p *problem) Unwrap() error { return p.public }

func providerDown(reason string) error {
	return &problem{portal.Errorf(portal.ProviderDown,
		"Your sign-in provider does not respond as it should at the moment. Try again in a few minutes."), reason}
}

func refused(reason string) error {
	return &problem{portal.Errorf(portal.ProviderRefused,
		"Your sign-in could not be confirmed. Sign in again; if it happens again, tell your administrator."), reason}
}

func wrongTenant() error {
	return &problem{portal.Errorf(portal.TenantNotAllowed, "Accounts of this organisation cannot sign in here. "+
		"Use the account you were invited with, or ask your administrator."), "tenant"}
}

func noInvite(reason string) error {
	return &problem{portal.Errorf(portal.NoInvite, "There is no open invite for this account. "+
		"Use the account you were invited with, or ask your administrator for an invite."), reason}
}

// codeRequired returns the same error whatever invites and users exist.
func codeRequired(who postgres.Identity) error {
	if who.Provider == portal.Google && who.Email == "" {
		return &problem{portal.Errorf(portal.InviteCodeRequired, "%s", noAddressText), "code_required"}
	}
	return &problem{portal.Errorf(portal.InviteCodeRequired, "Enter the code of your invite to finish signing in. "+
		"If you have none, ask your administrator."), "code_required"}
}

const noAddressText = "Google did not name an e-mail address for this account, so it cannot claim an invite. " +
	"Sign in with a Google account that has an e-mail address."

// The following errors are for a user who has an invite's code and may not claim the invite.

func noAddress() error {
	return &problem{portal.Errorf(portal.InviteCodeInvalid, "%s", noAddressText), "no_address"}
}

func ownInvite() error {
	return &problem{portal.Errorf(portal.InviteCodeInvalid, "This account made this invite or sent it again, "+
		"so it cannot claim it. The invited person has to sign in."), "own_invite"}
}

func otherProvider(provider portal.ProviderID) error {
	account := "a Google account"
	if provider == portal.Entra {
		account = "another Microsoft account, of the organisation it names"
	}
	return &problem{portal.Errorf(portal.InviteCodeInvalid,
		"This invite is for %s. Sign in with that, or ask your administrator for another invite.", account), "other_provider"}
}

func otherAddress() error {
	return &problem{portal.Errorf(portal.InviteCodeInvalid,
		"This invite is for another e-mail address than the one you signed in with. "+
			"Use the account you were invited with, or ask your administrator to invite this address."), "other_address"}
}

func codeOfOtherInvite() error {
	return &problem{portal.Errorf(portal.InviteCodeInvalid,
		"This code belongs to another invite than the one you chose."), "other_invite"}
}

// codeUnknown is for a signed-in user, whose tries are not counted.
func codeUnknown() error {
	return &problem{portal.Errorf(portal.InviteCodeInvalid, "There is no open invite with this code. "+
		"It may have been used, sent again with a new code, or withdrawn. Ask your administrator."), reasonCodeWrong}
}

// nothingGained is for a known identity whose code was valid until the claim.
func nothingGained() error {
	return &problem{portal.Errorf(portal.InviteCodeInvalid, "This invite gives you nothing: "+
		"you hold a role there already, or it was used or withdrawn a moment ago."), "nothing_gained"}
}

func inviteChoice(offers []portal.InviteOffer) error {
	choice := portal.Errorf(portal.InviteChoice, "These invites are open for your address. Choose those you want to accept.")
	choice.Invites = offers
	return &problem{choice, reasonChoice}
}

// withAddress returns err with the address of the sign-in, which only the caller sees.
func withAddress(err error, address string) error {
	var p *problem
	if !errors.As(err, &p) {
		return err
	}
	public := *p.public
	public.Address = address
	return &problem{&public, p.reason}
}

// codeWrong is counted as a try; left is how many tries are left.
func codeWrong(left int) error {
	tries := "tries"
	if left == 1 {
		tries = "try"
	}
	return &problem{portal.Errorf(portal.InviteCodeInvalid, "That code is not right. %d %s left.", left, tries), reasonCodeWrong}
}

const (
	reasonCodeWrong    = "code_wrong"
	reasonCodeMistyped = "code_mistyped"
	reasonChoice       = "choice"
)

// codeMistyped is not counted: a text that cannot be a code is not a guess.
func codeMistyped() error {
	return &problem{portal.Errorf(portal.InviteCodeInvalid, "There is a typing error in this code. "+
		"Compare it with the one you were given; this did not count as a try."), reasonCodeMistyped}
}

func inviteClosed() error {
	return &problem{portal.Errorf(portal.InviteClosed,
		"This invite was closed after too many wrong codes. Ask your administrator to send a new one."), "invite_closed"}
}

func outOfTries() error {
	return &problem{portal.Errorf(portal.AttemptExpired,
		"That code is not right, and this sign-in has no tries left. Sign in again to try once more."), reasonCodeWrong}
}

func attemptExpired(reason string) error {
	return &problem{portal.Errorf(portal.AttemptExpired,
		"This sign-in has expired or was used already. Start again."), reason}
}

// split returns the reason and the public error of a refusal. It returns an internal error, neither a problem nor a
// portal.Error, unchanged.
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
