package portal

import "time"

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

// NeedsReview reports whether another path for this field can move customers or make others of them, so that the next
// run must be reviewed.
func (f CustomerField) NeedsReview() bool {
	return f == FieldID || f == FieldName || f == FieldParent || f == FieldType
}

// FieldMap is which path of a connection's JSON fills which field, as of its last run.
type FieldMap struct {
	Items []FieldPath `json:"items" nullable:"false" doc:"Every path seen, in the order of the answers."`
	// Fields are the fields a path can fill.
	Fields    []CustomerField `json:"fields" nullable:"false"`
	Customers int64           `json:"customers" doc:"How many customers the counts are of."`
	RunID     *string         `json:"run_id" doc:"The run the counts are of; null before the first."`
	ReadAt    *time.Time      `json:"read_at" ts_type:"string"`
	// Harmless are names in answers that an admin declared harmless.
	Harmless []string `json:"harmless" nullable:"false"`
}

// FieldPath is one path of a customer's JSON, such as licenseInfo.purchased or modules[].name.
type FieldPath struct {
	Path      string   `json:"path"`
	Types     []string `json:"types" nullable:"false" enum:"text,number,yes_no,object,list,null" doc:"The JSON types seen, the most frequent first."`
	Customers int64    `json:"customers" doc:"In how many customers it occurs."`
	Example   string   `json:"example" doc:"One value, without secrets, at most 80 characters."`
	// Field is what the path fills, and Source who decided that.
	Field  *CustomerField `json:"field" doc:"Null: nothing."`
	Source string         `json:"source" enum:"automatic,admin,none"`
	// Unreadable counts values that the field cannot be read from.
	Unreadable        int64  `json:"unreadable"`
	UnreadableExample string `json:"unreadable_example"`
}

// FieldMapChange says which paths fill which fields from the next run on: a field's name, "" for nothing, or null for
// what the portal finds by itself. Paths that are left out stay as they are.
type FieldMapChange struct {
	Fields map[string]*CustomerField `json:"fields" maxProperties:"100"`
}

// FieldMapPreview is what a change of the field map would do to ten customers.
type FieldMapPreview struct {
	Items []FieldMapEffect `json:"items" nullable:"false"`
	// NeedsReview: the next run will wait for an admin's decision.
	NeedsReview bool `json:"needs_review"`
}

// FieldMapEffect is what a change of the field map would do to one customer.
type FieldMapEffect struct {
	ID      string             `json:"id"`
	Name    string             `json:"name"`
	Changes []FieldValueChange `json:"changes" nullable:"false"`
}

// FieldValueChange is one field before and after a change of the field map, as text; null is unknown.
type FieldValueChange struct {
	Field  CustomerField `json:"field"`
	Before *string       `json:"before"`
	After  *string       `json:"after"`
}

// FieldNotice is one thing that a run noticed about the product's fields.
type FieldNotice struct {
	Kind string `json:"kind" enum:"first,disappeared,type_changed,appeared,unreadable"`
	Path string `json:"path"`
	// Field is what the path fills; null for nothing.
	Field *CustomerField `json:"field"`
	// Count is of how many customers, where the kind has a number.
	Count int64 `json:"count"`
	// Detail is an example or the types, without secrets.
	Detail string `json:"detail"`
}
