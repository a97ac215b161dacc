package session

import (
	"crypto/sha256"
	"time"

	"github.com/jellydator/ttlcache/v3"

	"fs-client-portal/backend/portal"
)

// tokenDigest is the hash of a valid access token; the token itself is not stored.
type tokenDigest [sha256.Size]byte

// verifiedToken is the result of verifying a token. It is valid between from and until while the key is published.
type verifiedToken struct {
	viewer      portal.Viewer
	kid         string
	from, until time.Time
}

// newVerifiedToken sets the same time limits as the check of the claims.
func newVerifiedToken(claims accessClaims, kid string, viewer portal.Viewer) verifiedToken {
	from := claims.IssuedAt.Time
	if claims.NotBefore != nil && claims.NotBefore.After(from) {
		from = claims.NotBefore.Time
	}
	return verifiedToken{viewer: viewer, kid: kid, from: from.Add(-clockSkew), until: claims.ExpiresAt.Add(clockSkew)}
}

func (v verifiedToken) goodAt(now time.Time) bool { return !now.Before(v.from) && now.Before(v.until) }

// maxVerified bounds the cached tokens, and as many grants, at about 500 bytes each. An evicted token is verified
// again.
const maxVerified = 10_000

// cache is an LRU cache. It stores only what was valid, so only signed-in callers can fill it.
type cache[K comparable, V any] struct{ entries *ttlcache.Cache[K, V] }

func newCache[K comparable, V any]() cache[K, V] {
	return cache[K, V]{ttlcache.New(ttlcache.WithCapacity[K, V](maxVerified))}
}

// tokenGrant is a token and another grant of its user. A new token is a new key, so a user whose grant has changed gets
// the current grant after a refresh.
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
