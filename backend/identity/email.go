package identity

import (
	"errors"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

var errEmail = errors.New("not an e-mail address")

// normalEmail returns the canonical form of an address: trimmed, in lower case, with an ASCII domain. It refuses an
// address whose local part is not plain ASCII, because different Unicode letters can look alike or have the same ASCII
// lower case. Dots and plus signs are kept: their meaning depends on the mail server.
func normalEmail(text string) (string, error) {
	text = strings.TrimSpace(text)
	at := strings.LastIndexByte(text, '@')
	if at < 1 || at > 64 || len(text) > 254 {
		return "", errEmail
	}
	local := lowerASCII(text[:at])
	const allowed = "abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~-"
	if strings.Trim(local, allowed) != "" || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return "", errEmail
	}
	for _, r := range local {
		if !strings.ContainsRune(allowed, r) {
			return "", errEmail
		}
	}
	domain, err := normalDomain(text[at+1:])
	if err != nil {
		return "", errEmail
	}
	return local + "@" + domain, nil
}

// lowerASCII lower-cases the letters A to Z only. strings.ToLower would turn the Kelvin sign into a k.
func lowerASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// normalDomain returns the canonical form of a domain: ASCII in lower case.
func normalDomain(text string) (string, error) {
	domain, err := idna.Lookup.ToASCII(strings.TrimSpace(norm.NFC.String(text)))
	if err != nil {
		return "", err
	}
	if len(domain) > 253 || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") {
		return "", errors.New("not a domain")
	}
	return domain, nil
}

func domainOf(email string) string { return email[strings.LastIndexByte(email, '@')+1:] }
