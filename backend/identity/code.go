package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"unicode"
)

// codeAlphabet is Crockford's base 32: without letters that look like digits, and without U, so that no code spells a
// swear word.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const (
	codeGroups    = 6
	codeGroupSize = 5
	// codeLength is 29 random characters and a check character.
	codeLength = codeGroups * codeGroupSize
)

// NewInviteCode returns a new code of 145 random bits, formatted as ABCDE-FGHJK-…, and the hash to store.
func NewInviteCode() (code string, hash []byte) {
	clean := make([]byte, codeLength-1, codeLength)
	rand.Read(clean) //nolint:errcheck // crypto/rand never fails: it ends the program instead
	for i, b := range clean {
		clean[i] = codeAlphabet[b%byte(len(codeAlphabet))] // 256 is a multiple of 32: no bias
	}
	clean = append(clean, codeAlphabet[checkValue(string(clean)+codeAlphabet[:1])])
	return formatCode(string(clean)), hashCode(string(clean))
}

// formatCode splits a code into groups, which are easier to read out and to type.
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

// inviteCodeHash returns the hash of a code as a user typed it, or nil if the text cannot be a code: a typing error and
// not a guess.
func inviteCodeHash(typed string) []byte {
	clean, ok := parseCode(typed)
	if !ok {
		return nil
	}
	return hashCode(clean)
}

// hashCode returns the hash that the database stores. 145 random bits need no salt.
func hashCode(clean string) []byte {
	sum := sha256.Sum256([]byte("invite code " + clean))
	return sum[:]
}

// parseCode normalises a typed or pasted code: any case, O for 0, I or L for 1, and any dashes, spaces or punctuation
// between the characters. It returns false if a character is missing, wrong or misplaced.
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

// codeValue returns the value of a character, 0 to 31, or -1 if it is not in the alphabet.
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

// checkValue returns 0 for a code whose check character is correct. For a code whose last character has the value 0 it
// returns the value of the correct check character. It evaluates the code as a polynomial over the field of 32 elements
// at a generator: each of up to 31 places has a different weight, so a single wrong character or two exchanged
// characters never give 0.
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
