package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
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

// change fails unless the viewer may make the change.
func change(t *testing.T, w *testkit.World, viewer portal.Viewer, id string, c portal.UserChange) portal.UserItem {
	t.Helper()
	user, err := w.DB.ChangeUser(context.Background(), viewer, id, c)
	if err != nil {
		t.Fatalf("%s changes a person by %+v: %v", viewer.Role, c, err)
	}
	return user
}

// stands answers the code a data query of the viewer's is refused with, "" where it is answered.
func stands(w *testkit.World, viewer portal.Viewer) portal.Code {
	_, _, err := w.DB.Clients(context.Background(), viewer, portal.ClientQuery{Limit: 1})
	return portal.ErrorCode(err)
}

// keptOf is all the database keeps of what somebody may do, in one line.
func keptOf(t *testing.T, w *testkit.World, userID string) string {
	t.Helper()
	return w.Text(t, `
		select concat_ws(' ', (select string_agg(concat_ws('/', id, role, msp_id, client_id, active), ' ' order by id) from user_role where user_id = $1),
		    (select string_agg(id::text, ' ' order by id) from session where user_id = $1 and revoked_at is null),
		    (select active from app_user where id = $1))`, userID)
}

func TestADeactivatedPersonIsRefusedAtOnceAndComesBackByANewSignIn(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	for _, by := range []portal.Role{portal.MSSPAdmin, portal.MSPAdmin} {
		person := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
		user := change(t, w, w.Own.Viewers[by], person.UserID, activate(false))
		if user.Active || user.Sessions != 0 || len(user.Grants) != 1 || user.Grants[0].Active {
			t.Errorf("after the deactivation the person is %+v", user)
		}
		if got := stands(w, person); got != portal.Deactivated {
			t.Errorf("deactivated by %s: the next request answers %q", by, got)
		}
		if _, err := w.DB.UserGrant(context.Background(), person.UserID, person.SessionID, person.GrantID); portal.ErrorCode(err) != portal.Deactivated {
			t.Errorf("picking the grant answers %v", err)
		}
		if user := change(t, w, w.Own.Viewers[by], person.UserID, activate(true)); !user.Active || !user.Grants[0].Active {
			t.Errorf("after the activation the person is %+v", user)
		}
		if got := stands(w, person); got != portal.SessionRevoked {
			t.Errorf("a session from before the deactivation answers %q, want a new sign-in", got)
		}
	}
}

func TestAnInactiveGrantLeavesItsHolderTheOthers(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	person := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
	second := w.Grant(t, person.UserID, portal.MSPUser, w.Own.At(portal.MSPUser, 1))
	user := change(t, w, w.Own.Viewers[portal.MSPAdmin], person.UserID, activate(false))
	if user.Active || len(user.Grants) != 1 || user.Sessions != 0 {
		t.Errorf("the MSP's admin is shown %+v, want its own inactive grant and no session of another's", user)
	}
	if got := stands(w, person); got != portal.GrantChanged {
		t.Errorf("under the inactive grant: %q", got)
	}
	if _, err := w.DB.UserGrant(context.Background(), person.UserID, person.SessionID, person.GrantID); portal.ErrorCode(err) != portal.GrantChanged {
		t.Errorf("picking the inactive grant answers %v", err)
	}
	grant, err := w.DB.UserGrant(context.Background(), person.UserID, person.SessionID, second)
	if err != nil || !grant.Scope.Contains(w.Own.At(portal.MSPUser, 1)) {
		t.Fatalf("picking the other grant: %+v, %v", grant, err)
	}
	person.GrantID, person.Scope = grant.ID, grant.Scope
	me, err := w.DB.Me(context.Background(), person)
	if err != nil || len(me.Grants) != 1 || me.Grant.ID != second || !me.User.Active {
		t.Errorf("they are %+v, %v, want the one active grant", me, err)
	}
	all := users(t, w, w.Own.Viewers[portal.MSSPAdmin], portal.UserQuery{Q: person.UserID})
	if len(all.Items) != 1 || !all.Items[0].Active || len(all.Items[0].Grants) != 2 {
		t.Errorf("the MSSP's admin sees %+v, want both grants", all.Items)
	}
	one := activate(true)
	one.GrantID = second
	change(t, w, w.Own.Viewers[portal.MSSPAdmin], person.UserID, one)
	if got := stands(w, person); got != "" {
		t.Errorf("the active grant answers %q", got)
	}
}

func TestAChangedRoleHoldsFromTheNextRequest(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	admin, second := w.Own.Viewers[portal.MSSPAdmin], w.Own.MSPs[1]
	for name, to := range map[string]struct {
		change portal.UserChange
		role   portal.Role
		scope  portal.Scope
	}{
		"another MSP":              {portal.UserChange{MSPID: &second.ID}, portal.MSPUser, w.Own.At(portal.MSPUser, 1)},
		"admin where they are":     {become(portal.MSPAdmin, "", ""), portal.MSPAdmin, w.Own.At(portal.MSPAdmin, 0)},
		"admin of another MSP":     {become(portal.MSPAdmin, second.ID, ""), portal.MSPAdmin, w.Own.At(portal.MSPAdmin, 1)},
		"the MSSP's own":           {become(portal.MSSPAdmin, "", ""), portal.MSSPAdmin, w.Own.At(portal.MSSPAdmin, 0)},
		"a client's":               {become(portal.ClientUser, "", second.Clients[0].ID), portal.ClientUser, w.Own.At(portal.ClientUser, 1)},
		"one directly at the MSSP": {become(portal.ClientUser, "", w.Own.Direct.ID), portal.ClientUser, portal.Scope{Level: portal.LevelClient, MSSPID: w.Own.MSSPID, ClientID: w.Own.Direct.ID}},
	} {
		person := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
		user := change(t, w, admin, person.UserID, to.change)
		if len(user.Grants) != 1 || user.Grants[0].Role != to.role || user.Grants[0].Scope != to.scope || !user.Active || user.Sessions != 1 {
			t.Errorf("%s: the person is %+v, want %s at %+v", name, user, to.role, to.scope)
		}
		if got := stands(w, person); got != portal.GrantChanged {
			t.Errorf("%s: the old access token is answered %q", name, got)
		}
		person.Role, person.Scope = to.role, to.scope
		if got := stands(w, person); got != "" {
			t.Errorf("%s: the new one is answered %q", name, got)
		}
	}
}

func TestAChangeThatCannotBeSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	msp, client, none := w.Own.MSPs[1].ID, w.Own.MSPs[1].Clients[0].ID, postgres.NewID()
	of := w.Own.Viewers
	several := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
	w.Grant(t, several.UserID, portal.ClientUser, w.Own.At(portal.ClientUser, 0))
	elsewhere := w.Grant(t, several.UserID, portal.MSPUser, w.Own.At(portal.MSPUser, 1))
	sister := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 1))
	off := false
	for name, wrong := range map[string]struct {
		by     portal.Viewer
		id     string
		change portal.UserChange
		code   portal.Code
		field  string
	}{
		"nothing to change":           {of[portal.MSSPAdmin], of[portal.MSPUser].UserID, portal.UserChange{}, portal.Invalid, "active"},
		"a grant but nothing else":    {of[portal.MSSPAdmin], of[portal.MSPUser].UserID, portal.UserChange{GrantID: of[portal.MSPUser].GrantID}, portal.Invalid, "active"},
		"a role there is not":         {of[portal.MSSPAdmin], of[portal.MSPUser].UserID, become("king", "", ""), portal.Invalid, "role"},
		"an MSP's role without MSP":   {of[portal.MSSPAdmin], of[portal.MSSPStaff].UserID, become(portal.MSPUser, "", ""), portal.Invalid, "msp_id"},
		"of a client's to its MSP's":  {of[portal.MSSPAdmin], of[portal.ClientUser].UserID, become(portal.MSPUser, "", ""), portal.Invalid, "msp_id"},
		"a client's without client":   {of[portal.MSSPAdmin], of[portal.MSPUser].UserID, become(portal.ClientUser, "", ""), portal.Invalid, "client_id"},
		"an MSSP's role at an MSP":    {of[portal.MSSPAdmin], of[portal.MSPUser].UserID, become(portal.MSSPStaff, msp, ""), portal.Invalid, "msp_id"},
		"an MSP's role at a client":   {of[portal.MSSPAdmin], of[portal.MSPUser].UserID, become(portal.MSPUser, "", client), portal.Invalid, "client_id"},
		"a client's at an MSP":        {of[portal.MSSPAdmin], of[portal.ClientUser].UserID, portal.UserChange{MSPID: &msp}, portal.Invalid, "msp_id"},
		"one of several roles":        {of[portal.MSSPAdmin], several.UserID, become(portal.MSPAdmin, "", ""), portal.Invalid, "grant_id"},
		"an MSP there is not":         {of[portal.MSSPAdmin], of[portal.MSPUser].UserID, become(portal.MSPUser, none, ""), portal.NotFound, ""},
		"an MSP of another MSSP":      {of[portal.MSSPAdmin], of[portal.MSPUser].UserID, become(portal.MSPUser, w.Other.MSPs[0].ID, ""), portal.NotFound, ""},
		"a client of another MSSP":    {of[portal.MSSPAdmin], of[portal.MSPUser].UserID, become(portal.ClientUser, "", w.Other.Direct.ID), portal.NotFound, ""},
		"an MSP's sister":             {of[portal.MSPAdmin], of[portal.MSPUser].UserID, become(portal.MSPUser, msp, ""), portal.NotFound, ""},
		"a sister's client":           {of[portal.MSPAdmin], of[portal.MSPUser].UserID, become(portal.ClientUser, "", client), portal.NotFound, ""},
		"a grant of somebody else":    {of[portal.MSSPAdmin], of[portal.MSPUser].UserID, portal.UserChange{Active: &off, GrantID: of[portal.MSPAdmin].GrantID}, portal.NotFound, ""},
		"a grant outside the scope":   {of[portal.MSPAdmin], several.UserID, portal.UserChange{Active: &off, GrantID: elsewhere}, portal.NotFound, ""},
		"a person of the sister":      {of[portal.MSPAdmin], sister.UserID, activate(false), portal.NotFound, ""},
		"a person of the MSSP":        {of[portal.MSPAdmin], of[portal.MSSPStaff].UserID, activate(false), portal.NotFound, ""},
		"a person of another MSSP":    {of[portal.MSSPAdmin], w.Other.Viewers[portal.MSPUser].UserID, activate(false), portal.NotFound, ""},
		"a person there is not":       {of[portal.MSSPAdmin], none, activate(false), portal.NotFound, ""},
		"an id that is none":          {of[portal.MSSPAdmin], "1'", activate(false), portal.NotFound, ""},
		"themselves":                  {of[portal.MSSPAdmin], of[portal.MSSPAdmin].UserID, activate(false), portal.Conflict, ""},
		"a wider role than their own": {of[portal.MSPAdmin], of[portal.MSPUser].UserID, become(portal.MSSPStaff, "", ""), portal.Forbidden, ""},
		"as staff":                    {of[portal.MSSPStaff], of[portal.MSPUser].UserID, activate(false), portal.Forbidden, ""},
		"as an MSP's user":            {of[portal.MSPUser], of[portal.MSPAdmin].UserID, activate(false), portal.Forbidden, ""},
		"as a client's user":          {of[portal.ClientUser], of[portal.MSPUser].UserID, activate(false), portal.Forbidden, ""},
		"a role they hold there": {of[portal.MSSPAdmin], several.UserID,
			portal.UserChange{GrantID: elsewhere, MSPID: &w.Own.MSPs[0].ID}, portal.Conflict, ""},
	} {
		before := keptOf(t, w, idOr(wrong.id, none))
		_, err := w.DB.ChangeUser(context.Background(), wrong.by, wrong.id, wrong.change)
		var refused *portal.Error
		if !errors.As(err, &refused) || refused.Code != wrong.code || refused.Field != wrong.field {
			t.Errorf("%s is answered %v, want %s %s", name, err, wrong.code, wrong.field)
		}
		if after := keptOf(t, w, idOr(wrong.id, none)); after != before {
			t.Errorf("%s changed %s to %s", name, before, after)
		}
	}
	if n := w.Text(t, "select count(*)::text from audit_log where action = 'user_changed'"); n != "0" {
		t.Errorf("refused changes left %s lines in the audit log", n)
	}
}

func TestOfTwoAdministratorsWhoChangeEachOtherAtOnceExactlyOneWins(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	staff := portal.MSSPStaff
	for _, role := range []portal.Role{portal.MSSPAdmin, portal.MSPAdmin} {
		for round := range 15 {
			scope := w.Own.At(role, 1)
			a, b := w.Person(t, role, scope), w.Person(t, role, scope)
			how := activate(false)
			if role == portal.MSSPAdmin && round%2 == 0 {
				how = portal.UserChange{Role: &staff}
			}
			errs := atOnce(
				func() error { _, err := w.DB.ChangeUser(context.Background(), a, b.UserID, how); return err },
				func() error { _, err := w.DB.ChangeUser(context.Background(), b, a.UserID, how); return err })
			won := 0
			for _, err := range errs {
				switch code := portal.ErrorCode(err); code {
				case "":
					won++
				case portal.GrantChanged, portal.Deactivated:
				default:
					t.Fatalf("the loser is told %v", err)
				}
			}
			left := w.Text(t, "select count(*)::text from user_role where role = $1 and active and user_id in ($2, $3)", role, a.UserID, b.UserID)
			if won != 1 || left != "1" {
				t.Fatalf("round %d: %d of the two %ss won and %s is left", round, won, role, left)
			}
		}
	}
}

func TestAnMSSPKeepsAnAdministratorHoweverManyRemoveEachOther(t *testing.T) {
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
	for _, err := range atOnce(all...) {
		if code := portal.ErrorCode(err); code == portal.Internal {
			t.Error(err)
		}
	}
	left := w.Text(t, "select count(*)::text from user_role where role = 'mssp_admin' and mssp_id = $1 and active", w.Own.MSSPID)
	if left != "1" {
		t.Errorf("%s administrators are left, want the one nobody was left to remove", left)
	}
}

// atOnce does all of it at the same moment.
func atOnce(works ...func() error) []error {
	errs := make([]error, len(works))
	start := make(chan struct{})
	var done sync.WaitGroup
	for i, work := range works {
		done.Go(func() {
			<-start
			errs[i] = work()
		})
	}
	close(start)
	done.Wait()
	return errs
}

func TestASignOutEverywhereEndsEverySessionAndLeavesTheGrants(t *testing.T) {
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
		t.Fatalf("refused sign-outs ended %s sessions", got)
	}
	if err := w.DB.SignOutUser(context.Background(), of[portal.MSPAdmin], person.UserID); err != nil {
		t.Fatal(err)
	}
	if got := w.Text(t, "select string_agg(distinct concat(user_id, revoked_reason), ' ') from session where revoked_at is not null"); got != person.UserID+"admin" {
		t.Errorf("the sign-out ended sessions of %s, want %s and by an admin", got, person.UserID)
	}
	if got := w.Text(t, "select count(*)::text from session where user_id = $1 and revoked_at is null", person.UserID); got != "0" {
		t.Errorf("%s sessions go on", got)
	}
	if got := stands(w, person); got != portal.SessionRevoked {
		t.Errorf("the next request answers %q", got)
	}
	if after := w.Text(t, "select string_agg(concat_ws('/', id, role, active), ' ') from user_role where user_id = $1", person.UserID); after != grants {
		t.Errorf("the grants are %s, were %s", after, grants)
	}
}

func TestEveryChangeOfAPersonIsInTheAuditLogWithoutTheirAddress(t *testing.T) {
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
	lines := w.Text(t, `
		select string_agg(concat_ws(' ', action, detail #>> '{before,role}', detail #>> '{before,active}', '->',
		                            detail #>> '{after,role}', detail #>> '{after,active}', detail ->> 'sessions'), e'\n' order by id)
		from audit_log
		where mssp_id = $1
		and actor_id = $2
		and target = $3
		and request_id = 'request-7'`, w.Own.MSSPID, admin.UserID, person.UserID)
	want := "user_changed msp_user true -> msp_user false\nuser_changed msp_user false -> msp_user true\n" +
		"user_changed msp_user true -> msp_admin true\nuser_signed_out -> 0"
	if lines != want {
		t.Errorf("the audit log says\n%s\nwant, without the change that changed nothing,\n%s", lines, want)
	}
	if all := w.Text(t, "select string_agg(detail::text, ' ') from audit_log"); strings.Contains(all, "@") {
		t.Errorf("an address is in the audit log: %s", all)
	}
}

// idOr answers an id PostgreSQL can read.
func idOr(id, other string) string {
	if len(id) != len(other) {
		return other
	}
	return id
}
