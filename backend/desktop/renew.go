package desktop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"fs-client-portal/backend/portal"
)

const (
	// lockWait is how long another process of this user may take to renew before we stop waiting for it.
	lockWait = 20 * time.Second
	// An answer that was lost is asked for again, well within the API's 30 seconds of grace. A try may include a
	// wait the API asked for.
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

func pauseFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
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
	defer s.lock(ctx)()
	generation := s.generation()
	kept, err := s.newest(ctx)
	if err != nil {
		return "", err
	}
	asked := s.clock()
	tokens, err := s.spend(ctx, kept.RefreshToken)
	if refreshRefused(err) {
		s.end(ctx, ProblemOf(err), kept.Line)
	}
	if err != nil {
		return "", err
	}
	return tokens.AccessToken, s.take(ctx, tokens, kept.renewed(tokens), generation, asked)
}

// spend asks the API for the token's successor, again where the answer got lost: the API answers the same.
func (s *session) spend(ctx context.Context, refreshToken string) (tokens portal.Tokens, err error) {
	asked := s.clock()
	for try := range spendTries {
		if try > 0 && (s.pause(ctx, spendPause) != nil || s.clock().since(asked) > spendWithin) {
			return tokens, err
		}
		tokens = portal.Tokens{}
		asking, cancel := context.WithTimeout(ctx, spendWait)
		err = s.api.do(asking, request{
			method: http.MethodPost, path: "/v1/auth/refresh",
			body: portal.RefreshGrant{RefreshToken: refreshToken}, out: &tokens,
		})
		cancel()
		if !hasCode(err, Offline, TimedOut, portal.Unavailable) {
			return tokens, err
		}
	}
	return tokens, err
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

// newest answers the session to renew. The keyring's outweighs ours: another process may have renewed it, signed
// out or signed in. Ours is good where the keyring fails, as long as nobody renewed it elsewhere.
func (s *session) newest(ctx context.Context) (keptSession, error) {
	s.mu.Lock()
	ours, memoryOnly := s.kept, s.memoryOnly
	s.mu.Unlock()
	if ours.Line == "" {
		return s.found(ctx)
	}
	if at := s.vault.turns.read(); at.Line != "" && at.Line != ours.Line {
		return keptSession{}, s.replaced(ctx, ours)
	}
	if memoryOnly && s.vault.turns.check(ours) == nil {
		return ours, nil
	}
	// What a keyring kept though it said it had not, another window may have found and renewed.
	kept, err := s.vault.load(ctx)
	switch {
	case err == nil && kept.Line != ours.Line:
		return keptSession{}, s.replaced(ctx, ours)
	case err == nil:
		kept.GrantID = ours.GrantID
		return kept, nil
	case errors.Is(err, errNothingKept), errors.Is(err, errOver):
		gone := problem(SignedOut, "You were signed out: in another window of this app, or by removing the sign-in from this "+
			"computer's keyring. Sign in again.")
		s.end(ctx, gone, ours.Line)
		return keptSession{}, gone
	}
	if s.vault.turns.check(ours) != nil {
		// Another window renewed it, and only the keyring knows with what.
		return keptSession{}, s.notReadable(ctx, err)
	}
	return ours, nil
}

// found answers the session of an earlier run.
func (s *session) found(ctx context.Context) (keptSession, error) {
	kept, err := s.vault.load(ctx)
	if errors.Is(err, errNothingKept) {
		return keptSession{}, signedOut()
	}
	if err != nil {
		return keptSession{}, s.notReadable(ctx, err)
	}
	return kept, nil
}

// notReadable answers what to say of a keyring that gave nothing to go on with; what must not be used is removed.
func (s *session) notReadable(ctx context.Context, err error) error {
	if !mustNotBeUsed(err) {
		return err
	}
	s.forget()
	s.clean(ctx)
	if errors.Is(err, errOver) {
		return signedOut()
	}
	why := ProblemOf(unusable(err))
	s.emit(EventSessionEnded, SessionEnded{Code: why.Code, Message: why.Message})
	return why
}

func mustNotBeUsed(err error) bool {
	return errors.Is(err, errBroken) || errors.Is(err, errLeftBehind) || errors.Is(err, errOver)
}

// unusable says in the user's words what is wrong with a session that must not be used; one they have ended
// themselves needs none.
func unusable(err error) error {
	switch {
	case errors.Is(err, errBroken):
		return problem(SignedOut, "What this computer kept of your sign-in cannot be used any more and was removed. Sign in again.")
	case errors.Is(err, errLeftBehind):
		return problem(SignedOut, "Your last sign-in could not be kept on this computer. Sign in again.")
	}
	return err
}

// replaced ends a session in whose place somebody signed in in another window. The keyring is theirs.
func (s *session) replaced(ctx context.Context, ours keptSession) error {
	access := s.currentAccess()
	s.forget()
	if err := s.logout(ctx, access); tokenRefused(err) {
		if tokens, err := s.spend(ctx, ours.RefreshToken); err == nil {
			s.leave(ctx, tokens.AccessToken)
		}
	}
	why := problem(SignedOut, "Somebody signed in in another window of this app, which ended the sign-in here.")
	s.emit(EventSessionEnded, SessionEnded{Code: why.Code, Message: why.Message})
	return why
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
