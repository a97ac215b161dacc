package heimdal

import (
	"errors"
	"slices"

	"fs-client-portal/backend/portal"
)

const (
	// mostResellers is how many can be asked one by one; at five calls a minute that takes most of a day.
	mostResellers = 5000
	// mostLeaves is enough for some to be there still when a reseller is asked about.
	mostLeaves = 8
	// mostCalls ends a reading that goes on without end.
	mostCalls = 4 * mostResellers
)

// reading is what is known between calls. A reading asks about the MSSP; and if what comes names resellers, but of no
// client whose it is, about each reseller in turn.
type reading struct {
	// Of is the reseller that is being asked about, "" for the MSSP; Page which page of the answer comes next.
	Of   string `json:"of,omitempty"`
	Page *page  `json:"page,omitempty"`
	// Left are the resellers to ask about after that, the deeper the later; Asked counts those before.
	Left  []string `json:"left,omitempty"`
	Asked int64    `json:"asked,omitempty"`
	// Under says of resellers that came in another's answer in whose.
	Under map[string]string `json:"under,omitempty"`

	Many     bool `json:"many,omitempty"`     // more resellers than can be asked
	Linked   bool `json:"linked,omitempty"`   // some client says whose it is
	Nested   bool `json:"nested,omitempty"`   // some customer holds others
	Parented bool `json:"parented,omitempty"` // some customer has a field for it, maybe empty
	Typed    bool `json:"typed,omitempty"`    // some customer has a type
	// Leaves are some clients of the MSSP's answer. Where one of them, Leaf, came with a reseller in the answer about that
	// reseller, this may be the MSSP's answer once more: the question about Leaf shows whether questions make any
	// difference. Probe is that reseller while it is asked; Told is that they do.
	Leaves []string `json:"leaves,omitempty"`
	Itself bool     `json:"itself,omitempty"` // the reseller came in its own answer
	Leaf   string   `json:"leaf,omitempty"`
	Probe  string   `json:"probe,omitempty"`
	Told   bool     `json:"told,omitempty"`
	// Total is how many customers there are, if they came on several pages that said so.
	Total *int64 `json:"total,omitempty"`
	// Account is the account that the MSSP's customer id belongs to, Others whether any other customer came, Upward whether
	// the account came in the present reseller's answer.
	Account *portal.ConnectionAccount `json:"account,omitempty"`
	Others  bool                      `json:"others,omitempty"`
	Upward  bool                      `json:"upward,omitempty"`
	// Read counts the resellers that were read.
	Read int64 `json:"read,omitempty"`
	// Paged: some answer came on several pages.
	Paged bool `json:"paged,omitempty"`
	// Doubt: the next call asks about the account, since a refusal may mean that the key was revoked meanwhile.
	Doubt bool `json:"doubt,omitempty"`
	// Unproved counts the resellers in a row that refused the key since it was last seen to be accepted, Proved whether a
	// call about the account has shown that in this row.
	Unproved int64 `json:"unproved,omitempty"`
	Proved   bool  `json:"proved,omitempty"`
	// Answered: something other than a refusal came about some reseller that could not be read.
	Answered bool `json:"answered,omitempty"`
	// Refused are the checked customers about whom there was no answer, and no other answer since.
	Refused []string `json:"refused,omitempty"`
}

// take sees to one customer of the present answer.
func (at *reading) take(r *reader, c portal.Customer, add func(portal.Customer) error) error {
	if sameID(c.ExternalID, r.customerID) {
		at.takeAccount(c)
		return nil
	}
	at.Others = true
	at.Typed = at.Typed || c.Type != ""
	c = r.underMSSP(c)
	switch {
	case at.Probe != "":
		if c.ExternalID == at.Probe {
			return r.wrongCustomer(at.Leaf)
		}
		return nil
	case at.Of == "":
		at.takeTop(r, c)
		return add(c)
	case c.ExternalID == at.Of:
		at.Itself = true
		return nil // the MSSP's answer has it already
	}
	if at.Leaf == "" && slices.Contains(at.Leaves, c.ExternalID) {
		at.Leaf = c.ExternalID
	}
	if c.Kind == portal.KindMSP {
		if err := at.deeper(r, c.ExternalID); err != nil {
			return err
		}
	}
	if c.ParentID == "" {
		c.ParentID = at.Of
	}
	return add(c)
}

// takeTop remembers what a customer of the MSSP's answer says about whether to ask the resellers.
func (at *reading) takeTop(r *reader, c portal.Customer) {
	switch {
	case c.Kind != portal.KindMSP:
		at.Linked = at.Linked || c.ParentID != ""
		if len(at.Leaves) < mostLeaves {
			at.Leaves = append(at.Leaves, c.ExternalID)
		}
	case at.settled(r):
	case len(at.Left) == mostResellers:
		at.Many = true
	default:
		at.Left = append(at.Left, c.ExternalID)
	}
	if at.settled(r) {
		at.Left = nil
	}
}

// settled reports whether the resellers need not be asked, whatever else comes.
func (at *reading) settled(r *reader) bool {
	return r.asking == AskNever || r.asking == AskIfNeeded && (at.Linked || at.Nested)
}

// deeper puts off a reseller that came in the present one's answer until after it: a customer may be in the answers of
// both, and then belongs to the nearer, which is to be the later word.
func (at *reading) deeper(r *reader, id string) error {
	for above, n := at.Of, 0; above != ""; above, n = at.Under[above], n+1 {
		if above == id || n > levels {
			return r.wrongCustomer(at.Of)
		}
	}
	if at.Under == nil {
		at.Under = map[string]string{}
	}
	if at.Under[id] == at.Of {
		return nil
	}
	at.Under[id] = at.Of
	at.Left = slices.DeleteFunc(at.Left, func(left string) bool { return left == id })
	at.Left = append(at.Left, id)
	if len(at.Left) > mostResellers || len(at.Under) > mostResellers {
		return tooManyResellers()
	}
	return nil
}

// after takes note of a whole answer; more reports whether another call is to be made.
func (at *reading) after(r *reader, a *answer) (more bool, err error) {
	at.Nested = at.Nested || a.nested
	at.Parented = at.Parented || a.parented
	p := at.Page
	if p == nil {
		p = &page{}
	} else if at.Probe == "" {
		at.Paged = true
	}
	if more, err := p.after(a); more || err != nil {
		at.Page = p
		return more, err
	}
	at.Page = nil
	switch {
	case at.Probe != "":
		at.Probe, at.Told = "", true
	case at.Of == "":
		if err := at.endTop(r, p); err != nil {
			return false, err
		}
	case at.Upward && !at.Itself && p.Handed == 1:
		return false, r.wrongCustomer(at.Of)
	case (at.Itself || at.Upward) && at.Leaf != "" && !at.Told:
		at.Probe = at.Of
		return true, nil
	}
	if at.Of != "" {
		at.Read++
		at.Proved, at.Unproved = false, 0
	}
	at.Itself, at.Leaf = false, ""
	return at.nextReseller()
}

// endTop judges what came about the MSSP.
func (at *reading) endTop(r *reader, p *page) error {
	if at.Others && !at.Typed {
		return errUntyped
	}
	if at.settled(r) {
		at.Left = nil
	} else if at.Many {
		return tooManyResellers()
	}
	// Within one answer somebody who is there twice hides nobody; between two pages somebody may have slipped through.
	if len(at.Left) == 0 && !at.Nested && p.Asked > 1 {
		at.Total = p.withoutAccount()
	}
	return nil
}

func (at *reading) nextReseller() (bool, error) {
	at.Upward = false
	if len(at.Left) == 0 {
		return false, nil
	}
	if at.Asked++; at.Asked > mostCalls {
		return false, tooManyResellers()
	}
	at.Of, at.Left = at.Left[0], at.Left[1:]
	return true, nil
}

// left is how many calls are known to be left.
func (at *reading) left(more bool) int64 {
	if !more {
		return 0
	}
	n := int64(len(at.Left)) + 1
	if at.Page != nil {
		n += at.Page.left() - 1
	}
	return n
}

// takesForAnswer reports whether a refusal says something all the same: that the customer asked about to see whether
// questions make a difference is another's.
func (at *reading) takesForAnswer(err error) bool {
	return at.Probe != "" && refused(err)
}

// explain tells a refusal about a reseller from one about the MSSP.
func (at *reading) explain(r *reader, err error) error {
	if at.Of == "" || !refused(err) {
		return err
	}
	return at.unknownClients(r)
}

func (at *reading) unknownClients(r *reader) error {
	return errorf(portal.Refused, "Heimdal names the reseller %s but does not say which customers it has, neither with the customers nor when asked about it. Let the account that the API key belongs to see its resellers' customers.", redact(at.Of, r.apiKey))
}

func refused(err error) bool {
	var e *portal.CallError
	return !errors.Is(err, errProxy) && errors.As(err, &e) &&
		(e.Code == portal.BadKey || e.Code == portal.Refused || e.Code == portal.NoEndpoint)
}

func (r *reader) wrongCustomer(asked string) error {
	return errorf(portal.WrongCustomer, "Asked about the customer %s, Heimdal answers about others. The portal cannot know whose its customers are. Tell Heimdal's support.", redact(asked, r.apiKey))
}

func tooManyResellers() error {
	return incompletef("Heimdal does not say with its customers which reseller they belong to, and there are more resellers than can be asked one by one (%d).", mostResellers)
}
