package main

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"fs-client-portal/backend/portal"
)

// ending is a way to end what somebody's tokens are good for, done through the second replica.
type ending struct {
	name string
	// end is told the administrator and the device whose tokens shall end.
	end  func(r *replicas, admin, d device)
	code portal.Code
}

var endings = []ending{
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

// sessionOf answers the id of the session a device is signed in with.
func (r *replicas) sessionOf(d device) string {
	r.Helper()
	var own portal.OwnSessions
	r.wants(r.second, http.StatusOK, "GET /v1/sessions", d.access, nil, &own)
	return own.Items[0].ID
}

func TestWhatEndsAtOneReplicaIsRefusedByTheVeryNextRequestAtTheOther(t *testing.T) {
	r := startReplicas(t)
	admin := r.newcomer(portal.MSSPAdmin, 0)
	for _, way := range endings {
		d := r.newcomer(portal.MSPUser, 0)
		r.wants(r.first, http.StatusOK, "GET /v1/clients", d.access, nil, nil)
		way.end(r, admin, d)
		for _, replica := range []string{r.first, r.second} {
			for _, route := range []string{"GET /v1/clients", "GET /v1/me", "GET /v1/sessions", "GET /v1/overview"} {
				r.refuses(replica, route, d.access, nil, way.code)
			}
			r.refuses(replica, "POST /v1/auth/refresh", "", portal.RefreshGrant{RefreshToken: d.refresh}, way.code)
		}
		if r.Failed() {
			t.Fatalf("after a %s", way.name)
		}
	}
	r.wants(r.first, http.StatusOK, "GET /v1/clients", admin.access, nil, nil)
}

func TestAChangedRoleIsActedUnderAtBothReplicasAfterARefresh(t *testing.T) {
	r := startReplicas(t)
	admin := r.newcomer(portal.MSSPAdmin, 0)
	for name, to := range map[string]struct {
		change portal.UserChange
		role   portal.Role
		msp    int
	}{
		"a wider role": {portal.UserChange{Role: new(portal.MSPAdmin)}, portal.MSPAdmin, 0},
		"another MSP":  {portal.UserChange{MSPID: &r.Own.MSPs[1].ID}, portal.MSPUser, 1},
	} {
		d := r.newcomer(portal.MSPUser, 0)
		r.wants(r.first, http.StatusOK, "GET /v1/clients", d.access, nil, nil)
		r.wants(r.second, http.StatusOK, "PATCH /v1/users/"+d.UserID, admin.access, to.change, nil)
		for _, replica := range []string{r.first, r.second} {
			r.refuses(replica, "GET /v1/clients", d.access, nil, portal.GrantChanged)
		}
		tokens := r.refresh(r.first, d)
		for _, replica := range []string{r.first, r.second} {
			var me portal.Me
			var clients portal.ClientPage
			r.wants(replica, http.StatusOK, "GET /v1/me", tokens.AccessToken, nil, &me)
			r.wants(replica, http.StatusOK, "GET /v1/clients", tokens.AccessToken, nil, &clients)
			if me.Grant.Role != to.role || len(clients.Items) != 3 || *clients.Items[0].MSPID != r.Own.MSPs[to.msp].ID {
				t.Errorf("%s: they are %+v and see %+v", name, me.Grant, clients.Items)
			}
			r.refuses(replica, "GET /v1/clients", d.access, nil, portal.GrantChanged)
		}
	}
}

// hammer asks with one device at either replica in turn, renewing its tokens on the way, until it is refused.
type hammer struct {
	device
	// ended is set once the answer to what ends the device has come.
	ended atomic.Bool
	asked atomic.Int64
	code  portal.Code
	late  atomic.Int64
}

func (h *hammer) run(r *replicas, started func()) error {
	for i := 0; ; i++ {
		replica := []string{r.first, r.second}[i%2]
		before := h.ended.Load()
		said, err := h.once(r, replica, i)
		if err != nil {
			return err
		}
		if h.asked.Add(1) == 3 {
			started()
		}
		switch {
		case said.Code == h.code:
			return nil
		case said.status != http.StatusOK:
			return fmt.Errorf("answered %d %s, want %s", said.status, said.body, h.code)
		case before:
			h.late.Add(1)
			return nil
		}
	}
}

// once sends one request; every seventh renews the tokens.
func (h *hammer) once(r *replicas, replica string, i int) (answer, error) {
	if i%7 != 6 {
		return r.ask(replica, "GET /v1/clients?limit=1", h.access, nil)
	}
	said, err := r.ask(replica, "POST /v1/auth/refresh", "", portal.RefreshGrant{RefreshToken: h.refresh})
	if err == nil && said.status == http.StatusOK {
		h.access, h.refresh, err = tokensOf(said)
	}
	return said, err
}

func TestUnderLoadNoRequestSentAfterTheEndIsAnswered(t *testing.T) {
	r := startReplicas(t)
	admin := r.newcomer(portal.MSSPAdmin, 0)
	bystander := &hammer{device: r.newcomer(portal.MSPUser, 1), code: portal.SessionRevoked}
	watcher := bystander.device
	var hammers []*hammer
	var groups [][]*hammer
	var people []device
	for i := range 12 {
		way := endings[i%2]
		person := r.newcomer(portal.MSPUser, 0)
		people = append(people, person)
		var group []*hammer
		for session := range 5 {
			d := person
			if session > 0 {
				d = r.signIn(person.Viewer, person.account)
			}
			group = append(group, &hammer{device: d, code: way.code})
		}
		hammers, groups = append(hammers, group...), append(groups, group)
	}
	var busy, running sync.WaitGroup
	busy.Add(len(hammers) + 1)
	for _, h := range append(hammers, bystander) {
		running.Go(func() {
			var once sync.Once
			if err := h.run(r, func() { once.Do(busy.Done) }); err != nil {
				t.Error(err)
			}
			once.Do(busy.Done)
		})
	}
	busy.Wait()
	for i, group := range groups {
		endings[i%2].end(r, admin, people[i])
		for _, h := range group {
			h.ended.Store(true)
		}
	}
	endings[1].end(r, admin, watcher)
	bystander.ended.Store(true)
	running.Wait()
	var asked int64
	for _, h := range append(hammers, bystander) {
		asked += h.asked.Load()
		if h.late.Load() > 0 {
			t.Errorf("a request sent after the end was answered")
		}
		for _, replica := range []string{r.first, r.second} {
			r.refuses(replica, "POST /v1/auth/refresh", "", portal.RefreshGrant{RefreshToken: h.refresh}, h.code)
		}
	}
	t.Logf("%d sessions sent %d requests", len(hammers)+1, asked)
}

func TestADataRequestCostsOneRoundTripToTheDatabase(t *testing.T) {
	r := startReplicas(t)
	admin := r.newcomer(portal.MSSPAdmin, 0)
	for _, route := range []string{
		"GET /v1/me", "GET /v1/overview", "GET /v1/msps", "GET /v1/clients", "GET /v1/clients/" + r.Own.Direct.ID, "GET /v1/invites",
		"GET /v1/users", "GET /v1/sessions", "GET /v1/syncs",
	} {
		ask := func() { r.wants(r.first, http.StatusOK, route, admin.access, nil, nil) }
		for range 8 { // until every connection knows the statements
			ask()
		}
		before := r.counter.Trips()
		for range 10 {
			ask()
		}
		if n := r.counter.Trips() - before; n != 10 {
			t.Errorf("10 times %s cost %d round trips", route, n)
		}
	}
}
