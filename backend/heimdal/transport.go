package heimdal

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"fs-client-portal/backend/connector"
)

const (
	userAgent = "FS-Client-Portal"
	// maxResponseBytes is enough for a million customers of half a kilobyte.
	maxResponseBytes = 512 << 20
	// callTimeout bounds one request, from the first byte sent to the last byte read.
	callTimeout = 20 * time.Minute
	// defaultHeaderTimeout bounds the wait for a response to begin.
	defaultHeaderTimeout = 2 * time.Minute
	// defaultIdleTimeout is how long less than minThroughput bytes of a response may arrive.
	defaultIdleTimeout = time.Minute
	minThroughput      = 4 << 10
)

var (
	errRedirect = errors.New("redirect refused")
	errIdle     = errors.New("nothing was received")
)

// transport sends the requests of one connection at the allowed rate. It knows nothing of what a response contains.
type transport struct {
	host     string
	apiKey   string
	http     *http.Client
	recorder *recorder

	clock    connector.Clock
	pace     *pace
	interval time.Duration // between two requests; 0: no limit
	tries    int
	waiting  func(time.Time)
	calling  func(time.Time)

	maxBytes      int64
	headerTimeout time.Duration
	idleTimeout   time.Duration
}

// newTransport returns the transport of a connection. The options' clock and hooks may be nil.
func newTransport(address *url.URL, apiKey string, p *pace, o connector.Options) transport {
	t := transport{
		host: address.Host, apiKey: apiKey, http: newHTTP(o.HTTPClient, address), recorder: newRecorder(o.Record),
		clock: o.Clock, pace: p, tries: maxTries, waiting: o.Waiting, calling: o.Calling,
		maxBytes: maxResponseBytes, headerTimeout: defaultHeaderTimeout, idleTimeout: defaultIdleTimeout,
	}
	if o.PerMinute > 0 {
		t.interval = time.Minute / time.Duration(o.PerMinute)
	}
	if t.clock == nil {
		t.clock = connector.RealClock{}
	}
	if t.waiting == nil {
		t.waiting = func(time.Time) {}
	}
	if t.calling == nil {
		t.calling = func(time.Time) {}
	}
	return t
}

// newHTTP returns a copy of hc that keeps no cookies and follows redirects on the same host only, so that the key is
// not sent to another one. It follows none that hc refuses.
func newHTTP(hc *http.Client, address *url.URL) *http.Client {
	var client http.Client
	if hc != nil {
		client = *hc
	}
	if client.Transport == nil {
		client.Transport = http.DefaultTransport
	}
	if client.Timeout == 0 {
		client.Timeout = callTimeout
	}
	client.Jar = nil
	refuses := client.CheckRedirect
	client.CheckRedirect = func(next *http.Request, before []*http.Request) error {
		if refuses != nil && refuses(next, before) != nil {
			return errRedirect
		}
		if next.URL.Scheme != address.Scheme || next.URL.Host != address.Host || len(before) > 3 {
			return errRedirect
		}
		return nil
	}
	return &client
}

// get sends one request. A response has status 200, and the caller closes its body. The error is a
// *connector.CallError, or a *retryable one.
func (t *transport) get(ctx context.Context, address *url.URL) (*http.Response, error) {
	response, err := t.send(ctx, address)
	if err != nil {
		return nil, retryMidRun(err)
	}
	refusal := statusError(response.StatusCode)
	if refusal == nil {
		return response, nil
	}
	defer response.Body.Close()
	retryAfter := response.Header.Get("Retry-After")
	switch response.StatusCode {
	case http.StatusTooManyRequests:
		return nil, &retryable{CallError: refusal, retryAfter: retryAfter}
	case http.StatusServiceUnavailable:
		return nil, &retryable{CallError: refusal, retryAfter: retryAfter, midRun: retryAfter == ""}
	}
	return nil, retryMidRun(refusal)
}

// send sends one request and returns the response with any status.
func (t *transport) send(ctx context.Context, address *url.URL) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	timeout := time.AfterFunc(t.headerTimeout, func() { cancel(errIdle) })
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, t.sendError(ctx, err)
	}
	request.Header.Set("Authorization", "Bearer "+t.apiKey)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", userAgent)
	response, err := t.http.Do(request)
	timeout.Stop()
	if err != nil {
		defer cancel(nil)
		return nil, t.sendError(ctx, err)
	}
	response.Body = &throughputBody{ReadCloser: response.Body, idleTimeout: t.idleTimeout, ctx: ctx, cancel: cancel}
	t.recorder.record(response)
	return response, nil
}
