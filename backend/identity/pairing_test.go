package identity

import (
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func TestPair(t *testing.T) {
	t.Parallel()
	const address = "ada@fjord.example"
	domain, other := "fjord.example", "other.example"
	confirmed := postgres.Identity{Provider: portal.Google, Issuer: "google", Subject: "1", Email: address, Confirmed: true}
	plain := confirmed
	plain.Confirmed = false
	google := plain
	google.Email = ""
	entra := postgres.Identity{Provider: portal.Entra, Issuer: "t", Tenant: "t", Subject: "1"}
	invite := func(id string, role portal.Role, change ...func(*postgres.OpenInvite)) postgres.OpenInvite {
		i := postgres.OpenInvite{ID: id, Email: address, Role: role, Provider: portal.Google, Domain: &domain, CodeHash: hashCode(id)}
		for _, c := range change {
			c(&i)
		}
		return i
	}
	user, admin := invite("user", portal.MSPUser), invite("admin", portal.MSSPAdmin)
	second := invite("second", portal.MSPAdmin)
	entraInvite := func(tenant string) *postgres.OpenInvite {
		return ptr(invite("e", portal.MSSPAdmin, func(i *postgres.OpenInvite) { i.Provider, i.Tenant = portal.Entra, tenant }))
	}
	for name, c := range map[string]struct {
		claimRequest
		code   string
		want   string // the ids that are claimed
		refuse portal.Code
	}{
		"a confirmed address claims its invite": {
			claimRequest: claimRequest{who: confirmed, byAddress: []postgres.OpenInvite{user}}, want: "user",
		},
		"a confirmed address with no invite": {claimRequest: claimRequest{who: confirmed}, refuse: portal.NoInvite},
		"an admin's invite needs its code": {
			claimRequest: claimRequest{who: confirmed, byAddress: []postgres.OpenInvite{admin}}, refuse: portal.InviteCodeRequired,
		},
		"an admin's invite with its code": {
			claimRequest: claimRequest{who: confirmed, byAddress: []postgres.OpenInvite{admin}, byCode: &admin}, code: "admin", want: "admin",
		},
		"several are offered": {
			claimRequest: claimRequest{who: confirmed, byAddress: []postgres.OpenInvite{user, admin}}, refuse: portal.InviteChoice,
		},
		"one of several is chosen": {
			claimRequest: claimRequest{who: confirmed, byAddress: []postgres.OpenInvite{user, admin}, chosen: []string{"user"}}, want: "user",
		},
		"a chosen one needs its code": {
			claimRequest: claimRequest{who: confirmed, byAddress: []postgres.OpenInvite{user, admin}, chosen: []string{"user", "admin"}},
			refuse:       portal.InviteCodeRequired,
		},
		"all are chosen, with the code of one": {
			claimRequest: claimRequest{
				who: confirmed, byAddress: []postgres.OpenInvite{user, admin}, byCode: &admin, chosen: []string{"user", "admin"},
			},
			code: "admin", want: "admin user",
		},
		"the code is of one that was not chosen": {
			claimRequest: claimRequest{who: confirmed, byAddress: []postgres.OpenInvite{user, admin}, byCode: &admin, chosen: []string{"user"}},
			code:         "admin", refuse: portal.InviteCodeInvalid,
		},
		"a code claims no other that needs its own": {
			claimRequest: claimRequest{
				who: confirmed, byAddress: []postgres.OpenInvite{admin, second}, byCode: &admin, chosen: []string{"admin", "second"},
			},
			code: "admin", want: "admin",
		},
		"a code of another hash": {
			claimRequest: claimRequest{who: confirmed, byCode: &user}, code: "other", refuse: portal.InviteCodeInvalid,
		},
		"the code for an address that is another's": {
			claimRequest: claimRequest{who: confirmed, byCode: ptr(invite("u", portal.MSPUser, func(i *postgres.OpenInvite) { i.Taken = true }))},
			code:         "u", refuse: portal.NoInvite,
		},
		"a Google invite for an Entra account": {
			claimRequest: claimRequest{who: entra, byCode: ptr(invite("e", portal.MSPUser, func(i *postgres.OpenInvite) { i.Tenant = "t" }))},
			code:         "e", refuse: portal.InviteCodeInvalid,
		},
		"a code chooses its own invite": {
			claimRequest: claimRequest{who: confirmed, byAddress: []postgres.OpenInvite{user, admin}, byCode: &admin}, code: "admin",
			want: "admin",
		},
		"what was never offered cannot be chosen": {
			claimRequest: claimRequest{who: confirmed, byAddress: []postgres.OpenInvite{user, admin}, chosen: []string{"x"}},
			refuse:       portal.InviteChoice,
		},
		"the address is another identity's": {
			claimRequest: claimRequest{
				who: confirmed, byAddress: []postgres.OpenInvite{invite("user", portal.MSPUser, func(i *postgres.OpenInvite) { i.Taken = true })},
			},
			refuse: portal.NoInvite,
		},
		"an address that is not confirmed": {
			claimRequest: claimRequest{who: plain, byAddress: []postgres.OpenInvite{user}}, refuse: portal.InviteCodeRequired,
		},
		"an address that is not confirmed, by code": {claimRequest: claimRequest{who: plain, byCode: &user}, code: "user", want: "user"},
		"a Google account without address, by code": {
			claimRequest: claimRequest{who: google, byCode: &user}, code: "user", refuse: portal.InviteCodeInvalid,
		},
		"an Entra account without address, by code": {
			claimRequest: claimRequest{who: entra, byCode: entraInvite("t")}, code: "e", want: "e",
		},
		"a code of another tenant's invite": {
			claimRequest: claimRequest{who: entra, byCode: entraInvite("u")}, code: "e", refuse: portal.InviteCodeInvalid,
		},
		"a code of another provider's invite": {
			claimRequest: claimRequest{who: entra, byCode: &user}, code: "user", refuse: portal.InviteCodeInvalid,
		},
		"a code of an invite for another address": {
			claimRequest: claimRequest{
				who: confirmed, byCode: ptr(invite("o", portal.MSPUser, func(i *postgres.OpenInvite) { i.Email = "bo@fjord.example" })),
			},
			code: "o", refuse: portal.InviteCodeInvalid,
		},
		"another Workspace than the invite names": {
			claimRequest: claimRequest{
				who: confirmed, byAddress: []postgres.OpenInvite{invite("u", portal.MSPUser, func(i *postgres.OpenInvite) { i.Domain = &other })},
			},
			refuse: portal.InviteCodeRequired,
		},
		"an invite that was closed by wrong codes": {
			claimRequest: claimRequest{
				who:       confirmed,
				byAddress: []postgres.OpenInvite{invite("a", portal.MSSPAdmin, func(i *postgres.OpenInvite) { i.CodeTries = portal.MaxCodeTries })},
			},
			refuse: portal.InviteClosed,
		},
		"the code of an invite that was closed": {
			claimRequest: claimRequest{
				who: plain, byCode: ptr(invite("a", portal.MSPUser, func(i *postgres.OpenInvite) { i.CodeTries = portal.MaxCodeTries })),
			},
			code: "a", refuse: portal.InviteClosed,
		},
		"the code of an invite of one's own making": {
			claimRequest: claimRequest{who: plain, byCode: ptr(invite("a", portal.MSPUser, func(i *postgres.OpenInvite) { i.Own = true }))},
			code:         "a", refuse: portal.InviteCodeInvalid,
		},
		"a code of no invite": {claimRequest: claimRequest{who: plain}, code: "none", refuse: portal.InviteCodeInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := c.claimRequest
			a.hostedDomain = domain
			if c.code != "" {
				a.entered, a.typed = true, hashCode(c.code)
			}
			claimed, err := pair(a)
			got := ""
			for i, invite := range claimed {
				if i > 0 {
					got += " "
				}
				got += invite.ID
				if byCode := invite.ID == c.code; invite.ByCode != byCode {
					t.Errorf("%s claimed by code: got %v, want %v", invite.ID, invite.ByCode, byCode)
				}
			}
			if got != c.want || portal.ErrorCode(err) != c.refuse {
				t.Errorf("got invites %q and error %v, want %q and %q", got, err, c.want, c.refuse)
			}
		})
	}
}

func TestConfirmed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		person
		want bool
	}{
		"Google, no address":                 {person{Verified: true, HostedDomain: "x.example"}, false},
		"Google, gmail.com":                  {person{Email: "a@gmail.com", Verified: true}, true},
		"Google, gmail.com, not verified":    {person{Email: "a@gmail.com"}, false},
		"Google, a Workspace":                {person{Email: "a@x.example", Verified: true, HostedDomain: "x.example"}, true},
		"Google, a Workspace, not verified":  {person{Email: "a@x.example", HostedDomain: "x.example"}, false},
		"Google, an address of another host": {person{Email: "a@x.example", Verified: true}, false},
		"Google, a host named like gmail":    {person{Email: "a@notgmail.com", Verified: true}, false},
		"Entra, a member, domain owned":      {person{Email: "a@x.example", Tenant: "t", Member: true, DomainOwned: true}, true},
		"Entra, a guest, domain owned":       {person{Email: "a@x.example", Tenant: "t", DomainOwned: true}, false},
		"Entra, a member, domain not owned":  {person{Email: "a@x.example", Tenant: "t", Member: true}, false},
		"Entra, Google's confirmation":       {person{Email: "a@gmail.com", Tenant: "t", Verified: true, HostedDomain: "x.example"}, false},
		"Entra, no address":                  {person{Tenant: "t", Member: true, DomainOwned: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.confirmed(); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }
