package heimdal

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// clue is a member or a header of an answer, beside its customers.
type clue struct {
	// name is what an admin sees and can declare harmless: as sent, inside an object with its path ("meta.total"), of a
	// header with that word in front ("header X-Total-Count").
	name  string
	plain string
	means listSign
	value []byte
	// inner: it is in an object that need not be about the list; echoed: in one that repeats the question.
	inner, echoed bool
}

const (
	// depth is how deep objects beside a list are looked into, mostClues how many members of them at most.
	depth     = 3
	mostClues = 2000
	// longestSign is how much of a name is shown and can be declared harmless.
	longestSign = 100
)

// members are the members of an object that is well-formed JSON.
func members(raw []byte, path string, inner, echoed bool) []clue {
	var found []clue
	_ = eachMember(raw, func(quoted, value []byte) error {
		if len(found) == mostClues {
			return errHeavy
		}
		name, _ := unquote(quoted)
		plain := plainName(name)
		found = append(found, clue{name: path + name, plain: plain, means: signOf(plain), value: value, inner: inner, echoed: echoed})
		return nil
	})
	return found
}

// cluesIn are the members of the object around a list, and those of the objects in it.
func cluesIn(raw []byte) []clue {
	all := members(raw, "", false, false)
	for i, level := 0, 0; level < depth && i < len(all); level++ {
		for end := len(all); i < end && len(all) < mostClues; i++ {
			all = append(all, all[i].inside()...)
		}
	}
	return all
}

// inside are the members of an object that c is, or the links of a list of them; none of a link, which is one itself.
func (c clue) inside() []clue {
	echoed := c.echoed || echoes[c.plain] != signNothing
	switch {
	case c.has("ratelimit", "quota", "throttl"):
		return nil // figures about calls
	case c.value[0] == '{' && c.means != signNext:
		return members(c.value, c.name+".", c.inner || aboutPages[strings.TrimLeft(c.plain, "_")] == signNothing, echoed)
	case c.value[0] == '[' && strings.HasSuffix(c.plain, "links"):
		return c.links()
	case c.value[0] == '[' && aboutPages[c.plain] != signNothing:
		var all []clue
		eachElement(c.value, func(element []byte) {
			if element[0] == '{' {
				all = append(all, members(element, c.name+".", c.inner, echoed)...)
			}
		})
		return all
	}
	return nil
}

// links are the links to other pages in a list of objects with rel and href.
func (c clue) links() []clue {
	var found []clue
	s := overWhole(c.value[1:])
	_ = s.list(']', func() error {
		element, err := s.pass()
		if err != nil {
			return err
		}
		var rel string
		address := []byte("true")
		_ = eachMember(element, func(quoted, value []byte) error {
			name, _ := unquote(quoted)
			text, _ := readText(value)
			switch plainName(name) {
			case "rel", "relation":
				rel = strings.ToLower(text)
			case "href", "url", "uri", "link":
				address = value
			}
			return nil
		})
		for _, relation := range strings.Fields(rel) {
			if relation == "next" || relation == "last" {
				found = append(found, clue{name: c.name + "." + relation, plain: relation, means: signOf(relation), value: address})
			}
		}
		return nil
	})
	return found
}

// cluesOf are the headers of an answer that are in one of the tables, and the members of those that hold JSON.
func cluesOf(headers ...http.Header) []clue {
	var all []clue
	for _, header := range headers {
		for name, values := range header {
			for _, value := range values {
				all = append(all, headerClues(name, strings.TrimSpace(value))...)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b clue) int { return strings.Compare(a.name, b.name) })
	return all
}

func headerClues(name, value string) []clue {
	c := clue{name: "header " + http.CanonicalHeaderKey(name), plain: plainName(name), value: headerValue(value)}
	if c.plain == "link" || c.plain == "links" || c.plain == "xlink" || c.plain == "xlinks" {
		return c.relations(value)
	}
	if pairs := c.pairs(value); len(pairs) > 0 {
		return pairs
	}
	if c.value[0] == '{' {
		all := cluesIn(c.value)
		if aboutPages[strings.TrimPrefix(c.plain, "x")] == signNothing {
			all = slices.DeleteFunc(all, func(one clue) bool { return one.means == signNothing })
		}
		for i := range all {
			all[i].name = c.name + " " + all[i].name
			all[i].inner = false
		}
		return all
	}
	if c.means = headerSign(name); c.means == signNothing || c.ofRate() {
		return nil
	}
	return []clue{c}
}

// headerSign is signOf for a header's name, with any unknown words in front of a sign of two words or more, as in
// X-Acme-Total-Count. Those of a page's number and size are too common for that.
func headerSign(name string) listSign {
	means := signOf(plainName(name))
	for rest := strings.ToLower(name); means == signNothing; {
		_, after, more := strings.Cut(rest, "-")
		if !more || !strings.Contains(after, "-") {
			return signNothing
		}
		switch rest = after; signOf(plainName(rest)) {
		case signMore, signNext, signToken, signLast, signTotal, signPages:
			means = signOf(plainName(rest))
		}
	}
	return means
}

// pairs are the figures of a header about pages that is written as "page=1; total=100".
func (c clue) pairs(value string) []clue {
	if about := strings.TrimPrefix(c.plain, "x"); aboutPages[about] == signNothing || !strings.Contains(value, "=") {
		return nil
	}
	var found []clue
	for _, pair := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(",;&", r) }) {
		name, text, isPair := strings.Cut(strings.TrimSpace(pair), "=")
		if !isPair {
			return nil
		}
		plain := plainName(name)
		found = append(found, clue{name: c.name + " " + name, plain: plain, means: signOf(plain), value: headerValue(strings.Trim(text, `" `))})
	}
	return found
}

// ofRate reports whether a header may count calls, not customers, as in X-Api-Limit and X-Remaining.
func (c clue) ofRate() bool {
	if c.has("ratelimit", "quota", "throttl") {
		return true
	}
	return (strings.HasSuffix(c.plain, "limit") || strings.HasSuffix(c.plain, "remaining")) && !c.has("pag", "result", "record")
}

// headerValue is a header's text as JSON: an object, a number or a word as it is, anything else quoted.
func headerValue(text string) []byte {
	if text != "" && text[0] != '"' && text[0] != '[' && json.Valid([]byte(text)) {
		return []byte(text)
	}
	return quote(text)
}

func quote(text string) []byte {
	quoted, _ := json.Marshal(text) // there is no text that cannot be quoted
	return quoted
}

// relations are the links of a Link header to other pages.
func (c clue) relations(value string) []clue {
	var found []clue
	for _, link := range parseLinks(value) {
		for _, relation := range link.relations {
			if relation == "next" || relation == "last" {
				found = append(found, clue{name: c.name, plain: relation, means: signOf(relation), value: quote(cmp.Or(link.target, "true"))})
			}
		}
	}
	return found
}

// number reads a figure: a number, or an object that holds a single one.
func (c clue) number() (int64, bool) {
	if c.value[0] != '{' {
		return readCount(c.value)
	}
	var found []int64
	exact := true
	_ = eachMember(c.value, func(name, value []byte) error {
		if text, _ := readText(value); string(name) == `"relation"` && !strings.EqualFold(text, "eq") {
			exact = false // "gte": at least so many
		}
		if n, ok := readCount(value); ok {
			found = append(found, n)
		}
		return nil
	})
	if c.means != signTotal || len(found) != 1 || !exact {
		return 0, false
	}
	return found[0], true
}

// is reports whether a value says yes or no: that it says the one that is asked for.
func (c clue) is(yes bool) bool {
	text, _ := readText(c.value)
	switch strings.ToLower(text) {
	case "true", "yes", "y", "1", "on", "ok":
		return yes
	case "false", "no", "n", "0", "off":
		return !yes
	}
	return string(c.value) == strconv.FormatBool(yes)
}

// truthy reports whether a value is anything but nothing, no or zero.
func (c clue) truthy() bool {
	switch string(c.value) {
	case "null", "false", "0", `""`, "[]", "{}":
		return false
	}
	if c.value[0] != '"' {
		return !c.is(false)
	}
	text, ok := readText(c.value)
	return ok && !c.is(false) && !strings.EqualFold(text, "none")
}

// link returns the address that c is or holds.
func (c clue) link() (string, bool) {
	if text, ok := readText(c.value); ok && c.value[0] == '"' {
		return text, !c.is(true) && !strings.EqualFold(text, "none")
	}
	address := ""
	if c.value[0] == '{' {
		_ = eachMember(c.value, func(name, value []byte) error {
			if text, ok := readText(value); ok && value[0] == '"' && string(name) == `"href"` {
				address = text
			}
			return nil
		})
	}
	return address, address != ""
}
