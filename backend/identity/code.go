package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"unicode"
)

// codeAlphabet is Crockford's base 32: no letter that is read as a digit, and none that makes a code swear.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const (
	codeGroups    = 6
	codeGroupSize = 5
	// codeLength is 29 random characters and the one that checks them.
	codeLength = codeGroups * codeGroupSize
)

// NewInviteCode makes a code of 145 random bits to hand over, as ABCDE-FGHJK-…, and the hash to keep.
func NewInviteCode() (code string, hash []byte) {
	clean := make([]byte, codeLength-1, codeLength)
	rand.Read(clean) //nolint:errcheck // crypto/rand never fails: it ends the program instead
	for i, b := range clean {
		clean[i] = codeAlphabet[b%byte(len(codeAlphabet))] // 256 is a multiple of 32: no bias
	}
	clean = append(clean, codeAlphabet[checkValue(string(clean)+codeAlphabet[:1])])
	return formatCode(string(clean)), hashCode(string(clean))
}

// formatCode writes a code the way it is easiest to read out and to type.
func formatCode(clean string) string {
	var text strings.Builder
	for i := 0; i < len(clean); i += codeGroupSize {
		if i > 0 {
			text.WriteByte('-')
		}
		text.WriteString(clean[i:min(i+codeGroupSize, len(clean))])
	}
	return text.String()
}

// inviteCodeHash hashes a code as people type it; nil for what cannot be a code, which is a typing error and no guess.
func inviteCodeHash(typed string) []byte {
	clean, ok := parseCode(typed)
	if !ok {
		return nil
	}
	return hashCode(clean)
}

// hashCode is what the database keeps. So many random bits need no salt.
func hashCode(clean string) []byte {
	sum := sha256.Sum256([]byte("invite code " + clean))
	return sum[:]
}

// parseCode reads a code in any case, with O for 0 and I or L for 1, and whatever dashes, spaces and marks stand
// between its letters when it was pasted. It answers false where a letter is missing, wrong, or in another's place.
func parseCode(typed string) (clean string, ok bool) {
	var text strings.Builder
	for _, r := range typed {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		value := codeValue(r)
		if value < 0 || text.Len() == codeLength {
			return "", false
		}
		text.WriteByte(codeAlphabet[value])
	}
	clean = text.String()
	if len(clean) != codeLength || checkValue(clean) != 0 {
		return "", false
	}
	return clean, true
}

// codeValue answers which of the 32 a letter stands for, -1 for none of them.
func codeValue(r rune) int {
	if r > unicode.MaxASCII {
		return -1
	}
	switch r = unicode.ToUpper(r); r {
	case 'O':
		r = '0'
	case 'I', 'L':
		r = '1'
	}
	return strings.IndexRune(codeAlphabet, r)
}

// checkValue is 0 for a code whose last character checks the others, and that character's value where it still is 0. It
// evaluates the code as a polynomial over the field of 32 elements at a generator: each of up to 31 places weighs
// differently, so one wrong letter, or two exchanged ones wherever they stand, never give 0.
func checkValue(clean string) int {
	const reduce = 0x25 // x^5 + x^2 + 1
	sum := 0
	for _, r := range clean {
		if sum <<= 1; sum >= len(codeAlphabet) {
			sum ^= reduce
		}
		sum ^= strings.IndexRune(codeAlphabet, r)
	}
	return sum
}
