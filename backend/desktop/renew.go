package desktop

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
)

const (
	// lockWait limits the wait for another process of this user that renews.
	lockWait = 20 * time.Second
	// A lost response is requested again on a new connection. An API from before request ids allows that within 30
	// seconds. An attempt may include a wait that the API asked for.
	exchangeTries  = 3
	exchangeWait   = 8*time.Second + patience*time.Second
	exchangePause  = time.Second
	exchangeWithin = 20 * time.Second
)

// sessionFile names a file that this user's processes share about one session.
func sessionFile(stateDir, account, kind string) string {
	sum := sha256.Sum256([]byte(account))
	return filepath.Join(stateDir, "session-"+hex.EncodeToString(sum[:8])+kind)
}

// renew returns an access token other than stale. Concurrent callers share one request to the API; a caller that gives
// up does not cancel it for the others.
func (s *session) renew(ctx context.Context, stale string) (string, error) {
	renewal := s.renewals.DoChan("renew", func() (any, error) {
		switch current := s.currentAccess(); {
		case current == "" && stale != "":
			return "", signedOut()
		case current != stale:
			return current, nil
		}
		// Each step of it has its own limit.
		return s.rotate(context.WithoutCancel(ctx))
	})
	select {
	case result := <-renewal:
		if result.Err != nil {
			return "", result.Err
		}
		return result.Val.(string), nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// rotate exchanges the refresh token for the next one. No other process of this user does so at the same time.
func (s *session) rotate(ctx context.Context) (string, error) {
	unlock, alone := s.tryLock(ctx)
	defer unlock()
	endings := s.endCount()
	kept, err := s.sessionToRenew(ctx)
	if err != nil {
		return "", err
	}
	if !alone && kept.RequestID == "" && s.generations.requestID(kept) == "" {
		return "", problem(portal.Unavailable, "Another window of this app is busy with your sign-in. Try again in a minute.")
	}
	kept = s.withRequestID(ctx, kept)
	asked := s.clock()
	tokens, err := s.exchange(ctx, kept)
	if sessionEnded(err) {
		s.end(ctx, ProblemOf(err), kept.Family)
	}
	if err != nil {
		return "", err
	}
	return tokens.AccessToken, s.accept(ctx, tokens, nextGeneration(kept, tokens), endings, asked)
}

// withRequestID returns the session with a request id for the next refresh. The id is stored in the keyring and in the
// session file before both are sent: if the program dies before it has the new token, the next start sends the same
// request.
func (s *session) withRequestID(ctx context.Context, kept keyring.Session) keyring.Session {
	if kept.RequestID == "" {
		kept.RequestID = s.generations.requestID(kept)
	}
	known := kept.RequestID != ""
	kept.RequestID = s.requestID(kept)
	s.mu.Lock()
	memoryOnly, separate := s.memoryOnly, s.separate
	s.mu.Unlock()
	if known || separate {
		return kept
	}
	s.writes.Lock()
	defer s.writes.Unlock()
	if s.generations.write(generationOf(kept)) != nil {
		s.log.Warn("session file", "error", "it cannot be written")
	}
	if memoryOnly || s.promptPaused() != nil {
		return kept
	}
	if err := s.vault.Store(ctx, kept); err != nil {
		s.log.Warn("request id not kept", "cause", ProblemOf(err).Cause)
	}
	return kept
}

// requestID returns the id of the request that exchanges a session's token: the known one, or a new one, which is made
// once.
func (s *session) requestID(kept keyring.Session) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case kept.RequestID != "":
		s.refreshing = portal.RefreshGrant{RefreshToken: kept.RefreshToken, RequestID: kept.RequestID}
	case s.refreshing.RefreshToken != kept.RefreshToken:
		s.refreshing = portal.RefreshGrant{RefreshToken: kept.RefreshToken, RequestID: rand.Text()}
	}
	return s.refreshing.RequestID
}

// exchange requests the token's successor, again if the response was lost: the API returns the same one.
func (s *session) exchange(ctx context.Context, kept keyring.Session) (tokens portal.Tokens, err error) {
	asked := s.clock()
	for try := range exchangeTries {
		if try > 0 && (s.pause(ctx, exchangePause) != nil || s.clock().since(asked) > exchangeWithin) {
			return tokens, err
		}
		asking, cancel := context.WithTimeout(ctx, exchangeWait)
		tokens, err = s.api.refresh(asking, portal.RefreshGrant{RefreshToken: kept.RefreshToken, RequestID: kept.RequestID})
		cancel()
		if !hasCode(err, Offline, TimedOut, portal.Unavailable) {
			return tokens, err
		}
	}
	return tokens, err
}

// refresh makes one request for a token's successor. An API from before request ids refuses a body that has one; it is
// sent the id as a header, which it ignores, and which a newer API beside it reads.
func (c *apiClient) refresh(ctx context.Context, grant portal.RefreshGrant) (tokens portal.Tokens, err error) {
	call := request{
		method: http.MethodPost, path: "/v1/auth/refresh", body: grant, refreshID: grant.RequestID, out: &tokens,
	}
	err = c.do(ctx, call)
	if p := (*Problem)(nil); errors.As(err, &p) && p.fromAPI && p.Code == portal.Invalid && p.Field == "request_id" {
		call.body = portal.RefreshGrant{RefreshToken: grant.RefreshToken}
		err = c.do(ctx, call)
	}
	if err != nil {
		return portal.Tokens{}, err
	}
	return tokens, nil
}

// sessionEnded reports whether the API itself has ended the session. Gateways and proxies also refuse requests, some of
// them in JSON.
func sessionEnded(err error) bool {
	return proven(err) && hasCode(err, portal.SessionRevoked, portal.Deactivated, portal.NoInvite, portal.TenantNotAllowed)
}

// proven reports whether a refusal is certainly the API's own.
func proven(err error) bool {
	var p *Problem
	return errors.As(err, &p) && p.proven
}

// sessionToRenew returns the session to renew. The keyring's takes precedence over the one in memory: another process
// may have renewed it, signed out or signed in. The one in memory is used if the keyring fails and no other process has
// renewed it.
func (s *session) sessionToRenew(ctx context.Context) (keyring.Session, error) {
	s.mu.Lock()
	ours, memoryOnly, separate := s.kept, s.memoryOnly, s.separate
	s.mu.Unlock()
	if ours.Family == "" {
		return s.storedSession(ctx)
	}
	if separate {
		return ours, nil
	}
	if at := s.generations.read(); at.Family != "" && at.Family != ours.Family {
		return keyring.Session{}, s.replaced(ctx, ours)
	}
	if memoryOnly && s.generations.check(ours) == nil {
		return ours, nil
	}
	// The keyring may have stored the session although it reported an error; then another window may have renewed it.
	kept, err := s.vault.Load(ctx)
	switch {
	case err == nil && kept.Family != ours.Family:
		return keyring.Session{}, s.replaced(ctx, ours)
	case err == nil:
		kept.GrantID = ours.GrantID
		return kept, nil
	case errors.Is(err, keyring.ErrEmpty), errors.Is(err, errEnded):
		signedOut := problem(SignedOut, "You were signed out: in another window of this app, or by removing the sign-in from this "+
			"computer's keyring. Sign in again.")
		s.end(ctx, signedOut, ours.Family)
		return keyring.Session{}, signedOut
	}
	if s.generations.check(ours) != nil {
		// Another window renewed it, and only the keyring has the new token.
		return keyring.Session{}, s.notReadable(ctx, err)
	}
	return ours, nil
}

// storedSession returns the session of an earlier run.
func (s *session) storedSession(ctx context.Context) (keyring.Session, error) {
	kept, err := s.vault.Load(ctx)
	if errors.Is(err, keyring.ErrEmpty) {
		return keyring.Session{}, signedOut()
	}
	if err != nil {
		return keyring.Session{}, s.notReadable(ctx, err)
	}
	return kept, nil
}

// notReadable returns the error for a keyring without a usable session, and removes an unusable one.
func (s *session) notReadable(ctx context.Context, err error) error {
	if errors.Is(err, keyring.ErrNewer) {
		return signedOut()
	}
	if !isUnusable(err) {
		return err
	}
	s.clear()
	s.clean(ctx)
	if errors.Is(err, errEnded) {
		return signedOut()
	}
	why := ProblemOf(unusableProblem(err))
	s.emit(EventSessionEnded, SessionEnded{Code: why.Code, Message: why.Message})
	return why
}

func isUnusable(err error) bool {
	return errors.Is(err, keyring.ErrBroken) || errors.Is(err, errOutdated) || errors.Is(err, errEnded)
}

// unusableProblem tells the user what is wrong with an unusable session. For one that the user has ended it returns
// err.
func unusableProblem(err error) error {
	switch {
	case errors.Is(err, keyring.ErrBroken):
		return problem(SignedOut, "What this computer kept of your sign-in cannot be used any more and was removed. Sign in again.")
	case errors.Is(err, errOutdated):
		return problem(SignedOut, "Your last sign-in could not be kept on this computer. Sign in again.")
	}
	return err
}

// replaced ends a session after a sign-in in another window. The keyring belongs to that window.
func (s *session) replaced(ctx context.Context, ours keyring.Session) error {
	access := s.currentAccess()
	s.clear()
	if err := s.logout(ctx, access); tokenRefused(err) {
		ours.RequestID = s.requestID(ours)
		if tokens, err := s.exchange(ctx, ours); err == nil {
			s.logoutQuietly(ctx, tokens.AccessToken)
		}
	}
	why := problem(SignedOut, "There was a sign-in in another window of this app, which ended the sign-in here.")
	s.emit(EventSessionEnded, SessionEnded{Code: why.Code, Message: why.Message})
	return why
}

// lock waits for other processes of this user for a limited time: a sign-in or sign-out then continues without the
// lock.
func (s *session) lock(ctx context.Context) (unlock func()) {
	unlock, _ = s.tryLock(ctx)
	return unlock
}

// tryLock is lock that also reports whether no other process holds the lock. That is so if no lock file can be made.
// Two processes that renew at the same time would send one token with two request ids.
func (s *session) tryLock(ctx context.Context) (unlock func(), alone bool) {
	if err := os.MkdirAll(filepath.Dir(s.lockFile), 0o700); err != nil {
		s.log.Warn("session lock", "error", "the state folder cannot be made")
		return func() {}, true
	}
	lock := flock.New(s.lockFile)
	ctx, cancel := context.WithTimeout(ctx, s.lockWait)
	defer cancel()
	locked, err := lock.TryLockContext(ctx, 20*time.Millisecond)
	if locked {
		return func() { _ = lock.Unlock() }, true
	}
	held := errors.Is(err, context.DeadlineExceeded)
	s.log.Warn("session lock", "error", "it cannot be had", "held by another process", held)
	return func() {}, !held
}
