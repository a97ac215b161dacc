package desktop

import (
	"regexp"
	"strings"
	"unicode"
)

// printable returns untrusted text as one line of at most 300 printable characters.
func printable(text string) string {
	text = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, text)
	letters := []rune(strings.Join(strings.Fields(text), " "))
	return string(letters[:min(len(letters), 300)])
}

// link matches what looks like an address: a URL with a scheme, or a host name with a path.
var link = regexp.MustCompile(`(?i)(?:[a-z0-9+.-]*://\S*|www\.\S+|(?:[\pL\pN-]+\.)+\pL{2,}(?::\d+)?/\S*)`)

// withoutLinks replaces addresses in untrusted text, which is shown to the user as the provider's.
func withoutLinks(text string) string { return link.ReplaceAllString(text, "…") }
