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
	// paged: the customers came on several pages, so that others may exist. checked were asked for by their own id.
	paged   bool
	checked []string
	// unread are the resellers that could not be read.
	unread []string
}

// state completes the state of the reading.
func (r reading) state(s *connector.State) {
	s.Paged, s.Checked = r.paged, r.checked
	for _, id := range r.unread {
		s.Unread = append(s.Unread, portal.UnreadReseller{ExternalID: id, Code: "not_found"})
	}
}

// status is how the run ends where it is merged.
func (r reading) status() portal.RunStatus {
	if len(r.unread) > 0 {
		return portal.RunPartial
	}
	return portal.RunComplete
}

// of is the MSP that a known customer is or is under.
func (m model) of(id string) string {
	if m[id].Kind == portal.KindMSP {
		return id
	}
	return m[id].Under
}

// underUnread reports whether a known customer that the reading lacks may be there all the same, because its reseller
// could not be read.
func (m model) underUnread(r reading, id string) bool {
	of := m.of(id)
	return m[id].Status != "removed" && m[of].Kind == portal.KindMSP && m[of].Status != "removed" && slices.Contains(r.unread, of)
}

// keeps reports whether a known customer that the reading lacks keeps its state.
func (m model) keeps(r reading, id string) bool {
	return m.underUnread(r, id) || r.paged && m[id].present() && !m[id].Absent && !slices.Contains(r.checked, id)
}

// settled is the reading without the clients that cannot be placed, and with the MSPs that others are known under.
// Listed reports whether the MSSP's own answer lists a reseller's clients without saying whose they are.
func (m model) settled(r reading, listed bool) reading {
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

// absence is what the run is to say of known customers that a paged answer lacked: absent, checked, found, undecided.
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
		n[3] += count(m.keeps(r, id))
	}
	n[0] += n[2]
	return n
}

// same reports whether a merge that leads from m to next writes no row: what is shown, and which customers are absent or
// unread, is the same.
func (m model) same(next model) bool {
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
