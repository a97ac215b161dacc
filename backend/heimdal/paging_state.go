package heimdal

import (
	"encoding/json"
	"fmt"
	"net/url"

	"fs-client-portal/backend/portal"
)

func loadTraversal(data json.RawMessage) (*traversal, error) {
	at := &traversal{}
	if data == nil {
		return at, nil
	}
	if err := json.Unmarshal(data, at); err != nil {
		return nil, fmt.Errorf("heimdal: the state of a reading: %w", err)
	}
	return at, nil
}

// save is the state after a call that handed over so many customers.
func (at *traversal) save(state portal.ReadState, more bool, seen int64) (portal.ReadState, error) {
	state.Progress.Calls++
	state.Progress.Seen += seen
	state.Progress.Left = at.remaining(more)
	state.Done, state.Data, state.Account = !more, nil, at.account()
	if !more {
		state.Total, state.Paged = at.Total, at.Paged
		return state, nil
	}
	var err error
	state.Data, err = json.Marshal(at)
	return state, err
}

// question is the address of the next call.
func (at *traversal) nextURL(r *reader) (*url.URL, error) {
	address := r.address
	switch {
	case at.Probing != "":
		address = customerURL(address, at.ProbeClient)
	case at.Reseller != "":
		address = customerURL(address, at.Reseller)
	}
	if at.Page == nil {
		return address, nil
	}
	return at.Page.url(address, r.apiKey)
}

// left is how many calls are known to be left.
func (at *traversal) remaining(more bool) int64 {
	if !more {
		return 0
	}
	n := int64(len(at.Pending)) + 1
	if at.Page != nil {
		n += at.Page.remaining() - 1
	}
	return n
}
