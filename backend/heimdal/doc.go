// Package heimdal speaks the customers endpoint of Heimdal's dashboard API, of which little is documented: it asks at
// the pace the API allows and reads what comes back tolerantly, but whole or not at all. It knows nothing of the
// portal's tables, nor of who calls it.
//
// # What may come, and what is made of it
//
// What is known for sure is one address, a bearer key, and an array in whose objects the id is first and the name
// second, with a type that is RESELLER or CORP. Everything else must be reckoned with.
//
//	An answer is                           It is
//	an array                               all there is
//	{items, totalCount}, or the like       all there is if the counts agree; else the next page is asked for:
//	                                       pageNumber and pageSize, or a link on the same host
//	a full page with a number, no total    the next page is asked for until one is not full
//	no total, and beside the list any      refused: incomplete
//	number, yes or remark that may mean
//	that others follow
//	a sign in a member or header, by the   refused: incomplete, and the sign is named
//	tables in signs.go, that more follow,
//	that something went wrong, or of a
//	total that cannot be read
//	a total, also in a header, that is     refused: incomplete
//	not the number of customers
//	an offset, a cursor                    refused: incomplete
//	pages that are empty, come again, or   refused: incomplete
//	contradict each other
//	one customer                           all there is
//	customers in customers                 read to any sane depth; each is under the nearest MSP around it
//	an envelope around that list, one       read likewise; what the envelope says of more is a sign
//	customer in its place, an object of
//	customers by their ids
//	customers, by their types, in a list    refused: incomplete, and the list is named
//	under another name in a customer
//	a list in a customer whose members     refused: they may be customers or devices
//	have no type
//	a message with status 200, alone or    refused: bad_key, or waited out if it is about the rate
//	beside an empty list
//	an error beside customers              refused: incomplete
//	HTML, another encoding, half of it,    refused by name
//	two lists, two ids, a second answer
//
//	A field is
//	under any name of the table aliases    read; case, spaces, _ and - do not matter
//	null, "", "N/A", "-" or not there      nothing
//	0, -1, "none", a GUID of zeros         nothing, where it is to be a parent
//	a number in a string                   read, if it is digits: "1,000" and "1.000" are two numbers, so neither
//	a date that could be two days          nothing: 03/04/2027 is not guessed
//	yes, no, Y, N, 1, 0, "true", "false"   read where the field is a yes or no; anything else is unknown
//	a licence figure, type, SPLA, expiry   read at the customer, or in licence objects (licenseInfo, licensing and so
//	                                       on), two deep; what is at the customer comes first
//	a figure beside a list of licences     the customer's; the list is not added to it
//	a list of licences, one per module     a figure is the sum over the elements that have it; unknown if it cannot be
//	                                       read in one of them; licences come before products that have figures; the
//	                                       products are those of the elements where no member lists them
//	an expiry beside a list of licences,   the customer's; the list says nothing then
//	a type beside it
//	expiries in a list of licences         the earliest of the licences that have not ended, for that is what needs attention
//	                                       first; unknown if one of them cannot be read; of licences that have all ended the
//	                                       latest. A licence has ended if it says so (status expired, cancelled and the like,
//	                                       active: false), not by its date: one that is past and still listed as running is
//	                                       overdue
//	types in a list of licences            each once, joined by ", " in the order in which they come first, of the licences
//	                                       that have not ended; of all if all have
//	a list of devices                      no figure
//	active: 7, active: false               a number of licences; a customer that is not active
//	a NUL, half a surrogate pair           left out of texts, U+FFFD in the JSON that is kept
//	anything else                          kept in the customer's JSON
//
// pages_test.go, whole_test.go, nested_test.go and answer_test.go hold these lines; worlds_test.go holds that any world reads back as it
// is from any of these shapes and spellings, and the fuzz tests that nothing else is read.
//
// # Whether a customer is active
//
// Every sign of the table signs is looked at, at the customer itself and, for an expired licence, in its
// licence objects. Where several say that it is not active, the first of these counts: deleted, disabled, inactive, demo,
// licence_expired. A status that is not in the tables, a number, the customer's type, and the switches in a list of modules say nothing.
//
//	isDeleted, deletedAt or deleted: a date,
//	status Deleted                                  deleted
//	isDisabled, enabled: false, status Suspended    disabled
//	isActive: false, active: false, status Inactive inactive
//	isDemo                                          demo
//	licenseStatus Expired, isExpired                licence_expired
//
// status_test.go and licences_test.go check these lines.
//
// # Which path fills which field
//
// While customers are read, each path of their JSON is counted: licenseInfo.purchased, modules[].name, tags[]; of how many
// customers, of which types, with one example, which field was looked for in it, and how many values of a number, date or
// yes and no could not be read. A path of a customer nested in another is that of a customer of its own.
//
//	A name that is                          It is
//	a number, an address, mostly digits     data: all of them are one path with the name *
//	one of more than 64 in an object        likewise
//	deeper than six names                   not looked at
//	after 500 paths                         counted under …, unless it fills a field
//	like a key, a token, a password         counted without an example; so is a value that looks like one
//
// An admin can map a path to a field, or to nothing. It is compared without case and separators. It then fills nothing
// else, and is the surest source of its field, before the customer it is nested in. Of several paths for one field the
// first in the customer that can be read counts; where none can, the field is looked for as before. Values of a path
// through a list are taken together: numbers of licences are summed, and are unknown if one cannot be read; products are
// all names, also of what is switched off; a status is the first reason; an expiry is the earliest day, unknown if one
// cannot be read; licence types are joined; of anything else the first value counts. A true
// for the status means disabled.
//
// paths_test.go and decisions_test.go check these lines.
//
// # The shape of an answer
//
// can be recorded, one line of JSON for each call, so that a real answer can be looked at without personal data. Names of
// members, the lengths of lists and true, false and null are kept; of a list the first 50 elements are.
//
//	A value                                          is written as
//	a text, a text of digits, a number               text(12), digits(4), number(4.2), number(-1)
//	a date                                           date(11) 99-aaa-9999
//	a text like a date that cannot be read           text(10) 99/99/9999
//	"N/A" and the like                               itself
//	a word of a customer's type, licence type, SPLA  itself, if it has letters alone; at most 20 for each name
//	or status
//	a name that may be data                          key(16) 3
//	what follows is broken                           "broken off"
//
// shape_test.go checks these lines, and reads invented customers of recorded shapes.
//
// # Signs that an answer is not whole
//
// Members and headers are looked up in the same three tables (signs.go): signs of more customers, of a total, of a
// failure. A sign that is accounted for, because the next page is read or a total agrees, does no harm; any other makes
// the answer incomplete, and the CallError's Sign names it: as the member is sent, with the objects it is in
// ("meta.hasMore"), or as "header X-Has-More". Names that are in no table are matched by how they begin or end
// (signPatterns); a text that speaks of a part, and a second list of customers, are signs under any name. An admin can
// declare that one name harmless for the connection, compared without case and separators. A total that is not the number
// of customers has no Sign: it cannot be declared harmless, nor can a refusal or broken JSON. TestSigns, TestHarmless.
//
// # The account that was asked about
//
// may be in its own answer, or hold its customers in it. It is the MSSP itself: it is not handed over, and what the answer
// says of it is in ReadState.Account. TestAccount.
//
// # Whose a client is
//
// By the customer it stands in; else by its field for a parent. If an answer names resellers, but no client in it has a
// parent and none stands in another customer, that is no statement: the answer may hold the MSSP's own customers only,
// or all of them without saying whose. Then each reseller is asked about, one call each, and what comes is under it:
//
//	What comes about a reseller            It is
//	its customers, with or without itself  under it; those that came before now have a parent
//	another reseller                       under it, and asked about after it: the nearer has the last word
//	the MSSP alone, or one it is under     refused: wrong_customer
//	itself
//	itself and clients of the MSSP's       one call about such a client shows whether questions make a difference; if
//	answer                                 not, refused: wrong_customer
//	a refusal, 204, {}, no body, or a      that reseller is unread and named; the others are asked
//	failure without customers
//	a refusal of the key                   likewise, once a call about the account shows that the key is still accepted;
//	                                       one such call is made for a row of refusals, and one more after every 20
//	the same, of all of them or of the     if all were refusals and customers have a field for a parent, empty as it is,
//	first 50                               they are nobody's; else the reading is refused
//	more resellers than can be asked       refused: incomplete
//
// reading_test.go holds these lines. Connector.Asking can switch the asking on or off for good. At five calls a minute a
// thousand resellers take three hours and a half; what is left to ask is in the state between calls, so a run goes on
// where it was.
//
// # Customers that a paged answer lacks
//
// Pages are not read at one moment: a customer that leaves and one that arrives in between can hide a third. Such a
// reading reports that it was paged. Its caller then names the known customers that it lacks, and one call for each asks
// about it by its own id. A list without that customer means that it is gone. So does a refusal, 204, {} or no body,
// once a later answer shows that the API still accepts the key: one about another of these customers or, after the
// last, one about the account. If the account is refused too, or has no customers any more, the reading fails.
// Any other answer that cannot be read, such as status 500 or HTML, ends these calls: nothing is known of the customers
// that are left, nor of one whose answer has more than two pages. check_test.go.
//
// # Pace
//
// Calls of one endpoint with one key are spaced evenly. "Too many requests", by status or by message, and 503 with a
// Retry-After are waited out, as long as asked or 60 to 120 s and a little, five tries in all; once a run has made calls,
// so is every fault that may pass before an answer begins. pace_test.go.
//
// # The key
//
// goes to the host of the base URL only, and over https only but on loopback. No error, no example of a value and no
// recorded shape shows it, as far as this:
//
//	What an answer says in a sentence (a message,   is quoted by the words of the table in words.go, punctuation, and the
//	an error, a remark)                             first two numbers of up to four digits. Everything else is "…", so
//	                                                that the key is not quoted in any encoding; of a key of digits no more
//	                                                than those two numbers.
//	Names of members and headers, ids, hosts, and   are shown without the key and any piece of it of five characters: as it
//	examples of values                              is, in any case, percent-encoded up to three times, quoted-printable,
//	                                                in hexadecimal or decimal codes, as \x41, \u0041, \U00000041, \u{41},
//	                                                0x41, 41h, &#x41; or &#x0041;, in
//	                                                base32 and base64, also for addresses and behind another text, in
//	                                                ROT13; each of these backwards, but what is percent-encoded more than
//	                                                once, and split by anything but letters and digits. Of an encoded piece eight characters of base32 or seven of
//	                                                base64 are needed to know it. Another encoding is not known: an
//	                                                API that writes the key into a customer's name can show it by one.
//	                                                Values that look like a key at all are no examples (example.go).
//	The customers' JSON                             is kept as it came.
//
// redact_test.go, aloud_test.go, secret_test.go; FuzzQuoted.
package heimdal
