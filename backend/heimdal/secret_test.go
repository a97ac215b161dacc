package heimdal

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
)

func TestSecret(t *testing.T) {
	t.Parallel()
	t.Run("never_in_error", testSecretNeverInError)
	t.Run("not_in_other_values", testSecretNotInOtherValues)
	t.Run("base64_for_urls", testSecretBase64ForUrls)
}

func testSecretNeverInError(t *testing.T) {
	t.Parallel()
	half := strings.ToLower(key[4:13])
	for _, echoed := range []string{
		key, strings.ToLower(key), url.QueryEscape(key), "Bearer+" + key, half, key[:6], key[len(key)-6:],
		percentEncode(key), percentEncode(percentEncode(key)), base64.StdEncoding.EncodeToString([]byte(key)), "x" + key + "x" + key,
	} {
		for _, text := range []string{`{"message":"No such key: ` + echoed + `."}`, `{"error":{"code":401,"message":"` + echoed + `"}}`,
			`{"errors":["` + echoed + `"]}`, `[{"message":"` + echoed + `"}]`} {
			_, err := readAll(t, text)
			wantCode(t, err, connector.BadKey)
			shown := strings.ToLower(err.Error())
			for i := range len(key) - 5 + 1 {
				if piece := strings.ToLower(key[i : i+5]); strings.Contains(shown, piece) {
					t.Fatalf("%s shows %s: %v", text, piece, err)
				}
			}
			if !strings.Contains(shown, "…") {
				t.Errorf("%s: got %v", text, err)
			}
		}
	}
	for _, innocent := range []string{"Access denied for tenant 17.", "1+1 is 2", "100% sure", "Café"} {
		if got := redact(innocent, key); got != innocent {
			t.Errorf("the text %q: got %q, want no change", innocent, got)
		}
	}
	if got := redact(strings.Repeat("é", 5000), key); got != strings.Repeat("é", 200) {
		t.Errorf("a long text: got %d bytes; want %v", len(got), strings.Repeat("é", 200))
	}
	if got := redact("no key A+B/ C% or a%2bb%2F", "A+B/"); strings.Contains(strings.ToLower(got), "a+b") {
		t.Errorf("a key with a plus: got %q", got)
	}
	if got := redact("a\x00b\u202Ec\n\xffd", key); got != "a b c …d" {
		t.Errorf("a text with control characters: got %q; want a b c …d", got)
	}
}

// testSecretNotInOtherValues has an API that returns the key where an error quotes an id, a host or a text.
func testSecretNotInOtherValues(t *testing.T) {
	t.Parallel()
	corp := `{"id":3,"type":"CORP"}`
	for name, test := range map[string]struct {
		texts []string
		want  connector.CallCode
	}{
		"an error beside customers": {[]string{`{"items":[` + corp + `],"errors":["no such key: ` + key + `"]}`}, connector.Incomplete},
		"a message beside none":     {[]string{`{"items":[],"message":"no such key: ` + key + `"}`}, connector.BadKey},
		"a link's host": {[]string{`{"items":[` + corp + `],"nextLink":"https://` + key + `.example.com/"}`},
			connector.Redirected},
		"an id with two types":          {[]string{`[{"id":"` + key + `","type":"CORP","Type":"RESELLER"}]`}, connector.Garbage},
		"an id that is part of another": {[]string{`[{"id":"` + key + `","children":[` + corp + `]}]`}, connector.Unmapped},
		"the first of two ids": {[]string{`[{"customerId":"` + key + `","type":"CORP","children":[` + corp + `],"id":2}]`},
			connector.Garbage},
		"the second": {[]string{`[{"customerId":2,"type":"CORP","children":[` + corp + `],"id":"` + key + `"}]`},
			connector.Garbage},
		"a reseller with ids of others": {[]string{`[{"id":"` + key + `","type":"RESELLER"}]`, `[{"id":17,"type":"RESELLER"}]`},
			connector.WrongCustomer},
		"a reseller without a response": {[]string{`[{"id":"` + key + `","type":"RESELLER"}]`, refusedHere, `[` + resellerR + `]`},
			connector.Refused},
		"a client in place of all": {[]string{`[` + resellerR + `,{"id":"` + key + `","type":"CORP"}]`}, connector.WrongCustomer},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readAll(t, test.texts...)
			wantCode(t, err, test.want)
			if err == nil || strings.Contains(strings.ToLower(err.Error()), strings.ToLower(key[:5])) {
				t.Errorf("%v", err)
			}
		})
	}
}

func testSecretBase64ForUrls(t *testing.T) {
	t.Parallel()
	if got := redact("  no key Pz4_Pj8-Pz4_Pj8- here ", "?>?>?>?>?>?>"); got != "no key … here" {
		t.Errorf("it got %q; want no key … here", got)
	}
}

// percentEncode encodes every character.
func percentEncode(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, "%%%02x", c)
	}
	return b.String()
}
