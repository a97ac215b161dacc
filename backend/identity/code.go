package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
)

// codeAlphabet is Crockford's base 32: no letter that is read as a digit.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const (
	codeGroups    = 7
	codeGroupSize = 4
)

// NewInviteCode makes a code of 140 random bits to hand over, as ABCD-EFGH-…, and the hash to keep.
func NewInviteCode() (code string, hash []byte) {
	random := make([]byte, codeGroups*codeGroupSize)
	rand.Read(random) //nolint:errcheck // crypto/rand never fails: it ends the program instead
	var text strings.Builder
	for i, b := range random {
		if i > 0 && i%codeGroupSize == 0 {
			text.WriteByte('-')
		}
		text.WriteByte(codeAlphabet[b%byte(len(codeAlphabet))]) // 256 is a multiple of 32: no bias
	}
	return text.String(), inviteCodeHash(text.String())
}

// inviteCodeHash hashes a code as people type it: in any case, with or without dashes and spaces, O for 0 and I or L for
// 1. Nil for what cannot be a code. So many random bits need no salt.
func inviteCodeHash(typed string) []byte {
	clean := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
	if len(clean) != codeGroups*codeGroupSize {
		return nil
	}
	for _, r := range clean {
		if !strings.ContainsRune(codeAlphabet, r) {
			return nil
		}
	}
	sum := sha256.Sum256([]byte("invite code " + clean))
	return sum[:]
}
