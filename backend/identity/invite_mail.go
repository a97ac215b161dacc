package identity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
)

// codeAAD binds a sealed code to its invite.
func codeAAD(inviteID string) []byte { return []byte("pre_assigned_role.code:" + inviteID) }

// Undeliverable is an error of a mail that will not go better another time.
type Undeliverable interface {
	error
	Undeliverable() bool
}

// InviteMailer mails the codes of invites. The job that calls it knows an invite's id only: the code waits in the invite's
// row, sealed with a key the database does not have, and is forgotten once it is mailed or cannot be.
type InviteMailer struct {
	DB     *postgres.DB
	Secret *session.Sealer
	Send   func(context.Context, portal.InviteMail) error
	Log    *slog.Logger
}

// Deliver mails an invite's code if that is still to be done. An error means: try again later. After a crash between
// the mail and the note of it the same mail, under the same Message-ID, goes out a second time.
func (p InviteMailer) Deliver(ctx context.Context, msspID, inviteID string) error {
	letter, sealed, ok, err := p.DB.InviteMail(ctx, msspID, inviteID)
	if err != nil || !ok {
		return err
	}
	code, err := p.Secret.Open(sealed, codeAAD(inviteID))
	if err != nil {
		return fmt.Errorf("open the code of an invite: %w", err)
	}
	letter.Code = string(code)
	state := portal.MailSent
	if err := p.Send(ctx, letter); err != nil {
		var never Undeliverable
		if !errors.As(err, &never) || !never.Undeliverable() {
			return err
		}
		state = portal.MailFailed
		p.Log.WarnContext(ctx, "invite not mailed", "invite_id", inviteID, "error", err)
	}
	return p.DB.SetInviteMailState(context.WithoutCancel(ctx), msspID, inviteID, sealed, state)
}
