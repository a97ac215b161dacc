// Package heimdal speaks the customers endpoint of Heimdal's dashboard API: it asks at the pace the API allows and reads
// what comes back tolerantly, but whole or not at all. It knows nothing of the portal's tables.
package heimdal

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"fs-client-portal/backend/portal"
)

const (
	userAgent = "FS-Client-Portal"
	// largest is the most an answer may weigh: a million customers of half a kilobyte.
	largest = 512 << 20
	// longest bounds one call from first byte sent to last byte read.
	longest = 10 * time.Minute
)

// Client asks for the customers under one Heimdal customer id with one API key. It paces its own calls, however many
// goroutines share it.
type Client struct {
	address *url.URL
	apiKey  string
	http    *http.Client
	pace    *rate.Limiter
	clock   clock
	largest int64
}

// New makes a client of the API at baseURL, which must be https, or http on loopback; perMinute 0 sets no pace. hc may be
// nil; it is copied, never changed. The error is a portal.Error naming the parameter.
func New(baseURL, customerID, apiKey string, perMinute int, hc *http.Client) (*Client, error) {
	address, err := customersURL(baseURL, customerID)
	if err != nil {
		return nil, err
	}
	apiKey = strings.TrimSpace(apiKey)
	if !printable(apiKey) {
		return nil, portal.InvalidField("api_key", "The API key must be one line of printable characters without spaces.")
	}
	return &Client{
		address: address, apiKey: apiKey, http: newHTTP(hc, address),
		pace: newPace(perMinute), clock: realClock{}, largest: largest,
	}, nil
}

func printable(key string) bool {
	for _, r := range key {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return key != ""
}

// customersURL appends the endpoint to baseURL.
func customersURL(baseURL, customerID string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimSpace(baseURL))
	if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, portal.InvalidField("base_url", "The base URL must look like https://rc-dashboard.heimdalsecurity.com/api/heimdalapi.")
	}
	if base.Scheme != "https" && (base.Scheme != "http" || !loopback(base.Hostname())) {
		return nil, portal.InvalidField("base_url", "The base URL must begin with https://; plain http is accepted for loopback alone.")
	}
	customerID = strings.TrimSpace(customerID)
	if customerID == "" {
		return nil, portal.InvalidField("customer_id", "The Heimdal customer id is empty.")
	}
	address := base.JoinPath("customers")
	address.RawQuery = url.Values{"customerId": {customerID}}.Encode()
	return address, nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

var errRedirect = errors.New("redirect refused")

// newHTTP follows redirects on the same host only: the key belongs to nobody else.
func newHTTP(hc *http.Client, address *url.URL) *http.Client {
	var client http.Client
	if hc != nil {
		client = *hc
	}
	if client.Transport == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.ResponseHeaderTimeout = 2 * time.Minute
		client.Transport = transport
	}
	if client.Timeout == 0 {
		client.Timeout = longest
	}
	client.Jar = nil
	client.CheckRedirect = func(next *http.Request, before []*http.Request) error {
		if next.URL.Scheme != address.Scheme || next.URL.Host != address.Host || len(before) > 3 {
			return errRedirect
		}
		return nil
	}
	return &client
}

// Customers answers every customer of one complete, well-formed answer. Otherwise it answers an *portal.CallError, or ctx's own
// error once ctx has ended.
func (c *Client) Customers(ctx context.Context) ([]portal.Customer, error) {
	response, err := c.ask(ctx)
	if err != nil {
		return nil, ownEnd(ctx, err)
	}
	defer response.Body.Close()
	var list collector
	if err := c.read(response, list.add); err != nil {
		return nil, ownEnd(ctx, err)
	}
	return list.customers, list.complete()
}

// ownEnd prefers the caller's own end of ctx to whatever it broke.
func ownEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// ask calls until the answer is another than "too often"; the caller closes the body.
func (c *Client) ask(ctx context.Context) (*http.Response, error) {
	for n := 0; ; n++ {
		if err := c.turn(ctx); err != nil {
			return nil, err
		}
		response, err := c.call(ctx)
		if err != nil {
			return nil, connectionError(c.address.Host, err)
		}
		if response.StatusCode != http.StatusTooManyRequests {
			return response, nil
		}
		response.Body.Close()
		wait := c.pause(response, n)
		if n+1 == tries || wait > patience {
			return nil, errorf(portal.RateLimited, "Heimdal still answers \"too many requests\" after %d tries. Another program may be using the same address; the next run tries again.", n+1)
		}
		if err := c.clock.Sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

func (c *Client) call(ctx context.Context) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.address.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.apiKey)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", userAgent)
	return c.http.Do(request)
}

// read hands every customer of a good answer to add.
func (c *Client) read(response *http.Response, add func(portal.Customer) error) error {
	if err := c.status(response.StatusCode); err != nil {
		return err
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		return errWebPage
	}
	if response.ContentLength > c.largest {
		return errTooLarge
	}
	err := decode(&capped{response.Body, c.largest}, add)
	var message *messageError
	if errors.As(err, &message) {
		return c.refusal(message.text)
	}
	return err
}

func (c *Client) status(status int) error {
	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return errorf(portal.BadKey, "Heimdal does not accept the API key (status %d). Check that it is still valid and may see this customer id.", status)
	case status == http.StatusNotFound:
		return errorf(portal.NoEndpoint, "There is no customers endpoint at the base URL (status 404). Check the base URL.")
	case status >= 500:
		return errorf(portal.ServerError, "Heimdal answered with an error of its own (status %d). The next run tries again.", status)
	case status >= 400:
		return errorf(portal.Refused, "Heimdal refused the request (status %d). Check the customer id and the base URL.", status)
	}
	return errorf(portal.Garbage, "Heimdal answered with status %d instead of customers.", status)
}

// refusal is a message that came with status 200.
func (c *Client) refusal(message string) error {
	said := strings.ReplaceAll(message, c.apiKey, "…")
	if lower := strings.ToLower(said); strings.Contains(lower, "rate limit") || strings.Contains(lower, "too many") {
		return errorf(portal.RateLimited, "Heimdal says: %q.", said)
	}
	return errorf(portal.BadKey, "Heimdal does not accept the API key or the customer id. It says: %q.", said)
}
