package identity_test

import (
	"context"
	"crypto/rand"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/hostile"
)

// publishing scripts a key set, with the header and signature of the script.
func publishing(header map[string]any, keys ...any) func(*hostile.Server, *hostile.Script) {
	return func(_ *hostile.Server, s *hostile.Script) { s.KeySet, s.Header = keys, header }
}

// with returns a key with one more member.
func with(key map[string]any, name string, value any) map[string]any {
	key[name] = value
	return key
}

func TestProviderKeys(t *testing.T) {
	t.Parallel()
	t.Run("sign_only_for_their_published_use", testProviderKeysSignOnlyForTheirPublishedUse)
	t.Run("new_key_costs_one_call", testProviderKeysNewKeyCostsOneCall)
	t.Run("unknown_ids_are_rate_limited", testProviderKeysUnknownIdsAreRateLimited)
}

func testProviderKeysSignOnlyForTheirPublishedUse(t *testing.T) {
	good := func() map[string]any { return hostile.JWK("k1", hostile.Key()) }
	noID := map[string]any{"kid": hostile.Missing}
	runCases(t, []providerCase{
		{"one key and a token without key id", "", publishing(noID, good()), signsIn},
		{"two keys and a token without key id", "", publishing(noID, good(), hostile.JWK("k2", hostile.Next())), unconfirmed("token_signature")},
		{"one key without an id and a token with one", "", publishing(nil, hostile.JWK("", hostile.Key())), unconfirmed("token_signature")},
		{"a key id of another case", "", publishing(map[string]any{"kid": "K1"}, good()), unconfirmed("token_signature")},
		{"a key id that is a number", "", publishing(map[string]any{"kid": 1}, good()), unconfirmed("token_malformed")},
		{"malformed keys beside a valid one", "", publishing(nil,
			map[string]any{"kty": "RSA", "kid": "broken", "n": "!", "e": 3}, "not a key", nil, 7, map[string]any{},
			map[string]any{"kty": "OKP", "crv": "X448", "kid": "k1", "x": "AA"}, good()), signsIn},
		{
			"a shared key under the id beside a good one",
			"",
			publishing(nil, map[string]any{"kty": "oct", "kid": "k1", "k": hostile.B64("hunter2")}, good()),
			signsIn,
		},
		{"another key under the id before it", "", publishing(nil, hostile.JWK("k1", hostile.Next()), good()), signsIn},
		{
			"other keys under the id and not its own",
			"",
			publishing(nil, hostile.JWK("k1", hostile.Next()), hostile.JWK("k1", hostile.Foreign())),
			unconfirmed("token_signature"),
		},
		{"no keys", "", publishing(nil, "nothing"), unconfirmed("token_signature")},
		{"a key for encryption", "", publishing(nil, with(good(), "use", "enc")), unconfirmed("token_signature")},
		{"a key for signatures", "", publishing(nil, with(with(good(), "use", "sig"), "alg", "RS256")), signsIn},
		{"a key for another algorithm", "", publishing(nil, with(good(), "alg", "RS512")), unconfirmed("token_signature")},
		{"a key of another issuer", "", publishing(nil, with(good(), "issuer", hostile.Evil)), unconfirmed("token_signature")},
		{"a key of every tenant", "entra", publishing(nil, with(good(), "issuer", hostile.EntraIssuer)), signsIn},
		{"a key of the invited tenant", "entra", publishing(nil, with(good(), "issuer", hostile.OfTenant(hostile.Contoso)["iss"])), signsIn},
		{
			"a key of another tenant",
			"entra",
			publishing(nil, with(good(), "issuer", hostile.OfTenant(hostile.Fabrikam)["iss"])),
			unconfirmed("token_signature"),
		},
		{
			"a key of private accounts",
			"entra",
			publishing(nil, with(good(), "issuer", hostile.OfTenant(hostile.Private)["iss"])),
			unconfirmed("token_signature"),
		},
		{"a key of 1024 bits", "", func(_ *hostile.Server, s *hostile.Script) {
			s.KeySet, s.Sign = []any{hostile.JWK("k1", hostile.Weak())}, hostile.RS256(hostile.Weak())
		}, unconfirmed("token_signature")},
		{"a redirect", "", serving(hostile.Keys, hostile.Redirects), unavailable("keys")},
	})
}

func testProviderKeysNewKeyCostsOneCall(t *testing.T) {
	t.Parallel()
	court := newProviderTest(t)
	for _, provider := range []portal.ProviderID{portal.Google, portal.Entra} {
		t.Run(string(provider), func(t *testing.T) {
			k := court.newSignInTest(t, provider, "")
			k.wantOutcome(signsIn)
			before := k.provider.Calls(hostile.Keys)
			k.provider.Play(hostile.Script{
				KeySet: []any{hostile.JWK("k2", hostile.Next())},
				Header: map[string]any{"kid": "k2"}, Sign: hostile.RS256(hostile.Next()),
			})
			if err := k.signIn(context.Background()); err != nil {
				t.Errorf("a token of the new key: got error %v, want nil", err)
			}
			if calls := k.provider.Calls(hostile.Keys) - before; before != 1 || calls != 1 {
				t.Errorf("got %d calls for the first keys and %d in all", before, calls)
			}
			// The attacker has the old key, which the provider no longer publishes.
			k.provider.Play(hostile.Script{KeySet: []any{hostile.JWK("k2", hostile.Next())}})
			if err := k.signIn(context.Background()); portal.ErrorCode(err) != portal.ProviderRefused {
				t.Errorf("a token of a key no longer published: got error %v", err)
			}
			k.audited()
		})
	}
}

func testProviderKeysUnknownIdsAreRateLimited(t *testing.T) {
	t.Parallel()
	court := newProviderTest(t)
	for _, provider := range []portal.ProviderID{portal.Google, portal.Entra} {
		t.Run(string(provider), func(t *testing.T) {
			k := court.newSignInTest(t, provider, "")
			for range 40 {
				k.provider.Play(hostile.Script{Header: map[string]any{"kid": rand.Text()}, Sign: hostile.RS256(hostile.Foreign())})
				if err := k.signIn(context.Background()); portal.ErrorCode(err) != portal.ProviderRefused {
					t.Fatalf("got error %v", err)
				}
			}
			court.exec(t, "delete from audit_log where action = 'sign_in_refused'")
			if n := k.provider.Calls(hostile.Keys); n != 3 {
				t.Errorf("40 unknown key ids made %d calls, want the first and two more", n)
			}
			if n := k.provider.Calls(hostile.Discovery); n > 2 {
				t.Errorf("40 sign-ins made %d calls for the discovery document", n)
			}
			// A token signed with a published key is still accepted.
			k.provider.Play(hostile.Script{})
			k.wantOutcome(signsIn)
		})
	}
}
