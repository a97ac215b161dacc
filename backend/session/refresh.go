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

// refreshPrefix identifies a leaked token to readers and secret scanners.
const refreshPrefix = "fsr_"

// refreshToken is 256 random bits. The database stores only their hash.
type refreshToken struct {
	secret [32]byte
}

func newRefreshToken() refreshToken {
	var t refreshToken
	rand.Read(t.secret[:]) //nolint:errcheck // crypto/rand never fails: it ends the program instead
	return t
}

var refreshEncoding = base64.RawURLEncoding.Strict()

// parseRefreshToken parses the text that String returns; SessionRevoked for any other text, which belongs to no
// session.
func parseRefreshToken(text string) (refreshToken, error) {
	var t refreshToken
	invalid := portal.Errorf(portal.SessionRevoked, "This is not a session of this portal. Sign in again.")
	encoded, ok := strings.CutPrefix(text, refreshPrefix)
	if !ok || len(encoded) != refreshEncoding.EncodedLen(len(t.secret)) {
		return t, invalid
	}
	if n, err := refreshEncoding.Decode(t.secret[:], []byte(encoded)); err != nil || n != len(t.secret) {
		return refreshToken{}, invalid
	}
	return t, nil
}

// String returns the token as the caller stores it.
func (t refreshToken) String() string {
	return refreshPrefix + refreshEncoding.EncodeToString(t.secret[:])
}

// hash returns the hash that the database stores. 256 random bits need no salt.
func (t refreshToken) hash() []byte {
	sum := sha256.Sum256(t.secret[:])
	return sum[:]
}

// requestHash returns the hash of a request id that the database stores, or nil for "". The database compares it
// together with the token, so the id alone is of no use.
func requestHash(id string) []byte {
	if id == "" {
		return nil
	}
	sum := sha256.Sum256([]byte("refresh request " + id))
	return sum[:]
}

// successorSealer returns a Sealer whose key is derived from t: the database alone cannot decrypt what it stores.
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
