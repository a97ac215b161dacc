package desktop

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
)

const (
	// renewBefore is how long before its end an access token is renewed: longer than any call waits to be sent.
	renewBefore = 30 * time.Second
	// logoutWait limits the user's wait for a sign-out if the API does not respond.
	logoutWait = 10 * time.Second
	// promptPause is how long the keyring does not prompt again after the user dismissed its prompt.
	promptPause = time.Hour
)

// session is the user's session with one API. The access token is in memory only. The refresh token is also in the
// keyring, where it is stored before it is used, because the API accepts each one once.
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
	// allowMemory permits a session that lasts for this run only, if the keyring cannot be used.
	allowMemory bool
	// providers are those that policy allows; empty for all.
	providers []string
	emit      func(event string, payload any)
	clock     func() moment
	pause     func(ctx context.Context, d time.Duration) error
	lockWait  time.Duration
	// screenWait limits how long the first screen waits for the keyring.
	screenWait time.Duration
	log        *slog.Logger

	mu     sync.Mutex
	access string
	// received and goodFor are the access token's age and lifetime by this computer's clock; the times in the token are
	// those of another one.
	received moment
	goodFor  time.Duration
	kept     keyring.Session
	// shown is the grant that the screens show when the user has chosen none. Calls name it, because the API may refresh
	// a session under another grant: an API of an older version takes the oldest.
	shown      string
	memoryOnly bool
	// separate means that keyring and session file are left to a newer version of the app.
	separate bool
	// refreshing is the refresh token that is or was sent, with its request id.
	refreshing portal.RefreshGrant
	// reportedCause is the cause that was last shown to the user; dismissed is when the user dismissed the keyring's
	// prompt.
	reportedCause string
	dismissed     moment
	// ended counts the sessions that have ended, so that a renewal in progress does not undo a sign-out.
	ended int

	// writes is held while keyring and memory are changed together.
	writes   sync.Mutex
	renewals singleflight.Group
}

func newSession(api *apiClient, o Options, apiURL, account string, wait time.Duration) *session {
	s := &session{
		api:         api,
		apiURL:      apiURL,
		generations: generationFile{sessionFile(o.StateDir, account, generationSuffix)},
		lockFile:    sessionFile(o.StateDir, account, ".lock"),
		noteUse:     func() error { return noteOf(o.StateDir, account).use(apiURL, time.Now()) },
		allowMemory: o.Settings.AllowSessionOnly,
		providers:   o.Settings.Providers,
		emit:        o.Emit,
		clock:       thisMoment,
		pause:       portal.Sleep,
		lockWait:    lockWait,
		screenWait:  firstScreenWait,
		log:         o.Log,
	}
	s.vault = keyring.NewVault(keyring.Config{
		Keyring: o.Keyring, Account: account, FormerAccounts: formerAccounts(account, apiURL),
		SameOrigin: func(api string) bool { return sameOrigin(api, s.apiURL) },
		Check:      func(k keyring.Session) error { return s.generations.check(k) },
		Wait:       wait, LateWrite: s.syncKeyring,
	})
	return s
}

// continueFrom copies the state of the session at another address of the same API.
func (s *session) continueFrom(from *session) {
	from.mu.Lock()
	defer from.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access, s.received, s.goodFor = from.access, from.received, from.goodFor
	s.kept, s.refreshing, s.memoryOnly, s.separate = from.kept, from.refreshing, from.memoryOnly, from.separate
	s.shown = from.shown
	s.reportedCause, s.dismissed = from.reportedCause, from.dismissed
}

// call makes one authenticated request. It renews the access token shortly before it expires, and once more if the API
// refuses it. The code is signed_out without a session.
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
	token, grant = s.access, cmp.Or(s.kept.GrantID, s.shown)
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

// grant returns the grant that calls name: the chosen one, else the one shown. "" leaves the choice to the API.
func (s *session) grant() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return cmp.Or(s.kept.GrantID, s.shown)
}

// show notes the grant that the screens show, unless another sign-in has replaced family.
func (s *session) show(family, grantID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept.Family == family {
		s.shown = grantID
	}
}

func (s *session) endCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// resume renews the session of an earlier run. A session in use stays as it is. One whose provider policy has forbidden
// since is ended, also on the server.
func (s *session) resume(ctx context.Context) error {
	if s.currentAccess() != "" {
		return nil
	}
	token, err := s.renew(ctx, "")
	if err != nil {
		return err
	}
	s.mu.Lock()
	kept := s.kept
	s.mu.Unlock()
	if kept.Provider == "" || len(s.providers) == 0 || slices.Contains(s.providers, kept.Provider) {
		return nil
	}
	s.logoutQuietly(ctx, token)
	why := problem(SignedOut, "Your organisation no longer allows the way in which you had signed in. Sign in again.")
	defer s.lock(ctx)()
	s.end(ctx, why, kept.Family)
	return why
}

// usable returns, before the browser is opened, the reason why the sign-in could not be stored although policy requires
// it.
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

// adopt makes the tokens of a sign-in the session, in place of any other of this user and computer. If a session ended
// since endings was read, it stays ended.
func (s *session) adopt(ctx context.Context, tokens portal.Tokens, provider portal.ProviderID, endings int) error {
	defer s.lock(ctx)()
	previous := s.currentAccess()
	s.mu.Lock()
	s.dismissed = moment{}
	s.mu.Unlock()
	err := s.accept(ctx, tokens, newFamily(s.apiURL, provider, tokens), endings, s.clock())
	if err == nil && previous != "" {
		s.logoutQuietly(ctx, previous)
	}
	return err
}

// accept stores a session in the keyring and then uses it. If the keyring fails, the session lasts for this run if
// policy allows it; otherwise it is ended.
func (s *session) accept(ctx context.Context, tokens portal.Tokens, kept keyring.Session, endings int, asked moment) error {
	if tokens.AccessToken == "" || !keyring.IsRefreshToken(tokens.RefreshToken) || checkID(tokens.User.ID) != nil {
		return notOurAPI()
	}
	s.writes.Lock()
	if s.endCount() != endings {
		s.writes.Unlock()
		s.logoutQuietly(ctx, tokens.AccessToken)
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
		s.logoutQuietly(ctx, tokens.AccessToken)
		_ = s.removeFamily(context.WithoutCancel(ctx), kept.Family)
		return ctx.Err()
	case keyringErr != nil && !s.allowMemory:
		s.logoutQuietly(ctx, tokens.AccessToken)
		why := keptIsRequired(ProblemOf(keyringErr))
		s.end(ctx, why, kept.Family)
		return why
	}
	s.reportKeyring(keyringErr)
	return nil
}

// keep stores the session in the keyring. If that fails, it makes sure that no process continues with the old entry.
func (s *session) keep(ctx context.Context, kept keyring.Session) error {
	s.mu.Lock()
	if s.refreshing.RefreshToken == kept.RefreshToken {
		kept.RequestID = s.refreshing.RequestID
	}
	s.mu.Unlock()
	err := s.promptPaused()
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
	// A locked keyring would only prompt again, so its entry is marked as outdated instead.
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

// promptPaused returns the keyring's error while the user must not be prompted again.
func (s *session) promptPaused() error {
	now := s.clock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dismissed == (moment{}) || now.since(s.dismissed) >= promptPause {
		return nil
	}
	return s.vault.Dismissed()
}

// reportKeyring tells the user once for each cause that the session is not stored, and withdraws that when it is.
func (s *session) reportKeyring(keyringErr error) {
	payload := SessionOnly{}
	if keyringErr != nil {
		p := ProblemOf(keyringErr)
		payload = SessionOnly{Message: p.Message + " You stay signed in until you close the app.", Cause: p.Cause}
	}
	s.mu.Lock()
	changed := payload.Cause != s.reportedCause
	s.reportedCause = payload.Cause
	s.mu.Unlock()
	if changed {
		s.emit(EventSessionOnly, payload)
	}
}

func (s *session) use(tokens portal.Tokens, kept keyring.Session, keyringErr error, asked moment) {
	memoryOnly := keyringErr != nil
	separate := memoryOnly && ProblemOf(keyringErr).Cause == keyring.Newer
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept.UserID != kept.UserID {
		s.api.cache.clear()
	}
	if s.kept.Family != kept.Family {
		s.shown = ""
	}
	s.access, s.kept, s.memoryOnly = tokens.AccessToken, kept, memoryOnly
	s.separate = separate
	s.received, s.goodFor = asked, time.Duration(tokens.ExpiresIn)*time.Second
}

// syncKeyring makes the keyring consistent with memory after a write that outlasted its time limit: it may have stored
// a session that was renewed since, or one that the user has signed out of.
func (s *session) syncKeyring() {
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
		s.reportKeyring(nil)
	}
}
