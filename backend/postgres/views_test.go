package postgres_test

import (
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

// viewTest is a test of views.
type viewTest struct{ *testkit.WorldTest }

func newViewTest(t *testing.T) viewTest {
	t.Helper()
	t.Parallel()
	return viewTest{testkit.NewWorldTest(t)}
}

func (w viewTest) create(v portal.Viewer, n portal.NewView) portal.View {
	w.Helper()
	if n.List == "" {
		n.List = portal.ListClients
	}
	view, err := w.DB.CreateView(w.Context(), v, n)
	if err != nil {
		w.Fatalf("create %q as %s: %v", n.Name, v.Role, err)
	}
	return view
}

func (w viewTest) change(v portal.Viewer, id string, c portal.ViewChange) (portal.View, error) {
	return w.DB.ChangeView(w.Context(), v, id, c)
}

// names returns the names of the views that a viewer sees, a star after the default of its list.
func (w viewTest) names(v portal.Viewer) string {
	w.Helper()
	views, err := w.DB.Views(w.Context(), v, portal.ViewQuery{})
	if err != nil {
		w.Fatalf("list views as %s: %v", v.Role, err)
	}
	var names []string
	for _, view := range views.Items {
		if view.Default {
			view.Name += "*"
		}
		names = append(names, view.Name)
	}
	return strings.Join(names, " ")
}

func (w viewTest) wantNames(v portal.Viewer, want string) {
	w.Helper()
	if got := w.names(v); got != want {
		w.Errorf("%s at %+v: got the views %q, want %q", v.Role, v.Scope, got, want)
	}
}

func (w viewTest) wantCode(err error, want portal.Code) {
	w.Helper()
	if got := portal.ErrorCode(err); got != want {
		w.Errorf("got %q (%v), want %q", got, err, want)
	}
}

func TestViews(t *testing.T) {
	t.Parallel()
	t.Run("own_are_seen_by_their_user_alone", testViewsOwnAreSeenByUserAlone)
	t.Run("shared_are_seen_at_the_same_node_alone", testViewsSharedAreSeenAtNodeAlone)
	t.Run("of_another_grant_of_the_user_are_not_seen", testViewsOfAnotherGrant)
	t.Run("of_lists_the_role_does_not_see_are_hidden", testViewsOfHiddenLists)
	t.Run("name_the_user_who_shared_them", testViewsNameTheirOwner)
	t.Run("only_administrators_share", testViewsOnlyAdministratorsShare)
	t.Run("names_are_unique_without_case", testViewsNamesAreUnique)
	t.Run("are_limited_in_number", testViewsAreLimited)
	t.Run("a_default_is_of_one_user_and_list", testViewsDefault)
	t.Run("sharing_ends_for_others_at_once", testViewsSharingEnds)
	t.Run("a_query_that_is_no_longer_known_is_returned", testViewsUnknownQuery)
	t.Run("own_go_with_the_grant_and_shared_stay", testViewsOfAMovedGrant)
	t.Run("shared_ones_are_in_the_audit_log", testViewsAudit)
	t.Run("of_another_scope_cannot_be_written", testViewsOfAnotherScope)
}

func testViewsOwnAreSeenByUserAlone(t *testing.T) {
	w := newViewTest(t)
	for role, viewer := range w.Own.Viewers {
		w.create(viewer, portal.NewView{Name: string(role), Query: "status=active"})
	}
	for role, viewer := range w.Own.Viewers {
		w.wantNames(viewer, string(role))
	}
	for _, viewer := range w.Other.Viewers {
		w.wantNames(viewer, "")
	}
	colleague := w.Person(w, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
	w.wantNames(colleague, "")
}

func testViewsSharedAreSeenAtNodeAlone(t *testing.T) {
	w := newViewTest(t)
	sibling := w.Person(w, portal.MSPAdmin, w.Own.At(portal.MSPAdmin, 1))
	w.create(w.Own.Viewers[portal.MSSPAdmin], portal.NewView{Name: "mssp", Shared: true})
	w.create(w.Own.Viewers[portal.MSPAdmin], portal.NewView{Name: "msp", Shared: true})
	w.create(sibling, portal.NewView{Name: "sibling", Shared: true})
	for role, want := range map[portal.Role]string{
		portal.MSSPAdmin: "mssp", portal.MSSPStaff: "mssp", portal.MSPAdmin: "msp", portal.MSPUser: "msp", portal.ClientUser: "",
	} {
		w.wantNames(w.Own.Viewers[role], want)
		w.wantNames(w.Other.Viewers[role], "")
	}
	w.wantNames(sibling, "sibling")
}

func testViewsOfAnotherGrant(t *testing.T) {
	w := newViewTest(t)
	admin := w.Own.Viewers[portal.MSSPAdmin]
	w.create(admin, portal.NewView{Name: "as-admin"})
	staff := admin
	staff.Role = portal.MSSPStaff
	staff.GrantID = w.Grant(w, admin.UserID, portal.MSSPStaff, admin.Scope)
	w.wantNames(staff, "")
	w.create(staff, portal.NewView{Name: "as-staff"})
	w.wantNames(admin, "as-admin")
}

func testViewsOfHiddenLists(t *testing.T) {
	w := newViewTest(t)
	admin, staff := w.Own.Viewers[portal.MSSPAdmin], w.Own.Viewers[portal.MSSPStaff]
	users := w.create(admin, portal.NewView{List: portal.ListUsers, Name: "users", Query: "role=msp_user", Shared: true})
	w.create(admin, portal.NewView{List: portal.ListMSPs, Name: "msps", Shared: true})
	w.wantNames(staff, "msps")
	_, err := w.change(staff, users.ID, portal.ViewChange{Default: new(true)})
	w.wantCode(err, portal.NotFound)
	for list, roles := range map[portal.ViewList][]portal.Role{
		portal.ListUsers: {portal.MSSPStaff, portal.MSPUser, portal.ClientUser}, portal.ListMSPs: {portal.ClientUser},
		portal.ListInvites: {portal.MSSPStaff},
	} {
		for _, role := range roles {
			_, err := w.DB.CreateView(t.Context(), w.Own.Viewers[role], portal.NewView{List: list, Name: "x"})
			w.wantCode(err, portal.Forbidden)
		}
	}
}

func testViewsNameTheirOwner(t *testing.T) {
	w := newViewTest(t)
	for author, reader := range map[portal.Role]portal.Role{portal.MSSPAdmin: portal.MSSPStaff, portal.MSPAdmin: portal.MSPUser} {
		w.create(w.Own.Viewers[author], portal.NewView{Name: "shared", Shared: true})
		own := w.create(w.Own.Viewers[reader], portal.NewView{Name: "own"})
		views, err := w.DB.Views(t.Context(), w.Own.Viewers[reader], portal.ViewQuery{List: portal.ListClients})
		if err != nil || len(views.Items) != 2 {
			t.Fatalf("got %+v, %v, want two views", views, err)
		}
		if mine := views.Items[0]; mine.ID != own.ID || !mine.Own || mine.Owner != nil || mine.Shared {
			t.Errorf("got the own view %+v, want it own, not shared, without an owner's name", mine)
		}
		if theirs := views.Items[1]; theirs.Own || !theirs.Shared || theirs.Owner == nil || *theirs.Owner != "A "+string(author) {
			t.Errorf("got the shared view %+v, want it of %q", theirs, "A "+string(author))
		}
		w.Exec("delete from user_role where user_id = $1", w.Own.Viewers[author].UserID)
		views, err = w.DB.Views(t.Context(), w.Own.Viewers[reader], portal.ViewQuery{})
		if err != nil || len(views.Items) != 2 || views.Items[1].Owner != nil {
			t.Errorf("after its owner has left: got %+v, %v, want it without an owner", views, err)
		}
	}
}

func testViewsOnlyAdministratorsShare(t *testing.T) {
	w := newViewTest(t)
	for _, role := range []portal.Role{portal.MSSPStaff, portal.MSPUser, portal.ClientUser} {
		viewer := w.Own.Viewers[role]
		_, err := w.DB.CreateView(t.Context(), viewer, portal.NewView{List: portal.ListClients, Name: "x", Shared: true})
		w.wantCode(err, portal.Forbidden)
		own := w.create(viewer, portal.NewView{Name: "own"})
		_, err = w.change(viewer, own.ID, portal.ViewChange{Shared: new(true)})
		w.wantCode(err, portal.Forbidden)
	}
	shared := w.create(w.Own.Viewers[portal.MSPAdmin], portal.NewView{Name: "shared", Shared: true})
	user := w.Own.Viewers[portal.MSPUser]
	for _, c := range []portal.ViewChange{{Name: new("other")}, {Query: new("status=active")}, {Shared: new(false)}} {
		_, err := w.change(user, shared.ID, c)
		w.wantCode(err, portal.Forbidden)
	}
	w.wantCode(w.DB.DeleteView(t.Context(), user, shared.ID), portal.Forbidden)
	colleague := w.Person(w, portal.MSPAdmin, w.Own.At(portal.MSPAdmin, 0))
	_, err := w.change(colleague, shared.ID, portal.ViewChange{Shared: new(false)})
	w.wantCode(err, portal.Forbidden)
	changed, err := w.change(colleague, shared.ID, portal.ViewChange{Name: new("renamed"), Query: new("status=missing")})
	if err != nil || changed.Name != "renamed" || changed.Query != "status=missing" || changed.Own {
		t.Errorf("as another administrator: got %+v, %v, want it renamed", changed, err)
	}
	w.wantCode(w.DB.DeleteView(t.Context(), colleague, shared.ID), "")
	w.wantNames(user, "own")
}

func testViewsNamesAreUnique(t *testing.T) {
	w := newViewTest(t)
	admin := w.Own.Viewers[portal.MSSPAdmin]
	w.create(admin, portal.NewView{Name: "Expiring"})
	other := w.create(admin, portal.NewView{Name: "  Other  "})
	if other.Name != "Other" {
		t.Errorf("got the name %q, want it without the space around it", other.Name)
	}
	w.create(admin, portal.NewView{Name: "EXPIRING", Shared: true})
	w.create(admin, portal.NewView{Name: "expiring", List: portal.ListMSPs})
	w.create(w.Own.Viewers[portal.MSSPStaff], portal.NewView{Name: "expiring"})
	_, err := w.DB.CreateView(t.Context(), admin, portal.NewView{List: portal.ListClients, Name: "expiring"})
	w.wantCode(err, portal.Conflict)
	_, err = w.change(admin, other.ID, portal.ViewChange{Name: new("eXpiring")})
	w.wantCode(err, portal.Conflict)
	_, err = w.DB.CreateView(t.Context(), admin, portal.NewView{List: portal.ListClients, Name: "Expiring", Shared: true})
	w.wantCode(err, portal.Conflict)
	renamed, err := w.change(admin, other.ID, portal.ViewChange{Name: new("OTHER")})
	if err != nil || renamed.Name != "OTHER" {
		t.Errorf("another case of its own name: got %+v, %v, want it renamed", renamed, err)
	}
	for _, name := range []string{"", "  ", "a\nb", strings.Repeat("a", 81), "a\x00"} {
		_, err := w.DB.CreateView(t.Context(), admin, portal.NewView{List: portal.ListClients, Name: name})
		w.wantCode(err, portal.Invalid)
	}
	w.create(admin, portal.NewView{Name: strings.Repeat("ä", 80)})
}

func testViewsAreLimited(t *testing.T) {
	w := newViewTest(t)
	admin := w.Own.Viewers[portal.MSSPAdmin]
	last := w.create(admin, portal.NewView{Name: "last"})
	w.create(admin, portal.NewView{Name: "last shared", Shared: true})
	fill := func(grant string) {
		w.Exec(`
			insert into saved_view (mssp_id, id, node_id, grant_id, author_id, list, name, name_key, query)
			select $1, new_id(), $2, nullif($3, '')::uuid, $4, 'msps', n, n, ''
			from generate_series(1, 99) n`, admin.Scope.MSSPID, noNode, grant, admin.UserID)
	}
	fill(admin.GrantID)
	_, err := w.DB.CreateView(t.Context(), admin, portal.NewView{List: portal.ListClients, Name: "one more"})
	w.wantCode(err, portal.Conflict)
	shared := w.create(admin, portal.NewView{Name: "shared", Shared: true})
	fill("")
	_, err = w.change(admin, last.ID, portal.ViewChange{Shared: new(true)})
	w.wantCode(err, portal.Conflict)
	_, err = w.change(admin, shared.ID, portal.ViewChange{Shared: new(false)})
	w.wantCode(err, portal.Conflict)
	w.create(w.Own.Viewers[portal.MSSPStaff], portal.NewView{Name: "of another user"})
	w.wantCode(w.DB.DeleteView(t.Context(), admin, last.ID), "")
	w.create(admin, portal.NewView{Name: "in its place"})
}

func testViewsDefault(t *testing.T) {
	w := newViewTest(t)
	admin, staff := w.Own.Viewers[portal.MSSPAdmin], w.Own.Viewers[portal.MSSPStaff]
	first := w.create(admin, portal.NewView{Name: "a", Shared: true, Default: true})
	second := w.create(admin, portal.NewView{Name: "b", Default: true})
	w.create(admin, portal.NewView{Name: "c", List: portal.ListMSPs, Default: true})
	w.wantNames(admin, "a b* c*")
	w.wantNames(staff, "a")
	changed, err := w.change(staff, first.ID, portal.ViewChange{Default: new(true)})
	if err != nil || !changed.Default {
		t.Errorf("a shared view as default: got %+v, %v, want it default", changed, err)
	}
	w.wantNames(staff, "a*")
	w.wantNames(admin, "a b* c*")
	_, err = w.change(admin, second.ID, portal.ViewChange{Default: new(false)})
	w.wantCode(err, "")
	w.wantNames(admin, "a b c*")
	w.wantCode(w.DB.DeleteView(t.Context(), admin, first.ID), "")
	w.wantNames(staff, "")
}

func testViewsSharingEnds(t *testing.T) {
	w := newViewTest(t)
	admin, staff := w.Own.Viewers[portal.MSSPAdmin], w.Own.Viewers[portal.MSSPStaff]
	view := w.create(admin, portal.NewView{Name: "a", Shared: true})
	_, err := w.change(staff, view.ID, portal.ViewChange{Default: new(true)})
	w.wantCode(err, "")
	changed, err := w.change(admin, view.ID, portal.ViewChange{Shared: new(false)})
	if err != nil || changed.Shared {
		t.Errorf("got %+v, %v, want it no longer shared", changed, err)
	}
	w.wantNames(staff, "")
	_, err = w.change(staff, view.ID, portal.ViewChange{Default: new(true)})
	w.wantCode(err, portal.NotFound)
	w.wantNames(admin, "a")
}

func testViewsUnknownQuery(t *testing.T) {
	w := newViewTest(t)
	user := w.Own.Viewers[portal.MSPUser]
	view := w.create(user, portal.NewView{Name: "old"})
	w.Exec("update saved_view set query = 'colour=red&columns=colour' where id = $1", view.ID)
	renamed, err := w.change(user, view.ID, portal.ViewChange{Name: new("older")})
	if err != nil || renamed.Query != "colour=red&columns=colour" || renamed.Name != "older" {
		t.Errorf("got %+v, %v, want it renamed with its query as it was", renamed, err)
	}
	_, err = w.change(user, view.ID, portal.ViewChange{Query: new("colour=blue")})
	w.wantCode(err, portal.Invalid)
	w.wantCode(w.DB.DeleteView(t.Context(), user, view.ID), "")
}

func testViewsAudit(t *testing.T) {
	w := newViewTest(t)
	admin := w.Own.Viewers[portal.MSPAdmin]
	view := w.create(admin, portal.NewView{Name: "secret search", Query: "q=secret"})
	for _, c := range []portal.ViewChange{
		{Name: new("Ending")}, {Shared: new(true)}, {Query: new("q=hidden")}, {Default: new(true)}, {Shared: new(false)}, {Shared: new(true)},
	} {
		if _, err := w.change(admin, view.ID, c); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.DB.DeleteView(t.Context(), admin, view.ID); err != nil {
		t.Fatal(err)
	}
	got := w.Text(`
		select string_agg(concat_ws(' ', action, detail ->> 'list', detail ->> 'name'), ', ' order by id)
		from audit_log
		where target = $1
		and actor_id = $2
		and mssp_id = $3`, view.ID, admin.UserID, admin.Scope.MSSPID)
	want := "view_shared clients Ending, view_changed clients Ending, view_unshared clients Ending, view_shared clients Ending, " +
		"view_deleted clients Ending"
	if got != want {
		t.Errorf("got the audit log %q, want %q", got, want)
	}
	if n := w.Count("select count(*) from audit_log where detail::text ~ 'secret|hidden'"); n != 0 {
		t.Errorf("got %d entries with what is searched for, want 0", n)
	}
}
