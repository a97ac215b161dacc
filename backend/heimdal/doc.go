// Package heimdal is the connector of Heimdal's dashboard API. It reads the customers endpoint, of which little is
// documented, at the rate that the API allows. It is tolerant of spellings and shapes, but a response is read
// completely or not at all. The package knows nothing of the portal's tables, nor of its callers.
//
// # The four parts
//
//	connector.Reader          reader: one request per Call
//	                          │
//	   ┌──────────────────────┼──────────────────────────────┐
//	   ▼                      ▼                              ▼
//	transport              envelope ───────▶ customer      paging
//	sends a request,       splits a response, one          decides from the metadata
//	keeps the rate,        object at a time, and           which page, reseller or
//	retries, limits        reads the metadata              customer is requested next
//	                       beside the customers
//
// Files begin with the name of their part. Calls go along the arrows only: no part calls the reader, paging uses the
// envelope's result, and the envelope maps each object with the functions of customer. The single callback is emitFunc,
// which the reader passes to decode: it gives each customer to the traversal and then to the caller. json_*.go split
// JSON for all parts, redact.go and quote*.go prepare texts for errors, and shape*.go record the shape of responses.
// TestLayers checks the arrows.
//
// # Transport
//
// Requests to one endpoint with one key are spaced evenly. "Too many requests", by status or by message, and 503 with a
// Retry-After are waited for, as long as the response asks or 60 to 120 s with jitter, five tries in all. Once a run
// has completed a call, it also retries every error that may be temporary. Limits: 512 MiB a response, 2 minutes until
// it begins, 4 KiB a minute while it is read, 20 minutes in all. The key is sent to the host of the base URL only, and
// over https except on loopback. TestTransport, TestPace, TestRetry.
//
// # JSON: what splits it
//
// jsontext splits a response while it is read and checks that it is well-formed. It has no limit of size, and one of
// 10,000 levels, so the scanner limits both: 1 MiB a value, 1 KiB a member's name, 64 levels, 1 MiB of white space. The
// values of a customer are then split in memory by eachPart, which does not check them again: with a decoder for each
// object a customer took 2.2 KiB instead of 0.7. Decided on 2026-11-30: compared with a scanner of our own this is 103
// lines fewer and 20% less time a customer. Memory is the same, and so are the refusals, except for white space.
// TestEnvelopeLimits, BenchmarkDecode.
//
// # Envelope: what a response can be
//
// Certain is only one address, a bearer key, and an array of objects with the id first and the name second, and a type
// that is RESELLER or CORP. Anything else is possible.
//
//	A response is                          It is
//	an array                               complete
//	{items, totalCount} or similar         complete if the counts agree; else the next page is requested:
//	                                       pageNumber and pageSize, or a link on the same host
//	a full page with a number, no total    followed by the next page, until one is not full
//	a list without a total, and beside it  refused: incomplete
//	any number, yes or remark that may
//	mean that more follow
//	a sign in a member or header, by the   refused: incomplete, and the error names the sign
//	tables in envelope_signs.go, of more
//	customers, of a failure, or of a
//	total that cannot be read
//	a total, also in a header, that is     refused: incomplete
//	not the number of customers
//	an offset, a cursor                    refused: incomplete
//	pages that are empty, repeat, or       refused: incomplete
//	contradict each other
//	one customer                           complete
//	customers in customers                 read to 32 levels; each is under the nearest MSP around it
//	an envelope around that list, one      read in the same way; the envelope's members count as signs
//	customer in its place, an object of
//	customers by their ids
//	customers, by their types, in a list   refused: incomplete, and the error names the list
//	under another name in a customer
//	a list in a customer whose members     refused: they may be customers or devices
//	have no type
//	a message with status 200, alone or    refused: bad_key, or waited for if it is about the rate
//	beside an empty list
//	an error beside customers              refused: incomplete
//	HTML, another encoding, a truncated    refused with an error of its own
//	text, two lists, two ids, a second
//	document
//
// Members and headers are looked up in the same three tables: signs of more customers, of a total, of a failure. A sign
// that is accounted for, because the next page is read or a total agrees, has no effect. Any other one makes the
// response incomplete, and CallError.Sign names it: as the member was sent, with the objects it is in ("meta.hasMore"),
// or as "header X-Has-More". Names that are in no table are matched by how they begin or end (signPatterns). A text
// that mentions a part of more, and a second list of customers, are signs under any name. An admin can declare one name
// harmless for the connection; it is compared without case and separators. A total that is not the number of customers
// has no Sign and cannot be declared harmless, nor can a refusal or malformed JSON. TestEnvelope, TestSigns,
// TestHarmless.
//
// # Customer: which member fills which field
//
//	A field is
//	under any name of the table aliases    read; case, spaces, _ and - do not matter
//	null, "", "N/A", "-" or missing        empty
//	0, -1, "none", a GUID of zeros         empty, as a parent
//	a number in a string                   read if it has digits only: "1,000" and "1.000" are ambiguous
//	an ambiguous date, as 03/04/2027       empty
//	yes, no, Y, N, 1, 0, "true", "false"   read as a yes or no; any other value is unknown
//	a licence count, type, SPLA, expiry    read from the customer, or from licence objects (licenseInfo, licensing
//	                                       and so on), two levels deep; the customer's own members come first
//	a count beside a list of licences      the customer's; the list is not added
//	a list of licences, one per module     summed over the elements that have the count; unknown if one cannot be
//	                                       read. Licences come before products with counts. The products are those
//	                                       of the elements where no member lists them
//	an expiry or a type beside a list of   the customer's; the list is ignored
//	licences
//	expiries in a list of licences         the earliest of the licences that have not ended, since that one needs
//	                                       attention first; unknown if one of them cannot be read. If all have
//	                                       ended, the latest. A licence has ended if it says so (status expired or
//	                                       cancelled, active: false), not by its date: a past date on a licence
//	                                       that is still running is overdue
//	types in a list of licences            each once, joined by ", ", of the licences that have not ended; of all
//	                                       if all have ended
//	a list of devices                      not a count
//	active: 7, active: false               a number of licences; a customer that is not active
//	NUL, half a surrogate pair             removed from texts, U+FFFD in the JSON that is kept
//	any other member                       kept in the customer's JSON
//
// TestCustomer, TestLicences, TestDates. A property test (TestRoundTrip) generates customers in any of these shapes and
// spellings, and the fuzz tests check that nothing else is read.
//
// # Customer: whether it is active
//
// All flags in flagNames count, at the customer itself and, for an expired licence, in its licence objects. Where
// several say that it is not active, the first of these is the reason: deleted, disabled, inactive, demo,
// licence_expired. An unknown status, a number, the customer's type, and the switches in a list of modules say nothing.
// TestStatus.
//
//	isDeleted, deletedAt or deleted: a date,
//	status Deleted                                   deleted
//	isDisabled, enabled: false, status Suspended     disabled
//	isActive: false, active: false, status Inactive  inactive
//	isDemo                                           demo
//	licenseStatus Expired, isExpired                 licence_expired
//
// # Customer: the paths of the JSON
//
// Each path is counted (licenseInfo.purchased, modules[].name, tags[]): in how many customers it occurs, with which
// types, one example, which field it fills, and how many numbers, dates or yes and no could not be read. A path of a
// nested customer is that of a customer of its own.
//
//	A name that is                         It is
//	a number, an address, mostly digits    data: all of them are one path with the name *
//	one of more than 64 in an object       data
//	deeper than six names                  not counted
//	after 500 paths                        counted under …, unless it fills a field
//	like a key, a token, a password        counted without an example, as is a value that looks like one
//
// An admin can map a path to a field, or to nothing. It is compared without case and separators. It then fills nothing
// else, and is the most reliable source of its field, before the customer it is nested in. Of several paths for one
// field the first that can be read counts; where none can, the field is read by name. Values of a path through a list
// are combined: licence counts are summed, and unknown if one cannot be read; products are all names, also of what is
// switched off; a status is the first reason; an expiry is the earliest day, unknown if one cannot be read; licence
// types are joined; for any other field the first value counts. A yes for the status means disabled. TestPaths,
// TestMapping.
//
// # Paging: whose a client is
//
// A client is under the customer that contains it, else under the one that its parent field names. If a response names
// resellers, but no client in it has a parent and no customer contains another, it may have the MSSP's own customers
// only, or all without their parents. Then each reseller is asked about, with one call each, and what is received is
// under it:
//
//	In the response about a reseller       It is
//	its customers, with or without itself  under it; customers that were received before get a parent
//	another reseller                       under it, and asked about later: the nearest reseller counts
//	the MSSP only, or a reseller above it  refused: wrong_customer
//	itself and clients of the MSSP's       checked with one call about such a client, which shows whether the API
//	response                               filters by customer at all; if not, refused: wrong_customer
//	a refusal, 204, {}, no body, or a      listed as unread; the other resellers are asked about
//	failure without customers
//	a refusal of the key                   the same, once a call about the account shows that the key is still
//	                                       accepted; one such call is made for a row of refusals, and one more
//	                                       after every 20
//	the same, of all of them or of the     if all were refusals, and customers have an empty parent field, clients
//	first 50                               without an MSP; else the reading fails
//	more resellers than can be asked       refused: incomplete
//
// Connector.Asking can switch this on or off. At five calls a minute a thousand resellers take three and a half hours;
// the pending ones are in the state between two calls, so a run continues where it was. TestTraversal, TestUnread.
//
// # Paging: the account, and customers that are missing
//
// The account that was asked about may be in its own response, or contain its customers. It is the MSSP itself: it is
// not emitted, and connector.State.Account describes it. TestAccount.
//
// Pages are not read at one moment: a customer that is removed and one that is added in between can hide a third. Such
// a reading reports that it was paged. Its caller then names the known customers that are missing, and one call for
// each asks about it by its own id. A list without that customer means that it no longer exists. So does a refusal,
// 204, {} or no body, once a later response shows that the key is still accepted: one about another of these customers
// or, after the last, one about the account. If the account is refused too, or has no customers any more, the reading
// fails. Any other unreadable response, such as status 500 or HTML, ends these calls: nothing is known of the remaining
// customers, nor of one whose response has more than two pages. TestCheck.
//
// # Recorded shapes
//
// The shape of each response can be recorded as one line of JSON, so that a real one can be examined without personal
// data. It keeps the names of members, the lengths of lists, true, false and null, and the first 50 elements of a list.
//
//	A value                                         is written as
//	a text, a text of digits, a number              text(12), digits(4), number(4.2), number(-1)
//	a date                                          date(11) 99-aaa-9999
//	a text like a date that cannot be read          text(10) 99/99/9999
//	"N/A" and similar                               itself
//	a customer's type, licence type, SPLA, status   itself, if it has letters only; at most 20 for each name
//	a name that may be data                         key(16) 3
//	after malformed JSON                            "broken off"
//
// TestShape checks these, and reads generated customers of recorded shapes.
//
// # Secrets
//
// No error, no example of a value and no recorded shape contains the key, within these limits:
//
//	A sentence of a response (a message,       is quoted by the words of the table in quote_words.go, punctuation, and the
//	an error, a remark)                        first two numbers of up to four digits. Everything else is "…", so the key
//	                                           is not quoted in any encoding; of a key of digits, at most those numbers.
//	Names of members and headers, ids, hosts,  are shown without the key and any piece of it of five characters: as it is,
//	and examples of values                     in any case, percent-encoded up to three times, quoted-printable, in
//	                                           hexadecimal or decimal codes, as \x41, \u0041, \U00000041, \u{41}, 0x41,
//	                                           41h, &#x41; or &#x0041;, in base32 and base64, also for URLs and after
//	                                           another text, in ROT13; each of these reversed, except what is
//	                                           percent-encoded more than once, and split by anything but letters and
//	                                           digits. A piece in base32 needs eight characters, in base64 seven. Other
//	                                           encodings are not known: an API that writes the key into a customer's
//	                                           name can show it by one. Values that look like a key at all are no
//	                                           examples (customer_examples.go).
//	The customers' JSON                        is kept as it was received.
//
// TestSecret, TestRedact, TestQuote, FuzzQuoted.
package heimdal
