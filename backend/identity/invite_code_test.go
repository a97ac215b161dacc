package identity_test

import (
	"strings"
	"testing"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
)

// says fails unless err is told to the user in words that hold want.
func says(t *testing.T, err error, code portal.Code, want string) {
	t.Helper()
	if portal.ErrorCode(err) != code || !strings.Contains(err.Error(), want) {
		t.Fatalf("answers %v, want %s: %s", err, code, want)
	}
}

// guess sends a code that is well-formed and not the invite's.
func (h *house) guess(grant portal.CodeGrant) error {
	h.Helper()
	grant.InviteCode, _ = identity.NewInviteCode()
	_, err := h.redeem(grant)
	return err
}

func TestWrongCodesAreLimitedAndTheUserIsToldWhatIsLeft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	created := h.invite(h.mspUser(portal.Entra, "guest@contoso.example", "contoso.example", contoso))
	grant := h.arrive(portal.Entra, "guest")
	for _, left := range []string{"5 tries left", "4 tries left", "3 tries left", "2 tries left", "1 try left"} {
		says(t, h.guess(grant), portal.InviteCodeWrong, left)
	}
	says(t, h.guess(grant), portal.AttemptExpired, "no tries left. Sign in again")
	wantCode(t, h.guess(grant), portal.AttemptExpired)

	grant = h.arrive(portal.Entra, "guest")
	for _, left := range []string{"3 tries left", "2 tries left", "1 try left"} {
		says(t, h.guess(grant), portal.InviteCodeWrong, left)
	}
	h.nothingMade(func() {
		says(t, h.guess(grant), portal.InviteClosed, "closed after too many wrong codes")
		_, err := h.signIn(portal.Entra, "guest", created.Code)
		says(t, err, portal.InviteClosed, "Ask your administrator to send a new one")
		_, err = h.signIn(portal.Entra, "guest", "")
		wantCode(t, err, portal.InviteClosed)
	})

	resent, err := h.service.Resend(t.Context(), h.Own.Viewers[portal.MSPAdmin], created.Invite.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.signIn(portal.Entra, "guest", created.Code)
	says(t, err, portal.InviteCodeWrong, "5 tries left")
	if _, err := h.signIn(portal.Entra, "guest", resent.Code); err != nil {
		t.Errorf("the fresh code does not open the invite: %v", err)
	}
}

func TestATypingErrorCostsNoTry(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	created := h.invite(h.mspUser(portal.Entra, "guest@contoso.example", "contoso.example", contoso))
	grant := h.arrive(portal.Entra, "guest")
	audited := h.count("select count(*) from audit_log")
	for range 12 {
		grant.InviteCode = created.Code[1:]
		_, err := h.redeem(grant)
		says(t, err, portal.InviteCodeWrong, "typing error")
	}
	if n := h.count("select count(*) from audit_log"); n != audited {
		t.Errorf("typing errors wrote %d lines into the audit log", n-audited)
	}
	says(t, h.guess(grant), portal.InviteCodeWrong, "4 tries left")
	grant.InviteCode = strings.ToLower(created.Code)
	if _, err := h.redeem(grant); err != nil {
		t.Errorf("the code is refused after typing errors: %v", err)
	}
}
