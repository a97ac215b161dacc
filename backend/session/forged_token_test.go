package session_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

// raw signs header and claims as they are written; KID is replaced by the key's id.
func (s signer) raw(header, claims string) string {
	input := b64([]byte(strings.ReplaceAll(header, "KID", s.kid))) + "." + b64([]byte(claims))
	return input + "." + b64(s.es256([]byte(input)))
}

const goodHeader = `{"alg":"ES256","typ":"at+jwt","kid":"KID"}`

// rawClaims returns valid claims with members replaced or added: "exp" to "7" sets that member.
func rawClaims(changes map[string]string) string {
	now := time.Now()
	members := map[string]string{
		"iss": `"` + issuer + `"`, "aud": `"` + issuer + `"`, "sub": `"user"`, "sid": `"session"`, "jti": `"id"`,
		"iat": fmt.Sprint(now.Unix()), "exp": fmt.Sprint(now.Add(time.Minute).Unix()),
		"grant": `{"id":"grant","role":"mssp_admin","mssp_id":"mssp"}`,
	}
	var written []string
	for name, value := range changes {
		members[name] = value
	}
	for name, value := range members {
		written = append(written, `"`+name+`":`+value)
	}
	return "{" + strings.Join(written, ",") + "}"
}

// Every row is signed with the portal's own key, so that only the named rule can refuse it (RFC 8725, RFC 9068).
func testAccessTokenRefusedForAnyExtraHeader(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t)
	key := plant(t, db)
	sessions := newSessions(t, db)
	for name, row := range map[string]struct {
		header string
		good   bool
	}{
		"ours":                            {goodHeader, true},
		"ours, written with spaces":       {`{ "kid" : "KID", "typ":"at+jwt" , "alg" :"ES256" }`, true},
		"the algorithm in small letters":  {`{"alg":"es256","typ":"at+jwt","kid":"KID"}`, false},
		"a list of algorithms":            {`{"alg":["ES256"],"typ":"at+jwt","kid":"KID"}`, false},
		"none":                            {`{"alg":"none","typ":"at+jwt","kid":"KID"}`, false},
		"none behind ES256":               {`{"alg":"ES256","alg":"none","typ":"at+jwt","kid":"KID"}`, false},
		"EdDSA":                           {`{"alg":"EdDSA","typ":"at+jwt","kid":"KID"}`, false},
		"an ID token's type":              {`{"alg":"ES256","typ":"JWT","kid":"KID"}`, false},
		"a logout token's type":           {`{"alg":"ES256","typ":"logout+jwt","kid":"KID"}`, false},
		"the type's long name":            {`{"alg":"ES256","typ":"application/at+jwt","kid":"KID"}`, false},
		"the type in capitals":            {`{"alg":"ES256","typ":"AT+JWT","kid":"KID"}`, false},
		"no type":                         {`{"alg":"ES256","kid":"KID"}`, false},
		"a token inside a token":          {`{"alg":"ES256","typ":"at+jwt","kid":"KID","cty":"JWT"}`, false},
		"compression":                     {`{"alg":"ES256","typ":"at+jwt","kid":"KID","zip":"DEF"}`, false},
		"encryption":                      {`{"alg":"ES256","typ":"at+jwt","kid":"KID","enc":"A256GCM"}`, false},
		"an unencoded payload":            {`{"alg":"ES256","typ":"at+jwt","kid":"KID","b64":false,"crit":["b64"]}`, false},
		"a critical extension":            {`{"alg":"ES256","typ":"at+jwt","kid":"KID","crit":["exp"]}`, false},
		"the address of a key":            {`{"alg":"ES256","typ":"at+jwt","kid":"KID","jku":"https://evil.example/keys"}`, false},
		"the address of a certificate":    {`{"alg":"ES256","typ":"at+jwt","kid":"KID","x5u":"https://evil.example/cert"}`, false},
		"a certificate":                   {`{"alg":"ES256","typ":"at+jwt","kid":"KID","x5c":["AAAA"]}`, false},
		"a key":                           {`{"alg":"ES256","typ":"at+jwt","kid":"KID","jwk":{"kty":"oct","k":"AA"}}`, false},
		"a key id and a zero byte":        {`{"alg":"ES256","typ":"at+jwt","kid":"KID\u0000"}`, false},
		"a key id that is a path":         {`{"alg":"ES256","typ":"at+jwt","kid":"../KID"}`, false},
		"a key id that is SQL":            {`{"alg":"ES256","typ":"at+jwt","kid":"KID' or '1'='1"}`, false},
		"a key id that is a list":         {`{"alg":"ES256","typ":"at+jwt","kid":["KID"]}`, false},
		"a key id that is null":           {`{"alg":"ES256","typ":"at+jwt","kid":null}`, false},
		"a key id in a second member":     {`{"alg":"ES256","typ":"at+jwt","kid":"KID","Kid":"other"}`, false},
		"null":                            {`null`, false},
		"a list":                          {`[` + goodHeader + `]`, false},
		"something behind":                {goodHeader + `{}`, false},
		"no JSON":                         {`alg=ES256`, false},
		"nothing":                         {``, false},
		"a hundred thousand levels":       {strings.Repeat("[", 100_000), false},
		"a member of two thousand":        {`{"alg":"ES256","typ":"at+jwt","kid":"` + strings.Repeat("k", 2000) + `"}`, false},
		"another encoding":                {"\ufeff" + goodHeader, false},
		"a key id that is no text at all": {"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"\xff\"}", false},
	} {
		_, err := sessions.Verify(context.Background(), key.raw(row.header, rawClaims(nil)))
		if row.good && err != nil || !row.good && portal.ErrorCode(err) != portal.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func testAccessTokenRefusedForMalformedClaims(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t)
	key := plant(t, db)
	sessions := newSessions(t, db)
	soon := time.Now().Add(time.Minute)
	for name, row := range map[string]struct {
		claims string
		good   bool
	}{
		"ours":                       {rawClaims(nil), true},
		"a list of our one audience": {rawClaims(map[string]string{"aud": `["` + issuer + `"]`}), true},
		"half seconds":               {rawClaims(map[string]string{"exp": fmt.Sprintf("%d.5", soon.Unix())}), true},
		"an unknown claim":           {rawClaims(map[string]string{"amr": `["pwd"]`}), true},
		"expired long ago":           {rawClaims(map[string]string{"exp": "-1"}), false},
		"expired at the beginning":   {rawClaims(map[string]string{"exp": "0"}), false},
		"expiry null":                {rawClaims(map[string]string{"exp": "null"}), false},
		"expiry in quotes":           {rawClaims(map[string]string{"exp": fmt.Sprintf(`"%d"`, soon.Unix())}), true},
		"expired in quotes":          {rawClaims(map[string]string{"exp": `"1"`}), false},
		"expiry as text":             {rawClaims(map[string]string{"exp": `"never"`}), false},
		"expiry as an object":        {rawClaims(map[string]string{"exp": "{}"}), false},
		"expiry true":                {rawClaims(map[string]string{"exp": "true"}), false},
		"issue as text":              {rawClaims(map[string]string{"iat": `"now"`}), false},
		"issue null":                 {rawClaims(map[string]string{"iat": "null"}), false},
		"begin as text":              {rawClaims(map[string]string{"nbf": `"now"`}), false},
		"begins later":               {rawClaims(map[string]string{"nbf": fmt.Sprint(soon.Unix())}), false},
		"no audience in the list":    {rawClaims(map[string]string{"aud": "[]"}), false},
		"our audience twice":         {rawClaims(map[string]string{"aud": `["` + issuer + `","` + issuer + `"]`}), false},
		"audience null":              {rawClaims(map[string]string{"aud": "null"}), false},
		"audience as an object":      {rawClaims(map[string]string{"aud": `{"` + issuer + `":1}`}), false},
		"audience as a number":       {rawClaims(map[string]string{"aud": "1"}), false},
		"audience with a path":       {rawClaims(map[string]string{"aud": `"` + issuer + `/"`}), false},
		"issuer as a list":           {rawClaims(map[string]string{"iss": `["` + issuer + `"]`}), false},
		"issuer in capitals":         {rawClaims(map[string]string{"iss": `"` + strings.ToUpper(issuer) + `"`}), false},
		"issuer and a space":         {rawClaims(map[string]string{"iss": `"` + issuer + ` "`}), false},
		"subject as a number":        {rawClaims(map[string]string{"sub": "1"}), false},
		"subject empty":              {rawClaims(map[string]string{"sub": `""`}), false},
		"session as a list":          {rawClaims(map[string]string{"sid": `["session"]`}), false},
		"grant as text":              {rawClaims(map[string]string{"grant": `"mssp_admin"`}), false},
		"grant null":                 {rawClaims(map[string]string{"grant": "null"}), false},
		"grant without id":           {rawClaims(map[string]string{"grant": `{"role":"mssp_admin","mssp_id":"mssp"}`}), false},
		"null":                       {"null", false},
		"a list":                     {"[" + rawClaims(nil) + "]", false},
		"text":                       {`"claims"`, false},
		"something behind":           {rawClaims(nil) + "{}", false},
		"no JSON":                    {"sub=user", false},
		"nothing":                    {"", false},
		"a thousand levels":          {strings.Repeat("[", 1000), false},
	} {
		_, err := sessions.Verify(context.Background(), key.raw(goodHeader, row.claims))
		if row.good && err != nil || !row.good && portal.ErrorCode(err) != portal.Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func testAccessTokenRefusedAboveSizeLimit(t *testing.T) {
	t.Parallel()
	db := testkit.Open(t)
	key := plant(t, db)
	sessions := newSessions(t, db)
	padded := func(size int) string {
		return key.raw(goodHeader, rawClaims(map[string]string{"pad": `"` + strings.Repeat("x", size) + `"`}))
	}
	if _, err := sessions.Verify(context.Background(), padded(1000)); err != nil {
		t.Errorf("a token of the largest size: got error %v", err)
	}
	if _, err := sessions.Verify(context.Background(), padded(3500)); portal.ErrorCode(err) != portal.Unauthenticated {
		t.Errorf("a token above the limit: got error %v", err)
	}
}
