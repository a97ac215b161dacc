package heimdal

// checkComplete returns an error if the last page has a sign that customers are missing.
func (p *pageState) checkComplete(e *envelope) error {
	s, h := e.metadata, e.headerMetadata
	total := p.Total
	if h.total != nil {
		if n := *h.total; n != p.Elements && n != p.Elements-p.OwnElements && n != p.Emitted {
			return incompletef("The response says there are %d customers (%s), but %d were received.", n,
				shownName(h.sources[signTotal], e.secret), p.Elements)
		}
		total = h.total
	}
	switch {
	case s.previous != "" && p.Pages == 1:
		return e.unaccounted(s.previous, "The response says that other customers come before its first page (%s).",
			shownName(s.previous, e.secret))
	case s.pages != nil && *s.pages > p.Pages && p.Total != nil:
		return e.unaccounted(s.sources[signPages],
			"All %d customers were received, but the response says that there are %d pages, of which %d were received.",
			*p.Total, *s.pages, p.Pages)
	case s.number != nil && *s.number > 1 && p.Pages == 1 && p.Total == nil:
		return e.unaccounted(s.sources[signNumber], "The response calls itself page %d, and no page before it was received.", *s.number)
	case s.isNumberedOnly() && p.Pages == 1 && total == nil && h.pages == nil && !h.isEnd:
		return e.unaccounted(s.sources[signNumber], "The response calls itself page %d and does not say whether others follow.", *s.number)
	case s.undetermined != "" && total == nil:
		return e.unaccounted(s.undetermined,
			"The response does not say how many customers there are, or whether these are all, where it should (%s).",
			shownName(s.undetermined, e.secret))
	}
	for _, one := range []metadata{s, h} {
		if last := one.lastPage; last.value != nil && p.isBeyond(last) {
			return e.unaccounted(last.name, "The response says that its last page is another (%s).", shownName(last.name, e.secret))
		}
	}
	return p.checkHeaders(e, total != nil)
}

// checkHeaders is checkComplete for the headers; counted is set where the number of customers is known.
func (p *pageState) checkHeaders(e *envelope, counted bool) error {
	s, h := e.metadata, e.headerMetadata
	switch {
	case h.follows != "":
		return e.unaccounted(h.follows, "The response says that more customers follow (%s).", shownName(h.follows, e.secret))
	case h.unknown != "":
		return e.unaccounted(h.unknown, "The response goes on in a way that the portal does not know (%q).", shownName(h.unknown, e.secret))
	case h.previous != "" && p.Pages == 1:
		return e.unaccounted(h.previous, "The response says that other customers come before its first page (%s).",
			shownName(h.previous, e.secret))
	case h.pages != nil && *h.pages > p.Pages:
		return e.unaccounted(h.sources[signPages], "The response says that there are %d pages (%s), but %d were received.", *h.pages,
			shownName(h.sources[signPages], e.secret), p.Pages)
	case counted:
		return nil
	case h.undetermined != "":
		return e.unaccounted(h.undetermined,
			"The response does not say how many customers there are, or whether these are all, where it should (%s).",
			shownName(h.undetermined, e.secret))
	case h.number != nil && *h.number > 1 && p.Pages == 1:
		return e.unaccounted(h.sources[signNumber], "The response calls itself page %d, and no page before it was received.", *h.number)
	case h.isNumberedOnly() && p.Pages == 1 && s.pages == nil && !s.isEnd:
		return e.unaccounted(h.sources[signNumber], "The response calls itself page %d and does not say whether others follow.", *h.number)
	case h.isFullPage(e.elements) && !h.isEnd && !s.isEnd && h.pages == nil && s.pages == nil && s.size == nil:
		return e.unaccounted(h.sources[signSize],
			"The response is a full page of %d customers and does not say whether more follow.", e.elements)
	}
	return nil
}

// isBeyond reports whether the link to the last page leads to one that was not read.
func (p *pageState) isBeyond(last metaField) bool {
	link, _ := last.link()
	return pageIn(link) > max(p.Pages, p.Number) || offsetIn(link) >= max(1, p.Elements)
}

// unaccounted returns the error for pages that are not one complete list. It names the sign that led to this page,
// unless that was a total.
func (p *pageState) unaccounted(e *envelope, format string, args ...any) error {
	if p.Sign == "" || p.Total != nil {
		return incompletef(format, args...)
	}
	return e.unaccounted(p.Sign, format, args...)
}
