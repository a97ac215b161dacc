package desktop

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-resty/resty/v2"

	"fs-client-portal/backend/portal"
)

const (
	requestTimeout = 30 * time.Second
	responseLimit  = 16 << 20
)

// apiClient speaks to one portal API.
type apiClient struct {
	http *resty.Client
	// streams is http without a limit of time.
	streams     *resty.Client
	connections *connections
	cache       etagCache
	log         *slog.Logger
	clock       clock
	// emit sends an event to the screens when a call waits.
	emit func(event string, payload any)
	// certificateAsked is set once the server, or a device that replies in its place, has asked for a client
	// certificate, and until it accepts a call.
	certificateAsked atomic.Bool
}

// request is one call. out receives the JSON response and may be nil. If event is set, the response is a stream of
// events; if save is set, a file.
type request struct {
	method, path string
	query        url.Values
	body, out    any
	token, grant string
	// refreshID is the request id of a refresh.
	refreshID string
	event     func(name string, data []byte) error
	save      func(header http.Header, file io.Reader) error
}

func newAPIClient(baseURL, version string, roots *x509.CertPool, log *slog.Logger) *apiClient {
	c := &apiClient{log: log, clock: systemClock{}, emit: func(string, any) {}}
	c.connections = newConnections(&tls.Config{
		RootCAs: roots, MinVersion: tls.VersionTLS12, GetClientCertificate: c.noteCertificateRequest,
	}, usualLimits)
	c.http = newHTTP(baseURL, version, c.connections).
		SetTimeout(requestTimeout).
		SetResponseBodyLimit(responseLimit).
		SetHeader("Accept", "application/json, application/problem+json")
	c.streams = newHTTP(baseURL, version, c.connections)
	return c
}

func newHTTP(baseURL, version string, transport http.RoundTripper) *resty.Client {
	return resty.New().
		SetTransport(transport).
		SetBaseURL(baseURL).
		// A redirect would send the session to an address that was not configured.
		SetRedirectPolicy(resty.RedirectPolicyFunc(func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		})).
		SetDisableWarn(true).
		SetLogger(silent{}).
		SetHeader("User-Agent", fmt.Sprintf("FS-Client-Portal/%s (%s; %s)", version, runtime.GOOS, runtime.GOARCH))
}

// silent discards resty's own messages, because they may contain URLs.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}

// ask makes one call. A GET that found no connection, or a dead one, is retried once on a new connection. Other calls
// are not, because the API may have received them. Every error is a *Problem.
func (c *apiClient) ask(ctx context.Context, call request) error {
	began := time.Now()
	if call.event != nil {
		err := c.follow(ctx, call)
		c.record(ctx, call, began, err)
		return err
	}
	if call.save != nil {
		err := c.download(ctx, call)
		c.record(ctx, call, began, err)
		return err
	}
	response, err := c.send(ctx, call)
	if call.method == http.MethodGet && ctx.Err() == nil && connectionFailed(err) {
		response, err = c.send(ctx, call)
	}
	if err != nil {
		err = c.unreachable(ctx, err)
	} else {
		c.noteAccepted(response.StatusCode())
		err = c.read(call, response)
	}
	c.record(ctx, call, began, err)
	return err
}

// repeatable reports whether a call may reach the API twice: a refresh may, for its request id.
func (r request) repeatable() bool { return r.method == http.MethodGet || r.refreshID != "" }

// send makes one try. Where that fails, the next one makes a connection of its own.
func (c *apiClient) send(ctx context.Context, call request) (*resty.Response, error) {
	used, guarded, stop := c.connections.inUse(), ctx, func() {}
	if call.repeatable() {
		guarded, stop = c.connections.guard(ctx)
	}
	defer stop()
	response, err := c.execute(guarded, call)
	if err = connectionLost(guarded, err); err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		c.connections.leave(used)
	}
	return response, err
}

func (c *apiClient) execute(ctx context.Context, call request) (*resty.Response, error) {
	r := c.http.R().SetContext(ctx).SetQueryParamsFromValues(call.query)
	if call.token != "" {
		r.SetAuthToken(call.token)
	}
	if call.grant != "" {
		r.SetHeader("Portal-Grant", call.grant)
	}
	if call.refreshID != "" {
		r.SetHeader(portal.RefreshRequestHeader, call.refreshID)
	}
	if call.body != nil {
		r.SetHeader("Content-Type", "application/json").SetBody(call.body)
	}
	if known, found := c.cache.get(call.key()); found && call.method == http.MethodGet {
		r.SetHeader("If-None-Match", known.etag)
	}
	return r.Execute(call.method, call.path)
}

func (r request) key() string { return r.grant + " " + r.path + "?" + r.query.Encode() }

func (c *apiClient) read(call request, response *resty.Response) error {
	body := response.Body()
	if response.StatusCode() == http.StatusNotModified {
		known, found := c.cache.get(call.key())
		if !found {
			return c.notThePortal(http.StatusNotModified)
		}
		body = known.body
	} else if !response.IsSuccess() {
		return c.responseProblem(response)
	}
	if call.out == nil {
		return c.done(response)
	}
	if !isJSON(response) && response.StatusCode() != http.StatusNotModified {
		return c.foreignResponse(response)
	}
	if err := decode(body, call.out); err != nil {
		return c.notThePortal(response.StatusCode())
	}
	if etag := response.Header().Get("ETag"); etag != "" && call.method == http.MethodGet && call.token != "" {
		c.cache.put(call.key(), cachedResponse{etag, body})
	}
	return nil
}

// done returns an error unless the API itself confirms a call without a response body, and not a page of a guest
// network.
func (c *apiClient) done(response *resty.Response) error {
	if response.StatusCode() != http.StatusNoContent && response.Header().Get(portal.APIHeader) == "" && !isJSON(response) {
		return c.foreignResponse(response)
	}
	return nil
}

func isJSON(response *resty.Response) bool {
	kind, _, err := mime.ParseMediaType(response.Header().Get("Content-Type"))
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// decode reads one JSON value. Unknown fields belong to a newer API and are ignored. A missing list becomes an empty
// one, because a nil slice would reach JavaScript as null.
func decode(body []byte, out any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(out); err != nil {
		return err
	}
	fillLists(out)
	return nil
}

func (c *apiClient) responseProblem(response *resty.Response) *Problem {
	var document struct {
		Code      portal.Code          `json:"code"`
		Detail    string               `json:"detail"`
		Title     string               `json:"title"`
		Field     string               `json:"field"`
		RequestID string               `json:"request_id"`
		Address   string               `json:"address"`
		Invites   []portal.InviteOffer `json:"invites"`
	}
	p := &Problem{status: response.StatusCode(), RetryAfter: retryAfter(response.Header(), c.clock.Now())}
	if isProblem(response) && json.Unmarshal(response.Body(), &document) == nil {
		p.proven = document.Code != "" && response.Header().Get(portal.APIHeader) != ""
		p.fromAPI = p.proven || slices.Contains(codesBeforeHeader, document.Code)
	}
	if p.fromAPI {
		p.Code, p.Field, p.RequestID = document.Code, document.Field, document.RequestID
		p.Message, p.SignedInAs, p.Invites = document.Detail, document.Address, document.Invites
		if p.Message == "" {
			p.Message = document.Title
		}
		return p
	}
	foreign := c.foreignResponse(response)
	foreign.status, foreign.RetryAfter = p.status, p.RetryAfter
	return foreign
}

func isProblem(response *resty.Response) bool {
	kind, _, err := mime.ParseMediaType(response.Header().Get("Content-Type"))
	return err == nil && kind == "application/problem+json"
}

// codesBeforeHeader are the codes of an API from before the header Portal-Api. Their texts are shown, and a refused
// call is repeated with a renewed session, but they end no session.
var codesBeforeHeader = []portal.Code{
	portal.Invalid, portal.Unauthenticated, portal.SessionRevoked, portal.GrantChanged, portal.Forbidden, portal.NotFound,
	portal.Conflict, portal.SyncRunning, portal.NoProduct, portal.ProductRefused, portal.NoInvite, portal.InviteCodeRequired,
	"invite_code_wrong", portal.InviteClosed, portal.TenantNotAllowed, portal.Deactivated, portal.AttemptExpired,
	portal.ProviderDown, portal.ProviderRefused, portal.TooManyRequests, portal.TooLarge, portal.Unavailable, portal.Internal,
}

// notOurAPI returns the Problem of a response from an unknown sender.
func notOurAPI() *Problem {
	return finding{cause: causeWrongAddress, status: strconv.Itoa(http.StatusOK)}.problem(portal.Unavailable, "")
}

// connectionFailed reports a connection that was refused or broke; one that was only slow would be as slow again.
func connectionFailed(err error) bool {
	var slow net.Error
	if err == nil || certificateError(err) || errors.Is(err, resty.ErrResponseBodyTooLarge) {
		return false
	}
	if _, refused := remoteAlert(err); refused {
		return false // the handshake, which would be refused again
	}
	return !errors.As(err, &slow) || !slow.Timeout()
}

func certificateError(err error) bool {
	var unverified *tls.CertificateVerificationError
	return errors.As(err, &unverified)
}

func (c *apiClient) record(ctx context.Context, call request, began time.Time, err error) {
	took := slog.Int64("ms", time.Since(began).Milliseconds())
	where := slog.String("call", call.method+" "+call.path)
	if err == nil {
		c.log.DebugContext(ctx, "api", where, took)
		return
	}
	p := ProblemOf(err)
	c.log.WarnContext(ctx, "api", where, took, slog.String("code", string(p.Code)),
		slog.String("cause", p.Cause), slog.String("evidence", p.evidence), slog.Int("status", p.status),
		slog.String("request_id", p.RequestID))
}
