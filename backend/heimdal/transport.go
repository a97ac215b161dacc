package heimdal

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

const (
	userAgent = "FS-Client-Portal"
	// largest is the most an answer may weigh: a million customers of half a kilobyte.
	maxResponseBytes = 512 << 20
	// longest bounds one call from first byte sent to last byte read, longestSilence the time in which less than leastBytes
	// of an answer that has begun arrive, and longestThought the time until it begins.
	callTimeout          = 20 * time.Minute
	defaultIdleTimeout   = time.Minute
	minThroughput        = 4 << 10
	defaultHeaderTimeout = 2 * time.Minute
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

// call makes one call; the caller closes the body.
func (r *reader) send(ctx context.Context, address *url.URL) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	thought := time.AfterFunc(r.headerTimeout, func() { cancel(errIdle) })
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
	response.Body = &throughputBody{ReadCloser: response.Body, idleTimeout: r.idleTimeout, ctx: ctx, cancel: cancel}
	r.record(response)
	return response, nil
}
