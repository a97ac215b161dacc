package session_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit"
)

const fuzzTime = 1_700_000_000

// FuzzAccessToken verifies tokens made of a valid token's segments, for which {h}, {p} and {s} are placeholders, and
// tokens with arbitrary headers and claims signed with the portal's own key.
func FuzzAccessToken(f *testing.F) {
	db := testkit.Open(f)
	key := plant(f, db)
	sessions, err := session.New(db, newSealer(f), session.Config{Issuer: issuer, Now: func() time.Time { return time.Unix(fuzzTime, 0) }})
	if err != nil {
		f.Fatal(err)
	}
	goodHeader := `{"alg":"ES256","typ":"at+jwt","kid":"KID"}`
	goodClaims := `{"iss":"` + issuer + `","aud":"` + issuer + `","sub":"u","sid":"s","jti":"j","iat":1700000000,"exp":1700000060,` +
		`"grant":{"id":"g","role":"mssp_admin","mssp_id":"m"}}`
	f.Add("{h}.{p}.{s}", goodHeader, goodClaims)
	f.Add("{h}.{p}.{s}\n", strings.Replace(goodHeader, "ES256", "none", 1), strings.Replace(goodClaims, `"aud":`, `"aud":["x"],"aud":`, 1))
	f.Add("{h}.{p}.", `{"alg":"ES256","typ":"at+jwt","kid":"KID","crit":["x"]}`, strings.Replace(goodClaims, "1700000060", "1e300", 1))
	f.Add("..", "null", "null")
	signed := func(header, claims string) string {
		input := b64([]byte(strings.ReplaceAll(header, "KID", key.kid))) + "." + b64([]byte(claims))
		return input + "." + b64(key.es256([]byte(input)))
	}
	good := signed(goodHeader, goodClaims)
	parts := strings.Split(good, ".")
	f.Fuzz(func(t *testing.T, token, header, claims string) {
		token = strings.NewReplacer("{h}", parts[0], "{p}", parts[1], "{s}", parts[2]).Replace(token)
		if viewer, err := sessions.Verify(context.Background(), token); err == nil && token != good {
			t.Errorf("%q was accepted as %+v", token, viewer)
		} else if err != nil && portal.ErrorCode(err) != portal.Unauthenticated {
			t.Errorf("%q: %v", token, err)
		}
		viewer, err := sessions.Verify(context.Background(), signed(header, claims))
		if err != nil && portal.ErrorCode(err) != portal.Unauthenticated {
			t.Errorf("%q %q: %v", header, claims, err)
		}
		if err == nil {
			wantGood(t, viewer, strings.ReplaceAll(header, "KID", key.kid), claims, key.kid)
		}
	})
}

// wantGood parses header and claims independently and fails unless they are valid.
func wantGood(t *testing.T, viewer portal.Viewer, header, claims, kid string) {
	t.Helper()
	var head map[string]any
	if json.Unmarshal([]byte(header), &head) != nil || len(head) != 3 || head["alg"] != "ES256" || head["typ"] != "at+jwt" ||
		head["kid"] != kid {
		t.Errorf("the header %q was accepted", header)
	}
	var parsed struct {
		Issuer   string  `json:"iss"`
		Audience any     `json:"aud"`
		Subject  string  `json:"sub"`
		Session  string  `json:"sid"`
		ID       string  `json:"jti"`
		Issued   float64 `json:"iat"`
		Expires  float64 `json:"exp"`
		Begins   float64 `json:"nbf"`
	}
	if err := json.Unmarshal([]byte(claims), &parsed); err != nil {
		t.Fatalf("the claims %q were accepted: %v", claims, err)
	}
	one, isList := parsed.Audience.([]any)
	if parsed.Audience != issuer && (!isList || len(one) != 1 || one[0] != issuer) {
		t.Errorf("the audience %v was accepted", parsed.Audience)
	}
	if parsed.Issuer != issuer || parsed.Subject == "" || parsed.Subject != viewer.UserID || parsed.Session == "" || parsed.ID == "" {
		t.Errorf("the claims %+v were accepted", parsed)
	}
	if parsed.Expires+30 <= fuzzTime || parsed.Issued >= fuzzTime+31 || parsed.Begins >= fuzzTime+31 {
		t.Errorf("the times of %+v were accepted", parsed)
	}
	if viewer.Role.Level() == "" || viewer.GrantID == "" || viewer.Scope.MSSPID == "" {
		t.Errorf("got the viewer %+v", viewer)
	}
}

func FuzzRefreshToken(f *testing.F) {
	db := testkit.Open(f)
	sessions := newSessions(f, db)
	f.Add("fsr_" + strings.Repeat("A", 43))
	f.Add("fsr_" + strings.Repeat("A", 42) + "B")
	f.Add("")
	f.Add("fsr_\x00")
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := sessions.Refresh(
			context.Background(),
			portal.RefreshGrant{RefreshToken: token},
		); portal.ErrorCode(
			err,
		) != portal.SessionRevoked {
			t.Errorf("%q: %v", token, err)
		}
	})
}
