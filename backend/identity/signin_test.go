package identity_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/oauth2"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/provider"
)

const (
	contoso  = "11111111-1111-4111-8111-111111111111"
	fabrikam = "22222222-2222-4222-8222-222222222222"
	stranger = "33333333-3333-4333-8333-333333333333"
)

// house is a world with both providers and the service that signs people in with them.
type house struct {
	*testkit.World
	*testing.T
	service  *identity.Service
	sessions *session.Sessions
	google   *provider.Server
	entra    *provider.Server
	owner    *pgx.Conn
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{World: testkit.NewWorld(t), T: t}
	var err error
	if h.owner, err = pgx.Connect(context.Background(), h.URLs.Owner); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.owner.Close(context.Background()) })
	h.google, err = provider.StartGoogle(context.Background(), provider.Config{
		ClientID: "google-client", ClientSecret: "google-secret", Accounts: googleAccounts,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.google.Close() })
	h.entra, err = provider.StartEntra(context.Background(), provider.Config{
		ClientID: "entra-client", Accounts: entraAccounts, TenantIDs: []string{contoso, fabrikam},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.entra.Close() })
	h.sessions, h.service = h.serve()
	return h
}

// serve makes another replica.
func (h *house) serve() (*session.Sessions, *identity.Service) {
	h.Helper()
	sealer, err := session.NewSealer(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		h.Fatal(err)
	}
	sessions, err := session.New(h.DB, sealer, session.Config{Issuer: "https://portal.example.com"})
	if err != nil {
		h.Fatal(err)
	}
	service, err := identity.New(h.DB, sessions, identity.Config{
		Google: &identity.GoogleConfig{Issuer: h.google.Issuer(), ClientID: "google-client", ClientSecret: "google-secret"},
		Entra:  &identity.EntraConfig{Issuer: h.entra.Issuer(), ClientID: "entra-client", Tenants: []string{contoso, fabrikam}},
		Secret: sealer,
	})
	if err != nil {
		h.Fatal(err)
	}
	return sessions, service
}

var googleAccounts = []provider.Account{
	{ID: "ada", Name: "Ada Lind", Email: "ada@fjord.example", EmailVerified: true, HostedDomain: "fjord.example"},
	{ID: "ada2", Name: "Ada Other", Email: "ada@fjord.example", EmailVerified: true, HostedDomain: "fjord.example"},
	{ID: "gil", Name: "Gil Moe", Email: "Gil.Moe@gmail.com", EmailVerified: true},
	{ID: "unverified", Name: "Una", Email: "una@gmail.com"},
	{ID: "consumer", Name: "Con", Email: "con@fjord.example", EmailVerified: true},
	{ID: "elsewhere", Name: "Els", Email: "els@fjord.example", EmailVerified: true, HostedDomain: "other.example"},
	{ID: "tess-google", Name: "Tess", Email: "tess@contoso.example", EmailVerified: true, HostedDomain: "contoso.example"},
}

var entraAccounts = []provider.Account{
	{ID: "tess", Name: "Tess Berg", Email: "tess@contoso.example", TenantID: contoso, EDOV: true},
	{ID: "edov-text", Name: "E", Email: "text@contoso.example", TenantID: contoso, EDOV: "1"},
	{ID: "edov-number", Name: "E", Email: "number@contoso.example", TenantID: contoso, EDOV: 1},
	{ID: "edov-missing", Name: "E", Email: "missing@contoso.example", TenantID: contoso},
	{ID: "edov-false", Name: "E", Email: "false@contoso.example", TenantID: contoso, EDOV: false},
	{ID: "edov-zero", Name: "E", Email: "zero@contoso.example", TenantID: contoso, EDOV: "0"},
	{ID: "guest", Name: "G", Email: "guest@contoso.example", TenantID: contoso, EDOV: true, Guest: true},
	{ID: "tess-fabrikam", Name: "F", Email: "tess@contoso.example", TenantID: fabrikam, EDOV: true},
	{ID: "no-mail", Name: "N", TenantID: contoso, EDOV: true},
	{ID: "tess-stranger", Name: "S", Email: "tess@contoso.example", TenantID: stranger, EDOV: true},
}

var redirects = map[portal.ProviderID]string{
	portal.Google: "http://127.0.0.1:50123/callback/google",
	portal.Entra:  "http://localhost:50123/callback/entra",
}

// arrive takes somebody through the provider's pages up to the grant the desktop would send.
func (h *house) arrive(p portal.ProviderID, account string) portal.CodeGrant {
	h.Helper()
	verifier := oauth2.GenerateVerifier()
	attempt, err := h.service.Begin(context.Background(), portal.NewAttempt{
		Provider: p, RedirectURI: redirects[p], CodeChallenge: oauth2.S256ChallengeFromVerifier(verifier),
	})
	if err != nil {
		h.Fatal(err)
	}
	config := oauth2.Config{
		ClientID: attempt.ClientID, RedirectURL: redirects[p], Scopes: attempt.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: attempt.AuthorizationEndpoint},
	}
	redirect, _, err := provider.Authorize(context.Background(), config.AuthCodeURL("state",
		oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("nonce", attempt.Nonce),
		oauth2.SetAuthURLParam("prompt", "select_account")), account)
	if err != nil {
		h.Fatal(err)
	}
	code := redirect.Query().Get("code")
	if code == "" {
		h.Fatalf("no code in %s", redirect)
	}
	return portal.CodeGrant{AttemptID: attempt.ID, Code: code, CodeVerifier: verifier}
}

func (h *house) redeem(g portal.CodeGrant) (portal.Tokens, error) {
	return h.service.Redeem(context.Background(), g, session.Client{Device: "test"})
}

// signIn signs somebody in and answers who they are then.
func (h *house) signIn(p portal.ProviderID, account, code string) (portal.Me, error) {
	h.Helper()
	grant := h.arrive(p, account)
	grant.InviteCode = code
	tokens, err := h.redeem(grant)
	if err != nil {
		return portal.Me{}, err
	}
	return h.me(tokens), nil
}

func (h *house) me(tokens portal.Tokens) portal.Me {
	h.Helper()
	viewer, err := h.sessions.Verify(context.Background(), tokens.AccessToken)
	if err != nil {
		h.Fatal(err)
	}
	me, err := h.DB.Me(context.Background(), viewer)
	if err != nil {
		h.Fatal(err)
	}
	return me
}

func (h *house) invite(n portal.NewInvite) portal.CreatedInvite {
	h.Helper()
	created, err := h.service.Invite(context.Background(), h.Own.Viewers[portal.MSSPAdmin], n)
	if err != nil {
		h.Fatal(err)
	}
	return created
}

// mspUser is an invite as a user of the first MSP.
func (h *house) mspUser(p portal.ProviderID, email, domain, tenant string) portal.NewInvite {
	return portal.NewInvite{
		Email: email, Role: portal.MSPUser, MSPID: h.Own.MSPs[0].ID, Provider: p, Domain: domain, Tenant: tenant,
	}
}

func (h *house) count(sql string, args ...any) (n int) {
	h.Helper()
	if err := h.owner.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		h.Fatalf("%v\n%s", err, sql)
	}
	return n
}

func (h *house) exec(sql string, args ...any) {
	h.Helper()
	if _, err := h.owner.Exec(context.Background(), sql, args...); err != nil {
		h.Fatalf("%v\n%s", err, sql)
	}
}

// nothingMade fails if work makes a user, an identity, a session or a grant.
func (h *house) nothingMade(work func()) {
	h.Helper()
	made := func() int {
		return h.count(`
			select (select count(*) from app_user) + (select count(*) from identity) + (select count(*) from session)
			     + (select count(*) from user_role) + (select count(*) from pre_assigned_role where accepted_at is not null)`)
	}
	before := made()
	work()
	if made() != before {
		h.Error("something was made")
	}
}

func wantCode(t *testing.T, err error, want portal.Code) {
	t.Helper()
	if portal.ErrorCode(err) != want {
		t.Errorf("answers %v, want %s", err, want)
	}
}

func TestAnInvitedPersonSignsInWhereTheProviderIsTheAuthorityForTheirAddress(t *testing.T) {
	t.Parallel()
	for name, who := range map[string]struct {
		provider               portal.ProviderID
		account, email, domain string
		tenant                 string
	}{
		"a Workspace account of the invite's domain": {portal.Google, "ada", "Ada@Fjord.example", "fjord.example", ""},
		"a gmail.com account":                        {portal.Google, "gil", "gil.moe@gmail.com", "", ""},
		"a member of the invite's tenant":            {portal.Entra, "tess", "tess@contoso.example", "contoso.example", contoso},
		"xms_edov as text":                           {portal.Entra, "edov-text", "text@contoso.example", "contoso.example", contoso},
		"xms_edov as a number":                       {portal.Entra, "edov-number", "number@contoso.example", "contoso.example", contoso},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.invite(h.mspUser(who.provider, who.email, who.domain, who.tenant))
			me, err := h.signIn(who.provider, who.account, "")
			if err != nil {
				t.Fatal(err)
			}
			if me.Grant.Role != portal.MSPUser || me.Grant.Scope.MSPID != h.Own.MSPs[0].ID || me.User.Name == "" ||
				me.User.Email != strings.ToLower(who.email) || me.User.LastLoginAt == nil {
				t.Errorf("signs in as %+v", me)
			}
			again, err := h.signIn(who.provider, who.account, "")
			if err != nil || again.User.ID != me.User.ID || len(again.Grants) != 1 {
				t.Errorf("the second time as %+v: %v", again, err)
			}
			if n := h.count("select count(*) from audit_log where action in ('invite_accepted', 'sign_in') and actor_id = $1", me.User.ID); n != 3 {
				t.Errorf("%d lines in the audit log, want 3", n)
			}
		})
	}
}

func TestTheInvitesCodeIsAskedForWhereTheProviderIsNotTheAuthority(t *testing.T) {
	t.Parallel()
	entraUser := func(email string) func(*house) portal.NewInvite {
		return func(h *house) portal.NewInvite { return h.mspUser(portal.Entra, email, "contoso.example", contoso) }
	}
	for name, who := range map[string]struct {
		provider portal.ProviderID
		account  string
		invite   func(*house) portal.NewInvite
	}{
		"an admin": {portal.Google, "ada", func(*house) portal.NewInvite {
			return portal.NewInvite{Email: "ada@fjord.example", Role: portal.MSSPAdmin, Provider: portal.Google, Domain: "fjord.example"}
		}},
		"an address Google has not verified": {portal.Google, "unverified", func(h *house) portal.NewInvite {
			return h.mspUser(portal.Google, "una@gmail.com", "", "")
		}},
		"a consumer account on a company's address": {portal.Google, "consumer", func(h *house) portal.NewInvite {
			return h.mspUser(portal.Google, "con@fjord.example", "fjord.example", "")
		}},
		"another Workspace's account": {portal.Google, "elsewhere", func(h *house) portal.NewInvite {
			return h.mspUser(portal.Google, "els@fjord.example", "fjord.example", "")
		}},
		"a Workspace the invite does not name": {portal.Google, "ada", func(h *house) portal.NewInvite {
			return h.mspUser(portal.Google, "ada@fjord.example", "", "")
		}},
		"a guest of the tenant":                    {portal.Entra, "guest", entraUser("guest@contoso.example")},
		"xms_edov missing":                         {portal.Entra, "edov-missing", entraUser("missing@contoso.example")},
		"xms_edov false":                           {portal.Entra, "edov-false", entraUser("false@contoso.example")},
		"xms_edov \"0\"":                           {portal.Entra, "edov-zero", entraUser("zero@contoso.example")},
		"no address in the token":                  {portal.Entra, "no-mail", entraUser("nora@contoso.example")},
		"a tenant without a domain attached to it": {portal.Entra, "tess", func(h *house) portal.NewInvite { return h.mspUser(portal.Entra, "tess@contoso.example", "", contoso) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			created := h.invite(who.invite(h))
			grant := h.arrive(who.provider, who.account)
			h.nothingMade(func() {
				_, err := h.redeem(grant)
				wantCode(t, err, portal.InviteCodeRequired)
				wrong := grant
				wrong.InviteCode, _ = identity.NewInviteCode()
				_, err = h.redeem(wrong)
				wantCode(t, err, portal.InviteCodeWrong)
			})
			grant.InviteCode = " " + strings.ToLower(strings.ReplaceAll(created.Code, "-", " "))
			tokens, err := h.redeem(grant)
			if err != nil {
				t.Fatal(err)
			}
			if me := h.me(tokens); me.Grant.Role != created.Invite.Role || me.User.Email != created.Invite.Email {
				t.Errorf("signs in as %+v", me)
			}
			_, err = h.redeem(grant)
			wantCode(t, err, portal.AttemptExpired)
		})
	}
}

func TestTheCodeMayBeSentAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	created := h.invite(portal.NewInvite{Email: "ada@fjord.example", Role: portal.MSSPAdmin, Provider: portal.Google})
	me, err := h.signIn(portal.Google, "ada", created.Code)
	if err != nil || me.Grant.Role != portal.MSSPAdmin {
		t.Errorf("signs in as %+v: %v", me, err)
	}
}

func TestWhoIsNotInvitedIsRefusedInOneWay(t *testing.T) {
	t.Parallel()
	for name, invite := range map[string]func(h *house){
		"no invite at all":     func(*house) {},
		"for another provider": func(h *house) { h.invite(h.mspUser(portal.Google, "tess@contoso.example", "", "")) },
		"for another tenant":   func(h *house) { h.invite(h.mspUser(portal.Entra, "tess@contoso.example", "", fabrikam)) },
		"for another address":  func(h *house) { h.invite(h.mspUser(portal.Entra, "bo@contoso.example", "contoso.example", contoso)) },
		"expired":              func(h *house) { h.expired(func(*house) {}) },
		"revoked":              func(h *house) { h.revoked() },
		"the address is taken": func(h *house) { h.taken() },
		"accepted by another":  func(h *house) { h.accepted() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			invite(h)
			var plain, coded error
			h.nothingMade(func() {
				_, plain = h.signIn(portal.Entra, "tess", "")
				code, _ := identity.NewInviteCode()
				_, coded = h.signIn(portal.Entra, "tess", code)
			})
			wantCode(t, plain, portal.NoInvite)
			if coded == nil || plain == nil || coded.Error() != plain.Error() {
				t.Errorf("answers %q, with a code %q", plain, coded)
			}
			if n := h.count("select count(*) from audit_log where action = 'sign_in_refused'"); n < 2 {
				t.Errorf("%d lines in the audit log", n)
			}
			if n := h.count("select count(*) from audit_log where detail::text like '%@%'"); n != 0 {
				t.Error("the audit log holds an address")
			}
		})
	}
}

func (h *house) tess() portal.CreatedInvite {
	h.Helper()
	return h.invite(h.mspUser(portal.Entra, "tess@contoso.example", "contoso.example", contoso))
}

func (h *house) expired(func(*house)) {
	h.tess()
	h.exec("update pre_assigned_role set expires_at = now() - interval '1 second'")
}

func (h *house) revoked() {
	created := h.tess()
	if err := h.DB.RevokeInvite(context.Background(), h.Own.Viewers[portal.MSSPAdmin], created.Invite.ID); err != nil {
		h.Fatal(err)
	}
}

// taken lets the address become somebody else's, by another provider, after the invite was made.
func (h *house) taken() {
	h.tess()
	h.exec("update app_user set email = 'tess@contoso.example' where id = $1", h.Own.Viewers[portal.MSSPStaff].UserID)
}

func (h *house) accepted() {
	h.tess()
	h.exec("update pre_assigned_role set accepted_at = now(), accepted_by = $1", h.Own.Viewers[portal.MSSPStaff].UserID)
}

func TestATenantThatIsNotAllowedIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tess()
	h.nothingMade(func() {
		_, err := h.signIn(portal.Entra, "tess-stranger", "")
		wantCode(t, err, portal.TenantNotAllowed)
	})
}

func TestAKnownIdentityStaysItsUserWhateverAddressItShowsLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.invite(h.mspUser(portal.Google, "gil.moe@gmail.com", "", ""))
	first, err := h.signIn(portal.Google, "gil", "")
	if err != nil {
		t.Fatal(err)
	}
	// The same person's account at Google takes the address of somebody who is invited as an admin.
	h.exec("update identity set subject = $1 where user_id = $2", h.google.Subject("ada"), first.User.ID)
	admin := h.invite(portal.NewInvite{Email: "ada@fjord.example", Role: portal.MSSPAdmin, Provider: portal.Google, Domain: "fjord.example"})
	for _, code := range []string{"", admin.Code} {
		me, err := h.signIn(portal.Google, "ada", code)
		if err != nil {
			t.Fatal(err)
		}
		if me.User.ID != first.User.ID || len(me.Grants) != 1 || me.User.Email != "gil.moe@gmail.com" {
			t.Errorf("signs in as %+v", me)
		}
	}
	if n := h.count("select count(*) from pre_assigned_role where id = $1 and accepted_at is null", admin.Invite.ID); n != 1 {
		t.Error("the invite was claimed")
	}
}

func TestADeactivatedUserIsToldSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tess()
	me, err := h.signIn(portal.Entra, "tess", "")
	if err != nil {
		t.Fatal(err)
	}
	h.exec("update app_user set active = false where id = $1", me.User.ID)
	h.nothingMade(func() {
		_, err = h.signIn(portal.Entra, "tess", "")
		wantCode(t, err, portal.Deactivated)
	})
}

func TestAnAttemptIsGoodOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tess()
	grant := h.arrive(portal.Entra, "tess")
	if _, err := h.redeem(grant); err != nil {
		t.Fatal(err)
	}
	other := h.arrive(portal.Entra, "tess")
	replayedCode := other
	replayedCode.Code = grant.Code
	for name, row := range map[string]struct {
		grant portal.CodeGrant
		want  portal.Code
	}{
		"the same attempt and code":         {grant, portal.AttemptExpired},
		"the same attempt with a new code":  {portal.CodeGrant{AttemptID: grant.AttemptID, Code: other.Code, CodeVerifier: grant.CodeVerifier}, portal.AttemptExpired},
		"another attempt with the old code": {replayedCode, portal.ProviderRefused},
		"no such attempt":                   {portal.CodeGrant{AttemptID: h.Own.MSSPID, Code: "c", CodeVerifier: grant.CodeVerifier}, portal.AttemptExpired},
		"no attempt id":                     {portal.CodeGrant{AttemptID: "x", Code: "c", CodeVerifier: grant.CodeVerifier}, portal.AttemptExpired},
	} {
		h.nothingMade(func() {
			if _, err := h.redeem(row.grant); portal.ErrorCode(err) != row.want {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestAnAttemptExpires(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tess()
	grant := h.arrive(portal.Entra, "tess")
	h.exec("update login_attempt set expires_at = now() - interval '1 second'")
	_, err := h.redeem(grant)
	wantCode(t, err, portal.AttemptExpired)
}

func TestAStolenCodeIsWorthlessWithoutTheVerifier(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tess()
	grant := h.arrive(portal.Entra, "tess")
	stolen := grant
	stolen.CodeVerifier = oauth2.GenerateVerifier()
	h.nothingMade(func() {
		_, err := h.redeem(stolen)
		wantCode(t, err, portal.Invalid)
		_, err = h.redeem(grant)
		wantCode(t, err, portal.AttemptExpired)
	})
}

func TestAWaitingSignInIsBoundToItsCodeAndVerifier(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	created := h.invite(h.mspUser(portal.Entra, "guest@contoso.example", "contoso.example", contoso))
	grant := h.arrive(portal.Entra, "guest")
	_, err := h.redeem(grant)
	wantCode(t, err, portal.InviteCodeRequired)
	grant.InviteCode = created.Code
	h.nothingMade(func() {
		other := grant
		other.Code = "another"
		_, err := h.redeem(other)
		wantCode(t, err, portal.AttemptExpired)
		other = grant
		other.CodeVerifier = oauth2.GenerateVerifier()
		_, err = h.redeem(other)
		wantCode(t, err, portal.Invalid)
		h.exec("update login_attempt set pending_sealed = set_byte(pending_sealed, 20, get_byte(pending_sealed, 20) # 1)")
		if _, err = h.redeem(grant); err == nil {
			t.Error("a changed pending identity is believed")
		}
	})
}

func TestWrongCodesAreLimited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	created := h.invite(h.mspUser(portal.Entra, "guest@contoso.example", "contoso.example", contoso))
	wrongs := 0
	for range 2 {
		grant := h.arrive(portal.Entra, "guest")
		for {
			grant.InviteCode, _ = identity.NewInviteCode()
			_, err := h.redeem(grant)
			if portal.ErrorCode(err) == portal.AttemptExpired {
				break
			}
			wantCode(t, err, portal.InviteCodeWrong)
			if wrongs++; wrongs > 20 {
				t.Fatal("any number of codes may be tried")
			}
		}
	}
	if wrongs != 12 {
		t.Errorf("%d codes could be tried in two attempts, want 6 in each", wrongs)
	}
	h.nothingMade(func() {
		_, err := h.signIn(portal.Entra, "guest", created.Code)
		wantCode(t, err, portal.InviteCodeWrong)
	})
}

func TestOfTwoWhoClaimOneInviteAtOnceOneGetsIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	created := h.invite(portal.NewInvite{Email: "ada@fjord.example", Role: portal.MSSPAdmin, Provider: portal.Google})
	grants := []portal.CodeGrant{h.arrive(portal.Google, "ada"), h.arrive(portal.Google, "ada2")}
	_, second := h.serve()
	services := []*identity.Service{h.service, second}
	errs := make([]error, len(grants))
	var wait sync.WaitGroup
	for i := range grants {
		wait.Go(func() {
			grants[i].InviteCode = created.Code
			_, errs[i] = services[i].Redeem(context.Background(), grants[i], session.Client{})
		})
	}
	wait.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("answers %v and %v", errs[0], errs[1])
	}
	if n := h.count("select count(*) from identity where provider = 'google'"); n != 1 {
		t.Errorf("%d identities", n)
	}
}

func TestOnePersonInTwoAttemptsAtOnceBecomesOneUser(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tess()
	grants := []portal.CodeGrant{h.arrive(portal.Entra, "tess"), h.arrive(portal.Entra, "tess")}
	users := make([]string, len(grants))
	var wait sync.WaitGroup
	for i := range grants {
		wait.Go(func() {
			tokens, err := h.redeem(grants[i])
			if err != nil {
				t.Error(err)
			}
			users[i] = tokens.User.ID
		})
	}
	wait.Wait()
	if users[0] != users[1] {
		t.Errorf("became %v", users)
	}
}

func TestAWaitingSignInSentTwiceAtOnceMakesOneSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	created := h.invite(h.mspUser(portal.Entra, "guest@contoso.example", "contoso.example", contoso))
	grant := h.arrive(portal.Entra, "guest")
	_, err := h.redeem(grant)
	wantCode(t, err, portal.InviteCodeRequired)
	grant.InviteCode = created.Code
	before := h.count("select count(*) from session")
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() { h.redeem(grant) }) //nolint:errcheck // all but one are refused
	}
	wait.Wait()
	if n := h.count("select count(*) from session") - before; n != 1 {
		t.Errorf("%d sessions", n)
	}
}

func TestOneSignInTakesUpEveryInviteForTheAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tess()
	second := h.mspUser(portal.Entra, "tess@contoso.example", "contoso.example", contoso)
	second.MSPID = h.Own.MSPs[1].ID
	h.invite(second)
	me, err := h.signIn(portal.Entra, "tess", "")
	if err != nil || len(me.Grants) != 2 {
		t.Errorf("signs in as %+v: %v", me, err)
	}
}

func TestAProviderThatIsDownIsSaidToBe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.tess()
	grant := h.arrive(portal.Entra, "tess")
	h.entra.Close()
	h.nothingMade(func() {
		_, err := h.redeem(grant)
		wantCode(t, err, portal.ProviderDown)
	})
	_, fresh := h.serve()
	_, err := fresh.Begin(context.Background(), portal.NewAttempt{
		Provider: portal.Entra, RedirectURI: redirects[portal.Entra], CodeChallenge: oauth2.S256ChallengeFromVerifier(oauth2.GenerateVerifier()),
	})
	wantCode(t, err, portal.ProviderDown)
	if _, err := h.signIn(portal.Google, "gil", ""); portal.ErrorCode(err) != portal.NoInvite {
		t.Errorf("the other provider is affected: %v", err)
	}
}

func TestWhatTheDesktopNeedsToKnowOfAnAttempt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	challenge := oauth2.S256ChallengeFromVerifier(oauth2.GenerateVerifier())
	for _, uri := range []string{"http://127.0.0.1:1/callback/google", "http://[::1]:65535/callback/google", "http://localhost:8080/callback/google"} {
		attempt, err := h.service.Begin(context.Background(), portal.NewAttempt{Provider: portal.Google, RedirectURI: uri, CodeChallenge: challenge})
		if err != nil {
			t.Fatalf("%s: %v", uri, err)
		}
		if attempt.ClientID != "google-client" || attempt.Issuer != h.google.Issuer() || len(attempt.Nonce) != 43 || len(attempt.Scopes) != 3 ||
			!strings.HasPrefix(attempt.AuthorizationEndpoint, h.google.Issuer()) || attempt.ExpiresAt.IsZero() {
			t.Errorf("answers %+v", attempt)
		}
	}
	for _, uri := range []string{
		"", "https://127.0.0.1:1/callback/google", "http://127.0.0.1/callback/google", "http://127.0.0.1:0/callback/google",
		"http://127.0.0.1:65536/callback/google", "http://127.0.0.1:1/callback/entra", "http://127.0.0.1:1/callback/google/",
		"http://127.0.0.1:1/callback/google?x=1", "http://127.0.0.1:1/callback/google#x", "http://u@127.0.0.1:1/callback/google",
		"http://evil.example:1/callback/google", "http://127.0.0.1.evil.example:1/callback/google", "http://127.0.0.2:1/callback/google",
		"http://127.0.0.1:01/callback/google", "http://127.0.0.1:1/callback/%67oogle", "http://LOCALHOST:1/callback/google",
	} {
		_, err := h.service.Begin(context.Background(), portal.NewAttempt{Provider: portal.Google, RedirectURI: uri, CodeChallenge: challenge})
		if portal.ErrorCode(err) != portal.Invalid {
			t.Errorf("%q is accepted: %v", uri, err)
		}
	}
	for _, bad := range []string{"", challenge[:42], challenge + "A", strings.Repeat("*", 43)} {
		_, err := h.service.Begin(context.Background(), portal.NewAttempt{Provider: portal.Google, RedirectURI: redirects[portal.Google], CodeChallenge: bad})
		wantCode(t, err, portal.Invalid)
	}
	_, err := h.service.Begin(context.Background(), portal.NewAttempt{Provider: "okta", RedirectURI: redirects[portal.Google], CodeChallenge: challenge})
	wantCode(t, err, portal.Invalid)
}
