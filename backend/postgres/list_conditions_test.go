package postgres_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// Half past ten in the evening of the first in UTC is the second in Auckland.
const (
	firstEvening = "2026-03-01 22:30:00Z"
	auckland     = "update mssp set time_zone = 'Pacific/Auckland' where id = $1"
)

func TestColumnFilters(t *testing.T) {
	t.Parallel()
	t.Run("of_users", testColumnFiltersOfUsers)
	t.Run("of_invites", testColumnFiltersOfInvites)
	t.Run("of_runs", testColumnFiltersOfRuns)
}

// columnFilterCase is a filter and the names of what it finds.
type columnFilterCase[F any] struct {
	name   string
	filter F
	want   string
}

// wantFound checks each case, and that its page has the total of its items.
func wantFound[F any](t *testing.T, cases []columnFilterCase[F], list func(F) (names []string, total int64, err error)) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			names, total, err := list(c.filter)
			if err != nil {
				t.Fatalf("%+v: got %v, want no error", c.filter, err)
			}
			slices.Sort(names)
			if got := strings.Join(names, " "); got != c.want || total != int64(len(names)) {
				t.Errorf("%+v: got %q and the total %d, want %q", c.filter, got, total, c.want)
			}
		})
	}
}

// wantInvalid checks that a filter is refused, and that the error names the parameter.
func wantInvalid(t *testing.T, err error, field string) {
	t.Helper()
	var invalid *portal.Error
	if !errors.As(err, &invalid) || invalid.Code != portal.Invalid || invalid.Field != field {
		t.Errorf("got %v, want invalid for %s", err, field)
	}
}

func testColumnFiltersOfUsers(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	w.Exec(t, "delete from identity")
	w.Exec(t, auckland, w.Own.MSSPID)
	for name, identity := range map[string]string{
		"early": "google 2026-02-28 00:00:00Z", "late": "entra " + firstEvening, "never": "",
	} {
		user := w.Person(t, portal.MSPUser, w.Own.At(portal.MSPUser, 0))
		w.Exec(t, "update app_user set name = $2 where id = $1", user.UserID, "x-"+name)
		if provider, at, found := strings.Cut(identity, " "); found {
			w.Exec(t, `
				insert into identity (provider, issuer, subject, user_id, last_login_at)
				values ($1, 'i', $2, $3, $4::timestamptz)`, provider, name, user.UserID, at)
			w.Exec(t, "update user_role set last_used_at = $2::timestamptz where user_id = $1", user.UserID, at)
		}
	}
	admin := w.Own.Viewers[portal.MSSPAdmin]
	list := func(f portal.UserFilter) ([]string, int64, error) {
		page, err := w.DB.Users(context.Background(), admin, portal.UserQuery{UserFilter: f, Q: "x-"})
		return namesOf(page), page.Total, err
	}
	wantFound(t, []columnFilterCase[portal.UserFilter]{
		{"provider", portal.UserFilter{Provider: "entra"}, "x-late"},
		{"other_providers", portal.UserFilter{Provider: "!entra"}, "x-early x-never"},
		{"day_in_time_zone", portal.UserFilter{LastLoginAt: "2026-03-02"}, "x-late"},
		{"day_before", portal.UserFilter{LastLoginAt: "2026-03-01"}, ""},
		{"never", portal.UserFilter{LastLoginAt: "none"}, "x-never"},
		{"not_since", portal.UserFilter{LastLoginAt: "!2026-03-01.."}, "x-early x-never"},
		{"both", portal.UserFilter{Provider: "google", LastLoginAt: "..2026-03-02"}, "x-early"},
	}, list)
	_, _, err := list(portal.UserFilter{Provider: "facebook"})
	wantInvalid(t, err, "provider")
	_, _, err = list(portal.UserFilter{LastLoginAt: "30d"})
	wantInvalid(t, err, "last_login_at")
}

func testColumnFiltersOfInvites(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	w.Exec(t, "delete from pre_assigned_role")
	w.Exec(t, auckland, w.Own.MSSPID)
	insert := func(id, email, role string, msp any, provider, created string) {
		w.Exec(t, `
			insert into pre_assigned_role (id, mssp_id, msp_id, email, role, provider, domain, tenant, code_hash, invited_by, created_at, expires_at)
			values ($1, $2, $3, $4, $5, $6, 'x.example', 't', decode(md5($4) || md5($4), 'hex'), 'Ada', $7::timestamptz,
			        $7::timestamptz + interval '3 days')`,
			id, w.Own.MSSPID, msp, email, role, provider, created)
	}
	insert(postgres.NewID(), "a@x.example", "mssp_staff", nil, "google", "2026-03-01 00:00:00Z")
	insert(postgres.NewID(), "b@x.example", "msp_user", w.Own.MSPs[0].ID, "entra", firstEvening)
	insert(postgres.NewID(), "c@x.example", "msp_admin", w.Own.MSPs[1].ID, "entra", firstEvening)
	list := func(viewer portal.Viewer) func(f portal.InviteFilter) ([]string, int64, error) {
		return func(f portal.InviteFilter) ([]string, int64, error) {
			page, err := w.DB.Invites(context.Background(), viewer, portal.InviteQuery{InviteFilter: f})
			var names []string
			for _, invite := range page.Items {
				names = append(names, invite.Email[:1])
			}
			return names, page.Total, err
		}
	}
	mssp := list(w.Own.Viewers[portal.MSSPAdmin])
	wantFound(t, []columnFilterCase[portal.InviteFilter]{
		{"role", portal.InviteFilter{Role: "msp_user,msp_admin"}, "b c"},
		{"other_roles", portal.InviteFilter{Role: "!msp_user"}, "a c"},
		{"msp", portal.InviteFilter{MSPID: w.Own.MSPs[1].ID}, "c"},
		{"provider", portal.InviteFilter{Provider: "google"}, "a"},
		{"created_on_day", portal.InviteFilter{CreatedAt: "2026-03-02"}, "b c"},
		{"expires_on_day", portal.InviteFilter{ExpiresAt: "2026-03-04"}, "a"},
		{"both", portal.InviteFilter{Provider: "entra", Role: "msp_user"}, "b"},
	}, mssp)
	wantFound(t, []columnFilterCase[portal.InviteFilter]{
		{"another_msp_is_out_of_scope", portal.InviteFilter{MSPID: w.Own.MSPs[1].ID}, ""},
	}, list(w.Own.Viewers[portal.MSPAdmin]))
	for field, filter := range map[string]portal.InviteFilter{
		"role": {Role: "boss"}, "msp_id": {MSPID: "x"}, "provider": {Provider: ","}, "created_at": {CreatedAt: "today"},
		"expires_at": {ExpiresAt: "2026-03-04..2026-03-01"},
	} {
		_, _, err := mssp(filter)
		wantInvalid(t, err, field)
	}
}

func testColumnFiltersOfRuns(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	w.Exec(t, auckland, w.Own.MSSPID)
	connection, admin := w.Own.ConnectionID, w.Own.Viewers[portal.MSSPAdmin]
	w.Exec(t, "delete from sync_run where mssp_id = $1", w.Own.MSSPID)
	insert := func(id, status, trigger, created string, started any) {
		w.Exec(t, `
			insert into sync_run (mssp_id, id, mssp_product_id, status, trigger, created_at, started_at)
			values ($1, $2, $3, $4, $5, $6::timestamptz, $7::timestamptz)`, w.Own.MSSPID, id, connection, status, trigger, created, started)
	}
	insert(postgres.NewID(), "complete", "schedule", "2026-03-01 00:00:00Z", firstEvening)
	insert(postgres.NewID(), "failed", "manual", "2026-03-01 00:00:00Z", "2026-03-01 00:10:00Z")
	insert(postgres.NewID(), "queued", "command", firstEvening, nil)
	list := func(f portal.SyncFilter) ([]string, int64, error) {
		page, err := w.DB.Runs(context.Background(), admin, portal.SyncQuery{SyncFilter: f, Limit: 50})
		var names []string
		for _, run := range page.Items {
			names = append(names, string(run.Status))
		}
		return names, page.Total, err
	}
	wantFound(t, []columnFilterCase[portal.SyncFilter]{
		{"status", portal.SyncFilter{Status: "failed,queued"}, "failed queued"},
		{"trigger", portal.SyncFilter{Trigger: "!manual"}, "complete queued"},
		{"connection", portal.SyncFilter{ConnectionID: connection}, "complete failed queued"},
		{"another_connection", portal.SyncFilter{ConnectionID: postgres.NewID()}, ""},
		{"start_or_creation_on_day", portal.SyncFilter{StartedAt: "2026-03-02"}, "complete queued"},
	}, list)
	for field, filter := range map[string]portal.SyncFilter{
		"status": {Status: "lost"}, "trigger": {Trigger: "x"}, "connection_id": {ConnectionID: "1"}, "started_at": {StartedAt: "now"},
	} {
		_, _, err := list(filter)
		wantInvalid(t, err, field)
	}
}
