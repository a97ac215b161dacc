package httpapi_test

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/session"
)

// defaults are those of portal-api, with a clock to turn and this computer trusted to say who asks.
func defaults(c *turned) func(*httpapi.Config) {
	return func(config *httpapi.Config) {
		config.AuthRate, config.AccountRate, config.SessionRate = 600, 30, 6000
		config.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		config.Now = c.now
	}
}

// turned is a clock that stands still until it is turned.
type turned struct {
	mu sync.Mutex
	at time.Time
}

func (c *turned) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *turned) turn(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

func newTurned() *turned { return &turned{at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func (h *house) refreshFrom(address, token string) reply {
	h.Helper()
	return h.send(call{route: "POST /v1/auth/refresh", body: fmt.Sprintf(`{"refresh_token":%q}`, token),
		headers: map[string]string{"X-Forwarded-For": address}})
}

func (h *house) refreshToken(v portal.Viewer) string {
	h.Helper()
	tokens, err := h.sessions.Start(context.Background(), v.UserID, session.Client{Device: "laptop"})
	if err != nil {
		h.Fatal(err)
	}
	return tokens.RefreshToken
}

// waits fails unless the answer is 429 and says how long to wait, in whole seconds.
func (h *house) waits(r reply) time.Duration {
	h.Helper()
	p := h.wantsProblem(r, http.StatusTooManyRequests, portal.TooManyRequests)
	seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
	if err != nil || seconds < 1 || p.RetryAfter != seconds {
		h.Fatalf("Retry-After is %q, the problem says %d", r.Header.Get("Retry-After"), p.RetryAfter)
	}
	return time.Duration(seconds) * time.Second
}

func TestAnOfficeOf300PeopleBehindOneAddressGetsInAtNineOClock(t *testing.T) {
	clock := newTurned()
	h := newHouse(t, defaults(clock))
	const office = "203.0.113.1"
	grant := `{"attempt_id":"0198c5a4-0000-7000-8000-%012d","code":"x","code_verifier":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}`
	for person := range 300 {
		for _, c := range []call{
			{route: "GET /v1/auth/providers"},
			{route: "POST /v1/auth/attempts", body: `{"provider":"google"}`},
			{route: "POST /v1/auth/token", body: fmt.Sprintf(grant, person)},
			{route: "POST /v1/auth/refresh", body: fmt.Sprintf(`{"refresh_token":"%d"}`, person)},
		} {
			c.headers = map[string]string{"X-Forwarded-For": office}
			if r := h.send(c); r.StatusCode == http.StatusTooManyRequests {
				t.Fatalf("person %d is turned away from %s", person, c.route)
			}
		}
	}
}

func TestAFloodFromOneAddressIsTurnedAwayAndRecovers(t *testing.T) {
	clock := newTurned()
	h := newHouse(t, defaults(clock))
	flood := func() reply {
		return h.send(call{route: "GET /v1/auth/providers", headers: map[string]string{"X-Forwarded-For": "203.0.113.1"}})
	}
	for range 600 {
		h.wants(flood(), ok)
	}
	wait := h.waits(flood())
	h.wants(h.send(call{route: "GET /v1/auth/providers", headers: map[string]string{"X-Forwarded-For": "203.0.113.2"}}), ok)
	clock.turn(wait)
	h.wants(flood(), ok)
}

func TestOpenAPIRate(t *testing.T) {
	h := newHouse(t, defaults(newTurned()), func(c *httpapi.Config) { c.AuthRate = 3 })
	read := func(path, address string) reply {
		return h.send(call{route: "GET " + path, headers: map[string]string{"X-Forwarded-For": address}})
	}
	for range 3 {
		h.wants(read("/openapi.json", "203.0.113.1"), ok)
	}
	h.waits(read("/openapi.yaml", "203.0.113.1"))
	h.wants(read("/openapi.json", "203.0.113.2"), ok)
	h.wants(read("/v1/auth/providers", "203.0.113.1"), ok)
}

func TestABrokenClientDoesNotEatItsOfficesShare(t *testing.T) {
	clock := newTurned()
	h := newHouse(t, defaults(clock), func(c *httpapi.Config) { c.AuthRate = 60 })
	const office = "203.0.113.1"
	broken, colleague := h.refreshToken(h.Own.Viewers[portal.MSPUser]), h.refreshToken(h.Own.Viewers[portal.MSSPStaff])
	for range 30 {
		broken = decode[portal.Tokens](h, h.wants(h.refreshFrom(office, broken), ok)).RefreshToken
	}
	var wait time.Duration
	for range 200 {
		wait = h.waits(h.refreshFrom(office, broken))
	}
	for range 29 {
		colleague = decode[portal.Tokens](h, h.wants(h.refreshFrom(office, colleague), ok)).RefreshToken
	}
	clock.turn(wait)
	h.wants(h.refreshFrom(office, broken), ok)
}

func TestNobodyIsLockedOutByWhoDoesNotHoldTheirToken(t *testing.T) {
	clock := newTurned()
	h := newHouse(t, defaults(clock))
	token := h.refreshToken(h.Own.Viewers[portal.MSPUser])
	for range 200 {
		for _, forged := range []string{token[:len(token)-1], token + "A", "", "fsr_" + h.Own.Viewers[portal.MSPUser].UserID} {
			h.refreshFrom("198.51.100.66", forged)
		}
	}
	h.wants(h.refreshFrom("203.0.113.1", token), ok)
}
