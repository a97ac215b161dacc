package heimdal

import (
	"errors"
	"slices"

	"fs-client-portal/backend/connector"
)

// skipsResellers reports whether resellers need not be asked about, whatever else is received.
func (t *traversal) skipsResellers(s *source) bool {
	return s.asking == AskNever || s.asking == AskIfNeeded && (t.Linked || t.Nested)
}

// deferReseller moves a reseller of the current reseller's response behind it in Pending. A customer in the responses
// of both belongs to the nearer one, so that one is read later.
func (t *traversal) deferReseller(s *source, id string) error {
	for above, n := t.Reseller, 0; above != ""; above, n = t.ParentOf[above], n+1 {
		if above == id || n > maxNesting {
			return s.wrongCustomerError(t.Reseller)
		}
	}
	if t.ParentOf == nil {
		t.ParentOf = map[string]string{}
	}
	if t.ParentOf[id] == t.Reseller {
		return nil
	}
	t.ParentOf[id] = t.Reseller
	t.Pending = slices.DeleteFunc(t.Pending, func(pending string) bool { return pending == id })
	t.Pending = append(t.Pending, id)
	if len(t.Pending) > maxResellers || len(t.ParentOf) > maxResellers {
		return tooManyResellers()
	}
	return nil
}

// nextReseller moves on to the next pending reseller; it returns false where there is none.
func (t *traversal) nextReseller() (bool, error) {
	t.SawAccount = false
	if len(t.Pending) == 0 {
		return false, nil
	}
	if t.Asked++; t.Asked > maxCalls {
		return false, tooManyResellers()
	}
	t.Reseller, t.Pending = t.Pending[0], t.Pending[1:]
	return true, nil
}

func tooManyResellers() error {
	return incompletef("%s does not say with its customers which reseller they belong to, and there are more resellers than can be "+
		"asked one by one (%d).", product, maxResellers)
}

// wrongCustomerError returns the error for a response that is not about the customer that was asked about.
func (s *source) wrongCustomerError(asked string) error {
	return errorf(connector.WrongCustomer, "Asked about the customer %s, %s returned others. The portal cannot know whose its "+
		"customers are. Tell %s's support.", redact(asked, s.apiKey), product, product)
}

// acceptsRefusal reports whether an error is expected: a refusal of the probe client shows that the API does not
// ignore which customer it is asked about.
func (t *traversal) acceptsRefusal(err error) bool {
	return t.Probing != "" && isRefusal(err)
}

// explainRefusal returns err, or for a refusal of a reseller the error that names the reseller.
func (t *traversal) explainRefusal(s *source, err error) error {
	if t.Reseller == "" || !isRefusal(err) {
		return err
	}
	return t.noClientsError(s)
}

// noClientsError returns the error for a reseller whose customers are not known.
func (t *traversal) noClientsError(s *source) error {
	return errorf(connector.Refused, "%s names the reseller %s but does not say which customers it has, neither with the customers nor "+
		"when asked about it. Let the account that the API key belongs to see its resellers' customers.", product,
		redact(t.Reseller, s.apiKey))
}

// isRefusal reports whether err says that this key may not read this customer, or that there is none.
func isRefusal(err error) bool {
	var e *connector.CallError
	return !errors.Is(err, errProxy) && errors.As(err, &e) &&
		(e.Code == connector.BadKey || e.Code == connector.Refused || e.Code == connector.NoEndpoint)
}
