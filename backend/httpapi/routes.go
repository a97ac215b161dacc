package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"fs-client-portal/backend/export"
	"fs-client-portal/backend/portal"
)

// Besides the permissions of portal/role.go, a route may be open to everyone, or to every signed-in user.
const (
	anyone   portal.Permission = "anyone"
	signedIn portal.Permission = "signed in"
)

// routes registers every route of the API: its permission, its handler and its options. Without options a route
// returns status 200 and JSON, and reads a body of at most signedInBody bytes (anonymousBody for anyone).
func (s *server) routes(api huma.API) {
	route(s, api, "GET /healthz", anyone, s.healthy)
	route(s, api, "GET /readyz", anyone, s.ready)
	route(s, api, "GET /.well-known/jwks.json", anyone, s.jwks)
	route(s, api, "GET /open/{kind}/{id}", anyone, s.open, page, perPageAddress)

	route(s, api, "GET /v1/auth/providers", anyone, s.providers, perAddress)
	route(s, api, "POST /v1/auth/attempts", anyone, s.begin, perAddress)
	route(s, api, "POST /v1/auth/token", anyone, s.redeem, perAddress)
	route(s, api, "POST /v1/auth/refresh", anyone, s.refresh, perAddress)
	route(s, api, "POST /v1/auth/logout", signedIn, s.logout, noContent)
	route(s, api, "GET /v1/me", signedIn, s.me)
	route(s, api, "GET /v1/sessions", signedIn, s.ownSessions)
	route(s, api, "DELETE /v1/sessions/{id}", signedIn, s.endSession, noContent)

	s.customerRoutes(api)
	s.userRoutes(api)
	s.syncRoutes(api)

	route(s, api, "GET /v1/organisation", portal.ManageOrganisation, s.organisation)
	route(s, api, "PATCH /v1/organisation", portal.ManageOrganisation, s.changeOrganisation)
}

// customerRoutes registers the routes of MSPs and clients, and of what a user keeps about their lists.
func (s *server) customerRoutes(api huma.API) {
	route(s, api, "GET /v1/overview", portal.SeeOverview, s.overview)
	route(s, api, "GET /v1/msps", portal.SeeMSPs, s.msps)
	route(s, api, "GET /v1/msps/facets", portal.SeeMSPs, s.mspFacets)
	route(s, api, "GET /v1/msps/export", portal.Export, s.exportMSPs, file)
	route(s, api, "POST /v1/msps/export", portal.Export, s.exportSelectedMSPs, file, bodyOf(selectionBody))
	route(s, api, "GET /v1/msps/{id}", portal.SeeMSPs, s.msp)
	route(s, api, "GET /v1/clients", portal.SeeClients, s.clients)
	route(s, api, "GET /v1/clients/facets", portal.SeeClients, s.clientFacets)
	route(s, api, "GET /v1/clients/export", portal.Export, s.exportClients, file)
	route(s, api, "POST /v1/clients/export", portal.Export, s.exportSelectedClients, file, bodyOf(selectionBody))
	route(s, api, "GET /v1/clients/{id}", portal.SeeClients, s.client)
	route(s, api, "GET /v1/changes", portal.SeeClients, s.changes)
	route(s, api, "POST /v1/changes/visit", portal.SeeClients, s.visitChanges, noContent)

	route(s, api, "GET /v1/search", portal.SeeClients, s.search)

	route(s, api, "GET /v1/views", portal.SeeClients, s.views)
	route(s, api, "POST /v1/views", portal.SeeClients, s.createView, created)
	route(s, api, "PATCH /v1/views/{id}", portal.SeeClients, s.changeView)
	route(s, api, "DELETE /v1/views/{id}", portal.SeeClients, s.deleteView, noContent)
	route(s, api, "GET /v1/favourites", portal.SeeClients, s.favourites)
	route(s, api, "PUT /v1/favourites/{kind}/{id}", portal.SeeClients, s.markFavourite, noContent)
	route(s, api, "DELETE /v1/favourites/{kind}/{id}", portal.SeeClients, s.unmarkFavourite, noContent)
	route(s, api, "GET /v1/attention/snoozed", portal.HandleAttention, s.snoozed)
	route(s, api, "PUT /v1/attention/{kind}/{id}/snooze", portal.HandleAttention, s.snooze, noContent)
	route(s, api, "DELETE /v1/attention/{kind}/{id}/snooze", portal.HandleAttention, s.endSnooze, noContent)
	route(s, api, "PUT /v1/attention/{kind}/{id}/handler", portal.HandleAttention, s.setHandler, noContent)
	route(s, api, "DELETE /v1/attention/{kind}/{id}/handler", portal.HandleAttention, s.removeHandler, noContent)
	route(s, api, "GET /v1/recents", portal.SeeClients, s.recents)
	route(s, api, "PUT /v1/recents/{kind}/{id}", portal.SeeClients, s.saveRecent, noContent)
}

// userRoutes registers the routes of users and their invites.
func (s *server) userRoutes(api huma.API) {
	route(s, api, "GET /v1/invites", portal.ManageInvites, s.invites)
	route(s, api, "POST /v1/invites", portal.ManageInvites, s.invite, created)
	route(s, api, "POST /v1/invites/claim", signedIn, s.claimInvite)
	route(s, api, "POST /v1/invites/{id}/resend", portal.ManageInvites, s.resendInvite)
	route(s, api, "DELETE /v1/invites/{id}", portal.ManageInvites, s.revokeInvite, noContent)

	route(s, api, "GET /v1/users", portal.ManageUsers, s.users)
	route(s, api, "GET /v1/users/{id}", portal.ManageUsers, s.user)
	route(s, api, "PATCH /v1/users/{id}", portal.ManageUsers, s.changeUser)
	route(s, api, "DELETE /v1/users/{id}/sessions", portal.ManageUsers, s.signOutUser, noContent)
}

// syncRoutes registers the routes of syncs and of the connections to products.
func (s *server) syncRoutes(api huma.API) {
	route(s, api, "GET /v1/syncs", portal.SeeSyncs, s.syncs)
	route(s, api, "POST /v1/syncs", portal.RunSync, s.startSync, accepted)
	route(s, api, "GET /v1/syncs/{id}", portal.SeeSyncs, s.sync)
	route(s, api, "GET /v1/syncs/{id}/events", portal.SeeSyncs, s.syncEvents, events)
	route(s, api, "GET /v1/syncs/{id}/changes", portal.SeeSyncs, s.syncChanges)
	route(s, api, "GET /v1/syncs/{id}/review", portal.SeeSyncs, s.syncReview)
	route(s, api, "GET /v1/syncs/{id}/review/totals", portal.SeeSyncs, s.syncReviewTotals)
	route(s, api, "POST /v1/syncs/{id}/accept", portal.RunSync, s.acceptSync, accepted)
	route(s, api, "POST /v1/syncs/{id}/discard", portal.RunSync, s.discardSync)

	route(s, api, "GET /v1/connections", portal.ManageProducts, s.connections)
	route(s, api, "POST /v1/connections", portal.ManageProducts, s.createConnection, created, perMSSP(s.limits.trials))
	route(s, api, "POST /v1/connections/test", portal.ManageProducts, s.tryConnection, perMSSP(s.limits.trials))
	route(s, api, "PATCH /v1/connections/{id}", portal.ManageProducts, s.changeConnection)
	route(s, api, "GET /v1/connections/{id}/fields", portal.ManageProducts, s.fieldMap)
	route(s, api, "PATCH /v1/connections/{id}/fields", portal.ManageProducts, s.changeFieldMap,
		bodyOf(fieldMapBody), perMSSP(s.limits.fieldMaps))
	route(s, api, "POST /v1/connections/{id}/fields/preview", portal.ManageProducts, s.previewFieldMap,
		bodyOf(fieldMapBody), perMSSP(s.limits.fieldMaps))
	route(s, api, "POST /v1/connections/{id}/fields/seen", portal.ManageProducts, s.seeFieldMap,
		noContent, bodyOf(fieldMapBody))
}

// route registers a handler behind the permission check, and turns its errors into problems.
func route[I, O any](
	s *server, api huma.API, pattern string, may portal.Permission, handler func(context.Context, *I) (*O, error), options ...option,
) {
	row := &routeRow{Operation: s.operation(pattern, may)}
	for _, set := range options {
		set(s, row)
	}
	huma.Register(api, row.Operation, func(ctx context.Context, in *I) (*O, error) {
		if err := row.check(ctx); err != nil {
			return nil, s.problem(ctx, err)
		}
		out, err := handler(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
}

// routeRow is a route with its options.
type routeRow struct {
	huma.Operation
	// limit, if set, limits how often the users of one MSSP together may call the route.
	limit *limit
}

// check counts a request that is valid and permitted.
func (r *routeRow) check(ctx context.Context) error {
	if r.limit == nil {
		return nil
	}
	return limitMSSP(ctx, r.limit)
}

// operation returns a route without options.
func (s *server) operation(pattern string, may portal.Permission) huma.Operation {
	method, path, _ := strings.Cut(pattern, " ")
	operation := huma.Operation{
		OperationID:     strings.ToLower(method) + strings.NewReplacer("/", "-", "{", "", "}", "", ".", "").Replace(path),
		Method:          method,
		Path:            path,
		Summary:         pattern,
		Errors:          []int{http.StatusTooManyRequests, http.StatusServiceUnavailable},
		MaxBodyBytes:    bodyLimit(anonymousBody),
		BodyReadTimeout: bodyTime,
	}
	if may == anyone {
		operation.Middlewares = huma.Middlewares{s.limitBody}
		return operation
	}
	operation.MaxBodyBytes = bodyLimit(signedInBody)
	operation.Security = []map[string][]string{{"session": {}}}
	operation.Errors = append(operation.Errors, http.StatusUnauthorized, http.StatusForbidden)
	operation.Middlewares = huma.Middlewares{s.authenticate(may), s.limitBody}
	return operation
}

// option changes a route's defaults.
type option func(*server, *routeRow)

func created(_ *server, r *routeRow)   { r.DefaultStatus = http.StatusCreated }
func accepted(_ *server, r *routeRow)  { r.DefaultStatus = http.StatusAccepted }
func noContent(_ *server, r *routeRow) { r.DefaultStatus = http.StatusNoContent }

// events marks a route whose response is a stream of events.
func events(_ *server, r *routeRow) {
	r.Responses = map[string]*huma.Response{"200": {
		Description: "Events named run, each a run as GET /v1/syncs/{id} returns it; the stream ends with the run.",
		Content:     map[string]*huma.MediaType{eventStream: {}},
	}}
}

// file marks a route whose response is a file in one of the formats of an export.
func file(_ *server, r *routeRow) {
	content := map[string]*huma.MediaType{}
	for _, kind := range export.ContentTypes {
		content[kind] = &huma.MediaType{}
	}
	r.Responses = map[string]*huma.Response{"200": {
		Description: "The whole list as a file. A response that breaks off is no file. HEAD returns the headers alone.",
		Content:     content,
		Headers: map[string]*huma.Param{
			portal.ExportTotalHeader:  {Description: "The number of rows.", Schema: &huma.Schema{Type: huma.TypeInteger}},
			portal.ExportAgeHeader:    {Description: "When the data was last good.", Schema: &huma.Schema{Type: huma.TypeString}},
			portal.ExportFilterHeader: {Description: "The list's parameters as a query.", Schema: &huma.Schema{Type: huma.TypeString}},
		},
	}}
}

// bodyOf limits a route's body to this many bytes.
func bodyOf(bytes int64) option {
	return func(_ *server, r *routeRow) { r.MaxBodyBytes = bodyLimit(bytes) }
}

// bodyLimit returns the limit for huma, which refuses a body of exactly that size.
func bodyLimit(bytes int64) int64 { return bytes + 1 }

// perMSSP limits how often the users of one MSSP together may call a route.
func perMSSP(l *limit) option {
	return func(_ *server, r *routeRow) { r.limit = l }
}

// perAddress limits the requests of one address, and of all callers who are not signed in.
func perAddress(s *server, r *routeRow) {
	r.Middlewares = append(append(huma.Middlewares{s.limitAddress}, r.Middlewares...), s.limitAnonymous)
}
