package customersync_test

import (
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/fakeheimdal"
)

const (
	unfinished = " Nothing of it was saved; the next run tries again. If it stays so, tell Heimdal's support."
	brokeOff   = "The response breaks off before its end. The next run tries again; if it stays so, check any proxy on the way."
	allMissing = "14 of 14 customers are not in this response. That is more than the portal changes without an " +
		"administrator's approval; nothing was changed."
	serverError = "Heimdal responded with an error of its own (status 500). The next run tries again; if it stays so, tell Heimdal's support."
	badKey      = `Heimdal does not accept the API key or the customer id. It says: "An error has occurred". Check ` +
		`both, or replace the key.`
)

var (
	pages = fakeheimdal.Shape{Form: fakeheimdal.Pages, PageSize: 5}
	links = fakeheimdal.Shape{Form: fakeheimdal.Links, PageSize: 5}
)

// faultAt returns a rule with a fault at these calls, or at all calls if none is given.
func faultAt(fault fakeheimdal.Fault, calls ...int) fakeheimdal.Rule {
	return fakeheimdal.Rule{Fault: fault, Calls: calls}
}

// everyFault has the faults of Heimdal by what the portal receives.
var everyFault = map[string]faultCase{
	"connection_closed": {rule: faultAt(fakeheimdal.Drop), code: "unreachable",
		detail: "{host} cannot be reached. Check the base URL, and that this server may connect to it."},
	"no_response": {rule: faultAt(fakeheimdal.Slow), timeout: 300 * time.Millisecond, code: "timeout",
		detail: "{host} did not respond in time. The next run tries again; if it stays so, check that this server may reach it."},
	"redirect": {rule: fakeheimdal.Rule{Fault: fakeheimdal.Redirect, To: "http://stranger.example/"}, code: "redirected",
		detail: "{host} sends the request on to another address. The key was not sent there. Check the base URL."},
	"message_with_status_200": {rule: faultAt(fakeheimdal.Message200), code: "bad_key", detail: badKey},
	"message_with_the_key": {rule: faultAt(fakeheimdal.Echo), code: "bad_key",
		detail: `Heimdal does not accept the API key or the customer id. It says: "Bearer … may not see this ` +
			`customer". Check both, or replace the key.`},
	"message_beside_empty_list": {rule: faultAt(fakeheimdal.MessageBesideNone), code: "bad_key", detail: badKey},
	"web_page": {rule: faultAt(fakeheimdal.HTML), code: "garbage",
		detail: "A web page came back instead of data. A proxy or a sign-in wall may be in the way, or the base URL is wrong. Check both."},
	"empty_body": {rule: faultAt(fakeheimdal.NoBody), code: "garbage",
		detail: "The response is empty. The next run tries again; if it stays so, check the base URL."},
	"status_401": {rule: faultAt(fakeheimdal.Status401), code: "bad_key",
		detail: "Heimdal does not accept the API key (status 401). Check that it is still valid and may see this customer id, or replace it."},
	"status_403": {rule: faultAt(fakeheimdal.Status403), code: "bad_key",
		detail: "Heimdal does not accept the API key (status 403). Check that it is still valid and may see this customer id, or replace it."},
	"status_404": {rule: faultAt(fakeheimdal.Status404), code: "not_found",
		detail: "There is no customers endpoint at the base URL (status 404). Check the base URL."},
	"status_429": {rule: faultAt(fakeheimdal.Status429), code: "rate_limited",
		detail: `Heimdal responds "too many requests". Another program may be using the same key or address; the next run tries again.`},
	"status_429_with_retry_after": {rule: fakeheimdal.Rule{Fault: fakeheimdal.Status429, Wait: 90 * time.Second}, code: "rate_limited",
		detail: `Heimdal responds "too many requests". Another program may be using the same key or address; the next run tries again.`},
	"status_500": {rule: faultAt(fakeheimdal.Status500), code: "server_error", detail: serverError},
	"status_503": {rule: faultAt(fakeheimdal.Status503), code: "server_error",
		detail: "Heimdal responded with an error of its own (status 503). The next run tries again; if it stays so, tell Heimdal's support."},
	"invalid_json": {rule: faultAt(fakeheimdal.Garbage), code: "garbage",
		detail: "The response is not valid JSON. The next run tries again; if it stays so, check the base URL and any proxy on the way."},
	"cut_in_the_middle":  {rule: faultAt(fakeheimdal.Truncated), code: "truncated", detail: brokeOff},
	"cut_between_chunks": {rule: faultAt(fakeheimdal.CutChunk), code: "truncated", detail: brokeOff},
	"content_length_too_short": {rule: faultAt(fakeheimdal.ShortLength), code: "truncated",
		detail: brokeOff},
	"json_cut": {rule: faultAt(fakeheimdal.CutJSON), code: "truncated", detail: brokeOff},
	"json_cut_before_its_brackets": {rule: fakeheimdal.Rule{Fault: fakeheimdal.CutJSON, After: 1}, code: "truncated",
		detail: brokeOff},
	"data_after_the_end": {rule: faultAt(fakeheimdal.Trailing), code: "garbage",
		detail: "Something follows the end of the response. The next run tries again; if it stays so, tell Heimdal's support."},
	"stall_in_the_middle": {rule: faultAt(fakeheimdal.Stall), timeout: 300 * time.Millisecond, code: "timeout",
		detail: "The response began but did not end in time. The next run tries again; if it stays so, check the line to Heimdal."},
	"slow_but_complete": {rule: fakeheimdal.Rule{Fault: fakeheimdal.Drip, Wait: time.Millisecond}, status: portal.RunComplete},

	"customers_of_another_account": {rule: faultAt(fakeheimdal.OtherCustomer), status: portal.RunNeedsReview, code: "too_many_missing",
		detail: allMissing},
	"empty_list": {rule: faultAt(fakeheimdal.EmptyList), status: portal.RunNeedsReview, code: "too_many_missing",
		detail: allMissing},
	"fewer_customers_than_total": {rule: faultAt(fakeheimdal.TooFew), shape: fakeheimdal.Shape{Form: fakeheimdal.Envelope},
		code:   "incomplete",
		detail: "Page 2 of the customers repeats an earlier page." + unfinished},
	"fewer_on_the_last_page": {rule: faultAt(fakeheimdal.TooFew, 3), shape: pages, code: "incomplete",
		detail: "Page 4 of the customers is empty, though more should follow." + unfinished},
	"first_page_repeated": {rule: faultAt(fakeheimdal.RepeatedPage, 2), shape: pages, code: "incomplete",
		detail: "Page 2 of the customers repeats an earlier page." + unfinished},
	"first_page_repeated_by_link": {rule: faultAt(fakeheimdal.RepeatedPage, 3), shape: links, code: "incomplete",
		detail: "Page 3 of the customers repeats an earlier page." + unfinished},
	"empty_page": {rule: faultAt(fakeheimdal.EmptyPage, 2), shape: pages, code: "incomplete",
		detail: "Page 2 of the customers is empty, though more should follow." + unfinished},
	"total_changes_on_page_2": {rule: faultAt(fakeheimdal.TotalChanges, 2), shape: pages, code: "incomplete",
		detail: "The number of customers changed while they were read page by page." + unfinished},
	"header_that_more_follow": {rule: faultAt(fakeheimdal.LinkHeader), code: "incomplete",
		detail: `The response says that more customers follow (header Link). Nothing of it was saved; the next run tries again. ` +
			`If it stays so, tell Heimdal's support, or declare "header Link" harmless if it says nothing of the customers.`},
	"link_to_another_host": {rule: fakeheimdal.Rule{Fault: fakeheimdal.LinkElsewhere, To: "http://stranger.example/next"},
		shape: links, code: "redirected",
		detail: "The response says that more customers follow at stranger.example. The key was not sent there. Check the base URL."},
	"error_on_page_2": {rule: faultAt(fakeheimdal.Status401, 2), shape: pages, code: "bad_key",
		detail: "Heimdal does not accept the API key (status 401). Check that it is still valid and may see this customer id, or replace it."},
	"cut_on_the_last_page": {rule: faultAt(fakeheimdal.Truncated, 3), shape: pages, code: "truncated",
		detail: brokeOff},
	"same_customer_twice": {rule: faultAt(fakeheimdal.DuplicateSame), status: portal.RunComplete},
	"customer_twice_contradicting": {rule: faultAt(fakeheimdal.DuplicateOther), code: "duplicate_id",
		detail: `The customer with the id "1" is twice in one response, with different values. Nothing was changed.`},
	"customer_on_two_pages": {rule: faultAt(fakeheimdal.DuplicateSame), shape: pages, code: "incomplete",
		detail: "The responses hold 14 different customers and state a total of 15. Nothing was changed."},
	"name_of_three_million_letters": {rule: faultAt(fakeheimdal.HugeName), code: "too_large",
		detail: "One customer in the response is larger than the portal accepts. Tell Heimdal's support."},
	"customers_without_types": {rule: faultAt(fakeheimdal.Untyped), code: "unmapped",
		detail: "No customer in the response has a type that the portal can read, so MSPs cannot be told from clients. " +
			"Choose under Fields which field of Heimdal's response is the type. If none is, tell Heimdal's support."},
	"customers_without_ids": {rule: faultAt(fakeheimdal.Unnamed), code: "unmapped",
		detail: "The response holds a customer without an id that the portal can read. Choose under Fields which field " +
			"of Heimdal's response is the customer id. If none is, check the base URL."},

	// Temporary errors are retried once a call has succeeded.
	"status_429_twice":         {rule: faultAt(fakeheimdal.Status429, 1, 2), status: portal.RunComplete},
	"status_500_between_pages": {rule: faultAt(fakeheimdal.Status500, 2), shape: pages, status: portal.RunComplete},
	"status_503_between_pages": {rule: faultAt(fakeheimdal.Status503, 2, 3), shape: links, status: portal.RunComplete},
	"closed_between_pages":     {rule: faultAt(fakeheimdal.Drop, 2), shape: pages, status: portal.RunComplete},
}
