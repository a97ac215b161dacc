package session_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit/wait"
)

func testStartReturnsUserAndGrant(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	tokens, viewer := h.signedIn()
	want := h.user()
	want.SessionID = viewer.SessionID
	if viewer != want {
		t.Errorf("got the viewer %+v, want %+v", viewer, want)
	}
	if tokens.User.ID != want.UserID || tokens.TokenType != "Bearer" || tokens.ExpiresIn != 600 || tokens.User.LastLoginAt == nil {
		t.Errorf("got %+v", tokens)
	}
	if n := h.count(
		"select count(*) from audit_log where action = 'sign_in' and actor_id = $1 and request_id = 'req-1'",
		want.UserID,
	); n != 1 {
		t.Errorf("got %d audit entries", n)
	}
}

func testRefreshUsesEachTokenOnce(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	first := h.start()
	second := h.refresh(first.RefreshToken)
	third := h.refresh(second.RefreshToken)
	if first.RefreshToken == second.RefreshToken || second.RefreshToken == third.RefreshToken {
		t.Fatal("got the same refresh token, want a new one")
	}
	if _, err := h.viewer(third.AccessToken); err != nil {
		t.Fatal(err)
	}
}

func testRefreshRepeatsLostResponse(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	first := h.start()
	lost := h.refresh(first.RefreshToken)
	again := h.refresh(first.RefreshToken)
	if again.RefreshToken != lost.RefreshToken {
		t.Fatal("got another successor in the second response")
	}
	h.refresh(again.RefreshToken)
}

func testRefreshReusedTokenEndsTheSession(t *testing.T) {
	t.Parallel()
	for name, reuse := range map[string]func(h *testEnv, first, second portal.Tokens){
		"after the grace": func(h *testEnv, first, _ portal.Tokens) {
			h.exec("update refresh_token set used_at = used_at - interval '31 seconds' where used_at is not null")
		},
		"though its successor was used": func(h *testEnv, _, second portal.Tokens) { h.refresh(second.RefreshToken) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTestEnv(t)
			first := h.start()
			second := h.refresh(first.RefreshToken)
			reuse(h, first, second)
			h.wantRefused(first.RefreshToken, portal.SessionRevoked)
			h.wantSignedOut(second, portal.SessionRevoked)
			if n := h.count("select count(*) from audit_log where action = 'session_ended' and detail ->> 'reason' = 'reuse'"); n != 1 {
				t.Errorf("got %d audit entries", n)
			}
		})
	}
}

func testRefreshConcurrentRepeatsGetOneSuccessor(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	first := h.start()
	grant := portal.RefreshGrant{RefreshToken: first.RefreshToken, RequestID: rand.Text()}
	successors := make([]string, 20)
	var refreshes sync.WaitGroup
	for i := range successors {
		refreshes.Go(func() {
			tokens, err := h.sessions.Refresh(context.Background(), grant)
			if err != nil {
				t.Error(err)
			}
			successors[i] = tokens.RefreshToken
		})
	}
	wait.Group(t, time.Minute, "the concurrent refreshes", &refreshes)
	for _, token := range successors {
		if token != successors[0] {
			t.Fatal("got two successors of one token, want one")
		}
	}
	h.refresh(successors[0])
	if n := h.count("select count(*) from session where revoked_at is not null"); n != 0 {
		t.Errorf("%d sessions ended, want 0", n)
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	t.Run("default_limits", testSessionDefaultLimits)
	t.Run("ends_at_its_limits", testSessionEndsAtItsLimits)
	t.Run("use_extends_it_to_the_absolute_limit", testSessionUseExtendsItToTheAbsoluteLimit)
	t.Run("sign_out_ends_its_access_token", testSessionSignOutEndsItsAccessToken)
	t.Run("outlives_a_database_outage", testSessionOutlivesADatabaseOutage)
}

func testSessionDefaultLimits(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	h.start()
	const asPromised = `
		select count(*)
		from session
		where device = 'laptop'
		and extract(epoch from idle_expires_at - created_at) = 14 * 86400
		and extract(epoch from expires_at - created_at) = 90 * 86400`
	if n := h.count(asPromised); n != 1 {
		t.Errorf("got %d sessions that end after 14 days without use and after 90 days, want 1", n)
	}
}

func testSessionEndsAtItsLimits(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]string{
		"unused for too long": "idle_expires_at = now() - interval '1 second'",
		"too old":             "expires_at = now() - interval '1 second'",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newTestEnv(t)
			tokens := h.start()
			h.exec("update session set " + limit)
			h.wantSignedOut(tokens, portal.SessionRevoked)
		})
	}
}

func testSessionUseExtendsItToTheAbsoluteLimit(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	tokens, viewer := h.signedIn()
	h.exec(
		"update session set idle_expires_at = now() + interval '1 minute', expires_at = now() + interval '3 days' where id = $1",
		viewer.SessionID,
	)
	h.refresh(tokens.RefreshToken)
	if n := h.count("select count(*) from session where id = $1 and idle_expires_at = expires_at", viewer.SessionID); n != 1 {
		t.Error("the idle limit does not run to the absolute limit")
	}
}

func testSessionSignOutEndsItsAccessToken(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	tokens, viewer := h.signedIn()
	other := h.start()
	for range 2 {
		if err := h.sessions.End(context.Background(), viewer); err != nil {
			t.Fatal(err)
		}
	}
	h.wantSignedOut(tokens, portal.SessionRevoked)
	h.refresh(other.RefreshToken)
	if n := h.count("select count(*) from audit_log where action = 'session_ended'"); n != 1 {
		t.Errorf("got %d audit entries", n)
	}
}

func testStartRefusesDeactivatedUser(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	tokens := h.start()
	h.exec("update app_user set active = false where id = $1", h.user().UserID)
	before := h.count("select count(*) from session")
	h.wantNoSession(portal.Deactivated)
	h.wantSignedOut(tokens, portal.Deactivated)
	if n := h.count("select count(*) from session"); n != before {
		t.Error("a session was started, want none")
	}
}

func testStartRefusesUserWithoutRole(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	tokens := h.start()
	h.exec("delete from user_role where user_id = $1", h.user().UserID)
	h.wantRefused(tokens.RefreshToken, portal.NoInvite)
	h.wantNoSession(portal.NoInvite)
}

func testRefreshReturnsAChangedRole(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	tokens := h.start()
	h.exec("update user_role set role = 'msp_admin' where user_id = $1", h.user().UserID)
	if _, err := h.viewer(tokens.AccessToken); portal.ErrorCode(err) != portal.GrantChanged {
		t.Errorf("with the old role: got error %v", err)
	}
	viewer, err := h.viewer(h.refresh(tokens.RefreshToken).AccessToken)
	if err != nil || viewer.Role != portal.MSPAdmin {
		t.Errorf("after a refresh: got role %q, %v", viewer.Role, err)
	}
}

func TestWithGrant(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	second := h.promoted()
	_, viewer := h.signedIn()
	other, err := h.sessions.WithGrant(context.Background(), viewer, second)
	if err != nil {
		t.Fatal(err)
	}
	me, err := h.DB.Me(context.Background(), other)
	if err != nil {
		t.Fatal(err)
	}
	if me.Grant.ID != second || me.Grant.Role != portal.MSPAdmin || me.Grant.Node != h.Own.MSPs[1].Name || len(me.Grants) != 2 {
		t.Errorf("got %+v", me)
	}
	for _, foreign := range []string{h.Own.Viewers[portal.MSSPAdmin].GrantID, postgres.NewID(), "", "x"} {
		if _, err := h.sessions.WithGrant(context.Background(), viewer, foreign); portal.ErrorCode(err) != portal.NotFound {
			t.Errorf("under %q: got error %v", foreign, err)
		}
	}
}

func testRefreshRefusesMalformedToken(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	good := h.start().RefreshToken
	for _, bad := range []string{
		"", "fsr_", good[4:], good + "A", good[:len(good)-1], " " + good, "hrt_" + good[4:], "fsr_" + string(make([]byte, 43)),
	} {
		h.wantRefused(bad, portal.SessionRevoked)
	}
	h.refresh(good)
}

func TestStoredSecrets(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	first := h.start()
	h.refresh(first.RefreshToken)
	thief, err := session.NewSealer(bytes.Repeat([]byte{8}, 32))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := session.New(h.DB, thief, session.Config{Issuer: issuer})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := theirs.Start(context.Background(), h.user().UserID, ""); err == nil {
		t.Error("tokens were signed with another secret key, want an error")
	}
	if err := theirs.CheckSecret(context.Background()); err == nil {
		t.Error("CheckSecret accepted another secret key")
	}
	if n := h.count("select count(*) from refresh_token where length(token_hash) <> 32 or length(successor_sealed) < 60"); n != 0 {
		t.Errorf("got %d tokens not hashed or not sealed, want 0", n)
	}
}

func testSessionOutlivesADatabaseOutage(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	tokens := h.start()
	h.DB.Close()
	if _, err := h.sessions.Verify(context.Background(), tokens.AccessToken); err != nil {
		t.Errorf("without a database: got error %v, want nil", err)
	}
	if _, err := h.sessions.Refresh(
		context.Background(),
		portal.RefreshGrant{RefreshToken: tokens.RefreshToken},
	); err == nil ||
		errors.As(err, new(*portal.Error)) {
		t.Errorf("refresh without a database: got error %v", err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	if _, err := session.New(nil, nil, session.Config{Issuer: issuer}); err == nil {
		t.Error("New accepted a missing secret key")
	}
	for _, bad := range []string{"", "portal", "ftp://portal.example.com"} {
		if _, err := session.New(nil, newSealer(t), session.Config{Issuer: bad, IdleTTL: time.Hour}); err == nil {
			t.Errorf("New accepted %q as a URL", bad)
		}
	}
}
