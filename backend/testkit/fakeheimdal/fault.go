package fakeheimdal

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault is a way in which a call fails.
type Fault string

const (
	// None responds as configured.
	None Fault = ""

	// No response, or one without customers.

	// Drop closes the connection before the first byte.
	Drop Fault = "drop"
	// Slow sends nothing until the caller cancels.
	Slow Fault = "slow"
	// Redirect redirects to Rule.To.
	Redirect Fault = "redirect"
	// Message200 sends status 200 and an object with a message, as for an invalid key.
	Message200 Fault = "message200"
	// Echo is Message200 with the caller's Authorization header in the message.
	Echo Fault = "echo"
	// MessageBesideNone sends status 200 and a message beside an empty list.
	MessageBesideNone Fault = "message_beside_none"
	// HTML sends status 200 and a web page, as a proxy or a sign-in page does.
	HTML Fault = "html"
	// NoBody sends status 200 without a body.
	NoBody Fault = "no_body"
	// Status401 and so on send that status.
	Status401 Fault = "status401"
	Status403 Fault = "status403"
	Status404 Fault = "status404"
	// Status429 sends Retry-After where Rule.Wait is set.
	Status429 Fault = "status429"
	Status500 Fault = "status500"
	Status503 Fault = "status503"

	// A response that does not arrive completely. Rule.After says where it breaks off.

	// Garbage sends status 200 and malformed JSON.
	Garbage Fault = "garbage"
	// Truncated announces the full length and breaks the connection.
	Truncated Fault = "truncated"
	// CutChunk breaks the connection between two chunks.
	CutChunk Fault = "cut_chunk"
	// ShortLength announces less than the full length, so that only the JSON shows it.
	ShortLength Fault = "short_length"
	// CutJSON ends a chunked response regularly, but too early.
	CutJSON Fault = "cut_json"
	// Trailing sends more after the end.
	Trailing Fault = "trailing"
	// Stall sends a part and then nothing until the caller cancels.
	Stall Fault = "stall"
	// Drip sends everything, in sixteen pieces with Rule.Wait between them.
	Drip Fault = "drip"

	// Well-formed, but wrong.

	// OtherCustomer sends as many customers of another account.
	OtherCustomer Fault = "other_customer"
	// EmptyList sends no customers.
	EmptyList Fault = "empty_list"
	// TooFew leaves out one customer, the last one of the last page, but counts it in the total.
	TooFew Fault = "too_few"
	// RepeatedPage always sends the first page.
	RepeatedPage Fault = "repeated_page"
	// EmptyPage sends no customers on any page but the first.
	EmptyPage Fault = "empty_page"
	// TotalChanges counts one more on any page but the first.
	TotalChanges Fault = "total_changes"
	// LinkHeader leaves one customer out of an array, and says in a header that more follow.
	LinkHeader Fault = "link_header"
	// LinkElsewhere links the next page to Rule.To.
	LinkElsewhere Fault = "link_elsewhere"
	// DuplicateSame sends the first customer twice.
	DuplicateSame Fault = "duplicate_same"
	// DuplicateOther sends the first customer a second time, with another name.
	DuplicateOther Fault = "duplicate_other"
	// HugeName gives the first customer a name of three million letters.
	HugeName Fault = "huge_name"
	// Untyped sends customers without a type.
	Untyped Fault = "untyped"
	// Unnamed sends customers without an id.
	Unnamed Fault = "unnamed"
)

// Faults are all faults but None.
var Faults = []Fault{
	Drop, Slow, Redirect, Message200, Echo, MessageBesideNone, HTML, NoBody, Status401, Status403, Status404, Status429,
	Status500, Status503,
	Garbage, Truncated, CutChunk, ShortLength, CutJSON, Trailing, Stall, Drip,
	OtherCustomer, EmptyList, TooFew, RepeatedPage, EmptyPage, TotalChanges, LinkHeader, LinkElsewhere,
	DuplicateSame, DuplicateOther, HugeName, Untyped, Unnamed,
}

// status returns the HTTP status of a fault, 0 if it has none.
func (f Fault) status() int {
	number, is := strings.CutPrefix(string(f), "status")
	if !is {
		return 0
	}
	status, _ := strconv.Atoi(number)
	return status
}

// Rule says which calls fail, and how. Calls are counted from 1 when the rule is set; only those with a valid key and
// within the rate count.
type Rule struct {
	Fault Fault `json:"fault"`
	// Calls are the calls that fail; none: all.
	Calls []int `json:"calls,omitempty"`
	// Odds, instead of Calls, is the share of calls that fail, drawn from Seed.
	Odds float64 `json:"odds,omitempty"`
	Seed uint64  `json:"seed,omitempty"`
	// CustomerID, if set, limits the rule to calls for that customer.
	CustomerID string `json:"customer_id,omitempty"`
	// After is how many bytes of the body are sent first; 0: half of them.
	After int `json:"after,omitempty"`
	// Wait is the Retry-After of Status429, and the pause of Drip.
	Wait time.Duration `json:"wait,omitempty"`
	// To is another address.
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

// applies counts a call and reports whether it fails.
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
