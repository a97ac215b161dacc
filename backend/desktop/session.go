package desktop

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
)

const (
	// renewBefore is how long before its end an access token is renewed: longer than any call waits to be sent.
	renewBefore = 30 * time.Second
	// logoutWait bounds what the user waits for when the API does not answer a sign-out.
	logoutWait = 10 * time.Second
	// promptPause is how long a user who dismissed the keyring's prompt is left alone.
	promptPause = time.Hour
)

// session is the user's session with one API. The access token lives in memory only; the refresh token also in
// the keyring, where it is written before it is used, because the API takes each one once.
type session struct {
	api *apiClient
	// apiURL is the address that the keyring entry names.
	apiURL string
	vault  *keyring.Vault
	// generations is the session file.
	generations generationFile
	lockFile    string
	// noteUse notes that the keyring holds the session.
	noteUse func() error
	// allowMemory permits a session that lasts for this run only, where the keyring cannot be used.
	allowMemory bool
	emit        func(event string, payload any)
	clock       func() moment
	pause       func(ctx context.Context, d time.Duration) error
	lockWait    time.Duration
	// screenWait is how long the first screen waits to hear whether somebody is signed in.
	screenWait time.Duration
	log        *slog.Logger

	mu     sync.Mutex
	access string
	// received and goodFor tell the access token's age; its own times are those of another clock.
	received   moment
	goodFor    time.Duration
	kept       keyring.Session
	memoryOnly bool
	// apart: the session leaves keyring and session file to a newer version of the app, which keeps its own there.
	apart bool
	// spending is the refresh token that is or was sent, with its request id.
	spending portal.RefreshGrant
	// told is the cause the user was last told of, dismissed when they did not want the keyring's prompt.
	told      string
	dismissed moment
	// ended counts the sessions that ended, so that a renewal under way at a sign-out does not undo it.
	ended int

	// writes keeps keyring and memory in step.
	writes   sync.Mutex
	renewals singleflight.Group
}

func newSession(api *apiClient, o Options, apiURL, account string, wait time.Duration) *session {
	s := &session{
		api:         api,
		apiURL:      apiURL,
		generations: generationFile{sessionFile(o.StateDir, account, ".turn")},
		lockFile:    sessionFile(o.StateDir, account, ".lock"),
		noteUse:     func() error { return noteOf(o.StateDir, account).use(apiURL, time.Now()) },
		allowMemory: o.Settings.AllowSessionOnly,
		emit:        o.Emit,
		clock:       thisMoment,
		pause:       portal.Sleep,
		lockWait:    lockWait,
		screenWait:  firstScreenWait,
		log:         o.Log,
	}
	s.vault = keyring.NewVault(keyring.Config{
		Keyring: o.Keyring, Account: account, FormerAccounts: formerAccounts(account, apiURL),
		SameOrigin: func(api string) bool { return sameOrigin(api, s.apiURL) }, Check: func(k keyring.Session) error { return s.generations.check(k) },
		Wait: wait, LateWrite: s.settle,
	})
	return s
}

// inherit goes on with the session in use of another address of the same API.
func (s *session) inherit(from *session) {
	from.mu.Lock()
	defer from.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access, s.received, s.goodFor = from.access, from.received, from.goodFor
	s.kept, s.spending, s.memoryOnly, s.apart = from.kept, from.spending, from.memoryOnly, from.apart
	s.told, s.dismissed = from.told, from.dismissed
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
	changed := hasCode(err, portal.GrantChanged)
	if r.token, err = s.renew(ctx, token); err != nil {
		return err
	}
	if changed {
		s.emit(EventRoleChanged, RoleChanged{})
	}
	return s.api.do(ctx, r)
}

func tokenRefused(err error) bool {
	var p *Problem
	return errors.As(err, &p) && p.fromAPI && (p.status == http.StatusUnauthorized || p.Code == portal.Deactivated)
}

func (s *session) token(ctx context.Context) (token, grant string, err error) {
	now := s.clock()
	s.mu.Lock()
	token, grant = s.access, s.kept.GrantID
	fresh := token != "" && now.since(s.received)+renewBefore < s.goodFor
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

func (s *session) currentAccess() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.access
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

// resume renews the session of an earlier run; one that is in use already stays as it is.
func (s *session) resume(ctx context.Context) error {
	if s.currentAccess() != "" {
		return nil
	}
	_, err := s.renew(ctx, "")
	return err
}

// usable reports, before anybody goes through a browser, that the sign-in could not be kept though policy wants
// it to be.
func (s *session) usable(ctx context.Context) error {
	if s.allowMemory {
		return nil
	}
	_, err := s.vault.Load(ctx)
	if errors.Is(err, keyring.ErrNewer) {
		err = s.vault.Newer()
	}
	if unusable := (*keyring.Error)(nil); errors.As(err, &unusable) {
		return keptIsRequired(ProblemOf(unusable))
	}
	return ctx.Err()
}

func keptIsRequired(why *Problem) *Problem {
	p := *why
	p.Message = "Your organisation lets you sign in only where the sign-in can be kept safely. " + why.Message
	return &p
}

// adopt makes tokens of a sign-in the session, in place of any other of this user and computer. It holds for a
// session that ended since generation: then it stays ended.
func (s *session) adopt(ctx context.Context, tokens portal.Tokens, grantID string, generation int) error {
	defer s.lock(ctx)()
	previous := s.currentAccess()
	s.mu.Lock()
	s.dismissed = moment{}
	s.mu.Unlock()
	err := s.take(ctx, tokens, newFamily(s.apiURL, grantID, tokens), generation, s.clock())
	if err == nil && previous != "" {
		s.leave(ctx, previous)
	}
	return err
}

// take puts a session into the keyring first, then into use. Where the keyring fails, the session lasts for
// this run if policy allows it, else it is ended.
func (s *session) take(ctx context.Context, tokens portal.Tokens, kept keyring.Session, generation int, asked moment) error {
	if tokens.AccessToken == "" || !keyring.IsRefreshToken(tokens.RefreshToken) || checkID(tokens.User.ID) != nil {
		return notOurAPI()
	}
	s.writes.Lock()
	if s.generation() != generation {
		s.writes.Unlock()
		s.leave(ctx, tokens.AccessToken)
		return signedOut()
	}
	keyringErr := s.keep(ctx, kept)
	cancelled := ctx.Err() != nil
	if !cancelled && (keyringErr == nil || s.allowMemory) {
		s.use(tokens, kept, keyringErr, asked)
	}
	s.writes.Unlock()
	switch {
	case cancelled:
		s.leave(ctx, tokens.AccessToken)
		_ = s.forgetLine(context.WithoutCancel(ctx), kept.Family)
		return ctx.Err()
	case keyringErr != nil && !s.allowMemory:
		s.leave(ctx, tokens.AccessToken)
		why := keptIsRequired(ProblemOf(keyringErr))
		s.end(ctx, why, kept.Family)
		return why
	}
	s.tell(keyringErr)
	return nil
}

// keep writes the session into the keyring, or sees to it that nobody resumes with what lies there instead.
func (s *session) keep(ctx context.Context, kept keyring.Session) error {
	s.mu.Lock()
	if s.spending.RefreshToken == kept.RefreshToken {
		kept.RequestID = s.spending.RequestID
	}
	s.mu.Unlock()
	err := s.leftAlone()
	if err == nil {
		err = s.vault.Store(ctx, kept)
		s.rememberDismissal(err)
	}
	if err != nil && ProblemOf(err).Cause == keyring.Newer {
		return err
	}
	marked := s.generations.write(generationOf(kept))
	if marked != nil {
		s.log.Warn("session file", "error", "it cannot be written")
	}
	if err == nil {
		if s.noteUse() != nil {
			s.log.Warn("session file", "error", "the address cannot be noted")
		}
		return nil
	}
	cause := ProblemOf(err).Cause
	s.log.Warn("session not kept", "cause", cause, "evidence", ProblemOf(err).evidence)
	// A keyring that wants its password would only ask again; what it holds is marked as left behind.
	asks := cause == keyring.Locked || cause == keyring.Waiting
	if (!asks || marked != nil) && s.vault.Remove(context.WithoutCancel(ctx), keepNone) != nil {
		s.log.Warn("an older session stays in the keyring")
	}
	return err
}

func (s *session) rememberDismissal(stored error) {
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dismissed = moment{}
	if stored != nil && ProblemOf(stored).Cause == keyring.Locked {
		s.dismissed = now
	}
}

// leftAlone answers the keyring's problem again while the user is not to be asked for its password once more.
func (s *session) leftAlone() error {
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dismissed == (moment{}) || now.since(s.dismissed) >= promptPause {
		return nil
	}
	return s.vault.Dismissed()
}

// tell says once for each cause that the session is not kept, and takes it back when it is.
func (s *session) tell(keyringErr error) {
	said := SessionOnly{}
	if keyringErr != nil {
		p := ProblemOf(keyringErr)
		said = SessionOnly{Message: p.Message + " For now you stay signed in until you close the app.", Cause: p.Cause}
	}
	s.mu.Lock()
	news := said.Cause != s.told
	s.told = said.Cause
	s.mu.Unlock()
	if news {
		s.emit(EventSessionOnly, said)
	}
}

func (s *session) use(tokens portal.Tokens, kept keyring.Session, keyringErr error, asked moment) {
	memoryOnly := keyringErr != nil
	apart := memoryOnly && ProblemOf(keyringErr).Cause == keyring.Newer
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept.UserID != kept.UserID {
		s.api.cache.forget()
	}
	s.access, s.kept, s.memoryOnly = tokens.AccessToken, kept, memoryOnly
	s.apart = apart
	s.received, s.goodFor = asked, time.Duration(tokens.ExpiresIn)*time.Second
}

// settle brings the keyring in step with memory, after a write that nobody waited for any more: it may have kept
// what was renewed since, or what the user has signed out of.
func (s *session) settle() {
	ctx := context.Background()
	defer s.lock(ctx)()
	s.writes.Lock()
	s.mu.Lock()
	kept, memoryOnly := s.kept, s.memoryOnly
	s.mu.Unlock()
	if !memoryOnly {
		_ = s.vault.Remove(ctx, s.notEnded)
		s.writes.Unlock()
		return
	}
	err := s.generations.check(kept)
	if err == nil {
		err = s.keep(ctx, kept)
	}
	s.mu.Lock()
	s.memoryOnly = err != nil
	s.mu.Unlock()
	s.writes.Unlock()
	if err == nil {
		s.tell(nil)
	}
}
