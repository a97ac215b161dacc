package main

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

// termination is a way to end a session, through the second replica.
type termination struct {
	name string
	// end ends the sessions of the device.
	end  func(r *replicas, admin, d device)
	code portal.Code
}

var terminations = []termination{
	{"deactivation", func(r *replicas, admin, d device) {
		r.wants(r.second, http.StatusOK, "PATCH /v1/users/"+d.UserID, admin.access, map[string]bool{"active": false}, nil)
	}, portal.Deactivated},
	{"sign-out everywhere", func(r *replicas, admin, d device) {
		r.wants(r.second, http.StatusNoContent, "DELETE /v1/users/"+d.UserID+"/sessions", admin.access, nil, nil)
	}, portal.SessionRevoked},
	{"session ended from another device", func(r *replicas, _, d device) {
		here := r.signIn(d.Viewer, d.account)
		r.wants(r.second, http.StatusNoContent, "DELETE /v1/sessions/"+r.sessionOf(d), here.access, nil, nil)
		r.wants(r.first, http.StatusOK, "GET /v1/clients", here.access, nil, nil)
		r.refresh(r.second, here)
	}, portal.SessionRevoked},
	{"sign-out", func(r *replicas, _, d device) {
		r.wants(r.second, http.StatusNoContent, "POST /v1/auth/logout", d.access, nil, nil)
	}, portal.SessionRevoked},
}

// sessionOf returns the id of a device's session.
func (r *replicas) sessionOf(d device) string {
	r.Helper()
	var own portal.OwnSessions
	r.wants(r.second, http.StatusOK, "GET /v1/sessions", d.access, nil, &own)
	return own.Items[0].ID
}

func TestRevocation(t *testing.T) {
	t.Run("reaches_next_request_at_other_replica", testRevocationReachesNextRequestAtOtherReplica)
	t.Run("changed_role_applies_after_refresh", testRevocationChangedRoleAppliesAfterRefresh)
	t.Run("holds_under_load", testRevocationHoldsUnderLoad)
	t.Run("check_costs_one_round_trip", testRevocationCheckCostsOneRoundTrip)
}

func testRevocationReachesNextRequestAtOtherReplica(t *testing.T) {
	r := startReplicas(t)
	admin := r.newDevice(portal.MSSPAdmin, 0)
	for _, way := range terminations {
		d := r.newDevice(portal.MSPUser, 0)
		r.wants(r.first, http.StatusOK, "GET /v1/clients", d.access, nil, nil)
		way.end(r, admin, d)
		for _, replica := range []string{r.first, r.second} {
			for _, route := range []string{"GET /v1/clients", "GET /v1/me", "GET /v1/sessions", "GET /v1/overview"} {
				r.wantsCode(replica, route, d.access, nil, way.code)
			}
			r.wantsCode(replica, "POST /v1/auth/refresh", "", portal.RefreshGrant{RefreshToken: d.refresh}, way.code)
		}
		if r.Failed() {
			t.Fatalf("after a %s", way.name)
		}
	}
	r.wants(r.first, http.StatusOK, "GET /v1/clients", admin.access, nil, nil)
}

func testRevocationChangedRoleAppliesAfterRefresh(t *testing.T) {
	r := startReplicas(t)
	admin := r.newDevice(portal.MSSPAdmin, 0)
	for name, to := range map[string]struct {
		change portal.UserChange
		role   portal.Role
		msp    int
	}{
		"a wider role": {portal.UserChange{Role: new(portal.MSPAdmin)}, portal.MSPAdmin, 0},
		"another MSP":  {portal.UserChange{MSPID: &r.Own.MSPs[1].ID}, portal.MSPUser, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := r.newDevice(portal.MSPUser, 0)
			r.wants(r.first, http.StatusOK, "GET /v1/clients", d.access, nil, nil)
			r.wants(r.second, http.StatusOK, "PATCH /v1/users/"+d.UserID, admin.access, to.change, nil)
			for _, replica := range []string{r.first, r.second} {
				r.wantsCode(replica, "GET /v1/clients", d.access, nil, portal.GrantChanged)
			}
			tokens := r.refresh(r.first, d)
			for _, replica := range []string{r.first, r.second} {
				var me portal.Me
				var clients portal.ClientPage
				r.wants(replica, http.StatusOK, "GET /v1/me", tokens.AccessToken, nil, &me)
				r.wants(replica, http.StatusOK, "GET /v1/clients", tokens.AccessToken, nil, &clients)
				if me.Grant.Role != to.role || len(clients.Items) != 3 || *clients.Items[0].MSPID != r.Own.MSPs[to.msp].ID {
					t.Errorf("got the grant %+v and the clients %+v, want those of the change", me.Grant, clients.Items)
				}
				r.wantsCode(replica, "GET /v1/clients", d.access, nil, portal.GrantChanged)
			}
		})
	}
}

// hammer asks with one device at either replica in turn, renewing its tokens on the way, until it is refused.
type requester struct {
	device
	// ended is set once the response to the termination has arrived.
	ended atomic.Bool
	asked atomic.Int64
	code  portal.Code
	late  atomic.Int64
}

func (h *requester) run(r *replicas, started func()) error {
	for i := 0; ; i++ {
		replica := []string{r.first, r.second}[i%2]
		before := h.ended.Load()
		got, err := h.once(r, replica, i)
		if err != nil {
			return err
		}
		if h.asked.Add(1) == 3 {
			started()
		}
		switch {
		case got.Code == h.code:
			return nil
		case got.status != http.StatusOK:
			return fmt.Errorf("got %d %s, want %s", got.status, got.body, h.code)
		case before:
			h.late.Add(1)
			return nil
		}
	}
}

// once sends one request; every seventh renews the tokens.
func (h *requester) once(r *replicas, replica string, i int) (reply, error) {
	if i%7 != 6 {
		return r.send(replica, "GET /v1/clients?limit=1", h.access, nil)
	}
	got, err := r.send(replica, "POST /v1/auth/refresh", "", portal.RefreshGrant{RefreshToken: h.refresh})
	if err == nil && got.status == http.StatusOK {
		h.access, h.refresh, err = tokensOf(got)
	}
	return got, err
}

func testRevocationHoldsUnderLoad(t *testing.T) {
	r := startReplicas(t)
	admin := r.newDevice(portal.MSSPAdmin, 0)
	bystander := &requester{device: r.newDevice(portal.MSPUser, 1), code: portal.SessionRevoked}
	watcher := bystander.device
	var requesters []*requester
	var groups [][]*requester
	var users []device
	for i := range 12 {
		way := terminations[i%2]
		person := r.newDevice(portal.MSPUser, 0)
		users = append(users, person)
		var group []*requester
		for session := range 5 {
			d := person
			if session > 0 {
				d = r.signIn(person.Viewer, person.account)
			}
			group = append(group, &requester{device: d, code: way.code})
		}
		requesters, groups = append(requesters, group...), append(groups, group)
	}
	var busy, running sync.WaitGroup
	busy.Add(len(requesters) + 1)
	for _, h := range append(requesters, bystander) {
		running.Go(func() {
			var once sync.Once
			if err := h.run(r, func() { once.Do(busy.Done) }); err != nil {
				t.Error(err)
			}
			once.Do(busy.Done)
		})
	}
	wait.Group(t, 2*time.Minute, "three requests of every session", &busy)
	for i, group := range groups {
		terminations[i%2].end(r, admin, users[i])
		for _, h := range group {
			h.ended.Store(true)
		}
	}
	terminations[1].end(r, admin, watcher)
	bystander.ended.Store(true)
	wait.Group(t, 2*time.Minute, "the refusal of every session", &running)
	var asked int64
	for _, h := range append(requesters, bystander) {
		asked += h.asked.Load()
		if h.late.Load() > 0 {
			t.Errorf("got a successful request after the session had ended")
		}
		for _, replica := range []string{r.first, r.second} {
			r.wantsCode(replica, "POST /v1/auth/refresh", "", portal.RefreshGrant{RefreshToken: h.refresh}, h.code)
		}
	}
	t.Logf("%d sessions sent %d requests", len(requesters)+1, asked)
}

func testRevocationCheckCostsOneRoundTrip(t *testing.T) {
	r := startReplicas(t)
	admin := r.newDevice(portal.MSSPAdmin, 0)
	for _, route := range []string{
		"GET /v1/me", "GET /v1/overview", "GET /v1/msps", "GET /v1/clients", "GET /v1/clients/" + r.Own.Direct.ID, "GET /v1/invites",
		"GET /v1/users", "GET /v1/sessions", "GET /v1/syncs",
	} {
		send := func() { r.wants(r.first, http.StatusOK, route, admin.access, nil, nil) }
		for range 8 { // until every connection has prepared the statements
			send()
		}
		before := r.counter.Trips()
		for range 10 {
			send()
		}
		if n := r.counter.Trips() - before; n != 10 {
			t.Errorf("10 times %s: got %d round trips, want 10", route, n)
		}
	}
}
