package portal

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Connection is an MSSP's access to a product's API (table mssp_product), its key still sealed.
type Connection struct {
	ID           string
	MSSPID       string
	ProductID    string
	CustomerID   string
	BaseURL      string
	APIKeySealed []byte
	APIKeyLast4  string
	// PublicOnly: its base URL was set over the API, so calls are limited to the public internet.
	PublicOnly bool
	// Harmless are names in the product's responses that an admin has declared harmless.
	Harmless []string
	// Fields are the fields that an admin has chosen for paths; "" is none.
	Fields map[string]CustomerField `db:"field_overrides"`
	// CalledAt is when the product was last called for a connection that is being created; nil if it was not.
	CalledAt *time.Time `db:"-"`
}

// LastFour returns the last four characters of an API key, which are shown; "" for a key under eight characters.
func LastFour(apiKey string) string {
	if len(apiKey) < 8 {
		return ""
	}
	return apiKey[len(apiKey)-4:]
}

// ConnectionItem is a connection as an admin sees it, without its API key.
type ConnectionItem struct {
	ID          string    `json:"id"`
	Product     string    `json:"product"`
	ProductName string    `json:"product_name"`
	CustomerID  string    `json:"customer_id" doc:"The MSSP's own customer id at the product."`
	BaseURL     string    `json:"base_url"`
	APIKeyLast4 string    `json:"api_key_last4" doc:"The key's last four characters; the key itself is never returned."`
	Paused      bool      `json:"paused" doc:"Paused connections are not synced."`
	CreatedAt   time.Time `json:"created_at" ts_type:"string"`
	LastRun     *SyncRun  `json:"last_run" db:"-" doc:"Null before the first."`
	// LastComplete is the age of this connection's data.
	LastComplete   *time.Time `json:"last_complete" ts_type:"string" doc:"When the last complete or partial run ended; null before the first."`
	FailuresInARow int        `json:"failures_in_a_row" doc:"Failed runs since the last complete or partial one."`
	// Account is the MSSP's own account, if the product lists it among the customers.
	Account   *ConnectionAccount `json:"account" doc:"Null if the product does not list it; as of the last complete run."`
	Harmless  []string           `json:"harmless" nullable:"false" doc:"Names in the product's responses that an admin declared harmless."`
	NextRunAt *time.Time         `json:"next_run_at" db:"-" ts_type:"string" doc:"Null while paused, queued or running."`
}

// Connections are the connections of the viewer's MSSP, the oldest first, and the products that can be connected.
type Connections struct {
	Items    []ConnectionItem `json:"items" nullable:"false"`
	Products []Product        `json:"products" nullable:"false"`
	DataAsOf *time.Time       `json:"data_as_of" ts_type:"string"`
}

// NewConnection asks for a connection to a product.
type NewConnection struct {
	Product    string `json:"product" minLength:"1" maxLength:"32"`
	CustomerID string `json:"customer_id" minLength:"1" maxLength:"64"`
	BaseURL    string `json:"base_url,omitempty" maxLength:"512" doc:"Default: the product's own."`
	APIKey     string `json:"api_key" minLength:"8" maxLength:"512"`
}

// ConnectionTrial asks whether a product would accept a connection: a new one (product, customer_id and api_key), or a
// saved one (id) with the given changes. Another base URL needs the key again: the stored key is sent to no other
// address.
type ConnectionTrial struct {
	ID         string `json:"id,omitempty" maxLength:"100"`
	Product    string `json:"product,omitempty" maxLength:"32"`
	CustomerID string `json:"customer_id,omitempty" maxLength:"64"`
	BaseURL    string `json:"base_url,omitempty" maxLength:"512"`
	APIKey     string `json:"api_key,omitempty" maxLength:"512"`
}

// ConnectionChange changes a connection; absent members stay as they are. Another base URL needs the key again.
type ConnectionChange struct {
	CustomerID *string `json:"customer_id,omitempty" minLength:"1" maxLength:"64"`
	BaseURL    *string `json:"base_url,omitempty" minLength:"1" maxLength:"512"`
	APIKey     *string `json:"api_key,omitempty" minLength:"8" maxLength:"512"`
	Paused     *bool   `json:"paused,omitempty"`
	// Harmless are all names that are harmless from the next run on: a member's name with the names of the objects that it
	// is in, joined by dots ("meta.hasMore"), or a header's name after the word header ("header X-Has-More"). Case and
	// separators make no difference.
	Harmless *[]string `json:"harmless,omitempty" maxItems:"20" doc:"Harmless names in responses; a header's begins with 'header '."`
}

// MostHarmless is how many names can be declared harmless, LongestHarmless how many characters each can have.
const (
	MostHarmless    = 20
	LongestHarmless = 100
)

// CheckHarmless returns the names without white space around them, each once. Invalid if one is empty or too long, or
// if there are too many.
func CheckHarmless(names []string) ([]string, error) {
	kept := make([]string, 0, len(names))
	for _, name := range names {
		name = strings.TrimSpace(name)
		switch {
		case name == "" || utf8.RuneCountInString(name) > LongestHarmless || strings.ContainsFunc(name, unicode.IsControl):
			return nil, InvalidField("harmless", "A harmless name must have 1 to %d printable characters.", LongestHarmless)
		case !slices.Contains(kept, name):
			kept = append(kept, name)
		}
	}
	if len(kept) > MostHarmless {
		return nil, InvalidField("harmless", "At most %d names can be harmless. Remove one that is no longer needed.", MostHarmless)
	}
	return kept, nil
}

// NeedsTrial reports whether the product must accept the change.
func (c ConnectionChange) NeedsTrial() bool {
	return c.CustomerID != nil || c.BaseURL != nil || c.APIKey != nil
}

// ConnectionTest is the result of a trial.
type ConnectionTest struct {
	OK     bool   `json:"ok"`
	Code   string `json:"code,omitempty" doc:"Why it failed, as in a run's error_code."`
	Detail string `json:"detail,omitempty" doc:"Why it failed, or what is left to do, in a sentence for an admin."`
	// Customers is the number of customers, if one call tells it.
	Customers *int64 `json:"customers" doc:"How many customers there are, if one call tells it."`
}

// ConnectionAccount is the MSSP's own account as the product lists it. It is not a customer, so it is not counted.
type ConnectionAccount struct {
	Name        string  `json:"name"`
	Type        string  `json:"type"`
	LicenceType *string `json:"licence_type"`
	SPLA        *bool   `json:"spla"`
	SeatsUsed   *int64  `json:"seats_used"`
	SeatsTotal  *int64  `json:"seats_total"`
	ExpiresOn   *string `json:"expires_on"`
	// Alone: the response held nothing else, so this customer id has no customers.
	Alone bool `json:"alone"`
}
