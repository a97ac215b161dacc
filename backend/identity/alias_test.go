package identity_test

import (
	"context"
	"errors"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/hostile"
)

func TestAliasAccounts(t *testing.T) {
	t.Parallel()
	court := newProviderTest(t)
	for name, c := range map[string]struct {
		at             portal.ProviderID
		invited, alias string
		claims         map[string]any
		refused        portal.Code
		byCode         bool // whether the invite's code gets them in
	}{
		"googlemail.com": {
			portal.Google, "gil@gmail.com", "gil@googlemail.com", map[string]any{"hd": hostile.Missing}, portal.InviteCodeRequired, true,
		},
		"dots at gmail.com": {
			portal.Google, "gil.moe@gmail.com", "gilmoe@gmail.com", map[string]any{"hd": hostile.Missing}, portal.NoInvite, false,
		},
		"a plus at gmail.com": {
			portal.Google, "gil+work@gmail.com", "gil@gmail.com", map[string]any{"hd": hostile.Missing}, portal.NoInvite, false,
		},
		"a Workspace alias":       {portal.Google, "sales@kite.example", "gil@kite.example", nil, portal.NoInvite, false},
		"a renamed Entra account": {portal.Entra, "maiden@kite.example", "married@kite.example", nil, portal.NoInvite, false},
		"an onmicrosoft account":  {portal.Entra, "kim@kite.example", "kim@kite.onmicrosoft.com", nil, portal.NoInvite, false},
		"one whose owner is unsure": {
			portal.Entra, "lea@kite.example", "lea@kite.onmicrosoft.com", map[string]any{"xms_edov": hostile.Missing}, portal.InviteCodeRequired,
			true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := court.newSignInTest(t, c.at, c.invited)
			claims := map[string]any{"email": c.alias}
			for claim, value := range c.claims {
				claims[claim] = value
			}
			k.provider.Play(hostile.Script{Claims: claims})
			var refused *portal.Error
			if err := k.signIn(context.Background()); !errors.As(err, &refused) || refused.Code != c.refused || refused.Address != c.alias {
				t.Fatalf("got %+v, want %s for %s", refused, c.refused, c.alias)
			}
			grant, err := k.codeGrant(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			grant.InviteCode = k.invite.Code
			_, err = k.service.Redeem(context.Background(), grant, "")
			if (err == nil) != c.byCode {
				t.Errorf("with the invite's code: %v", err)
			}
			if !c.byCode {
				checkRefusal(t, err, portal.InviteCodeInvalid, "another e-mail address than the one you signed in with")
			}
		})
	}
}
