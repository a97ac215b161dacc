package heimdal

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// metaFieldsOfHeaders returns the headers with a sign, and the members of those that hold JSON.
func metaFieldsOfHeaders(headers ...http.Header) []metaField {
	var all []metaField
	for _, header := range headers {
		for name, values := range header {
			for _, value := range values {
				all = append(all, metaFieldsOfHeader(name, strings.TrimSpace(value))...)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b metaField) int { return strings.Compare(a.name, b.name) })
	return all
}

func metaFieldsOfHeader(name, value string) []metaField {
	c := metaField{name: "header " + http.CanonicalHeaderKey(name), plain: plainName(name), value: headerValue(value)}
	if c.plain == "link" || c.plain == "links" || c.plain == "xlink" || c.plain == "xlinks" {
		return c.linkRelations(value)
	}
	if pairs := c.headerPairs(value); len(pairs) > 0 {
		return pairs
	}
	if c.value[0] == '{' {
		all := metaFieldsIn(c.value)
		if paginationObjects[strings.TrimPrefix(c.plain, "x")] == noSign {
			all = slices.DeleteFunc(all, func(one metaField) bool { return one.sign == noSign })
		}
		for i := range all {
			all[i].name = c.name + " " + all[i].name
			all[i].nested = false
		}
		return all
	}
	if c.sign = headerSign(name); c.sign == noSign || c.isAboutRate() {
		return nil
	}
	return []metaField{c}
}

// headerSign is signOf for the name of a header, which may have unknown words before a sign of two words or more, as
// in X-Acme-Total-Count. The names of a page's number and size are too common for that.
func headerSign(name string) sign {
	attr := signOf(plainName(name))
	for rest := strings.ToLower(name); attr == noSign; {
		_, after, more := strings.Cut(rest, "-")
		if !more || !strings.Contains(after, "-") {
			return noSign
		}
		switch rest = after; signOf(plainName(rest)) {
		case signMore, signNext, signToken, signIsLast, signTotal, signPages:
			attr = signOf(plainName(rest))
		}
	}
	return attr
}

// headerPairs returns the fields of a pagination header that is written as "page=1; total=100".
func (f metaField) headerPairs(value string) []metaField {
	if about := strings.TrimPrefix(f.plain, "x"); paginationObjects[about] == noSign || !strings.Contains(value, "=") {
		return nil
	}
	var found []metaField
	for _, pair := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(",;&", r) }) {
		name, text, isPair := strings.Cut(strings.TrimSpace(pair), "=")
		if !isPair {
			return nil
		}
		plain := plainName(name)
		found = append(found, metaField{
			name: f.name + " " + name, plain: plain, sign: signOf(plain), value: headerValue(strings.Trim(text, `" `)),
		})
	}
	return found
}

// isAboutRate reports whether a header may count calls rather than customers, as X-Api-Limit and X-Remaining do.
func (f metaField) isAboutRate() bool {
	if f.nameContains("ratelimit", "quota", "throttl") {
		return true
	}
	return (strings.HasSuffix(f.plain, "limit") || strings.HasSuffix(f.plain, "remaining")) && !f.nameContains("pag", "result", "record")
}

// headerValue returns a header's text as JSON: an object, a number or a literal as it is, anything else quoted.
func headerValue(text string) []byte {
	if text != "" && text[0] != '"' && text[0] != '[' && json.Valid([]byte(text)) {
		return []byte(text)
	}
	return quote(text)
}

func quote(text string) []byte {
	quoted, _ := json.Marshal(text) // any text can be quoted
	return quoted
}

// linkRelations returns the links of a Link header to other pages.
func (f metaField) linkRelations(value string) []metaField {
	var found []metaField
	for _, link := range parseLinks(value) {
		for _, relation := range link.relations {
			if relation == "next" || relation == "last" {
				found = append(found, metaField{
					name: f.name, plain: relation, sign: signOf(relation), value: quote(cmp.Or(link.target, "true")),
				})
			}
		}
	}
	return found
}
