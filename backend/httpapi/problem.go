package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// Problem is the body of every error response (RFC 9457).
type Problem struct {
	Type      string      `json:"type" doc:"Always about:blank; code identifies the problem."`
	Title     string      `json:"title"`
	Status    int         `json:"status"`
	Detail    string      `json:"detail"`
	Code      portal.Code `json:"code"`
	RequestID string      `json:"request_id,omitempty"`
	Field     string      `json:"field,omitempty" doc:"The invalid parameter, if any."`
	// RetryAfter repeats the header of that name.
	RetryAfter int `json:"retry_after,omitempty" doc:"Seconds to wait: the rate limit is exceeded or the portal is not available."`
	// Address and Invites are those of portal.Error.
	Address string               `json:"address,omitempty" doc:"The e-mail address that signed in, where it claimed no invite."`
	Invites []portal.InviteOffer `json:"invites,omitempty" doc:"With invite_choice: send the request again with invite_ids."`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus and ContentType implement huma's interfaces.
func (p *Problem) GetStatus() int { return p.Status }

func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders returns WWW-Authenticate for every 401 (RFC 9110 section 11.6.1), and Retry-After where RetryAfter is
// set.
func (p *Problem) GetHeaders() http.Header {
	if p.RetryAfter > 0 {
		return http.Header{"Retry-After": {strconv.Itoa(p.RetryAfter)}}
	}
	if p.Status != http.StatusUnauthorized {
		return nil
	}
	return http.Header{"Www-Authenticate": {"Bearer"}}
}

// statuses maps each error code to its HTTP status.
var statuses = map[portal.Code]int{
	portal.Invalid:            http.StatusUnprocessableEntity,
	portal.Unauthenticated:    http.StatusUnauthorized,
	portal.SessionRevoked:     http.StatusUnauthorized,
	portal.GrantChanged:       http.StatusUnauthorized,
	portal.Forbidden:          http.StatusForbidden,
	portal.NotFound:           http.StatusNotFound,
	portal.Conflict:           http.StatusConflict,
	portal.SyncRunning:        http.StatusConflict,
	portal.NoProduct:          http.StatusConflict,
	portal.ProductRefused:     http.StatusUnprocessableEntity,
	portal.NoInvite:           http.StatusForbidden,
	portal.InviteCodeRequired: http.StatusForbidden,
	portal.InviteCodeInvalid:  http.StatusForbidden,
	portal.InviteChoice:       http.StatusConflict,
	portal.InviteClosed:       http.StatusForbidden,
	portal.TenantNotAllowed:   http.StatusForbidden,
	portal.Deactivated:        http.StatusForbidden,
	portal.AttemptExpired:     http.StatusBadRequest,
	portal.ProviderDown:       http.StatusBadGateway,
	portal.ProviderRefused:    http.StatusBadRequest,
	portal.TooManyRequests:    http.StatusTooManyRequests,
	portal.TooLarge:           http.StatusRequestEntityTooLarge,
	portal.Unavailable:        http.StatusServiceUnavailable,
}

// outageRetry is the Retry-After while the database is not available.
const outageRetry = 5 * time.Second

// problem returns the response for an error. Only the detail of a portal.Error reaches the client; any other error is
// logged with the request id.
func (s *server) problem(ctx context.Context, err error) *Problem {
	var known *portal.Error
	if errors.As(err, &known) && statuses[known.Code] != 0 {
		p := newProblem(ctx, statuses[known.Code], known.Code, known.Detail, known.Field)
		if known.Code == portal.TooManyRequests || known.Code == portal.Unavailable {
			p.RetryAfter = wholeSeconds(known.Wait)
		}
		p.Address, p.Invites = known.Address, known.Invites
		return p
	}
	var down *postgres.Outage
	if errors.As(err, &down) {
		s.Log.WarnContext(ctx, "database not available", "request_id", requestID(ctx), "error", err)
		p := newProblem(ctx, http.StatusServiceUnavailable, portal.Unavailable,
			"The portal's database is not available at the moment. Try again in a few seconds.", "")
		p.RetryAfter = wholeSeconds(outageRetry)
		return p
	}
	if errors.Is(err, context.Canceled) {
		return newProblem(ctx, http.StatusServiceUnavailable, portal.Unavailable, "The request was cancelled.", "")
	}
	s.Log.ErrorContext(ctx, "request failed", "request_id", requestID(ctx), "error", err)
	return newProblem(ctx, http.StatusInternalServerError, portal.Internal,
		"An internal error occurred. Nothing was changed. Try again; if the error persists, report the request id.", "")
}

func newProblem(ctx context.Context, status int, code portal.Code, detail, field string) *Problem {
	return &Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: detail, Code: code, RequestID: requestID(ctx), Field: field,
	}
}

// writeProblem writes p outside of huma's routes.
func writeProblem(w http.ResponseWriter, ctx context.Context, p *Problem) {
	wait := p.RetryAfter
	p = newProblem(ctx, p.Status, p.Code, p.Detail, p.Field)
	p.RetryAfter = wait
	w.Header().Set("Content-Type", p.ContentType(""))
	w.Header().Set("Cache-Control", "no-store")
	maps.Copy(w.Header(), p.GetHeaders())
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may have gone
}

// Errors that huma detects become a Problem too. The hooks are package variables of huma.
func init() {
	huma.NewError = func(status int, detail string, causes ...error) huma.StatusError {
		return problemOf(context.Background(), status, detail, causes)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, detail string, causes ...error) huma.StatusError {
		return listParameters(problemOf(ctx.Context(), status, detail, causes), ctx.Operation())
	}
}

// problemOf names the first invalid field. It never repeats the value, which may be personal or secret.
func problemOf(ctx context.Context, status int, detail string, causes []error) *Problem {
	code := portal.Invalid
	switch {
	case status == http.StatusRequestEntityTooLarge:
		code, detail = portal.TooLarge, tooLarge
	case status >= http.StatusInternalServerError:
		code, detail = portal.Internal, "An internal error occurred."
	}
	for _, cause := range causes {
		var found *huma.ErrorDetail
		if !errors.As(cause, &found) {
			continue
		}
		field := strings.TrimPrefix(strings.TrimPrefix(found.Location, "body."), "query.")
		return newProblem(ctx, status, code, strings.TrimSpace(field+": "+found.Message), field)
	}
	return newProblem(ctx, status, code, detail, "")
}
