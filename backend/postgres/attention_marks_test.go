package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

// markTest is a test of the marks of what needs attention.
type markTest struct {
	*tenant
	t *testing.T
	// msp1 and msp2 are users of the MSPs, colleague is of the MSSP.
	colleague, msp1, msp2 portal.Viewer
}

// markWorld returns eight clients whose licences have ended, those with even numbers under the first MSP, four that exceed
// their licences, one whose licence ends soon, and an MSP without clients.
func markWorld(w *tenant) []portal.Customer {
	world := []portal.Customer{msp("1", "North"), msp("2", "South"), msp("3", "Idle")}
	for i := range 8 {
		world = append(world, ending(w, fmt.Sprint(10+i), fmt.Sprint("Ended ", i), fmt.Sprint(1+i%2), -1-i))
	}
	for i := range 4 {
		c := client(fmt.Sprint(20+i), fmt.Sprint("Over ", i), fmt.Sprint(1+i%2))
		c.SeatsUsed, c.SeatsTotal = ptr(int64(21+i)), ptr[int64](20)
		world = append(world, c)
	}
	return append(world, ending(w, "30", "Soon", "1", 5))
}

func ending(w *tenant, id, name, parent string, days int) portal.Customer {
	c := client(id, name, parent)
	c.ExpiresOn = ptr(w.today("UTC", days))
	return c
}

func newMarkTest(t *testing.T) markTest {
	t.Helper()
	t.Parallel()
	w := newTenant(t)
	w.complete(append(markWorld(w), client("99", "Leaver", "1")))
	w.complete(markWorld(w))
	return markTest{w, t, w.SignIn(portal.MSSPStaff), w.atMSP("1"), w.atMSP("2")}
}

// id returns the id of the client, or MSP, with an external id.
func (w markTest) id(externalID string) string {
	w.Helper()
	return value[string](w.tenant, `
		select id::text from client where mssp_id = $1 and external_id = $2
		union all
		select id::text from msp where mssp_id = $1 and external_id = $2`, w.ID, externalID)
}

func inDays(n int) time.Time {
	return time.Now().Add(time.Duration(n) * 24 * time.Hour).Truncate(time.Second)
}

func (w markTest) snooze(v portal.Viewer, kind, externalID string) {
	w.Helper()
	w.wantCode(w.DB.Snooze(w.t.Context(), v, kind, w.id(externalID), inDays(7)), "")
}

func (w markTest) handle(v portal.Viewer, kind, externalID string) {
	w.Helper()
	w.wantCode(w.DB.SetHandler(w.t.Context(), v, kind, w.id(externalID), v.UserID), "")
}

func (w markTest) wantCode(err error, want portal.Code) {
	w.Helper()
	if got := portal.ErrorCode(err); got != want {
		w.Errorf("got %q (%v), want %q", got, err, want)
	}
}

func (w markTest) overviewOf(v portal.Viewer) portal.Overview {
	w.Helper()
	o, _, err := w.DB.Overview(w.t.Context(), v, time.Hour)
	if err != nil {
		w.Fatal(err)
	}
	return o
}

// wantShown checks the names of a kind in the overview, and how many of it are snoozed there and in the list of snoozed.
func (w markTest) wantShown(v portal.Viewer, kind string, snoozed int64, names ...string) {
	w.Helper()
	o := w.overviewOf(v)
	var got []string
	for _, a := range o.Attention {
		if a.Kind == kind {
			got = append(got, a.Name)
		}
	}
	if !slices.Equal(got, names) {
		w.Errorf("%s as %s: got %q, want %q", kind, v.Role, got, names)
	}
	var n int64
	for _, count := range o.Snoozed {
		if count.Kind == kind {
			n = count.Count
		}
	}
	if n != snoozed {
		w.Errorf("%s as %s: got %d snoozed, want %d", kind, v.Role, n, snoozed)
	}
	listed := slices.DeleteFunc(w.snoozedOf(v), func(a portal.Attention) bool { return a.Kind != kind })
	if int64(len(listed)) != snoozed {
		w.Errorf("%s as %s: got %d in the list of snoozed, want %d", kind, v.Role, len(listed), snoozed)
	}
}

func (w markTest) snoozedOf(v portal.Viewer) []portal.Attention {
	w.Helper()
	all, err := w.DB.Snoozed(w.t.Context(), v)
	if err != nil {
		w.Fatal(err)
	}
	return all.Items
}

// handlerOf returns the user who handles what a viewer sees of a client or MSP, "" for nobody.
func (w markTest) handlerOf(v portal.Viewer, kind, name string) string {
	w.Helper()
	for _, a := range slices.Concat(w.overviewOf(v).Attention, w.snoozedOf(v)) {
		if a.Kind == kind && a.Name == name && a.Handler != nil {
			return a.Handler.UserID
		}
	}
	return ""
}

func TestSnooze(t *testing.T) {
	t.Parallel()
	t.Run("leaves_out_lines_but_not_counts", func(t *testing.T) {
		w := newMarkTest(t)
		before := w.overviewOf(w.admin)
		w.wantShown(w.admin, "licence_expired", 0, "Ended 0", "Ended 1", "Ended 2", "Ended 3", "Ended 4", "Ended 5")
		w.snooze(w.admin, "licence_expired", "10")
		w.snooze(w.colleague, "licence_expired", "12")
		w.wantShown(w.admin, "licence_expired", 2, "Ended 1", "Ended 3", "Ended 4", "Ended 5", "Ended 6", "Ended 7")
		w.snooze(w.admin, "msp_without_clients", "3")
		w.wantShown(w.admin, "msp_without_clients", 1)
		w.wantShown(w.admin, "seats_exceeded", 0, "Over 3", "Over 2", "Over 1", "Over 0")
		after := w.overviewOf(w.admin)
		if *after.Expired != *before.Expired || after.EmptyMSPs != before.EmptyMSPs {
			t.Errorf("got %d expired and %d MSPs without clients, want %d and %d as before", *after.Expired, after.EmptyMSPs, *before.Expired,
				before.EmptyMSPs)
		}
	})
	t.Run("of_every_kind", func(t *testing.T) {
		w := newMarkTest(t)
		for kind, id := range map[string]string{
			"licence_expired": "10", "seats_exceeded": "23", "licence_expiring": "30", "msp_without_clients": "3", "client_missing": "99",
		} {
			w.snooze(w.admin, kind, id)
		}
		var kinds []string
		for _, a := range w.snoozedOf(w.admin) {
			kinds = append(kinds, a.Kind)
			if a.Snooze == nil || a.Snooze.By == nil || !a.Snooze.Until.Equal(inDays(7)) && time.Until(a.Snooze.Until) > 7*24*time.Hour {
				t.Errorf("%s: got the snooze %+v, want one of seven days", a.Kind, a.Snooze)
			}
		}
		want := []string{"licence_expired", "seats_exceeded", "licence_expiring", "msp_without_clients", "client_missing"}
		if !slices.Equal(kinds, want) {
			t.Errorf("got %q, want %q", kinds, want)
		}
	})
	t.Run("ends_when_it_is_over_or_removed", func(t *testing.T) {
		w := newMarkTest(t)
		w.snooze(w.admin, "seats_exceeded", "22")
		w.snooze(w.admin, "seats_exceeded", "23")
		w.wantShown(w.admin, "seats_exceeded", 2, "Over 1", "Over 0")
		w.Exec("update attention_mark set until_at = now() - interval '1 second' where entity_id = $1", w.id("22"))
		for range 2 {
			w.wantCode(w.DB.RemoveMark(t.Context(), w.colleague, portal.MarkSnoozed, "seats_exceeded", w.id("23")), "")
		}
		w.wantShown(w.admin, "seats_exceeded", 0, "Over 3", "Over 2", "Over 1", "Over 0")
	})
	t.Run("refuses_other_times", func(t *testing.T) {
		w := newMarkTest(t)
		for _, until := range []time.Time{{}, inDays(0), inDays(-1), inDays(32)} {
			w.wantCode(w.DB.Snooze(t.Context(), w.admin, "licence_expired", w.id("10"), until), portal.Invalid)
		}
		w.wantCode(w.DB.Snooze(t.Context(), w.admin, "licence_expired", w.id("10"), inDays(30)), "")
	})
}

func TestMarksEnd(t *testing.T) {
	w := newMarkTest(t)
	sync := func(change func(map[string]*portal.Customer)) {
		t.Helper()
		world, byID := markWorld(w.tenant), map[string]*portal.Customer{}
		for i := range world {
			byID[world[i].ExternalID] = &world[i]
		}
		change(byID)
		w.complete(world)
	}
	same := func(map[string]*portal.Customer) {}
	for _, c := range []struct {
		name, kind, id, of string
		// change is another matter of the same kind.
		change func(map[string]*portal.Customer)
	}{
		{"when_the_licence_ends_on_another_day", "licence_expired", "10", "Ended 0",
			func(c map[string]*portal.Customer) { c["10"].ExpiresOn = ptr(w.today("UTC", -30)) }},
		{"when_it_is_exceeded_by_another_amount", "seats_exceeded", "20", "Over 0",
			func(c map[string]*portal.Customer) { c["20"].SeatsUsed = ptr[int64](29) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.snooze(w.admin, c.kind, c.id)
			w.handle(w.admin, c.kind, c.id)
			sync(same)
			if w.handlerOf(w.admin, c.kind, c.of) == "" || len(w.snoozedOf(w.admin)) != 1 {
				t.Error("got no marks after a sync without changes, want them as before")
			}
			sync(c.change)
			if got := w.handlerOf(w.admin, c.kind, c.of); got != "" || len(w.snoozedOf(w.admin)) != 0 {
				t.Errorf("got the handler %q and %+v snoozed, want none", got, w.snoozedOf(w.admin))
			}
			sync(same)
			if n := value[int](w.tenant, "select count(*) from attention_mark"); n != 0 {
				t.Errorf("got %d marks after the matter was as before, want 0", n)
			}
		})
	}
	t.Run("when_it_ends_and_comes_back", func(t *testing.T) {
		for kind, id := range map[string]string{"seats_exceeded": "21", "licence_expiring": "30", "msp_without_clients": "3"} {
			w.snooze(w.admin, kind, id)
			w.handle(w.admin, kind, id)
		}
		w.handle(w.msp1, "seats_exceeded", "20")
		sync(func(c map[string]*portal.Customer) {
			c["20"].SeatsUsed, c["21"].SeatsUsed, c["30"].ExpiresOn = ptr[int64](3), ptr[int64](3), nil
			c["22"].ParentID = "3"
		})
		sync(same)
		if n := value[int](w.tenant, "select count(*) from attention_mark"); n != 0 {
			t.Errorf("got %d marks, want 0", n)
		}
	})
	t.Run("when_the_client_leaves_the_msp", func(t *testing.T) {
		w.handle(w.msp1, "licence_expired", "10")
		w.handle(w.admin, "licence_expired", "10")
		w.snooze(w.msp1, "licence_expired", "12")
		sync(func(c map[string]*portal.Customer) { c["10"].ParentID, c["12"].ParentID = "2", "2" })
		w.wantShown(w.msp1, "licence_expired", 0, "Ended 4", "Ended 6")
		sync(same)
		w.wantShown(w.msp1, "licence_expired", 0, "Ended 0", "Ended 2", "Ended 4", "Ended 6")
		if got := w.handlerOf(w.msp1, "licence_expired", "Ended 0"); got != "" {
			t.Errorf("got the handler %q at the MSP, want none", got)
		}
		if got := w.handlerOf(w.admin, "licence_expired", "Ended 0"); got != w.admin.UserID {
			t.Errorf("got the handler %q at the MSSP, want %s as before", got, w.admin.UserID)
		}
	})
	t.Run("after_a_merge_by_an_older_server", func(t *testing.T) {
		w.snooze(w.admin, "licence_expired", "10")
		w.handle(w.admin, "licence_expired", "10")
		w.Exec("update client set expires_on = expires_on - 40 where id = $1", w.id("10"))
		w.wantShown(w.admin, "licence_expired", 0, "Ended 1", "Ended 2", "Ended 3", "Ended 4", "Ended 5", "Ended 6")
		w.Exec("update client set expires_on = expires_on + 39 where id = $1", w.id("10"))
		if got := w.handlerOf(w.admin, "licence_expired", "Ended 0"); got != "" {
			t.Errorf("got the handler %q of a licence that ends on another day, want none", got)
		}
		sync(same)
	})
	t.Run("when_a_snooze_is_over", func(t *testing.T) {
		w.Exec("delete from attention_mark")
		w.snooze(w.admin, "licence_expired", "10")
		w.Exec("update attention_mark set until_at = now() - interval '1 second'")
		sync(same)
		if n := value[int](w.tenant, "select count(*) from attention_mark"); n != 0 {
			t.Errorf("got %d marks, want 0", n)
		}
	})
}

func TestHandler(t *testing.T) {
	t.Parallel()
	t.Run("is_one_user_of_the_node", func(t *testing.T) {
		w := newMarkTest(t)
		w.handle(w.admin, "licence_expired", "10")
		w.handle(w.colleague, "licence_expired", "10")
		if got := w.handlerOf(w.admin, "licence_expired", "Ended 0"); got != w.colleague.UserID {
			t.Errorf("got the handler %q, want the last one, %s", got, w.colleague.UserID)
		}
		w.wantCode(w.DB.SetHandler(t.Context(), w.colleague, "licence_expired", w.id("10"), w.admin.UserID), "")
		if got := w.handlerOf(w.colleague, "licence_expired", "Ended 0"); got != w.admin.UserID {
			t.Errorf("got the handler %q, want the colleague %s", got, w.admin.UserID)
		}
		for range 2 {
			w.wantCode(w.DB.RemoveMark(t.Context(), w.colleague, portal.MarkHandled, "licence_expired", w.id("10")), "")
		}
		if got := w.handlerOf(w.admin, "licence_expired", "Ended 0"); got != "" {
			t.Errorf("got the handler %q, want none", got)
		}
	})
	t.Run("refuses_users_of_another_node", func(t *testing.T) {
		w := newMarkTest(t)
		other := w.sibling()
		deactivated := w.SignIn(portal.MSSPStaff)
		w.Exec("update user_role set active = false where id = $1", deactivated.GrantID)
		for _, user := range []string{w.msp1.UserID, w.atClient("10").UserID, other.admin.UserID, deactivated.UserID, noNode, "", "'"} {
			w.wantCode(w.DB.SetHandler(t.Context(), w.admin, "licence_expired", w.id("10"), user), portal.Invalid)
		}
		for _, user := range []string{w.admin.UserID, w.msp2.UserID, w.atClient("10").UserID} {
			w.wantCode(w.DB.SetHandler(t.Context(), w.msp1, "licence_expired", w.id("10"), user), portal.Invalid)
		}
	})
	t.Run("goes_with_the_grant", func(t *testing.T) {
		w := newMarkTest(t)
		w.handle(w.colleague, "licence_expired", "10")
		w.Exec("update user_role set active = false where id = $1", w.colleague.GrantID)
		if got := w.handlerOf(w.admin, "licence_expired", "Ended 0"); got != "" {
			t.Errorf("got the deactivated handler %q, want none", got)
		}
		w.Exec("update user_role set active = true where id = $1", w.colleague.GrantID)
		w.handle(w.msp1, "licence_expired", "10")
		w.Exec("update user_role set msp_id = $2 where id = $1", w.msp1.GrantID, w.id("2"))
		w.Exec("delete from session where user_id = $1", w.colleague.UserID)
		if n := value[int](w.tenant, "select count(*) from attention_mark"); n != 1 {
			t.Errorf("got %d marks after a user moved to another MSP, want 1", n)
		}
		w.Exec("delete from user_role where id = $1", w.colleague.GrantID)
		if n := value[int](w.tenant, "select count(*) from attention_mark"); n != 0 {
			t.Errorf("got %d marks of a deleted grant, want 0", n)
		}
	})
}

func TestMarksStayAtTheirNode(t *testing.T) {
	w := newMarkTest(t)
	w.snooze(w.admin, "licence_expired", "10")
	w.handle(w.admin, "licence_expired", "12")
	w.snooze(w.msp1, "licence_expired", "14")
	w.handle(w.msp1, "licence_expired", "16")
	t.Run("are_shared_by_its_users_only", func(t *testing.T) {
		w.wantShown(w.colleague, "licence_expired", 1, "Ended 1", "Ended 2", "Ended 3", "Ended 4", "Ended 5", "Ended 6")
		w.wantShown(w.msp1, "licence_expired", 1, "Ended 0", "Ended 2", "Ended 6")
		w.wantShown(w.Person(portal.MSPAdmin, w.msp1.Scope), "licence_expired", 1, "Ended 0", "Ended 2", "Ended 6")
		w.wantShown(w.msp2, "licence_expired", 0, "Ended 1", "Ended 3", "Ended 5", "Ended 7")
		if a, b := w.handlerOf(w.msp1, "licence_expired", "Ended 2"), w.handlerOf(w.admin, "licence_expired", "Ended 6"); a != "" || b != "" {
			t.Errorf("got the handlers %q and %q of another node, want none", a, b)
		}
		o := w.overviewOf(w.atClient("10"))
		if len(o.Attention) != 1 || o.Attention[0].Handler != nil || len(o.Snoozed) != 0 {
			t.Errorf("got %+v and %d snoozed at the client, want its line without marks", o.Attention, len(o.Snoozed))
		}
	})
	t.Run("are_not_found_outside_the_scope", func(t *testing.T) {
		foreign := w.sibling()
		foreign.complete(markWorld(foreign))
		theirs := value[string](foreign, "select id::text from client where mssp_id = $1 and external_id = '10'", foreign.ID)
		outside := []string{w.id("11"), theirs, w.id("1"), noNode, "1", "'", ""}
		for _, id := range outside {
			w.wantCode(w.DB.Snooze(t.Context(), w.msp1, "licence_expired", id, inDays(1)), portal.NotFound)
			w.wantCode(w.DB.SetHandler(t.Context(), w.msp1, "licence_expired", id, w.msp1.UserID), portal.NotFound)
			w.wantCode(w.DB.RemoveMark(t.Context(), w.msp1, portal.MarkHandled, "licence_expired", id), portal.NotFound)
		}
		for kind, id := range map[string]string{"licence_expired": "20", "seats_exceeded": "10", "client_missing": "10", "sync_failed": "10"} {
			w.wantCode(w.DB.Snooze(t.Context(), w.admin, kind, w.id(id), inDays(1)), portal.NotFound)
		}
		w.wantCode(w.DB.Snooze(t.Context(), w.msp1, "msp_without_clients", w.id("1"), inDays(1)), portal.NotFound)
		w.wantCode(w.DB.Snooze(t.Context(), w.atClient("10"), "licence_expired", w.id("10"), inDays(1)), portal.NotFound)
	})
	t.Run("are_kept_there_by_the_database", func(t *testing.T) {
		const count, remove = "select count(*) from attention_mark", "delete from attention_mark where mark = 'none'"
		foreign := w.sibling()
		for viewer, want := range map[portal.Viewer]int64{
			w.admin: 2, w.colleague: 2, w.msp1: 2, w.msp2: 0, foreign.admin: 0, w.atClient("10"): -1,
		} {
			if got := read(t, w.DB, viewer, count); got != want {
				t.Errorf("%s: got %d marks, want %d", viewer.Role, got, want)
			}
		}
		if got := writeAs(t, w.DB, w.msp2, strings.Replace(remove, "'none'", "mark", 1)); got != 0 {
			t.Errorf("got %d deleted marks of another node, want 0", got)
		}
		insert := fmt.Sprintf(`
			insert into attention_mark (mssp_id, node_id, kind, mark, entity_id, grant_id, reason)
			values ('%s', '%%s', 'client_missing', 'handled', '%s', '%s', '')`, w.ID, w.id("11"), w.msp1.GrantID)
		for _, node := range []string{noNode, w.id("2")} {
			if err := tryWrite(t, w.DB, w.msp1, fmt.Sprintf(insert, node)); err == nil {
				t.Errorf("got no error for a mark at %s, want a refusal", node)
			}
		}
	})
}

func TestMarks(t *testing.T) {
	t.Parallel()
	t.Run("that_are_the_same_are_written_once", func(t *testing.T) {
		w := newMarkTest(t)
		until := inDays(3)
		for range 2 {
			w.wantCode(w.DB.Snooze(t.Context(), w.admin, "licence_expired", w.id("10"), until), "")
			w.handle(w.admin, "licence_expired", "10")
		}
		w.wantCode(w.DB.RemoveMark(t.Context(), w.colleague, portal.MarkHandled, "licence_expired", w.id("10")), "")
		w.wantCode(w.DB.RemoveMark(t.Context(), w.colleague, portal.MarkHandled, "licence_expired", w.id("10")), "")
		got := value[string](w.tenant, `
			select string_agg(concat_ws(' ', a.action, a.detail ->> 'kind', a.actor_id = $2), ', ' order by a.id)
			from audit_log a
			where a.target = $1`, w.id("10"), w.admin.UserID)
		want := "attention_snoozed licence_expired t, attention_handled licence_expired t, attention_not_handled licence_expired f"
		if got != want {
			t.Errorf("got the audit log %q, want %q", got, want)
		}
	})
	t.Run("change_the_stamp_of_the_overview", func(t *testing.T) {
		w := newMarkTest(t)
		stamps := map[string]string{}
		look := func(after string) {
			t.Helper()
			_, read, err := w.DB.Overview(t.Context(), w.colleague, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			if stamp, err := w.DB.OverviewStamp(t.Context(), w.colleague); err != nil || stamp.Marks != read.Marks {
				t.Errorf("%s: got the stamp %q (%v), want %q as of the overview", after, stamp.Marks, err, read.Marks)
			}
			if other, seen := stamps[read.Marks]; seen {
				t.Errorf("got the same stamp after %s and %s, want others", other, after)
			}
			stamps[read.Marks] = after
		}
		look("nothing")
		w.handle(w.admin, "licence_expired", "10")
		look("handling")
		w.snooze(w.admin, "licence_expired", "10")
		look("snoozing")
		w.Exec("update user_role set active = false where id = $1", w.admin.GrantID)
		look("deactivating the handler")
		w.Exec("update attention_mark set until_at = now() - interval '1 second' where mark = 'snoozed'")
		look("the end of the snooze")
	})
	t.Run("are_limited_in_number", func(t *testing.T) {
		w := newMarkTest(t)
		fill := func(n int) {
			w.Exec(`
				insert into attention_mark (mssp_id, node_id, kind, mark, entity_id, grant_id, reason)
				select $1, $2, 'licence_expired', 'handled', new_id(), $3, ''
				from generate_series(1, $4::int)`, w.ID, noNode, w.admin.GrantID, n)
		}
		fill(portal.MaxMarks)
		w.snooze(w.admin, "licence_expired", "10")
		if n := value[int](w.tenant, "select count(*) from attention_mark"); n != 1 {
			t.Errorf("got %d marks, want 1: the others mark nothing", n)
		}
		w.Exec(`
			insert into client (mssp_id, id, msp_id, mssp_product_id, external_id, name, type, raw, first_seen_at, last_seen_at, changed_in,
				expires_on)
			select mssp_id, new_id(), msp_id, mssp_product_id, 'x' || n, 'Copy ' || n, 'CORP', '{}', now(), now(), 1, expires_on
			from client, generate_series(1, $2::int) n
			where id = $1`, w.id("10"), portal.MaxMarks-1)
		w.Exec(`
			insert into attention_mark (mssp_id, node_id, kind, mark, entity_id, grant_id, reason)
			select mssp_id, $1, 'licence_expired', 'handled', id, $2, expires_on::text
			from client
			where name like 'Copy %'`, noNode, w.admin.GrantID)
		w.wantCode(w.DB.Snooze(t.Context(), w.admin, "licence_expired", w.id("12"), inDays(1)), portal.Conflict)
		w.snooze(w.admin, "licence_expired", "10")
		w.snooze(w.msp1, "licence_expired", "12")
	})
}
