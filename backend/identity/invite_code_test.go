package identity_test

import (
	"strings"
	"testing"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
)

// checkRefusal fails unless err has this code and a message that contains want.
func checkRefusal(t *testing.T, err error, code portal.Code, want string) {
	t.Helper()
	if portal.ErrorCode(err) != code || !strings.Contains(err.Error(), want) {
		t.Fatalf("got error %v, want %s: %s", err, code, want)
	}
}

// guess sends a well-formed wrong code.
func (h *testEnv) guess(grant portal.CodeGrant) error {
	h.Helper()
	grant.InviteCode, _ = identity.NewInviteCode()
	_, err := h.redeem(grant)
	return err
}

func TestWrongCodes(t *testing.T) {
	t.Parallel()
	t.Run("end_sign_in_after_five", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		h.invite(h.mspUser(portal.Entra, "guest@contoso.example", "contoso.example", contoso))
		grant := h.codeGrant(portal.Entra, "guest")
		for _, left := range []string{"5 tries left", "4 tries left", "3 tries left", "2 tries left", "1 try left"} {
			checkRefusal(t, h.guess(grant), portal.InviteCodeInvalid, left)
		}
		checkRefusal(t, h.guess(grant), portal.AttemptExpired, "no tries left. Sign in again")
		wantCode(t, h.guess(grant), portal.AttemptExpired)
	})
	t.Run("of_confirmed_owner_close_invite_after_ten", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		n := h.mspUser(portal.Entra, "tess@contoso.example", "contoso.example", contoso)
		n.Role = portal.MSPAdmin
		created := h.invite(n)
		grant := h.codeGrant(portal.Entra, "tess")
		for range 5 {
			wantCode(t, h.guess(grant), portal.InviteCodeInvalid)
		}
		grant = h.codeGrant(portal.Entra, "tess")
		for _, left := range []string{"4 tries left", "3 tries left", "2 tries left", "1 try left"} {
			checkRefusal(t, h.guess(grant), portal.InviteCodeInvalid, left)
		}
		h.nothingMade(func() {
			checkRefusal(t, h.guess(grant), portal.InviteClosed, "closed after too many wrong codes")
			for _, code := range []string{created.Code, ""} {
				_, err := h.signIn(portal.Entra, "tess", code)
				checkRefusal(t, err, portal.InviteClosed, "Ask your administrator to send a new one")
			}
		})
		resent, err := h.service.Resend(t.Context(), h.Own.Viewers[portal.MSSPAdmin], created.Invite.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.signIn(portal.Entra, "tess", created.Code)
		checkRefusal(t, err, portal.InviteCodeInvalid, "5 tries left")
		if _, err := h.signIn(portal.Entra, "tess", resent.Code); err != nil {
			t.Errorf("the new code: got error %v, want nil", err)
		}
	})
	t.Run("of_others_close_no_invite", func(t *testing.T) {
		t.Parallel()
		h := newTestEnv(t)
		created := h.invite(h.mspUser(portal.Entra, "guest@contoso.example", "contoso.example", contoso))
		for range portal.MaxCodeTries {
			wantCode(t, h.guess(h.codeGrant(portal.Entra, "guest")), portal.InviteCodeInvalid)
		}
		if _, err := h.signIn(portal.Entra, "guest", created.Code); err != nil {
			t.Errorf("the right code: got error %v, want nil", err)
		}
	})
}

func TestMistypedCode(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	created := h.invite(h.mspUser(portal.Entra, "guest@contoso.example", "contoso.example", contoso))
	grant := h.codeGrant(portal.Entra, "guest")
	audited := h.count("select count(*) from audit_log")
	for range 12 {
		grant.InviteCode = created.Code[1:]
		_, err := h.redeem(grant)
		checkRefusal(t, err, portal.InviteCodeInvalid, "typing error")
	}
	if n := h.count("select count(*) from audit_log"); n != audited {
		t.Errorf("typing errors wrote %d audit entries, want 0", n-audited)
	}
	checkRefusal(t, h.guess(grant), portal.InviteCodeInvalid, "4 tries left")
	grant.InviteCode = strings.ToLower(created.Code)
	if _, err := h.redeem(grant); err != nil {
		t.Errorf("the code after typing errors: got error %v, want nil", err)
	}
}
