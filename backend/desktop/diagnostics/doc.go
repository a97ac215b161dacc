// Package diagnostics writes the file that a user may send to support: a zip with the report of the doctor, facts of
// the computer, the sources of the settings and the log. It has no token, name or address.
//
// The log has none by design. A Scrubber is the second layer: of every text it keeps only what it knows to be harmless,
// which are the words of this program's own texts and of the system's errors, short numbers, and loopback addresses.
// Everything else is replaced. So a name is removed without being known, unless it consists of such words alone; the
// names that are known, as the user's and the computer's, are removed in any case.
package diagnostics
