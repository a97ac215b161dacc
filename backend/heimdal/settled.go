package heimdal

import (
	"slices"
	"strings"
)

// settled returns an error if something in the last page of an answer cannot be accounted for.
func (p *page) settled(a *answer) error {
	s, h := a.said, a.headers
	total := p.Total
	if h.total != nil {
		if n := *h.total; n != p.Elements && n != p.Elements-p.Own && n != p.Handed {
			return incompletef("The answer says there are %d customers (%s), but %d came.", n,
				shownName(h.names[signTotal], a.secret), p.Elements)
		}
		total = h.total
	}
	switch {
	case s.earlier != "" && p.Asked == 1:
		return a.unaccounted(s.earlier, "The answer says that other customers come before its first page (%s).",
			shownName(s.earlier, a.secret))
	case s.pages != nil && *s.pages > p.Asked && p.Total != nil:
		return a.unaccounted(s.names[signPages],
			"All %d customers have come, and yet the answer says that there are %d pages, of which %d came.", *p.Total, *s.pages, p.Asked)
	case s.number != nil && *s.number > 1 && p.Asked == 1 && p.Total == nil:
		return a.unaccounted(s.names[signNumber], "The answer calls itself page %d, and no page before it came.", *s.number)
	case s.numbered() && p.Asked == 1 && total == nil && h.pages == nil && !h.ends:
		return a.unaccounted(s.names[signNumber], "The answer calls itself page %d and does not say whether others follow.", *s.number)
	case s.doubt != "" && total == nil:
		return a.unaccounted(s.doubt,
			"The answer does not say how many customers there are, or whether these are all, where it should (%s).",
			shownName(s.doubt, a.secret))
	}
	for _, one := range []said{s, h} {
		if last := one.lastLink; last.value != nil && p.beyond(last) {
			return a.unaccounted(last.name, "The answer says that its last page is another (%s).", shownName(last.name, a.secret))
		}
	}
	return p.settledHeaders(a, total != nil)
}

// settledHeaders is settled for the headers; counted says that the number of customers is known.
func (p *page) settledHeaders(a *answer, counted bool) error {
	s, h := a.said, a.headers
	switch {
	case h.follows != "":
		return a.unaccounted(h.follows, "The answer says that more customers follow (%s).", shownName(h.follows, a.secret))
	case h.unknown != "":
		return a.unaccounted(h.unknown, "The answer goes on in a way that the portal does not know (%q).", shownName(h.unknown, a.secret))
	case h.earlier != "" && p.Asked == 1:
		return a.unaccounted(h.earlier, "The answer says that other customers come before its first page (%s).",
			shownName(h.earlier, a.secret))
	case h.pages != nil && *h.pages > p.Asked:
		return a.unaccounted(h.names[signPages], "The answer says that there are %d pages (%s), but %d came.", *h.pages,
			shownName(h.names[signPages], a.secret), p.Asked)
	case counted:
		return nil
	case h.doubt != "":
		return a.unaccounted(h.doubt,
			"The answer does not say how many customers there are, or whether these are all, where it should (%s).",
			shownName(h.doubt, a.secret))
	case h.number != nil && *h.number > 1 && p.Asked == 1:
		return a.unaccounted(h.names[signNumber], "The answer calls itself page %d, and no page before it came.", *h.number)
	case h.numbered() && p.Asked == 1 && s.pages == nil && !s.ends:
		return a.unaccounted(h.names[signNumber], "The answer calls itself page %d and does not say whether others follow.", *h.number)
	case h.full(a.elements) && !h.ends && !s.ends && h.pages == nil && s.pages == nil && s.size == nil:
		return a.unaccounted(h.names[signSize],
			"The answer is a full page of %d customers and does not say whether more follow.", a.elements)
	}
	return nil
}

// beyond reports whether an address of the last page leads to one that was not read.
func (p *page) beyond(last clue) bool {
	link, _ := last.link()
	return pageIn(link) > max(p.Asked, p.Number) || offsetIn(link) >= max(1, p.Elements)
}

// unaccounted returns the error for an answer that counts as incomplete because of a sign in it.
func (a *answer) unaccounted(sign, format string, args ...any) error {
	return signErrorf(sign, a.secret, format, args...)
}

// unaccounted returns the error for pages that do not form a whole list. It names the sign that led to this page, unless
// that was a total.
func (p *page) unaccounted(a *answer, format string, args ...any) error {
	if p.Sign == "" || p.Total != nil {
		return incompletef(format, args...)
	}
	return a.unaccounted(p.Sign, format, args...)
}

// holdsMore keeps the members of a customer with nested customers that say that it has more of them. Most members are
// about the customer itself, so only unmistakable names count, but for those about the pages of the customers in it.
func (a *answer) holdsMore(c *part) {
	came := a.handed - c.before
	for _, one := range members(c.own, "", false, false) {
		if one.ofHeld(came) {
			a.keepOpen(one)
		}
		if !one.pagesHeld() {
			continue
		}
		for _, inner := range one.inside() {
			if inner.ofPage(came) {
				a.keepOpen(inner)
			}
		}
	}
	for _, one := range c.around {
		if one.ofPage(came) {
			a.keepOpen(one)
		}
	}
}

func (a *answer) keepOpen(one clue) {
	if len(a.open) < mostClues {
		a.open = append(a.open, one)
	}
}

// pagesHeld reports whether c, a member of a customer, is about the pages of the customers in it.
func (c clue) pagesHeld() bool {
	return c.value[0] == '{' && (c.has("paging", "pagination", "pageinfo") || strings.HasSuffix(c.plain, "links") ||
		strings.HasSuffix(c.plain, "page"))
}

// ofPage reports whether c, which is about the customers in a customer, says that there are more than the ones that came.
func (c clue) ofPage(came int64) bool {
	switch c.means {
	case signMore, signNext, signToken:
		return c.truthy()
	case signLast, signLastPage, signWhole:
		return c.is(false)
	case signTotal:
		n, ok := c.number()
		return ok && n > came
	}
	return false
}

// ofHeld reports whether c, a member of a customer, says that there are more customers in it than the ones that came.
func (c clue) ofHeld(came int64) bool {
	switch c.means {
	case signMore, signNext:
		return c.truthy() && c.has("more", "hasnext", "nextpage", "nextlink", "nexturl", "truncated")
	case signLast, signLastPage:
		return c.is(false) && c.has("lastpage", "islast", "list", "results", "nomore")
	case signToken:
		return c.truthy() && c.has("next", "continuation")
	case signTotal:
		n, ok := readCount(c.value)
		return ok && n > came && c.has("count", "customers", "clients", "items", "records", "results")
	}
	return false
}

func (c clue) has(parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(c.plain, part) })
}
