// Package httpapi is the portal's HTTP API: it translates between HTTP and the packages that do the work, and decides
// nothing itself.
//
// routes.go has a row for each route: its permission, its handler and what differs from the defaults of status, body
// limit and rate. Authentication, permission and limits are checked before the handler runs. A handler is in the file
// of its noun, gets its viewer from viewerOf, and returns types of package portal. huma validates the input by the tags
// of its type, and makes openapi.json from the same types (go test -run TestOpenAPIDocument -update). A handler of a
// list uses conditionally: if the caller's ETag is current, the response is 304, after a query of the stamp alone.
//
// Errors are problems (RFC 9457): the map statuses in problem.go gives each code of a portal.Error its status. Any
// other error is logged with the request id, and its text does not reach the caller. scope_test.go has a row for each
// route with what each role receives; TestRoutes fails when one is missing.
package httpapi
