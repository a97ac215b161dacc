package session

import (
	"crypto/sha256"
	"time"

	"github.com/jellydator/ttlcache/v3"

	"fs-client-portal/backend/portal"
)

// tokenDigest stands for an access token that was found good, which itself is not kept.
type tokenDigest [sha256.Size]byte

// verifiedToken is what checking a token came to, and how long that holds: between from and until, while the key is
// still published.
type verifiedToken struct {
	viewer      portal.Viewer
	kid         string
	from, until time.Time
}

// newVerifiedToken keeps the bounds in time exactly as the check itself draws them.
func newVerifiedToken(claims accessClaims, kid string, viewer portal.Viewer) verifiedToken {
	from := claims.IssuedAt.Time
	if claims.NotBefore != nil && claims.NotBefore.After(from) {
		from = claims.NotBefore.Time
	}
	return verifiedToken{viewer: viewer, kid: kid, from: from.Add(-clockSkew), until: claims.ExpiresAt.Add(clockSkew)}
}

func (v verifiedToken) goodAt(now time.Time) bool { return !now.Before(v.from) && now.Before(v.until) }

// maxVerified bounds the tokens remembered, and as many grants, at some 500 bytes each. What was forgotten is looked up
// once more.
const maxVerified = 10_000

// remembered keeps what was found, and forgets first what was not asked for the longest time. Only what was found good
// gets in, so only signed-in callers fill it.
type cache[K comparable, V any] struct{ entries *ttlcache.Cache[K, V] }

func newCache[K comparable, V any]() cache[K, V] {
	return cache[K, V]{ttlcache.New(ttlcache.WithCapacity[K, V](maxVerified))}
}

// tokenGrant is another grant of its user's that a token is used under. The next token asks anew, so a user who was told
// that their grant has changed is right after a refresh.
type tokenGrant struct {
	token tokenDigest
	grant string
}

func (r cache[K, V]) get(key K) (value V, ok bool) {
	if item := r.entries.Get(key); item != nil {
		return item.Value(), true
	}
	return value, false
}

func (r cache[K, V]) put(key K, value V) { r.entries.Set(key, value, ttlcache.NoTTL) }
