package desktop

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode"

	"fs-client-portal/backend/portal"
)

const (
	// browserWait is how long opening the sign-in page again waits to hear that it did not work.
	browserWait = 3 * time.Second
	// wakeEvery bounds how late the end of the time is noticed after the computer slept.
	wakeEvery = time.Second
)

// waitForBrowser opens the provider's page and waits for what comes back.
func (d *Desktop) waitForBrowser(ctx context.Context, s *signIn, r *redirect, until time.Time) (providerResponse, error) {
	waiting := func(link, browserProblem string) {
		d.options.Emit(EventSignInWaiting, SignInWaiting{
			Provider: r.provider, URL: link, ExpiresAt: until.UTC(), BrowserProblem: browserProblem,
		})
	}
	r.linkUsed = func(link string) { waiting(link, "") }
	r.ready.give()
	d.mu.Lock()
	s.redirect = r
	d.mu.Unlock()
	waiting(r.shownLink(), "")
	go func() {
		if err := d.options.OpenBrowser(r.newLink()); err != nil && ctx.Err() == nil {
			d.options.Log.Warn("browser", "code", string(BrowserFailed))
			waiting(r.shownLink(), browserFailed().Message)
		}
	}()
	return d.waitForResponse(ctx, r, until)
}

// waitForResponse looks at the clock again and again: a single timer stands still while the computer sleeps. What
// comes after the end counts as little as what never came.
func (d *Desktop) waitForResponse(ctx context.Context, r *redirect, until time.Time) (providerResponse, error) {
	for {
		var response providerResponse
		answered := false
		select {
		case response = <-r.responses:
			answered = true
		case <-d.clock.After(min(wakeEvery, until.Sub(d.clock.Now()))):
		case <-ctx.Done():
			return providerResponse{}, signInCancelled()
		}
		if passed(d.clock.Now(), until) {
			return providerResponse{}, problem(TimedOut, "Nobody signed in within the time allowed. Try again.")
		}
		if answered {
			return response, response.refusal(r.provider)
		}
	}
}

// passed asks whether until is behind now by either clock: the one that stands still while the computer sleeps, or
// the one on the wall, which somebody may set back.
func passed(now, until time.Time) bool {
	return !now.Before(until) || !now.Round(0).Before(until.Round(0))
}

func signInCancelled() *Problem { return problem(Cancelled, "The sign-in was cancelled.") }

func browserFailed() *Problem {
	return problem(BrowserFailed, "The browser could not be opened. Copy the link and open it in a browser on this computer.")
}

// refusal returns why the provider sent no code, with the provider's own words; nil when it sent one.
func (r providerResponse) refusal(provider portal.ProviderID) error {
	if r.errorCode == "" {
		return nil
	}
	p := r.problem(providerName(provider))
	p.Said = r.words()
	return p
}

func (r providerResponse) problem(name string) *Problem {
	switch r.errorCode {
	case "access_denied", "consent_required", "interaction_required":
		return problem(Denied, "The sign-in was declined at "+name+".")
	case "temporarily_unavailable", "server_error":
		return problem(portal.ProviderDown, name+" cannot sign anybody in at the moment. Try again in a few minutes.")
	}
	return problem(portal.ProviderRefused, name+" refused the sign-in.")
}

// words are the provider's own for why it sent no code.
func (r providerResponse) words() string {
	return withoutLinks(printable(r.errorCode + " " + r.description))
}

// link is what a reader may take for an address to go to: with a scheme, or a host's name with a path.
var link = regexp.MustCompile(`(?i)(?:[a-z0-9+.-]*://\S*|www\.\S+|(?:[\pL\pN-]+\.)+\pL{2,}(?::\d+)?/\S*)`)

// withoutLinks leaves out addresses: the words are shown as the provider's, and anybody may have put them into the redirect.
func withoutLinks(text string) string { return link.ReplaceAllString(text, "…") }

// printable keeps what a stranger sent short and on one line.
func printable(text string) string {
	text = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, text)
	letters := []rune(strings.Join(strings.Fields(text), " "))
	return string(letters[:min(len(letters), 300)])
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
