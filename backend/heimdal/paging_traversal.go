package heimdal

import (
	"slices"

	"fs-client-portal/backend/portal"
)

const (
	// mostResellers is how many can be asked one by one; at five calls a minute that takes most of a day.
	maxResellers = 5000
	// mostLeaves is enough for some to be there still when a reseller is asked about.
	maxProbeClients = 8
	// mostCalls ends a reading that goes on without end.
	maxCalls = 4 * maxResellers
)

// reading is what is known between calls. A reading asks about the MSSP; and if what comes names resellers, but of no
// client whose it is, about each reseller in turn.
type traversal struct {
	// Of is the reseller that is being asked about, "" for the MSSP; Page which page of the answer comes next.
	Reseller string     `json:"of,omitempty"`
	Page     *pageState `json:"page,omitempty"`
	// Left are the resellers to ask about after that, the deeper the later; Asked counts those before.
	Pending []string `json:"left,omitempty"`
	Asked   int64    `json:"asked,omitempty"`
	// Under says of resellers that came in another's answer in whose.
	ParentOf map[string]string `json:"under,omitempty"`

	TooMany        bool `json:"many,omitempty"`     // more resellers than can be asked
	Linked         bool `json:"linked,omitempty"`   // some client says whose it is
	Nested         bool `json:"nested,omitempty"`   // some customer holds others
	HasParentField bool `json:"parented,omitempty"` // some customer has a field for it, maybe empty
	Typed          bool `json:"typed,omitempty"`    // some customer has a type
	// Leaves are some clients of the MSSP's answer. Where one of them, Leaf, came with a reseller in the answer about that
	// reseller, this may be the MSSP's answer once more: the question about Leaf shows whether questions make any
	// difference. Probe is that reseller while it is asked; Told is that they do.
	ProbeClients    []string `json:"leaves,omitempty"`
	SawReseller     bool     `json:"itself,omitempty"` // the reseller came in its own answer
	ProbeClient     string   `json:"leaf,omitempty"`
	Probing         string   `json:"probe,omitempty"`
	FilterConfirmed bool     `json:"told,omitempty"`
	// Total is how many customers there are, if they came on several pages that said so.
	Total *int64 `json:"total,omitempty"`
	// Account is the account that the MSSP's customer id belongs to, Others whether any other customer came, Upward whether
	// the account came in the present reseller's answer.
	Account    *portal.ConnectionAccount `json:"account,omitempty"`
	SawOthers  bool                      `json:"others,omitempty"`
	SawAccount bool                      `json:"upward,omitempty"`
	// Read counts the resellers that were read.
	ReadCount int64 `json:"read,omitempty"`
	// Paged: some answer came on several pages.
	Paged bool `json:"paged,omitempty"`
	// Doubt: the next call asks about the account, since a refusal may mean that the key was revoked meanwhile.
	CheckKey bool `json:"doubt,omitempty"`
	// Unproved counts the resellers in a row that refused the key since it was last seen to be accepted, Proved whether a
	// call about the account has shown that in this row.
	KeyRefusals  int64 `json:"unproved,omitempty"`
	KeyConfirmed bool  `json:"proved,omitempty"`
	// Answered: something other than a refusal came about some reseller that could not be read.
	SawOtherFailure bool `json:"answered,omitempty"`
	// Refused are the checked customers about whom there was no answer, and no other answer since.
	Refused []string `json:"refused,omitempty"`
}

// take sees to one customer of the present answer.
func (at *traversal) process(r *reader, c portal.Customer, add func(portal.Customer) error) error {
	if sameID(c.ExternalID, r.customerID) {
		at.processAccount(c)
		return nil
	}
	at.SawOthers = true
	at.Typed = at.Typed || c.Type != ""
	c = r.underMSSP(c)
	switch {
	case at.Probing != "":
		if c.ExternalID == at.Probing {
			return r.wrongCustomer(at.ProbeClient)
		}
		return nil
	case at.Reseller == "":
		at.processTop(r, c)
		return add(c)
	case c.ExternalID == at.Reseller:
		at.SawReseller = true
		return nil // the MSSP's answer has it already
	}
	if at.ProbeClient == "" && slices.Contains(at.ProbeClients, c.ExternalID) {
		at.ProbeClient = c.ExternalID
	}
	if c.Kind == portal.KindMSP {
		if err := at.deferReseller(r, c.ExternalID); err != nil {
			return err
		}
	}
	if c.ParentID == "" {
		c.ParentID = at.Reseller
	}
	return add(c)
}

// takeTop remembers what a customer of the MSSP's answer says about whether to ask the resellers.
func (at *traversal) processTop(r *reader, c portal.Customer) {
	switch {
	case c.Kind != portal.KindMSP:
		at.Linked = at.Linked || c.ParentID != ""
		if len(at.ProbeClients) < maxProbeClients {
			at.ProbeClients = append(at.ProbeClients, c.ExternalID)
		}
	case at.skipsResellers(r):
	case len(at.Pending) == maxResellers:
		at.TooMany = true
	default:
		at.Pending = append(at.Pending, c.ExternalID)
	}
	if at.skipsResellers(r) {
		at.Pending = nil
	}
}

// after takes note of a whole answer; more reports whether another call is to be made.
func (at *traversal) finishResponse(r *reader, a *envelope) (more bool, err error) {
	at.Nested = at.Nested || a.nested
	at.HasParentField = at.HasParentField || a.hasParentField
	p := at.Page
	if p == nil {
		p = &pageState{}
	} else if at.Probing == "" {
		at.Paged = true
	}
	if more, err := p.add(a); more || err != nil {
		at.Page = p
		return more, err
	}
	at.Page = nil
	switch {
	case at.Probing != "":
		at.Probing, at.FilterConfirmed = "", true
	case at.Reseller == "":
		if err := at.finishTop(r, p); err != nil {
			return false, err
		}
	case at.SawAccount && !at.SawReseller && p.Emitted == 1:
		return false, r.wrongCustomer(at.Reseller)
	case (at.SawReseller || at.SawAccount) && at.ProbeClient != "" && !at.FilterConfirmed:
		at.Probing = at.Reseller
		return true, nil
	}
	if at.Reseller != "" {
		at.ReadCount++
		at.KeyConfirmed, at.KeyRefusals = false, 0
	}
	at.SawReseller, at.ProbeClient = false, ""
	return at.nextReseller()
}

// endTop judges what came about the MSSP.
func (at *traversal) finishTop(r *reader, p *pageState) error {
	if at.SawOthers && !at.Typed {
		return errUntyped
	}
	if at.skipsResellers(r) {
		at.Pending = nil
	} else if at.TooMany {
		return tooManyResellers()
	}
	// Within one answer somebody who is there twice hides nobody; between two pages somebody may have slipped through.
	if len(at.Pending) == 0 && !at.Nested && p.Pages > 1 {
		at.Total = p.totalWithoutAccount()
	}
	return nil
}
