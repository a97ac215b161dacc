package session

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"
	"pgregory.net/rapid"

	"fs-client-portal/backend/testkit/wait"
)

// cacheTest verifies tokens with the test's own clock and keys, without a database.
type cacheTest struct {
	*Sessions
	now  time.Time
	keys map[string]*ecdsa.PrivateKey
}

func newCacheTest(t interface{ Fatal(...any) }) *cacheTest {
	d := &cacheTest{now: time.Unix(1_800_000_000, 0), keys: map[string]*ecdsa.PrivateKey{}}
	sealer, err := NewSealer(make([]byte, keySize))
	if err != nil {
		t.Fatal(err)
	}
	if d.Sessions, err = New(nil, sealer, Config{Issuer: "https://portal.example.com", Now: func() time.Time { return d.now }}); err != nil {
		t.Fatal(err)
	}
	d.Sessions.keys.unknown = rate.NewLimiter(0, 0)
	for _, kid := range []string{"one", "two", "neither"} {
		if d.keys[kid], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	d.publish("one", "two")
	return d
}

// publish sets the published keys, loaded now.
func (d *cacheTest) publish(kids ...string) {
	set := &keySet{public: map[string]*ecdsa.PublicKey{}, loadedAt: d.now}
	for _, kid := range kids {
		set.public[kid] = &d.keys[kid].PublicKey
	}
	d.Sessions.keys.current.Store(set)
}

// token returns a token of a key, issued and expiring this many seconds after the start; a notBefore of 0 leaves nbf
// out.
func (d *cacheTest) token(kid string, issued, notBefore, expires int) string {
	begin := time.Unix(1_800_000_000, 0)
	at := func(seconds int) *jwt.NumericDate {
		return jwt.NewNumericDate(begin.Add(time.Duration(seconds) * time.Second))
	}
	claims := accessClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: d.config.Issuer, Audience: jwt.ClaimStrings{d.config.Issuer}, Subject: "user", ID: rand.Text(),
			IssuedAt: at(issued), ExpiresAt: at(expires),
		},
		SessionID: "session", Grant: grantClaim{ID: "grant", Role: "mssp_admin", MSSPID: "mssp"},
	}
	if notBefore != 0 {
		claims.NotBefore = at(notBefore)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["typ"], token.Header["kid"] = accessType, kid
	signed, err := token.SignedString(d.keys[kid])
	if err != nil {
		panic(err)
	}
	return signed
}

func TestTokenCache(t *testing.T) {
	t.Parallel()
	t.Run("returns_what_a_new_check_returns", testTokenCacheReturnsWhatANewCheckReturns)
	t.Run("stores_no_refused_token", testTokenCacheStoresNoRefusedToken)
	t.Run("is_bounded", testTokenCacheIsBounded)
}

func testTokenCacheReturnsWhatANewCheckReturns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := newCacheTest(t)
		kids := rapid.SampledFrom([]string{"one", "two"})
		seconds := rapid.IntRange(-90, 90)
		var tokens []string
		for range 6 {
			good := d.token(kids.Draw(t, "kid"), seconds.Draw(t, "iat"), seconds.Draw(t, "nbf"), seconds.Draw(t, "exp"))
			tokens = append(tokens, good, good[:len(good)-4]+"AAAA")
		}
		published := [][]string{{"neither"}, {"one"}, {"two"}, {"one", "two"}}
		for range 60 {
			d.now = time.Unix(
				1_800_000_000+int64(rapid.IntRange(-150, 150).Draw(t, "clock")),
				int64(rapid.SampledFrom([]int{0, 1, 999_999_999}).Draw(t, "fraction")),
			)
			d.publish(rapid.SampledFrom(published).Draw(t, "published")...)
			token := rapid.SampledFrom(tokens).Draw(t, "token")
			again, wantErr := d.check(context.Background(), token)
			viewer, err := d.Verify(context.Background(), token)
			if viewer != again.viewer || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Fatalf("got %+v, %v; a new check returns %+v, %v", viewer, err, again.viewer, wantErr)
			}
		}
	})
}

func testTokenCacheStoresNoRefusedToken(t *testing.T) {
	t.Parallel()
	d := newCacheTest(t)
	good := d.token("one", 0, 0, 60)
	for _, bad := range []string{"", "a.b.c", good + "x", d.token("one", 0, 0, -60), d.token("one", 3600, 0, 7200)} {
		if _, err := d.Verify(context.Background(), bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	if n := d.verified.entries.Len(); n != 0 {
		t.Errorf("got %d cached refusals, want 0", n)
	}
	if _, err := d.Verify(context.Background(), good); err != nil || d.verified.entries.Len() != 1 {
		t.Errorf("the valid token is not cached: %v", err)
	}
}

func testTokenCacheIsBounded(t *testing.T) {
	t.Parallel()
	remembered := newCache[tokenDigest, verifiedToken]()
	var workers sync.WaitGroup
	digest := func(i int) (d tokenDigest) {
		binary.BigEndian.PutUint64(d[:], uint64(i))
		return d
	}
	const each = 3 * maxVerified
	for worker := range 4 {
		workers.Go(func() {
			for i := range each {
				remembered.put(digest(worker*each+i), verifiedToken{kid: "one"})
				remembered.get(digest(i))
			}
		})
	}
	wait.Group(t, time.Minute, "the users of the cache", &workers)
	if n := remembered.entries.Len(); n != maxVerified {
		t.Errorf("got %d cached tokens, want %d", n, maxVerified)
	}
	remembered.put(digest(-1), verifiedToken{kid: "last"})
	if known, ok := remembered.get(digest(-1)); !ok || known.kid != "last" {
		t.Error("the last token is not cached")
	}
}

func BenchmarkAccessTokenCheck(b *testing.B) {
	d := newCacheTest(b)
	token := d.token("one", 0, 0, 60)
	b.Run("warm", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.Verify(context.Background(), token); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			d.verified.entries.DeleteAll()
			if _, err := d.Verify(context.Background(), token); err != nil {
				b.Fatal(err)
			}
		}
	})
}
