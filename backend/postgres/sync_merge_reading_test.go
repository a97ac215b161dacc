package postgres_test

import (
	"maps"
	"slices"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// reading is what a run has read, and what it could not read.
type reading struct {
	customers map[string]portal.Customer
	// paged: the customers came on several pages, which may omit some. checked are the ids that were asked for by id.
	paged   bool
	checked []string
	// unread are the resellers whose clients could not be read.
	unread []string
}

// state adds what the reading could not read to the state.
func (r reading) state(s *connector.State) {
	s.Paged, s.Checked = r.paged, r.checked
	for _, id := range r.unread {
		s.Unread = append(s.Unread, portal.UnreadReseller{ExternalID: id, Code: "not_found"})
	}
}

// status returns the status of the run after the merge.
func (r reading) status() portal.RunStatus {
	if len(r.unread) > 0 {
		return portal.RunPartial
	}
	return portal.RunComplete
}

// mspOf returns the MSP that a known customer is or is under.
func (m model) mspOf(id string) string {
	if m[id].Kind == portal.KindMSP {
		return id
	}
	return m[id].Under
}

// underUnread reports whether a known customer that is not in the reading may exist, because its reseller could not be
// read.
func (m model) underUnread(r reading, id string) bool {
	msp := m.mspOf(id)
	return m[id].Status != "removed" && m[msp].Kind == portal.KindMSP && m[msp].Status != "removed" && slices.Contains(r.unread, msp)
}

// keepsState reports whether a known customer that is not in the reading keeps its state.
func (m model) keepsState(r reading, id string) bool {
	return m.underUnread(r, id) || r.paged && m[id].present() && !m[id].Absent && !slices.Contains(r.checked, id)
}

// resolved returns the reading without the clients whose MSP cannot be found, and with the known MSP of other clients
// without a parent. Listed reports whether the response for the MSSP's own account lists clients of resellers without
// their parent.
func (m model) resolved(r reading, listed bool) reading {
	for id, c := range r.customers {
		k := m[id]
		listed = listed || orphan(c) && k.Kind == portal.KindClient && k.Under != "" && k.Status != "removed"
	}
	next := maps.Clone(r.customers)
	for id, c := range r.customers {
		k, known := m[id]
		switch {
		case !orphan(c):
		case len(r.unread) > 0 && listed && !known:
			delete(next, id)
		case len(r.unread) == 0 && !slices.Contains(r.checked, id):
		case k.Kind == portal.KindClient && k.Under != "" && m[k.Under].Kind == portal.KindMSP && m[k.Under].Status != "removed":
			c.ParentID = k.Under
			next[id] = c
		}
	}
	r.customers = next
	return r
}

// orphan reports whether a customer is a client without a parent.
func orphan(c portal.Customer) bool { return c.Kind == portal.KindClient && c.ParentID == "" }

// absence returns the run's counts of known customers that were not on its pages: absent, checked, found, undecided.
func (m model) absence(r reading) (n [4]int64) {
	n[1] = int64(len(r.checked))
	if !r.paged {
		return n
	}
	for _, id := range r.checked {
		_, there := r.customers[id]
		n[2] += count(there)
	}
	for id, k := range m {
		_, there := r.customers[id]
		if there || m.underUnread(r, id) || !k.present() {
			continue
		}
		n[0]++
		n[3] += count(m.keepsState(r, id))
	}
	n[0] += n[2]
	return n
}

// equal reports whether a merge that leads from m to next writes no row: all but the number of runs since a customer
// went missing is equal.
func (m model) equal(next model) bool {
	if len(m) != len(next) {
		return false
	}
	for id, k := range m {
		n := next[id]
		if k.Away = n.Away; k != n {
			return false
		}
	}
	return true
}
