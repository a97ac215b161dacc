package httpapi_test

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
)

// defaults sets portal-api's default rates, with a fake clock and loopback as trusted proxy.
func defaults(c *fakeClock) func(*httpapi.Config) {
	return func(config *httpapi.Config) {
		config.AuthRate, config.AccountRate, config.SessionRate = 600, 30, 6000
		config.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		config.Now = c.now
	}
}

// fakeClock is a clock that only advance moves.
type fakeClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *fakeClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *fakeClock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

func newFakeClock() *fakeClock { return &fakeClock{at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func (h *apiTest) refreshFrom(address, token string) reply {
	h.Helper()
	return h.send(call{route: "POST /v1/auth/refresh", body: fmt.Sprintf(`{"refresh_token":%q}`, token),
		headers: map[string]string{"X-Forwarded-For": address}})
}

func (h *apiTest) refreshToken(v portal.Viewer) string {
	h.Helper()
	tokens, err := h.sessions.Start(context.Background(), v.UserID, "laptop")
	if err != nil {
		h.Fatal(err)
	}
	return tokens.RefreshToken
}

// wantRetryAfter fails unless the response is 429 with a Retry-After in whole seconds, which it returns.
func (h *apiTest) wantRetryAfter(r reply) time.Duration {
	h.Helper()
	p := h.wantsProblem(r, http.StatusTooManyRequests, portal.TooManyRequests)
	seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
	if err != nil || seconds < 1 || p.RetryAfter != seconds {
		h.Fatalf("got Retry-After %q and retry_after %d, want the same whole seconds", r.Header.Get("Retry-After"), p.RetryAfter)
	}
	return time.Duration(seconds) * time.Second
}

func TestAuthRate(t *testing.T) {
	t.Parallel()
	t.Run("admits_office_of_300_at_once", testAuthRateAdmitsOfficeOf300AtOnce)
	t.Run("rejects_flood_and_recovers", testAuthRateRejectsFloodAndRecovers)
	t.Run("broken_client_leaves_address_share", testAuthRateBrokenClientLeavesAddressShare)
	t.Run("forged_tokens_lock_out_no_one", testAuthRateForgedTokensLockOutNoOne)
	t.Run("limits_openapi_document", testAuthRateLimitsOpenapiDocument)
}

func testAuthRateAdmitsOfficeOf300AtOnce(t *testing.T) {
	clock := newFakeClock()
	h := newAPITest(t, defaults(clock))
	const office = "203.0.113.1"
	grant := `{"attempt_id":"0198c5a4-0000-7000-8000-%012d","code":"x","code_verifier":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`
	for user := range 300 {
		for _, c := range []call{
			{route: "GET /v1/auth/providers"},
			{route: "POST /v1/auth/attempts", body: `{"provider":"google"}`},
			{route: "POST /v1/auth/token", body: fmt.Sprintf(grant, user)},
			{route: "POST /v1/auth/refresh", body: fmt.Sprintf(`{"refresh_token":"%d"}`, user)},
		} {
			c.headers = map[string]string{"X-Forwarded-For": office}
			if r := h.send(c); r.StatusCode == http.StatusTooManyRequests {
				t.Fatalf("user %d: got 429 from %s, want none", user, c.route)
			}
		}
	}
}

func testAuthRateRejectsFloodAndRecovers(t *testing.T) {
	clock := newFakeClock()
	h := newAPITest(t, defaults(clock))
	flood := func() reply {
		return h.send(call{route: "GET /v1/auth/providers", headers: map[string]string{"X-Forwarded-For": "203.0.113.1"}})
	}
	for range 600 {
		h.wants(flood(), ok)
	}
	wait := h.wantRetryAfter(flood())
	h.wants(h.send(call{route: "GET /v1/auth/providers", headers: map[string]string{"X-Forwarded-For": "203.0.113.2"}}), ok)
	clock.advance(wait)
	h.wants(flood(), ok)
}

// TestAnonymousRates asks each route without a session once more than an address may.
func TestAnonymousRates(t *testing.T) {
	h := newAPITest(t, defaults(newFakeClock()), func(c *httpapi.Config) { c.AuthRate = 2 })
	for _, route := range []string{"GET /v1/auth/providers", "POST /v1/auth/attempts", "POST /v1/auth/token", "POST /v1/auth/refresh"} {
		t.Run(strings.ReplaceAll(route, "/", "_"), func(t *testing.T) {
			h.T = t
			for range 2 {
				if r := h.send(call{route: route, body: `{}`}); r.StatusCode == http.StatusTooManyRequests {
					t.Fatalf("got 429 within the rate: %s", r.body)
				}
			}
			h.wantRetryAfter(h.send(call{route: route, body: `{}`}))
		})
	}
}

func testAuthRateLimitsOpenapiDocument(t *testing.T) {
	h := newAPITest(t, defaults(newFakeClock()), func(c *httpapi.Config) { c.AuthRate = 3 })
	read := func(path, address string) reply {
		return h.send(call{route: "GET " + path, headers: map[string]string{"X-Forwarded-For": address}})
	}
	for range 3 {
		h.wants(read("/openapi.json", "203.0.113.1"), ok)
	}
	h.wantRetryAfter(read("/openapi.yaml", "203.0.113.1"))
	h.wants(read("/openapi.json", "203.0.113.2"), ok)
	h.wants(read("/v1/auth/providers", "203.0.113.1"), ok)
}

func testAuthRateBrokenClientLeavesAddressShare(t *testing.T) {
	clock := newFakeClock()
	h := newAPITest(t, defaults(clock), func(c *httpapi.Config) { c.AuthRate = 60 })
	const office = "203.0.113.1"
	broken, colleague := h.refreshToken(h.Own.Viewers[portal.MSPUser]), h.refreshToken(h.Own.Viewers[portal.MSSPStaff])
	for range 30 {
		broken = decode[portal.Tokens](h, h.wants(h.refreshFrom(office, broken), ok)).RefreshToken
	}
	var wait time.Duration
	for range 200 {
		wait = h.wantRetryAfter(h.refreshFrom(office, broken))
	}
	for range 29 {
		colleague = decode[portal.Tokens](h, h.wants(h.refreshFrom(office, colleague), ok)).RefreshToken
	}
	clock.advance(wait)
	h.wants(h.refreshFrom(office, broken), ok)
}

func testAuthRateForgedTokensLockOutNoOne(t *testing.T) {
	clock := newFakeClock()
	h := newAPITest(t, defaults(clock))
	token := h.refreshToken(h.Own.Viewers[portal.MSPUser])
	for range 200 {
		for _, forged := range []string{token[:len(token)-1], token + "A", "", "fsr_" + h.Own.Viewers[portal.MSPUser].UserID} {
			h.refreshFrom("198.51.100.66", forged)
		}
	}
	h.wants(h.refreshFrom("203.0.113.1", token), ok)
}
