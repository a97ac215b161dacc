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
	// lockWait is how long another process of this user may take to renew before we stop waiting for it.
	lockWait = 20 * time.Second
	// A response that was lost is asked for again, on a new connection. An API from before request ids allows for that
	// within 30 seconds. A try may include a wait the API asked for.
	spendTries  = 3
	spendWait   = 8*time.Second + patience*time.Second
	spendPause  = time.Second
	spendWithin = 20 * time.Second
)

// sessionFile names a file that this user's processes share about one session.
func sessionFile(stateDir, account, kind string) string {
	sum := sha256.Sum256([]byte(account))
	return filepath.Join(stateDir, "session-"+hex.EncodeToString(sum[:8])+kind)
}

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
		// Each step of it has its own limit.
		return s.rotate(context.WithoutCancel(ctx))
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

// rotate spends the refresh token for the next one, alone among this user's processes.
func (s *session) rotate(ctx context.Context) (string, error) {
	unlock, alone := s.tryLock(ctx)
	defer unlock()
	generation := s.generation()
	kept, err := s.newest(ctx)
	if err != nil {
		return "", err
	}
	if !alone && kept.RequestID == "" && s.generations.requestID(kept) == "" {
		return "", problem(portal.Unavailable, "Another window of this app is busy with your sign-in. Try again in a minute.")
	}
	kept = s.announce(ctx, kept)
	asked := s.clock()
	tokens, err := s.spend(ctx, kept)
	if sessionOver(err) {
		s.end(ctx, ProblemOf(err), kept.Family)
	}
	if err != nil {
		return "", err
	}
	return tokens.AccessToken, s.take(ctx, tokens, nextGeneration(kept, tokens), generation, asked)
}

// announce gives the next refresh its request id and keeps that, beside the token in the keyring and in the session file,
// before both are sent. If the program dies before it has the successor, the next start asks for the same.
func (s *session) announce(ctx context.Context, kept keyring.Session) keyring.Session {
	if kept.RequestID == "" {
		kept.RequestID = s.generations.requestID(kept)
	}
	known := kept.RequestID != ""
	kept.RequestID = s.requestID(kept)
	s.mu.Lock()
	memoryOnly, apart := s.memoryOnly, s.apart
	s.mu.Unlock()
	if known || apart {
		return kept
	}
	s.writes.Lock()
	defer s.writes.Unlock()
	if s.generations.write(generationOf(kept)) != nil {
		s.log.Warn("session file", "error", "it cannot be written")
	}
	if memoryOnly || s.leftAlone() != nil {
		return kept
	}
	if err := s.vault.Store(ctx, kept); err != nil {
		s.log.Warn("request id not kept", "cause", ProblemOf(err).Cause)
	}
	return kept
}

// requestID returns the id of the request that spends a session's token: the known one, else one of its own, which is
// made once.
func (s *session) requestID(kept keyring.Session) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case kept.RequestID != "":
		s.spending = portal.RefreshGrant{RefreshToken: kept.RefreshToken, RequestID: kept.RequestID}
	case s.spending.RefreshToken != kept.RefreshToken:
		s.spending = portal.RefreshGrant{RefreshToken: kept.RefreshToken, RequestID: rand.Text()}
	}
	return s.spending.RequestID
}

// spend asks the API for the token's successor, again where the response got lost: the API returns the same.
func (s *session) spend(ctx context.Context, kept keyring.Session) (tokens portal.Tokens, err error) {
	asked := s.clock()
	for try := range spendTries {
		if try > 0 && (s.pause(ctx, spendPause) != nil || s.clock().since(asked) > spendWithin) {
			return tokens, err
		}
		asking, cancel := context.WithTimeout(ctx, spendWait)
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

// sessionOver reports whether the API itself has said that the session is over. Gateways and proxies also refuse, and
// some of them in JSON.
func sessionOver(err error) bool {
	return proven(err) && hasCode(err, portal.SessionRevoked, portal.Deactivated, portal.NoInvite, portal.TenantNotAllowed)
}

// proven reports whether a refusal is beyond doubt the API's own.
func proven(err error) bool {
	var p *Problem
	return errors.As(err, &p) && p.proven
}

// newest answers the session to renew. The keyring's outweighs ours: another process may have renewed it, signed
// out or signed in. Ours is good where the keyring fails, as long as nobody renewed it elsewhere.
func (s *session) newest(ctx context.Context) (keyring.Session, error) {
	s.mu.Lock()
	ours, memoryOnly, apart := s.kept, s.memoryOnly, s.apart
	s.mu.Unlock()
	if ours.Family == "" {
		return s.found(ctx)
	}
	if apart {
		return ours, nil
	}
	if at := s.generations.read(); at.Family != "" && at.Family != ours.Family {
		return keyring.Session{}, s.replaced(ctx, ours)
	}
	if memoryOnly && s.generations.check(ours) == nil {
		return ours, nil
	}
	// What a keyring kept though it said it had not, another window may have found and renewed.
	kept, err := s.vault.Load(ctx)
	switch {
	case err == nil && kept.Family != ours.Family:
		return keyring.Session{}, s.replaced(ctx, ours)
	case err == nil:
		kept.GrantID = ours.GrantID
		return kept, nil
	case errors.Is(err, keyring.ErrEmpty), errors.Is(err, errEnded):
		gone := problem(SignedOut, "You were signed out: in another window of this app, or by removing the sign-in from this "+
			"computer's keyring. Sign in again.")
		s.end(ctx, gone, ours.Family)
		return keyring.Session{}, gone
	}
	if s.generations.check(ours) != nil {
		// Another window renewed it, and only the keyring knows with what.
		return keyring.Session{}, s.notReadable(ctx, err)
	}
	return ours, nil
}

// found answers the session of an earlier run.
func (s *session) found(ctx context.Context) (keyring.Session, error) {
	kept, err := s.vault.Load(ctx)
	if errors.Is(err, keyring.ErrEmpty) {
		return keyring.Session{}, signedOut()
	}
	if err != nil {
		return keyring.Session{}, s.notReadable(ctx, err)
	}
	return kept, nil
}

// notReadable answers what to say of a keyring that gave nothing to go on with; what must not be used is removed.
func (s *session) notReadable(ctx context.Context, err error) error {
	if errors.Is(err, keyring.ErrNewer) {
		return signedOut()
	}
	if !mustNotBeUsed(err) {
		return err
	}
	s.forget()
	s.clean(ctx)
	if errors.Is(err, errEnded) {
		return signedOut()
	}
	why := ProblemOf(unusable(err))
	s.emit(EventSessionEnded, SessionEnded{Code: why.Code, Message: why.Message})
	return why
}

func mustNotBeUsed(err error) bool {
	return errors.Is(err, keyring.ErrBroken) || errors.Is(err, errOutdated) || errors.Is(err, errEnded)
}

// unusable says in the user's words what is wrong with a session that must not be used; one they have ended
// themselves needs none.
func unusable(err error) error {
	switch {
	case errors.Is(err, keyring.ErrBroken):
		return problem(SignedOut, "What this computer kept of your sign-in cannot be used any more and was removed. Sign in again.")
	case errors.Is(err, errOutdated):
		return problem(SignedOut, "Your last sign-in could not be kept on this computer. Sign in again.")
	}
	return err
}

// replaced ends a session in whose place somebody signed in in another window. The keyring is theirs.
func (s *session) replaced(ctx context.Context, ours keyring.Session) error {
	access := s.currentAccess()
	s.forget()
	if err := s.logout(ctx, access); tokenRefused(err) {
		ours.RequestID = s.requestID(ours)
		if tokens, err := s.spend(ctx, ours); err == nil {
			s.leave(ctx, tokens.AccessToken)
		}
	}
	why := problem(SignedOut, "Somebody signed in in another window of this app, which ended the sign-in here.")
	s.emit(EventSessionEnded, SessionEnded{Code: why.Code, Message: why.Message})
	return why
}

// lock waits for other processes of this user, but not for ever: a sign-in or sign-out goes on without.
func (s *session) lock(ctx context.Context) (unlock func()) {
	unlock, _ = s.tryLock(ctx)
	return unlock
}

// tryLock is lock that reports whether this process is alone now, also where no lock can be made. Two processes that
// renew at once would send one token under two request ids.
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
