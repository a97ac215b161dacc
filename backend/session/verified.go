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

// maxVerified bounds the tokens remembered, at some 500 bytes each. A token that was forgotten is checked once more.
const maxVerified = 10_000

// verifiedTokens remembers tokens in two generations: when the young one is full it becomes the old one, and the old
// one is forgotten at once. Only tokens that were found good get in, so nobody fills it but those who are signed in.
type verifiedTokens struct {
	mu         sync.RWMutex
	young, old map[tokenDigest]verifiedToken
}

func (v *verifiedTokens) get(digest tokenDigest) (verifiedToken, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	known, ok := v.young[digest]
	if !ok {
		known, ok = v.old[digest]
	}
	return known, ok
}

func (v *verifiedTokens) put(digest tokenDigest, token verifiedToken) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.young == nil || len(v.young) >= maxVerified/2 {
		v.old, v.young = v.young, map[tokenDigest]verifiedToken{}
	}
	v.young[digest] = token
}
