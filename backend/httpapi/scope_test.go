package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// roles are the columns of the table below.
var roles = []portal.Role{portal.MSSPAdmin, portal.MSSPStaff, portal.MSPAdmin, portal.MSPUser, portal.ClientUser}

// routeCase is a route with what each role is answered about something inside its own scope.
type routeCase struct {
	route string
	want  [5]int
	// id names something of a tenant every role that may ask at all may see.
	id func(*house, testkit.Tenant) string
	// sister names the same below the second MSP, outside the scope of MSPs[0] and its client.
	sister func(*house, testkit.Tenant) string
	// own names what only the person who asks may see, where that is so.
	own    func(*house, portal.Viewer) string
	body   func(*house, testkit.Node) string
	public int // what anybody is answered; 0: sign in first
}

const (
	ok, created, accepted, empty = http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent
	no                           = http.StatusForbidden
)

var everyRoute = []routeCase{
	{route: "GET /healthz", public: ok},
	{route: "GET /readyz", public: ok},
	{route: "GET /.well-known/jwks.json", public: ok},
	{route: "GET /v1/auth/providers", public: ok},
	{route: "POST /v1/auth/attempts", public: http.StatusBadGateway, body: fixed(
		`{"provider":"google","redirect_uri":"http://127.0.0.1:4000/callback/google","code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}`)},
	{route: "POST /v1/auth/token", public: http.StatusBadRequest, body: fixed(
		`{"attempt_id":"0198c5a4-0000-7000-8000-000000000000","code":"x","code_verifier":"` + strings.Repeat("a", 43) + `"}`)},
	{route: "POST /v1/auth/refresh", public: http.StatusUnauthorized, body: fixed(`{"refresh_token":"never issued"}`)},
	{route: "POST /v1/auth/logout", want: [5]int{empty, empty, empty, empty, empty}},
	{route: "GET /v1/me", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "GET /v1/sessions", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "DELETE /v1/sessions/{id}", want: [5]int{empty, empty, empty, empty, empty}, id: firstSession, own: ownSession},
	{route: "GET /v1/overview", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "GET /v1/msps", want: [5]int{ok, ok, ok, ok, no}},
	{route: "GET /v1/msps/facets", want: [5]int{ok, ok, ok, ok, no}},
	{route: "GET /v1/msps/{id}", want: [5]int{ok, ok, ok, ok, no}, id: firstMSP, sister: secondMSP},
	{route: "GET /v1/clients", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "GET /v1/clients/facets", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "GET /v1/clients/{id}", want: [5]int{ok, ok, ok, ok, ok}, id: firstClient, sister: sisterClient},
	{route: "GET /v1/invites", want: [5]int{ok, no, ok, no, no}},
	{route: "POST /v1/invites", want: [5]int{created, no, created, no, no}, body: clientInvite},
	{route: "POST /v1/invites/claim", want: [5]int{ok, ok, ok, ok, http.StatusConflict}, body: anyonesInvite},
	{route: "POST /v1/invites/{id}/resend", want: [5]int{ok, no, ok, no, no}, id: firstInvite, sister: sisterInvite},
	{route: "DELETE /v1/invites/{id}", want: [5]int{empty, no, empty, no, no}, id: firstInvite, sister: sisterInvite},
	{route: "GET /v1/users", want: [5]int{ok, no, ok, no, no}},
	{route: "PATCH /v1/users/{id}", want: [5]int{ok, no, ok, no, no}, id: firstUser, sister: sisterUser, body: fixed(`{"active":false}`)},
	{route: "DELETE /v1/users/{id}/sessions", want: [5]int{empty, no, empty, no, no}, id: firstUser, sister: sisterUser},
	{route: "GET /v1/syncs", want: [5]int{ok, ok, no, no, no}},
	{route: "POST /v1/syncs", want: [5]int{accepted, no, no, no, no}},
	{route: "GET /v1/syncs/{id}", want: [5]int{ok, ok, no, no, no}, id: (*house).run},
	{route: "GET /v1/syncs/{id}/events", want: [5]int{ok, ok, no, no, no}, id: (*house).run},
	{route: "GET /v1/syncs/{id}/changes", want: [5]int{ok, ok, no, no, no}, id: (*house).run},
	{route: "GET /v1/syncs/{id}/review", want: [5]int{ok, ok, no, no, no}, id: (*house).review},
	{route: "POST /v1/syncs/{id}/accept", want: [5]int{accepted, no, no, no, no}, id: (*house).review},
	{route: "POST /v1/syncs/{id}/discard", want: [5]int{ok, no, no, no, no}, id: (*house).review},
	{route: "GET /v1/connections", want: [5]int{ok, no, no, no, no}},
	{route: "POST /v1/connections", want: [5]int{created, no, no, no, no}, body: goodConnection},
	{route: "POST /v1/connections/test", want: [5]int{ok, no, no, no, no}, body: goodConnection},
	{route: "PATCH /v1/connections/{id}", want: [5]int{ok, no, no, no, no}, id: connectionOf, body: fixed(`{"paused":true}`)},
	{route: "GET /v1/connections/{id}/fields", want: [5]int{ok, no, no, no, no}, id: connectionOf},
	{route: "PATCH /v1/connections/{id}/fields", want: [5]int{ok, no, no, no, no}, id: connectionOf, body: fixed(`{"fields":{}}`)},
	{route: "POST /v1/connections/{id}/fields/preview", want: [5]int{ok, no, no, no, no}, id: connectionOf, body: fixed(`{"fields":{}}`)},
	{route: "POST /v1/connections/{id}/fields/seen", want: [5]int{empty, no, no, no, no}, id: connectionOf,
		body: fixed(`{"run_id":"0198c5a4-0000-7000-8000-000000000000"}`)},
	{route: "GET /v1/organisation", want: [5]int{ok, no, no, no, no}},
	{route: "PATCH /v1/organisation", want: [5]int{ok, no, no, no, no}, body: fixed(`{"time_zone":"Europe/Copenhagen"}`)},
}

// anyonesInvite is the code of an invite to a client that every viewer may claim but the client's own user.
func anyonesInvite(h *house, _ testkit.Node) string {
	h.Helper()
	h.exec(`
		insert into identity (provider, issuer, subject, user_id, email)
		select 'google', 'google', id::text, id, 'somebody@example.com'
		from app_user
		on conflict do nothing`)
	code, _ := h.codedInvite(h.Own.At(portal.ClientUser, 0), portal.ClientUser)
	return fmt.Sprintf(`{"invite_code":%q}`, code)
}

// codedInvite makes an open invite with a code.
func (h *house) codedInvite(at portal.Scope, role portal.Role) (code, id string) {
	h.Helper()
	code, hash := identity.NewInviteCode()
	id = postgres.NewID()
	h.exec(`
		insert into pre_assigned_role (mssp_id, id, email, role, msp_id, client_id, provider, code_hash, invited_by, expires_at)
		values ($1, $2::uuid, $2::text || '@example.com', $3, nullif($4, '')::uuid, nullif($5, '')::uuid, 'google', $6, 'x',
		        now() + interval '1 day')`, at.MSSPID, id, role, at.MSPID, at.ClientID, hash)
	return code, id
}

func fixed(body string) func(*house, testkit.Node) string {
	return func(*house, testkit.Node) string { return body }
}

func firstMSP(_ *house, of testkit.Tenant) string     { return of.MSPs[0].ID }
func secondMSP(_ *house, of testkit.Tenant) string    { return of.MSPs[1].ID }
func firstClient(_ *house, of testkit.Tenant) string  { return of.MSPs[0].Clients[0].ID }
func sisterClient(_ *house, of testkit.Tenant) string { return of.MSPs[1].Clients[0].ID }
func firstInvite(h *house, of testkit.Tenant) string  { return h.invite(of, of.MSPs[0].ID) }
func sisterInvite(h *house, of testkit.Tenant) string { return h.invite(of, of.MSPs[1].ID) }
func firstUser(h *house, of testkit.Tenant) string    { return h.person(of, 0).UserID }
func sisterUser(h *house, of testkit.Tenant) string   { return h.person(of, 1).UserID }
func firstSession(h *house, of testkit.Tenant) string { return h.person(of, 0).SessionID }

func connectionOf(_ *house, of testkit.Tenant) string { return of.ConnectionID }

func goodConnection(h *house, _ testkit.Node) string {
	return fmt.Sprintf(`{"product":"heimdal","customer_id":%q,"base_url":%q,"api_key":%q}`, heimdalCustomer, h.heimdal.URL(), heimdalKey)
}

func (h *house) person(of testkit.Tenant, msp int) portal.Viewer {
	h.Helper()
	return h.Person(h, portal.MSPUser, of.At(portal.MSPUser, msp))
}

func ownSession(h *house, v portal.Viewer) string {
	h.Helper()
	return h.text("select id::text from session where user_id = $1 order by revoked_at is not null, id limit 1", v.UserID)
}

func clientInvite(_ *house, msp testkit.Node) string {
	return fmt.Sprintf(`{"email":"%s@example.com","role":"client_user","client_id":"%s","provider":"google"}`,
		postgres.NewID(), msp.Clients[0].ID)
}

// call is the route about something of a tenant that the viewer may see, in the first MSP where it lies under one.
func (c routeCase) call(h *house, of testkit.Tenant, viewer portal.Viewer) call {
	made := call{route: c.route}
	switch {
	case c.own != nil:
		made = c.withID(h, c.own(h, viewer))
	case c.id != nil:
		made = c.withID(h, c.id(h, of))
	}
	if c.body != nil {
		made.body = c.body(h, of.MSPs[0])
	}
	return made
}

func (c routeCase) withID(h *house, id string) call {
	made := call{route: strings.Replace(c.route, "{id}", id, 1)}
	if c.body != nil {
		made.body = c.body(h, testkit.Node{})
	}
	return made
}

// hidden are names no answer to a role of Own may hold.
func hidden(role portal.Role) []string {
	names := []string{"Other Security", "Other Partner", "Other Works", "Other Direct"}
	if role.Level() != portal.LevelMSSP {
		names = append(names, "Fjord Partner 2", "Fjord Direct")
	}
	if role.Level() == portal.LevelClient {
		names = append(names, "Fjord Works 2", "Fjord Works 3")
	}
	return names
}

func (h *house) tellsNothing(r reply, role portal.Role) {
	h.Helper()
	for _, name := range hidden(role) {
		if strings.Contains(string(r.body), name) {
			h.Errorf("%s tells %s of %q: %s", r.Request.URL.Path, role, name, r.body)
		}
	}
}

func TestEachRoleMayDoWhatTheRoleTableSaysAndSeesItsOwnScopeOnly(t *testing.T) {
	h := newHouse(t)
	h.invite(h.Own, h.Own.MSPs[1].ID)
	h.invite(h.Other, h.Other.MSPs[0].ID)
	for _, c := range everyRoute {
		for i, role := range roles {
			want := c.want[i]
			if c.public != 0 {
				want = c.public
			}
			made := c.call(h, h.Own, h.Own.Viewers[role])
			made.token = h.as(role)
			r := h.wants(h.send(made), want)
			h.tellsNothing(r, role)
			if want >= 400 {
				h.wantsProblem(r, want, "")
			}
		}
	}
}

func TestEachRoleSeesAllOfItsOwnScope(t *testing.T) {
	h := newHouse(t)
	for role, want := range map[portal.Role]int{
		portal.MSSPAdmin: 7, portal.MSSPStaff: 7, portal.MSPAdmin: 3, portal.MSPUser: 3, portal.ClientUser: 1,
	} {
		page := decode[portal.ClientPage](h, h.wants(h.get("/v1/clients", h.as(role)), ok))
		if len(page.Items) != want || page.Total != int64(want) {
			t.Errorf("%s is shown %d clients of %d, want %d", role, len(page.Items), page.Total, want)
		}
	}
	page := decode[portal.MSPPage](h, h.wants(h.get("/v1/msps", h.as(portal.MSPUser)), ok))
	if len(page.Items) != 1 || page.Items[0].ID != h.Own.MSPs[0].ID {
		t.Errorf("an MSP's user is shown the MSPs %+v, want their own", page.Items)
	}
}

func TestWhatLiesOutsideTheScopeIsAnsweredAsWhatDoesNotExist(t *testing.T) {
	h := newHouse(t)
	for _, c := range everyRoute {
		if c.id == nil {
			continue
		}
		for i, role := range roles {
			want := http.StatusNotFound
			if c.want[i] == no {
				want = no
			}
			outside := []string{c.id(h, h.Other), postgres.NewID(), "1", "not-an-id", "'", "%27%20or%201=1", "..."}
			if c.sister != nil && role.Level() != portal.LevelMSSP {
				outside = append(outside, c.sister(h, h.Own))
			}
			before := h.state()
			for _, id := range outside {
				made := c.withID(h, id)
				made.token = h.as(role)
				r := h.send(made)
				h.wantsProblem(r, want, "")
				h.tellsNothing(r, role)
			}
			if after := h.state(); after != before {
				t.Errorf("%s as %s changed rows outside the scope: %s, before %s", c.route, role, after, before)
			}
		}
	}
}

// state is what the API's writing routes could change.
func (h *house) state() string {
	h.Helper()
	return h.text(`
		select concat_ws(' ',
		    (select count(*) from pre_assigned_role),
		    (select count(*) from pre_assigned_role where revoked_at is not null),
		    (select md5(string_agg(concat_ws(' ', id, status), ' ' order by id)) from sync_run),
		    (select md5(string_agg(p::text, ' ' order by id)) from mssp_product p),
		    (select md5(string_agg(f::text, ' ' order by run_id)) from field_map f),
		    (select md5(string_agg(concat_ws(' ', id, role, msp_id, client_id, active), ' ' order by id)) from user_role),
		    (select count(*) from session where revoked_at is not null),
		    (select sum(version) from mssp),
		    (select count(*) from audit_log where action not like 'sign%'))`)
}

func TestNobodyIsInvitedOutsideTheInvitersScope(t *testing.T) {
	h := newHouse(t)
	invite := `{"email":"new@example.com","provider":"google","role":"%s","%s":"%s"}`
	cases := []struct {
		as      portal.Role
		invitee portal.Role
		field   string
		node    string
		status  int
	}{
		{portal.MSSPAdmin, portal.MSPUser, "msp_id", h.Other.MSPs[0].ID, http.StatusNotFound},
		{portal.MSSPAdmin, portal.ClientUser, "client_id", h.Other.Direct.ID, http.StatusNotFound},
		{portal.MSPAdmin, portal.MSPUser, "msp_id", h.Own.MSPs[1].ID, http.StatusNotFound},
		{portal.MSPAdmin, portal.MSPUser, "msp_id", h.Other.MSPs[0].ID, http.StatusNotFound},
		{portal.MSPAdmin, portal.ClientUser, "client_id", h.Own.MSPs[1].Clients[0].ID, http.StatusNotFound},
		{portal.MSPAdmin, portal.ClientUser, "client_id", h.Own.Direct.ID, http.StatusNotFound},
	}
	before := h.state()
	for _, c := range cases {
		body := fmt.Sprintf(invite, c.invitee, c.field, c.node)
		r := h.send(call{route: "POST /v1/invites", token: h.as(c.as), body: body})
		h.wantsProblem(r, c.status, portal.NotFound)
	}
	for _, role := range []portal.Role{portal.MSSPAdmin, portal.MSSPStaff} {
		body := fmt.Sprintf(`{"email":"new@example.com","provider":"google","role":"%s"}`, role)
		h.wantsProblem(h.send(call{route: "POST /v1/invites", token: h.as(portal.MSPAdmin), body: body}), no, portal.Forbidden)
	}
	if after := h.state(); after != before {
		t.Errorf("refused invites changed rows: %s, before %s", after, before)
	}
}

func TestAFilterByAnotherTenantsMSPFindsNothing(t *testing.T) {
	h := newHouse(t)
	for _, role := range roles {
		for _, msp := range []string{h.Other.MSPs[0].ID, h.Other.MSPs[1].ID} {
			page := decode[portal.ClientPage](h, h.wants(h.get("/v1/clients?msp_id="+msp, h.as(role)), ok))
			if len(page.Items) != 0 || page.Total != 0 {
				t.Errorf("%s finds %d clients of another tenant's MSP, counted %d", role, len(page.Items), page.Total)
			}
		}
	}
}

func TestASearchNeverLeavesTheScope(t *testing.T) {
	h := newHouse(t)
	for i, role := range roles {
		for _, path := range []string{"/v1/clients?q=Other", "/v1/msps?q=Other", "/v1/clients?q=%25", "/v1/msps?q=%25", "/v1/clients?q=_"} {
			if strings.HasPrefix(path, "/v1/msps") && roles[i] == portal.ClientUser {
				continue
			}
			r := h.wants(h.get(path, h.as(role)), ok)
			h.tellsNothing(r, role)
			if total := decode[portal.ClientPage](h, r).Total; total != 0 {
				t.Errorf("%s finds %d by %s, want none", role, total, path)
			}
		}
	}
}

func TestAnInviteRevokedByItsTenantIsRevokedForGood(t *testing.T) {
	h := newHouse(t)
	id := h.invite(h.Own, h.Own.MSPs[0].ID)
	other := h.signIn(h.Other.Viewers[portal.MSSPAdmin])
	h.wantsProblem(h.send(call{route: "DELETE /v1/invites/" + id, token: other}), http.StatusNotFound, portal.NotFound)
	if open := h.text("select (revoked_at is null)::text from pre_assigned_role where id = $1", id); open != "true" {
		t.Fatal("another tenant's admin revoked the invite")
	}
	h.wants(h.send(call{route: "DELETE /v1/invites/" + id, token: h.as(portal.MSPAdmin)}), empty)
	page := decode[portal.InvitePage](h, h.wants(h.get("/v1/invites?status=revoked", h.as(portal.MSSPAdmin)), ok))
	if len(page.Items) != 1 || page.Items[0].ID != id {
		t.Errorf("the revoked invites are %+v, want the one revoked", page.Items)
	}
}

func TestASyncStartedByOneTenantIsNoneOfTheOther(t *testing.T) {
	h := newHouse(t)
	started := decode[portal.SyncRun](h, h.wants(h.send(call{route: "POST /v1/syncs", token: h.as(portal.MSSPAdmin)}), accepted))
	other := h.signIn(h.Other.Viewers[portal.MSSPAdmin])
	h.wantsProblem(h.get("/v1/syncs/"+started.ID, other), http.StatusNotFound, portal.NotFound)
	if r := h.wants(h.get("/v1/syncs", other), ok); strings.Contains(string(r.body), started.ID) {
		t.Error("another tenant is shown the run")
	}
	h.wantsProblem(h.send(call{route: "POST /v1/syncs", token: h.as(portal.MSSPAdmin)}), http.StatusConflict, portal.SyncRunning)
	h.wants(h.send(call{route: "POST /v1/syncs", token: other}), accepted)
}
