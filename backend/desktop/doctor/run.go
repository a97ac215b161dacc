package doctor

import (
	"context"
	"time"
)

// The checks by name, in the order of a Report.
const (
	WebView   = "web_view"
	Keyring   = "keyring"
	Policy    = "policy"
	Settings  = "settings"
	Browser   = "browser"
	Loopback  = "loopback"
	StateDisk = "state_folder"
	ConfDisk  = "config_folder"
	Proxy     = "proxy"
	DNS       = "dns"
	TCP       = "tcp"
	TLS       = "tls"
	HTTP      = "http"
	API       = "api_version"
	Clock     = "clock"
)

var titles = map[string]string{
	WebView: "Web view", Keyring: "Keyring", Policy: "Policy", Settings: "Settings", Browser: "Browser",
	Loopback: "Loopback port", StateDisk: "State folder", ConfDisk: "Settings folder", Proxy: "Proxy", DNS: "API: name",
	TCP: "API: connection", TLS: "API: certificate", HTTP: "API: response", API: "API: version", Clock: "Clock",
}

func titleOf(check string) string {
	if title := titles[check]; title != "" {
		return title
	}
	return check
}

// Limit is how long the checks, which run side by side, may take.
const Limit = 10 * time.Second

// Check makes one or more Results, in the order of Names. Late is the remedy if it does not end in time.
type Check struct {
	Names []string
	Late  string
	Run   func(ctx context.Context) []Result
}

// Run makes the checks side by side and returns their results in the order of the checks. It does not wait for a check
// after ctx is done.
func Run(ctx context.Context, checks []Check) []Result {
	pending := make([]chan []Result, len(checks))
	for i, check := range checks {
		pending[i] = make(chan []Result, 1)
		go func() { pending[i] <- check.Run(ctx) }()
	}
	var all []Result
	for i, check := range checks {
		all = append(all, check.await(ctx, pending[i])...)
	}
	return all
}

// grace is how long a check may take to report that its context is done.
const grace = time.Second

func (c Check) await(ctx context.Context, pending <-chan []Result) []Result {
	select {
	case results := <-pending:
		return results
	case <-ctx.Done():
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case results := <-pending:
		return results
	case <-timer.C:
	}
	var late []Result
	for _, name := range c.Names {
		late = append(late, Fail(name, "no result", Fault{
			"timeout", "The check did not end within " + Limit.String() + ".", c.Late,
		}))
	}
	return late
}

// Passed reports whether no check failed.
func Passed(results []Result) bool {
	for _, result := range results {
		if result.Status == Failed {
			return false
		}
	}
	return true
}
