package heimdal

import (
	"cmp"
	"net/url"
	"strconv"

	"fs-client-portal/backend/portal"
)

// page is what is remembered of the pages of one list from call to call. The zero page is the first.
type pageState struct {
	Number        int64  `json:"number,omitempty"` // of the page that is asked for; 0: the first, without asking for pages
	Size          int64  `json:"size,omitempty"`
	Link          string `json:"link,omitempty"` // where it is, if the one before said so
	Total         *int64 `json:"total,omitempty"`
	Elements      int64  `json:"elements,omitempty"` // of the pages so far
	Emitted       int64  `json:"handed,omitempty"`
	Pages         int64  `json:"asked,omitempty"` // pages so far
	OwnElements   int64  `json:"own,omitempty"`   // how many of them are the account that was asked about
	AfterFullPage bool   `json:"full,omitempty"`  // nothing but that the page before was full says that this one follows
	// The first customers of the first page, of the last, and of one that is moved on ever more rarely: whatever goes
	// round in circles comes by one of them.
	First      string `json:"first,omitempty"`
	Last       string `json:"last,omitempty"`
	Checkpoint string `json:"mark,omitempty"`
	// Sign is what says that this page follows, if that is not a total.
	Sign string `json:"sign,omitempty"`
}

// query puts the question for this page.
func (p *pageState) url(address *url.URL, secret string) (*url.URL, error) {
	if p.Link != "" {
		return resolveLink(address, p.Link, secret)
	}
	asked := *address
	if p.Number > 0 {
		values := asked.Query()
		values.Set("pageNumber", strconv.FormatInt(p.Number, 10))
		values.Set("pageSize", strconv.FormatInt(p.Size, 10))
		asked.RawQuery = values.Encode()
	}
	return &asked, nil
}

// follow answers where a link leads, if that is the same host.
func resolveLink(address *url.URL, link, secret string) (*url.URL, error) {
	next, err := address.Parse(link)
	if err != nil || len(link) > 4096 || next.User != nil {
		return nil, errorf(portal.Incomplete, "The answer says that more customers follow, at an address that is none. Tell Heimdal's support.")
	}
	if next.Scheme != address.Scheme || next.Host != address.Host {
		return nil, errorf(portal.Redirected, "The answer says that more customers follow at %s. The key was not sent there. Check the base URL.", redact(next.Host, secret))
	}
	next.Fragment = ""
	return next, nil
}

// after takes note of an answer that was this page; more reports whether p is now another that is to be asked for. The
// error is why the pages do not make one list.
func (p *pageState) add(a *envelope) (more bool, err error) {
	if p.AfterFullPage && a.listed && a.elements == 0 {
		p.Pages++
		return false, p.checkComplete(a)
	}
	if err := p.checkSequence(a); err != nil {
		return false, err
	}
	p.Pages++
	p.Elements += a.elements
	p.Emitted += a.emitted
	p.OwnElements += a.ownElements
	if a.metadata.total != nil {
		p.Total = a.metadata.total
	}
	if p.Pages == 1 {
		p.First, p.Checkpoint = a.firstID, a.firstID
		p.Size = a.elements
		if a.metadata.size != nil && *a.metadata.size > 0 {
			p.Size = *a.metadata.size
		}
	}
	if p.Pages&(p.Pages-1) == 0 {
		p.Checkpoint = a.firstID
	}
	p.Last = a.firstID
	if more, err := p.advance(a); more || err != nil {
		return more, err
	}
	return false, p.checkComplete(a)
}

// repeats refuses a later page that is not the one asked for.
func (p *pageState) checkSequence(a *envelope) error {
	switch {
	case p.Pages == 0:
		return nil
	case !a.listed:
		return p.unaccounted(a, "Page %d of the customers came back in another form than the first.", p.Pages+1)
	case a.elements == 0:
		return p.unaccounted(a, "Page %d of the customers is empty, though more should follow.", p.Pages+1)
	case a.firstID == p.First || a.firstID == p.Last || a.firstID == p.Checkpoint:
		return p.unaccounted(a, "Page %d of the customers is one that came before.", p.Pages+1)
	case a.metadata.number != nil && p.Number > 0 && *a.metadata.number != p.Number:
		return incompletef("Page %d of the customers was asked for and page %d came back.", p.Number, *a.metadata.number)
	case (p.Total == nil) != (a.metadata.total == nil) || p.Total != nil && *p.Total != *a.metadata.total:
		return incompletef("The number of customers changed while they were read page by page.")
	}
	return nil
}

// next judges whether the list is whole.
func (p *pageState) advance(a *envelope) (bool, error) {
	s := a.metadata
	whole := p.Total != nil && (*p.Total == p.Elements || *p.Total == p.Elements-p.OwnElements || *p.Total == p.Emitted && s.isUnpaged())
	over := p.Total != nil && p.Elements > *p.Total && !whole
	lastPage := s.pages != nil && p.Pages >= *s.pages
	follows := s.follows != ""
	mayFollow := s.pages == nil && !follows && !s.isEnd && s.isFullPage(a.elements)
	// A total that equals a full page may leave the account out, which is one of these rows: then one customer follows.
	leavesOut := mayFollow && s.number != nil && p.OwnElements > 0 && p.Total != nil && *p.Total == p.Elements
	whole = whole && !leavesOut
	p.AfterFullPage = mayFollow && p.Total == nil || leavesOut
	switch {
	case over:
		return false, incompletef("The answer says there are %d customers but holds %d.", *p.Total, p.Elements)
	case whole && follows:
		return false, a.unaccounted(s.follows,
			"All %d customers have come, and yet the answer says that more follow (%s).", *p.Total, shownName(s.follows, a.secret))
	case whole && s.unknown != "":
		return false, a.unaccounted(s.unknown,
			"All %d customers have come, and yet the answer goes on in a way that the portal does not know (%s).",
			*p.Total, shownName(s.unknown, a.secret))
	case whole || p.Total == nil && !follows && !p.AfterFullPage && s.unknown == "" && (s.pages == nil || lastPage):
		return false, nil
	case s.unknown != "":
		return false, a.unaccounted(s.unknown, "The answer goes on in a way that the portal does not know (%q).",
			shownName(s.unknown, a.secret))
	case a.elements == 0 && p.Total == nil && follows:
		return false, a.unaccounted(s.follows, "%s but %d came.", p.expected(), p.Elements)
	case a.elements == 0 || p.Total != nil && lastPage && s.link == "":
		return false, incompletef("%s but %d came.", p.expected(), p.Elements)
	case p.AfterFullPage && s.number == nil:
		return false, a.unaccounted(s.sources[signSize],
			"The answer is a full page of %d customers and does not say whether more follow.", a.elements)
	case s.link == "" && p.Total == nil && s.pages == nil && s.number == nil:
		return false, a.unaccounted(s.follows, "The answer says that more customers follow it, but not where.")
	}
	p.Link, p.Sign = s.link, cmp.Or(s.follows, s.sources[signPages], s.sources[signSize])
	p.Number = max(1, p.Number) + 1
	if p.Pages == 1 && s.number != nil {
		p.Number = *s.number + 1
	}
	return true, nil
}

func (p *pageState) expected() string {
	if p.Total == nil {
		return "More customers were to follow,"
	}
	return "The answer says there are " + strconv.FormatInt(*p.Total, 10) + " customers,"
}

// left is how many more pages there are, as far as is known.
func (p *pageState) remaining() int64 {
	if p.Total == nil || p.Size == 0 {
		return 1
	}
	return max(1, (*p.Total-p.Elements+p.Size-1)/p.Size)
}

func incompletef(format string, args ...any) error {
	e := errorf(portal.Incomplete, format, args...)
	e.Detail += " Nothing of it was taken over; the next run tries again. If it stays so, tell Heimdal's support."
	return e
}
