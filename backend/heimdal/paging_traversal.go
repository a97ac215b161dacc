package heimdal

import (
	"slices"

	"fs-client-portal/backend/portal"
)

const (
	// maxResellers is how many can be asked about one by one; at five calls a minute that takes most of a day.
	maxResellers = 5000
	// maxProbeClients is enough for some of them to still exist when a reseller is asked about.
	maxProbeClients = 8
	// maxCalls ends a reading that would never end.
	maxCalls = 4 * maxResellers
)

// traversal is what is known between two calls of a run. It asks about the MSSP first. If the response names
// resellers, and no client in it has a parent, it asks about each reseller in turn. The names in JSON are old: a run
// that an earlier version began must be able to continue.
type traversal struct {
	// Reseller is the reseller that is being asked about, "" for the MSSP; Page is the page of its response that comes
	// next.
	Reseller string     `json:"of,omitempty"`
	Page     *pageState `json:"page,omitempty"`
	// Pending are the resellers to ask about after it, the most deeply nested last; Asked counts those before.
	Pending []string `json:"left,omitempty"`
	Asked   int64    `json:"asked,omitempty"`
	// ParentOf maps a reseller that was in another's response to that other one.
	ParentOf map[string]string `json:"under,omitempty"`

	TooMany        bool `json:"many,omitempty"`     // more resellers than can be asked about
	Linked         bool `json:"linked,omitempty"`   // some client has a parent
	Nested         bool `json:"nested,omitempty"`   // some customer contains others
	HasParentField bool `json:"parented,omitempty"` // some customer has a field for a parent, maybe empty
	Typed          bool `json:"typed,omitempty"`    // some customer has a type

	// An API may ignore which customer it is asked about. ProbeClients are some clients of the MSSP's response. Where
	// a reseller's response contains the reseller itself (SawReseller) and one of these clients (ProbeClient), the
	// next call asks about that client, with Probing set to the reseller. FilterConfirmed is set once the responses
	// differ.
	ProbeClients    []string `json:"leaves,omitempty"`
	SawReseller     bool     `json:"itself,omitempty"`
	ProbeClient     string   `json:"leaf,omitempty"`
	Probing         string   `json:"probe,omitempty"`
	FilterConfirmed bool     `json:"told,omitempty"`

	// Total is the number of customers, if they were on several pages that state it. Paged is set if any response had
	// several.
	Total *int64 `json:"total,omitempty"`
	Paged bool   `json:"paged,omitempty"`

	// Account is the account that the MSSP's customer id belongs to. SawOthers is set once another customer was
	// received, SawAccount if the account was in the present reseller's response.
	Account    *portal.ConnectionAccount `json:"account,omitempty"`
	SawOthers  bool                      `json:"others,omitempty"`
	SawAccount bool                      `json:"upward,omitempty"`

	// ReadCount counts the resellers that were read.
	ReadCount int64 `json:"read,omitempty"`
	// CheckKey: the next call asks about the account, since a refusal may mean that the key has been revoked.
	CheckKey bool `json:"doubt,omitempty"`
	// KeyRefusals counts the resellers in a row for which the key was refused since it was last accepted. KeyConfirmed
	// is set if a call about the account was accepted within this row.
	KeyRefusals  int64 `json:"unproved,omitempty"`
	KeyConfirmed bool  `json:"proved,omitempty"`
	// SawOtherFailure: the response about some reseller could not be read, and was not a refusal.
	SawOtherFailure bool `json:"answered,omitempty"`
	// Refused are the checked customers that were refused since the last response.
	Refused []string `json:"refused,omitempty"`
}

// process handles one customer of the current response. It returns the customer to emit, if it is to be kept.
func (t *traversal) process(s *source, c portal.Customer) (_ portal.Customer, keep bool, err error) {
	if sameID(c.ExternalID, s.customerID) {
		t.processAccount(c)
		return c, false, nil
	}
	t.SawOthers = true
	t.Typed = t.Typed || c.Type != ""
	c = s.withoutOwnParent(c)
	switch {
	case t.Probing != "":
		if c.ExternalID == t.Probing {
			return c, false, s.wrongCustomerError(t.ProbeClient)
		}
		return c, false, nil
	case t.Reseller == "":
		t.processTop(s, c)
		return c, true, nil
	case c.ExternalID == t.Reseller:
		t.SawReseller = true
		return c, false, nil // it was in the MSSP's response
	}
	if t.ProbeClient == "" && slices.Contains(t.ProbeClients, c.ExternalID) {
		t.ProbeClient = c.ExternalID
	}
	if c.Kind == portal.KindMSP {
		if err := t.deferReseller(s, c.ExternalID); err != nil {
			return c, false, err
		}
	}
	if c.ParentID == "" {
		c.ParentID = t.Reseller
	}
	return c, true, nil
}

// processTop handles one customer of the MSSP's response: it collects the resellers, while they may have to be asked
// about.
func (t *traversal) processTop(s *source, c portal.Customer) {
	switch {
	case c.Kind != portal.KindMSP:
		t.Linked = t.Linked || c.ParentID != ""
		if len(t.ProbeClients) < maxProbeClients {
			t.ProbeClients = append(t.ProbeClients, c.ExternalID)
		}
	case t.skipsResellers(s):
	case len(t.Pending) == maxResellers:
		t.TooMany = true
	default:
		t.Pending = append(t.Pending, c.ExternalID)
	}
	if t.skipsResellers(s) {
		t.Pending = nil
	}
}

// finishResponse handles the end of a complete response; more reports whether another call is needed.
func (t *traversal) finishResponse(s *source, e *envelope) (more bool, err error) {
	t.Nested = t.Nested || e.nested
	t.HasParentField = t.HasParentField || e.hasParentField
	p := t.Page
	if p == nil {
		p = &pageState{}
	} else if t.Probing == "" {
		t.Paged = true
	}
	if more, err := p.add(e); more || err != nil {
		t.Page = p
		return more, err
	}
	t.Page = nil
	switch {
	case t.Probing != "":
		t.Probing, t.FilterConfirmed = "", true
	case t.Reseller == "":
		if err := t.finishTop(s, p); err != nil {
			return false, err
		}
	case t.SawAccount && !t.SawReseller && p.Emitted == 1:
		return false, s.wrongCustomerError(t.Reseller)
	case (t.SawReseller || t.SawAccount) && t.ProbeClient != "" && !t.FilterConfirmed:
		t.Probing = t.Reseller
		return true, nil
	}
	if t.Reseller != "" {
		t.ReadCount++
		t.KeyConfirmed, t.KeyRefusals = false, 0
	}
	t.SawReseller, t.ProbeClient = false, ""
	return t.nextReseller()
}

// finishTop handles the end of the MSSP's response.
func (t *traversal) finishTop(s *source, p *pageState) error {
	if t.SawOthers && !t.Typed {
		return errUntyped
	}
	if t.skipsResellers(s) {
		t.Pending = nil
	} else if t.TooMany {
		return tooManyResellers()
	}
	// A duplicate within one response hides nothing. Between two pages, a customer may have moved and been missed.
	if len(t.Pending) == 0 && !t.Nested && p.Pages > 1 {
		t.Total = p.totalWithoutAccount()
	}
	return nil
}
