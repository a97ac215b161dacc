package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/hostile"
)

// providersOf returns both providers, with the test's clock, and the servers that play them.
func providersOf(t testing.TB, now *time.Time) (ours map[portal.ProviderID]*provider, theirs map[portal.ProviderID]*hostile.Server) {
	t.Helper()
	theirs = map[portal.ProviderID]*hostile.Server{}
	for _, id := range []portal.ProviderID{portal.Google, portal.Entra} {
		theirs[id] = hostile.Start(t, id, hostile.Person{ID: "subject-1", Email: "ada@fjord.example", Name: "Ada Lind"})
	}
	calls := func(id portal.ProviderID) *transport {
		return newTransport(Config{HTTPClient: theirs[id].Client(), Now: func() time.Time { return *now }}.withDefaults())
	}
	google := GoogleConfig{Issuer: hostile.GoogleIssuer, ClientID: hostile.ClientID, ClientSecret: hostile.ClientSecret}
	entra := EntraConfig{Issuer: hostile.EntraIssuer, ClientID: hostile.ClientID}
	return map[portal.ProviderID]*provider{
		portal.Google: newGoogle(google, calls(portal.Google)),
		portal.Entra:  newEntra(entra, []string{hostile.Contoso, hostile.Fabrikam}, calls(portal.Entra)),
	}, theirs
}

func TestVerify(t *testing.T) {
	t.Parallel()
	t.Run("accepts_second_issuer_of_google_only", testVerifyAcceptsSecondIssuerOfGoogleOnly)
}

func testVerifyAcceptsSecondIssuerOfGoogleOnly(t *testing.T) {
	t.Parallel()
	p := hostile.Start(t, portal.Google, hostile.Person{ID: "1", Email: "ada@fjord.example"})
	public := jose.JSONWebKey{Key: &hostile.Key().PublicKey, KeyID: "k1"}
	for issuer, twice := range map[string]bool{hostile.GoogleIssuer: true, "https://login.example.com": false} {
		i := newIssuer(&discovery{issuer: issuer, calls: newTransport(Config{Now: hostile.Now}.withDefaults())}, "", hostile.ClientID)
		i.keys.current.Store(&fetchedKeys{keys: []jose.JSONWebKey{public}, at: hostile.Now()})
		_, bare, _ := strings.Cut(issuer, "://")
		for iss, good := range map[string]bool{issuer: true, bare: twice} {
			token := p.IDToken("n", hostile.Script{Claims: map[string]any{"iss": iss, "at_hash": hostile.Missing}})
			if _, err := i.verify(context.Background(), token, "", "n"); (err == nil) != good {
				t.Errorf("%s from %s: %v", iss, issuer, err)
			}
		}
	}
}

func TestKeySetAge(t *testing.T) {
	t.Parallel()
	now := hostile.Now()
	ours, theirs := providersOf(t, &now)
	keys, google := ours[portal.Google].issuers[""].keys, theirs[portal.Google]
	after := func(d time.Duration, calls int, good bool) {
		t.Helper()
		now = now.Add(d)
		if err := keys.prepare(context.Background(), "k1"); (err == nil) != good {
			t.Errorf("got error %v", err)
		}
		if n := google.Calls(hostile.Keys); n != calls {
			t.Errorf("got %d calls, want %d", n, calls)
		}
	}
	after(0, 1, true)
	after(59*time.Minute, 1, true)
	after(time.Minute, 2, true)
	google.Play(
		hostile.Script{Serve: map[hostile.Endpoint]http.HandlerFunc{hostile.Discovery: hostile.HangsUp, hostile.Keys: hostile.HangsUp}},
	)
	after(119*time.Minute, 3, true)
	after(time.Minute, 4, false)
	google.Play(hostile.Script{})
	after(0, 5, true)
}

func TestClock(t *testing.T) {
	t.Parallel()
	p := hostile.Start(t, portal.Google, hostile.Person{ID: "1", Email: "ada@fjord.example"})
	public := jose.JSONWebKey{Key: &hostile.Key().PublicKey, KeyID: "k1"}
	for name, test := range map[string]struct {
		claims map[string]any
		want   string // in the log; "" for no line
	}{
		"agrees":                           {nil, ""},
		"agrees_with_entra_id_dating_back": {map[string]any{"iat": hostile.At(-5 * time.Minute), "nbf": hostile.At(-5 * time.Minute)}, ""},
		"differs_by_seconds":               {map[string]any{"iat": hostile.At(2 * time.Second)}, ""},
		"of_provider_is_ahead":             {map[string]any{"iat": hostile.At(4 * time.Minute)}, "provider_ahead_seconds=240 refused=false"},
		"of_provider_is_ahead_by_nbf":      {map[string]any{"nbf": hostile.At(3 * time.Minute)}, "provider_ahead_seconds=180 refused=false"},
		"of_provider_is_behind_by_exp":     {map[string]any{"exp": hostile.At(-2 * time.Minute)}, "provider_ahead_seconds=-120 refused=false"},
		"of_provider_is_behind_by_iat":     {map[string]any{"iat": hostile.At(-12 * time.Minute)}, "provider_ahead_seconds=-720 refused=false"},
		"differs_too_much":                 {map[string]any{"iat": hostile.At(time.Hour)}, "provider_ahead_seconds=3600 refused=true"},
		"is_not_blamed_for_a_broken_token": {map[string]any{"exp": 0}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			calls := newTransport(Config{Now: hostile.Now, Log: slog.New(slog.NewTextHandler(&log, nil))}.withDefaults())
			i := newIssuer(&discovery{issuer: hostile.GoogleIssuer, calls: calls}, "", hostile.ClientID)
			i.keys.current.Store(&fetchedKeys{keys: []jose.JSONWebKey{public}, at: hostile.Now()})
			claims := map[string]any{"at_hash": hostile.Missing}
			maps.Copy(claims, test.claims)
			_, _ = i.verify(context.Background(), p.IDToken("n", hostile.Script{Claims: claims}), "", "n")
			if (test.want == "") != (log.Len() == 0) || !strings.Contains(log.String(), test.want) {
				t.Errorf("logged %q, want %q", log.String(), test.want)
			}
		})
	}
}

// FuzzIDToken verifies arbitrary texts, a valid token changed in one place, and arbitrary headers and claims under the
// valid signature, the attacker's signature, and the provider's own.
func FuzzIDToken(f *testing.F) {
	now := hostile.Now()
	ours, theirs := providersOf(f, &now)
	valid := map[portal.ProviderID]string{}
	for id, p := range theirs {
		valid[id] = p.IDToken("n", hostile.Script{Claims: map[string]any{"at_hash": hostile.Missing}})
	}
	const header = `{"alg":"RS256","kid":"k1"}`
	const claims = `{"iss":"https://accounts.google.com","aud":"hostile-client","sub":"s","nonce":"n",` +
		`"iat":1800000000,"exp":1800000060}`
	const entraClaims = `{"iss":"https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0",` +
		`"tid":"11111111-1111-4111-8111-111111111111","ver":"2.0","oid":"o","aud":["hostile-client"],"sub":"s","nonce":"n",` +
		`"iat":1800000000,"exp":1800000060}`
	f.Add(false, byte(0), header, claims, uint16(0), uint16(0))
	f.Add(false, byte(1), "", "", uint16(0), uint16(0))
	f.Add(true, byte(1), "=", "", uint16(400), uint16(1))
	f.Add(true, byte(1), "\n", "", uint16(60), uint16(0))
	f.Add(false, byte(2), header, claims, uint16(0), uint16(0))
	f.Add(false, byte(3), `{"alg":"HS256","kid":"k1"}`, claims, uint16(0), uint16(0))
	f.Add(false, byte(4), header, claims, uint16(0), uint16(0))
	f.Add(true, byte(4), header, entraClaims, uint16(0), uint16(0))
	f.Add(true, byte(4), `{"alg":"none"}`, `{"aud":["hostile-client"],"azp":"x"}`, uint16(0), uint16(0))
	f.Fuzz(func(t *testing.T, entra bool, how byte, header, payload string, at, cut uint16) {
		id := portal.Google
		if entra {
			id = portal.Entra
		}
		good := valid[id]
		token, signed := "", false
		switch how % 5 {
		case 0:
			token = header + payload
		case 1:
			from := int(at) % (len(good) + 1)
			token = good[:from] + header + good[min(from+int(cut), len(good)):]
		case 2:
			token = hostile.B64(header) + "." + hostile.B64(payload) + good[strings.LastIndexByte(good, '.'):]
		case 3:
			token = hostile.Compact(header, payload, hostile.RS256(hostile.Foreign()))
		case 4:
			token, signed = hostile.Compact(header, payload, hostile.RS256(hostile.Key())), true
		}
		_, err := ours[id].identify(context.Background(), token, "", "n")
		switch {
		case err == nil && token != good && !(signed && holds(entra, header, payload)):
			t.Errorf("%q was accepted, want it refused", token)
		case err != nil && token == good:
			t.Errorf("the valid token: got error %v, want nil", err)
		case err != nil && portal.ErrorCode(err) != portal.ProviderRefused && portal.ErrorCode(err) != portal.TenantNotAllowed:
			t.Errorf("%q: %v", token, err)
		}
	})
}

// holds checks a token that the provider itself signed, without the portal's code.
func holds(entra bool, header, payload string) bool {
	var h, c map[string]any
	if json.Unmarshal([]byte(header), &h) != nil || json.Unmarshal([]byte(payload), &c) != nil {
		return false
	}
	kid, named := h["kid"]
	audience, _ := json.Marshal(c["aud"])
	sub, _ := c["sub"].(string)
	exp, _ := c["exp"].(float64)
	iat, _ := c["iat"].(float64)
	nbf, _ := c["nbf"].(float64)
	azp, hasAZP := c["azp"]
	issuer := c["iss"] == hostile.GoogleIssuer || c["iss"] == "accounts.google.com"
	if tid, _ := c["tid"].(string); entra {
		issuer = c["iss"] == strings.Replace(hostile.EntraIssuer, "{tenantid}", strings.ToLower(tid), 1) && c["ver"] == "2.0" && tid != "" &&
			c["oid"] != ""
	}
	return h["alg"] == "RS256" && (!named || kid == "k1" || kid == "") && h["crit"] == nil &&
		(string(audience) == `"hostile-client"` || string(audience) == `["hostile-client"]`) && (!hasAZP || azp == hostile.ClientID) &&
		issuer && c["nonce"] == "n" && sub != "" && len(sub) <= maxSubject &&
		int64(exp) >= hostile.At(-5*time.Minute) && int64(iat) >= hostile.At(-15*time.Minute) && int64(iat) <= hostile.At(5*time.Minute) &&
		int64(nbf) <= hostile.At(5*time.Minute)
}
