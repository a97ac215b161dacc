package identity

import (
	"encoding/hex"
	"encoding/json"
	"testing"

	"fs-client-portal/backend/postgres"
)

// TestStoredFormats holds what the database keeps of open invites and attempts: a version that computes it in another
// way refuses every invite that is open.
func TestStoredFormats(t *testing.T) {
	try := &redemption{attempt: postgres.Attempt{ID: "a", CodeChallenge: "c"}, codeHash: []byte{1, 0xab}}
	who, err := json.Marshal(person{
		Issuer: "i", Subject: "s", Tenant: "t", Email: "e", Name: "n", Verified: true, HostedDomain: "h", DomainOwned: true, Member: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, format := range map[string]struct{ got, want string }{
		"hash_of_an_invite_code": {
			hex.EncodeToString(hashCode("0123456789")), "598d20ef96f14874b52bc3a0c6860996620ab9f40528663163b1c5bd4e42bd4f",
		},
		"hash_of_an_authorization_code": {
			hex.EncodeToString(authorizationCodeHash("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		},
		"sealed_code_is_bound_to_its_invite":       {string(codeAAD("id")), "pre_assigned_role.code:id"},
		"pending_identity_is_bound_to_its_attempt": {string(try.pendingAAD()), "login_attempt:a:01ab:c"},
		"pending_identity": {string(who), `{"Issuer":"i","Subject":"s","Tenant":"t","Email":"e","Name":"n","Verified":true,` +
			`"HostedDomain":"h","DomainOwned":true,"Member":true}`},
	} {
		t.Run(name, func(t *testing.T) {
			if format.got != format.want {
				t.Errorf("got %s, want %s", format.got, format.want)
			}
		})
	}
}

func TestChallenge(t *testing.T) {
	// The example of RFC 7636, appendix B.
	verifier, challenge := "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	if !provesChallenge(verifier, challenge) || provesChallenge(verifier+"x", challenge) {
		t.Error("got another result for the example of RFC 7636, want its verifier alone accepted")
	}
}
