package desktop

import (
	"context"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"fs-client-portal/backend/desktop/loopback"
	"fs-client-portal/backend/portal"
)

// togetherWithin is how long after the first click on a provider's button further clicks join its attempt.
const togetherWithin = 2 * time.Second

// signIn is one attempt, from the click to its result.
type signIn struct {
	endpoint *endpoint
	provider portal.ProviderID
	began    time.Time
	cancel   context.CancelFunc
	// server is set once the browser may be opened, over once the attempt must end. Desktop.mu guards both.
	server *loopback.Server
	over   bool
	// me and err are the result, valid once ended is closed.
	me    portal.Me
	err   error
	ended chan struct{}
}

// SignIn opens the system browser and returns the user who signed in. There is one attempt at a time. Clicks on the
// same button before the browser is opened, or shortly after each other, share one attempt and its result. Any other
// click ends the attempt with code cancelled and starts a new one.
func (d *Desktop) SignIn(ctx context.Context, provider string) (portal.Me, error) {
	id := portal.ProviderID(provider)
	if !d.allowed(id) {
		return portal.Me{}, problem(PolicyForbids, "This way of signing in is not offered here.")
	}
	current, err := d.currentEndpoint()
	if err != nil {
		return portal.Me{}, err
	}
	running, attempt, previous := d.join(ctx, current, id)
	if running == nil {
		return attempt.wait(ctx)
	}
	attempt.me, attempt.err = d.run(running, attempt, previous)
	d.finish(attempt)
	return attempt.me, attempt.err
}

// join returns the attempt that a click belongs to. For a new attempt it also returns its context and the attempt that
// it replaces, if any. For an existing attempt the context is nil.
func (d *Desktop) join(ctx context.Context, c *endpoint, provider portal.ProviderID) (running context.Context, attempt, previous *signIn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	previous, now := d.signingIn, d.clock.Now()
	if previous != nil && previous.shares(c, provider, now) {
		return nil, previous, nil
	}
	running, cancel := context.WithCancel(ctx)
	attempt = &signIn{endpoint: c, provider: provider, began: now, cancel: cancel, ended: make(chan struct{})}
	if previous != nil {
		previous.over = true
		previous.cancel()
	}
	d.signingIn, d.unfinished = attempt, nil
	return running, attempt, previous
}

func (s *signIn) shares(c *endpoint, provider portal.ProviderID, now time.Time) bool {
	together := s.server == nil || !passed(now, s.began.Add(togetherWithin))
	return s.endpoint == c && s.provider == provider && together && !s.over
}

// wait waits for the result, for a click that joined the attempt.
func (s *signIn) wait(ctx context.Context) (portal.Me, error) {
	select {
	case <-s.ended:
		return s.me, s.err
	case <-ctx.Done():
		return portal.Me{}, signInCancelled()
	}
}

// run runs the attempt once the previous one has closed its port.
func (d *Desktop) run(ctx context.Context, attempt, previous *signIn) (portal.Me, error) {
	if previous != nil {
		<-previous.ended
	}
	if ctx.Err() != nil {
		return portal.Me{}, signInCancelled()
	}
	if err := d.authenticate(ctx, attempt); err != nil {
		d.options.Log.Info("sign-in", "provider", string(attempt.provider), "code", string(ProblemOf(err).Code))
		return portal.Me{}, err
	}
	return attempt.endpoint.me(ctx)
}

func (d *Desktop) finish(attempt *signIn) {
	attempt.cancel()
	d.mu.Lock()
	if d.signingIn == attempt {
		d.signingIn = nil
	}
	d.mu.Unlock()
	close(attempt.ended)
}

// CancelSignIn ends the sign-in in progress, one that waits for its invite code, and the wait of Resume for a keyring.
func (d *Desktop) CancelSignIn() error {
	d.mu.Lock()
	attempt := d.signingIn
	d.unfinished = nil
	if d.resuming != nil {
		d.resuming()
	}
	if attempt != nil {
		attempt.over = true
		attempt.cancel()
	}
	d.mu.Unlock()
	if attempt != nil {
		<-attempt.ended
	}
	return nil
}

// authenticate opens the browser at the provider, waits for the response, and exchanges it for a session.
func (d *Desktop) authenticate(ctx context.Context, s *signIn) error {
	c := s.endpoint
	if err := c.session.usable(ctx); err != nil {
		return err
	}
	server, err := loopback.Listen(s.provider, d.options.Log)
	if err != nil {
		d.options.Log.Error("loopback", "error", err.Error())
		return problem(portal.Internal, "No port of this computer could be opened for the browser's response.")
	}
	defer server.Close()
	verifier := oauth2.GenerateVerifier()
	attempt, err := c.newAttempt(ctx, portal.NewAttempt{
		Provider: s.provider, RedirectURI: server.RedirectURI(), CodeChallenge: oauth2.S256ChallengeFromVerifier(verifier),
	})
	if err != nil {
		return err
	}
	target, err := authorizationURL(s.provider, attempt, server, verifier)
	if err != nil {
		return err
	}
	expected := loopback.Expectation{AuthorizationURL: target, Issuer: attempt.Issuer, IssuerPromised: attempt.IssuerPromised}
	response, err := d.waitForBrowser(ctx, s, server, expected, d.endOf(s, attempt))
	if err == nil {
		d.options.Emit(EventSignInExchanging, SignInExchanging{Provider: s.provider})
		err = d.redeem(ctx, s, server, portal.CodeGrant{AttemptID: attempt.ID, Code: response.Code, CodeVerifier: verifier})
	}
	if err != nil {
		server.Conclude(failurePage(s.provider, err, explanation(response)))
	}
	if !hasCode(err, Cancelled, TimedOut) {
		d.options.Raise()
	}
	return err
}

// endOf returns when the attempt ends: by our own limit, or earlier by the API's. If the API's is already past, the
// computer's clock is wrong and it is ignored.
func (d *Desktop) endOf(s *signIn, attempt portal.Attempt) time.Time {
	until := s.began.Add(d.signInLimit)
	if attempt.ExpiresAt.After(s.began) && attempt.ExpiresAt.Before(until) {
		return attempt.ExpiresAt
	}
	return until
}

// authorizationURL returns the provider's page for an attempt, with its parameters.
func authorizationURL(provider portal.ProviderID, attempt portal.Attempt, server *loopback.Server, verifier string) (string, error) {
	endpoint, err := url.Parse(attempt.AuthorizationEndpoint)
	if err != nil || !trustedPage(endpoint) {
		return "", problem(portal.ProviderDown, "The portal named a sign-in page that is not safe to open.")
	}
	config := oauth2.Config{
		ClientID: attempt.ClientID, RedirectURL: server.RedirectURI(), Scopes: attempt.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: attempt.AuthorizationEndpoint},
	}
	options := []oauth2.AuthCodeOption{
		oauth2.S256ChallengeOption(verifier),
		oauth2.SetAuthURLParam("nonce", attempt.Nonce),
		oauth2.SetAuthURLParam("prompt", "select_account"),
	}
	if provider == portal.Entra {
		// A form keeps the code out of the browser's history. Google sends none.
		options = append(options, oauth2.SetAuthURLParam("response_mode", "form_post"))
	}
	return config.AuthCodeURL(server.State(), options...), nil
}

func trustedPage(u *url.URL) bool {
	if u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || (u.Scheme == "http" && portal.Loopback(u.Hostname()))
}

// redeem exchanges the code for a session and shows the last page. If an invite's code or a choice of invites may
// finish the attempt, it is kept.
func (d *Desktop) redeem(ctx context.Context, s *signIn, server *loopback.Server, grant portal.CodeGrant) error {
	c := s.endpoint
	endings := c.session.endCount()
	tokens, err := c.redeem(ctx, grant)
	if hasCode(err, portal.InviteCodeRequired, portal.InviteChoice, portal.Deactivated) {
		d.mu.Lock()
		d.unfinished = &unfinishedSignIn{c, s.provider, grant}
		d.mu.Unlock()
	}
	if err == nil {
		err = c.session.adopt(ctx, tokens, s.provider, endings)
	}
	if err == nil {
		server.Conclude(loopback.Page{Name: loopback.SignedIn, Who: nameOf(tokens.User)})
	}
	return err
}

func nameOf(u portal.User) string {
	if u.Name == "" {
		return u.Email
	}
	return u.Name + " (" + u.Email + ")"
}
