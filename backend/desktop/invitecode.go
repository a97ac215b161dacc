package desktop

import (
	"context"
	"strings"

	"fs-client-portal/backend/portal"
)

// unfinishedSignIn is an attempt the API will finish once it gets the invite's code.
type unfinishedSignIn struct {
	conn  *connection
	grant portal.CodeGrant
}

// SubmitInviteCode finishes a sign-in that the API will not pair with an invite by the e-mail address alone.
func (d *Desktop) SubmitInviteCode(ctx context.Context, code string) (portal.Me, error) {
	code = strings.TrimSpace(code)
	if code == "" || len(code) > 64 {
		return portal.Me{}, &Problem{Code: portal.Invalid, Field: "invite_code", Message: "Enter the code of your invitation."}
	}
	d.mu.Lock()
	unfinished := d.unfinished
	d.mu.Unlock()
	if unfinished == nil {
		return portal.Me{}, problem(portal.AttemptExpired, "This sign-in is over. Sign in again, then enter the code.")
	}
	grant := unfinished.grant
	grant.InviteCode = code
	generation := unfinished.conn.session.generation()
	tokens, err := unfinished.conn.redeem(ctx, grant)
	if err == nil || !worthAnotherTry(err) {
		d.forgetUnfinished(unfinished)
	}
	if err != nil {
		return portal.Me{}, err
	}
	if err := unfinished.conn.session.adopt(ctx, tokens, "", generation); err != nil {
		return portal.Me{}, err
	}
	return unfinished.conn.me(ctx)
}

// worthAnotherTry tells an answer after which the same attempt may still succeed.
func worthAnotherTry(err error) bool {
	return hasCode(err, portal.InviteCodeRequired, portal.InviteCodeInvalid, portal.Invalid, Offline, Cancelled,
		portal.Unavailable, portal.TooManyRequests)
}

func (d *Desktop) forgetUnfinished(u *unfinishedSignIn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.unfinished == u {
		d.unfinished = nil
	}
}
