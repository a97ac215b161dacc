package postgres_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
)

// drawReading draws what a run reads of a world: all of it; or pages that omit some customers, of which known ones are
// asked for by id; or all but the clients of some resellers, which are missing or listed without a parent.
func (s *modelTest) drawReading(r *rapid.T, world map[string]portal.Customer) (reading, [][]portal.Customer) {
	read := reading{customers: maps.Clone(world)}
	how := rapid.SampledFrom([]string{"whole", "whole", "whole", "paged", "partial", "paged and partial"}).Draw(r, "how")
	if strings.Contains(how, "partial") {
		s.drawUnread(r, &read)
	}
	var again []portal.Customer
	if read.paged = strings.Contains(how, "paged"); read.paged {
		again = s.drawChecked(r, &read)
	}
	calls := s.drawCalls(r, read.customers)
	if len(read.checked) > 0 {
		calls = append(calls, again)
	}
	for _, c := range again {
		read.customers[c.ExternalID] = c
	}
	return read, calls
}

// drawUnread draws resellers whose clients cannot be read.
func (s *modelTest) drawUnread(r *rapid.T, read *reading) {
	for _, id := range slices.Sorted(maps.Keys(read.customers)) {
		if read.customers[id].Kind == portal.KindMSP && rapid.Bool().Draw(r, "unread") {
			read.unread = append(read.unread, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(read.customers)) {
		c := read.customers[id]
		if c.Kind != portal.KindClient || !slices.Contains(read.unread, c.ParentID) {
			continue
		}
		if delete(read.customers, id); rapid.IntRange(0, 3).Draw(r, "listed") == 0 {
			c.ParentID = ""
			read.customers[id] = c
		}
	}
}

// drawChecked draws customers that the pages omit, and which of the known ones are asked for by id. It returns those
// that the product has.
func (s *modelTest) drawChecked(r *rapid.T, read *reading) (again []portal.Customer) {
	omitted := map[string]portal.Customer{}
	for _, id := range slices.Sorted(maps.Keys(read.customers)) {
		if rapid.IntRange(0, 4).Draw(r, "omitted") == 0 {
			omitted[id] = read.customers[id]
			delete(read.customers, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.model)) {
		_, there := read.customers[id]
		if there || !s.model[id].present() || s.model.underUnread(*read, id) || !rapid.Bool().Draw(r, "checked") {
			continue
		}
		read.checked = append(read.checked, id)
		if c, ok := omitted[id]; ok {
			if c.Kind == portal.KindClient && rapid.Bool().Draw(r, "without parent") {
				c.ParentID = ""
			}
			again = append(again, c)
		}
	}
	return again
}

// listsWithAndWithoutParent reports whether a client came in one call without a parent and in another with one.
func listsWithAndWithoutParent(calls [][]portal.Customer) bool {
	without, with := map[string]bool{}, map[string]bool{}
	for _, c := range slices.Concat(calls...) {
		if orphan(c) {
			without[c.ExternalID] = true
		} else if c.Kind == portal.KindClient {
			with[c.ExternalID] = true
		}
	}
	for id := range without {
		if with[id] {
			return true
		}
	}
	return false
}

// drawCalls distributes the customers to calls. Some come twice in one call; some come in another call too, with older
// values or without a parent.
func (s *modelTest) drawCalls(r *rapid.T, world map[string]portal.Customer) [][]portal.Customer {
	calls := make([][]portal.Customer, rapid.IntRange(1, 3).Draw(r, "calls"))
	for _, id := range slices.Sorted(maps.Keys(world)) {
		at := rapid.IntRange(0, len(calls)-1).Draw(r, "call")
		calls[at] = append(calls[at], world[id])
		switch rapid.SampledFrom([]string{"", "", "", "twice", "older", "orphan before", "orphan after"}).Draw(r, "again") {
		case "twice":
			calls[at] = append(calls[at], world[id])
		case "older":
			if older := world[id]; at > 0 {
				older.Name, older.Raw = "older", rawOf("older")
				calls[0] = append(calls[0], older)
			}
		case "orphan before":
			if orphan := world[id]; at > 0 {
				orphan.ParentID = ""
				calls[0] = append(calls[0], orphan)
			}
		case "orphan after":
			if orphan := world[id]; at < len(calls)-1 {
				orphan.ParentID = ""
				calls[len(calls)-1] = append(calls[len(calls)-1], orphan)
			}
		}
	}
	return calls
}

// drawWorld draws the customers that the product has, by external id.
func (s *modelTest) drawWorld(r *rapid.T) map[string]portal.Customer {
	world := map[string]portal.Customer{}
	most, absent, calm := 14, 10, true
	if !s.calm {
		most = rapid.SampledFrom([]int{0, 6, 14, 14, 14}).Draw(r, "size")
		absent = rapid.SampledFrom([]int{0, 0, 5, 20, 60}).Draw(r, "absent of 100")
		calm = rapid.Bool().Draw(r, "calm")
	}
	for id := 1; id <= most; id++ {
		away := rapid.IntRange(0, 99).Draw(r, "there") < absent
		if s.calm {
			likely := map[bool]int{true: 80, false: 8}[s.away[strconv.Itoa(id)]]
			away = rapid.IntRange(0, 99).Draw(r, "stays") < likely
			s.away[strconv.Itoa(id)] = away
		}
		if away {
			continue
		}
		kind := portal.KindClient
		if (id <= 4) != (!calm && rapid.IntRange(0, 9).Draw(r, "turned") == 0) {
			kind = portal.KindMSP
		}
		used := int64(5)
		c := portal.Customer{
			ExternalID: strconv.Itoa(id), Kind: kind, Name: "Client " + strconv.Itoa(id), Type: "CORP", SeatsUsed: &used,
			Raw: rawOf("same"),
		}
		if kind == portal.KindMSP {
			c.Type, c.Name = "RESELLER", mspName(s.connection, c.ExternalID)
		} else {
			c.ParentID = strconv.Itoa(1 + id%4)
		}
		if !calm {
			s.drawFields(r, &c)
		}
		world[c.ExternalID] = c
	}
	return world
}

// drawFields draws the fields of a customer, except those that follow from its id.
func (s *modelTest) drawFields(r *rapid.T, c *portal.Customer) {
	used := rapid.Int64Range(0, 2).Draw(r, "used")
	c.SeatsUsed = &used
	c.Raw = rawOf(rapid.SampledFrom([]string{"same", "other"}).Draw(r, "raw"))
	yes, no, edr := true, false, "EDR"
	deleted, demo := portal.ReasonDeleted, portal.ReasonDemo
	c.SPLA = rapid.SampledFrom([]*bool{nil, &yes, &no}).Draw(r, "spla")
	c.LicenceType = rapid.SampledFrom([]*string{nil, &edr}).Draw(r, "licence type")
	c.StatusReason = rapid.SampledFrom([]*portal.StatusReason{nil, nil, nil, &deleted, &demo}).Draw(r, "status reason")
	if c.Kind == portal.KindClient {
		c.Name = rapid.SampledFrom([]string{"A", "Bø", "c'\"\\"}).Draw(r, "name")
		c.Type = rapid.SampledFrom([]string{"CORP", "corp", "DEMO"}).Draw(r, "type")
		c.ParentID = rapid.SampledFrom([]string{
			"", "1", "2", "3", "4", "9", "99", mspName(s.connection, "1"), mspName(s.connection, "2"), mspName(s.connection, "99"),
		}).Draw(r, "parent")
	}
}
