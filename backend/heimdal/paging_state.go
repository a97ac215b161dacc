package heimdal

import (
	"encoding/json"
	"fmt"
	"net/url"

	"fs-client-portal/backend/connector"
)

// loadTraversal returns the traversal that save has stored, the zero one for nil.
func loadTraversal(data json.RawMessage) (*traversal, error) {
	t := &traversal{}
	if data == nil {
		return t, nil
	}
	if err := json.Unmarshal(data, t); err != nil {
		return nil, fmt.Errorf("heimdal: read the state of a run: %w", err)
	}
	return t, nil
}

// save returns the state after a call that emitted so many customers.
func (t *traversal) save(state connector.State, more bool, seen int64) (connector.State, error) {
	state.Progress.Calls++
	state.Progress.Seen += seen
	state.Progress.Left = t.remaining(more)
	state.Done, state.Data, state.Account = !more, nil, t.account()
	if !more {
		state.Total, state.Paged = t.Total, t.Paged
		return state, nil
	}
	var err error
	state.Data, err = json.Marshal(t)
	return state, err
}

// nextURL returns the address of the next call.
func (t *traversal) nextURL(s *source) (*url.URL, error) {
	address := s.address
	switch {
	case t.Probing != "":
		address = customerURL(address, t.ProbeClient)
	case t.Reseller != "":
		address = customerURL(address, t.Reseller)
	}
	if t.Page == nil {
		return address, nil
	}
	return t.Page.url(address, s.apiKey)
}

// remaining returns how many calls are known to be left.
func (t *traversal) remaining(more bool) int64 {
	if !more {
		return 0
	}
	n := int64(len(t.Pending)) + 1
	if t.Page != nil {
		n += t.Page.remaining() - 1
	}
	return n
}
