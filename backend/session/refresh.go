package session

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"

	"fs-client-portal/backend/portal"
)

// refreshPrefix lets people and secret scanners see what a leaked token is.
const refreshPrefix = "fsr_"

// refreshToken is 256 random bits. The database knows their hash only.
type refreshToken struct {
	secret [32]byte
}

func newRefreshToken() refreshToken {
	var t refreshToken
	rand.Read(t.secret[:]) //nolint:errcheck // crypto/rand never fails: it ends the program instead
	return t
}

var refreshEncoding = base64.RawURLEncoding.Strict()

// parseRefreshToken reads a token as String writes it; SessionRevoked for anything else, because what is no token
// belongs to no session.
func parseRefreshToken(text string) (refreshToken, error) {
	var t refreshToken
	wrong := portal.Errorf(portal.SessionRevoked, "This is not a session of this portal. Sign in again.")
	encoded, ok := strings.CutPrefix(text, refreshPrefix)
	if !ok || len(encoded) != refreshEncoding.EncodedLen(len(t.secret)) {
		return t, wrong
	}
	if n, err := refreshEncoding.Decode(t.secret[:], []byte(encoded)); err != nil || n != len(t.secret) {
		return refreshToken{}, wrong
	}
	return t, nil
}

// String is the token as its holder keeps it.
func (t refreshToken) String() string {
	return refreshPrefix + refreshEncoding.EncodeToString(t.secret[:])
}

// hash is the token as the database keeps it. 256 random bits need no salt.
func (t refreshToken) hash() []byte {
	sum := sha256.Sum256(t.secret[:])
	return sum[:]
}

// requestHash is a request id as the database keeps it, nil for none. The token is part of every comparison, so that the
// id alone is of no use.
func requestHash(id string) []byte {
	if id == "" {
		return nil
	}
	sum := sha256.Sum256([]byte("refresh request " + id))
	return sum[:]
}

// successorSealer seals with a key only the holder of t can derive: the database alone cannot read what it keeps.
func (t refreshToken) successorSealer() *Sealer {
	key, err := hkdf.Key(sha256.New, t.secret[:], nil, "fs-client-portal successor of a refresh token", keySize)
	if err != nil {
		panic(err) // only for a key longer than 255 hashes
	}
	sealer, err := NewSealer(key)
	if err != nil {
		panic(err) // only for a key of another size
	}
	return sealer
}

func (t refreshToken) sealSuccessor(next refreshToken) []byte {
	return t.successorSealer().Seal(next.secret[:], t.hash())
}

func (t refreshToken) openSuccessor(sealed []byte) (refreshToken, error) {
	var next refreshToken
	plain, err := t.successorSealer().Open(sealed, t.hash())
	if err != nil || len(plain) != len(next.secret) {
		return next, fmt.Errorf("open the successor of a refresh token: %w", errSealed)
	}
	copy(next.secret[:], plain)
	return next, nil
}
