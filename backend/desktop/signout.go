package desktop

import (
	"context"
	"errors"
	"net/http"
	"time"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
)

// look answers whether the keyring holds a session, or in a sentence why that cannot be known or what was wrong
// with it. It does not wait long for a keyring that waits for its password: then there may be one.
func (s *session) look(ctx context.Context) (found bool, why string) {
	if s.currentAccess() != "" {
		return true, ""
	}
	looked := make(chan error, 1)
	go func() {
		_, err := s.vault.Load(context.WithoutCancel(ctx))
		if mustNotBeUsed(err) {
			unlock := s.lock(context.WithoutCancel(ctx))
			s.clean(context.WithoutCancel(ctx))
			unlock()
			err = unusable(err)
		}
		looked <- err
	}()
	timer := time.NewTimer(s.screenWait)
	defer timer.Stop()
	select {
	case err := <-looked:
		if err == nil || errors.Is(err, keyring.ErrEmpty) || errors.Is(err, errEnded) {
			return err == nil, ""
		}
		if errors.Is(err, keyring.ErrNewer) {
			err = s.vault.Newer()
		}
		return false, ProblemOf(err).Message
	case <-timer.C:
	case <-ctx.Done():
	}
	return true, ""
}

// clean removes what nobody can use: what is no session, or one that has ended.
func (s *session) clean(ctx context.Context) {
	if s.vault.Remove(ctx, s.notEnded) != nil {
		s.log.Warn("keyring not cleaned")
	}
}

func keepNone(keyring.Session) bool { return false }

// notEnded reports whether an entry may still be of use: a window that renewed the session replaces an outdated one.
func (s *session) notEnded(kept keyring.Session) bool {
	return !errors.Is(s.generations.check(kept), errEnded)
}

// end forgets a session here and says why. The keyring keeps only what another sign-in put there.
func (s *session) end(ctx context.Context, why *Problem, line string) {
	s.forget()
	_ = s.forgetLine(ctx, line)
	s.emit(EventSessionEnded, SessionEnded{Code: why.Code, Message: why.Message})
}

// forget empties the memory.
func (s *session) forget() {
	s.mu.Lock()
	s.access, s.goodFor, s.kept, s.memoryOnly, s.told, s.dismissed = "", 0, keyring.Session{}, false, "", moment{}
	s.apart, s.spending = false, portal.RefreshGrant{}
	s.ended++
	s.mu.Unlock()
	s.api.cache.forget()
}

// forgetLine empties the keyring of a sign-in, or where it will not be emptied, of its use. No line is any.
func (s *session) forgetLine(ctx context.Context, line string) error {
	s.writes.Lock()
	defer s.writes.Unlock()
	err := s.vault.Remove(ctx, func(k keyring.Session) bool { return line != "" && k.Family != line })
	if line == "" {
		line = s.generations.read().Family
	}
	if s.generations.end(line) != nil {
		s.log.Warn("session file", "error", "it cannot be written")
	}
	if err != nil {
		s.log.Warn("keyring not emptied", "cause", ProblemOf(err).Cause)
	}
	return err
}

// signOut ends the session on the server and empties the keyring. Where one of them cannot be told the session is
// gone from this app all the same, and session:ended says what is left to know.
func (s *session) signOut(ctx context.Context) error {
	line := s.line()
	telling, cancel := context.WithTimeout(ctx, logoutWait)
	defer cancel()
	err := s.tellSignOut(telling)
	if line == "" {
		line = s.line()
	}
	s.forget()
	unlock := s.lock(ctx)
	notEmptied := s.forgetLine(ctx, line)
	unlock()
	if err == nil || isOver(err) || hasCode(err, SignedOut) {
		// What the keyring may still hold is of no use to anybody.
		return nil
	}
	left := "You are signed out on this computer. The portal could not be told: your session there ends by itself when it has " +
		"not been used for some days, or at once under Sessions when you sign in again."
	if notEmptied != nil {
		left = "You are signed out in this app, but neither the portal nor this computer's keyring could be told. Remove the " +
			"entry " + keyring.Service + " from the keyring, or sign in again and end the session under Sessions."
	}
	s.emit(EventSessionEnded, SessionEnded{Code: ProblemOf(err).Code, Message: left})
	return nil
}

// drop ends a session whose address is in use no more, and reports whether nothing of it is left. One that the API cannot
// be told of stays in the keyring: a mistyped address costs nobody the session.
func (s *session) drop(ctx context.Context) (ended bool) {
	line := s.line()
	err := s.tellSignOut(ctx)
	if line == "" {
		line = s.line()
	}
	s.forget()
	switch {
	case hasCode(err, SignedOut):
		return true
	case err != nil && !isOver(err):
		s.log.Warn("session of another address not ended", "code", string(ProblemOf(err).Code))
		return false
	}
	ctx = context.WithoutCancel(ctx)
	defer s.lock(ctx)()
	return s.forgetLine(ctx, line) == nil
}

// isOver reports whether the API itself has said that there is no session to end.
func isOver(err error) bool {
	return sessionOver(err) || proven(err) && hasCode(err, portal.Unauthenticated)
}

func (s *session) line() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.Family
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

// leave ends a session nobody here will use any more, as well as that can be done.
func (s *session) leave(ctx context.Context, token string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logoutWait)
	defer cancel()
	_ = s.logout(ctx, token)
}

// useGrant makes further calls act under a grant, "" for the API's own choice, and remembers it.
func (s *session) useGrant(ctx context.Context, id string) {
	defer s.lock(ctx)()
	s.writes.Lock()
	defer s.writes.Unlock()
	s.mu.Lock()
	s.kept.GrantID = id
	memoryOnly, line := s.memoryOnly, s.kept.Family
	s.mu.Unlock()
	if memoryOnly {
		return
	}
	kept, err := s.vault.Load(ctx)
	if err == nil && kept.Family == line {
		kept.GrantID = id
		err = s.vault.Store(ctx, kept)
	}
	if err != nil {
		s.log.Warn("grant not remembered", "code", string(KeyringUnavailable))
	}
}
