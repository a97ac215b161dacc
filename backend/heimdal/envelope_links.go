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

// parseLinks parses the value of a Link header. Of a link that is malformed it only keeps whether it leads to a next
// page.
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

// looseNext matches the relation in a malformed link, as in "/customers?page=2; rel=next".
var looseNext = regexp.MustCompile(`(?i)\brel\s*=\s*(?:next\b|"[^"]*\bnext\b|'[^']*\bnext\b)`)

// looseLinks returns a link to a next page, without its address, if the text has one in any form.
func looseLinks(text string) []webLink {
	if !looseNext.MatchString(text) {
		return nil
	}
	return []webLink{{relations: []string{"next"}}}
}

// linkParameters parses the parameters after a link's target and returns the text after the link. Of several rel the
// first counts; rev is the reverse relation.
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

// linkParameter parses one parameter: a name, and after "=" a token or a quoted string.
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

// quotedValue parses the quoted string at the beginning of text and returns what follows it.
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

// relationsIn splits a list of relation types. Of an address it returns the last part, and of an extended value
// (UTF-8'en'next) the part after the language.
func relationsIn(value string) []string {
	relations := strings.Fields(strings.ToLower(value))
	for i, relation := range relations {
		if at := strings.LastIndexAny(relation, "/#'"); at >= 0 {
			relations[i] = relation[at+1:]
		}
	}
	return relations
}
