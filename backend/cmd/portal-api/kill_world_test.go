package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/fakeheimdal"
)

// syncedMSSP is an MSSP with a fake Heimdal of its own.
type syncedMSSP struct {
	*testkit.MSSP
	field *killTest
	admin portal.Viewer
	fake  *fakeheimdal.Server
	ids   int // the last customer id used
	// now is what Heimdal has, last what the last complete run read, known the last state read of each customer.
	now, last, known world
}

// world maps ids to customers.
type world map[int]customer

type customer struct {
	msp    bool
	name   string
	parent int // 0: none
}

func (f *killTest) newMSSP(sealer *session.Sealer) *syncedMSSP {
	f.Helper()
	const key, customer = "KEY0123456789", "9017"
	fake, err := fakeheimdal.Start(f.Context(), fakeheimdal.Config{
		APIKey: key, CustomerID: customer, Shape: fakeheimdal.Shape{Form: fakeheimdal.Pages, PageSize: 10},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { fake.Close() })
	// Responses are slow, so that there are many moments to be killed at.
	fake.Follow(fakeheimdal.Rule{Fault: fakeheimdal.Drip, Wait: 2 * time.Millisecond})
	m := &syncedMSSP{MSSP: f.Another(f), field: f, fake: fake, now: world{}, last: world{}, known: world{}}
	m.admin = m.SignIn(portal.MSSPAdmin)
	c := portal.Connection{ID: postgres.NewID(), MSSPID: m.ID, ProductID: "heimdal", CustomerID: customer,
		BaseURL: fake.URL()}
	c.APIKeySealed = sealer.Seal([]byte(key), customersync.APIKeyContext(c))
	if err := m.DB.AddConnection(f.Context(), c); err != nil {
		f.Fatal(err)
	}
	for range 4 {
		m.add(true)
	}
	for range 36 {
		m.add(false)
	}
	return m
}

// add adds a customer to Heimdal.
func (m *syncedMSSP) add(msp bool) {
	m.ids++
	who := customer{msp: msp, name: fmt.Sprint("Customer ", m.ids)}
	if !msp {
		who.parent = m.anyMSP()
	}
	m.now[m.ids] = who
}

func (m *syncedMSSP) anyMSP() int {
	var msps []int
	for id, who := range m.now {
		if who.msp {
			msps = append(msps, id)
		}
	}
	slices.Sort(msps)
	return append(msps, 0)[m.field.random.IntN(len(msps)+1)]
}

// change changes Heimdal's customers at random.
func (m *syncedMSSP) change() {
	random := m.field.random
	for _, id := range sorted(m.now) {
		who := m.now[id]
		switch chance := random.IntN(100); {
		case chance < 8:
			who.name = fmt.Sprint("Customer ", id, " since ", random.IntN(1_000_000))
		case chance < 14 && !who.msp:
			who.parent = m.anyMSP()
		case chance < 17 && !who.msp:
			delete(m.now, id)
			continue
		}
		m.now[id] = who
	}
	for _, id := range sorted(m.known) {
		if _, here := m.now[id]; !here && random.IntN(3) == 0 {
			m.now[id] = m.known[id]
		}
	}
	for range random.IntN(3) {
		m.add(false)
	}
	m.fake.SetCustomers(m.now.customers())
}

func sorted(w world) []int {
	var ids []int
	for id := range w {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (w world) customers() (all []fakeheimdal.Customer) {
	for _, id := range sorted(w) {
		c := fakeheimdal.Customer{"id": id, "name": w[id].name, "type": "CORP", "resellerId": nil}
		if w[id].msp {
			c["type"] = "RESELLER"
		}
		if w[id].parent != 0 {
			c["resellerId"] = w[id].parent
		}
		all = append(all, c)
	}
	return all
}

// completed makes the present world the last complete one, and returns the history that the run must have written.
func (m *syncedMSSP) completed() []string {
	lines := []string{}
	for id, who := range m.now {
		was, known := m.known[id]
		_, there := m.last[id]
		line := func(what string) { lines = append(lines, fmt.Sprint(id, " ", what)) }
		if !known {
			line("added")
			continue
		}
		if !there {
			line("returned")
		}
		if was.name != who.name {
			line("changed name " + was.name + "→" + who.name)
		}
		if was.parent != who.parent {
			line("moved")
		}
	}
	for id := range m.last {
		if _, here := m.now[id]; !here {
			lines = append(lines, fmt.Sprint(id, " missing"))
		}
	}
	m.last = world{}
	for id, who := range m.now {
		m.last[id], m.known[id] = who, who
	}
	slices.Sort(lines)
	return lines
}

// history returns what a run wrote, except when a missing customer counts as removed.
func (m *syncedMSSP) history(run string) []string {
	return m.column(`
		select concat_ws(' ', coalesce(c.external_id, m.external_id), h.kind,
		                 case when h.kind = 'changed' then h.field || ' ' || h.before || '→' || h.after end)
		from change h
		left join client c on c.mssp_id = h.mssp_id and c.id = h.entity_id
		left join msp m on m.mssp_id = h.mssp_id and m.id = h.entity_id
		where h.run_id = $1
		and h.kind <> 'removed'`, run)
}

// table returns the active customers, one per line.
func (m *syncedMSSP) table() []string {
	return m.column(`
		select concat_ws('|', c.external_id, c.name, 'client', p.external_id)
		from client c
		left join msp p on p.mssp_id = c.mssp_id and p.id = c.msp_id
		where c.mssp_id = $1
		and c.status = 'active'
		union all
		select concat_ws('|', external_id, name, 'msp')
		from msp
		where mssp_id = $1
		and status = 'active'`, m.ID)
}

func (w world) lines() []string {
	lines := []string{}
	for id, who := range w {
		parts := []string{fmt.Sprint(id), who.name, "client"}
		if who.msp {
			parts[2] = "msp"
		}
		if who.parent != 0 {
			parts = append(parts, fmt.Sprint(who.parent))
		}
		lines = append(lines, strings.Join(parts, "|"))
	}
	slices.Sort(lines)
	return lines
}

// column returns the values of a single-column query, sorted.
func (m *syncedMSSP) column(sql string, args ...any) []string {
	m.Helper()
	lines := testkit.Value[[]string](m.MSSP, "select array("+sql+")", args...)
	slices.Sort(lines)
	return lines
}
