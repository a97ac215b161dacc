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
	// PublicOnly: its base URL was named over the API, so it may lead to the public internet alone.
	PublicOnly bool
	// Harmless are names in the product's answers that an admin has declared harmless.
	Harmless []string
	// Fields says which path fills which field where an admin has decided that; "" is nothing.
	Fields map[string]CustomerField `db:"field_overrides"`
	// CalledAt is when the product was last called for it without a run, where it is being saved.
	CalledAt *time.Time `db:"-"`
}

// LastFour is what is shown of an API key; nothing of one so short that it would be half of it.
func LastFour(apiKey string) string {
	if len(apiKey) < 8 {
		return ""
	}
	return apiKey[len(apiKey)-4:]
}

// ConnectionItem is a connection as an admin sees it. The API key is never among what is told of it.
type ConnectionItem struct {
	ID          string    `json:"id"`
	Product     string    `json:"product"`
	ProductName string    `json:"product_name"`
	CustomerID  string    `json:"customer_id" doc:"The MSSP's own customer id at the product."`
	BaseURL     string    `json:"base_url"`
	APIKeyLast4 string    `json:"api_key_last4" doc:"The key's last four characters; the key itself is never answered."`
	Paused      bool      `json:"paused" doc:"Paused connections are not synced."`
	CreatedAt   time.Time `json:"created_at" ts_type:"string"`
	LastRun     *SyncRun  `json:"last_run" db:"-" doc:"Null before the first."`
	// LastComplete is how old the data of this connection is.
	LastComplete   *time.Time `json:"last_complete" ts_type:"string" doc:"When the last complete or partial run ended; null before the first."`
	FailuresInARow int        `json:"failures_in_a_row" doc:"Failed runs since the last complete or partial one."`
	// Account is what the product says of the MSSP's own account, where the account is among its own customers.
	Account   *ConnectionAccount `json:"account" doc:"Null where it is not; as of the last complete run."`
	Harmless  []string           `json:"harmless" nullable:"false" doc:"Names in the product's answers that an admin declared harmless."`
	NextRunAt *time.Time         `json:"next_run_at" db:"-" ts_type:"string" doc:"When the next run is due; null while paused or while one is queued or running."`
}

// Connections are the connections of the viewer's MSSP, the oldest first, and the products there can be others to.
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
// saved one (id) with what is given changed. Another base URL needs the key again: the stored one goes nowhere else.
type ConnectionTrial struct {
	ID         string `json:"id,omitempty" maxLength:"100"`
	Product    string `json:"product,omitempty" maxLength:"32"`
	CustomerID string `json:"customer_id,omitempty" maxLength:"64"`
	BaseURL    string `json:"base_url,omitempty" maxLength:"512"`
	APIKey     string `json:"api_key,omitempty" maxLength:"512"`
}

// ConnectionChange changes a connection; what is left out stays. Another base URL needs the key again.
type ConnectionChange struct {
	CustomerID *string `json:"customer_id,omitempty" minLength:"1" maxLength:"64"`
	BaseURL    *string `json:"base_url,omitempty" minLength:"1" maxLength:"512"`
	APIKey     *string `json:"api_key,omitempty" minLength:"8" maxLength:"512"`
	Paused     *bool   `json:"paused,omitempty"`
	// Harmless are all names that are to be harmless from the next run on: a member's name, with the names of the objects
	// it is in and dots between ("meta.hasMore"), or a header's with that word in front ("header X-Has-More"). Case and
	// separators make no difference.
	Harmless *[]string `json:"harmless,omitempty" maxItems:"20" doc:"All names in the product's answers that are to be harmless; a header's with 'header ' in front."`
}

// MostHarmless is how many names can be declared harmless, LongestHarmless how many characters each can have.
const (
	MostHarmless    = 20
	LongestHarmless = 100
)

// CheckHarmless returns the names without white space around them, each once. Invalid if one is empty or too long, or if
// there are too many.
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

// NeedsTrial reports whether the change is one the product has to accept.
func (c ConnectionChange) NeedsTrial() bool {
	return c.CustomerID != nil || c.BaseURL != nil || c.APIKey != nil
}

// ConnectionTest is what a product said to a trial.
type ConnectionTest struct {
	OK     bool   `json:"ok"`
	Code   string `json:"code,omitempty" doc:"Why not, as in a failed run's error_code."`
	Detail string `json:"detail,omitempty" doc:"Why not, in a sentence for an admin; where it is ok, what is left to do."`
	// Customers is how many there are, where the product says so.
	Customers *int64 `json:"customers" doc:"How many customers there are, where the product says so at once."`
}

// ConnectionAccount is what the product's answer says of the account it was asked about. It is the MSSP itself, so it is
// counted nowhere.
type ConnectionAccount struct {
	Name        string  `json:"name"`
	Type        string  `json:"type"`
	LicenceType *string `json:"licence_type"`
	SPLA        *bool   `json:"spla"`
	SeatsUsed   *int64  `json:"seats_used"`
	SeatsTotal  *int64  `json:"seats_total"`
	ExpiresOn   *string `json:"expires_on"`
	// Alone: the answer held nothing else, so this customer id has no customers.
	Alone bool `json:"alone"`
}
