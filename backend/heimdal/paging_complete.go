package heimdal

// settled returns an error if something in the last page of an answer cannot be accounted for.
func (p *pageState) checkComplete(a *envelope) error {
	s, h := a.metadata, a.headerMetadata
	total := p.Total
	if h.total != nil {
		if n := *h.total; n != p.Elements && n != p.Elements-p.OwnElements && n != p.Emitted {
			return incompletef("The answer says there are %d customers (%s), but %d came.", n,
				shownName(h.sources[signTotal], a.secret), p.Elements)
		}
		total = h.total
	}
	switch {
	case s.previous != "" && p.Pages == 1:
		return a.unaccounted(s.previous, "The answer says that other customers come before its first page (%s).",
			shownName(s.previous, a.secret))
	case s.pages != nil && *s.pages > p.Pages && p.Total != nil:
		return a.unaccounted(s.sources[signPages],
			"All %d customers have come, and yet the answer says that there are %d pages, of which %d came.", *p.Total, *s.pages, p.Pages)
	case s.number != nil && *s.number > 1 && p.Pages == 1 && p.Total == nil:
		return a.unaccounted(s.sources[signNumber], "The answer calls itself page %d, and no page before it came.", *s.number)
	case s.isNumberedOnly() && p.Pages == 1 && total == nil && h.pages == nil && !h.isEnd:
		return a.unaccounted(s.sources[signNumber], "The answer calls itself page %d and does not say whether others follow.", *s.number)
	case s.undetermined != "" && total == nil:
		return a.unaccounted(s.undetermined,
			"The answer does not say how many customers there are, or whether these are all, where it should (%s).",
			shownName(s.undetermined, a.secret))
	}
	for _, one := range []metadata{s, h} {
		if last := one.lastPage; last.value != nil && p.isBeyond(last) {
			return a.unaccounted(last.name, "The answer says that its last page is another (%s).", shownName(last.name, a.secret))
		}
	}
	return p.checkHeaders(a, total != nil)
}

// settledHeaders is settled for the headers; counted says that the number of customers is known.
func (p *pageState) checkHeaders(a *envelope, counted bool) error {
	s, h := a.metadata, a.headerMetadata
	switch {
	case h.follows != "":
		return a.unaccounted(h.follows, "The answer says that more customers follow (%s).", shownName(h.follows, a.secret))
	case h.unknown != "":
		return a.unaccounted(h.unknown, "The answer goes on in a way that the portal does not know (%q).", shownName(h.unknown, a.secret))
	case h.previous != "" && p.Pages == 1:
		return a.unaccounted(h.previous, "The answer says that other customers come before its first page (%s).",
			shownName(h.previous, a.secret))
	case h.pages != nil && *h.pages > p.Pages:
		return a.unaccounted(h.sources[signPages], "The answer says that there are %d pages (%s), but %d came.", *h.pages,
			shownName(h.sources[signPages], a.secret), p.Pages)
	case counted:
		return nil
	case h.undetermined != "":
		return a.unaccounted(h.undetermined,
			"The answer does not say how many customers there are, or whether these are all, where it should (%s).",
			shownName(h.undetermined, a.secret))
	case h.number != nil && *h.number > 1 && p.Pages == 1:
		return a.unaccounted(h.sources[signNumber], "The answer calls itself page %d, and no page before it came.", *h.number)
	case h.isNumberedOnly() && p.Pages == 1 && s.pages == nil && !s.isEnd:
		return a.unaccounted(h.sources[signNumber], "The answer calls itself page %d and does not say whether others follow.", *h.number)
	case h.isFullPage(a.elements) && !h.isEnd && !s.isEnd && h.pages == nil && s.pages == nil && s.size == nil:
		return a.unaccounted(h.sources[signSize],
			"The answer is a full page of %d customers and does not say whether more follow.", a.elements)
	}
	return nil
}

// beyond reports whether an address of the last page leads to one that was not read.
func (p *pageState) isBeyond(last metaField) bool {
	link, _ := last.link()
	return pageIn(link) > max(p.Pages, p.Number) || offsetIn(link) >= max(1, p.Elements)
}

// unaccounted returns the error for pages that do not form a whole list. It names the sign that led to this page, unless
// that was a total.
func (p *pageState) unaccounted(a *envelope, format string, args ...any) error {
	if p.Sign == "" || p.Total != nil {
		return incompletef(format, args...)
	}
	return a.unaccounted(p.Sign, format, args...)
}
