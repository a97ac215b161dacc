// Package postgres holds every SQL statement of the portal.
//
// Every statement runs through one of two functions: As, which uses the database role of the viewer's level with the
// viewer's scope set, and system, which uses one of the server's own narrow roles. The login of the pool owns nothing
// and has no privileges of its own. A query of a viewer also names its scope (scope.go), so that it uses the scope's
// index; if a query forgets it, the policies of migrations/00002_scope.sql still apply.
//
// A read is one round trip: As(viewer).Read sends the check of the viewer, the scope and all queries in one batch, and
// collect, collectRow and scanRow read the results. A list is a page by key (newKeyset, cutPage), its filters are a
// table (list_filters.go), and its total comes from kept counts. Responses with the same Stamp are equal.
//
// The prefix of a file is its subject: auth_ signs in, list_ serves every list, sync_ is for package customersync, and
// sync_merge_ is the transaction that changes MSPs and clients. A file without a prefix has the name of its noun.
package postgres
