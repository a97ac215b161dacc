package heimdal

import (
	"regexp"
	"strings"
)

// webLink is one link of a Link header (RFC 8288).
type webLink struct {
	target    string
	relations []string // in lower case
}

// parseLinks reads a Link header's value. Of what cannot be read to its end only that it
// leads to a next page is kept.
func parseLinks(value string) []webLink {
	var links []webLink
	for rest := value; ; {
		rest = strings.TrimLeft(rest, " \t,")
		if rest == "" {
			return links
		}
		target, after, closed := strings.Cut(rest[1:], ">")
		if rest[0] != '<' || !closed {
			return append(links, looseLinks(rest)...)
		}
		var link webLink
		link, rest = linkParameters(after)
		link.target = strings.TrimSpace(target)
		links = append(links, link)
	}
}

// looseNext finds the relation in a link that is not written as one, as in "/customers?page=2; rel=next".
var looseNext = regexp.MustCompile(`(?i)\brel\s*=\s*(?:next\b|"[^"]*\bnext\b|'[^']*\bnext\b)`)

// looseLinks returns a link to a next page, without its address, where text has one in any form.
func looseLinks(text string) []webLink {
	if !looseNext.MatchString(text) {
		return nil
	}
	return []webLink{{relations: []string{"next"}}}
}

// linkParameters reads the parameters after a link's target, and returns what follows the link. Of several rel the first
// counts; rev names the relation the other way round.
func linkParameters(rest string) (link webLink, after string) {
	seen := false
	for {
		rest = strings.TrimLeft(rest, " \t")
		if rest == "" || rest[0] != ';' {
			return link, rest
		}
		var name, value string
		name, value, rest = linkParameter(strings.TrimLeft(rest[1:], " \t;"))
		switch {
		case (name == "rel" || name == "rel*") && !seen:
			seen = true
			link.relations = append(link.relations, relationsIn(value)...)
		case name == "rev":
			for _, relation := range relationsIn(value) {
				if relation == "prev" || relation == "previous" {
					link.relations = append(link.relations, "next")
				}
			}
		}
	}
}

// linkParameter reads one parameter: a name, and after "=" a token or a quoted string.
func linkParameter(text string) (name, value, rest string) {
	end := strings.IndexAny(text, "=;,")
	if end < 0 {
		return strings.ToLower(strings.TrimSpace(text)), "", ""
	}
	name = strings.ToLower(strings.TrimSpace(text[:end]))
	if text[end] != '=' {
		return name, "", text[end:]
	}
	text = strings.TrimLeft(text[end+1:], " \t")
	if text != "" && (text[0] == '"' || text[0] == '\'') {
		value, rest = quotedValue(text)
		return name, value, rest
	}
	if end = strings.IndexAny(text, ";,"); end < 0 {
		end = len(text)
	}
	return name, strings.TrimSpace(text[:end]), text[end:]
}

// quotedValue reads a quoted string that text begins with, and returns what follows it.
func quotedValue(text string) (value, rest string) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		case text[i] == text[0]:
			return b.String(), text[i+1:]
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String(), ""
}

// relationsIn splits a list of relation types. Of one that is an address the last part counts, and of an extended value
// (UTF-8”next) what follows the language.
func relationsIn(value string) []string {
	relations := strings.Fields(strings.ToLower(value))
	for i, relation := range relations {
		if at := strings.LastIndexAny(relation, "/#'"); at >= 0 {
			relations[i] = relation[at+1:]
		}
	}
	return relations
}
