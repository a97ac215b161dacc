package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// roles are the columns of the table below.
var roles = []portal.Role{portal.MSSPAdmin, portal.MSSPStaff, portal.MSPAdmin, portal.MSPUser, portal.ClientUser}

// routeCase is a route with the status that each role gets for an object inside its own scope.
type routeCase struct {
	route string
	want  [5]int
	// id returns the id of a tenant's object that every permitted role may see.
	id func(*apiTest, testkit.Tenant) string
	// sibling returns the id of such an object below the second MSP, outside the scope of MSPs[0] and its client.
	sibling func(*apiTest, testkit.Tenant) string
	// own returns the id of an object that only the viewer may see.
	own    func(*apiTest, portal.Viewer) string
	body   func(*apiTest, testkit.Node) string
	query  string
	public int // the status for everyone; 0: sign-in required
}

const (
	ok, created, accepted, noContent = http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent
	forbidden                        = http.StatusForbidden
)

var routeCases = []routeCase{
	{route: "GET /healthz", public: ok},
	{route: "GET /readyz", public: ok},
	{route: "GET /.well-known/jwks.json", public: ok},
	{route: "GET /open/{kind}/{id}", public: ok},
	{route: "GET /v1/auth/providers", public: ok},
	{route: "POST /v1/auth/attempts", public: http.StatusBadGateway, body: fixed(
		`{"provider":"google","redirect_uri":"http://127.0.0.1:4000/callback/google",` +
			`"code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}`)},
	{route: "POST /v1/auth/token", public: http.StatusBadRequest, body: fixed(
		`{"attempt_id":"0198c5a4-0000-7000-8000-000000000000","code":"x","code_verifier":"` + strings.Repeat("a", 43) + `"}`)},
	{route: "POST /v1/auth/refresh", public: http.StatusUnauthorized, body: fixed(`{"refresh_token":"never issued"}`)},
	{route: "POST /v1/auth/logout", want: [5]int{noContent, noContent, noContent, noContent, noContent}},
	{route: "GET /v1/me", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "GET /v1/sessions", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "DELETE /v1/sessions/{id}", want: [5]int{noContent, noContent, noContent, noContent, noContent}, id: firstSession,
		own: ownSession},
	{route: "GET /v1/overview", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "GET /v1/msps", want: [5]int{ok, ok, ok, ok, forbidden}},
	{route: "GET /v1/msps/facets", want: [5]int{ok, ok, ok, ok, forbidden}},
	{route: "GET /v1/msps/export", want: [5]int{ok, ok, ok, ok, forbidden}},
	{route: "POST /v1/msps/export", want: [5]int{ok, ok, ok, ok, forbidden}, body: fixed(`{"ids":""}`)},
	{route: "GET /v1/msps/{id}", want: [5]int{ok, ok, ok, ok, forbidden}, id: firstMSP, sibling: secondMSP},
	{route: "GET /v1/clients", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "GET /v1/clients/facets", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "GET /v1/clients/export", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "POST /v1/clients/export", want: [5]int{ok, ok, ok, ok, ok}, body: fixed(`{"ids":""}`)},
	{route: "GET /v1/clients/{id}", want: [5]int{ok, ok, ok, ok, ok}, id: firstClient, sibling: siblingClient},
	{route: "GET /v1/search", query: "?q=o", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "GET /v1/changes", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "POST /v1/changes/visit", want: [5]int{noContent, noContent, noContent, noContent, noContent},
		body: fixed(`{"seen_to":"2026-01-31T12:00:00Z"}`)},
	{route: "GET /v1/views", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "POST /v1/views", want: [5]int{created, created, created, created, created},
		body: fixed(`{"list":"clients","name":"Active","query":"status=active"}`)},
	{route: "PATCH /v1/views/{id}", want: [5]int{ok, ok, ok, ok, ok}, id: sharedView, sibling: siblingView, own: ownView,
		body: fixed(`{"query":"status=missing"}`)},
	{route: "DELETE /v1/views/{id}", want: [5]int{noContent, noContent, noContent, noContent, noContent}, id: sharedView,
		sibling: siblingView, own: ownView},
	{route: "GET /v1/favourites", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "PUT /v1/favourites/{kind}/{id}", want: [5]int{noContent, noContent, noContent, noContent, noContent}, id: firstClient,
		sibling: siblingClient},
	{route: "DELETE /v1/favourites/{kind}/{id}", want: [5]int{noContent, noContent, noContent, noContent, noContent}, id: firstClient,
		sibling: siblingClient},
	{route: "GET /v1/attention/snoozed", want: [5]int{ok, ok, ok, ok, forbidden}},
	{route: "PUT /v1/attention/{kind}/{id}/snooze", want: [5]int{noContent, noContent, noContent, noContent, forbidden}, id: missingClient,
		sibling: missingSibling, body: tomorrow},
	{route: "DELETE /v1/attention/{kind}/{id}/snooze", want: [5]int{noContent, noContent, noContent, noContent, forbidden}, id: firstClient,
		sibling: siblingClient},
	{route: "PUT /v1/attention/{kind}/{id}/handler", want: [5]int{noContent, noContent, noContent, noContent, forbidden}, id: missingClient,
		sibling: missingSibling, body: fixed(`{}`)},
	{route: "DELETE /v1/attention/{kind}/{id}/handler", want: [5]int{noContent, noContent, noContent, noContent, forbidden}, id: firstClient,
		sibling: siblingClient},
	{route: "GET /v1/recents", want: [5]int{ok, ok, ok, ok, ok}},
	{route: "PUT /v1/recents/{kind}/{id}", want: [5]int{noContent, noContent, noContent, noContent, noContent}, id: firstClient,
		sibling: siblingClient},
	{route: "GET /v1/invites", want: [5]int{ok, forbidden, ok, forbidden, forbidden}},
	{route: "POST /v1/invites", want: [5]int{created, forbidden, created, forbidden, forbidden}, body: clientInvite},
	{route: "POST /v1/invites/claim", want: [5]int{ok, ok, ok, ok, http.StatusConflict}, body: claimableInvite},
	{route: "POST /v1/invites/{id}/resend", want: [5]int{ok, forbidden, ok, forbidden, forbidden}, id: firstInvite,
		sibling: siblingInvite},
	{route: "DELETE /v1/invites/{id}", want: [5]int{noContent, forbidden, noContent, forbidden, forbidden}, id: firstInvite,
		sibling: siblingInvite},
	{route: "GET /v1/users", want: [5]int{ok, forbidden, ok, forbidden, forbidden}},
	{route: "GET /v1/users/{id}", want: [5]int{ok, forbidden, ok, forbidden, forbidden}, id: firstUser, sibling: siblingUser},
	{route: "PATCH /v1/users/{id}", want: [5]int{ok, forbidden, ok, forbidden, forbidden}, id: firstUser, sibling: siblingUser,
		body: fixed(`{"active":false}`)},
	{route: "DELETE /v1/users/{id}/sessions", want: [5]int{noContent, forbidden, noContent, forbidden, forbidden}, id: firstUser,
		sibling: siblingUser},
	{route: "GET /v1/syncs", want: [5]int{ok, ok, forbidden, forbidden, forbidden}},
	{route: "POST /v1/syncs", want: [5]int{accepted, forbidden, forbidden, forbidden, forbidden}},
	{route: "GET /v1/syncs/{id}", want: [5]int{ok, ok, forbidden, forbidden, forbidden}, id: (*apiTest).run},
	{route: "GET /v1/syncs/{id}/events", want: [5]int{ok, ok, forbidden, forbidden, forbidden}, id: (*apiTest).run},
	{route: "GET /v1/syncs/{id}/changes", want: [5]int{ok, ok, forbidden, forbidden, forbidden}, id: (*apiTest).run},
	{route: "GET /v1/syncs/{id}/review", want: [5]int{ok, ok, forbidden, forbidden, forbidden}, id: (*apiTest).review},
	{route: "GET /v1/syncs/{id}/review/totals", want: [5]int{ok, ok, forbidden, forbidden, forbidden}, id: (*apiTest).review},
	{route: "POST /v1/syncs/{id}/accept", want: [5]int{accepted, forbidden, forbidden, forbidden, forbidden}, id: (*apiTest).review},
	{route: "POST /v1/syncs/{id}/discard", want: [5]int{ok, forbidden, forbidden, forbidden, forbidden}, id: (*apiTest).review},
	{route: "GET /v1/connections", want: [5]int{ok, forbidden, forbidden, forbidden, forbidden}},
	{route: "POST /v1/connections", want: [5]int{created, forbidden, forbidden, forbidden, forbidden}, body: goodConnection},
	{route: "POST /v1/connections/test", want: [5]int{ok, forbidden, forbidden, forbidden, forbidden}, body: goodConnection},
	{route: "PATCH /v1/connections/{id}", want: [5]int{ok, forbidden, forbidden, forbidden, forbidden}, id: connectionOf,
		body: fixed(`{"paused":true}`)},
	{route: "GET /v1/connections/{id}/fields", want: [5]int{ok, forbidden, forbidden, forbidden, forbidden}, id: connectionOf},
	{route: "PATCH /v1/connections/{id}/fields", want: [5]int{ok, forbidden, forbidden, forbidden, forbidden}, id: connectionOf,
		body: fixed(`{"fields":{}}`)},
	{route: "POST /v1/connections/{id}/fields/preview", want: [5]int{ok, forbidden, forbidden, forbidden, forbidden}, id: connectionOf,
		body: fixed(`{"fields":{}}`)},
	{route: "POST /v1/connections/{id}/fields/seen", want: [5]int{noContent, forbidden, forbidden, forbidden, forbidden},
		id:   connectionOf,
		body: fixed(`{"run_id":"0198c5a4-0000-7000-8000-000000000000"}`)},
	{route: "GET /v1/organisation", want: [5]int{ok, forbidden, forbidden, forbidden, forbidden}},
	{route: "PATCH /v1/organisation", want: [5]int{ok, forbidden, forbidden, forbidden, forbidden},
		body: fixed(`{"time_zone":"Europe/Copenhagen"}`)},
}

// claimableInvite returns a body with the code of an invite to a client, which every viewer may claim except the
// client's own user.
func claimableInvite(h *apiTest, _ testkit.Node) string {
	h.Helper()
	h.Exec(`
		insert into identity (provider, issuer, subject, user_id, email)
		select 'google', 'google', id::text, id, 'user@example.com'
		from app_user
		on conflict do nothing`)
	code, _ := h.codedInvite(h.Own.At(portal.ClientUser, 0), portal.ClientUser)
	return fmt.Sprintf(`{"invite_code":%q}`, code)
}

// codedInvite creates an open invite with a code.
func (h *apiTest) codedInvite(at portal.Scope, role portal.Role) (code, id string) {
	h.Helper()
	code, hash := identity.NewInviteCode()
	id = postgres.NewID()
	h.Exec(`
		insert into pre_assigned_role (mssp_id, id, email, role, msp_id, client_id, provider, code_hash, invited_by, expires_at)
		values ($1, $2::uuid, $2::text || '@example.com', $3, nullif($4, '')::uuid, nullif($5, '')::uuid, 'google', $6, 'x',
		        now() + interval '1 day')`, at.MSSPID, id, role, at.MSPID, at.ClientID, hash)
	return code, id
}

func fixed(body string) func(*apiTest, testkit.Node) string {
	return func(*apiTest, testkit.Node) string { return body }
}

func firstMSP(_ *apiTest, of testkit.Tenant) string      { return of.MSPs[0].ID }
func secondMSP(_ *apiTest, of testkit.Tenant) string     { return of.MSPs[1].ID }
func firstClient(_ *apiTest, of testkit.Tenant) string   { return of.MSPs[0].Clients[0].ID }
func siblingClient(_ *apiTest, of testkit.Tenant) string { return of.MSPs[1].Clients[0].ID }
func firstInvite(h *apiTest, of testkit.Tenant) string   { return h.invite(of, of.MSPs[0].ID) }
func siblingInvite(h *apiTest, of testkit.Tenant) string { return h.invite(of, of.MSPs[1].ID) }
func firstUser(h *apiTest, of testkit.Tenant) string     { return h.newUser(of, 0).UserID }
func siblingUser(h *apiTest, of testkit.Tenant) string   { return h.newUser(of, 1).UserID }
func firstSession(h *apiTest, of testkit.Tenant) string  { return h.newUser(of, 0).SessionID }

// missingClient returns a client that needs attention.
func missingClient(h *apiTest, of testkit.Tenant) string  { return h.miss(firstClient(h, of)) }
func missingSibling(h *apiTest, of testkit.Tenant) string { return h.miss(siblingClient(h, of)) }

// miss marks a client as missing from the last sync.
func (h *apiTest) miss(clientID string) string {
	h.Helper()
	h.Exec("update client set status = 'missing' where id = $1", clientID)
	return clientID
}

func tomorrow(*apiTest, testkit.Node) string {
	return fmt.Sprintf(`{"until":%q}`, time.Now().Add(24*time.Hour).UTC().Format(time.RFC3339))
}

func connectionOf(_ *apiTest, of testkit.Tenant) string { return of.ConnectionID }

func goodConnection(h *apiTest, _ testkit.Node) string {
	return fmt.Sprintf(`{"product":"heimdal","customer_id":%q,"base_url":%q,"api_key":%q}`, heimdalCustomer, h.heimdal.URL(), heimdalKey)
}

func (h *apiTest) newUser(of testkit.Tenant, msp int) portal.Viewer {
	h.Helper()
	return h.Person(h, portal.MSPUser, of.At(portal.MSPUser, msp))
}

func ownSession(h *apiTest, v portal.Viewer) string {
	h.Helper()
	return h.Text("select id::text from session where user_id = $1 order by revoked_at is not null, id limit 1", v.UserID)
}

func sharedView(h *apiTest, of testkit.Tenant) string {
	return h.view(h.Person(h, portal.MSPAdmin, of.At(portal.MSPAdmin, 0)), true)
}

func siblingView(h *apiTest, of testkit.Tenant) string {
	return h.view(h.Person(h, portal.MSPAdmin, of.At(portal.MSPAdmin, 1)), true)
}

func ownView(h *apiTest, v portal.Viewer) string { return h.view(v, false) }

// view saves a view at the node of a viewer.
func (h *apiTest) view(v portal.Viewer, shared bool) string {
	h.Helper()
	id := postgres.NewID()
	h.Exec(`
		insert into saved_view (mssp_id, id, node_id, grant_id, author_id, list, name, name_key, query)
		select g.mssp_id, $2::uuid, coalesce(g.client_id, g.msp_id, '00000000-0000-0000-0000-000000000000'),
		       case when not $3 then g.id end, g.user_id, 'clients', $2::text, $2::text, ''
		from user_role g
		where g.id = $1`, v.GrantID, id, shared)
	return id
}

func clientInvite(_ *apiTest, msp testkit.Node) string {
	return fmt.Sprintf(`{"email":"%s@example.com","role":"client_user","client_id":"%s","provider":"google"}`,
		postgres.NewID(), msp.Clients[0].ID)
}

// call returns a request about an object of a tenant that the viewer may see; an object below an MSP is in the first
// MSP.
func (c routeCase) call(h *apiTest, of testkit.Tenant, viewer portal.Viewer) call {
	made := call{route: c.route + c.query}
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

func (c routeCase) withID(h *apiTest, id string) call {
	kind := "client"
	if strings.Contains(c.route, "/attention/") {
		kind = "client_missing"
	}
	made := call{route: strings.NewReplacer("{id}", id, "{kind}", kind).Replace(c.route)}
	if c.body != nil {
		made.body = c.body(h, testkit.Node{})
	}
	return made
}

// hiddenNames returns the names that no response to a role of Own may contain.
func hiddenNames(role portal.Role) []string {
	names := []string{"Other Security", "Other Partner", "Other Works", "Other Direct"}
	if role.Level() != portal.LevelMSSP {
		names = append(names, "Fjord Partner 2", "Fjord Direct")
	}
	if role.Level() == portal.LevelClient {
		names = append(names, "Fjord Works 2", "Fjord Works 3")
	}
	return names
}

func (h *apiTest) wantNothingHidden(r reply, role portal.Role) {
	h.Helper()
	for _, name := range hiddenNames(role) {
		if strings.Contains(string(r.body), name) {
			h.Errorf("%s: got a response to %s with the name %q: %s", r.Request.URL.Path, role, name, r.body)
		}
	}
}

func TestScope(t *testing.T) {
	t.Parallel()
	t.Run("role_table_holds_on_every_route", testScopeRoleTableHoldsOnEveryRoute)
	t.Run("each_role_sees_its_whole_scope", testScopeEachRoleSeesItsWholeScope)
	t.Run("outside_ids_yield_404", testScopeOutsideIdsYield404)
	t.Run("invites_stay_inside", testScopeInvitesStayInside)
	t.Run("filter_by_foreign_msp_is_empty", testScopeFilterByForeignMspIsEmpty)
	t.Run("search_stays_inside", testScopeSearchStaysInside)
	t.Run("only_own_tenant_revokes_invite", testScopeOnlyOwnTenantRevokesInvite)
	t.Run("sync_of_other_tenant_is_hidden", testScopeSyncOfOtherTenantIsHidden)
}

func testScopeRoleTableHoldsOnEveryRoute(t *testing.T) {
	h := newAPITest(t)
	h.invite(h.Own, h.Own.MSPs[1].ID)
	h.invite(h.Other, h.Other.MSPs[0].ID)
	for _, c := range routeCases {
		for i, role := range roles {
			want := c.want[i]
			if c.public != 0 {
				want = c.public
			}
			made := c.call(h, h.Own, h.Own.Viewers[role])
			made.token = h.as(role)
			r := h.wants(h.send(made), want)
			h.wantNothingHidden(r, role)
			if want >= 400 {
				h.wantsProblem(r, want, "")
			}
		}
	}
}

func testScopeEachRoleSeesItsWholeScope(t *testing.T) {
	h := newAPITest(t)
	for role, want := range map[portal.Role]int{
		portal.MSSPAdmin: 7, portal.MSSPStaff: 7, portal.MSPAdmin: 3, portal.MSPUser: 3, portal.ClientUser: 1,
	} {
		page := decode[portal.ClientPage](h, h.wants(h.get("/v1/clients", h.as(role)), ok))
		if len(page.Items) != want || page.Total != int64(want) {
			t.Errorf("%s: got %d clients of a total of %d, want %d", role, len(page.Items), page.Total, want)
		}
	}
	page := decode[portal.MSPPage](h, h.wants(h.get("/v1/msps", h.as(portal.MSPUser)), ok))
	if len(page.Items) != 1 || page.Items[0].ID != h.Own.MSPs[0].ID {
		t.Errorf("got the MSPs %+v for an MSP's user, want their own", page.Items)
	}
}

func testScopeOutsideIdsYield404(t *testing.T) {
	h := newAPITest(t)
	for _, c := range routeCases {
		if c.id == nil {
			continue
		}
		for i, role := range roles {
			want := http.StatusNotFound
			if c.want[i] == forbidden {
				want = forbidden
			}
			outside := []string{c.id(h, h.Other), postgres.NewID(), "1", "not-an-id", "'", "%27%20or%201=1", "..."}
			if c.sibling != nil && role.Level() != portal.LevelMSSP {
				outside = append(outside, c.sibling(h, h.Own))
			}
			before := h.state()
			for _, id := range outside {
				made := c.withID(h, id)
				made.token = h.as(role)
				r := h.send(made)
				h.wantsProblem(r, want, "")
				h.wantNothingHidden(r, role)
			}
			if after := h.state(); after != before {
				t.Errorf("%s as %s: got the state %s, want %s as before", c.route, role, after, before)
			}
		}
	}
}

// state returns a fingerprint of everything that the API's write routes can change.
func (h *apiTest) state() string {
	h.Helper()
	return h.Text(`
		select concat_ws(' ',
		    (select count(*) from pre_assigned_role),
		    (select count(*) from pre_assigned_role where revoked_at is not null),
		    (select md5(string_agg(concat_ws(' ', id, status), ' ' order by id)) from sync_run),
		    (select md5(string_agg(p::text, ' ' order by id)) from mssp_product p),
		    (select md5(string_agg(f::text, ' ' order by run_id)) from field_map f),
		    (select md5(string_agg(concat_ws(' ', id, role, msp_id, client_id, active), ' ' order by id)) from user_role),
		    (select count(*) from session where revoked_at is not null),
		    (select sum(version) from mssp),
		    (select md5(string_agg(v::text, ' ' order by id)) from saved_view v),
		    (select count(*) from favourite),
		    (select count(*) from recent),
		    (select md5(string_agg(k::text, ' ' order by k::text)) from attention_mark k),
		    (select count(*) from audit_log where action not like 'sign%'))`)
}

func testScopeInvitesStayInside(t *testing.T) {
	h := newAPITest(t)
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
		h.wantsProblem(h.send(call{route: "POST /v1/invites", token: h.as(portal.MSPAdmin), body: body}), forbidden, portal.Forbidden)
	}
	if after := h.state(); after != before {
		t.Errorf("got the state %s after rejected invites, want %s", after, before)
	}
}

func testScopeFilterByForeignMspIsEmpty(t *testing.T) {
	h := newAPITest(t)
	for _, role := range roles {
		for _, msp := range []string{h.Other.MSPs[0].ID, h.Other.MSPs[1].ID} {
			page := decode[portal.ClientPage](h, h.wants(h.get("/v1/clients?msp_id="+msp, h.as(role)), ok))
			if len(page.Items) != 0 || page.Total != 0 {
				t.Errorf("%s: got %d clients of another tenant's MSP and a total of %d, want none", role, len(page.Items), page.Total)
			}
		}
	}
}

func testScopeSearchStaysInside(t *testing.T) {
	h := newAPITest(t)
	for i, role := range roles {
		for _, path := range []string{"/v1/clients?q=Other", "/v1/msps?q=Other", "/v1/clients?q=%25", "/v1/msps?q=%25",
			"/v1/clients?q=_"} {
			if strings.HasPrefix(path, "/v1/msps") && roles[i] == portal.ClientUser {
				continue
			}
			r := h.wants(h.get(path, h.as(role)), ok)
			h.wantNothingHidden(r, role)
			if total := decode[portal.ClientPage](h, r).Total; total != 0 {
				t.Errorf("%s: got a total of %d by %s, want 0", role, total, path)
			}
		}
	}
}

func testScopeOnlyOwnTenantRevokesInvite(t *testing.T) {
	h := newAPITest(t)
	id := h.invite(h.Own, h.Own.MSPs[0].ID)
	other := h.signIn(h.Other.Viewers[portal.MSSPAdmin])
	h.wantsProblem(h.send(call{route: "DELETE /v1/invites/" + id, token: other}), http.StatusNotFound, portal.NotFound)
	if open := h.Text("select (revoked_at is null)::text from pre_assigned_role where id = $1", id); open != "true" {
		t.Fatal("got an invite revoked by another tenant's admin, want it open")
	}
	h.wants(h.send(call{route: "DELETE /v1/invites/" + id, token: h.as(portal.MSPAdmin)}), noContent)
	page := decode[portal.InvitePage](h, h.wants(h.get("/v1/invites?status=revoked", h.as(portal.MSSPAdmin)), ok))
	if len(page.Items) != 1 || page.Items[0].ID != id {
		t.Errorf("got the revoked invites %+v, want the one", page.Items)
	}
}

func testScopeSyncOfOtherTenantIsHidden(t *testing.T) {
	h := newAPITest(t)
	started := decode[portal.SyncRun](h, h.wants(h.send(call{route: "POST /v1/syncs", token: h.as(portal.MSSPAdmin)}), accepted))
	other := h.signIn(h.Other.Viewers[portal.MSSPAdmin])
	h.wantsProblem(h.get("/v1/syncs/"+started.ID, other), http.StatusNotFound, portal.NotFound)
	if r := h.wants(h.get("/v1/syncs", other), ok); strings.Contains(string(r.body), started.ID) {
		t.Error("got a run of another tenant in the list")
	}
	h.wantsProblem(h.send(call{route: "POST /v1/syncs", token: h.as(portal.MSSPAdmin)}), http.StatusConflict, portal.SyncRunning)
	h.wants(h.send(call{route: "POST /v1/syncs", token: other}), accepted)
}
