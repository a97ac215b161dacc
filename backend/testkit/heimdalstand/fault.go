package heimdalstand

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault is a way of going wrong.
type Fault string

const (
	// None answers as configured.
	None Fault = ""

	// No answer, or none to this question.

	// Drop closes the connection before a byte is answered.
	Drop Fault = "drop"
	// Slow answers nothing until the caller gives up.
	Slow Fault = "slow"
	// Redirect sends the caller to Rule.To.
	Redirect Fault = "redirect"
	// Message200 answers 200 and an object with a message, as for a bad key.
	Message200 Fault = "message200"
	// Echo is Message200 that repeats what the caller authorized itself with.
	Echo Fault = "echo"
	// MessageBesideNone answers 200 and a message beside an empty list.
	MessageBesideNone Fault = "message_beside_none"
	// HTML answers 200 and a web page, as a proxy or a login wall does.
	HTML Fault = "html"
	// NoBody answers 200 and nothing.
	NoBody Fault = "no_body"
	// Status401 and its like answer that status.
	Status401 Fault = "status401"
	Status403 Fault = "status403"
	Status404 Fault = "status404"
	// Status429 says Retry-After where Rule.Wait is set.
	Status429 Fault = "status429"
	Status500 Fault = "status500"
	Status503 Fault = "status503"

	// A good answer that does not arrive whole. Rule.After says where it goes wrong.

	// Garbage answers 200 and JSON that is not JSON.
	Garbage Fault = "garbage"
	// Truncated promises the whole length and breaks the connection.
	Truncated Fault = "truncated"
	// CutChunk breaks the connection between two chunks.
	CutChunk Fault = "cut_chunk"
	// ShortLength promises less than there is, so that only the JSON tells.
	ShortLength Fault = "short_length"
	// CutJSON ends a chunked answer properly, but too soon.
	CutJSON Fault = "cut_json"
	// Trailing goes on after the end.
	Trailing Fault = "trailing"
	// Stall sends a part and then nothing until the caller gives up.
	Stall Fault = "stall"
	// Drip sends everything, in sixteen pieces with Rule.Wait between them.
	Drip Fault = "drip"

	// Well-formed, but not true.

	// OtherCustomer answers as many customers of somebody else.
	OtherCustomer Fault = "other_customer"
	// EmptyList answers that there are none.
	EmptyList Fault = "empty_list"
	// TooFew leaves one customer out, of pages the last one's last, but counts it in the total.
	TooFew Fault = "too_few"
	// RepeatedPage answers the first page whichever is asked for.
	RepeatedPage Fault = "repeated_page"
	// EmptyPage answers no customers on any page but the first.
	EmptyPage Fault = "empty_page"
	// TotalChanges counts one more on any page but the first.
	TotalChanges Fault = "total_changes"
	// LinkHeader leaves one customer out of an array, and says in a header that more follow.
	LinkHeader Fault = "link_header"
	// LinkElsewhere has the link to the next page lead to Rule.To.
	LinkElsewhere Fault = "link_elsewhere"
	// DuplicateSame answers the first customer twice.
	DuplicateSame Fault = "duplicate_same"
	// DuplicateOther answers the first customer a second time, under another name.
	DuplicateOther Fault = "duplicate_other"
	// HugeName gives the first customer a name of three million letters.
	HugeName Fault = "huge_name"
	// Untyped answers customers without a type.
	Untyped Fault = "untyped"
	// Unnamed answers customers without an id.
	Unnamed Fault = "unnamed"
)

// Faults are all there are, but None.
var Faults = []Fault{
	Drop, Slow, Redirect, Message200, Echo, MessageBesideNone, HTML, NoBody, Status401, Status403, Status404, Status429, Status500, Status503,
	Garbage, Truncated, CutChunk, ShortLength, CutJSON, Trailing, Stall, Drip,
	OtherCustomer, EmptyList, TooFew, RepeatedPage, EmptyPage, TotalChanges, LinkHeader, LinkElsewhere,
	DuplicateSame, DuplicateOther, HugeName, Untyped, Unnamed,
}

// status is the HTTP status a fault is, 0 if it is none.
func (f Fault) status() int {
	number, is := strings.CutPrefix(string(f), "status")
	if !is {
		return 0
	}
	status, _ := strconv.Atoi(number)
	return status
}

// Rule says which calls go wrong, and how. Calls are counted from 1 from the moment the rule is given; only those that
// get past the checks of rate and key count.
type Rule struct {
	Fault Fault `json:"fault"`
	// Calls are the calls that go wrong; none: all.
	Calls []int `json:"calls,omitempty"`
	// Odds, instead of Calls, is the share of calls that go wrong, drawn from Seed.
	Odds float64 `json:"odds,omitempty"`
	Seed uint64  `json:"seed,omitempty"`
	// CustomerID, if set, has the rule see only calls for that customer.
	CustomerID string `json:"customer_id,omitempty"`
	// After is how many bytes of the body arrive first; 0: half of them.
	After int `json:"after,omitempty"`
	// Wait is the Retry-After of Status429, and the pause of Drip.
	Wait time.Duration `json:"wait,omitempty"`
	// To is an address elsewhere.
	To string `json:"to,omitempty"`
}

type activeRule struct {
	Rule
	calls  int
	random *rand.Rand
}

func newActiveRule(r Rule) *activeRule {
	return &activeRule{Rule: r, random: rand.New(rand.NewPCG(r.Seed, 0xfa017))}
}

// applies counts a call and reports whether it goes wrong.
func (r *activeRule) applies(customerID string) bool {
	if r.CustomerID != "" && r.CustomerID != customerID {
		return false
	}
	r.calls++
	switch {
	case len(r.Calls) > 0:
		return slices.Contains(r.Calls, r.calls)
	case r.Odds > 0:
		return r.random.Float64() < r.Odds
	}
	return true
}
