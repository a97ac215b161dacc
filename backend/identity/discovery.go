package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"fs-client-portal/backend/portal"
)

const (
	// providerTimeout bounds every call to a provider unless Config.Bound is set.
	providerTimeout = 10 * time.Second
	// maxDocument is far above the size of real discovery documents and key sets.
	maxDocument    = 512 << 10
	discoveryFresh = time.Hour
)

// transport is the HTTP client for calls to the providers, with its time limit, clock and log.
type transport struct {
	http  *http.Client
	bound func(context.Context) (context.Context, context.CancelFunc)
	now   func() time.Time
	log   *slog.Logger
}

// newTransport returns a transport that follows no redirects: a provider's documents are at the address the issuer
// gives, and a redirect could send this server to any address.
func newTransport(c Config) *transport {
	client := &http.Client{}
	if c.HTTPClient != nil {
		*client = *c.HTTPClient
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &transport{http: client, bound: c.Bound, now: c.Now, log: c.Log}
}

// endpoints are the members of a discovery document that the portal uses.
type endpoints struct {
	Issuer        string `json:"issuer"`
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	Keys          string `json:"jwks_uri"`
	// NamesIssuer reports whether the provider promises iss in every authorization response (RFC 9207).
	NamesIssuer bool `json:"authorization_response_iss_parameter_supported"`
	loadedAt    time.Time
}

// discovery fetches a provider's discovery document on first use and caches it for an hour. While the provider is down,
// the last document stays in use.
type discovery struct {
	base    string // the document is at base + /.well-known/openid-configuration
	issuer  string // the exact issuer that the document must name
	calls   *transport
	current atomic.Pointer[endpoints]
	flight  singleflight.Group
}

func (d *discovery) get(ctx context.Context) (*endpoints, error) {
	current := d.current.Load()
	if current != nil && d.calls.now().Sub(current.loadedAt) < discoveryFresh {
		return current, nil
	}
	fetched, err := d.calls.once(ctx, &d.flight, func(ctx context.Context) (any, error) { return d.fetch(ctx) })
	if err != nil {
		if current != nil {
			return current, nil
		}
		return nil, providerDown("discovery")
	}
	return fetched.(*endpoints), nil
}

// once shares one call among all concurrent callers. The call goes on if the first caller is cancelled.
func (c *transport) once(
	ctx context.Context, flight *singleflight.Group, call func(context.Context) (any, error),
) (any, error) {
	result := flight.DoChan("", func() (any, error) {
		ctx, cancel := c.bound(context.WithoutCancel(ctx))
		defer cancel()
		return call(ctx)
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-result:
		return r.Val, r.Err
	}
}

func (d *discovery) fetch(ctx context.Context) (*endpoints, error) {
	found := &endpoints{loadedAt: d.calls.now()}
	if err := d.calls.fetchJSON(ctx, strings.TrimSuffix(d.base, "/")+"/.well-known/openid-configuration", found); err != nil {
		return nil, err
	}
	if found.Issuer != d.issuer {
		return nil, errors.New("the discovery document names another issuer")
	}
	base, err := url.Parse(d.base)
	if err != nil {
		return nil, err
	}
	for _, endpoint := range []string{found.Authorization, found.Token, found.Keys} {
		// Plain http is accepted only from a provider that is itself on loopback.
		u, err := url.Parse(endpoint)
		if err != nil || u.Host == "" || !secure(u) || portal.Loopback(u.Hostname()) && !portal.Loopback(base.Hostname()) {
			return nil, errors.New("the discovery document names an endpoint that is not https")
		}
	}
	d.current.Store(found)
	return found, nil
}

func (c *transport) fetchJSON(ctx context.Context, address string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the provider returned %s", response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxDocument+1))
	if err != nil {
		return err
	}
	if len(body) > maxDocument {
		return errors.New("the response is too large")
	}
	return json.Unmarshal(body, into)
}
