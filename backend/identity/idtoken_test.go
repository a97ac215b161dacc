package identity

import (
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

const (
	testClient = "client-1"
	testNonce  = "nonce-1"
)

func newRSA() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// Keys take a moment to make, so all tests share them.
var testKey, otherKey = sync.OnceValue(newRSA), sync.OnceValue(newRSA)

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func rsaJWK(kid string, key *rsa.PrivateKey) map[string]any {
	return map[string]any{"kty": "RSA", "kid": kid, "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes())}
}

// forge signs claims under any header.
func forge(header map[string]any, claims any, sign func(input []byte) []byte) string {
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

func rs256(key *rsa.PrivateKey) func([]byte) []byte {
	return func(input []byte) []byte {
		sum := sha256.Sum256(input)
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			panic(err)
		}
		return signature
	}
}

func testCaller() *caller { return newCaller(Config{}.withDefaults()) }

// stage is a provider whose documents a test writes itself.
type stage struct {
	*httptest.Server
	issuer string
	keys   atomic.Value // []any
	calls  atomic.Int64
}

func newStage(t testing.TB, issuer string) *stage {
	s := &stage{issuer: issuer}
	mux := http.NewServeMux()
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	if issuer == "" {
		s.issuer = s.URL
	}
	s.keys.Store([]any{rsaJWK("k1", testKey())})
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]string{ //nolint:errcheck // the test has gone away
			"issuer": s.issuer, "authorization_endpoint": s.URL + "/a", "token_endpoint": s.URL + "/t", "jwks_uri": s.URL + "/k",
		})
	})
	mux.HandleFunc("GET /k", func(w http.ResponseWriter, _ *http.Request) {
		s.calls.Add(1)
		json.NewEncoder(w).Encode(map[string]any{"keys": s.keys.Load()}) //nolint:errcheck // the test has gone away
	})
	return s
}

func (s *stage) newIssuer() *issuer {
	d := &discovery{base: s.URL, issuer: s.issuer, calls: testCaller()}
	return newIssuer(d, "", testClient)
}

func (s *stage) goodClaims() map[string]any {
	now := time.Now()
	return map[string]any{
		"iss": s.issuer, "aud": testClient, "sub": "subject", "nonce": testNonce,
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
}

var goodHeader = map[string]any{"alg": "RS256", "kid": "k1", "typ": "JWT"}

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

func TestAnIDTokenHoldsInEveryRespectOrIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	i := s.newIssuer()
	hour := time.Hour
	at := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	for name, row := range map[string]struct {
		claims map[string]any
		reason string
	}{
		"a good token":                     {nil, ""},
		"azp is ours":                      {map[string]any{"azp": testClient}, ""},
		"a minute of clock skew":           {map[string]any{"iat": at(50 * time.Second)}, ""},
		"audience as a list":               {map[string]any{"aud": []string{testClient}}, ""},
		"another issuer":                   {map[string]any{"iss": "https://evil.example"}, "token_issuer"},
		"the issuer with a slash more":     {map[string]any{"iss": s.issuer + "/"}, "token_issuer"},
		"no issuer":                        {map[string]any{"iss": nil}, "token_issuer"},
		"another audience":                 {map[string]any{"aud": "client-2"}, "token_audience"},
		"no audience":                      {map[string]any{"aud": nil}, "token_audience"},
		"an audience beside ours":          {map[string]any{"aud": []string{testClient, "client-2"}, "azp": testClient}, "token_audience"},
		"issued to another party":          {map[string]any{"azp": "client-2"}, "token_azp"},
		"azp is no text":                   {map[string]any{"azp": 1}, "token_azp"},
		"ours twice and no azp":            {map[string]any{"aud": []string{testClient, testClient}}, "token_azp"},
		"expired":                          {map[string]any{"exp": at(-time.Second)}, "token_expired"},
		"no expiry":                        {map[string]any{"exp": nil}, "token_expired"},
		"not good yet":                     {map[string]any{"nbf": at(hour)}, "token_invalid"},
		"no time of issue":                 {map[string]any{"iat": nil}, "token_issued_at"},
		"issued long ago":                  {map[string]any{"iat": at(-11 * time.Minute)}, "token_issued_at"},
		"issued in the future":             {map[string]any{"iat": at(2 * time.Minute)}, "token_issued_at"},
		"another nonce":                    {map[string]any{"nonce": "nonce-2"}, "token_nonce"},
		"no nonce":                         {map[string]any{"nonce": nil}, "token_nonce"},
		"the nonce under a name like it":   {map[string]any{"nonce": nil, "NONCE": testNonce}, "token_claim_names"},
		"the audience under two names":     {map[string]any{"auD": "client-2"}, "token_claim_names"},
		"the subject under a name like it": {map[string]any{"sub": nil, "\u017fub": "s"}, "token_claim_names"},
		"no subject":                       {map[string]any{"sub": nil}, "token_subject"},
		"a subject too long":               {map[string]any{"sub": strings.Repeat("s", 256)}, "token_subject"},
		"at_hash of another access token":  {map[string]any{"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "token_at_hash"},
	} {
		token := forge(goodHeader, with(s.goodClaims(), row.claims), rs256(testKey()))
		_, err := i.verify(context.Background(), token, "access", testNonce)
		if reason, _ := split(err); reason != row.reason {
			t.Errorf("%s: %v, want %q", name, err, row.reason)
		}
	}
}

func TestASignatureIsOurProvidersByRS256OrNone(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	i := s.newIssuer()
	der, err := x509.MarshalPKIXPublicKey(&testKey().PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	hs256 := func(key []byte) func([]byte) []byte {
		return func(input []byte) []byte {
			mac := hmac.New(sha256.New, key)
			mac.Write(input)
			return mac.Sum(nil)
		}
	}
	none := func([]byte) []byte { return nil }
	good := forge(goodHeader, s.goodClaims(), rs256(testKey()))
	parts := strings.Split(good, ".")
	flattened, err := json.Marshal(map[string]string{"protected": parts[0], "payload": parts[1], "signature": parts[2]})
	if err != nil {
		t.Fatal(err)
	}
	withHeader := func(changes map[string]any, sign func([]byte) []byte) string {
		return forge(with(goodHeader, changes), s.goodClaims(), sign)
	}
	for name, token := range map[string]string{
		"alg none":                         withHeader(map[string]any{"alg": "none"}, none),
		"alg None":                         withHeader(map[string]any{"alg": "None"}, none),
		"HMAC with the public key, PEM":    withHeader(map[string]any{"alg": "HS256"}, hs256(public)),
		"HMAC with the public key, DER":    withHeader(map[string]any{"alg": "HS256"}, hs256(der)),
		"RS512 announced":                  withHeader(map[string]any{"alg": "RS512"}, rs256(testKey())),
		"no algorithm":                     withHeader(map[string]any{"alg": nil}, rs256(testKey())),
		"another key under the known id":   withHeader(nil, rs256(otherKey())),
		"an unknown key":                   withHeader(map[string]any{"kid": "k2"}, rs256(otherKey())),
		"a key in the header":              withHeader(map[string]any{"kid": "k2", "jwk": rsaJWK("k2", otherKey())}, rs256(otherKey())),
		"the address of a key":             withHeader(map[string]any{"kid": "k2", "jku": "https://evil.example/k"}, rs256(otherKey())),
		"the address of a certificate":     withHeader(map[string]any{"kid": "k2", "x5u": "https://evil.example/c"}, rs256(otherKey())),
		"a critical extension":             withHeader(map[string]any{"crit": []string{"exp"}, "exp": 1}, rs256(testKey())),
		"other claims under the signature": parts[0] + "." + b64([]byte(`{"iss":"x"}`)) + "." + parts[2],
		"no signature":                     parts[0] + "." + parts[1] + ".",
		"two segments":                     parts[0] + "." + parts[1],
		"four segments":                    good + ".x",
		"JSON instead of compact":          string(flattened),
		"a space before":                   " " + good,
		"nothing":                          "",
		"a megabyte":                       strings.Repeat("a", 1<<20),
		"dots":                             strings.Repeat(".", 20000),
	} {
		_, err := i.verify(context.Background(), token, "", testNonce)
		if portal.ErrorCode(err) != portal.ProviderRefused {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := i.verify(context.Background(), good, "", testNonce); err != nil {
		t.Errorf("the good token: %v", err)
	}
}

func TestAKeyTheProviderHasJustBegunToUseIsFetched(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	i := s.newIssuer()
	verify := func(kid string, key *rsa.PrivateKey) error {
		_, err := i.verify(context.Background(), forge(with(goodHeader, map[string]any{"kid": kid}), s.goodClaims(), rs256(key)), "", testNonce)
		return err
	}
	if err := verify("k1", testKey()); err != nil {
		t.Fatal(err)
	}
	s.keys.Store([]any{
		map[string]any{"kty": "RSA", "kid": "broken", "n": "!", "e": 3}, "not a key", map[string]any{"kty": "OKP", "crv": "X448", "kid": "o", "x": "AA"},
		map[string]any{"kty": "oct", "kid": "k3", "k": "c2VjcmV0"}, rsaJWK("k2", otherKey()),
	})
	if err := verify("k2", otherKey()); err != nil {
		t.Errorf("the new key's token: %v", err)
	}
	if err := verify("k1", testKey()); err == nil {
		t.Error("a withdrawn key is believed")
	}
}

func TestUnknownKeyIdsAreNoWayToMakeUsCallTheProvider(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	i := s.newIssuer()
	for range 100 {
		token := forge(with(goodHeader, map[string]any{"kid": rand.Text()}), s.goodClaims(), rs256(otherKey()))
		if _, err := i.verify(context.Background(), token, "", testNonce); err == nil {
			t.Fatal("a forged token is accepted")
		}
	}
	if n := s.calls.Load(); n > 3 {
		t.Errorf("100 forged tokens made %d calls", n)
	}
}

func TestATokenWithoutKeyIdIsTakenOnlyWhereThereIsOneKey(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	token := forge(with(goodHeader, map[string]any{"kid": nil}), s.goodClaims(), rs256(testKey()))
	if _, err := s.newIssuer().verify(context.Background(), token, "", testNonce); err != nil {
		t.Errorf("with one key: %v", err)
	}
	s.keys.Store([]any{rsaJWK("k1", testKey()), rsaJWK("k2", otherKey())})
	if _, err := s.newIssuer().verify(context.Background(), token, "", testNonce); err == nil {
		t.Error("with two keys it is taken as well")
	}
}

func TestKeysForOtherThingsOrTenantsSignNothing(t *testing.T) {
	t.Parallel()
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]map[string]any{
		"for encryption":          with(rsaJWK("k1", testKey()), map[string]any{"use": "enc"}),
		"for another algorithm":   with(rsaJWK("k1", testKey()), map[string]any{"alg": "RS512"}),
		"of another issuer":       with(rsaJWK("k1", testKey()), map[string]any{"issuer": "https://evil.example"}),
		"too short to be trusted": rsaJWK("k1", weak),
	} {
		s := newStage(t, "")
		s.keys.Store([]any{key})
		sign := testKey()
		if name == "too short to be trusted" {
			sign = weak
		}
		if _, err := s.newIssuer().verify(context.Background(), forge(goodHeader, s.goodClaims(), rs256(sign)), "", testNonce); err == nil {
			t.Errorf("a key %s is believed", name)
		}
	}
}

func TestGooglesIssuerHasTwoSpellingsAndNobodyElses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		issuer, iss string
		good        bool
	}{
		{"https://accounts.google.com", "https://accounts.google.com", true},
		{"https://accounts.google.com", "accounts.google.com", true},
		{"https://accounts.google.com", "http://accounts.google.com", false},
		{"https://login.example.com", "login.example.com", false},
	} {
		s := newStage(t, row.issuer)
		token := forge(goodHeader, with(s.goodClaims(), map[string]any{"iss": row.iss}), rs256(testKey()))
		if _, err := s.newIssuer().verify(context.Background(), token, "", testNonce); (err == nil) != row.good {
			t.Errorf("%s from %s: %v", row.iss, row.issuer, err)
		}
	}
}

func TestAProviderThatRefusesIsToldFromOneThatDoesNotWork(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			w.Write([]byte(body)) //nolint:errcheck // the test has gone away
		}
	}
	token := func(claims map[string]any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			idToken := forge(goodHeader, with(s.goodClaims(), claims), rs256(testKey()))
			answer(200, `{"access_token":"a","token_type":"Bearer","id_token":"`+idToken+`"}`)(w, r)
		}
	}
	drop := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	var current http.HandlerFunc
	s.Config.Handler.(*http.ServeMux).HandleFunc("POST /t", func(w http.ResponseWriter, r *http.Request) { current(w, r) })
	google := newGoogle(GoogleConfig{Issuer: s.URL, ClientID: testClient, ClientSecret: "secret"}, testCaller())
	for name, row := range map[string]struct {
		answer http.HandlerFunc
		reason string
		code   portal.Code
	}{
		"works":                      {token(nil), "", ""},
		"answers for somebody else":  {token(map[string]any{"nonce": "another"}), "token_nonce", portal.ProviderRefused},
		"refuses the code":           {answer(400, `{"error":"invalid_grant","error_description":"ada@fjord.example"}`), "provider:invalid_grant", portal.ProviderRefused},
		"refuses the client":         {answer(401, `{"error":"invalid_client"}`), "provider:invalid_client", portal.ProviderRefused},
		"refuses with a code so odd": {answer(400, `{"error":"Ada@fjord"}`), "provider", portal.ProviderRefused},
		"sends no ID token":          {answer(200, `{"access_token":"a","token_type":"Bearer"}`), "no_id_token", portal.ProviderRefused},
		"sends a number for one":     {answer(200, `{"access_token":"a","token_type":"Bearer","id_token":7}`), "no_id_token", portal.ProviderRefused},
		"sends a megabyte for one":   {answer(200, `{"access_token":"a","token_type":"Bearer","id_token":"`+strings.Repeat("a", 900<<10)+`"}`), "token_too_large", portal.ProviderRefused},
		"breaks":                     {answer(500, `oops`), "token_endpoint", portal.ProviderDown},
		"is too busy":                {answer(429, `{"error":"slow_down"}`), "token_endpoint", portal.ProviderDown},
		"sends garbage":              {answer(200, `<html>`), "token_endpoint", portal.ProviderDown},
		"sends us elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		}, "provider", portal.ProviderRefused},
		"hangs up": {drop, "token_endpoint", portal.ProviderDown},
	} {
		current = row.answer
		_, err := google.redeem(context.Background(), "code", "verifier", "http://127.0.0.1:1/callback/google", testNonce)
		if reason, _ := split(err); reason != row.reason || portal.ErrorCode(err) != row.code {
			t.Errorf("a provider that %s: %v, want %s (%s)", name, err, row.code, row.reason)
		}
	}
}

func TestPeopleOfASingleTenantAreSentToItsOwnSignInPage(t *testing.T) {
	t.Parallel()
	config := EntraConfig{Issuer: "https://login.example.com/{tenantid}/v2.0", ClientID: "c"}
	one := newEntra(config, []string{"t1"}, testCaller())
	two := newEntra(config, []string{"t1", "t2"}, testCaller())
	if one.front.base != "https://login.example.com/t1/v2.0" || one.front.issuer != one.front.base {
		t.Errorf("with one tenant to %s", one.front.base)
	}
	if two.front.base != "https://login.example.com/organizations/v2.0" || two.front.issuer != config.Issuer || len(two.issuers) != 2 {
		t.Errorf("with two tenants to %s", two.front.base)
	}
}

func TestADocumentThatIsNotTheIssuersIsRefused(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound))
	defer elsewhere.Close()
	huge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`{"issuer":"` + strings.Repeat("x", maxDocument) + `"}`)) //nolint:errcheck // the test has gone away
	}))
	defer huge.Close()
	other := newStage(t, "https://other.example.com")
	for name, base := range map[string]string{"another issuer": other.URL, "a redirect": elsewhere.URL, "far too large": huge.URL, "nobody there": "http://127.0.0.1:1"} {
		d := &discovery{base: base, issuer: base, calls: testCaller()}
		if _, err := d.get(context.Background()); portal.ErrorCode(err) != portal.ProviderDown {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEntraClaimsAreReadByTheirMeaning(t *testing.T) {
	t.Parallel()
	base := map[string]any{"iss": "https://i.example", "oid": "O-1", "ver": "2.0", "email": "Tess@Contoso.example", "acct": 0, "xms_edov": true}
	for name, row := range map[string]struct {
		changes       map[string]any
		member, owned bool
		email         string
	}{
		"a member":                       {nil, true, true, "tess@contoso.example"},
		"acct as text":                   {map[string]any{"acct": "0"}, true, true, "tess@contoso.example"},
		"a guest":                        {map[string]any{"acct": 1}, false, true, "tess@contoso.example"},
		"acct missing":                   {map[string]any{"acct": nil}, false, true, "tess@contoso.example"},
		"acct missing, own provider":     {map[string]any{"acct": nil, "idp": "https://i.example"}, true, true, "tess@contoso.example"},
		"a foreign provider":             {map[string]any{"idp": "https://live.com"}, false, true, "tess@contoso.example"},
		"xms_edov missing":               {map[string]any{"xms_edov": nil}, true, false, "tess@contoso.example"},
		"xms_edov of a list":             {map[string]any{"xms_edov": []bool{true}}, true, false, "tess@contoso.example"},
		"xms_edov of another word":       {map[string]any{"xms_edov": "yes"}, true, false, "tess@contoso.example"},
		"preferred_username is no email": {map[string]any{"email": nil, "preferred_username": "tess@contoso.example", "upn": "tess@contoso.example"}, true, true, ""},
		"a look-alike address":           {map[string]any{"email": "tеss@contoso.example"}, true, true, ""},
	} {
		text, err := json.Marshal(with(base, row.changes))
		if err != nil {
			t.Fatal(err)
		}
		var c claims
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatal(err)
		}
		who, err := entraPerson(c, "tenant")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if who.Member != row.member || who.DomainOwned != row.owned || who.Email != row.email {
			t.Errorf("%s: %+v", name, who)
		}
	}
	for _, changes := range []map[string]any{{"ver": "1.0"}, {"oid": nil}, {"ver": nil}} {
		text, err := json.Marshal(with(base, changes))
		if err != nil {
			t.Fatal(err)
		}
		var c claims
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatal(err)
		}
		if _, err := entraPerson(c, "tenant"); err == nil {
			t.Errorf("%v is accepted", changes)
		}
	}
}

func TestGoogleVerifiesAnAddressByTheBooleanTrueOnly(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{`true`: true, `false`: false, `"true"`: false, `1`: false, `null`: false} {
		who, err := googlePerson(claims{"sub": json.RawMessage(`"1"`), "email_verified": json.RawMessage(value)}, "i")
		if err != nil || who.Verified != want {
			t.Errorf("email_verified %s: %+v, %v", value, who, err)
		}
	}
}

func TestAnAddressHasOneSpelling(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" Ada.Lind+x@Fjord.Example ": "ada.lind+x@fjord.example",
		"ada@bücher.example":         "ada@xn--bcher-kva.example",
		"ada@BÜCHER.example":         "ada@xn--bcher-kva.example",
		"o'neil@a.example":           "o'neil@a.example",
		"аda@fjord.example":          "", "ada@fjord": "", "ada": "", "@fjord.example": "", "a@b@fjord.example": "", "a b@fjord.example": "",
		".ada@fjord.example": "", "ada..x@fjord.example": "", "ada@fjord.example.": "", "ada@fjord.example\x00": "", "ada@-x.example": "",
	} {
		if email, _ := normalEmail(text); email != want {
			t.Errorf("%q becomes %q, want %q", text, email, want)
		}
	}
}

func TestAnInviteCodeIsReadAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	code, hash := NewInviteCode()
	if len(hash) != sha256.Size || len(code) > 64 {
		t.Fatalf("%q, %x", code, hash)
	}
	typed := strings.NewReplacer("0", "o", "1", "l", "-", " ").Replace(strings.ToLower(code))
	if string(inviteCodeHash(typed)) != string(hash) {
		t.Errorf("%q is not read as %q", typed, code)
	}
	for _, bad := range []string{"", code[1:], code + "A", strings.Replace(code, "-", "*", 1), strings.Repeat("U", 28)} {
		if inviteCodeHash(bad) != nil {
			t.Errorf("%q is taken for a code", bad)
		}
	}
}

func TestUnusableSettingsAreNamed(t *testing.T) {
	t.Parallel()
	const template = "https://login.example.com/{tenantid}/v2.0"
	tenant := []string{"11111111-1111-4111-8111-111111111111"}
	for name, row := range map[string]struct {
		config  Config
		setting string
	}{
		"Google without client":    {Config{Google: &GoogleConfig{Issuer: "https://g.example", ClientSecret: "s"}}, "PORTAL_GOOGLE_CLIENT_ID"},
		"Google without secret":    {Config{Google: &GoogleConfig{Issuer: "https://g.example", ClientID: "c"}}, "PORTAL_GOOGLE_CLIENT_SECRET"},
		"Google by plain http":     {Config{Google: &GoogleConfig{Issuer: "http://g.example", ClientID: "c", ClientSecret: "s"}}, "PORTAL_GOOGLE_ISSUER"},
		"Google with a query":      {Config{Google: &GoogleConfig{Issuer: "https://g.example?x", ClientID: "c", ClientSecret: "s"}}, "PORTAL_GOOGLE_ISSUER"},
		"Entra without client":     {Config{Entra: &EntraConfig{Issuer: template, Tenants: tenant}}, "PORTAL_ENTRA_CLIENT_ID"},
		"Entra without tenants":    {Config{Entra: &EntraConfig{Issuer: template, ClientID: "c"}}, "PORTAL_ENTRA_TENANTS"},
		"Entra for everybody":      {Config{Entra: &EntraConfig{Issuer: template, ClientID: "c", Tenants: []string{"common"}}}, "PORTAL_ENTRA_TENANTS"},
		"Entra without a template": {Config{Entra: &EntraConfig{Issuer: "https://login.example.com/v2.0", ClientID: "c", Tenants: tenant}}, "PORTAL_ENTRA_ISSUER"},
		"Entra by plain http":      {Config{Entra: &EntraConfig{Issuer: "http://login.example.com/{tenantid}", ClientID: "c", Tenants: tenant}}, "PORTAL_ENTRA_ISSUER"},
	} {
		row.config.Secret = testSealer()
		if _, err := New(nil, nil, row.config); err == nil || !strings.Contains(err.Error(), row.setting) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzIDToken signs whatever it is given with the provider's key, or not.
func FuzzIDToken(f *testing.F) {
	s := newStage(f, "https://issuer.example.com")
	i := s.newIssuer()
	now := time.Unix(1700000000, 0)
	i.discovery.calls.now = func() time.Time { return now }
	i = newIssuer(i.discovery, "", testClient)
	f.Add(`{"alg":"RS256","kid":"k1"}`, `{"iss":"https://issuer.example.com","aud":"client-1","sub":"s","nonce":"nonce-1","iat":1700000000,"exp":1700000060}`, true)
	f.Add(`{"alg":"RS256","kid":"k1"}`, `{"aud":["client-1"],"azp":"client-1","at_hash":"x"}`, true)
	f.Add(`{"alg":"none"}`, `{}`, false)
	f.Fuzz(func(t *testing.T, header, payload string, signed bool) {
		input := b64([]byte(header)) + "." + b64([]byte(payload))
		signature := []byte("none")
		if signed {
			signature = rs256(testKey())([]byte(input))
		}
		c, err := i.verify(context.Background(), input+"."+b64(signature), "", testNonce)
		if err != nil {
			if portal.ErrorCode(err) != portal.ProviderRefused {
				t.Errorf("%q.%q: %v", header, payload, err)
			}
			return
		}
		if !signed || c.text("iss") != s.issuer || c.text("nonce") != testNonce || c.text("sub") == "" || !strings.Contains(string(c["aud"]), testClient) {
			t.Errorf("accepts %q.%q, signed: %v", header, payload, signed)
		}
	})
}
