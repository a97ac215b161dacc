package mail

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const maxName = 80

// clean is a name as a mail may hold it: in one line, short, and nothing that a mail program makes a link of.
func clean(name string) string { return short(unlinked(oneLine(name))) }

// short cuts a line to a name's length.
func short(name string) string {
	if runes := []rune(name); len(runes) > maxName {
		name = strings.TrimSpace(string(runes[:maxName-1])) + "\u2026"
	}
	return name
}

// domainDot is a dot between what a mail program takes for the parts of a host's name.
var domainDot = regexp.MustCompile("([\\p{L}\\p{N}-])[.\u3002\uff0e\uff61](\\p{L}{2,})")

// unlinked takes out addresses, and the dots of what looks like the name of a host.
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

// oneLine takes out line breaks, marks that turn the text around, and invisible ones.
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

// isolated keeps a name that is written from right to left from reordering what stands around it.
func isolated(name string) string {
	for _, r := range name {
		if unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return "\u2068" + name + "\u2069"
		}
	}
	return name
}
