package mail

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const maxName = 80

// clean returns a name as a mail may contain it: on one line, short, and without text that a mail program turns into a
// link.
func clean(name string) string { return short(unlinked(oneLine(name))) }

// short shortens a text to the length of a name.
func short(name string) string {
	if runes := []rune(name); len(runes) > maxName {
		name = strings.TrimSpace(string(runes[:maxName-1])) + "\u2026"
	}
	return name
}

// domainDot matches a dot between what a mail program takes for the labels of a host name.
var domainDot = regexp.MustCompile("([\\p{L}\\p{N}-])[.\u3002\uff0e\uff61](\\p{L}{2,})")

// unlinked removes URLs, and the dots of what looks like a host name.
func unlinked(line string) string {
	words := slices.DeleteFunc(strings.Fields(line), func(word string) bool {
		return strings.Contains(word, "://") || strings.HasPrefix(strings.ToLower(word), "mailto:")
	})
	line = strings.Join(words, " ")
	for domainDot.MatchString(line) {
		line = domainDot.ReplaceAllString(line, "$1 $2")
	}
	return line
}

// oneLine removes line breaks, characters that change the direction of the text, and invisible ones.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.Join(strings.Fields(text), " ")
}

// isolated puts a right-to-left name between isolate marks, so that it does not reorder the text around it.
func isolated(name string) string {
	for _, r := range name {
		if unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return "\u2068" + name + "\u2069"
		}
	}
	return name
}
