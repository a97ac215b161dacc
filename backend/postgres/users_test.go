package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// users returns a page of users and fails the test if the viewer may not read it.
func users(t *testing.T, w *testkit.World, viewer portal.Viewer, q portal.UserQuery) portal.UserPage {
	t.Helper()
	page, err := w.DB.Users(context.Background(), viewer, q)
	if err != nil {
		t.Fatalf("%s lists users by %+v: got %v, want no error", viewer.Role, q, err)
	}
	return page
}

func namesOf(page portal.UserPage) []string {
	names := make([]string, len(page.Items))
	for i, u := range page.Items {
		names[i] = u.Name
	}
	return names
}

func wantCode(t *testing.T, err error, want portal.Code) {
	t.Helper()
	if got := portal.ErrorCode(err); got != want {
		t.Fatalf("got code %q (%v), want %q", got, err, want)
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	t.Run("admin_reads_users_of_own_scope", testUsersAdminReadsOwnScope)
	t.Run("invalid_query_names_parameter", testUsersInvalidQueryNamesParameter)
	t.Run("pages_have_each_user_once_in_order", testUsersPagesHaveEachUserOnce)
	t.Run("list_costs_one_round_trip", testUsersListCostsOneRoundTrip)
	t.Run("sessions_are_counted_while_live", testUsersSessionsAreCountedWhileLive)
	t.Run("query_without_scope_finds_own_users", testUsersQueryFindsOwnUsers)
}

func testUsersAdminReadsOwnScope(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	both := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
	w.Grant(t, both.UserID, portal.MSSPAdmin, w.Other.At(portal.MSSPAdmin, 0))
	w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 1))
	w.Exec(t, `
		insert into identity (provider, issuer, subject, user_id, last_login_at)
		values ('entra', 'i', 's', $1, now() - interval '1 day'), ('google', 'i', 's', $1, now())`, both.UserID)

	page := users(t, w, w.Own.Viewers[portal.MSSPAdmin], portal.UserQuery{})
	if page.Total != 7 || len(page.Items) != 7 || page.NextCursor != nil {
		t.Errorf("users of the MSSP: got %d and total %d, want 7", len(page.Items), page.Total)
	}
	page = users(t, w, w.Own.Viewers[portal.MSPAdmin], portal.UserQuery{})
	if page.Total != 4 || len(page.Items) != 4 {
		t.Errorf("users of the MSP and its clients: got %d and total %d, want 4", len(page.Items), page.Total)
	}
	for _, u := range page.Items {
		if u.Sessions != 1 || !u.Active || len(u.Grants) != 1 || u.Grants[0].Scope.MSPID != w.Own.MSPs[0].ID || !u.Grants[0].Active {
			t.Errorf("got %+v, want one active grant at the MSP and one session", u)
		}
		if u.Self != (u.ID == w.Own.Viewers[portal.MSPAdmin].UserID) {
			t.Errorf("%s: got Self %t, want %t", u.ID, u.Self, !u.Self)
		}
		if u.ID == both.UserID && (u.Provider != portal.Google || u.Grants[0].Node != w.Own.MSPs[0].Name || u.Grants[0].MSSP != w.Own.Name) {
			t.Errorf("got %+v, want the provider of the last sign-in and the names of the node", u)
		}
	}
	_, err := w.DB.Users(context.Background(), w.Own.Viewers[portal.ClientUser], portal.UserQuery{})
	wantCode(t, err, portal.Forbidden)
}

func TestUserFilter(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	admin := w.Own.Viewers[portal.MSSPAdmin]
	kim := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 1))
	w.Exec(t, "update app_user set name = 'Kim 100%', email = 'K.Doe@harbour.example' where id = $1", kim.UserID)
	w.Exec(t, "update user_role set active = false where user_id = $1", w.Own.Viewers[portal.MSPUser].UserID)
	for name, find := range map[string]struct {
		query portal.UserQuery
		want  []string
	}{
		"name":                  {portal.UserQuery{Q: "kIM"}, []string{"Kim 100%"}},
		"email":                 {portal.UserQuery{Q: "doe@HARBOUR"}, []string{"Kim 100%"}},
		"wildcard_as_text":      {portal.UserQuery{Q: "0%"}, []string{"Kim 100%"}},
		"role":                  {portal.UserQuery{Role: portal.MSPUser}, []string{"A msp_user", "Kim 100%"}},
		"msp":                   {portal.UserQuery{MSPID: w.Own.MSPs[1].ID}, []string{"Kim 100%"}},
		"role_at_msp":           {portal.UserQuery{MSPID: w.Own.MSPs[0].ID, Role: portal.ClientUser}, []string{"A client_user"}},
		"deactivated":           {portal.UserQuery{Status: portal.UserDeactivated}, []string{"A msp_user"}},
		"active_with_role":      {portal.UserQuery{Status: portal.UserActive, Role: portal.MSPUser}, []string{"Kim 100%"}},
		"msp_of_another_tenant": {portal.UserQuery{MSPID: w.Other.MSPs[0].ID}, nil},
		"no_match":              {portal.UserQuery{Q: "nobody"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			page := users(t, w, admin, find.query)
			if got := namesOf(page); !slices.Equal(got, find.want) && len(got)+len(find.want) > 0 || page.Total != int64(len(find.want)) {
				t.Errorf("got %q, total %d, want %q", got, page.Total, find.want)
			}
		})
	}
}

func testUsersInvalidQueryNamesParameter(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	for field, q := range map[string]portal.UserQuery{
		"sort": {Sort: "shoe_size"}, "cursor": {Cursor: "x"}, "msp_id": {MSPID: "'"}, "status": {Status: "asleep"},
	} {
		_, err := w.DB.Users(context.Background(), w.Own.Viewers[portal.MSSPAdmin], q)
		var wrong *portal.Error
		if !errors.As(err, &wrong) || wrong.Code != portal.Invalid || wrong.Field != field {
			t.Errorf("%+v: got %v, want Invalid that names %s", q, err, field)
		}
	}
}

func testUsersPagesHaveEachUserOnce(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	for i := range 20 {
		user := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, i%2))
		w.Exec(t, "update app_user set name = $2, last_login_at = $3 from (select 1) as x where id = $1", user.UserID,
			[]string{"", "Same", fmt.Sprint("Name ", i)}[i%3], map[bool]any{true: "2026-01-02T03:04:05.123456Z", false: nil}[i%4 == 0])
	}
	w.Grant(t, w.Own.Viewers[portal.MSPUser].UserID, portal.MSSPAdmin, w.Own.At(portal.MSSPAdmin, 0))
	for _, viewer := range []portal.Viewer{w.Own.Viewers[portal.MSSPAdmin], w.Own.Viewers[portal.MSPAdmin]} {
		for _, sort := range []string{"", "name", "-name", "email", "-email", "last_login_at", "-last_login_at",
			"role", "-role", "role,-name", "-role,last_login_at"} {
			whole := users(t, w, viewer, portal.UserQuery{Sort: sort, Limit: 200})
			var paged []portal.UserItem
			for cursor := ""; ; {
				page := users(t, w, viewer, portal.UserQuery{Sort: sort, Limit: 4, Cursor: cursor})
				paged = append(paged, page.Items...)
				if page.Total != whole.Total {
					t.Fatalf("total of a page by %s: got %d, want %d", sort, page.Total, whole.Total)
				}
				if page.NextCursor == nil {
					break
				}
				cursor = *page.NextCursor
			}
			id := func(u portal.UserItem) string { return u.ID }
			if fmt.Sprint(mapped(whole.Items, id)) != fmt.Sprint(mapped(paged, id)) || int64(len(paged)) != whole.Total {
				t.Errorf("by %q as %s: got %d users in pages, want the same %d as on one page, total %d",
					sort, viewer.Role, len(paged), len(whole.Items), whole.Total)
			}
		}
	}
	byRole := users(t, w, w.Own.Viewers[portal.MSSPAdmin], portal.UserQuery{Sort: "role,name", Limit: 4})
	if got := namesOf(byRole); !slices.Equal(got, []string{"A msp_user", "A mssp_admin", "A mssp_staff", "A msp_admin"}) {
		t.Errorf("first users by role: got %q, want the user with two roles at the wider one", got)
	}
}

func mapped[T, U any](items []T, of func(T) U) []U {
	out := make([]U, len(items))
	for i, item := range items {
		out[i] = of(item)
	}
	return out
}

func testUsersListCostsOneRoundTrip(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	db, trips := counted(t, w.URLs)
	for range 3 {
		if _, err := db.Users(context.Background(), w.Own.Viewers[portal.MSSPAdmin], portal.UserQuery{Q: "a"}); err != nil {
			t.Fatal(err)
		}
		if _, err := db.OwnSessions(context.Background(), w.Own.Viewers[portal.MSPUser]); err != nil {
			t.Fatal(err)
		}
	}
	before := trips()
	for range 10 {
		if _, err := db.Users(context.Background(), w.Own.Viewers[portal.MSSPAdmin], portal.UserQuery{Q: "a"}); err != nil {
			t.Fatal(err)
		}
		if _, err := db.OwnSessions(context.Background(), w.Own.Viewers[portal.MSPUser]); err != nil {
			t.Fatal(err)
		}
	}
	if n := trips() - before; n != 20 {
		t.Errorf("round trips of 20 lists: got %d, want 20", n)
	}
}

func testUsersSessionsAreCountedWhileLive(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	user := w.Own.Viewers[portal.MSPUser].UserID
	for _, state := range []string{"now()", "null"} {
		w.Exec(t, `
			insert into session (id, user_id, idle_expires_at, expires_at, revoked_at)
			values ($1, $2, now() + interval '1 day', now() + interval '1 day', `+state+`)`, postgres.NewID(), user)
	}
	w.Exec(t, `
		insert into session (id, user_id, idle_expires_at, expires_at)
		values ($1, $2, now() - interval '1 second', now() + interval '1 day')`, postgres.NewID(), user)
	w.Exec(t, `
		insert into session (id, user_id, idle_expires_at, expires_at)
		values ($1, $2, now() + interval '1 day', now() - interval '1 second')`, postgres.NewID(), user)
	w.Exec(t, `
		insert into session_grant (session_id, grant_id)
		select id, $2 from session where user_id = $1
		on conflict do nothing`, user, w.Own.Viewers[portal.MSPUser].GrantID)
	for _, role := range []portal.Role{portal.MSSPAdmin, portal.MSPAdmin} {
		page := users(t, w, w.Own.Viewers[role], portal.UserQuery{Role: portal.MSPUser})
		if len(page.Items) != 1 || page.Items[0].Sessions != 2 {
			t.Errorf("%s: got %+v, want two live sessions", role, page.Items)
		}
	}
}

func testUsersQueryFindsOwnUsers(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 1))
	for role, want := range map[portal.Role]int64{portal.MSSPAdmin: 6, portal.MSPAdmin: 3} {
		suffix := strings.Replace(string(role.Level()), "portal_", "", 1)
		for _, sql := range []string{
			"select count(*) from person_of_" + suffix, "select count(*) from session_of_" + suffix,
			"select count(distinct user_id) from user_role",
		} {
			if n := read(t, w.DB, w.Own.Viewers[role], sql); n != want {
				t.Errorf("%s: %s: got %d, want %d", role, sql, n, want)
			}
		}
	}
	for _, sql := range []string{
		"select count(*) from person_of_msp", "select count(*) from session_of_msp", "select count(*) from app_user",
		"select count(*) from session",
	} {
		if n := read(t, w.DB, w.Own.Viewers[portal.MSSPAdmin], sql); n != -1 {
			t.Errorf("%s as an MSSP's admin: got %d, want a refusal", sql, n)
		}
	}
}
