package heimdal

import (
	"errors"
	"slices"

	"fs-client-portal/backend/portal"
)

// settled reports whether the resellers need not be asked, whatever else comes.
func (at *traversal) skipsResellers(r *reader) bool {
	return r.asking == AskNever || r.asking == AskIfNeeded && (at.Linked || at.Nested)
}

// deeper puts off a reseller that came in the present one's answer until after it: a customer may be in the answers of
// both, and then belongs to the nearer, which is to be the later word.
func (at *traversal) deferReseller(r *reader, id string) error {
	for above, n := at.Reseller, 0; above != ""; above, n = at.ParentOf[above], n+1 {
		if above == id || n > maxNesting {
			return r.wrongCustomer(at.Reseller)
		}
	}
	if at.ParentOf == nil {
		at.ParentOf = map[string]string{}
	}
	if at.ParentOf[id] == at.Reseller {
		return nil
	}
	at.ParentOf[id] = at.Reseller
	at.Pending = slices.DeleteFunc(at.Pending, func(left string) bool { return left == id })
	at.Pending = append(at.Pending, id)
	if len(at.Pending) > maxResellers || len(at.ParentOf) > maxResellers {
		return tooManyResellers()
	}
	return nil
}

func (at *traversal) nextReseller() (bool, error) {
	at.SawAccount = false
	if len(at.Pending) == 0 {
		return false, nil
	}
	if at.Asked++; at.Asked > maxCalls {
		return false, tooManyResellers()
	}
	at.Reseller, at.Pending = at.Pending[0], at.Pending[1:]
	return true, nil
}

func tooManyResellers() error {
	return incompletef("Heimdal does not say with its customers which reseller they belong to, and there are more resellers than can be asked one by one (%d).", maxResellers)
}

func (r *reader) wrongCustomer(asked string) error {
	return errorf(portal.WrongCustomer, "Asked about the customer %s, Heimdal answers about others. The portal cannot know whose its customers are. Tell Heimdal's support.", redact(asked, r.apiKey))
}

// takesForAnswer reports whether a refusal says something all the same: that the customer asked about to see whether
// questions make a difference is another's.
func (at *traversal) acceptsRefusal(err error) bool {
	return at.Probing != "" && isRefusal(err)
}

// explain tells a refusal about a reseller from one about the MSSP.
func (at *traversal) explainRefusal(r *reader, err error) error {
	if at.Reseller == "" || !isRefusal(err) {
		return err
	}
	return at.noClientsError(r)
}

func (at *traversal) noClientsError(r *reader) error {
	return errorf(portal.Refused, "Heimdal names the reseller %s but does not say which customers it has, neither with the customers nor when asked about it. Let the account that the API key belongs to see its resellers' customers.", redact(at.Reseller, r.apiKey))
}

func isRefusal(err error) bool {
	var e *portal.CallError
	return !errors.Is(err, errProxy) && errors.As(err, &e) &&
		(e.Code == portal.BadKey || e.Code == portal.Refused || e.Code == portal.NoEndpoint)
}
