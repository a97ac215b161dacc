package heimdal

import (
	"cmp"
	"net/url"
	"strconv"

	"fs-client-portal/backend/connector"
)

// pageState is what is known of the pages of one list between two calls. The zero state requests the first page. The
// names in JSON are old: a run that an earlier version began must be able to continue.
type pageState struct {
	Number      int64  `json:"number,omitempty"` // of the page to request; 0: the first, without page parameters
	Size        int64  `json:"size,omitempty"`
	Link        string `json:"link,omitempty"` // to the page to request, if the previous one had it
	Total       *int64 `json:"total,omitempty"`
	Elements    int64  `json:"elements,omitempty"` // of the pages so far
	Emitted     int64  `json:"handed,omitempty"`
	Pages       int64  `json:"asked,omitempty"` // so far
	OwnElements int64  `json:"own,omitempty"`   // elements that are the account that was asked about
	// AfterFullPage is set where the only sign of this page is that the previous one was full.
	AfterFullPage bool `json:"full,omitempty"`
	// First, Last and Checkpoint are the first customers of the first page, of the last, and of a page that is
	// replaced ever more rarely. Pages that repeat in a cycle reach one of them.
	First      string `json:"first,omitempty"`
	Last       string `json:"last,omitempty"`
	Checkpoint string `json:"mark,omitempty"`
	// Sign is what says that this page follows, unless a total says so.
	Sign string `json:"sign,omitempty"`
}

// url returns the address of this page.
func (p *pageState) url(address *url.URL, secret string) (*url.URL, error) {
	if p.Link != "" {
		return resolveLink(address, p.Link, secret)
	}
	u := *address
	if p.Number > 0 {
		values := u.Query()
		values.Set("pageNumber", strconv.FormatInt(p.Number, 10))
		values.Set("pageSize", strconv.FormatInt(p.Size, 10))
		u.RawQuery = values.Encode()
	}
	return &u, nil
}

// resolveLink returns the address of a link, which must be on the same host.
func resolveLink(address *url.URL, link, secret string) (*url.URL, error) {
	next, err := address.Parse(link)
	if err != nil || len(link) > 4096 || next.User != nil {
		return nil, errorf(connector.Incomplete, "The response says that more customers follow, at an invalid address. "+
			"Tell %s's support.", product)
	}
	if next.Scheme != address.Scheme || next.Host != address.Host {
		return nil, errorf(connector.Redirected, "The response says that more customers follow at %s. The key was not sent there. "+
			"Check the base URL.", redact(next.Host, secret))
	}
	next.Fragment = ""
	return next, nil
}

// add counts a response as this page; more reports whether p is now a further page to request. The error says why the
// pages are not one complete list.
func (p *pageState) add(e *envelope) (more bool, err error) {
	if p.AfterFullPage && e.listed && e.elements == 0 {
		p.Pages++
		return false, p.checkComplete(e)
	}
	if err := p.checkSequence(e); err != nil {
		return false, err
	}
	p.Pages++
	p.Elements += e.elements
	p.Emitted += e.emitted
	p.OwnElements += e.ownElements
	if e.metadata.total != nil {
		p.Total = e.metadata.total
	}
	if p.Pages == 1 {
		p.First, p.Checkpoint = e.firstID, e.firstID
		p.Size = e.elements
		if e.metadata.size != nil && *e.metadata.size > 0 {
			p.Size = *e.metadata.size
		}
	}
	if p.Pages&(p.Pages-1) == 0 {
		p.Checkpoint = e.firstID
	}
	p.Last = e.firstID
	if more, err := p.advance(e); more || err != nil {
		return more, err
	}
	return false, p.checkComplete(e)
}

// checkSequence returns an error for a later page that is not the one requested.
func (p *pageState) checkSequence(e *envelope) error {
	switch {
	case p.Pages == 0:
		return nil
	case !e.listed:
		return p.unaccounted(e, "Page %d of the customers has another form than the first.", p.Pages+1)
	case e.elements == 0:
		return p.unaccounted(e, "Page %d of the customers is empty, though more should follow.", p.Pages+1)
	case e.firstID == p.First || e.firstID == p.Last || e.firstID == p.Checkpoint:
		return p.unaccounted(e, "Page %d of the customers repeats an earlier page.", p.Pages+1)
	case e.metadata.number != nil && p.Number > 0 && *e.metadata.number != p.Number:
		return incompletef("Page %d of the customers was requested and page %d was received.", p.Number, *e.metadata.number)
	case (p.Total == nil) != (e.metadata.total == nil) || p.Total != nil && *p.Total != *e.metadata.total:
		return incompletef("The number of customers changed while they were read page by page.")
	}
	return nil
}

// advance reports whether a further page follows, and moves p to it. The error says why the list is incomplete.
func (p *pageState) advance(e *envelope) (bool, error) {
	s := e.metadata
	complete := p.Total != nil && (*p.Total == p.Elements || *p.Total == p.Elements-p.OwnElements || *p.Total == p.Emitted && s.isUnpaged())
	over := p.Total != nil && p.Elements > *p.Total && !complete
	lastPage := s.pages != nil && p.Pages >= *s.pages
	follows := s.follows != ""
	mayFollow := s.pages == nil && !follows && !s.isEnd && s.isFullPage(e.elements)
	// A total that equals a full page may leave out the account, which is one of these elements: then one customer
	// follows.
	leavesOut := mayFollow && s.number != nil && p.OwnElements > 0 && p.Total != nil && *p.Total == p.Elements
	complete = complete && !leavesOut
	p.AfterFullPage = mayFollow && p.Total == nil || leavesOut
	switch {
	case over:
		return false, incompletef("The response says there are %d customers but holds %d.", *p.Total, p.Elements)
	case complete && follows:
		return false, e.unaccounted(s.follows,
			"All %d customers were received, but the response says that more follow (%s).", *p.Total, shownName(s.follows, e.secret))
	case complete && s.unknown != "":
		return false, e.unaccounted(s.unknown,
			"All %d customers were received, but the response goes on in a way that the portal does not know (%s).",
			*p.Total, shownName(s.unknown, e.secret))
	case complete || p.Total == nil && !follows && !p.AfterFullPage && s.unknown == "" && (s.pages == nil || lastPage):
		return false, nil
	case s.unknown != "":
		return false, e.unaccounted(s.unknown, "The response goes on in a way that the portal does not know (%q).",
			shownName(s.unknown, e.secret))
	case e.elements == 0 && p.Total == nil && follows:
		return false, e.unaccounted(s.follows, "%s but %d were received.", p.expected(), p.Elements)
	case e.elements == 0 || p.Total != nil && lastPage && s.link == "":
		return false, incompletef("%s but %d were received.", p.expected(), p.Elements)
	case p.AfterFullPage && s.number == nil:
		return false, e.unaccounted(s.sources[signSize],
			"The response is a full page of %d customers and does not say whether more follow.", e.elements)
	case s.link == "" && p.Total == nil && s.pages == nil && s.number == nil:
		return false, e.unaccounted(s.follows, "The response says that more customers follow it, but not where.")
	}
	p.Link, p.Sign = s.link, cmp.Or(s.follows, s.sources[signPages], s.sources[signSize])
	p.Number = max(1, p.Number) + 1
	if p.Pages == 1 && s.number != nil {
		p.Number = *s.number + 1
	}
	return true, nil
}

// expected returns the beginning of the error for missing customers.
func (p *pageState) expected() string {
	if p.Total == nil {
		return "More customers should follow,"
	}
	return "The response says there are " + strconv.FormatInt(*p.Total, 10) + " customers,"
}

// remaining returns how many pages are known to follow, at least 1.
func (p *pageState) remaining() int64 {
	if p.Total == nil || p.Size == 0 {
		return 1
	}
	return max(1, (*p.Total-p.Elements+p.Size-1)/p.Size)
}
