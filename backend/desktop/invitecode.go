package desktop

import (
	"context"
	"net/http"
	"strings"

	"fs-client-portal/backend/portal"
)

// unfinishedSignIn is an attempt the API will finish once it gets the code of an invite, or those that were chosen.
type unfinishedSignIn struct {
	endpoint *endpoint
	provider portal.ProviderID
	grant    portal.CodeGrant
}

// SubmitInviteCode finishes a sign-in that the API will not pair with an invite by the e-mail address alone.
func (d *Desktop) SubmitInviteCode(ctx context.Context, code string) (portal.Me, error) {
	code, err := inviteCode(code)
	if err != nil {
		return portal.Me{}, err
	}
	return d.resubmit(ctx, func(grant *portal.CodeGrant) { grant.InviteCode = code })
}

// ChooseInvites finishes a sign-in with some of the offered invites. The code is InviteCodeRequired if one of them
// needs its code: SubmitInviteCode then sends the choice as well.
func (d *Desktop) ChooseInvites(ctx context.Context, ids []string) (portal.Me, error) {
	if len(ids) == 0 {
		return portal.Me{}, &Problem{Code: portal.Invalid, Field: "invite_ids", Message: "Choose at least one invitation."}
	}
	return d.resubmit(ctx, func(grant *portal.CodeGrant) { grant.InviteIDs, grant.InviteCode = ids, "" })
}

// ClaimInvite gives the signed-in user the role of another invite.
func (d *Desktop) ClaimInvite(ctx context.Context, code string) (portal.Grant, error) {
	var grant portal.Grant
	code, err := inviteCode(code)
	if err != nil {
		return grant, err
	}
	return grant, d.write(ctx, request{
		method: http.MethodPost, path: "/v1/invites/claim", body: portal.InviteClaim{InviteCode: code}, out: &grant,
	})
}

func inviteCode(typed string) (string, error) {
	code := strings.TrimSpace(typed)
	if code == "" || len(code) > 64 {
		return "", &Problem{Code: portal.Invalid, Field: "invite_code", Message: "Enter the code of your invitation."}
	}
	return code, nil
}

// resubmit sends the unfinished sign-in again with the missing part, which is kept for a further call.
func (d *Desktop) resubmit(ctx context.Context, complete func(*portal.CodeGrant)) (portal.Me, error) {
	d.mu.Lock()
	unfinished := d.unfinished
	var grant portal.CodeGrant
	if unfinished != nil {
		complete(&unfinished.grant)
		grant = unfinished.grant
	}
	d.mu.Unlock()
	if unfinished == nil {
		return portal.Me{}, problem(portal.AttemptExpired, "This sign-in is over. Sign in again, then enter the code.")
	}
	endings := unfinished.endpoint.session.endCount()
	tokens, err := unfinished.endpoint.redeem(ctx, grant)
	if err == nil || !worthAnotherTry(err) {
		d.dropUnfinished(unfinished)
	}
	if err != nil {
		return portal.Me{}, err
	}
	if err := unfinished.endpoint.session.adopt(ctx, tokens, unfinished.provider, endings); err != nil {
		return portal.Me{}, err
	}
	return unfinished.endpoint.me(ctx)
}

// worthAnotherTry reports whether the same attempt may still succeed.
func worthAnotherTry(err error) bool {
	return hasCode(err, portal.InviteCodeRequired, portal.InviteCodeInvalid, portal.InviteChoice, portal.Deactivated,
		portal.Invalid, Offline, Cancelled, portal.Unavailable, portal.TooManyRequests)
}

func (d *Desktop) dropUnfinished(u *unfinishedSignIn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.unfinished == u {
		d.unfinished = nil
	}
}
