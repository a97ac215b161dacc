package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// mailLimit is how many mails of invites go out within an hour: an invite must not be a way to flood mailboxes.
type mailLimit struct {
	most int
	// counts is the condition on the mails m of the viewer's own MSSP or MSP.
	counts string
	says   string
}

// A tenant neither sees nor uses up what another sends, and neither do an MSSP and its MSPs.
var mailLimits = []mailLimit{
	{5, "m.mailbox = @mailbox", "This mailbox has been sent %d mails within an hour. Wait before you send another."},
	{60, "m.inviter_id = @inviter", "You have sent %d mails within an hour. Wait before you send another."},
	{300, "true", "Your organisation has sent %d mails within an hour. Wait before you send another."},
}

// countMail counts a mail to an address from the viewer; TooManyRequests where a limit is reached. Mails of one MSSP or MSP
// take turns, whichever administrator sends them, so that of two at once the second counts the first.
func countMail(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, email string) error {
	args := pgx.NamedArgs{
		"mssp": viewer.Scope.MSSPID, "msp": orNull(viewer.Scope.MSPID), "inviter": viewer.UserID,
		"mailbox": mailbox(email), "id": NewID(),
	}
	_, err := tx.Exec(ctx, `
		select pg_advisory_xact_lock(hashtextextended('invite_mail ' || concat_ws(' ', @mssp::uuid, @msp::uuid), 0))`, args)
	if err != nil {
		return err
	}
	for _, limit := range mailLimits {
		if err := limit.check(ctx, tx, args); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `
		insert into invite_mail (mssp_id, id, msp_id, inviter_id, mailbox)
		values (@mssp, @id, @msp, @inviter, @mailbox)`, args)
	return err
}

func (l mailLimit) check(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) error {
	var mails int
	var wait time.Duration
	err := tx.QueryRow(ctx, `
		select count(*), coalesce(min(m.queued_at) + interval '1 hour' - now(), interval '0')
		from invite_mail m
		where m.mssp_id = @mssp
		and m.msp_id is not distinct from @msp
		and m.queued_at > now() - interval '1 hour'
		and `+l.counts, args).Scan(&mails, &wait)
	if err != nil || mails < l.most {
		return err
	}
	tooMany := portal.Errorf(portal.TooManyRequests, l.says, mails)
	tooMany.Wait = wait
	return tooMany
}

// mailbox is an address without what mail servers ignore of it: what follows a plus, and dots.
func mailbox(email string) string {
	at := strings.LastIndexByte(email, '@')
	local, domain := email[:max(at, 0)], email[at+1:]
	local, _, _ = strings.Cut(local, "+")
	local = strings.ReplaceAll(local, ".", "")
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	return local + "@" + domain
}
