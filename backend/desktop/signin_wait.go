package desktop

import (
	"context"
	"time"

	"fs-client-portal/backend/desktop/loopback"
	"fs-client-portal/backend/portal"
)

const (
	// browserWait limits how long OpenSignInPage waits for an error of the browser.
	browserWait = 3 * time.Second
	// wakeEvery limits how late the end of the time is noticed after the computer slept.
	wakeEvery = time.Second
)

// waitForBrowser opens the provider's page and waits for the provider's response.
func (d *Desktop) waitForBrowser(ctx context.Context, s *signIn, server *loopback.Server, e loopback.Expectation,
	until time.Time) (loopback.Response, error) {
	waiting := func(link, browserProblem string) {
		d.options.Emit(EventSignInWaiting, SignInWaiting{
			Provider: s.provider, URL: link, ExpiresAt: until.UTC(), BrowserProblem: browserProblem,
		})
	}
	e.LinkUsed = func(link string) { waiting(link, "") }
	server.Start(e)
	d.mu.Lock()
	s.server = server
	d.mu.Unlock()
	waiting(server.CopyLink(), "")
	go func() {
		if err := d.options.OpenBrowser(server.NewLink()); err != nil && ctx.Err() == nil {
			d.options.Log.Warn("browser", "code", string(BrowserFailed))
			waiting(server.CopyLink(), browserFailed().Message)
		}
	}()
	response, err := d.waitForResponse(ctx, server, until)
	if err != nil {
		return response, err
	}
	return response, refusal(s.provider, response)
}

// waitForResponse checks the clock at short intervals, because a single timer stops while the computer sleeps. A
// response that arrives after until is discarded.
func (d *Desktop) waitForResponse(ctx context.Context, server *loopback.Server, until time.Time) (loopback.Response, error) {
	for {
		var response loopback.Response
		received := false
		select {
		case response = <-server.Responses():
			received = true
		case <-d.clock.After(min(wakeEvery, until.Sub(d.clock.Now()))):
		case <-ctx.Done():
			return loopback.Response{}, signInCancelled()
		}
		if passed(d.clock.Now(), until) {
			return loopback.Response{}, problem(TimedOut, "Nobody signed in within the time allowed. Try again.")
		}
		if received {
			return response, nil
		}
	}
}

// passed reports whether now is after until by either clock: the monotonic one, which stops while the computer sleeps,
// or the wall clock, which may be set back.
func passed(now, until time.Time) bool {
	return !now.Before(until) || !now.Round(0).Before(until.Round(0))
}

func signInCancelled() *Problem { return problem(Cancelled, "The sign-in was cancelled.") }

func browserFailed() *Problem {
	return problem(BrowserFailed, "The browser could not be opened. Copy the link and open it in a browser on this computer.")
}

// refusal returns why the provider sent no code, or nil if it sent one.
func refusal(provider portal.ProviderID, r loopback.Response) error {
	if r.ErrorCode == "" {
		return nil
	}
	p := refusalProblem(providerName(provider), r.ErrorCode)
	p.ProviderMessage = explanation(r)
	return p
}

func refusalProblem(provider, errorCode string) *Problem {
	switch errorCode {
	case "access_denied", "consent_required", "interaction_required":
		return problem(Denied, "The sign-in was declined at "+provider+".")
	case "temporarily_unavailable", "server_error":
		return problem(portal.ProviderDown, provider+" cannot sign anybody in at the moment. Try again in a few minutes.")
	}
	return problem(portal.ProviderRefused, provider+" refused the sign-in.")
}

// explanation returns the provider's own explanation of an error, without links.
func explanation(r loopback.Response) string {
	return withoutLinks(printable(r.ErrorCode + " " + r.Description))
}

func providerName(provider portal.ProviderID) string {
	return map[portal.ProviderID]string{portal.Google: "Google", portal.Entra: "Microsoft"}[provider]
}

// failurePage returns the browser's last page of a sign-in that failed.
func failurePage(provider portal.ProviderID, err error, detail string) loopback.Page {
	return loopback.Page{Name: loopback.PageFor(ProblemOf(err).Code), Provider: providerName(provider), Detail: detail}
}

// OpenSignInPage opens the browser again for the sign-in under way. The code is browser_failed if that fails.
func (d *Desktop) OpenSignInPage() error {
	d.mu.Lock()
	var server *loopback.Server
	if d.signingIn != nil {
		server = d.signingIn.server
	}
	d.mu.Unlock()
	if server == nil {
		return problem(portal.AttemptExpired, "No sign-in is waiting. Start again.")
	}
	return d.openBrowser(server.NewLink())
}

// openBrowser opens link in the browser. The code is browser_failed if that fails within browserWait.
func (d *Desktop) openBrowser(link string) error {
	failed := make(chan error, 1)
	go func() { failed <- d.options.OpenBrowser(link) }()
	timer := time.NewTimer(browserWait)
	defer timer.Stop()
	select {
	case err := <-failed:
		if err != nil {
			return browserFailed()
		}
	case <-timer.C:
		// The command is still running: some systems run the browser in the foreground.
	}
	return nil
}
