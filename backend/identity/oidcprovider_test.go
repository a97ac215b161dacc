package identity_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/url"
	"testing"

	"golang.org/x/oauth2"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/oidcprovider"
	"fs-client-portal/backend/testkit/provider"
)

// elsewhere is a world whose people sign in with a provider that is none of ours.
type elsewhere struct {
	*testkit.World
	*testing.T
	issuer  string
	service *identity.Service
	log     bytes.Buffer
}

func newElsewhere(t *testing.T) *elsewhere {
	t.Helper()
	e := &elsewhere{World: testkit.NewWorld(t), T: t}
	claims := func(email string) map[string]any {
		return map[string]any{"email": email, "email_verified": true, "hd": "fjord.example", "name": "Somebody"}
	}
	e.issuer = oidcprovider.Start(t,
		oidcprovider.Account{Login: "ada", Claims: claims("ada@fjord.example")},
		oidcprovider.Account{Login: "bo", Claims: claims("bo@fjord.example")},
		oidcprovider.Account{Login: "uninvited", Claims: claims("eve@fjord.example")})
	sealer, err := session.NewSealer(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := session.New(e.DB, sealer, session.Config{Issuer: "https://portal.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	e.service, err = identity.New(e.DB, sessions, identity.Config{
		Google: &identity.GoogleConfig{Issuer: e.issuer, ClientID: oidcprovider.ClientID, ClientSecret: oidcprovider.ClientSecret},
		Secret: sealer, Log: slog.New(slog.NewTextHandler(&e.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *elsewhere) invite(email string, role portal.Role) (code string) {
	e.Helper()
	n := portal.NewInvite{Email: email, Role: role, MSPID: e.Own.MSPs[0].ID, Provider: portal.Google, Domain: "fjord.example"}
	created, err := e.service.Invite(context.Background(), e.Own.Viewers[portal.MSSPAdmin], n)
	if err != nil {
		e.Fatal(err)
	}
	return created.Code
}

// arrive takes somebody through the provider's pages, which are told of a challenge that may be another than ours.
func (e *elsewhere) arrive(login, challenge string) portal.CodeGrant {
	e.Helper()
	verifier := oauth2.GenerateVerifier()
	attempt, err := e.service.Begin(context.Background(), portal.NewAttempt{
		Provider: portal.Google, RedirectURI: redirects[portal.Google], CodeChallenge: oauth2.S256ChallengeFromVerifier(verifier),
	})
	if err != nil {
		e.Fatal(err)
	}
	if challenge == "" {
		challenge = oauth2.S256ChallengeFromVerifier(verifier)
	}
	config := oauth2.Config{
		ClientID: attempt.ClientID, RedirectURL: redirects[portal.Google], Scopes: attempt.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: attempt.AuthorizationEndpoint},
	}
	redirect, err := provider.Answer(context.Background(), config.AuthCodeURL("the-state",
		oauth2.SetAuthURLParam("nonce", attempt.Nonce), oauth2.SetAuthURLParam("prompt", "select_account"),
		oauth2.SetAuthURLParam("code_challenge", challenge), oauth2.SetAuthURLParam("code_challenge_method", "S256")),
		url.Values{"login": {login}, "password": {"any"}})
	if err != nil {
		e.Fatal(err)
	}
	answer := redirect.Query()
	if answer.Get("state") != "the-state" || answer.Get("iss") != attempt.Issuer || answer.Get("code") == "" {
		e.Fatalf("the provider answers %v", answer)
	}
	return portal.CodeGrant{AttemptID: attempt.ID, Code: answer.Get("code"), CodeVerifier: verifier}
}

func (e *elsewhere) redeem(g portal.CodeGrant) (portal.Tokens, error) {
	return e.service.Redeem(context.Background(), g, session.Client{Device: "test"})
}

func TestPeopleSignInWithAProviderOfSomebodyElsesMaking(t *testing.T) {
	t.Parallel()
	e := newElsewhere(t)
	e.invite("ada@fjord.example", portal.MSPUser)
	tokens, err := e.redeem(e.arrive("ada", ""))
	if err != nil || tokens.User.Email != "ada@fjord.example" || tokens.AccessToken == "" {
		t.Fatalf("signs in as %+v: %v", tokens.User, err)
	}
	again, err := e.redeem(e.arrive("ada", ""))
	if err != nil || again.User.ID != tokens.User.ID {
		t.Errorf("the second time as %+v: %v", again.User, err)
	}

	code := e.invite("bo@fjord.example", portal.MSPAdmin)
	grant := e.arrive("bo", "")
	_, err = e.redeem(grant)
	wantCode(t, err, portal.InviteCodeRequired)
	grant.InviteCode = code
	if tokens, err = e.redeem(grant); err != nil || tokens.User.Email != "bo@fjord.example" {
		t.Errorf("with the code as %+v: %v", tokens.User, err)
	}

	_, err = e.redeem(e.arrive("uninvited", ""))
	wantCode(t, err, portal.NoInvite)
}

func TestAProviderOfSomebodyElsesMakingRefusesAWrongVerifier(t *testing.T) {
	t.Parallel()
	e := newElsewhere(t)
	e.invite("ada@fjord.example", portal.MSPUser)
	// Our own check is passed; the provider was told of another challenge.
	_, err := e.redeem(e.arrive("ada", oauth2.S256ChallengeFromVerifier(oauth2.GenerateVerifier())))
	wantCode(t, err, portal.ProviderRefused)
	if !bytes.Contains(e.log.Bytes(), []byte("reason=provider:invalid_grant")) {
		t.Errorf("the log says %s", e.log.Bytes())
	}
}
