package identity_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit/wait"
)

// mailing is a testEnv with mail: the queued invites and the mails that were sent.
type mailing struct {
	*testEnv
	queued  []string
	sent    []portal.InviteMail
	refuse  error
	postman identity.InviteMailer
}

func newMailing(t *testing.T) *mailing {
	t.Helper()
	h := newTestEnv(t)
	m := &mailing{testEnv: h}
	sealer, err := session.NewSealer(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	m.service, err = identity.New(h.DB, h.sessions, identity.Config{
		Google: &identity.GoogleConfig{Issuer: h.google.Issuer(), ClientID: "google-client", ClientSecret: "google-secret"},
		Secret: sealer,
		EnqueueMail: func(_ context.Context, _ pgx.Tx, _, inviteID string) error {
			m.queued = append(m.queued, inviteID)
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.postman = identity.InviteMailer{
		DB:     h.DB,
		Secret: sealer,
		Log:    slog.New(slog.DiscardHandler),
		Send: func(_ context.Context, l portal.InviteMail) error {
			if m.refuse == nil {
				m.sent = append(m.sent, l)
			}
			return m.refuse
		},
	}
	return m
}

func (m *mailing) deliver(id string) error {
	return m.postman.Deliver(context.Background(), m.Own.MSSPID, id)
}

func (m *mailing) resend(role portal.Role, id string) (portal.CreatedInvite, error) {
	return m.service.Resend(context.Background(), m.Own.Viewers[role], id)
}

// listed returns the invite as an administrator sees it.
func (m *mailing) listed(id string) portal.Invite {
	m.Helper()
	page, err := m.DB.Invites(context.Background(), m.Own.Viewers[portal.MSSPAdmin], portal.InviteQuery{})
	if err != nil {
		m.Fatal(err)
	}
	for _, invite := range page.Items {
		if invite.ID == id {
			return invite
		}
	}
	m.Fatal("the invite is missing in the list")
	return portal.Invite{}
}

func (m *mailing) sealedCodes() int {
	return m.count("select count(*) from pre_assigned_role where code_sealed is not null")
}

func TestInviteMail(t *testing.T) {
	t.Parallel()
	t.Run("is_sent_once_and_its_code_deleted", testInviteMailIsSentOnceAndItsCodeDeleted)
	t.Run("undeliverable_is_recorded", testInviteMailUndeliverableIsRecorded)
	t.Run("not_sent_for_a_closed_invite", testInviteMailNotSentForAClosedInvite)
	t.Run("five_per_hour_for_an_address", testInviteMailFivePerHourForAnAddress)
}

func testInviteMailIsSentOnceAndItsCodeDeleted(t *testing.T) {
	t.Parallel()
	m := newMailing(t)
	n := m.mspUser(portal.Google, "bo@fjord.example", "", "")
	n.Language = "da-DK"
	created := m.invite(n)
	if !created.Mailed || created.Mail != portal.MailQueued || len(m.queued) != 1 {
		t.Fatalf("got invite %+v, queue %v", created, m.queued)
	}
	if n := m.count(
		"select count(*) from pre_assigned_role where position(convert_to($1, 'UTF8') in code_sealed) > 0",
		created.Code,
	); n != 0 {
		t.Error("the code is stored in plain text, want it sealed")
	}
	m.refuse = errors.New("busy")
	if err := m.deliver(created.ID); err == nil || m.sealedCodes() != 1 {
		t.Errorf("after a temporary error: got %v", err)
	}
	m.refuse = nil
	for range 2 {
		if err := m.deliver(created.ID); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.sent) != 1 || m.sealedCodes() != 0 || m.listed(created.ID).Mail != portal.MailSent {
		t.Fatalf("got %d mails, %d stored codes and state %s", len(m.sent), m.sealedCodes(), m.listed(created.ID).Mail)
	}
	l := m.sent[0]
	if l.Code != created.Code || l.Language != "da-DK" || l.Email != n.Email || l.Node != m.Own.MSPs[0].Name || l.MSSP != m.Own.Name ||
		!l.ExpiresAt.Equal(created.ExpiresAt) {
		t.Errorf("got the mail %+v", l)
	}
}

type never struct{}

func (never) Error() string       { return "the mail server replied 550" }
func (never) Undeliverable() bool { return true }

func testInviteMailUndeliverableIsRecorded(t *testing.T) {
	t.Parallel()
	m := newMailing(t)
	created := m.invite(m.mspUser(portal.Google, "bo@fjord.example", "", ""))
	m.refuse = never{}
	if err := m.deliver(created.ID); err != nil || m.sealedCodes() != 0 || m.listed(created.ID).Mail != portal.MailFailed {
		t.Errorf("got state %s, %v", m.listed(created.ID).Mail, err)
	}
}

func testInviteMailNotSentForAClosedInvite(t *testing.T) {
	t.Parallel()
	m := newMailing(t)
	revoked := m.invite(m.mspUser(portal.Google, "a@fjord.example", "", ""))
	expired := m.invite(m.mspUser(portal.Google, "b@fjord.example", "", ""))
	if err := m.DB.RevokeInvite(context.Background(), m.Own.Viewers[portal.MSPAdmin], revoked.ID); err != nil {
		t.Fatal(err)
	}
	m.exec("update pre_assigned_role set expires_at = now() - interval '1 second' where id = $1", expired.ID)
	for _, id := range []string{revoked.ID, expired.ID, postgres.NewID()} {
		if err := m.deliver(id); err != nil || len(m.sent) != 0 {
			t.Errorf("got mails %v, %v", m.sent, err)
		}
	}
	if err := m.DB.PruneSignIns(context.Background(), time.Hour); err != nil || m.sealedCodes() != 0 {
		t.Errorf("got %d stored codes, want 0: %v", m.sealedCodes(), err)
	}
}

func TestResend(t *testing.T) {
	t.Parallel()
	t.Run("replaces_code_and_resets_time_and_tries", testResendReplacesCodeAndResetsTimeAndTries)
	t.Run("needs_the_right_to_invite_the_role", testResendNeedsTheRightToInviteTheRole)
}

func testResendReplacesCodeAndResetsTimeAndTries(t *testing.T) {
	t.Parallel()
	m := newMailing(t)
	n := m.mspUser(portal.Google, "una@gmail.com", "", "")
	n.ExpiresInHours, n.Language = 5, "fr"
	created := m.invite(n)
	m.exec("update pre_assigned_role set expires_at = now() - interval '1 hour', code_tries = 10 where id = $1", created.ID)
	resent, err := m.resend(portal.MSPAdmin, created.ID)
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(
		resent.ExpiresAt,
	); resent.Status != portal.InviteOpen || resent.CodeClosed || left < 4*time.Hour || left > 5*time.Hour ||
		!resent.Mailed {
		t.Errorf("got %+v", resent)
	}
	if err := m.deliver(created.ID); err != nil || len(m.sent) != 1 || m.sent[0].Code != resent.Code || m.sent[0].Language != "fr" {
		t.Errorf("got mails %+v, %v", m.sent, err)
	}
	if n := m.count("select count(*) from audit_log where action = 'invite_resent' and target = $1", created.ID); n != 1 {
		t.Errorf("got %d audit entries", n)
	}
	_, err = m.signIn(portal.Google, "unverified", created.Code)
	checkRefusal(t, err, portal.InviteCodeInvalid, "5 tries left")
	if _, err := m.signIn(portal.Google, "unverified", resent.Code); err != nil {
		t.Fatal(err)
	}
	_, err = m.resend(portal.MSSPAdmin, created.ID)
	wantCode(t, err, portal.Conflict)
}

func testResendNeedsTheRightToInviteTheRole(t *testing.T) {
	t.Parallel()
	m := newMailing(t)
	created := m.invite(m.mspUser(portal.Google, "bo@fjord.example", "", ""))
	for _, role := range []portal.Role{portal.MSSPStaff, portal.MSPUser, portal.ClientUser} {
		_, err := m.resend(role, created.ID)
		wantCode(t, err, portal.Forbidden)
	}
	// An administrator may not resend an invite for a role they may not invite.
	_, err := m.DB.ResendInvite(context.Background(), m.Own.Viewers[portal.MSSPStaff], created.ID, postgres.InviteCode{Hash: []byte("x")})
	wantCode(t, err, portal.Forbidden)
	_, err = m.service.Resend(context.Background(), m.Other.Viewers[portal.MSSPAdmin], created.ID)
	wantCode(t, err, portal.NotFound)
	for _, id := range []string{"x", postgres.NewID()} {
		_, err := m.resend(portal.MSSPAdmin, id)
		wantCode(t, err, portal.NotFound)
	}
	if err := m.DB.RevokeInvite(context.Background(), m.Own.Viewers[portal.MSPAdmin], created.ID); err != nil {
		t.Fatal(err)
	}
	_, err = m.resend(portal.MSPAdmin, created.ID)
	wantCode(t, err, portal.Conflict)
}

func testInviteMailFivePerHourForAnAddress(t *testing.T) {
	t.Parallel()
	m := newMailing(t)
	n := m.mspUser(portal.Google, "bo@fjord.example", "", "")
	created := m.invite(n)
	for range 3 {
		if _, err := m.resend(portal.MSSPAdmin, created.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.DB.RevokeInvite(context.Background(), m.Own.Viewers[portal.MSPAdmin], created.ID); err != nil {
		t.Fatal(err)
	}
	created = m.invite(n)
	_, err := m.resend(portal.MSSPAdmin, created.ID)
	var limited *portal.Error
	if !errors.As(err, &limited) || limited.Code != portal.TooManyRequests || limited.Wait < 59*time.Minute || limited.Wait > time.Hour {
		t.Fatalf("the sixth mail: got error %v", err)
	}
	if _, err := m.signIn(portal.Google, "ada", ""); portal.ErrorCode(err) != portal.NoInvite {
		t.Errorf("another user: got error %v, want nil", err)
	}
	m.invite(m.mspUser(portal.Google, "other@fjord.example", "", ""))
	m.exec("update invite_mail set queued_at = queued_at - interval '1 hour'")
	if _, err := m.resend(portal.MSSPAdmin, created.ID); err != nil {
		t.Errorf("an hour later: got error %v, want nil", err)
	}
}

func TestInviteMailLimits(t *testing.T) {
	t.Parallel()
	limited := func(t *testing.T, err error) {
		t.Helper()
		var tooMany *portal.Error
		if !errors.As(err, &tooMany) || tooMany.Code != portal.TooManyRequests || tooMany.Wait <= 0 || tooMany.Wait > time.Hour {
			t.Fatalf("one mail more: %v", err)
		}
	}
	t.Run("to_one_mailbox_in_any_spelling", func(t *testing.T) {
		t.Parallel()
		m := newMailing(t)
		admins := []portal.Viewer{m.Own.Viewers[portal.MSSPAdmin]}
		for range 5 {
			admins = append(admins, m.Person(t, portal.MSSPAdmin, m.Own.At(portal.MSSPAdmin, 0)))
		}
		var group sync.WaitGroup
		errs := make([]error, 12)
		for i := range errs {
			email := fmt.Sprintf("b%so+%d@gmail.com", strings.Repeat(".", i%2), i)
			if i%3 == 0 {
				email = fmt.Sprintf("bo+%d@googlemail.com", i)
			}
			group.Go(func() {
				_, errs[i] = m.service.Invite(context.Background(), admins[i%len(admins)], m.mspUser(portal.Google, email, "", ""))
			})
		}
		wait.Group(t, time.Minute, "twelve invites", &group)
		sent := 0
		for _, err := range errs {
			if err == nil {
				sent++
			} else {
				limited(t, err)
			}
		}
		if sent != 5 {
			t.Errorf("got %d queued mails, want 5", sent)
		}
	})
	t.Run("of_one_inviter_and_one_tenant", func(t *testing.T) {
		t.Parallel()
		m := newMailing(t)
		admin := m.Own.Viewers[portal.MSSPAdmin]
		queue := func(n int, inviter string, msp any) {
			m.exec(`
				insert into invite_mail (mssp_id, id, msp_id, inviter_id, mailbox)
				select $1, new_id(), $4::uuid, $3, 'box' || n from generate_series(1, $2::int) n`, m.Own.MSSPID, n, inviter, msp)
		}
		invite := func(viewer portal.Viewer, email string) error {
			_, err := m.service.Invite(context.Background(), viewer, m.mspUser(portal.Google, email, "", ""))
			return err
		}
		queue(60, admin.UserID, nil)
		limited(t, invite(admin, "a@fjord.example"))
		colleague := m.Person(t, portal.MSSPAdmin, m.Own.At(portal.MSSPAdmin, 0))
		if err := invite(colleague, "a@fjord.example"); err != nil {
			t.Errorf("a colleague: got error %v, want nil", err)
		}
		queue(238, postgres.NewID(), nil)
		if err := invite(colleague, "of300@fjord.example"); err != nil {
			t.Errorf("the 300th mail: %v", err)
		}
		limited(t, invite(colleague, "b@fjord.example"))
		if err := invite(m.Own.Viewers[portal.MSPAdmin], "b@fjord.example"); err != nil {
			t.Errorf("an MSP of theirs: got error %v, want nil", err)
		}
		queue(300, postgres.NewID(), m.Own.MSPs[0].ID)
		limited(t, invite(m.Own.Viewers[portal.MSPAdmin], "c@fjord.example"))
		_, err := m.service.Invite(context.Background(), m.Other.Viewers[portal.MSSPAdmin],
			portal.NewInvite{Email: "c@fjord.example", Role: portal.MSSPStaff, Provider: portal.Google})
		if err != nil {
			t.Errorf("another MSSP: got error %v, want nil", err)
		}
	})
	t.Run("of_an_MSP_do_not_count_for_its_MSSP", func(t *testing.T) {
		t.Parallel()
		m := newMailing(t)
		m.exec(`
			insert into invite_mail (mssp_id, id, msp_id, inviter_id, mailbox)
			select $1, new_id(), $2::uuid, new_id(), 'bo@fjord.example' from generate_series(1, 300)`, m.Own.MSSPID, m.Own.MSPs[0].ID)
		_, err := m.service.Invite(t.Context(), m.Own.Viewers[portal.MSSPAdmin], m.mspUser(portal.Google, "bo@fjord.example", "", ""))
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("are_60_of_one_inviter", func(t *testing.T) {
		t.Parallel()
		m := newMailing(t)
		admin := m.Own.Viewers[portal.MSSPAdmin]
		m.exec(`
			insert into invite_mail (mssp_id, id, inviter_id, mailbox)
			select $1, new_id(), $2, 'box' || n from generate_series(1, 59) n`, m.Own.MSSPID, admin.UserID)
		m.invite(m.mspUser(portal.Google, "of60@fjord.example", "", ""))
		_, err := m.service.Invite(t.Context(), admin, m.mspUser(portal.Google, "of61@fjord.example", "", ""))
		limited(t, err)
	})
}
