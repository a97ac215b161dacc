package desktop

import (
	"context"
	"errors"
	"net/http"
	"time"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
)

// look reports whether the keyring holds a session, or tells the user why that cannot be known or what was wrong with
// it. If the keyring waits for its password for long, there may be one.
func (s *session) look(ctx context.Context) (found bool, why string) {
	if s.currentAccess() != "" {
		return true, ""
	}
	looked := make(chan error, 1)
	go func() {
		_, err := s.vault.Load(context.WithoutCancel(ctx))
		if isUnusable(err) {
			unlock := s.lock(context.WithoutCancel(ctx))
			s.clean(context.WithoutCancel(ctx))
			unlock()
			err = unusableProblem(err)
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

// clean removes an entry that is not a session or has ended.
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

// end clears the session and tells the user why. An entry of another sign-in stays in the keyring.
func (s *session) end(ctx context.Context, why *Problem, family string) {
	s.clear()
	_ = s.removeFamily(ctx, family)
	s.emit(EventSessionEnded, SessionEnded{Code: why.Code, Message: why.Message})
}

// clear removes the session from memory.
func (s *session) clear() {
	s.mu.Lock()
	s.access, s.goodFor, s.kept, s.memoryOnly, s.reportedCause, s.dismissed = "", 0, keyring.Session{}, false, "", moment{}
	s.shown, s.separate, s.refreshing = "", false, portal.RefreshGrant{}
	s.ended++
	s.mu.Unlock()
	s.api.cache.clear()
}

// removeFamily removes a sign-in from the keyring, and marks it as ended in case the keyring fails. An empty family
// removes any.
func (s *session) removeFamily(ctx context.Context, family string) error {
	s.writes.Lock()
	defer s.writes.Unlock()
	err := s.vault.Remove(ctx, func(k keyring.Session) bool { return family != "" && k.Family != family })
	if family == "" {
		family = s.generations.read().Family
	}
	if s.generations.end(family) != nil {
		s.log.Warn("session file", "error", "it cannot be written")
	}
	if err != nil {
		s.log.Warn("keyring not emptied", "cause", ProblemOf(err).Cause)
	}
	return err
}

// signOut ends the session on the server and empties the keyring. If either fails, the app is signed out all the same,
// and session:ended tells the user what remains.
func (s *session) signOut(ctx context.Context) error {
	family := s.family()
	telling, cancel := context.WithTimeout(ctx, logoutWait)
	defer cancel()
	err := s.endOnServer(telling)
	if family == "" {
		family = s.family()
	}
	s.clear()
	unlock := s.lock(ctx)
	notEmptied := s.removeFamily(ctx, family)
	unlock()
	if err == nil || alreadyEnded(err) || hasCode(err, SignedOut) {
		// The entry that the keyring may still hold is useless.
		return nil
	}
	left := "You are signed out on this computer. The portal could not be informed: your session there ends by itself when it has " +
		"not been used for some days, or at once under Sessions when you sign in again."
	if notEmptied != nil {
		left = "You are signed out in this app, but neither the portal nor this computer's keyring could be informed. Remove the " +
			"entry " + keyring.Service + " from the keyring, or sign in again and end the session under Sessions."
	}
	s.emit(EventSessionEnded, SessionEnded{Code: ProblemOf(err).Code, Message: left})
	return nil
}

// abandon ends a session whose address is no longer in use, and reports whether nothing of it is left. If the API
// cannot be reached, the entry stays in the keyring: a mistyped address does not cost the user the session.
func (s *session) abandon(ctx context.Context) (ended bool) {
	family := s.family()
	err := s.endOnServer(ctx)
	if family == "" {
		family = s.family()
	}
	s.clear()
	switch {
	case hasCode(err, SignedOut):
		return true
	case err != nil && !alreadyEnded(err):
		s.log.Warn("session of another address not ended", "code", string(ProblemOf(err).Code))
		return false
	}
	ctx = context.WithoutCancel(ctx)
	defer s.lock(ctx)()
	return s.removeFamily(ctx, family) == nil
}

// alreadyEnded reports whether the API itself has replied that there is no session to end.
func alreadyEnded(err error) bool {
	return sessionEnded(err) || proven(err) && hasCode(err, portal.Unauthenticated)
}

func (s *session) family() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.Family
}

// endOnServer ends the session on the server, also one that is in the keyring and was never resumed.
func (s *session) endOnServer(ctx context.Context) error {
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

// logoutQuietly ends a session that is no longer used, and ignores errors.
func (s *session) logoutQuietly(ctx context.Context, token string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logoutWait)
	defer cancel()
	_ = s.logout(ctx, token)
}

// useGrant selects the grant of further calls and remembers it. "" leaves the choice to the API.
func (s *session) useGrant(ctx context.Context, id string) {
	defer s.lock(ctx)()
	s.writes.Lock()
	defer s.writes.Unlock()
	s.mu.Lock()
	onlyShown := id == "" && s.kept.GrantID == ""
	s.kept.GrantID, s.shown = id, ""
	memoryOnly, family := s.memoryOnly, s.kept.Family
	s.mu.Unlock()
	if memoryOnly || onlyShown {
		return
	}
	kept, err := s.vault.Load(ctx)
	if err == nil && kept.Family == family {
		kept.GrantID = id
		err = s.vault.Store(ctx, kept)
	}
	if err != nil {
		s.log.Warn("grant not remembered", "code", string(KeyringUnavailable))
	}
}
