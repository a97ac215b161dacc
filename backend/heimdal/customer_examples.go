package heimdal

import (
	"regexp"
	"slices"
	"strings"
)

// maxExample is how many characters of a value are shown.
const maxExample = 80

// example returns a value as it may be shown; hidden is set where it may be a secret.
func example(value []byte, secret string) (shown string, hidden bool) {
	text := string(value)
	if value[0] == '"' {
		text, _ = unquote(value)
	}
	if looksSecret(text) {
		return "", true
	}
	return cut(redact(strings.ReplaceAll(text, "\x00", ""), secret), maxExample), false
}

// secretNames are parts of the names of values that may be secret.
var secretNames = []string{
	"key", "token", "secret", "password", "passwd", "passphrase", "pwd", "credential", "auth", "hash", "salt", "cert",
	"private", "signature",
	"session", "cookie", "otp", "pincode", "connectionstring",
}

func isSecretName(name string) bool {
	plain := plainName(name)
	return slices.ContainsFunc(secretNames, func(part string) bool { return strings.Contains(plain, part) })
}

// guid requires the dashes: without them the text may be a key.
var guid = regexp.MustCompile(`(?i)^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$`)

// looksSecret reports whether a text may be a key or a token: a long text of letters and digits without spaces. A GUID
// is an id.
func looksSecret(text string) bool {
	if len(text) < 20 || strings.ContainsAny(text, " @") || guid.MatchString(text) {
		return false
	}
	letters, digits := 0, 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			letters++
		}
	}
	_, isDate := parseDate(text)
	return letters > 0 && digits > 2 && (letters+digits)*10 >= len(text)*8 && !isDate
}
