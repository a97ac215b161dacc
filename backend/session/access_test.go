package session_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

var b64 = base64.RawURLEncoding.EncodeToString

// signer is a signing key of the portal that the test also has.
type signer struct {
	*ecdsa.PrivateKey
	kid string
}

// plant makes the test's key the signing key.
func plant(t testing.TB, db *postgres.DB) signer {
	t.Helper()
	return plantGeneration(t, db, 1)
}

func plantGeneration(t testing.TB, db *postgres.DB, generation int64) signer {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := private.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := private.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	thumbprint := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + b64(point[1:33]) + `","y":"` + b64(point[33:]) + `"}`))
	key := signer{private, b64(thumbprint[:])}
	added, err := db.AddSigningKey(context.Background(), postgres.SigningKey{
		ID: key.kid, Generation: generation, Algorithm: "ES256", PublicKey: point,
		PrivateSealed: newSealer(t).Seal(raw, []byte("signing_key:"+key.kid)),
	})
	if err != nil || !added {
		t.Fatal(added, err)
	}
	return key
}

func (s signer) es256(input []byte) []byte {
	sum := sha256.Sum256(input)
	r, v, err := ecdsa.Sign(rand.Reader, s.PrivateKey, sum[:])
	if err != nil {
		panic(err)
	}
	return append(r.FillBytes(make([]byte, 32)), v.FillBytes(make([]byte, 32))...)
}

func (s signer) header() map[string]any {
	return map[string]any{"alg": "ES256", "typ": "at+jwt", "kid": s.kid}
}

func goodClaims() map[string]any {
	now := time.Now()
	return map[string]any{
		"iss": issuer, "aud": issuer, "sub": postgres.NewID(), "sid": postgres.NewID(), "jti": postgres.NewID(),
		"iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
		"grant": map[string]any{"id": postgres.NewID(), "role": "mssp_admin", "mssp_id": postgres.NewID()},
	}
}

func with(base, changes map[string]any) map[string]any {
	changed := maps.Clone(base)
	for name, value := range changes {
		if value == nil {
			delete(changed, name)
		} else {
			changed[name] = value
		}
	}
	return changed
}

func forge(header, claims map[string]any, sign func([]byte) []byte) string {
	head, err := json.Marshal(header)
	if err != nil {
		panic(err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	input := b64(head) + "." + b64(body)
	return input + "." + b64(sign([]byte(input)))
}

func TestAccessToken(t *testing.T) {
	t.Parallel()
	t.Run("refused_for_any_wrong_claim", testAccessTokenRefusedForAnyWrongClaim)
	t.Run("reports_expiry_only_if_otherwise_valid", testAccessTokenReportsExpiryOnlyIfOtherwiseValid)
	t.Run("needs_an_ES256_signature_of_ours", testAccessTokenNeedsAnES256SignatureOfOurs)
	t.Run("refused_for_any_extra_header", testAccessTokenRefusedForAnyExtraHeader)
	t.Run("refused_for_malformed_claims", testAccessTokenRefusedForMalformedClaims)
	t.Run("refused_above_size_limit", testAccessTokenRefusedAboveSizeLimit)
}

func testAccessTokenRefusedForAnyWrongClaim(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t)
	key := plant(t, db)
	sessions := newSessions(t, db)
	at := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	for name, row := range map[string]struct {
		claims map[string]any
		good   bool
	}{
		"a good token":            {nil, true},
		"half a minute late":      {map[string]any{"exp": at(-20 * time.Second)}, true},
		"expired":                 {map[string]any{"exp": at(-31 * time.Second)}, false},
		"no expiry":               {map[string]any{"exp": nil}, false},
		"expiry as text":          {map[string]any{"exp": "never"}, false},
		"from the future":         {map[string]any{"iat": at(time.Minute)}, false},
		"no time of issue":        {map[string]any{"iat": nil}, false},
		"not good yet":            {map[string]any{"nbf": at(time.Minute)}, false},
		"another issuer":          {map[string]any{"iss": "https://evil.example"}, false},
		"no issuer":               {map[string]any{"iss": nil}, false},
		"another audience":        {map[string]any{"aud": "https://evil.example"}, false},
		"no audience":             {map[string]any{"aud": nil}, false},
		"an audience beside ours": {map[string]any{"aud": []string{issuer, "https://evil.example"}}, false},
		"no subject":              {map[string]any{"sub": nil}, false},
		"no session":              {map[string]any{"sid": nil}, false},
		"no id":                   {map[string]any{"jti": nil}, false},
		"no grant":                {map[string]any{"grant": nil}, false},
		"an unknown role":         {map[string]any{"grant": map[string]any{"id": "g", "role": "root", "mssp_id": "m"}}, false},
		"a grant at no MSSP":      {map[string]any{"grant": map[string]any{"id": "g", "role": "mssp_admin"}}, false},
	} {
		_, err := sessions.Verify(context.Background(), forge(key.header(), with(goodClaims(), row.claims), key.es256))
		if row.good && err != nil || !row.good && portal.ErrorCode(err) != portal.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func testAccessTokenReportsExpiryOnlyIfOtherwiseValid(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t)
	key := plant(t, db)
	sessions := newSessions(t, db)
	late := with(goodClaims(), map[string]any{"exp": time.Now().Add(-time.Hour).Unix()})
	for name, row := range map[string]struct {
		token   string
		expired bool
	}{
		"only late":                     {forge(key.header(), late, key.es256), true},
		"late and for another audience": {forge(key.header(), with(late, map[string]any{"aud": "x"}), key.es256), false},
		"late under a forged signature": {forge(key.header(), late, func([]byte) []byte { return make([]byte, 64) }), false},
	} {
		_, err := sessions.Verify(context.Background(), row.token)
		if portal.ErrorCode(err) != portal.Unauthenticated || strings.Contains(err.Error(), "expired") != row.expired {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func testAccessTokenNeedsAnES256SignatureOfOurs(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t)
	key := plant(t, db)
	sessions := newSessions(t, db)
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	theirs := signer{stranger, key.kid}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	hs256 := func(secret []byte) func([]byte) []byte {
		return func(input []byte) []byte {
			mac := hmac.New(sha256.New, secret)
			mac.Write(input)
			return mac.Sum(nil)
		}
	}
	rs256 := func(input []byte) []byte {
		sum := sha256.Sum256(input)
		signature, err := rsa.SignPKCS1v15(rand.Reader, rsaKey, crypto.SHA256, sum[:])
		if err != nil {
			panic(err)
		}
		return signature
	}
	asn1 := func(input []byte) []byte {
		sum := sha256.Sum256(input)
		signature, err := ecdsa.SignASN1(rand.Reader, key.PrivateKey, sum[:])
		if err != nil {
			panic(err)
		}
		return signature
	}
	// (r, n-s) is a valid ECDSA signature too; zero and values out of range must be refused.
	outOfRange := func(input []byte) []byte {
		signature := key.es256(input)
		order := elliptic.P256().Params().N
		r := new(big.Int).SetBytes(signature[:32])
		return append(new(big.Int).Add(r, order).FillBytes(make([]byte, 33)), signature[32:]...)
	}
	claims := goodClaims()
	token := func(header map[string]any, sign func([]byte) []byte) string {
		return forge(with(key.header(), header), claims, sign)
	}
	good := token(nil, key.es256)
	parts := strings.Split(good, ".")
	jwk := map[string]any{
		"kty": "EC",
		"crv": "P-256",
		"x":   b64(stranger.X.FillBytes(make([]byte, 32))),
		"y":   b64(stranger.Y.FillBytes(make([]byte, 32))),
	}
	last := parts[2][len(parts[2])-1]
	for name, bad := range map[string]string{
		"alg none":                        token(map[string]any{"alg": "none"}, func([]byte) []byte { return nil }),
		"alg nOnE":                        token(map[string]any{"alg": "nOnE"}, func([]byte) []byte { return nil }),
		"HMAC with the public key, DER":   token(map[string]any{"alg": "HS256"}, hs256(der)),
		"HMAC with the public key, point": token(map[string]any{"alg": "HS256"}, hs256(point)),
		"RS256":                           token(map[string]any{"alg": "RS256"}, rs256),
		"ES384 announced":                 token(map[string]any{"alg": "ES384"}, key.es256),
		"no algorithm":                    token(map[string]any{"alg": nil}, key.es256),
		"a stranger's key":                token(nil, theirs.es256),
		"a key in the header":             token(map[string]any{"jwk": jwk}, theirs.es256),
		"our key, but one in the header":  token(map[string]any{"jwk": jwk}, key.es256),
		"the address of a key":            token(map[string]any{"jku": "https://evil.example"}, key.es256),
		"a critical extension":            token(map[string]any{"crit": []string{"x"}, "x": 1}, key.es256),
		"an unknown key id":               token(map[string]any{"kid": "other"}, key.es256),
		"a key id that is a path":         token(map[string]any{"kid": "../../dev/null"}, key.es256),
		"a key id that is SQL":            token(map[string]any{"kid": "' or 1=1 --"}, key.es256),
		"a key id that is no text":        token(map[string]any{"kid": 7}, key.es256),
		"no key id":                       token(map[string]any{"kid": nil}, key.es256),
		"an ID token's type":              token(map[string]any{"typ": "JWT"}, key.es256),
		"no type":                         token(map[string]any{"typ": nil}, key.es256),
		"ASN.1 instead of r and s":        token(nil, asn1),
		"zeros for a signature":           token(nil, func([]byte) []byte { return make([]byte, 64) }),
		"r out of range":                  token(nil, outOfRange),
		"a byte too many":                 token(nil, func(input []byte) []byte { return append(key.es256(input), 0) }),
		"a byte too few":                  token(nil, func(input []byte) []byte { return key.es256(input)[:63] }),
		"claims of another token":         parts[0] + "." + b64([]byte(`{"sub":"x"}`)) + "." + parts[2],
		"no signature":                    parts[0] + "." + parts[1] + ".",
		"two segments":                    parts[0] + "." + parts[1],
		"four segments":                   good + ".x",
		"padding":                         good + "==",
		"loose last bits":                 good[:len(good)-1] + string(nextInAlphabet(last)),
		"a line break":                    good[:10] + "\n" + good[10:],
		"a space before":                  " " + good,
		"JSON instead of compact":         `{"protected":"` + parts[0] + `","payload":"` + parts[1] + `","signature":"` + parts[2] + `"}`,
		"nothing":                         "",
		"dots":                            strings.Repeat(".", 100000),
		"a megabyte":                      strings.Repeat("a", 1<<20),
	} {
		if _, err := sessions.Verify(context.Background(), bad); portal.ErrorCode(err) != portal.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := sessions.Verify(context.Background(), good); err != nil {
		t.Errorf("the valid token: got error %v, want nil", err)
	}
}

// nextInAlphabet changes only the unused bits of the last character.
func nextInAlphabet(c byte) byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return alphabet[strings.IndexByte(alphabet, c)^1]
}

func TestUnknownKeyID(t *testing.T) {
	t.Parallel()
	t.Run("costs_one_query_a_second", testUnknownKeyIDCostsOneQueryASecond)
	t.Run("never_causes_refusal_of_valid_tokens", testUnknownKeyIDNeverCausesRefusalOfValidTokens)
}

func testUnknownKeyIDCostsOneQueryASecond(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t)
	key := plant(t, db)
	sessions := newSessions(t, db)
	good := forge(key.header(), goodClaims(), key.es256)
	if _, err := sessions.Verify(context.Background(), good); err != nil {
		t.Fatal(err)
	}
	before := db.Pool().Stat().AcquireCount()
	for range 200 {
		bad := forge(with(key.header(), map[string]any{"kid": rand.Text()}), goodClaims(), key.es256)
		if _, err := sessions.Verify(context.Background(), bad); portal.ErrorCode(err) != portal.Unauthenticated {
			t.Fatal(err)
		}
	}
	if n := db.Pool().Stat().AcquireCount() - before; n > 10 {
		t.Errorf("got %d queries for 200 tokens with unknown key ids", n)
	}
}
