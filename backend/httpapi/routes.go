package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"fs-client-portal/backend/portal"
)

// Who may call a route: anyone, anyone signed in, or the roles the table in portal/role.go gives a permission.
const (
	anyone   portal.Permission = "anyone"
	signedIn portal.Permission = "signed in"
)

// routes is every route of the API and who may call it.
func (s *server) routes(api huma.API) {
	route(s, api, "GET /healthz", anyone, s.healthy)
	route(s, api, "GET /readyz", anyone, s.ready)
	route(s, api, "GET /.well-known/jwks.json", anyone, s.jwks)

	route(s, api, "GET /v1/auth/providers", anyone, s.providers)
	route(s, api, "POST /v1/auth/attempts", anyone, s.begin)
	route(s, api, "POST /v1/auth/token", anyone, s.redeem)
	route(s, api, "POST /v1/auth/refresh", anyone, s.refresh)
	route(s, api, "POST /v1/auth/logout", signedIn, s.logout)
	route(s, api, "GET /v1/me", signedIn, s.me)
	route(s, api, "GET /v1/sessions", signedIn, s.ownSessions)
	route(s, api, "DELETE /v1/sessions/{id}", signedIn, s.endSession)

	route(s, api, "GET /v1/overview", portal.SeeOverview, s.overview)
	route(s, api, "GET /v1/msps", portal.SeeMSPs, s.msps)
	route(s, api, "GET /v1/msps/facets", portal.SeeMSPs, s.mspFacets)
	route(s, api, "GET /v1/msps/{id}", portal.SeeMSPs, s.msp)
	route(s, api, "GET /v1/clients", portal.SeeClients, s.clients)
	route(s, api, "GET /v1/clients/facets", portal.SeeClients, s.clientFacets)
	route(s, api, "GET /v1/clients/{id}", portal.SeeClients, s.client)

	route(s, api, "GET /v1/invites", portal.ManageInvites, s.invites)
	route(s, api, "POST /v1/invites", portal.ManageInvites, s.invite)
	route(s, api, "POST /v1/invites/claim", signedIn, s.claimInvite)
	route(s, api, "POST /v1/invites/{id}/resend", portal.ManageInvites, s.resendInvite)
	route(s, api, "DELETE /v1/invites/{id}", portal.ManageInvites, s.revokeInvite)

	route(s, api, "GET /v1/users", portal.ManageUsers, s.users)
	route(s, api, "PATCH /v1/users/{id}", portal.ManageUsers, s.changeUser)
	route(s, api, "DELETE /v1/users/{id}/sessions", portal.ManageUsers, s.signOutUser)

	route(s, api, "GET /v1/syncs", portal.SeeSyncs, s.syncs)
	route(s, api, "POST /v1/syncs", portal.RunSync, s.startSync)
	route(s, api, "GET /v1/syncs/{id}", portal.SeeSyncs, s.sync)
	route(s, api, "GET /v1/syncs/{id}/events", portal.SeeSyncs, s.syncEvents)
	route(s, api, "GET /v1/syncs/{id}/changes", portal.SeeSyncs, s.syncChanges)
	route(s, api, "GET /v1/syncs/{id}/review", portal.SeeSyncs, s.syncReview)
	route(s, api, "POST /v1/syncs/{id}/accept", portal.RunSync, s.acceptSync)
	route(s, api, "POST /v1/syncs/{id}/discard", portal.RunSync, s.discardSync)

	route(s, api, "GET /v1/connections", portal.ManageProducts, s.connections)
	route(s, api, "POST /v1/connections", portal.ManageProducts, s.createConnection)
	route(s, api, "POST /v1/connections/test", portal.ManageProducts, s.tryConnection)
	route(s, api, "PATCH /v1/connections/{id}", portal.ManageProducts, s.changeConnection)
	route(s, api, "GET /v1/connections/{id}/fields", portal.ManageProducts, s.fieldMap)
	route(s, api, "PATCH /v1/connections/{id}/fields", portal.ManageProducts, s.changeFieldMap)
	route(s, api, "POST /v1/connections/{id}/fields/preview", portal.ManageProducts, s.previewFieldMap)
	route(s, api, "POST /v1/connections/{id}/fields/seen", portal.ManageProducts, s.seeFieldMap)

	route(s, api, "GET /v1/organisation", portal.ManageOrganisation, s.organisation)
	route(s, api, "PATCH /v1/organisation", portal.ManageOrganisation, s.changeOrganisation)
}

// route registers a handler whose errors become problems, behind the check of who calls.
func route[I, O any](s *server, api huma.API, pattern string, may portal.Permission, handler func(context.Context, *I) (*O, error)) {
	method, path, _ := strings.Cut(pattern, " ")
	operation := huma.Operation{
		OperationID: strings.ToLower(method) + strings.NewReplacer("/", "-", "{", "", "}", "", ".", "").Replace(path),
		Method:      method,
		Path:        path,
		Summary:     pattern,
		Errors:      []int{http.StatusTooManyRequests, http.StatusServiceUnavailable},
		// huma counts a body of so many bytes as too large.
		MaxBodyBytes:    largestBody(path, may) + 1,
		BodyReadTimeout: bodyTime,
	}
	if may == anyone {
		operation.Middlewares = huma.Middlewares{s.limitAddress, s.limitBody, s.limitAnonymous}
	} else {
		operation.Security = []map[string][]string{{"session": {}}}
		operation.Errors = append(operation.Errors, http.StatusUnauthorized, http.StatusForbidden)
		operation.Middlewares = huma.Middlewares{s.authenticate(may), s.limitBody}
	}
	switch {
	case method == http.MethodDelete, path == "/v1/auth/logout", strings.HasSuffix(path, "/seen"):
		operation.DefaultStatus = http.StatusNoContent
	case pattern == "POST /v1/invites", pattern == "POST /v1/connections":
		operation.DefaultStatus = http.StatusCreated
	case pattern == "POST /v1/syncs", pattern == "POST /v1/syncs/{id}/accept":
		operation.DefaultStatus = http.StatusAccepted
	case strings.HasSuffix(path, "/events"):
		operation.Responses = map[string]*huma.Response{"200": {
			Description: "Events named run, each a run as GET /v1/syncs/{id} answers it; ends with the run.",
			Content:     map[string]*huma.MediaType{eventStream: {}},
		}}
	}
	huma.Register(api, operation, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
}
