package hostile

import (
	"bytes"
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
	"encoding/pem"
	"math/big"
	"strings"
	"sync"
	"time"

	"fs-client-portal/backend/portal"
)

// The keys, generated once for all tests: the provider publishes Key as k1 and may rotate to Next; Foreign is the
// attacker's.
var Key, Next, Foreign = sync.OnceValue(rsaKey(2048)), sync.OnceValue(rsaKey(2048)), sync.OnceValue(rsaKey(2048))

// Weak is a key that is too short to be secure.
var Weak = sync.OnceValue(rsaKey(1024))

func rsaKey(bits int) func() *rsa.PrivateKey {
	return func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		must(err)
		return key
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Now is the fixed time of the provider's clock, which its clients have to use too.
func Now() time.Time { return time.Unix(1_800_000_000, 0) }

// At returns a time as tokens contain it, relative to Now.
func At(d time.Duration) int64 { return Now().Add(d).Unix() }

// B64 returns the encoding that tokens use.
func B64[T ~string | ~[]byte](data T) string {
	return base64.RawURLEncoding.EncodeToString([]byte(data))
}

// JWK returns a public key as key sets contain it.
func JWK(kid string, key *rsa.PrivateKey) map[string]any {
	return map[string]any{"kty": "RSA", "kid": kid, "n": B64(key.N.Bytes()), "e": B64(big.NewInt(int64(key.E)).Bytes())}
}

// DER returns Key's public half as certificates contain it.
func DER() []byte {
	der, err := x509.MarshalPKIXPublicKey(&Key().PublicKey)
	must(err)
	return der
}

// PEM returns Key's public half as files contain it.
func PEM() []byte { return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: DER()}) }

// Signer signs a token's first two segments.
type Signer func(input []byte) []byte

// RS256 signs like a provider.
func RS256(key *rsa.PrivateKey) Signer { return RSA(key, crypto.SHA256) }

// RSA signs with PKCS #1 v1.5 over any hash.
func RSA(key *rsa.PrivateKey, hash crypto.Hash) Signer {
	return func(input []byte) []byte {
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, hash, sum(hash, input))
		must(err)
		return signature
	}
}

// PS256 signs with RSA-PSS.
func PS256(key *rsa.PrivateKey) Signer {
	return func(input []byte) []byte {
		signature, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum(crypto.SHA256, input), nil)
		must(err)
		return signature
	}
}

var ecKey = sync.OnceValue(func() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	return key
})

// ES256 signs with a key of the provider that is not an RSA key; ECJWK is its public half.
func ES256(input []byte) []byte {
	r, s, err := ecdsa.Sign(rand.Reader, ecKey(), sum(crypto.SHA256, input))
	must(err)
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
}

// ECJWK returns the key of ES256 as key sets contain it.
func ECJWK(kid string) map[string]any {
	point, err := ecKey().PublicKey.Bytes()
	must(err)
	return map[string]any{"kty": "EC", "crv": "P-256", "kid": kid, "x": B64(point[1:33]), "y": B64(point[33:])}
}

// HMAC signs with a shared key: the attack on verifiers that use the public key as one.
func HMAC(key []byte) Signer {
	return func(input []byte) []byte {
		mac := hmac.New(sha256.New, key)
		mac.Write(input)
		return mac.Sum(nil)
	}
}

// Unsigned leaves the signature empty.
func Unsigned([]byte) []byte { return nil }

func sum(hash crypto.Hash, input []byte) []byte {
	h := hash.New()
	h.Write(input)
	return h.Sum(nil)
}

// OfTenant returns the claims of a token of that tenant's issuer.
func OfTenant(tenant string) map[string]any {
	return map[string]any{"tid": tenant, "iss": strings.Replace(EntraIssuer, "{tenantid}", tenant, 1)}
}

// Claims returns the claims of a valid ID token.
func (s *Server) Claims(nonce, accessToken string) map[string]any {
	claims := map[string]any{
		"iss": s.issuer(Contoso), "aud": ClientID, "sub": s.Person.ID, "nonce": nonce, "name": s.Person.Name,
		"email": s.Person.Email, "iat": At(0), "exp": At(time.Hour),
	}
	domain := s.Person.Email[strings.LastIndexByte(s.Person.Email, '@')+1:]
	if s.Provider == portal.Google {
		half := sha256.Sum256([]byte(accessToken))
		return change(claims, map[string]any{
			"email_verified": true, "hd": domain, "azp": ClientID, "at_hash": B64(half[:16]),
		})
	}
	return change(claims, map[string]any{
		"tid": Contoso, "oid": s.Person.ID, "sub": "pairwise-" + s.Person.ID, "ver": "2.0", "xms_edov": true, "acct": 0,
		"preferred_username": s.Person.Email,
	})
}

// IDToken returns the ID token of a script.
func (s *Server) IDToken(nonce string, script Script) string { return s.idToken(nonce, "", script) }

func (s *Server) idToken(nonce, accessToken string, script Script) string {
	if script.Sign == nil {
		script.Sign = RS256(Key())
	}
	payload := text(change(s.Claims(nonce, accessToken), script.Claims))
	if script.Payload != nil {
		payload = script.Payload(payload)
	}
	token := Compact(text(change(map[string]any{"alg": "RS256", "kid": "k1", "typ": "JWT"}, script.Header)), payload, script.Sign)
	if script.Compact != nil {
		token = script.Compact(token)
	}
	return token
}

// Compact signs any header and payload.
func Compact(header, payload string, sign Signer) string {
	input := B64(header) + "." + B64(payload)
	return input + "." + B64(sign([]byte(input)))
}

func text(value any) string {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	must(encoder.Encode(value))
	return strings.TrimSpace(buffer.String())
}
