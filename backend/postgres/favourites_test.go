package postgres_test

import (
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

// linkTest is a test of favourites and recents.
type linkTest struct{ *testkit.WorldTest }

func newLinkTest(t *testing.T) linkTest {
	t.Helper()
	t.Parallel()
	return linkTest{testkit.NewWorldTest(t)}
}

func (w linkTest) mark(v portal.Viewer, kind portal.CustomerKind, id string) {
	w.Helper()
	w.wantCode(w.DB.MarkFavourite(w.Context(), v, kind, id), "")
}

func (w linkTest) open(v portal.Viewer, kind portal.CustomerKind, id string) {
	w.Helper()
	w.wantCode(w.DB.SaveRecent(w.Context(), v, kind, id), "")
}

func (w linkTest) wantCode(err error, want portal.Code) {
	w.Helper()
	if got := portal.ErrorCode(err); got != want {
		w.Errorf("got %q (%v), want %q", got, err, want)
	}
}

func (w linkTest) favourites(v portal.Viewer) []portal.Favourite {
	w.Helper()
	favourites, err := w.DB.Favourites(w.Context(), v)
	if err != nil {
		w.Fatal(err)
	}
	return favourites.Items
}

func (w linkTest) wantFavourites(v portal.Viewer, want ...string) {
	w.Helper()
	var names []string
	for _, f := range w.favourites(v) {
		names = append(names, f.Name)
	}
	if got, want := strings.Join(names, ", "), strings.Join(want, ", "); got != want {
		w.Errorf("%s: got the favourites %q, want %q", v.Role, got, want)
	}
}

func (w linkTest) wantRecents(v portal.Viewer, want ...string) {
	w.Helper()
	recents, err := w.DB.Recents(w.Context(), v)
	if err != nil {
		w.Fatal(err)
	}
	var names []string
	for _, r := range recents.Items {
		names = append(names, r.Name)
	}
	if got, want := strings.Join(names, ", "), strings.Join(want, ", "); got != want {
		w.Errorf("%s: got the recents %q, want %q", v.Role, got, want)
	}
}

// clientOf returns the i-th client of the j-th MSP of the tenant Own.
func (w linkTest) clientOf(msp, i int) testkit.Node { return w.Own.MSPs[msp].Clients[i] }

func TestFavourites(t *testing.T) {
	t.Parallel()
	t.Run("are_of_one_user_by_name", func(t *testing.T) {
		w := newLinkTest(t)
		admin, user := w.Own.Viewers[portal.MSSPAdmin], w.Own.Viewers[portal.MSPUser]
		w.mark(admin, portal.KindMSP, w.Own.MSPs[1].ID)
		w.mark(admin, portal.KindClient, w.Own.Direct.ID)
		w.mark(admin, portal.KindClient, w.clientOf(1, 0).ID)
		w.mark(admin, portal.KindClient, w.clientOf(1, 0).ID)
		w.mark(user, portal.KindMSP, w.Own.MSPs[0].ID)
		w.wantFavourites(admin, w.Own.Direct.Name, w.Own.MSPs[1].Name, w.clientOf(1, 0).Name)
		w.wantFavourites(user, w.Own.MSPs[0].Name)
		w.wantFavourites(w.Own.Viewers[portal.MSSPStaff])
		if f := w.favourites(admin)[2]; f.Kind != portal.KindClient || f.Context != w.Own.MSPs[1].Name || f.Status != portal.Active {
			t.Errorf("got %+v, want an active client of %s", f, w.Own.MSPs[1].Name)
		}
		for range 2 {
			w.wantCode(w.DB.UnmarkFavourite(t.Context(), admin, portal.KindClient, w.Own.Direct.ID), "")
		}
		w.wantFavourites(admin, w.Own.MSPs[1].Name, w.clientOf(1, 0).Name)
	})
	t.Run("outside_the_scope_are_not_found", testFavouritesOutside)
	t.Run("follow_a_client_out_of_the_scope_and_back", testFavouritesLeave)
	t.Run("are_limited_in_number", testFavouritesAreLimited)
	t.Run("go_with_the_grant", testFavouritesGoWithGrant)
	t.Run("of_another_user_cannot_be_read_or_written", testFavouritesOfAnother)
}

func testFavouritesOutside(t *testing.T) {
	w := newLinkTest(t)
	for _, role := range []portal.Role{portal.MSPAdmin, portal.MSPUser, portal.ClientUser} {
		viewer := w.Own.Viewers[role]
		for _, id := range []string{w.clientOf(1, 0).ID, w.Own.Direct.ID, w.Other.Direct.ID, w.Own.MSPs[0].ID, noNode, "1", "'"} {
			w.wantCode(w.DB.MarkFavourite(t.Context(), viewer, portal.KindClient, id), portal.NotFound)
			w.wantCode(w.DB.UnmarkFavourite(t.Context(), viewer, portal.KindClient, id), portal.NotFound)
			w.wantCode(w.DB.SaveRecent(t.Context(), viewer, portal.KindClient, id), portal.NotFound)
		}
	}
	for _, id := range []string{w.Own.MSPs[1].ID, w.Other.MSPs[0].ID} {
		w.wantCode(w.DB.MarkFavourite(t.Context(), w.Own.Viewers[portal.MSPAdmin], portal.KindMSP, id), portal.NotFound)
	}
	w.wantCode(w.DB.MarkFavourite(t.Context(), w.Own.Viewers[portal.ClientUser], portal.KindMSP, w.Own.MSPs[0].ID), portal.Forbidden)
	if n := w.Count("select (select count(*) from favourite) + (select count(*) from recent)"); n != 0 {
		t.Errorf("got %d rows, want 0", n)
	}
}

func testFavouritesLeave(t *testing.T) {
	w := newLinkTest(t)
	user, client := w.Own.Viewers[portal.MSPUser], w.clientOf(0, 0)
	w.mark(user, portal.KindClient, client.ID)
	w.open(user, portal.KindClient, client.ID)
	move := func(msp string) { w.Exec("update client set msp_id = $2 where id = $1", client.ID, msp) }
	move(w.Own.MSPs[1].ID)
	w.wantFavourites(user)
	w.wantRecents(user)
	move(w.Own.MSPs[0].ID)
	w.Exec("update client set name = 'New Name' where id = $1", client.ID)
	w.wantFavourites(user, "New Name")
	w.wantRecents(user, "New Name")
}

func testFavouritesAreLimited(t *testing.T) {
	w := newLinkTest(t)
	user := w.Own.Viewers[portal.MSPUser]
	// Favourites that have left the scope do not keep others out.
	w.Exec(`
		insert into favourite (mssp_id, grant_id, kind, entity_id)
		select $1, $2, 'client', new_id()
		from generate_series(1, 200)`, user.Scope.MSSPID, user.GrantID)
	w.mark(user, portal.KindClient, w.clientOf(0, 0).ID)
	if n := w.Count("select count(*) from favourite"); n != 1 {
		t.Errorf("got %d rows, want 1", n)
	}
	w.Exec(`
		insert into client (mssp_id, id, msp_id, mssp_product_id, external_id, name, type, raw, first_seen_at, last_seen_at, changed_in)
		select mssp_id, new_id(), msp_id, mssp_product_id, 'x' || n, 'Copy ' || n, 'CORP', '{}', now(), now(), 1
		from client, generate_series(1, 199) n
		where id = $1`, w.clientOf(0, 0).ID)
	w.Exec(`
		insert into favourite (mssp_id, grant_id, kind, entity_id)
		select $1, $2, 'client', id
		from client
		where name like 'Copy %'`, user.Scope.MSSPID, user.GrantID)
	w.wantCode(w.DB.MarkFavourite(t.Context(), user, portal.KindClient, w.clientOf(0, 1).ID), portal.Conflict)
	w.mark(user, portal.KindClient, w.clientOf(0, 0).ID)
	if n := len(w.favourites(user)); n != portal.MaxFavourites {
		t.Errorf("got %d favourites, want %d", n, portal.MaxFavourites)
	}
}

func testFavouritesGoWithGrant(t *testing.T) {
	w := newLinkTest(t)
	user := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
	w.mark(user, portal.KindClient, w.clientOf(0, 0).ID)
	w.open(user, portal.KindClient, w.clientOf(0, 0).ID)
	w.mark(w.Own.Viewers[portal.MSPUser], portal.KindClient, w.clientOf(0, 0).ID)
	change := portal.UserChange{MSPID: new(w.Own.MSPs[1].ID)}
	if _, err := w.DB.ChangeUser(t.Context(), w.Own.Viewers[portal.MSSPAdmin], user.UserID, change); err != nil {
		t.Fatal(err)
	}
	got := w.Text("select concat_ws(' ', (select count(*) from favourite), (select count(*) from recent))")
	if got != "1 0" {
		t.Errorf("got %s favourites and recents, want 1 0: those of the other user", got)
	}
	w.Exec("delete from user_role where id = $1", w.Own.Viewers[portal.MSPUser].GrantID)
	if n := w.Count("select count(*) from favourite"); n != 0 {
		t.Errorf("got %d favourites of a deleted grant, want 0", n)
	}
}

func testFavouritesOfAnother(t *testing.T) {
	w := newLinkTest(t)
	owner, colleague := w.Own.Viewers[portal.MSPAdmin], w.Own.Viewers[portal.MSPUser]
	w.mark(owner, portal.KindClient, w.clientOf(0, 0).ID)
	w.open(owner, portal.KindClient, w.clientOf(0, 0).ID)
	for _, table := range []string{"favourite", "recent"} {
		for _, viewer := range []portal.Viewer{colleague, w.Own.Viewers[portal.MSSPAdmin], w.Other.Viewers[portal.MSPAdmin]} {
			if n := read(t, w.DB, viewer, "select count(*) from "+table); n != 0 {
				t.Errorf("%s, %s: got %d rows of another user, want 0", table, viewer.Role, n)
			}
			if n := writeAs(t, w.DB, viewer, "delete from "+table); n != 0 {
				t.Errorf("%s, %s: got %d deleted rows of another user, want 0", table, viewer.Role, n)
			}
		}
		sql := "insert into " + table + " (mssp_id, grant_id, kind, entity_id) values ('" + owner.Scope.MSSPID + "', '" + owner.GrantID +
			"', 'client', '" + w.clientOf(0, 1).ID + "')"
		if err := tryWrite(t, w.DB, colleague, sql); err == nil {
			t.Errorf("%s: got no error for a row of another user, want a refusal", table)
		}
	}
	// A row may name a customer outside the scope, but nothing of it is returned.
	w.Exec(`
		insert into favourite (mssp_id, grant_id, kind, entity_id)
		values ($1, $2, 'client', $3), ($1, $2, 'msp', $4)`, owner.Scope.MSSPID, colleague.GrantID, w.clientOf(1, 0).ID, w.Own.MSPs[1].ID)
	w.wantFavourites(colleague)
}

func TestRecents(t *testing.T) {
	t.Parallel()
	t.Run("are_the_last_opened_first", func(t *testing.T) {
		w := newLinkTest(t)
		admin := w.Own.Viewers[portal.MSSPAdmin]
		w.open(admin, portal.KindClient, w.Own.Direct.ID)
		w.open(admin, portal.KindMSP, w.Own.MSPs[0].ID)
		w.open(admin, portal.KindClient, w.clientOf(0, 0).ID)
		w.open(admin, portal.KindClient, w.Own.Direct.ID)
		w.wantRecents(admin, w.Own.Direct.Name, w.clientOf(0, 0).Name, w.Own.MSPs[0].Name)
		w.wantRecents(w.Own.Viewers[portal.MSSPStaff])
	})
	t.Run("are_twenty_at_most", func(t *testing.T) {
		w := newLinkTest(t)
		admin := w.Own.Viewers[portal.MSSPAdmin]
		w.Exec(`
			insert into recent (mssp_id, grant_id, kind, entity_id, opened_at)
			select $1, $2, 'client', new_id(), now() - n * interval '1 minute'
			from generate_series(1, 20) n`, admin.Scope.MSSPID, admin.GrantID)
		oldest := w.Text("select entity_id::text from recent order by opened_at limit 1")
		w.open(admin, portal.KindClient, w.Own.Direct.ID)
		if n := w.Count("select count(*) from recent"); n != portal.MaxRecents {
			t.Errorf("got %d rows, want %d", n, portal.MaxRecents)
		}
		if n := w.Count("select count(*) from recent where entity_id = $1", oldest); n != 0 {
			t.Error("got the row that was opened longest ago, want it removed")
		}
		w.wantRecents(admin, w.Own.Direct.Name)
	})
}
