package heimdal

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode"
)

// shortestPiece of a key that is taken for a part of it.
const shortestPiece = 5

// redact makes a text of an answer fit to be shown: one short line, in which the key and any piece of it, also
// percent-encoded or in base64, is replaced.
func redact(text, key string) string {
	for range 3 {
		plain, err := url.QueryUnescape(strings.ReplaceAll(text, "+", "%2B"))
		if err != nil || plain == text {
			break
		}
		text = plain
	}
	text = strings.ToValidUTF8(text, "…")
	for _, secret := range []string{key, base64.StdEncoding.EncodeToString([]byte(key)), base64.URLEncoding.EncodeToString([]byte(key))} {
		text = without(text, secret)
	}
	return brief(text)
}

// without replaces every piece of secret in text, without regard to case.
func without(text, secret string) string {
	if secret == "" {
		return text
	}
	lower, secret := asciiLower(text), asciiLower(secret)
	var b strings.Builder
	for at := 0; at < len(text); {
		n := piece(lower[at:], secret)
		if n >= min(shortestPiece, len(secret)) {
			b.WriteString("…")
			at += n
			continue
		}
		b.WriteByte(text[at])
		at++
	}
	return b.String()
}

// piece is the length of the longest piece of secret that text begins with.
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

// asciiLower keeps the length, as strings.ToLower does not.
func asciiLower(text string) string {
	b := []byte(text)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// brief makes a text fit for a sentence.
func brief(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	return cut(strings.TrimSpace(text), 200)
}
