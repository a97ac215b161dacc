package session_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/wait"
)

const issuer = "https://portal.example.com"

// testEnv is a world with sessions, and the owner's connection to change times in the database.
type testEnv struct {
	*testkit.World
	*testing.T
	sessions *session.Sessions
	owner    *pgx.Conn
}

func newTestEnv(t *testing.T) *testEnv {
	t.Helper()
	w := testkit.NewWorld(t)
	owner, err := pgx.Connect(context.Background(), w.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { owner.Close(context.Background()) })
	return &testEnv{World: w, T: t, sessions: newSessions(t, w.DB), owner: owner}
}

func newSealer(t testing.TB) *session.Sealer {
	t.Helper()
	sealer, err := session.NewSealer(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return sealer
}

func newSessions(t testing.TB, db *postgres.DB) *session.Sessions {
	t.Helper()
	s, err := session.New(db, newSealer(t), session.Config{Issuer: issuer})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (h *testEnv) exec(sql string, args ...any) {
	h.Helper()
	if _, err := h.owner.Exec(context.Background(), sql, args...); err != nil {
		h.Fatalf("%v\n%s", err, sql)
	}
}

func (h *testEnv) count(sql string, args ...any) (n int) {
	h.Helper()
	if err := h.owner.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		h.Fatalf("%v\n%s", err, sql)
	}
	return n
}

func (h *testEnv) user() portal.Viewer { return h.Own.Viewers[portal.MSPUser] }

func (h *testEnv) start() portal.Tokens {
	h.Helper()
	tokens, err := h.sessions.Start(postgres.WithRequestID(context.Background(), "req-1"), h.user().UserID, "laptop")
	if err != nil {
		h.Fatal(err)
	}
	return tokens
}

func (h *testEnv) refresh(token string) portal.Tokens {
	h.Helper()
	tokens, err := h.sessions.Refresh(context.Background(), portal.RefreshGrant{RefreshToken: token})
	if err != nil {
		h.Fatalf("refresh: %v", err)
	}
	return tokens
}

func (h *testEnv) wantRefused(token string, want portal.Code) {
	h.Helper()
	if _, err := h.sessions.Refresh(
		context.Background(),
		portal.RefreshGrant{RefreshToken: token},
	); portal.ErrorCode(
		err,
	) != want {
		h.Fatalf("refresh: got error %v, want %s", err, want)
	}
}

// viewer verifies an access token and then checks it against the database.
func (h *testEnv) viewer(access string) (portal.Viewer, error) {
	viewer, err := h.sessions.Verify(context.Background(), access)
	if err != nil {
		return viewer, err
	}
	_, err = h.DB.Me(context.Background(), viewer)
	return viewer, err
}

// signedIn starts a session and returns its tokens and viewer.
func (h *testEnv) signedIn() (portal.Tokens, portal.Viewer) {
	h.Helper()
	tokens := h.start()
	viewer, err := h.viewer(tokens.AccessToken)
	if err != nil {
		h.Fatal(err)
	}
	return tokens, viewer
}

// promoted gives the user one more grant, as an administrator of another MSP.
func (h *testEnv) promoted() (grantID string) {
	h.Helper()
	return h.Grant(h, h.user().UserID, portal.MSPAdmin, h.Own.At(portal.MSPAdmin, 1))
}

// wantNoSession fails if the user can start a session.
func (h *testEnv) wantNoSession(want portal.Code) {
	h.Helper()
	if _, err := h.sessions.Start(postgres.WithRequestID(context.Background(), "req-1"), h.user().UserID, ""); portal.ErrorCode(err) != want {
		h.Errorf("start: got error %v, want %s", err, want)
	}
}

// wantSignedOut fails unless both tokens of a session are refused.
func (h *testEnv) wantSignedOut(tokens portal.Tokens, want portal.Code) {
	h.Helper()
	h.wantRefused(tokens.RefreshToken, want)
	if _, err := h.viewer(tokens.AccessToken); portal.ErrorCode(err) != want {
		h.Errorf("access token: got error %v, want %s", err, want)
	}
}

// wantEndedReason fails unless the refusal of both tokens of an ended session gives this reason.
func (h *testEnv) wantEndedReason(tokens portal.Tokens, reason portal.EndedReason) {
	h.Helper()
	_, err := h.viewer(tokens.AccessToken)
	wantReason(h, err, reason)
	_, err = h.sessions.Refresh(context.Background(), portal.RefreshGrant{RefreshToken: tokens.RefreshToken})
	wantReason(h, err, reason)
}

// end ends a session for a reason.
func (h *testEnv) end(viewer portal.Viewer, reason portal.EndedReason) {
	h.Helper()
	if err := h.DB.EndSession(context.Background(), viewer.SessionID, viewer.UserID, viewer.Scope.MSSPID, reason); err != nil {
		h.Fatal(err)
	}
}

// within fails unless done receives a result in time.
func (h *testEnv) within(done <-chan error, what string) {
	h.Helper()
	if err := wait.For(h, time.Minute, what, done); err != nil {
		h.Errorf("%s: %v", what, err)
	}
}
