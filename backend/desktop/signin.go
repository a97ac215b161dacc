package desktop

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"golang.org/x/oauth2"

	"fs-client-portal/backend/portal"
)

const (
	// pageWait is how long a finished sign-in waits for the browser to fetch its last page.
	pageWait = 2 * time.Second
	// browserWait is how long opening the sign-in page again waits to hear that it did not work.
	browserWait = 3 * time.Second
)

// signIn is one attempt, from the click to the answer.
type signIn struct {
	cancel context.CancelFunc
	ended  chan struct{}
	// redirect is set once the browser may be sent out.
	redirect *redirect
}

// unfinishedSignIn is an attempt the API will finish once it gets the invite's code.
type unfinishedSignIn struct {
	conn  *connection
	grant portal.CodeGrant
}

// SignIn opens the system browser and answers who signed in there. A second call cancels the first.
func (d *Desktop) SignIn(ctx context.Context, provider string) (portal.Me, error) {
	id := portal.ProviderID(provider)
	if !d.allowed(id) {
		return portal.Me{}, problem(PolicyForbids, "This way of signing in is not offered here.")
	}
	connected, err := d.connected()
	if err != nil {
		return portal.Me{}, err
	}
	ctx, attempt := d.begin(ctx)
	defer d.finish(attempt)
	err = d.authenticate(ctx, connected, id, attempt)
	if err != nil {
		d.options.Log.Info("sign-in", "provider", provider, "code", string(ProblemOf(err).Code))
		return portal.Me{}, err
	}
	return connected.me(ctx)
}

// begin makes room for a new attempt: the one under way is cancelled and waited for.
func (d *Desktop) begin(ctx context.Context) (context.Context, *signIn) {
	ctx, cancel := context.WithCancel(ctx)
	attempt := &signIn{cancel: cancel, ended: make(chan struct{})}
	d.mu.Lock()
	previous := d.signingIn
	d.signingIn, d.unfinished = attempt, nil
	d.mu.Unlock()
	if previous != nil {
		previous.cancel()
		<-previous.ended
	}
	return ctx, attempt
}

func (d *Desktop) finish(attempt *signIn) {
	attempt.cancel()
	close(attempt.ended)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.signingIn == attempt {
		d.signingIn = nil
	}
}

// CancelSignIn ends a sign-in under way, and one that waits for its invite code.
func (d *Desktop) CancelSignIn() error {
	d.mu.Lock()
	attempt := d.signingIn
	d.unfinished = nil
	d.mu.Unlock()
	if attempt != nil {
		attempt.cancel()
		<-attempt.ended
	}
	return nil
}

// authenticate sends the browser to the provider, waits for it, and makes its answer a session.
func (d *Desktop) authenticate(ctx context.Context, c *connection, provider portal.ProviderID, s *signIn) error {
	began := time.Now()
	if err := c.session.usable(ctx); err != nil {
		return err
	}
	listeners, err := listenLoopback(provider)
	if err != nil {
		d.options.Log.Error("loopback", "error", err.Error())
		return problem(portal.Internal, "No port of this computer could be opened for the browser's answer.")
	}
	r := newRedirect(provider, portOf(listeners[0]))
	defer d.serve(listeners, r)()
	verifier := oauth2.GenerateVerifier()
	attempt, err := c.newAttempt(ctx, portal.NewAttempt{
		Provider: provider, RedirectURI: r.uri(), CodeChallenge: oauth2.S256ChallengeFromVerifier(verifier),
	})
	if err != nil {
		return err
	}
	if err := r.expect(attempt, verifier); err != nil {
		return err
	}
	until := began.Add(d.signInLimit)
	if attempt.ExpiresAt.After(began) && attempt.ExpiresAt.Before(until) {
		until = attempt.ExpiresAt
	}
	response, err := d.waitForBrowser(ctx, s, r, until)
	if err == nil {
		d.options.Emit(EventSignInExchanging, SignInExchanging{Provider: provider})
		err = d.redeem(ctx, c, r, portal.CodeGrant{AttemptID: attempt.ID, Code: response.code, CodeVerifier: verifier})
	}
	if err != nil {
		r.conclude(pageOf("", err))
	}
	if !hasCode(err, Cancelled, TimedOut) {
		d.options.Raise()
	}
	return err
}

// serve answers the browser until the returned function is called, which closes the port and lets a last page
// out. Requests are only accepted once the redirect knows what to expect.
func (d *Desktop) serve(listeners []net.Listener, r *redirect) (stop func()) {
	server := newRedirectServer(r)
	for _, listener := range listeners {
		go func() {
			<-r.ready
			err := server.Serve(listener)
			if !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
				d.options.Log.Error("loopback", "error", err.Error())
			}
		}()
	}
	return func() {
		for _, listener := range listeners {
			_ = listener.Close()
		}
		r.release()
		// The last page may still be on its way; a browser that keeps a spare connection is not waited for.
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), pageWait)
			defer cancel()
			if server.Shutdown(ctx) != nil {
				_ = server.Close()
			}
		}()
	}
}

// expect tells the redirect where to lead and what must come back.
func (r *redirect) expect(attempt portal.Attempt, verifier string) error {
	endpoint, err := url.Parse(attempt.AuthorizationEndpoint)
	if err != nil || !trustedPage(endpoint) {
		return problem(portal.ProviderDown, "The portal named a sign-in page that is not safe to open.")
	}
	r.state, r.issuer = secret(), attempt.Issuer
	config := oauth2.Config{
		ClientID: attempt.ClientID, RedirectURL: r.uri(), Scopes: attempt.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: attempt.AuthorizationEndpoint},
	}
	options := []oauth2.AuthCodeOption{
		oauth2.S256ChallengeOption(verifier),
		oauth2.SetAuthURLParam("nonce", attempt.Nonce),
		oauth2.SetAuthURLParam("prompt", "select_account"),
	}
	if r.provider == portal.Entra {
		// A form keeps the code out of the browser's history; Google sends none.
		options = append(options, oauth2.SetAuthURLParam("response_mode", "form_post"))
	}
	r.target = config.AuthCodeURL(r.state, options...)
	return nil
}

func trustedPage(u *url.URL) bool {
	if u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || (u.Scheme == "http" && loopbackHost(u.Hostname()))
}

// waitForBrowser opens the provider's page and waits for what comes back.
func (d *Desktop) waitForBrowser(ctx context.Context, s *signIn, r *redirect, until time.Time) (providerResponse, error) {
	waiting := func(link, browserProblem string) {
		d.options.Emit(EventSignInWaiting, SignInWaiting{
			Provider: r.provider, URL: link, ExpiresAt: until.UTC(), BrowserProblem: browserProblem,
		})
	}
	r.linkUsed = func(link string) { waiting(link, "") }
	r.release()
	d.mu.Lock()
	s.redirect = r
	d.mu.Unlock()
	shown := r.shownLink()
	waiting(shown, "")
	go func() {
		if err := d.options.OpenBrowser(r.newLink()); err != nil && ctx.Err() == nil {
			d.options.Log.Warn("browser", "code", string(BrowserFailed))
			waiting(r.shownLink(), browserFailed().Message)
		}
	}()
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case response := <-r.responses:
		return response, response.refusal(r.provider)
	case <-timer.C:
		return providerResponse{}, problem(TimedOut, "Nobody signed in within the time allowed. Try again.")
	case <-ctx.Done():
		return providerResponse{}, problem(Cancelled, "The sign-in was cancelled.")
	}
}

func browserFailed() *Problem {
	return problem(BrowserFailed, "The browser could not be opened. Copy the link and open it in a browser on this computer.")
}

// refusal answers why the provider sent no code; nil when it did.
func (r providerResponse) refusal(provider portal.ProviderID) error {
	name := map[portal.ProviderID]string{portal.Google: "Google", portal.Entra: "Microsoft"}[provider]
	switch r.errorCode {
	case "":
		return nil
	case "access_denied", "consent_required", "interaction_required":
		return problem(Denied, "The sign-in was declined at "+name+".")
	case "temporarily_unavailable", "server_error":
		return problem(portal.ProviderDown, name+" cannot sign anybody in at the moment. Try again in a few minutes.")
	}
	return problem(portal.ProviderRefused, name+" refused the sign-in: "+printable(r.errorCode+" "+r.description))
}

// printable keeps what a stranger sent short and on one line.
func printable(text string) string {
	text = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, text)
	letters := []rune(strings.TrimSpace(text))
	return string(letters[:min(len(letters), 300)])
}

// redeem turns the code into a session and tells the browser; where the invite's code is wanted, the attempt is
// kept for it.
func (d *Desktop) redeem(ctx context.Context, c *connection, r *redirect, grant portal.CodeGrant) error {
	generation := c.session.generation()
	tokens, err := c.redeem(ctx, grant)
	if hasCode(err, portal.InviteCodeRequired) {
		d.mu.Lock()
		d.unfinished = &unfinishedSignIn{c, grant}
		d.mu.Unlock()
	}
	if err == nil {
		err = c.session.adopt(ctx, tokens, "", generation)
	}
	if err == nil {
		r.conclude(pageOf(nameOf(tokens.User), nil))
	}
	return err
}

func nameOf(u portal.User) string {
	if u.Name == "" {
		return u.Email
	}
	return u.Name + " (" + u.Email + ")"
}

// SubmitInviteCode finishes a sign-in that the API will not pair with an invite by the e-mail address alone.
func (d *Desktop) SubmitInviteCode(ctx context.Context, code string) (portal.Me, error) {
	code = strings.TrimSpace(code)
	if code == "" || len(code) > 64 {
		return portal.Me{}, &Problem{Code: portal.Invalid, Field: "invite_code", Message: "Enter the code of your invitation."}
	}
	d.mu.Lock()
	unfinished := d.unfinished
	d.mu.Unlock()
	if unfinished == nil {
		return portal.Me{}, problem(portal.AttemptExpired, "This sign-in is over. Sign in again, then enter the code.")
	}
	grant := unfinished.grant
	grant.InviteCode = code
	generation := unfinished.conn.session.generation()
	tokens, err := unfinished.conn.redeem(ctx, grant)
	if err == nil || !worthAnotherTry(err) {
		d.forgetUnfinished(unfinished)
	}
	if err != nil {
		return portal.Me{}, err
	}
	if err := unfinished.conn.session.adopt(ctx, tokens, "", generation); err != nil {
		return portal.Me{}, err
	}
	return unfinished.conn.me(ctx)
}

// worthAnotherTry tells an answer after which the same attempt may still succeed.
func worthAnotherTry(err error) bool {
	return hasCode(err, portal.InviteCodeRequired, portal.InviteCodeWrong, portal.Invalid, Offline, Cancelled,
		portal.Unavailable, portal.TooManyRequests)
}

func (d *Desktop) forgetUnfinished(u *unfinishedSignIn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.unfinished == u {
		d.unfinished = nil
	}
}

// OpenSignInPage opens the browser again for the sign-in that waits; code browser_failed where it cannot.
func (d *Desktop) OpenSignInPage() error {
	d.mu.Lock()
	var r *redirect
	if d.signingIn != nil {
		r = d.signingIn.redirect
	}
	d.mu.Unlock()
	if r == nil {
		return problem(portal.AttemptExpired, "No sign-in is waiting. Start again.")
	}
	failed := make(chan error, 1)
	go func() { failed <- d.options.OpenBrowser(r.newLink()) }()
	timer := time.NewTimer(browserWait)
	defer timer.Stop()
	select {
	case err := <-failed:
		if err != nil {
			return browserFailed()
		}
	case <-timer.C:
		// Still running: a browser in the foreground.
	}
	return nil
}
