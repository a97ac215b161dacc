package identity_test

import (
	"crypto"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"fs-client-portal/backend/testkit/hostile"
)

// signed scripts a token whose header names one algorithm and whose signature may use another.
func signed(header map[string]any, sign hostile.Signer) func(*hostile.Server, *hostile.Script) {
	return func(_ *hostile.Server, s *hostile.Script) { s.Header, s.Sign = header, sign }
}

// rewritten scripts a token that is changed after it was signed.
func rewritten(rewrite func(string) string) func(*hostile.Server, *hostile.Script) {
	return func(_ *hostile.Server, s *hostile.Script) { s.Compact = rewrite }
}

// headed scripts a token with more in its header, signed by the attacker or by the provider itself.
func headed(header map[string]any, attacker bool) func(*hostile.Server, *hostile.Script) {
	if attacker {
		return signed(header, hostile.RS256(hostile.Foreign()))
	}
	return signed(header, nil)
}

func testIDTokenNeedsTheProvidersRS256Signature(t *testing.T) {
	algorithm := func(name string) map[string]any { return map[string]any{"alg": name} }
	key := hostile.Key()
	modulus := []byte(hostile.B64(key.N.Bytes()))
	runCases(t, []providerCase{
		{"a good token", "", nil, signsIn},
		{"alg none", "", signed(algorithm("none"), hostile.Unsigned), unconfirmed("token_malformed")},
		{"alg None", "", signed(algorithm("None"), hostile.Unsigned), unconfirmed("token_malformed")},
		{"alg none over a good signature", "", signed(algorithm("none"), nil), unconfirmed("token_malformed")},
		{"no alg", "", signed(map[string]any{"alg": hostile.Missing}, nil), unconfirmed("token_malformed")},
		{"alg as a list", "", signed(map[string]any{"alg": []string{"RS256"}}, nil), unconfirmed("token_malformed")},
		{"HMAC with the public key as PEM", "", signed(algorithm("HS256"), hostile.HMAC(hostile.PEM())), unconfirmed("token_malformed")},
		{"HMAC with the public key as DER", "", signed(algorithm("HS256"), hostile.HMAC(hostile.DER())), unconfirmed("token_malformed")},
		{"HMAC with the modulus", "", signed(algorithm("HS256"), hostile.HMAC(key.N.Bytes())), unconfirmed("token_malformed")},
		{"HMAC with the modulus as the key set holds it", "", signed(algorithm("HS256"), hostile.HMAC(modulus)), unconfirmed("token_malformed")},
		{"HMAC that calls itself RS256", "", signed(nil, hostile.HMAC(hostile.PEM())), unconfirmed("token_signature")},
		{"RS384 by the right key", "", signed(algorithm("RS384"), hostile.RSA(key, crypto.SHA384)), unconfirmed("token_malformed")},
		{"RS512 by the right key", "", signed(algorithm("RS512"), hostile.RSA(key, crypto.SHA512)), unconfirmed("token_malformed")},
		{"PS256 by the right key", "", signed(algorithm("PS256"), hostile.PS256(key)), unconfirmed("token_malformed")},
		{"RS384 that calls itself RS256", "", signed(nil, hostile.RSA(key, crypto.SHA384)), unconfirmed("token_signature")},
		{"PS256 that calls itself RS256", "", signed(nil, hostile.PS256(key)), unconfirmed("token_signature")},
		{"ES256 by a key of the set", "", func(_ *hostile.Server, s *hostile.Script) {
			s.KeySet = []any{hostile.ECJWK("k1"), hostile.JWK("k2", key)}
			s.Header, s.Sign = algorithm("ES256"), hostile.ES256
		}, unconfirmed("token_malformed")},
		{"ES256 that calls itself RS256", "", func(_ *hostile.Server, s *hostile.Script) {
			s.KeySet = []any{hostile.ECJWK("k1"), hostile.JWK("k2", key)}
			s.Sign = hostile.ES256
		}, unconfirmed("token_signature")},
		{"another key under the known id", "", signed(nil, hostile.RS256(hostile.Foreign())), unconfirmed("token_signature")},
		{
			"no signature",
			"",
			rewritten(func(token string) string { return token[:strings.LastIndexByte(token, '.')+1] }),
			unconfirmed("token_signature"),
		},
	})
}

func testIDTokenIgnoresKeysInItsHeader(t *testing.T) {
	foreign := hostile.JWK("foreign", hostile.Foreign())
	certificate := []string{"MIIBAA=="}
	runCases(t, []providerCase{
		{"a key, by the attacker", "", headed(map[string]any{"kid": "foreign", "jwk": foreign}, true), unconfirmed("token_signature")},
		{
			"a key under the known id, by the attacker",
			"",
			headed(map[string]any{"jwk": hostile.JWK("k1", hostile.Foreign())}, true),
			unconfirmed("token_signature"),
		},
		{
			"a key and no id, by the attacker",
			"",
			headed(map[string]any{"kid": hostile.Missing, "jwk": foreign}, true),
			unconfirmed("token_signature"),
		},
		{
			"the address of a key, by the attacker",
			"",
			headed(map[string]any{"kid": "foreign", "jku": hostile.Evil + "/keys"}, true),
			unconfirmed("token_signature"),
		},
		{
			"the address of a certificate, by the attacker",
			"",
			headed(map[string]any{"kid": "foreign", "x5u": hostile.Evil + "/chain"}, true),
			unconfirmed("token_signature"),
		},
		{
			"a certificate that is none, by the attacker",
			"",
			headed(map[string]any{"kid": "foreign", "x5c": certificate}, true),
			unconfirmed("token_malformed"),
		},
		{
			"an id that is an address, by the attacker",
			"",
			headed(map[string]any{"kid": hostile.Evil + "/keys"}, true),
			unconfirmed("token_signature"),
		},
		{
			"an id that is a path, by the attacker",
			"",
			headed(map[string]any{"kid": "../../../../dev/null"}, true),
			unconfirmed("token_signature"),
		},
		{"an id that is SQL, by the attacker", "", headed(map[string]any{"kid": "' or 1=1 --"}, true), unconfirmed("token_signature")},
		{
			"addresses beside the provider's own signature",
			"",
			headed(map[string]any{"jku": hostile.Evil + "/keys", "x5u": hostile.Evil + "/chain"}, false),
			signsIn,
		},
		{"a key beside the provider's own signature", "", headed(map[string]any{"jwk": foreign}, false), signsIn},
		{"a critical extension", "", headed(map[string]any{"crit": []string{"exp"}, "exp": 1}, false), unconfirmed("token_signature")},
		{"an unencoded payload", "", headed(map[string]any{"crit": []string{"b64"}, "b64": false}, false), unconfirmed("token_signature")},
		{"a header member twice", "", func(_ *hostile.Server, s *hostile.Script) {
			s.Compact = func(token string) string {
				_, rest, _ := strings.Cut(token, ".")
				payload, _, _ := strings.Cut(rest, ".")
				input := hostile.B64(`{"alg":"none","alg":"RS256","kid":"k1"}`) + "." + payload
				return input + "." + hostile.B64(hostile.RS256(hostile.Key())([]byte(input)))
			}
		}, unconfirmed("token_malformed")},
	})
}

func testIDTokenHasThreeSegmentsAndASizeLimit(t *testing.T) {
	segment := func(token string, n int) string { return strings.Split(token, ".")[n] }
	runCases(t, []providerCase{
		{"another payload under the signature", "", rewritten(func(token string) string {
			return segment(token, 0) + "." + hostile.B64(`{"tid":"`+hostile.Contoso+`"}`) + "." + segment(token, 2)
		}), unconfirmed("token_signature")},
		{"another payload for the attacker's tenant", "entra", rewritten(func(token string) string {
			return segment(token, 0) + "." + hostile.B64(`{"tid":"`+hostile.Stranger+`"}`) + "." + segment(token, 2)
		}), otherCompany},
		{
			"two segments",
			"",
			rewritten(func(token string) string { return token[:strings.LastIndexByte(token, '.')] }),
			unconfirmed("token_malformed"),
		},
		{"four segments", "", rewritten(func(token string) string { return token + ".x" }), unconfirmed("token_malformed")},
		{"four segments, the last one empty", "", rewritten(func(token string) string { return token + "." }), unconfirmed("token_malformed")},
		{"encrypted", "", rewritten(encrypted), unconfirmed("token_malformed")},
		{"JSON instead of compact", "", rewritten(func(token string) string {
			text, _ := json.Marshal(map[string]string{"protected": segment(token, 0), "payload": segment(token, 1), "signature": segment(token, 2)})
			return string(text)
		}), unconfirmed("token_malformed")},
		{"JSON with two signatures", "", rewritten(func(token string) string {
			one := map[string]string{"protected": segment(token, 0), "signature": segment(token, 2)}
			text, _ := json.Marshal(map[string]any{"payload": segment(token, 1), "signatures": []any{one, one}})
			return string(text)
		}), unconfirmed("token_malformed")},
		{
			"a line break in the signature",
			"",
			rewritten(func(token string) string { return token[:len(token)-9] + "\n" + token[len(token)-9:] }),
			unconfirmed("token_malformed"),
		},
		{
			"bits behind the signature's last byte",
			"",
			rewritten(func(token string) string { return token[:len(token)-1] + string(token[len(token)-1]+1) }),
			unconfirmed("token_malformed"),
		},
		{"padded", "", rewritten(func(token string) string { return token + "==" }), unconfirmed("token_malformed")},
		{"a space before", "", rewritten(func(token string) string { return " " + token }), unconfirmed("token_malformed")},
		{
			"a list of claims",
			"",
			func(_ *hostile.Server, s *hostile.Script) { s.Payload = func(p string) string { return "[" + p + "]" } },
			unconfirmed("token_malformed"),
		},
		{
			"two objects of claims",
			"",
			func(_ *hostile.Server, s *hostile.Script) { s.Payload = func(p string) string { return p + p } },
			unconfirmed("token_malformed"),
		},
		{
			"no claims",
			"google",
			func(_ *hostile.Server, s *hostile.Script) { s.Payload = func(string) string { return "null" } },
			unconfirmed("token_issuer"),
		},
		{"a good one of 15 KiB", "", func(_ *hostile.Server, s *hostile.Script) {
			s.Claims = map[string]any{"filler": strings.Repeat("x", 10<<10)}
		}, signsIn},
		{"a good one of 17 KiB", "", func(_ *hostile.Server, s *hostile.Script) {
			s.Claims = map[string]any{"filler": strings.Repeat("x", 12<<10)}
		}, unconfirmed("token_too_large")},
		{"almost a megabyte", "", rewritten(func(string) string { return strings.Repeat("a", 1000<<10) }), unconfirmed("token_too_large")},
		{"a megabyte", "", rewritten(func(string) string { return strings.Repeat("a", 1<<20) }), unavailable("token_endpoint")},
		{"dots", "", rewritten(func(string) string { return strings.Repeat(".", 500<<10) }), unconfirmed("token_too_large")},
	})
}

// encrypted returns a token inside an encrypted one that any public key can produce.
func encrypted(token string) string {
	encrypter, err := jose.NewEncrypter(jose.A128GCM, jose.Recipient{Algorithm: jose.RSA_OAEP_256, Key: &hostile.Key().PublicKey}, nil)
	if err != nil {
		panic(err)
	}
	object, err := encrypter.Encrypt([]byte(token))
	if err != nil {
		panic(err)
	}
	compact, err := object.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return compact
}
