package postgres_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// known is the expected row of one customer.
type known struct {
	Kind   portal.CustomerKind
	Name   string
	Type   string
	Used   int64
	Facts  string // licence type and SPLA
	Raw    string
	Status string
	Under  string // external id of the MSP
	Away   int    // complete runs since the one it went missing in
	Absent bool   // one paged run did not list it
	Unread bool   // an MSP whose clients the last run could not read
}

// present reports whether the last merged run read the customer.
func (k known) present() bool { return k.Status == "active" || strings.HasPrefix(k.Status, "disabled") }

// facts returns licence type and SPLA.
func facts(c portal.Customer) string {
	licence, spla := "-", "-"
	if c.LicenceType != nil {
		licence = *c.LicenceType
	}
	if c.SPLA != nil {
		spla = strconv.FormatBool(*c.SPLA)
	}
	return licence + " " + spla
}

// model is the expected rows of one connection, by external id.
type model map[string]known

var propertyRules = postgres.MergeRules{MissingShare: 30, MissingAtLeast: 3, RemoveAfterRuns: 2}

// needsReview reports whether a reading differs from the model so much that an admin must accept it.
func (m model) needsReview(r reading) bool {
	var active, missing, msps, missingMSPs, turned, under, orphaned int64
	world, next := r.customers, m.after(r)
	for id, k := range m {
		c, there := world[id]
		if !k.present() || !there && m.keepsState(r, id) {
			continue
		}
		active++
		missing += count(!there)
		msps += count(k.Kind == portal.KindMSP)
		missingMSPs += count(k.Kind == portal.KindMSP && c.Kind != portal.KindMSP)
		turned += count(k.Kind == portal.KindMSP && there && c.Kind != portal.KindMSP)
		under += count(k.Under != "")
		orphaned += count(k.Under != "" && c.Kind == portal.KindClient && next[id].Under == "")
	}
	tooMany := func(affected, all int64) bool { return affected >= 3 && affected*100 > all*30 }
	return tooMany(missing, active) || tooMany(missingMSPs, msps) || len(world) == 0 && active > 0 ||
		msps > 1 && turned == msps || tooMany(orphaned, under)
}

// count returns 1 for true.
func count(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// after returns the model after a run with this reading is merged.
func (m model) after(r reading) model {
	next, world := model{}, r.customers
	named := map[string]bool{}
	for id, c := range world {
		under := ""
		if c.Kind == portal.KindClient {
			named[c.ParentID] = true
			under = m.parent(world, c)
		}
		status := "active"
		if c.StatusReason != nil {
			status = "disabled " + string(*c.StatusReason)
		}
		next[id] = known{
			Kind: c.Kind, Name: c.Name, Type: c.Type, Used: *c.SeatsUsed, Facts: facts(c), Raw: string(c.Raw), Status: status, Under: under,
			Unread: c.Kind == portal.KindMSP && slices.Contains(r.unread, id),
		}
	}
	for id, k := range m {
		if _, there := world[id]; there {
			continue
		}
		absent := k.Absent
		k.Absent = false
		switch {
		case m.underUnread(r, id):
			k.Absent = absent
		case m.keepsState(r, id):
			k.Absent = true
		case k.present():
			k.Status = "missing"
		case k.Status == "missing" && m[m.mspOf(id)].Unread:
			k.Away = 0 // runs count from the first that can read its MSP
		case k.Status == "missing":
			k.Away++
			if int64(k.Away) >= propertyRules.RemoveAfterRuns && !(k.Kind == portal.KindMSP && named[id]) {
				k.Status = "removed"
			}
		}
		k.Unread = k.Kind == portal.KindMSP && k.Status != "removed" && slices.Contains(r.unread, id)
		next[id] = k
	}
	return next
}

// parent returns the id of a client's MSP: the one whose id it names, else the one whose name it names; "" if there is
// none.
func (m model) parent(world map[string]portal.Customer, c portal.Customer) string {
	if p, there := world[c.ParentID]; there {
		if p.Kind == portal.KindMSP {
			return c.ParentID
		}
		return ""
	}
	if known := m[c.ParentID]; known.Kind == portal.KindMSP && known.Status != "removed" {
		return c.ParentID
	}
	for id, p := range world { // names are unique here
		if p.Kind == portal.KindMSP && p.Name == c.ParentID {
			return id
		}
	}
	return ""
}

// unknownParents returns the number of clients that name a parent which does not exist.
func (m model) unknownParents(world map[string]portal.Customer) (n int64) {
	for _, c := range world {
		_, there := world[c.ParentID]
		n += count(c.Kind == portal.KindClient && c.ParentID != "" && !there && m.parent(world, c) == "")
	}
	return n
}

// rows returns the model in the format in which check compares the rows.
func (m model) rows(connection string) map[string]string {
	all := map[string]string{}
	for id, k := range m {
		under := "-"
		if k.Under != "" {
			under = mspName(connection, k.Under)
		}
		if k.Kind == portal.KindMSP {
			under = "-"
		}
		all[id] = fmt.Sprint(k.Kind, "|", k.Name, "|", k.Type, "|", k.Status, "|", under, "|", k.Used, "|", k.Facts, "|", k.Raw)
	}
	return all
}

// mspName returns a name that no other MSP of the MSSP has.
func mspName(connection, id string) string {
	return "MSP " + id + " of " + connection[len(connection)-6:]
}
