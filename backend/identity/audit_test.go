package identity_test

import (
	"context"
	"strings"
	"testing"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/hostile"
)

func TestAudit(t *testing.T) {
	t.Parallel()
	t.Run("logs_refusal_it_could_not_store", testAuditLogsRefusalItCouldNotStore)
	t.Run("records_how_an_invite_was_claimed", testAuditRecordsHowAnInviteWasClaimed)
	t.Run("records_what_the_provider_confirmed", testAuditRecordsWhatTheProviderConfirmed)
}

func testAuditLogsRefusalItCouldNotStore(t *testing.T) {
	t.Parallel()
	court := newProviderTest(t)
	k := court.newSignInTest(t, portal.Google, "")
	court.exec(t, "revoke insert on audit_log from portal_auth")
	k.provider.Play(hostile.Script{Claims: map[string]any{"aud": "another"}})
	if err := k.signIn(context.Background()); portal.ErrorCode(err) != portal.ProviderRefused {
		t.Errorf("got error %v", err)
	}
	if !strings.Contains(k.log.String(), "audit") {
		t.Errorf("got the operator's log %s", k.log.String())
	}
}

func testAuditRecordsHowAnInviteWasClaimed(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	h.tess()
	if _, err := h.signIn(portal.Entra, "tess", ""); err != nil {
		t.Fatal(err)
	}
	guest := h.invite(h.mspUser(portal.Entra, "guest@contoso.example", "contoso.example", contoso))
	if _, err := h.signIn(portal.Entra, "guest", guest.Code); err != nil {
		t.Fatal(err)
	}
	for account, byCode := range map[string]bool{"tess": false, "guest": true} {
		n := h.count(`
			select count(*)
			from audit_log a
			join identity i on i.user_id = a.actor_id
			where a.action = 'invite_accepted'
			and i.email = $1
			and a.detail = jsonb_build_object('provider', 'entra', 'issuer', $2::text, 'subject', i.subject, 'by_code', $3::boolean)`,
			account+"@contoso.example", contoso, byCode)
		if n != 1 {
			t.Errorf(
				"for %s: got the audit entries %s",
				account,
				h.Text(t, "select string_agg(detail::text, ' ') from audit_log where action = 'invite_accepted'"),
			)
		}
	}
}

func testAuditRecordsWhatTheProviderConfirmed(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	code, _ := identity.NewInviteCode()
	_, err := h.signIn(portal.Entra, "edov-false", code)
	wantCode(t, err, portal.InviteCodeInvalid)
	_, err = h.signIn(portal.Google, "ada", "")
	wantCode(t, err, portal.NoInvite)
	for reason, detail := range map[string]string{
		"an account of Entra ID": `{"provider": "entra", "reason": "code_wrong", "member": true, "domain_owned": false, "app": "test"}`,
		"an account of Google": `{"provider": "google", "reason": "no_invite", "verified": true, ` +
			`"hosted_domain": "fjord.example", "app": "test"}`,
	} {
		if n := h.count("select count(*) from audit_log where action = 'sign_in_refused' and detail @> $1", detail); n != 1 {
			entries := h.Text(t, "select string_agg(detail::text, ' ') from audit_log where action = 'sign_in_refused'")
			t.Errorf("for %s: got the audit entries %s", reason, entries)
		}
	}
}
