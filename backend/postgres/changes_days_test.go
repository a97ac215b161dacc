package postgres_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
)

// shown is what the lists show of a customer, by field; "" for a field without a value. A field that no list and no
// change has told is missing.
type shown map[string]string

// day is what the lists of clients and of MSPs show, by kind and id.
type day map[string]shown

func testChangesPropertyLeadFromOneDayToAnother(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		s := newModelTest(base.sibling())
		s.calm = rapid.Bool().Draw(r, "calm")
		for range rapid.IntRange(0, 3).Draw(r, "runs before") {
			s.step(r)
		}
		viewers := append(s.usersOfMSPs(), s.admin)
		before := make([]day, len(viewers))
		for i, viewer := range viewers {
			before[i] = s.day(viewer)
		}
		_, page := s.changes(s.admin, portal.ChangeQuery{}, 1)
		q := portal.ChangeQuery{}
		if page.NewestAt != nil {
			q.Since = page.NewestAt.Add(time.Microsecond).Format(time.RFC3339Nano)
		}
		for range rapid.IntRange(1, 3).Draw(r, "runs between") {
			s.step(r)
		}
		for i, viewer := range viewers {
			listed, _ := s.changes(viewer, q, 50)
			if viewer.Scope.Level == portal.LevelMSP {
				listed = slices.DeleteFunc(listed, func(c portal.ListedChange) bool { return c.Entity == "msp" })
			}
			before[i].apply(listed)
			before[i].wantEqual(r, string(viewer.Role), s.day(viewer), len(listed))
		}
	})
}

// usersOfMSPs returns a user of each MSP.
func (w *tenant) usersOfMSPs() []portal.Viewer {
	w.Helper()
	var all []portal.Viewer
	for _, id := range value[[]string](w, "select array(select id::text from msp where mssp_id = $1)", w.ID) {
		all = append(all, w.Person(portal.MSPUser, portal.Scope{Level: portal.LevelMSP, MSSPID: w.ID, MSPID: id}))
	}
	return all
}

// wantEqual compares what changes lead to with the lists of a later day.
func (d day) wantEqual(r *rapid.T, who string, after day, changes int) {
	for key, row := range after {
		for field, got := range d[key] {
			if want := row[field]; got != want {
				r.Fatalf("%s: %s of %s: got %q after applying %d changes, want %q as listed", who, field, key, got, changes, want)
			}
		}
		if d[key]["status"] == "" {
			r.Fatalf("%s: %s: got no change that adds it, want one", who, key)
		}
	}
	for key := range d {
		if after[key] == nil {
			r.Fatalf("%s: %s: got no change that removes it, but it is not listed", who, key)
		}
	}
}

// day reads the lists of a viewer. Users of an MSP have one list, of its clients.
func (w *tenant) day(viewer portal.Viewer) day {
	w.Helper()
	clients, _, err := w.DB.Clients(w.Context(), viewer, portal.ClientQuery{Limit: 200})
	if err != nil {
		w.Fatal(err)
	}
	all := day{}
	for _, c := range clients.Items {
		row := customer(c.Name, c.Type, c.Status, c.StatusReason, c.LicenceType, c.SPLA)
		row["msp"], row["products"], row["expires_on"] = text(c.MSPName), strings.Join(c.Products, ", "), text(c.ExpiresOn)
		row["seats_used"], row["seats_total"] = figure(c.SeatsUsed), figure(c.SeatsTotal)
		all["client "+c.ID] = row
	}
	if viewer.Scope.Level != portal.LevelMSSP {
		return all
	}
	msps, _, err := w.DB.MSPs(w.Context(), viewer, portal.MSPQuery{Limit: 200})
	if err != nil {
		w.Fatal(err)
	}
	for _, m := range msps.Items {
		all["msp "+m.ID] = customer(m.Name, m.Type, m.Status, m.StatusReason, m.LicenceType, m.SPLA)
	}
	return all
}

// customer returns what both lists show. The reason is hidden while a customer is missing or removed.
func customer(name, kind string, status portal.Status, reason *portal.StatusReason, licence *string, spla *bool) shown {
	row := shown{"name": name, "type": strings.ToLower(kind), "status": string(status), "licence_type": text(licence), "spla": ""}
	if spla != nil {
		row["spla"] = strconv.FormatBool(*spla)
	}
	if status == portal.Active || status == "disabled" {
		row["status"], row["status_reason"] = "present", text((*string)(reason))
	}
	return row
}

func figure(n *int64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

// apply applies changes, the newest of which is the first.
func (d day) apply(changes []portal.ListedChange) {
	runs := map[time.Time]map[string][]portal.ListedChange{}
	for _, c := range changes {
		if runs[c.At] == nil {
			runs[c.At] = map[string][]portal.ListedChange{}
		}
		key := c.Entity + " " + c.EntityID
		runs[c.At][key] = append(runs[c.At][key], c)
	}
	for _, at := range slices.SortedFunc(maps.Keys(runs), time.Time.Compare) {
		for key, changes := range runs[at] {
			if changes = d.applyElsewhere(key, changes); len(changes) > 0 {
				d.applyRun(key, changes)
			}
		}
	}
}

// applyElsewhere applies that a client came to the viewer's MSP or left it, and returns the other changes. Of a client
// that came only those values are known that the changes name.
func (d day) applyElsewhere(key string, changes []portal.ListedChange) (others []portal.ListedChange) {
	for _, c := range changes {
		switch {
		case c.Kind == "moved" && text(c.Elsewhere) == "before":
			d[key] = shown{"status": "present", "msp": text(c.After)}
		case c.Kind == "moved" && text(c.Elsewhere) == "after":
			delete(d, key)
		default:
			others = append(others, c)
		}
	}
	return others
}

// applyRun applies what one run changed of a customer. A customer that turned from client to MSP or back leaves the list
// of its former kind, and of its values in the other list only those are known that the changes name.
func (d day) applyRun(key string, changes []portal.ListedChange) {
	kind, id, _ := strings.Cut(key, " ")
	former := map[string]string{"client": "msp ", "msp": "client "}[kind] + id
	row := d[key]
	returned := slices.ContainsFunc(changes, func(c portal.ListedChange) bool { return c.Kind == "returned" })
	typed := slices.ContainsFunc(changes, func(c portal.ListedChange) bool { return text(c.Field) == "type" })
	turned := typed && d[former] != nil && (row == nil || row["status"] != "present")
	if row == nil || turned && (d[former]["status"] == "present" || returned) {
		row = shown{}
	}
	if turned {
		d[former]["status"] = "removed"
		delete(d[former], "status_reason")
	}
	if turned {
		row["status"] = "present"
	}
	d[key] = row
	for _, c := range changes {
		switch c.Kind {
		case "added":
			row["status"], row["name"] = "present", text(c.After)
			if kind == "client" {
				row["msp"] = text(c.MSPName)
			}
		case "missing", "removed":
			row["status"] = c.Kind
			delete(row, "status_reason")
		case "returned":
			row["status"] = "present"
		case "moved":
			row["msp"] = text(c.After)
		case "changed":
			if shows(kind, *c.Field) {
				row[*c.Field] = text(c.After)
			}
		}
	}
	if t, known := row["type"]; known {
		row["type"] = strings.ToLower(t)
	}
}

// shows reports whether the list of a kind shows a field as the product sent it.
func shows(kind, field string) bool {
	return field != "details" &&
		(kind == "client" || slices.Contains([]string{"name", "type", "status_reason", "licence_type", "spla"}, field))
}
