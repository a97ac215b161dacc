package heimdal

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

const (
	// minPiece is the length from which a piece of the key is replaced.
	minPiece = 5
	// maxRedactedText limits the text that is examined: the part that is shown, percent-encoded three times, and more.
	maxRedactedText = 4000
)

// redact returns a name, an id, a host or a value of a response as it may be shown: one short line, in which the key
// and any piece of it is replaced, in each of its encodings and however other characters split it.
func redact(text, key string) string {
	text = cut(text, maxRedactedText)
	for range 3 {
		plain, err := url.QueryUnescape(strings.ReplaceAll(text, "+", "%2B"))
		if err != nil || plain == text {
			break
		}
		text = plain
	}
	text = strings.ToValidUTF8(text, "…")
	return oneLine(withoutEncodings(withoutPieces(text, key), key))
}

// encoding is a way in which a key may be written, reduced to lower-case letters and digits. A text shorter than piece
// is not taken for a part of it.
type encoding struct {
	text  string
	piece int
}

// encodings returns those of a key: as it is, in hexadecimal and decimal codes with and without leading zeros, as
// escapes (\x41, \u0041, \U00000041, \u{41}, 0x41, 41h, &#x41;), in base32 and base64 after any other text, in ROT13,
// and each of these reversed or of the reversed key. Percent-encoded and quoted-printable text is hexadecimal with
// separators.
func encodings(key string) []encoding {
	all := slices.Concat(forwardEncodings(key), forwardEncodings(reversed(key)))
	for _, one := range all {
		all = append(all, encoding{reversed(one.text), one.piece})
	}
	return all
}

func forwardEncodings(key string) []encoding {
	each := func(format string) string {
		var b strings.Builder
		for _, c := range []byte(key) {
			fmt.Fprintf(&b, format, c)
		}
		return b.String()
	}
	all := []encoding{
		{key, minPiece}, {strings.Map(rot13, key), minPiece}, {hex.EncodeToString([]byte(key)), 10}, {each("%d"), 11},
		{each("%03d"), 15}, {each("%04d"), 20}, {each("x%02x"), 15}, {each("0x%02x"), 20}, {each("x%04x"), 25}, {each("%02xh"), 15},
		{each("u%02x"), 15}, {each("u%04x"), 25}, {each("u%08x"), 45},
	}
	for before := range 5 {
		text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(strings.Repeat("x", before) + key))
		all = append(all, encoding{stablePart(text, before, 5), 8})
	}
	for before := range 3 {
		text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + key))
		all = append(all, encoding{stablePart(text, before, 6), 7})
	}
	for i := range all {
		all[i].text = string(plainRunes([]rune(all[i].text)))
		all[i].piece = min(all[i].piece, len(all[i].text))
	}
	return all
}

func reversed(text string) string {
	b := []byte(text)
	slices.Reverse(b)
	return string(b)
}

// stablePart drops the characters at both ends of an encoded text that depend on its neighbours.
func stablePart(text string, before, bits int) string {
	first := (before*8 + bits - 1) / bits
	return text[min(first, len(text)):max(len(text)-1, first)]
}

func rot13(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z':
		return 'a' + (r-'a'+13)%26
	case 'A' <= r && r <= 'Z':
		return 'A' + (r-'A'+13)%26
	}
	return r
}

// plainRunes returns the ASCII letters and digits of a text in lower case.
func plainRunes(text []rune) []rune {
	var kept []rune
	for _, r := range text {
		if isPlain(r) {
			kept = append(kept, unicode.ToLower(r))
		}
	}
	return kept
}

func isPlain(r rune) bool {
	return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// withoutEncodings replaces each encoded piece of the key in a text, with the characters between its letters and
// digits and the rest of the encoded text.
func withoutEncodings(text, key string) string {
	complete := []rune(text)
	var at []int // the index in whole of each letter or digit
	for i, r := range complete {
		if isPlain(r) {
			at = append(at, i)
		}
	}
	plain := string(plainRunes(complete))
	hidden := make([]bool, len(complete))
	for _, one := range encodings(key) {
		if one.piece == 0 {
			continue
		}
		for i := 0; i+one.piece <= len(plain); i++ {
			if strings.Contains(one.text, plain[i:i+one.piece]) {
				for j := at[i]; j <= at[i+one.piece-1]; j++ {
					hidden[j] = true
				}
			}
		}
	}
	hideRest(complete, hidden)
	var b strings.Builder
	for i, r := range complete {
		switch {
		case !hidden[i]:
			b.WriteRune(r)
		case i == 0 || !hidden[i-1]:
			b.WriteString("…")
		}
	}
	return b.String()
}

// hideRest hides the base64 characters next to hidden ones: the last ones of an encoded key depend on what follows it.
func hideRest(text []rune, hidden []bool) {
	encodes := func(i int) bool { return isPlain(text[i]) || strings.ContainsRune("+/_=-", text[i]) }
	for i := 1; i < len(text); i++ {
		hidden[i] = hidden[i] || hidden[i-1] && encodes(i)
	}
	for i := len(text) - 2; i >= 0; i-- {
		hidden[i] = hidden[i] || hidden[i+1] && encodes(i)
	}
}

// withoutPieces replaces every piece of secret in text, without regard to case.
func withoutPieces(text, secret string) string {
	if secret == "" {
		return text
	}
	lower, secret := asciiLower(text), asciiLower(secret)
	var b strings.Builder
	for at := 0; at < len(text); {
		n := piece(lower[at:], secret)
		if n >= min(minPiece, len(secret)) {
			b.WriteString("…")
			at += n
			continue
		}
		b.WriteByte(text[at])
		at++
	}
	return b.String()
}

// piece returns the length of the longest piece of secret that text begins with.
func piece(text, secret string) int {
	longest := 0
	for from := range len(secret) {
		n := 0
		for n < len(text) && from+n < len(secret) && text[n] == secret[from+n] {
			n++
		}
		longest = max(longest, n)
	}
	return longest
}

// asciiLower returns a text in lower case with the same length, unlike strings.ToLower.
func asciiLower(text string) string {
	b := []byte(text)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// oneLine returns a text as one short line.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	return cut(strings.TrimSpace(text), 200)
}
