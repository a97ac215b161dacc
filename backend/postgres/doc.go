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
// Counts of clients are kept per MSP, and directly under the MSSP, so that the counts of any set of MSPs can be added up:
// client_count by status and type, client_day by day, client_end by the day on which licences end. client_day has the whole
// MSSP in place of what is directly under it, which is the difference. No figure of an MSP or of the overview counts
// clients when it is read. What depends on the present day is read as follows.
//
//   - Licences that have ended, or end within 30 or 90 days: client_end_sum has the sums of client_end as of a day. It is
//     written with every new version of an MSSP and by an hourly job of portal-api, after midnight in each time zone. A
//     reader adds what lies between that day and its own, usually nothing, from client_end (licence_ends.go). So the
//     figures are right from midnight on, however late the job is, and a change of the time zone needs no other code.
//     Sums alone would be wrong until the job has run; client_end alone would cost a sum over all days for each MSP of a
//     list that is sorted by them; cumulative rows of client_end would be rewritten for each licence that is renewed.
//   - Growth: the number of active clients now, less that of the last row of client_day which is 30 days old or older.
//
// Functions of the database write client_end and its sums when the transaction commits that gives an MSSP its new version,
// and count from its clients. So the counts are also right after a merge by a server of an older version, and an error in
// them does not last. They read all clients of the MSSP with a licence end, as a merge does anyway.
//
// What needs attention is never kept, only what users do about it: attention_mark has a row for each line that the users of
// an MSSP or MSP have snoozed or handle, at most 500 for each (attention_marks.go). The overview reads the snoozed rows
// first, each by its key, and leaves them out while it reads the first rows of an index.
//
// The prefix of a file is its subject: auth_ signs in, list_ serves every list, sync_ is for package customersync, and
// sync_merge_ is the transaction that changes MSPs and clients. A file without a prefix has the name of its noun.
package postgres
