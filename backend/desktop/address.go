package desktop

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// addressLimit is more than any address of an API needs.
const addressLimit = 2048

// checkedAddress parses an API's address. fault tells the user why it cannot be one.
func checkedAddress(raw string) (u *url.URL, fault string) {
	if fault := textFault(raw); fault != "" {
		return nil, fault
	}
	scheme, rest, found := strings.Cut(raw, "://")
	if !found || !strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "http") {
		return nil, "it must begin with https://"
	}
	if strings.ContainsAny(rest, "?#") {
		return nil, "it must end before a question mark or number sign"
	}
	authority, _, _ := strings.Cut(rest, "/")
	if strings.Contains(authority, "@") {
		return nil, "it must hold no user name and no password"
	}
	if fault := portFault(authority); fault != "" {
		return nil, fault
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, "its host name or path has a character that no address has"
	}
	if u.Hostname() == "" {
		return nil, "it has no host name"
	}
	// What was written with percent signs.
	if fault := textFault(u.Hostname() + u.Path); fault != "" {
		return nil, fault
	}
	return u, ""
}

// textFault returns the first character that a user cannot see in an address, or another fault of its text, or "".
func textFault(text string) string {
	if len(text) > addressLimit {
		return fmt.Sprintf("it has more than %d characters", addressLimit)
	}
	if !utf8.ValidString(text) {
		return "it is not text in UTF-8"
	}
	place := 0
	for _, c := range text {
		place++
		switch {
		case c == ' ':
			return fmt.Sprintf("it has a blank as character %d", place)
		case invisible(c):
			return fmt.Sprintf("character %d (U+%04X) cannot be seen; type the address instead of pasting it", place, c)
		}
	}
	return ""
}

// invisible reports whether nothing shows where c is: controls, zero-width and bidirectional marks, unusual blanks.
func invisible(c rune) bool {
	const brailleBlank = '\u2800'
	return !unicode.IsGraphic(c) || c != ' ' && unicode.IsSpace(c) || c == brailleBlank ||
		unicode.In(c, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// portFault returns why the port after a host is invalid, or "".
func portFault(authority string) string {
	colon := strings.LastIndexByte(authority, ':')
	if colon < 0 || strings.HasSuffix(authority, "]") {
		return ""
	}
	port := authority[colon+1:]
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || strings.Trim(port, "0123456789") != "" {
		return fmt.Sprintf("its port is %q and must be a number from 1 to 65535", port)
	}
	return ""
}
