package session_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit/wait"
)

type published struct {
	Keys []map[string]string `json:"keys"`
}

func (h *testEnv) jwks(s *session.Sessions) published {
	h.Helper()
	text, err := s.JWKS(context.Background())
	if err != nil {
		h.Fatal(err)
	}
	var set published
	if err := json.Unmarshal(text.JSON, &set); err != nil {
		h.Fatal(err)
	}
	return set
}

func headerOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parsed, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Header
}

func testSigningKeysReplicasShareTheFirstKey(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	tokens := make([]portal.Tokens, 8)
	replicas := make([]*session.Sessions, len(tokens))
	var started sync.WaitGroup
	for i := range tokens {
		replicas[i] = newSessions(t, h.DB)
		started.Go(func() {
			var err error
			if tokens[i], err = replicas[i].Start(context.Background(), h.user().UserID, ""); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Group(t, time.Minute, "eight sessions to start", &started)
	if n := h.count("select count(*) from signing_key"); n != 1 {
		t.Fatalf("got %d first keys, want 1", n)
	}
	for i := range tokens {
		if _, err := replicas[(i+1)%len(replicas)].Verify(context.Background(), tokens[i].AccessToken); err != nil {
			t.Errorf("on another replica: got error %v, want nil", err)
		}
	}
}

// clock is a replica's own clock, which a test can advance.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time            { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) put(forward time.Duration) { c.ahead.Add(int64(forward)) }

// replica returns another server on the same database, with its own clock.
func (h *testEnv) replica() (*session.Sessions, *clock) {
	h.Helper()
	c := &clock{}
	s, err := session.New(h.DB, newSealer(h.T), session.Config{Issuer: issuer, Now: c.now})
	if err != nil {
		h.Fatal(err)
	}
	return s, c
}

// letKeysAge moves the keys' times in the database back.
func (h *testEnv) letKeysAge(interval string) {
	h.Helper()
	h.exec("update signing_key set signs_from = signs_from - $1::interval, retired_at = retired_at - $1::interval", interval)
}

// flood sends tokens with unknown key ids until the rate limit is reached.
func flood(t *testing.T, s *session.Sessions, key signer) {
	t.Helper()
	for range 50 {
		bad := forge(with(key.header(), map[string]any{"kid": rand.Text()}), goodClaims(), key.es256)
		if _, err := s.Verify(context.Background(), bad); portal.ErrorCode(err) != portal.Unauthenticated {
			t.Fatal(err)
		}
	}
}

func testSigningKeysRotationEndsNoSession(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	one, oneClock := h.replica()
	other, otherClock := h.replica()
	h.sessions = one
	before := h.start()
	if h.jwks(other).Keys[0]["kid"] != headerOf(t, before.AccessToken)["kid"] {
		t.Fatal("the replicas have different keys, want one")
	}
	kid, err := one.RotateKeys(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	otherClock.put(time.Minute)
	for _, replica := range []*session.Sessions{one, other} {
		if set := h.jwks(replica); len(set.Keys) != 2 || set.Keys[0]["kid"] != kid {
			t.Errorf("got the key set %v", set)
		}
	}
	meanwhile := h.refresh(before.RefreshToken)
	if headerOf(t, meanwhile.AccessToken)["kid"] == kid {
		t.Error("the new key signs before every replica can have loaded it")
	}
	h.letKeysAge("2 minutes")
	oneClock.put(time.Minute)
	otherClock.put(time.Minute)
	after := h.refresh(meanwhile.RefreshToken)
	if headerOf(t, after.AccessToken)["kid"] != kid {
		t.Error("the new key does not sign at its time")
	}
	for name, tokens := range map[string]portal.Tokens{"old": before, "last of the old": meanwhile, "new": after} {
		for _, replica := range []*session.Sessions{one, other} {
			if _, err := replica.Verify(context.Background(), tokens.AccessToken); err != nil {
				t.Errorf("a token of the %s key: got error %v, want nil", name, err)
			}
		}
	}
	if set := h.jwks(other); len(set.Keys) != 2 {
		t.Errorf("got the key set %v", set)
	}
	if n := h.count("select count(*) from signing_key where retired_at is not null and private_sealed = ''"); n != 1 {
		t.Error("the old private key is still stored, want it destroyed")
	}
}

func testSigningKeysNextKeyIsPublishedBeforeItSigns(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	h.jwks(h.sessions)
	if _, err := h.sessions.RotateKeys(context.Background()); err != nil {
		t.Fatal(err)
	}
	// A replica may use a key set for a minute; a caller that fetched it then may cache it for JWKSMaxAge.
	if n := h.count(
		"select count(*) from signing_key where signs_from > now() + interval '60 seconds' + $1::interval",
		session.JWKSMaxAge,
	); n != 1 {
		t.Error("a key signs before all replicas and clients have loaded it")
	}
	if n := h.count(
		"select count(*) from signing_key k join signing_key next on next.generation = k.generation + 1 where k.retired_at = next.signs_from",
	); n != 1 {
		t.Error("a key retires before the next one signs")
	}
}

func testUnknownKeyIDNeverCausesRefusalOfValidTokens(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	first := plant(t, h.DB)
	one, oneClock := h.replica()
	other, otherClock := h.replica()
	h.sessions = one
	tokens := h.start()
	flood(t, other, first)
	kid, err := one.RotateKeys(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	otherClock.put(time.Minute)
	flood(t, other, first)
	h.letKeysAge("2 minutes")
	oneClock.put(time.Minute)
	flood(t, other, first)
	tokens = h.refresh(tokens.RefreshToken)
	if headerOf(t, tokens.AccessToken)["kid"] != kid {
		t.Fatal("the new key does not sign")
	}
	if _, err := other.Verify(context.Background(), tokens.AccessToken); err != nil {
		t.Errorf("a valid token during a flood: got error %v, want nil", err)
	}
}

func testSigningKeysKeySigningAtOnceSpreadsInASecond(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	first := plant(t, h.DB)
	other, otherClock := h.replica()
	flood(t, other, first)
	// An older server retires the key and destroys its private key when it adds the next.
	second := plantGeneration(t, h.DB, 2)
	h.exec("update signing_key set retired_at = now(), private_sealed = '' where generation = 1")
	good := forge(second.header(), goodClaims(), second.es256)
	otherClock.put(time.Second)
	flood(t, other, first)
	if _, err := other.Verify(context.Background(), good); err != nil {
		t.Errorf("a second later: got error %v, want nil", err)
	}
	otherClock.put(time.Minute)
	if tokens, err := other.Start(
		context.Background(),
		h.user().UserID,
		"",
	); err != nil ||
		headerOf(t, tokens.AccessToken)["kid"] != second.kid {
		t.Errorf("the new key: got error %v, want nil", err)
	}
}

func testSigningKeysRetiredKeyExpiresWithItsTokens(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	one, oneClock := h.replica()
	h.sessions = one
	tokens := h.start()
	if _, err := one.RotateKeys(context.Background()); err != nil {
		t.Fatal(err)
	}
	h.letKeysAge("15 minutes")
	fresh, _ := h.replica()
	for name, replica := range map[string]*session.Sessions{"a fresh replica": fresh, "one that has seen the token": one} {
		oneClock.put(time.Minute)
		if _, err := replica.Verify(context.Background(), tokens.AccessToken); portal.ErrorCode(err) != portal.Unauthenticated {
			t.Errorf("%s: got error %v for a token of a retired key", name, err)
		}
		if set := h.jwks(replica); len(set.Keys) != 1 {
			t.Errorf("got the key set %v", set)
		}
	}
}

func testSigningKeysConcurrentRotations(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	var rotations sync.WaitGroup
	for range 4 {
		replica := newSessions(t, h.DB)
		rotations.Go(func() {
			if _, err := replica.RotateKeys(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Group(t, time.Minute, "the concurrent rotations", &rotations)
	if n := h.count("select count(*) from signing_key where retired_at is null"); n != 1 {
		t.Errorf("got %d newest keys, want 1", n)
	}
	if n := h.count("select count(*) from signing_key where signs_from <= now() and coalesce(retired_at > now(), true)"); n != 1 {
		t.Errorf("got %d keys that sign, want 1", n)
	}
	if n := h.count("select count(*) from signing_key"); n != 4 {
		t.Errorf("got %d keys", n)
	}
}

func testSigningKeysKeySetHasPublicKeysOnly(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	set := h.jwks(h.sessions)
	if len(set.Keys) != 1 {
		t.Fatalf("got %d published keys", len(set.Keys))
	}
	key := set.Keys[0]
	if _, private := key["d"]; private {
		t.Fatal("the key set contains a private key")
	}
	if key["kty"] != "EC" || key["crv"] != "P-256" || key["alg"] != "ES256" || key["use"] != "sig" || len(key["kid"]) != 43 {
		t.Errorf("got the key %v", key)
	}
}

func TestLoadSealer(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	write := func(content string) {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n")
	if _, err := session.LoadSealer(file); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "secret", base64.StdEncoding.EncodeToString(make([]byte, 31))} {
		write(bad)
		if _, err := session.LoadSealer(file); err == nil || !strings.Contains(err.Error(), "PORTAL_SECRET_KEY_FILE") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, missing := range []string{"", file + ".none"} {
		if _, err := session.LoadSealer(missing); err == nil || !strings.Contains(err.Error(), "PORTAL_SECRET_KEY_FILE") {
			t.Errorf("%q: %v", missing, err)
		}
	}
}

func TestSealer(t *testing.T) {
	t.Parallel()
	sealer := newSealer(t)
	sealed := sealer.Seal([]byte("secret"), []byte("here"))
	if plain, err := sealer.Open(sealed, []byte("here")); err != nil || string(plain) != "secret" {
		t.Fatal(err)
	}
	if _, err := sealer.Open(sealed, []byte("there")); err == nil {
		t.Error("a value opens for another use, want an error")
	}
	for i := range sealed {
		damaged := append([]byte{}, sealed...)
		damaged[i] ^= 1
		if _, err := sealer.Open(damaged, []byte("here")); err == nil {
			t.Errorf("a value with byte %d changed opens, want an error", i)
		}
		if _, err := sealer.Open(sealed[:i], []byte("here")); err == nil {
			t.Errorf("a value cut to %d bytes opens, want an error", i)
		}
	}
}

func TestJWKS(t *testing.T) {
	t.Parallel()
	t.Run("publishes_the_signing_key", func(t *testing.T) {
		h := newTestEnv(t)
		tokens := h.start()
		text, err := h.sessions.JWKS(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		var set jose.JSONWebKeySet
		if err := json.Unmarshal(text.JSON, &set); err != nil {
			t.Fatal(err)
		}
		kid, _ := headerOf(t, tokens.AccessToken)["kid"].(string)
		keys := set.Key(kid)
		if len(keys) != 1 || !keys[0].IsPublic() || !keys[0].Valid() {
			t.Fatalf("got %+v, want one public key with the id %s", set, kid)
		}
		if _, err := jwt.Parse(tokens.AccessToken, func(*jwt.Token) (any, error) { return keys[0].Key, nil }); err != nil {
			t.Errorf("an access token is not signed by the published key: %v", err)
		}
	})
	t.Run("refuses_stored_key_with_wrong_id", func(t *testing.T) {
		h := newTestEnv(t)
		h.start()
		h.exec("update signing_key set id = 'other'")
		if _, err := newSessions(
			t,
			h.DB,
		).JWKS(context.Background()); err == nil ||
			!strings.Contains(err.Error(), "signing key other is damaged") {
			t.Errorf("got %v, want: signing key other is damaged", err)
		}
	})
	t.Run("refuses_stored_key_that_is_no_point", func(t *testing.T) {
		h := newTestEnv(t)
		h.start()
		h.exec(`update signing_key set public_key = '\x04' || decode(repeat('11', 64), 'hex')`)
		if _, err := newSessions(t, h.DB).JWKS(context.Background()); err == nil || !strings.Contains(err.Error(), "is damaged") {
			t.Errorf("got %v, want: signing key … is damaged", err)
		}
	})
}
