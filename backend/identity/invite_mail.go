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

// Undeliverable is an error of a mail that cannot be delivered by trying again.
type Undeliverable interface {
	error
	Undeliverable() bool
}

// InviteMailer mails the codes of invites. A job holds only the invite's id. The code is in the invite's row, sealed
// with a key that is not in the database, and is deleted when it has been mailed or cannot be delivered.
type InviteMailer struct {
	DB     *postgres.DB
	Secret *session.Sealer
	Send   func(context.Context, portal.InviteMail) error
	Log    *slog.Logger
}

// Deliver mails an invite's code unless that is no longer needed. The caller tries again after an error. After a crash
// between sending and recording it, the same mail is sent again with the same Message-ID.
func (m InviteMailer) Deliver(ctx context.Context, msspID, inviteID string) error {
	mail, sealed, ok, err := m.DB.InviteMail(ctx, msspID, inviteID)
	if err != nil || !ok {
		return err
	}
	code, err := m.Secret.Open(sealed, codeAAD(inviteID))
	if err != nil {
		return fmt.Errorf("open the code of an invite: %w", err)
	}
	mail.Code = string(code)
	state := portal.MailSent
	if err := m.Send(ctx, mail); err != nil {
		var never Undeliverable
		if !errors.As(err, &never) || !never.Undeliverable() {
			return err
		}
		state = portal.MailFailed
		m.Log.WarnContext(ctx, "invite not mailed", "invite_id", inviteID, "error", err)
	}
	return m.DB.SetInviteMailState(context.WithoutCancel(ctx), msspID, inviteID, sealed, state)
}
