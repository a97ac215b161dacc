package desktop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/singleflight"

	"fs-client-portal/backend/portal"
)

const (
	// renewBefore is how long before its end an access token is renewed: longer than any call waits to be sent.
	renewBefore = 30 * time.Second
	// lockWait is how long another process of this user may take to renew before we stop waiting for it.
	lockWait = 20 * time.Second
	// logoutWait bounds what the user waits for when the API does not answer a sign-out.
	logoutWait = 10 * time.Second
)

// session is the user's session with one API. The access token lives in memory only; the refresh token also in
// the keyring, where it is written before it is used, because the API takes each one once.
type session struct {
	api      *apiClient
	vault    *vault
	lockFile string
	// allowMemory permits a session that lasts for this run only, where the keyring cannot be used.
	allowMemory bool
	emit        func(event string, payload any)
	now         func() time.Time
	log         *slog.Logger

	mu         sync.Mutex
	access     string
	goodUntil  time.Time
	kept       keptSession
	memoryOnly bool
	// ended counts the sessions that ended, so that a renewal under way at a sign-out does not undo it.
	ended int

	// writes keeps keyring and memory in step.
	writes   sync.Mutex
	renewals singleflight.Group
}

// lockPath names the file that processes of one user take turns by.
func lockPath(stateDir, account string) string {
	sum := sha256.Sum256([]byte(account))
	return filepath.Join(stateDir, "session-"+hex.EncodeToString(sum[:8])+".lock")
}

// call makes one authenticated request, renewing the access token before it ends and once more where the API
// refuses it. The code is signed_out where there is no session.
func (s *session) call(ctx context.Context, r request) error {
	token, grant, err := s.token(ctx)
	if err != nil {
		return err
	}
	r.token = token
	if r.grant == "" {
		r.grant = grant
	}
	err = s.api.do(ctx, r)
	if !tokenRefused(err) {
		return err
	}
	if r.token, err = s.renew(ctx, token); err != nil {
		return err
	}
	return s.api.do(ctx, r)
}

func tokenRefused(err error) bool {
	var p *Problem
	return errors.As(err, &p) && p.fromAPI && (p.status == http.StatusUnauthorized || p.Code == portal.Deactivated)
}

func (s *session) token(ctx context.Context) (token, grant string, err error) {
	s.mu.Lock()
	token, grant = s.access, s.kept.GrantID
	fresh := token != "" && s.now().Add(renewBefore).Before(s.goodUntil)
	s.mu.Unlock()
	if fresh {
		return token, grant, nil
	}
	if token == "" {
		return "", "", signedOut()
	}
	token, err = s.renew(ctx, token)
	return token, grant, err
}

func signedOut() *Problem { return problem(SignedOut, "You are not signed in.") }

// renew answers an access token other than stale. However many callers ask at once, the API is asked once;
// a caller that gives up does not spoil it for the others.
func (s *session) renew(ctx context.Context, stale string) (string, error) {
	answers := s.renewals.DoChan("renew", func() (any, error) {
		switch current := s.currentAccess(); {
		case current == "" && stale != "":
			return "", signedOut()
		case current != stale:
			return current, nil
		}
		detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockWait+keyringWait+requestTimeout)
		defer cancel()
		return s.rotate(detached)
	})
	select {
	case answer := <-answers:
		if answer.Err != nil {
			return "", answer.Err
		}
		return answer.Val.(string), nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (s *session) currentAccess() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.access
}

// rotate spends the refresh token for the next one, alone among this user's processes.
func (s *session) rotate(ctx context.Context) (string, error) {
	defer s.lock(ctx)()
	generation := s.generation()
	kept, err := s.newest()
	if err != nil {
		return "", err
	}
	var tokens portal.Tokens
	err = s.api.do(ctx, request{
		method: http.MethodPost, path: "/v1/auth/refresh",
		body: portal.RefreshGrant{RefreshToken: kept.RefreshToken}, out: &tokens,
	})
	if refreshRefused(err) {
		s.end(ProblemOf(err))
		return "", err
	}
	if err != nil {
		return "", err
	}
	return tokens.AccessToken, s.adopt(ctx, tokens, kept.GrantID, generation)
}

// look answers whether the keyring holds a session, or in a sentence why that cannot be known. It does not wait
// long for a keyring that waits for its password: then there may be one.
func (s *session) look(ctx context.Context) (found bool, why string) {
	if s.currentAccess() != "" {
		return true, ""
	}
	looked := make(chan error, 1)
	go func() {
		_, err := s.vault.load()
		looked <- err
	}()
	timer := time.NewTimer(firstScreenWait)
	defer timer.Stop()
	select {
	case err := <-looked:
		if err == nil || errors.Is(err, errNothingKept) {
			return err == nil, ""
		}
		return false, ProblemOf(err).Message
	case <-timer.C:
	case <-ctx.Done():
	}
	return true, ""
}

// resume renews the session of an earlier run; one that is in use already stays as it is.
func (s *session) resume(ctx context.Context) error {
	if s.currentAccess() != "" {
		return nil
	}
	_, err := s.renew(ctx, "")
	return err
}

func (s *session) grant() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.GrantID
}

func (s *session) generation() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// lock waits for other processes of this user. Where it cannot be had the renewal goes on without: the API
// forgives two renewals within seconds.
func (s *session) lock(ctx context.Context) (unlock func()) {
	if err := os.MkdirAll(filepath.Dir(s.lockFile), 0o700); err != nil {
		s.log.Warn("session lock", "error", "the state folder cannot be made")
		return func() {}
	}
	lock := flock.New(s.lockFile)
	ctx, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	if locked, _ := lock.TryLockContext(ctx, 20*time.Millisecond); !locked {
		s.log.Warn("session lock", "error", "another process of this user keeps it, or it cannot be made")
		return func() {}
	}
	return func() { _ = lock.Unlock() }
}

// newest answers the session to renew. The keyring's outweighs ours: another process may have renewed it, or
// signed out.
func (s *session) newest() (keptSession, error) {
	s.mu.Lock()
	ours, memoryOnly := s.kept, s.memoryOnly
	s.mu.Unlock()
	if memoryOnly {
		return ours, nil
	}
	kept, err := s.vault.load()
	switch {
	case err == nil:
		if ours.GrantID != "" {
			kept.GrantID = ours.GrantID
		}
		return kept, nil
	case errors.Is(err, errNothingKept) && ours.RefreshToken == "":
		return keptSession{}, signedOut()
	case errors.Is(err, errNothingKept):
		gone := problem(SignedOut, "You were signed out in another window of this app.")
		s.end(gone)
		return keptSession{}, gone
	case ours.RefreshToken != "":
		// The keyring was locked after we started: what we hold is still good.
		return ours, nil
	}
	return keptSession{}, err
}

// refreshRefused tells the API's word that the session is over from a network that is in the way.
func refreshRefused(err error) bool {
	var p *Problem
	if !errors.As(err, &p) || !p.fromAPI {
		return false
	}
	switch p.status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// adopt makes tokens the session: into the keyring first, then into use. Where the keyring fails, the session
// lasts for this run if policy allows it, else it is ended. A session that ended since generation stays ended.
func (s *session) adopt(ctx context.Context, tokens portal.Tokens, grantID string, generation int) error {
	if tokens.AccessToken == "" || tokens.RefreshToken == "" {
		return notOurAPI()
	}
	kept := keptSession{RefreshToken: tokens.RefreshToken, UserID: tokens.User.ID, GrantID: grantID}
	s.writes.Lock()
	if s.generation() != generation {
		s.writes.Unlock()
		_ = s.logout(ctx, tokens.AccessToken)
		return signedOut()
	}
	keyringErr := s.vault.store(kept)
	if keyringErr == nil || s.allowMemory {
		s.use(tokens, kept, keyringErr != nil)
	}
	s.writes.Unlock()
	if keyringErr == nil {
		return nil
	}
	return s.withoutKeyring(ctx, tokens.AccessToken, ProblemOf(keyringErr))
}

// withoutKeyring goes on for this run, or where policy forbids that ends the session everywhere.
func (s *session) withoutKeyring(ctx context.Context, token string, why *Problem) error {
	if s.allowMemory {
		s.emit(EventSessionOnly, SessionOnly{Message: why.Message + " You stay signed in until you close the app."})
		return nil
	}
	_ = s.logout(ctx, token)
	s.end(why)
	return why
}

func (s *session) use(tokens portal.Tokens, kept keptSession, memoryOnly bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept.UserID != kept.UserID {
		s.api.cache.forget()
	}
	s.access, s.kept, s.memoryOnly = tokens.AccessToken, kept, memoryOnly
	s.goodUntil = s.now().Add(time.Duration(tokens.ExpiresIn) * time.Second)
}

// end forgets the session here and says why.
func (s *session) end(why *Problem) {
	if err := s.forget(); err != nil {
		s.log.Warn("keyring not emptied", "code", string(KeyringUnavailable))
	}
	s.emit(EventSessionEnded, SessionEnded{Code: why.Code, Message: why.Message})
}

func (s *session) forget() error {
	s.writes.Lock()
	defer s.writes.Unlock()
	s.mu.Lock()
	s.access, s.goodUntil, s.kept, s.memoryOnly = "", time.Time{}, keptSession{}, false
	s.ended++
	s.mu.Unlock()
	s.api.cache.forget()
	return s.vault.clear()
}

// signOut ends the session on the server and empties the keyring. Where the server cannot be told, the
// session is gone from this computer all the same, and session:ended says what is left to know.
func (s *session) signOut(ctx context.Context) error {
	telling, cancel := context.WithTimeout(ctx, logoutWait)
	defer cancel()
	err := s.tellSignOut(telling)
	forgotten := s.forget()
	if err != nil && !hasCode(err, SignedOut, portal.SessionRevoked, portal.Unauthenticated, portal.Deactivated) {
		s.emit(EventSessionEnded, SessionEnded{Code: ProblemOf(err).Code, Message: "You are signed out on this " +
			"computer. The portal could not be told: your session there ends by itself."})
	}
	return forgotten
}

// tellSignOut ends the session on the server, also one that lay in the keyring and was never resumed.
func (s *session) tellSignOut(ctx context.Context) error {
	token, _, err := s.token(ctx)
	if hasCode(err, SignedOut) {
		token, err = s.renew(ctx, "")
	}
	if err != nil {
		return err
	}
	return s.logout(ctx, token)
}

func (s *session) logout(ctx context.Context, token string) error {
	return s.api.do(ctx, request{method: http.MethodPost, path: "/v1/auth/logout", token: token})
}

// useGrant makes further calls act under a grant, "" for the API's own choice, and remembers it.
func (s *session) useGrant(ctx context.Context, id string) {
	defer s.lock(ctx)()
	s.writes.Lock()
	defer s.writes.Unlock()
	s.mu.Lock()
	s.kept.GrantID = id
	memoryOnly := s.memoryOnly
	s.mu.Unlock()
	if memoryOnly {
		return
	}
	kept, err := s.vault.load()
	if err == nil {
		kept.GrantID = id
		err = s.vault.store(kept)
	}
	if err != nil {
		s.log.Warn("grant not remembered", "code", string(KeyringUnavailable))
	}
}
