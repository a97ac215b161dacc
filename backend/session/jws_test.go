package session

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
)

// vector is a JWS, whether it is valid by RFC 7515 with its own key, and whether this package accepts it (ours): ES256
// only.
type vector struct {
	name        string
	flags       []string
	jws         string
	valid, ours bool
}

// vectorKeys are the keys of a table of vectors, by key id, and which of them are valid for ES256.
type vectorKeys map[string]*ecdsa.PublicKey

func (k vectorKeys) find(header map[string]any) (*ecdsa.PublicKey, error) {
	kid, _ := header["kid"].(string)
	if key := k[kid]; key != nil {
		return key, nil
	}
	return nil, errAccess
}

// run checks each vector with verifyJWS, and with Verify where the same keys are published: that refuses every one,
// because none is an access token of the portal.
func (k vectorKeys) run(t *testing.T, vectors []vector) (accepted int) {
	d := newCacheTest(t)
	set := &keySet{public: k, loadedAt: d.now}
	d.Sessions.keys.current.Store(set)
	for _, v := range vectors {
		_, err := verifyJWS(v.jws, k.find)
		switch {
		case err != nil && v.ours:
			t.Errorf("%s %v: got a refusal, want it accepted", v.name, v.flags)
		case err == nil && !v.ours && v.valid:
			t.Errorf("%s %v: a valid signature of another algorithm was accepted", v.name, v.flags)
		case err == nil && !v.ours:
			t.Errorf("%s %v: accepted, want it refused", v.name, v.flags)
		case err == nil:
			accepted++
		}
		if _, err := d.Verify(context.Background(), v.jws); err == nil {
			t.Errorf("%s %v: accepted as an access token, want it refused", v.name, v.flags)
		}
	}
	return accepted
}

// The flags by which collections of JWS vectors group faults.
const (
	algIsNone         = "AlgIsNone"
	wrongPrimitive    = "WrongPrimitive"
	modifiedSignature = "ModifiedSignature"
	modifiedPadding   = "ModifiedPadding"
	jsonSerialization = "JsonSerialization"
)

func TestVerifyJWS(t *testing.T) {
	t.Parallel()
	t.Run("accepts_canonical_ES256_only", testVerifyJWSAcceptsCanonicalES256Only)
	t.Run("public_test_vectors", testVerifyJWSPublicTestVectors)
}

func testVerifyJWSAcceptsCanonicalES256Only(t *testing.T) {
	t.Parallel()
	keys, vectors := ownVectors(t)
	if keys.run(t, vectors) == 0 {
		t.Error("no valid signature was accepted")
	}
}

// testVerifyJWSPublicTestVectors reads a set in Wycheproof's format where WYCHEPROOF_JWS names one. Every
// flag of that set is in the own table, which is always run.
func testVerifyJWSPublicTestVectors(t *testing.T) {
	t.Parallel()
	_, own := ownVectors(t)
	for _, file := range vectorFiles() {
		seen := 0
		for _, group := range readVectors(t, file) {
			keys, vectors := group.ours()
			accepted := keys.run(t, vectors)
			if len(keys) > 0 && accepted == 0 {
				t.Errorf("group %s: no valid signature was accepted", group.Comment)
			}
			seen += len(vectors)
			for _, v := range vectors {
				for _, flag := range v.flags {
					if !slices.ContainsFunc(own, func(o vector) bool { return slices.Contains(o.flags, flag) }) {
						t.Errorf("the own table has no vector with the flag %s", flag)
					}
				}
			}
		}
		if seen == 0 {
			t.Errorf("%s contains no vectors", file)
		}
		t.Logf("%d vectors", seen)
	}
}

// vectorFiles returns the files that the environment variable names.
func vectorFiles() []string {
	if file := os.Getenv("WYCHEPROOF_JWS"); file != "" {
		return []string{file}
	}
	return nil
}

type vectorGroup struct {
	Comment string
	Public  struct {
		KeyType    string   `json:"kty"`
		Curve      string   `json:"crv"`
		KeyID      string   `json:"kid"`
		X, Y       string   `json:",omitempty"`
		Use        string   `json:"use"`
		Operations []string `json:"key_ops"`
	}
	Tests []struct {
		Comment string
		JWS     string
		Result  string
		Flags   []string
	}
}

func readVectors(t *testing.T, file string) []vectorGroup {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var set struct{ TestGroups []vectorGroup }
	if err := json.Unmarshal(text, &set); err != nil {
		t.Fatal(err)
	}
	return set.TestGroups
}

// ours returns the group's key if it is a P-256 key for signatures, and the expected result of each vector.
func (g vectorGroup) ours() (vectorKeys, []vector) {
	keys := vectorKeys{}
	signs := g.Public.Use == "sig" || slices.Contains(g.Public.Operations, "verify")
	if g.Public.KeyType == "EC" && g.Public.Curve == "P-256" && signs {
		x, _ := base64.RawURLEncoding.DecodeString(g.Public.X)
		y, _ := base64.RawURLEncoding.DecodeString(g.Public.Y)
		if key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y)); err == nil {
			keys[g.Public.KeyID] = key
		}
	}
	var vectors []vector
	for _, test := range g.Tests {
		valid := test.Result == "valid"
		vectors = append(vectors, vector{
			name: g.Comment + " " + test.Comment, flags: test.Flags, jws: test.JWS, valid: valid, ours: valid && len(keys) > 0,
		})
	}
	return keys, vectors
}

// forger signs one payload in every wrong way.
type forger struct {
	t   *testing.T
	key *ecdsa.PrivateKey
	rsa *rsa.PrivateKey
}

const forgedPayload = `{"sub":"somebody"}`

func (f forger) sign(header string, sign func(input []byte) []byte) string {
	encode := base64.RawURLEncoding.EncodeToString
	input := encode([]byte(header)) + "." + encode([]byte(forgedPayload))
	return input + "." + encode(sign([]byte(input)))
}

func (f forger) es256(input []byte) []byte {
	sum := sha256.Sum256(input)
	r, s, err := ecdsa.Sign(rand.Reader, f.key, sum[:])
	f.must(err)
	return pair(r, s, 32)
}

func (f forger) must(err error) {
	if err != nil {
		f.t.Fatal(err)
	}
}

func pair(r, s *big.Int, size int) []byte {
	return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
}

// raw returns r and s of a valid signature.
func (f forger) raw(input []byte) (r, s *big.Int) {
	signature := f.es256(input)
	return new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
}

func (f forger) asn1(input []byte) []byte {
	sum := sha256.Sum256(input)
	signature, err := ecdsa.SignASN1(rand.Reader, f.key, sum[:])
	f.must(err)
	return signature
}

func (f forger) es256WithSHA512(input []byte) []byte {
	sum := sha512.Sum512(input)
	r, s, err := ecdsa.Sign(rand.Reader, f.key, sum[:])
	f.must(err)
	return pair(r, s, 32)
}

func (f forger) rs256(input []byte) []byte {
	sum := sha256.Sum256(input)
	signature, err := rsa.SignPKCS1v15(rand.Reader, f.rsa, crypto.SHA256, sum[:])
	f.must(err)
	return signature
}

// rs256Padded signs with a PKCS #1 padding that is one byte short.
func (f forger) rs256Padded(input []byte) []byte {
	sum := sha256.Sum256(input)
	prefix := []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}
	filler := bytes.Repeat([]byte{0xff}, f.rsa.Size()-len(prefix)-len(sum)-4)
	block := slices.Concat([]byte{0, 1}, filler, []byte{0}, prefix, sum[:], []byte{0})
	return new(big.Int).Exp(new(big.Int).SetBytes(block), f.rsa.D, f.rsa.N).FillBytes(make([]byte, f.rsa.Size()))
}

func (f forger) ps256(input []byte) []byte {
	sum := sha256.Sum256(input)
	signature, err := rsa.SignPSS(rand.Reader, f.rsa, crypto.SHA256, sum[:], nil)
	f.must(err)
	return signature
}

func (f forger) es384(input []byte) []byte {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	f.must(err)
	sum := sha512.Sum384(input)
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	f.must(err)
	return pair(r, s, 48)
}

func (f forger) hs256(input []byte) []byte {
	point, err := f.key.PublicKey.Bytes()
	f.must(err)
	mac := hmac.New(sha256.New, point)
	mac.Write(input)
	return mac.Sum(nil)
}

func fixed(r, s *big.Int) func([]byte) []byte {
	return func([]byte) []byte { return pair(r, s, 32) }
}

func ownVectors(t *testing.T) (vectorKeys, []vector) {
	t.Helper()
	f := forger{t: t}
	var err error
	f.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	f.must(err)
	f.rsa, err = rsa.GenerateKey(rand.Reader, 2048)
	f.must(err)
	header := func(alg string) string { return `{"alg":"` + alg + `","kid":"ours"}` }
	es := header("ES256")
	good := f.sign(es, f.es256)
	parts := strings.Split(good, ".")
	bad := func(name, flag, jws string) vector { return vector{name: name, flags: []string{flag}, jws: jws} }
	other := func(name, flag, jws string) vector {
		return vector{name: name, flags: []string{flag}, jws: jws, valid: true}
	}
	vectors := []vector{
		{name: "ES256", jws: good, valid: true, ours: true},
		{name: "spaces in the header", jws: f.sign(`{ "kid" : "ours" ,`+"\n"+` "alg" : "ES256" }`, f.es256), valid: true, ours: true},
		bad("none", algIsNone, f.sign(header("none"), func([]byte) []byte { return nil })),
		bad("NONE", algIsNone, f.sign(header("NONE"), func([]byte) []byte { return nil })),
		bad("none without a key id", algIsNone, f.sign(`{"alg":"none"}`, func([]byte) []byte { return nil })),
		bad("none over a good signature", algIsNone, f.sign(header("none"), f.es256)),
		bad("no algorithm", algIsNone, f.sign(`{"kid":"ours"}`, f.es256)),
		bad("an algorithm that is a list", algIsNone, f.sign(`{"alg":["ES256"],"kid":"ours"}`, f.es256)),
		other("RS256", wrongPrimitive, f.sign(header("RS256"), f.rs256)),
		other("PS256", wrongPrimitive, f.sign(header("PS256"), f.ps256)),
		other("ES384", wrongPrimitive, f.sign(header("ES384"), f.es384)),
		other("HS256 under the public key", wrongPrimitive, f.sign(header("HS256"), f.hs256)),
		bad("RS256 declared as ES256", wrongPrimitive, f.sign(es, f.rs256)),
		bad("PS256 declared as ES256", wrongPrimitive, f.sign(es, f.ps256)),
		bad("ES384 declared as ES256", wrongPrimitive, f.sign(es, f.es384)),
		bad("HS256 declared as ES256", wrongPrimitive, f.sign(es, f.hs256)),
		bad("SHA-512 under ES256", wrongPrimitive, f.sign(es, f.es256WithSHA512)),
		bad("ES256 declared as ES512", wrongPrimitive, f.sign(header("ES512"), f.es256)),
		bad("es256 in small letters", wrongPrimitive, f.sign(header("es256"), f.es256)),
		bad("RSA padding one byte short", modifiedPadding, f.sign(header("RS256"), f.rs256Padded)),
		bad("RSA padding one byte short, declared as ES256", modifiedPadding, f.sign(es, f.rs256Padded)),
		bad("base64 padding", modifiedPadding, good+"=="),
		bad("base64 padding of the header", modifiedPadding, parts[0]+"=."+parts[1]+"."+parts[2]),
		bad("loose last bits", modifiedPadding, loosen(good)),
		bad("a line break in the signature", modifiedPadding, good[:len(good)-9]+"\n"+good[len(good)-9:]),
		bad("a line break at the end", modifiedPadding, good+"\r\n"),
		bad("the other alphabet of base64", modifiedPadding, withOtherAlphabet(f, es)),
		bad("ASN.1", modifiedPadding, f.sign(es, f.asn1)),
		bad("a zero before r and s", modifiedPadding, f.sign(es, func(in []byte) []byte { r, s := f.raw(in); return pair(r, s, 33) })),
		bad("a zero behind", modifiedPadding, f.sign(es, func(in []byte) []byte { return append(f.es256(in), 0) })),
		bad("JSON", jsonSerialization, `{"payload":"`+parts[1]+`","signatures":[{"protected":"`+parts[0]+`","signature":"`+parts[2]+`"}]}`),
		bad("flattened JSON", jsonSerialization, `{"protected":"`+parts[0]+`","payload":"`+parts[1]+`","signature":"`+parts[2]+`"}`),
		bad("JSON with dots", jsonSerialization, `{"a":".`+parts[1]+`.`+parts[2]+`"}`),
		bad("no signature", modifiedSignature, parts[0]+"."+parts[1]+"."),
		bad("two segments", modifiedSignature, parts[0]+"."+parts[1]),
		bad("four segments", modifiedSignature, good+"."+parts[2]),
		bad("five segments, as encryption has them", modifiedSignature, parts[0]+"."+good+".x"),
		bad("a signature of 500 bytes", modifiedSignature, f.sign(es, func([]byte) []byte { return make([]byte, 500) })),
		bad("another payload", modifiedSignature, parts[0]+"."+base64.RawURLEncoding.EncodeToString([]byte("{}"))+"."+parts[2]),
		bad("no payload", modifiedSignature, parts[0]+".."+parts[2]),
		bad("no header", modifiedSignature, "."+parts[1]+"."+parts[2]),
		bad("a header that is null", modifiedSignature, f.sign("null", f.es256)),
		bad("a header that is a list", modifiedSignature, f.sign(`[{"alg":"ES256","kid":"ours"}]`, f.es256)),
		bad("something behind the header", modifiedSignature, f.sign(es+"{}", f.es256)),
		bad("another key id", modifiedSignature, f.sign(`{"alg":"ES256","kid":"other"}`, f.es256)),
		bad("nothing", modifiedSignature, ""),
	}
	for i := range 64 {
		vectors = append(vectors, bad("a changed bit", modifiedSignature, f.sign(es, func(in []byte) []byte {
			signature := f.es256(in)
			signature[i] ^= 1 << (i % 8)
			return signature
		})))
	}
	zero, one, n := big.NewInt(0), big.NewInt(1), elliptic.P256().Params().N
	edges := []*big.Int{zero, one, new(big.Int).Sub(n, one), n, new(big.Int).Add(n, one)}
	for _, r := range edges {
		for _, s := range edges {
			vectors = append(vectors, bad("r and s at the edge", modifiedSignature, f.sign(es, fixed(r, s))))
		}
	}
	return vectorKeys{"ours": &f.key.PublicKey}, vectors
}

// loosen changes only the unused bits of the last character.
func loosen(jws string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, jws[len(jws)-1])
	return jws[:len(jws)-1] + string(alphabet[last^1])
}

// withOtherAlphabet writes a valid signature with + or / where base64url has - or _.
func withOtherAlphabet(f forger, header string) string {
	for {
		good := f.sign(header, f.es256)
		if spelled := strings.NewReplacer("-", "+", "_", "/").Replace(good); spelled != good {
			return spelled
		}
	}
}
