package identity_test

import (
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/hostile"
)

// tenants scripts a token from another tenant's own issuer, with the same address.
func tenants(tenant string, more map[string]any) func(*hostile.Server, *hostile.Script) {
	claims := hostile.OfTenant(tenant)
	for name, value := range more {
		claims[name] = value
	}
	return claiming(claims)
}

// addressed scripts a token with the user's address rewritten.
func addressed(rewrite func(string) string) func(*hostile.Server, *hostile.Script) {
	return func(p *hostile.Server, s *hostile.Script) {
		s.Claims = map[string]any{"email": rewrite(p.Person.Email)}
	}
}

// replaced scripts a token whose address has one part replaced.
func replaced(old, by string) func(*hostile.Server, *hostile.Script) {
	return addressed(func(email string) string { return strings.Replace(email, old, by, 1) })
}

func TestAddress(t *testing.T) {
	t.Parallel()
	t.Run("entra_confirms_own_members_and_domains_only", testAddressEntraConfirmsOwnMembersAndDomainsOnly)
	t.Run("google_confirms_own_addresses_only", testAddressGoogleConfirmsOwnAddressesOnly)
	t.Run("must_match_the_invite_exactly", testAddressMustMatchTheInviteExactly)
	t.Run("gmail_belongs_to_google_only", testAddressGmailBelongsToGoogleOnly)
	t.Run("administrators_invite_needs_its_code", testAddressAdministratorsInviteNeedsItsCode)
}

func testAddressEntraConfirmsOwnMembersAndDomainsOnly(t *testing.T) {
	runCases(t, []providerCase{
		{"another allowed tenant with the same address", "entra", tenants(hostile.Fabrikam, nil), notInvited},
		{"a tenant that is not on the list", "entra", tenants(hostile.Stranger, nil), otherCompany},
		{"the tenant of private accounts", "entra", tenants(hostile.Private, map[string]any{"idp": "live.com"}), otherCompany},
		{"no tenant", "entra", claim("tid", hostile.Missing), otherCompany},
		{"a tenant that is no id", "entra", claim("tid", "common"), otherCompany},
		{"the tenant's id in braces", "entra", claim("tid", "{"+hostile.Contoso+"}"), otherCompany},
		{"the tenant's id in upper case", "entra", tenants(hostile.Contoso, map[string]any{"tid": strings.ToUpper(hostile.Contoso)}), signsIn},
		{"the invited tenant and another", "entra", claim("tid", []string{hostile.Contoso, hostile.Stranger}), otherCompany},
		{"acct is guest", "entra", claim("acct", 1), codeAsked},
		{"acct is guest in text", "entra", claim("acct", "1"), codeAsked},
		{"acct is true", "entra", claim("acct", true), codeAsked},
		{"acct is null", "entra", claim("acct", nil), codeAsked},
		{"no acct and no identity provider", "entra", claim("acct", hostile.Missing), codeAsked},
		{"no acct, but the tenant for an identity provider", "entra", claiming(map[string]any{
			"acct": hostile.Missing, "idp": hostile.OfTenant(hostile.Contoso)["iss"],
		}), signsIn},
		{"another tenant for an identity provider", "entra", claim("idp", hostile.OfTenant(hostile.Fabrikam)["iss"]), codeAsked},
		{"a private account for an identity provider", "entra", claim("idp", "live.com"), codeAsked},
		{"null for an identity provider", "entra", claim("idp", nil), codeAsked},
		{"xms_edov true", "entra", claim("xms_edov", true), signsIn},
		{"xms_edov \"true\"", "entra", claim("xms_edov", "true"), signsIn},
		{"xms_edov \"1\"", "entra", claim("xms_edov", "1"), signsIn},
		{"xms_edov 1", "entra", claim("xms_edov", 1), signsIn},
		{"xms_edov 0", "entra", claim("xms_edov", 0), codeAsked},
		{"xms_edov \"0\"", "entra", claim("xms_edov", "0"), codeAsked},
		{"xms_edov false", "entra", claim("xms_edov", false), codeAsked},
		{"xms_edov \"false\"", "entra", claim("xms_edov", "false"), codeAsked},
		{"xms_edov \"yes\"", "entra", claim("xms_edov", "yes"), codeAsked},
		{"xms_edov \"True\"", "entra", claim("xms_edov", "True"), codeAsked},
		{"xms_edov 2", "entra", claim("xms_edov", 2), codeAsked},
		{"xms_edov null", "entra", claim("xms_edov", nil), codeAsked},
		{"xms_edov missing", "entra", claim("xms_edov", hostile.Missing), codeAsked},
		{"xms_edov an object", "entra", claim("xms_edov", map[string]any{"value": true}), codeAsked},
		{"xms_edov a list", "entra", claim("xms_edov", []bool{true}), codeAsked},
		{"no address, but a user name like it", "entra", func(p *hostile.Server, s *hostile.Script) {
			s.Claims = map[string]any{
				"email":                  hostile.Missing,
				"upn":                    p.Person.Email,
				"unique_name":            p.Person.Email,
				"verified_primary_email": []string{p.Person.Email},
			}
		}, codeAsked},
		{"an address beside the invited person's user name", "entra", func(p *hostile.Server, s *hostile.Script) {
			s.Claims = map[string]any{"email": "somebody@kite.example", "upn": p.Person.Email}
		}, notInvited},
	})
}

func testAddressGoogleConfirmsOwnAddressesOnly(t *testing.T) {
	runCases(t, []providerCase{
		{"email_verified true", "google", claim("email_verified", true), signsIn},
		{"email_verified false", "google", claim("email_verified", false), codeAsked},
		{"email_verified \"true\"", "google", claim("email_verified", "true"), codeAsked},
		{"email_verified 1", "google", claim("email_verified", 1), codeAsked},
		{"email_verified null", "google", claim("email_verified", nil), codeAsked},
		{"email_verified missing", "google", claim("email_verified", hostile.Missing), codeAsked},
		{"hd missing", "google", claim("hd", hostile.Missing), codeAsked},
		{"hd empty", "google", claim("hd", ""), codeAsked},
		{"hd another's", "google", claim("hd", "other.example"), codeAsked},
		{"hd that ends alike", "google", claim("hd", "evilkite.example"), codeAsked},
		{"hd that begins alike", "google", claim("hd", "kite.example.evil.example"), codeAsked},
		{"hd of a part", "google", claim("hd", "sub.kite.example"), codeAsked},
		{"hd of the whole", "google", claim("hd", "example"), codeAsked},
		{"hd with a dot behind", "google", claim("hd", "kite.example."), codeAsked},
		{"hd with a letter that looks alike", "google", claim("hd", "kitе.example"), codeAsked},
		{"hd with a letter whose small one is alike", "google", claim("hd", "\u212Aite.example"), codeAsked},
		{"hd as a list", "google", claim("hd", []string{"kite.example"}), codeAsked},
		{"hd in upper case", "google", claim("hd", "KITE.example"), signsIn},
	})
}

func testAddressMustMatchTheInviteExactly(t *testing.T) {
	runCases(t, []providerCase{
		{"in upper case", "", addressed(strings.ToUpper), signsIn},
		{"with blanks around", "", addressed(func(email string) string { return " " + email + "\t" }), signsIn},
		{"with a plus", "", replaced("@", "+x@"), notInvited},
		{"with a dot more", "", replaced("person", "per.son"), notInvited},
		{"of a part of the domain", "", replaced("@", "@mail."), notInvited},
		{"with a domain behind", "", addressed(func(email string) string { return email + ".evil.example" }), notInvited},
		{"with a Cyrillic letter", "", replaced("person", "реrson"), noAddress},
		{"with a Cyrillic letter in the domain", "", replaced("kite", "kitе"), notInvited},
		{"with a full-width letter", "", replaced("person", "ｐerson"), noAddress},
		{"with a Kelvin sign, which is a k to Unicode", "", replaced("kim", "\u212Aim"), noAddress},
		{"with a dotted I, whose small letter is an i", "", replaced("kim", "k\u0130m"), noAddress},
		{"with an invisible letter", "", replaced("person", "per\u200bson"), noAddress},
		{"with a zero byte", "", replaced("person", "per\x00son"), noAddress},
		{"with a line break", "", addressed(func(email string) string { return email + "\nBcc: x@evil.example" }), noAddress},
		{"with two at signs", "", addressed(func(email string) string { return email + "@evil.example" }), noAddress},
		{"with a name", "", addressed(func(email string) string { return "Ada <" + email + ">" }), noAddress},
		{"two of them", "", addressed(func(email string) string { return email + ",x@evil.example" }), noAddress},
		{"a list of it", "", func(p *hostile.Server, s *hostile.Script) {
			s.Claims = map[string]any{"email": []string{p.Person.Email}}
		}, noAddress},
		{"as an object", "", claim("email", map[string]any{"x": 1}), noAddress},
		{"empty", "", claim("email", ""), noAddress},
		{"null", "", claim("email", nil), noAddress},
		{"with LIKE's wild cards", "", replaced("person", "%"), notInvited},
		{"very long", "", addressed(func(email string) string { return strings.Repeat("a", 300) + email }), noAddress},
	})
}

func testAddressGmailBelongsToGoogleOnly(t *testing.T) {
	t.Parallel()
	court := newProviderTest(t)
	for name, row := range map[string]struct {
		at    portal.ProviderID
		email string
		want  outcome
	}{
		"gmail.com at Google":                 {portal.Google, "gil@gmail.com", signsIn},
		"a domain that ends in gmail.com":     {portal.Google, "gil@notgmail.com", codeAsked},
		"a part of gmail.com":                 {portal.Google, "gil@mail.gmail.com", codeAsked},
		"the other name of gmail.com":         {portal.Google, "gil@googlemail.com", codeAsked},
		"gmail.com in discovery of something": {portal.Google, "gil@gmail.com.evil.example", codeAsked},
		"a consumer's account with a company": {portal.Google, "gil@other.example", codeAsked},
	} {
		t.Run(name, func(t *testing.T) {
			k := court.newSignInTest(t, row.at, row.email)
			k.provider.Play(hostile.Script{Claims: map[string]any{"hd": hostile.Missing}})
			k.wantOutcome(row.want)
		})
	}
}

func testAddressAdministratorsInviteNeedsItsCode(t *testing.T) {
	t.Parallel()
	court := newProviderTest(t)
	for _, provider := range []portal.ProviderID{portal.Google, portal.Entra} {
		for _, role := range []portal.Role{portal.MSPAdmin, portal.MSSPAdmin} {
			t.Run(string(provider)+"/"+string(role), func(t *testing.T) {
				k := court.newSignInTest(t, provider, "")
				court.exec(
					t,
					"update pre_assigned_role set role = $1, msp_id = case when $1 like 'mssp%' then null else msp_id end where id = $2",
					role,
					k.invite.Invite.ID,
				)
				k.wantOutcome(codeAsked)
			})
		}
	}
}
