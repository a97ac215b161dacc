package heimdal

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"fs-client-portal/backend/portal"
)

const (
	userAgent = "FS-Client-Portal"
	// largest is the most an answer may weigh: a million customers of half a kilobyte.
	largest = 512 << 20
	// longest bounds one call from first byte sent to last byte read, longestSilence the time in which less than leastBytes
	// of an answer that has begun arrive, and longestThought the time until it begins.
	longest        = 20 * time.Minute
	longestSilence = time.Minute
	leastBytes     = 4 << 10
	longestThought = 2 * time.Minute
)

var (
	errRedirect = errors.New("redirect refused")
	errSilence  = errors.New("nothing came")
)

// newHTTP follows redirects on the same host only, for the key belongs to nobody else, and none that hc refuses.
func newHTTP(hc *http.Client, address *url.URL) *http.Client {
	var client http.Client
	if hc != nil {
		client = *hc
	}
	if client.Transport == nil {
		client.Transport = http.DefaultTransport
	}
	if client.Timeout == 0 {
		client.Timeout = longest
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

// call makes one call; the caller closes the body.
func (r *reader) call(ctx context.Context, address *url.URL) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	thought := time.AfterFunc(r.thought, func() { cancel(errSilence) })
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, r.connectionError(ctx, err)
	}
	request.Header.Set("Authorization", "Bearer "+r.apiKey)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", userAgent)
	response, err := r.http.Do(request)
	thought.Stop()
	if err != nil {
		defer cancel(nil)
		return nil, r.connectionError(ctx, err)
	}
	response.Body = &throughputBody{ReadCloser: response.Body, silence: r.silence, ctx: ctx, cancel: cancel}
	r.record(response)
	return response, nil
}

func (r *reader) connectionError(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, errRedirect):
		return errorf(portal.Redirected, "%s sends the request on to another address. The key was not sent there. Check the base URL.", r.address.Host)
	case context.Cause(ctx) == errSilence: //nolint:errorlint // it is set as it is
		err = context.DeadlineExceeded
	}
	return connectionError(r.address.Host, err)
}

// throughputBody is a response body whose Read fails once its throughput stays below the minimum for longer than silence.
// The time that its reader takes does not count.
type throughputBody struct {
	io.ReadCloser
	silence time.Duration
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	// received counts bytes since leastBytes were last complete, and waited is how long the reads for them took.
	received int
	waited   time.Duration
}

func (b *throughputBody) Read(p []byte) (int, error) {
	left := b.silence - b.waited
	if b.timer == nil {
		b.timer = time.AfterFunc(left, func() { b.cancel(errSilence) })
	} else {
		b.timer.Reset(left)
	}
	begin := time.Now()
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	b.waited += time.Since(begin)
	if b.received += n; b.received >= leastBytes {
		b.received, b.waited = 0, 0
	}
	if err != nil && context.Cause(b.ctx) == errSilence { //nolint:errorlint // it is set as it is
		err = context.DeadlineExceeded
	}
	return n, err
}

func (b *throughputBody) Close() error {
	b.cancel(nil)
	return b.ReadCloser.Close()
}

// capped reads at most left bytes, then answers errLarge.
type capped struct {
	io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errLarge
	}
	n, err := c.Reader.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// ask calls until the answer is another than that it should ask again later, and reads it. While a run is under way
// it also waits out what may pass, for the calls before this one should not have been in vain.
func (r *reader) ask(ctx context.Context, state *portal.ReadState, address *url.URL, add func(portal.Customer) error) (*answer, error) {
	for {
		if err := r.turn(ctx, &state.Progress); err != nil {
			return nil, err
		}
		a, later, err := r.once(ctx, address, add)
		if later == nil {
			state.Refusals = 0
			return a, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if later.unless && state.Progress.Calls == 0 {
			return nil, later.cause
		}
		if err := r.backOff(ctx, state, later.retryAfter, later.cause); err != nil {
			return nil, err
		}
	}
}

// later is why to ask again later.
type later struct {
	cause      *portal.CallError
	retryAfter string
	unless     bool // only if there were calls before
}

// once makes one call and reads its answer; later is set if nothing was handed over and it is worth another try.
func (r *reader) once(ctx context.Context, address *url.URL, add func(portal.Customer) error) (*answer, *later, error) {
	response, err := r.call(ctx, address)
	if err != nil {
		return nil, passing(err), err
	}
	defer response.Body.Close()
	retryAfter := response.Header.Get("Retry-After")
	if err := r.status(response.StatusCode); err != nil {
		switch response.StatusCode {
		case http.StatusTooManyRequests:
			return nil, &later{cause: err, retryAfter: retryAfter}, err
		case http.StatusServiceUnavailable:
			return nil, &later{cause: err, retryAfter: retryAfter, unless: retryAfter == ""}, err
		}
		return nil, passing(err), err
	}
	handed := 0
	a, err := r.read(response, func(c portal.Customer) error {
		handed++
		return add(c)
	})
	var message *messageError
	if !errors.As(err, &message) {
		return a, nil, err
	}
	refusal := r.refusal(message.text)
	if handed > 0 {
		return nil, nil, incompletef("Heimdal broke its answer off after %d customers. It says: %q.", handed, quoted(message.text, r.apiKey))
	}
	if refusal.Code == portal.RateLimited {
		return nil, &later{cause: refusal, retryAfter: retryAfter}, refusal
	}
	return nil, nil, refusal
}

// passing says that an error may pass, nil if it does not.
func passing(err error) *later {
	var e *portal.CallError
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Code {
	case portal.ServerError, portal.TimedOut, portal.Unreachable:
		return &later{cause: e, unless: true}
	}
	return nil
}

// read hands every customer of a good answer to add.
func (r *reader) read(response *http.Response, add func(portal.Customer) error) (*answer, error) {
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		return nil, errWebPage
	}
	if response.ContentLength > r.largest {
		return nil, errLarge
	}
	a, err := decode(&capped{response.Body, r.largest}, r.customerID, r.apiKey, r.decided, add)
	if err != nil {
		return a, err
	}
	return a, a.judge(r.harmless, response.Header, response.Trailer)
}

func (r *reader) status(status int) *portal.CallError {
	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return errorf(portal.BadKey, "Heimdal does not accept the API key (status %d). Check that it is still valid and may see this customer id, or replace it.", status)
	case status == http.StatusNotFound:
		return errorf(portal.NoEndpoint, "There is no customers endpoint at the base URL (status 404). Check the base URL.")
	case status == http.StatusTooManyRequests:
		return errorf(portal.RateLimited, "Heimdal answers \"too many requests\". Another program may be using the same key or address; the next run tries again.")
	case status >= 500:
		return errorf(portal.ServerError, "Heimdal answered with an error of its own (status %d). The next run tries again; if it stays so, tell Heimdal's support.", status)
	case status == http.StatusProxyAuthRequired:
		return errProxy
	case status == http.StatusNoContent:
		return errNoContent
	case status >= 400:
		return errorf(portal.Refused, "Heimdal refused the request (status %d). Check the customer id and the base URL.", status)
	}
	return errorf(portal.Garbage, "Heimdal answered with status %d instead of customers. %s", status, askSupport)
}

// refusal is a message that came with status 200.
func (r *reader) refusal(message string) *portal.CallError {
	said := quoted(message, r.apiKey)
	if lower := strings.ToLower(message); strings.Contains(lower, "rate limit") || strings.Contains(lower, "too many") {
		return errorf(portal.RateLimited, "Heimdal says: %q. Another program may be using the same key; the next run tries again.", said)
	}
	return errorf(portal.BadKey, "Heimdal does not accept the API key or the customer id. It says: %q. Check both, or replace the key.", said)
}
