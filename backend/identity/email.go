package identity

import (
	"errors"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

var errEmail = errors.New("not an e-mail address")

// normalEmail is the one spelling of an address: trimmed, in lower case, its domain in ASCII. An address whose local
// part is not plain ASCII is refused, because letters that look alike are not, and because Unicode has letters whose
// small ones are ASCII. Dots and plus signs are kept: what they mean is the mail server's to know.
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

// lowerASCII makes the letters A to Z small and no others, unlike strings.ToLower, to which the Kelvin sign is a k.
func lowerASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// normalDomain is the one spelling of a domain: ASCII in lower case.
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
