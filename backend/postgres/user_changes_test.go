package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/wait"
)

func activate(active bool) portal.UserChange { return portal.UserChange{Active: &active} }

func become(role portal.Role, mspID, clientID string) portal.UserChange {
	c := portal.UserChange{Role: &role}
	if mspID != "" {
		c.MSPID = &mspID
	}
	if clientID != "" {
		c.ClientID = &clientID
	}
	return c
}

// changeUser makes a change and fails the test if the viewer may not make it.
func changeUser(t *testing.T, w *testkit.World, viewer portal.Viewer, id string, c portal.UserChange) portal.UserItem {
	t.Helper()
	user, err := w.DB.ChangeUser(context.Background(), viewer, id, c)
	if err != nil {
		t.Fatalf("change %+v by %s: got error %v, want none", c, viewer.Role, err)
	}
	return user
}

// requestCode returns the error code of a data query by the viewer, "" if it succeeds.
func requestCode(w *testkit.World, viewer portal.Viewer) portal.Code {
	_, _, err := w.DB.Clients(context.Background(), viewer, portal.ClientQuery{Limit: 1})
	return portal.ErrorCode(err)
}

// userState returns the grants, live sessions and state of a user in one line.
func userState(t *testing.T, w *testkit.World, userID string) string {
	t.Helper()
	return w.Text(t, `
		select concat_ws(' ', (
			select string_agg(concat_ws('/', id, role, msp_id, client_id, active), ' ' order by id)
			from user_role
			where user_id = $1), (
			select string_agg(id::text, ' ' order by id)
			from session
			where user_id = $1
			and revoked_at is null), (
			select active
			from app_user
			where id = $1))`, userID)
}

func TestChangeUser(t *testing.T) {
	t.Parallel()
	t.Run("deactivation_revokes_sessions", testChangeUserDeactivationRevokesSessions)
	t.Run("inactive_grant_leaves_other_grants", testChangeUserInactiveGrantLeavesOtherGrants)
	t.Run("role_applies_to_next_request", testChangeUserRoleAppliesToNextRequest)
	t.Run("two_admins_change_each_other", testChangeUserTwoAdminsChangeEachOther)
	t.Run("mssp_keeps_last_admin", testChangeUserMSSPKeepsLastAdmin)
	t.Run("is_audited_without_email", testChangeUserIsAuditedWithoutEmail)
}

func testChangeUserDeactivationRevokesSessions(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	for _, by := range []portal.Role{portal.MSSPAdmin, portal.MSPAdmin} {
		person := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
		user := changeUser(t, w, w.Own.Viewers[by], person.UserID, activate(false))
		if user.Active || user.Sessions != 0 || len(user.Grants) != 1 || user.Grants[0].Active {
			t.Errorf("after the deactivation: got %+v, want an inactive user without sessions", user)
		}
		if got := requestCode(w, person); got != portal.Deactivated {
			t.Errorf("next request after a deactivation by %s: got %q, want %q", by, got, portal.Deactivated)
		}
		_, err := w.DB.UserGrant(context.Background(), person.UserID, person.SessionID, person.GrantID)
		if portal.ErrorCode(err) != portal.Deactivated {
			t.Errorf("UserGrant: got %v, want %s", err, portal.Deactivated)
		}
		if user := changeUser(t, w, w.Own.Viewers[by], person.UserID, activate(true)); !user.Active || !user.Grants[0].Active {
			t.Errorf("after the activation: got %+v, want an active user", user)
		}
		if got := requestCode(w, person); got != portal.SessionRevoked {
			t.Errorf("request in a session from before the deactivation: got %q, want %q", got, portal.SessionRevoked)
		}
	}
}

func testChangeUserInactiveGrantLeavesOtherGrants(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	person := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
	second := w.Grant(t, person.UserID, portal.MSPUser, w.Own.At(portal.MSPUser, 1))
	user := changeUser(t, w, w.Own.Viewers[portal.MSPAdmin], person.UserID, activate(false))
	if user.Active || len(user.Grants) != 1 || user.Sessions != 0 {
		t.Errorf("user as the MSP's admin reads it: got %+v, want the inactive grant of the MSP and no session", user)
	}
	if got := requestCode(w, person); got != portal.GrantChanged {
		t.Errorf("request under the inactive grant: got %q, want %q", got, portal.GrantChanged)
	}
	_, err := w.DB.UserGrant(context.Background(), person.UserID, person.SessionID, person.GrantID)
	if portal.ErrorCode(err) != portal.GrantChanged {
		t.Errorf("UserGrant of the inactive grant: got %v, want %s", err, portal.GrantChanged)
	}
	grant, err := w.DB.UserGrant(context.Background(), person.UserID, person.SessionID, second)
	if err != nil || !grant.Scope.Contains(w.Own.At(portal.MSPUser, 1)) {
		t.Fatalf("UserGrant of the other grant: got %+v, %v, want its scope", grant, err)
	}
	person.GrantID, person.Scope = grant.ID, grant.Scope
	me, err := w.DB.Me(context.Background(), person)
	if err != nil || len(me.Grants) != 1 || me.Grant.ID != second || !me.User.Active {
		t.Errorf("Me: got %+v, %v, want the active grant only", me, err)
	}
	all := users(t, w, w.Own.Viewers[portal.MSSPAdmin], portal.UserQuery{Q: person.UserID})
	if len(all.Items) != 1 || !all.Items[0].Active || len(all.Items[0].Grants) != 2 {
		t.Errorf("user as the MSSP's admin reads it: got %+v, want both grants", all.Items)
	}
	one := activate(true)
	one.GrantID = second
	changeUser(t, w, w.Own.Viewers[portal.MSSPAdmin], person.UserID, one)
	if got := requestCode(w, person); got != "" {
		t.Errorf("request under the active grant: got %q, want no error", got)
	}
}

func testChangeUserRoleAppliesToNextRequest(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	admin, second := w.Own.Viewers[portal.MSSPAdmin], w.Own.MSPs[1]
	direct := portal.Scope{Level: portal.LevelClient, MSSPID: w.Own.MSSPID, ClientID: w.Own.Direct.ID}
	for name, to := range map[string]struct {
		change portal.UserChange
		role   portal.Role
		scope  portal.Scope
	}{
		"user_of_another_msp":   {portal.UserChange{MSPID: &second.ID}, portal.MSPUser, w.Own.At(portal.MSPUser, 1)},
		"admin_of_same_msp":     {become(portal.MSPAdmin, "", ""), portal.MSPAdmin, w.Own.At(portal.MSPAdmin, 0)},
		"admin_of_another_msp":  {become(portal.MSPAdmin, second.ID, ""), portal.MSPAdmin, w.Own.At(portal.MSPAdmin, 1)},
		"mssp_admin":            {become(portal.MSSPAdmin, "", ""), portal.MSSPAdmin, w.Own.At(portal.MSSPAdmin, 0)},
		"user_of_client":        {become(portal.ClientUser, "", second.Clients[0].ID), portal.ClientUser, w.Own.At(portal.ClientUser, 1)},
		"user_of_direct_client": {become(portal.ClientUser, "", w.Own.Direct.ID), portal.ClientUser, direct},
	} {
		person := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
		user := changeUser(t, w, admin, person.UserID, to.change)
		if len(user.Grants) != 1 || user.Grants[0].Role != to.role || user.Grants[0].Scope != to.scope ||
			!user.Active || user.Sessions != 1 {
			t.Errorf("%s: got %+v, want %s at %+v", name, user, to.role, to.scope)
		}
		if got := requestCode(w, person); got != portal.GrantChanged {
			t.Errorf("%s: request under the old role: got %q, want %q", name, got, portal.GrantChanged)
		}
		person.Role, person.Scope = to.role, to.scope
		if got := requestCode(w, person); got != "" {
			t.Errorf("%s: request under the new role: got %q, want no error", name, got)
		}
	}
}

func TestChangeUserErrors(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	msp, client, none := w.Own.MSPs[1].ID, w.Own.MSPs[1].Clients[0].ID, postgres.NewID()
	of := w.Own.Viewers
	admin, mspAdmin := of[portal.MSSPAdmin], of[portal.MSPAdmin]
	user, staff, clientUser := of[portal.MSPUser], of[portal.MSSPStaff], of[portal.ClientUser]
	several := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
	w.Grant(t, several.UserID, portal.ClientUser, w.Own.At(portal.ClientUser, 0))
	elsewhere := w.Grant(t, several.UserID, portal.MSPUser, w.Own.At(portal.MSPUser, 1))
	sibling := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 1))
	deactivateGrant := func(id string) portal.UserChange {
		change := activate(false)
		change.GrantID = id
		return change
	}
	for name, c := range map[string]struct {
		by     portal.Viewer
		id     string
		change portal.UserChange
		code   portal.Code
		field  string
	}{
		"no_change":                           {admin, user.UserID, portal.UserChange{}, portal.Invalid, "active"},
		"grant_only":                          {admin, user.UserID, portal.UserChange{GrantID: user.GrantID}, portal.Invalid, "active"},
		"unknown_role":                        {admin, user.UserID, become("king", "", ""), portal.Invalid, "role"},
		"msp_role_without_msp":                {admin, staff.UserID, become(portal.MSPUser, "", ""), portal.Invalid, "msp_id"},
		"client_role_to_msp_role_without_msp": {admin, clientUser.UserID, become(portal.MSPUser, "", ""), portal.Invalid, "msp_id"},
		"client_role_without_client":          {admin, user.UserID, become(portal.ClientUser, "", ""), portal.Invalid, "client_id"},
		"mssp_role_at_msp":                    {admin, user.UserID, become(portal.MSSPStaff, msp, ""), portal.Invalid, "msp_id"},
		"msp_role_at_client":                  {admin, user.UserID, become(portal.MSPUser, "", client), portal.Invalid, "client_id"},
		"client_role_at_msp":                  {admin, clientUser.UserID, portal.UserChange{MSPID: &msp}, portal.Invalid, "msp_id"},
		"several_grants_without_grant_id":     {admin, several.UserID, become(portal.MSPAdmin, "", ""), portal.Invalid, "grant_id"},
		"unknown_msp":                         {admin, user.UserID, become(portal.MSPUser, none, ""), portal.NotFound, ""},
		"msp_of_another_mssp":                 {admin, user.UserID, become(portal.MSPUser, w.Other.MSPs[0].ID, ""), portal.NotFound, ""},
		"client_of_another_mssp":              {admin, user.UserID, become(portal.ClientUser, "", w.Other.Direct.ID), portal.NotFound, ""},
		"sibling_msp":                         {mspAdmin, user.UserID, become(portal.MSPUser, msp, ""), portal.NotFound, ""},
		"client_of_sibling_msp":               {mspAdmin, user.UserID, become(portal.ClientUser, "", client), portal.NotFound, ""},
		"grant_of_another_user":               {admin, user.UserID, deactivateGrant(mspAdmin.GrantID), portal.NotFound, ""},
		"grant_outside_scope":                 {mspAdmin, several.UserID, deactivateGrant(elsewhere), portal.NotFound, ""},
		"user_of_sibling_msp":                 {mspAdmin, sibling.UserID, activate(false), portal.NotFound, ""},
		"user_of_mssp_by_msp_admin":           {mspAdmin, staff.UserID, activate(false), portal.NotFound, ""},
		"user_of_another_mssp":                {admin, w.Other.Viewers[portal.MSPUser].UserID, activate(false), portal.NotFound, ""},
		"unknown_user":                        {admin, none, activate(false), portal.NotFound, ""},
		"malformed_id":                        {admin, "1'", activate(false), portal.NotFound, ""},
		"own_user":                            {admin, admin.UserID, activate(false), portal.Conflict, ""},
		"role_above_own":                      {mspAdmin, user.UserID, become(portal.MSSPStaff, "", ""), portal.Forbidden, ""},
		"by_mssp_staff":                       {staff, user.UserID, activate(false), portal.Forbidden, ""},
		"by_msp_user":                         {user, mspAdmin.UserID, activate(false), portal.Forbidden, ""},
		"by_client_user":                      {clientUser, user.UserID, activate(false), portal.Forbidden, ""},
		"role_already_held_there": {admin, several.UserID,
			portal.UserChange{GrantID: elsewhere, MSPID: &w.Own.MSPs[0].ID}, portal.Conflict, ""},
	} {
		t.Run(name, func(t *testing.T) {
			before := userState(t, w, idOr(c.id, none))
			_, err := w.DB.ChangeUser(context.Background(), c.by, c.id, c.change)
			var refused *portal.Error
			if !errors.As(err, &refused) || refused.Code != c.code || refused.Field != c.field {
				t.Errorf("got error %v, want code %s, field %q", err, c.code, c.field)
			}
			if after := userState(t, w, idOr(c.id, none)); after != before {
				t.Errorf("user after the refused change: got %s, want %s", after, before)
			}
		})
	}
	if n := w.Text(t, "select count(*)::text from audit_log where action = 'user_changed'"); n != "0" {
		t.Errorf("audit log after refused changes: got %s rows, want 0", n)
	}
}

func testChangeUserTwoAdminsChangeEachOther(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	staff := portal.MSSPStaff
	for _, role := range []portal.Role{portal.MSSPAdmin, portal.MSPAdmin} {
		for round := range 15 {
			scope := w.Own.At(role, 1)
			a, b := w.Person(t, role, scope), w.Person(t, role, scope)
			change := activate(false)
			if role == portal.MSSPAdmin && round%2 == 0 {
				change = portal.UserChange{Role: &staff}
			}
			errs := runConcurrently(t,
				func() error { _, err := w.DB.ChangeUser(context.Background(), a, b.UserID, change); return err },
				func() error { _, err := w.DB.ChangeUser(context.Background(), b, a.UserID, change); return err })
			succeeded := 0
			for _, err := range errs {
				switch code := portal.ErrorCode(err); code {
				case "":
					succeeded++
				case portal.GrantChanged, portal.Deactivated:
				default:
					t.Fatalf("second change: got %v, want %s or %s", err, portal.GrantChanged, portal.Deactivated)
				}
			}
			left := w.Text(t, "select count(*)::text from user_role where role = $1 and active and user_id in ($2, $3)",
				role, a.UserID, b.UserID)
			if succeeded != 1 || left != "1" {
				t.Fatalf("round %d, %s: got %d successful changes and %s admins, want 1 and 1", round, role, succeeded, left)
			}
		}
	}
}

func testChangeUserMSSPKeepsLastAdmin(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	admins := []portal.Viewer{w.Own.Viewers[portal.MSSPAdmin]}
	for range 5 {
		admins = append(admins, w.Person(t, portal.MSSPAdmin, w.Own.At(portal.MSSPAdmin, 0)))
	}
	var all []func() error
	for i, actor := range admins {
		for j, target := range admins {
			if i != j {
				all = append(all, func() error {
					_, err := w.DB.ChangeUser(context.Background(), actor, target.UserID, activate(false))
					return err
				})
			}
		}
	}
	for _, err := range runConcurrently(t, all...) {
		if code := portal.ErrorCode(err); code == portal.Internal {
			t.Errorf("got error %v, want none of code %s", err, portal.Internal)
		}
	}
	left := w.Text(t, "select count(*)::text from user_role where role = 'mssp_admin' and mssp_id = $1 and active", w.Own.MSSPID)
	if left != "1" {
		t.Errorf("active administrators: got %s, want 1", left)
	}
}

// runConcurrently starts the functions at the same moment and returns their errors.
func runConcurrently(t *testing.T, functions ...func() error) []error {
	t.Helper()
	errs := make([]error, len(functions))
	start := make(chan struct{})
	var done sync.WaitGroup
	for i, function := range functions {
		done.Go(func() {
			wait.Hold(t, start)
			errs[i] = function()
		})
	}
	close(start)
	wait.Group(t, time.Minute, "the concurrent calls", &done)
	return errs
}

func TestSignOutUser(t *testing.T) {
	t.Parallel()
	t.Run("revokes_sessions_and_keeps_grants", testSignOutUserRevokesSessionsAndKeepsGrants)
}

func testSignOutUserRevokesSessionsAndKeepsGrants(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	of := w.Own.Viewers
	person := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
	w.Exec(t, `
		insert into session (id, user_id, idle_expires_at, expires_at)
		select new_id(), $1, now() + interval '1 day', now() + interval '1 day'
		from generate_series(1, 5)`, person.UserID)
	grants := w.Text(t, "select string_agg(concat_ws('/', id, role, active), ' ') from user_role where user_id = $1", person.UserID)
	for _, outside := range []struct {
		by   portal.Viewer
		id   string
		code portal.Code
	}{
		{of[portal.MSPAdmin], of[portal.MSSPStaff].UserID, portal.NotFound},
		{of[portal.MSSPAdmin], w.Other.Viewers[portal.MSPUser].UserID, portal.NotFound},
		{of[portal.MSSPAdmin], "none", portal.NotFound},
		{of[portal.MSSPStaff], person.UserID, portal.Forbidden},
		{of[portal.ClientUser], person.UserID, portal.Forbidden},
	} {
		wantCode(t, w.DB.SignOutUser(context.Background(), outside.by, outside.id), outside.code)
	}
	if got := w.Text(t, "select count(*)::text from session where revoked_at is not null"); got != "0" {
		t.Fatalf("revoked sessions after refused sign-outs: got %s, want 0", got)
	}
	if err := w.DB.SignOutUser(context.Background(), of[portal.MSPAdmin], person.UserID); err != nil {
		t.Fatal(err)
	}
	got := w.Text(t, "select string_agg(distinct concat(user_id, revoked_reason), ' ') from session where revoked_at is not null")
	if want := person.UserID + "admin"; got != want {
		t.Errorf("users and reasons of revoked sessions: got %s, want %s", got, want)
	}
	if got := w.Text(t, "select count(*)::text from session where user_id = $1 and revoked_at is null", person.UserID); got != "0" {
		t.Errorf("live sessions: got %s, want 0", got)
	}
	if got := requestCode(w, person); got != portal.SessionRevoked {
		t.Errorf("next request: got %q, want %q", got, portal.SessionRevoked)
	}
	after := w.Text(t, "select string_agg(concat_ws('/', id, role, active), ' ') from user_role where user_id = $1", person.UserID)
	if after != grants {
		t.Errorf("grants: got %s, want %s", after, grants)
	}
}

func testChangeUserIsAuditedWithoutEmail(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	admin, person := w.Own.Viewers[portal.MSSPAdmin], w.Own.Viewers[portal.MSPUser]
	ctx := postgres.WithRequestID(context.Background(), "request-7")
	for _, c := range []portal.UserChange{activate(false), activate(false), activate(true), become(portal.MSPAdmin, "", "")} {
		if _, err := w.DB.ChangeUser(ctx, admin, person.UserID, c); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.DB.SignOutUser(ctx, admin, person.UserID); err != nil {
		t.Fatal(err)
	}
	rows := w.Text(t, `
		select string_agg(concat_ws(' ', action, detail #>> '{before,role}', detail #>> '{before,active}', '->',
		                            detail #>> '{after,role}', detail #>> '{after,active}', detail ->> 'sessions'), e'\n' order by id)
		from audit_log
		where mssp_id = $1
		and actor_id = $2
		and target = $3
		and request_id = 'request-7'`, w.Own.MSSPID, admin.UserID, person.UserID)
	want := "user_changed msp_user true -> msp_user false\nuser_changed msp_user false -> msp_user true\n" +
		"user_changed msp_user true -> msp_admin true\nuser_signed_out -> 0"
	if rows != want { // the second deactivation changed nothing
		t.Errorf("audit log: got\n%s\nwant\n%s", rows, want)
	}
	if all := w.Text(t, "select string_agg(detail::text, ' ') from audit_log"); strings.Contains(all, "@") {
		t.Errorf("audit log: got an email address in %s, want none", all)
	}
}

// idOr returns id if it has the length of a UUID, otherwise other.
func idOr(id, other string) string {
	if len(id) != len(other) {
		return other
	}
	return id
}
