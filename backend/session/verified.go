package session

import (
	"crypto/sha256"
	"sync"
	"time"

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

// remembered keeps what was found in two generations: when the young one is full it becomes the old one, and the old
// one is forgotten at once. Only what was found good gets in, so nobody fills it but those who are signed in.
type remembered[K comparable, V any] struct {
	mu         sync.RWMutex
	young, old map[K]V
}

type verifiedTokens = remembered[tokenDigest, verifiedToken]

// tokensGrant is another grant of its user's that a token is used under. The next token asks anew, so whoever was told
// that their grant has changed is right after a refresh.
type tokensGrant struct {
	token tokenDigest
	grant string
}

func (r *remembered[K, V]) get(key K) (V, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	known, ok := r.young[key]
	if !ok {
		known, ok = r.old[key]
	}
	return known, ok
}

func (r *remembered[K, V]) put(key K, value V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.young == nil || len(r.young) >= maxVerified/2 {
		r.old, r.young = r.young, map[K]V{}
	}
	r.young[key] = value
}
