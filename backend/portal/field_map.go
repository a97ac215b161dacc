package portal

import (
	"maps"
	"slices"
	"time"
)

// CustomerField is a field of a customer that a path of a product's JSON can fill.
type CustomerField string

const (
	FieldID           CustomerField = "id"
	FieldName         CustomerField = "name"
	FieldParent       CustomerField = "parent"
	FieldType         CustomerField = "type"
	FieldStatusReason CustomerField = "status_reason"
	FieldProducts     CustomerField = "products"
	FieldLicenceType  CustomerField = "licence_type"
	FieldSPLA         CustomerField = "spla"
	FieldSeatsUsed    CustomerField = "seats_used"
	FieldSeatsTotal   CustomerField = "seats_total"
	FieldExpiresOn    CustomerField = "expires_on"
)

// CustomerFields are all fields that a path can fill.
var CustomerFields = []CustomerField{
	FieldID, FieldName, FieldParent, FieldType, FieldStatusReason, FieldProducts, FieldLicenceType, FieldSPLA,
	FieldSeatsUsed, FieldSeatsTotal, FieldExpiresOn,
}

// Several reports whether more than one path may fill the field at once.
func (f CustomerField) Several() bool { return f == FieldProducts || f == FieldStatusReason }

// Known reports whether f is one of CustomerFields.
func (f CustomerField) Known() bool { return slices.Contains(CustomerFields, f) }

// NeedsReview reports whether another path for this field can move customers or make others of them, so that the next
// run must be reviewed.
func (f CustomerField) NeedsReview() bool {
	return f == FieldID || f == FieldName || f == FieldParent || f == FieldType
}

// FieldMap is which path of a connection's JSON fills which field, as of its last run that was
// merged; before the first, of the last run that read customers and failed.
type FieldMap struct {
	Items []FieldPath `json:"items" nullable:"false" doc:"Every path seen, in the order of the responses."`
	// Fields are the fields a path can fill.
	Fields []CustomerField `json:"fields" nullable:"false"`
	// FailedRun: the last run failed although it had read customers. Its new paths come first among Items.
	FailedRun bool       `json:"failed_run" doc:"The last run failed after it had read customers; paths new in it come first."`
	Customers int64      `json:"customers" doc:"How many customers the counts are of; one received in several responses counts for each."`
	RunID     *string    `json:"run_id" doc:"The merged run the counts are of; null: of the last failed one, if any."`
	ReadAt    *time.Time `json:"read_at" ts_type:"string"`
	// Harmless are names in responses that an admin declared harmless.
	Harmless []string `json:"harmless" nullable:"false"`
}

// Knows reports whether the map has a path.
func (m FieldMap) Knows(path string) bool {
	return slices.ContainsFunc(m.Items, func(p FieldPath) bool { return p.Path == path })
}

// FieldPath is one path of a customer's JSON, such as licenseInfo.purchased or modules[].name.
type FieldPath struct {
	Path      string   `json:"path"`
	Types     []string `json:"types" nullable:"false" enum:"text,number,yes_no,object,list,null" doc:"JSON types, the most frequent first."`
	Customers int64    `json:"customers" doc:"In how many customers it occurs; one received in several responses counts for each."`
	Example   string   `json:"example" doc:"One value, without secrets, at most 80 characters."`
	// Field is the field that the path fills, and Source whether the portal or an admin chose it.
	Field  *CustomerField `json:"field" doc:"Null: nothing."`
	Source string         `json:"source" enum:"automatic,admin,none"`
	// Pending: an admin has changed the field since the run, and the next run uses it.
	Pending bool `json:"pending" doc:"Changed since the run: field is what the next run uses, null if unknown."`
	// Shared: users of a client see it of that client, and all that is below it.
	Shared bool `json:"shared" doc:"Whether users of clients see the field; users of the MSSP and of MSPs see every one."`
	// Absent: the last run failed, and none of the customers that it had read has the path.
	Absent bool `json:"absent" doc:"Whether the last run failed and lacked it; the other figures are of the run before."`
	// Unreadable counts values that the field cannot be read from.
	Unreadable        int64  `json:"unreadable"`
	UnreadableExample string `json:"unreadable_example"`
}

// FieldMapChange sets which paths fill which fields from the next run on: a field's name, "" for none, or null for the
// field that the portal finds. Absent paths stay as they are.
type FieldMapChange struct {
	Fields map[string]*CustomerField `json:"fields" maxProperties:"100"`
	// Shared sets which paths users of clients see.
	Shared map[string]bool `json:"shared,omitempty" maxProperties:"100" doc:"Which paths users of clients see; others stay as they are."`
}

// MostShared is how many paths can be shared.
const MostShared = 200

// Share returns the shared paths after the change, sorted. Invalid names a path that is not known, or says that there
// are too many.
func (c FieldMapChange) Share(shared []string, known func(path string) bool) ([]string, error) {
	after := slices.Clone(shared)
	for _, path := range slices.Sorted(maps.Keys(c.Shared)) {
		switch {
		case !c.Shared[path]:
			after = slices.DeleteFunc(after, func(other string) bool { return other == path })
		case !known(path):
			return nil, InvalidField("shared", "The customers of this connection have no field %q.", path)
		case !slices.Contains(after, path):
			after = append(after, path)
		}
	}
	if len(after) > MostShared {
		return nil, InvalidField("shared", "At most %d fields can be shown to clients.", MostShared)
	}
	slices.Sort(after)
	return after, nil
}

// The sources of what a path fills: the portal found it by itself, an admin decided, or it fills nothing.
const (
	SourceAutomatic = "automatic"
	SourceAdmin     = "admin"
	SourceNone      = "none"
)

// Apply returns the overrides after the change. Invalid names the path or field that is wrong, where a path is not
// known or two paths are to fill a field that takes one.
func (c FieldMapChange) Apply(overrides map[string]CustomerField, known func(path string) bool) (map[string]CustomerField, error) {
	after := maps.Clone(overrides)
	if after == nil {
		after = map[string]CustomerField{}
	}
	for _, path := range slices.Sorted(maps.Keys(c.Fields)) {
		field := c.Fields[path]
		switch {
		case field == nil:
			delete(after, path) // also of a path that is no longer sent
		case !known(path):
			return nil, InvalidField("fields", "The customers of this connection have no field %q.", path)
		case *field != "" && !field.Known():
			return nil, InvalidField("fields", "The portal has no field %q, which %q was to fill.", string(*field), path)
		default:
			after[path] = *field
		}
	}
	return after, onePathEach(after)
}

func onePathEach(overrides map[string]CustomerField) error {
	filledBy := map[CustomerField]string{}
	for _, path := range slices.Sorted(maps.Keys(overrides)) {
		field := overrides[path]
		if field == "" || field.Several() {
			continue
		}
		if other, taken := filledBy[field]; taken {
			return InvalidField("fields", "Only one path can fill %s: choose %q or %q.", string(field), other, path)
		}
		filledBy[field] = path
	}
	return nil
}

// FieldMapPreview is what a change of the field map would do to ten customers.
type FieldMapPreview struct {
	Items []FieldMapEffect `json:"items" nullable:"false"`
	// NeedsReview: the next run will wait for an admin's decision.
	NeedsReview bool `json:"needs_review"`
	// FailedRun: the customers are of the last run, which failed, and not of the last one that was merged.
	FailedRun bool `json:"failed_run" doc:"The customers are of the last run, which failed; else of the last merged run."`
	// Unread are those of id, name and type that the change would leave every customer without.
	Unread []CustomerField `json:"unread" nullable:"false" enum:"id,name,type" doc:"What no customer would have any more."`
}

// FieldMapEffect is what a change of the field map would do to one customer.
type FieldMapEffect struct {
	Kind    CustomerKind       `json:"kind" enum:"msp,client"`
	ID      string             `json:"id"`
	Name    string             `json:"name"`
	Changes []FieldValueChange `json:"changes" nullable:"false"`
	Known   bool               `json:"known" doc:"Whether the portal knows a customer with this id."`
	// Error says why the customer could not be read with the new map; such a run would fail.
	Error *string `json:"error"`
}

// FieldValueChange is one field before and after a change of the field map, as text; null is unknown.
type FieldValueChange struct {
	Field  CustomerField `json:"field"`
	Before *string       `json:"before"`
	After  *string       `json:"after"`
}

// FieldMapSeen marks the field map of a run as seen by an admin.
type FieldMapSeen struct {
	RunID string `json:"run_id" minLength:"1" maxLength:"100"`
}

// NoticeKind is what a run noticed about a path.
type NoticeKind string

const (
	NoticeFirst       NoticeKind = "first"        // the first run: Count paths; Detail lists the fields that none fills
	NoticeDisappeared NoticeKind = "disappeared"  // fills a field and is no longer sent; Count and Detail, its types, are of before
	NoticeTypeChanged NoticeKind = "type_changed" // fills a field and has another type; Detail is the old and the new one
	NoticeAppeared    NoticeKind = "appeared"     // is new; Detail is its types
	NoticeUnreadable  NoticeKind = "unreadable"   // Count values cannot be read
)

// FieldNotice is one thing that a run noticed about the product's fields.
type FieldNotice struct {
	Kind NoticeKind `json:"kind" enum:"first,disappeared,type_changed,appeared,unreadable"`
	Path string     `json:"path"`
	// Field is what the path fills; null for nothing.
	Field *CustomerField `json:"field"`
	// Count is of how many customers, where the kind has a number.
	Count int64 `json:"count"`
	// Detail is types or fields, never a customer's value.
	Detail string `json:"detail"`
}
