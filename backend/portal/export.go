package portal

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// ExportFormat is the form of an exported file, and its extension.
type ExportFormat string

const (
	ExportCSV    ExportFormat = "csv"
	ExportXLSX   ExportFormat = "xlsx"
	ExportNDJSON ExportFormat = "ndjson"
)

// MaxExportIDs is how many ids a selection can have, and MaxQueryIDs how many of them a query can: they fit into the
// 8 KiB that proxies accept of a URL.
const (
	MaxExportIDs = 10_000
	MaxQueryIDs  = 200
)

// FormulaStarts are the characters with which spreadsheets begin a formula, in an order for the class of a regular
// expression. The last four are the forms of full width.
// https://owasp.org/www-community/attacks/CSV_Injection
const FormulaStarts = "-=+@\uff1d\uff0b\uff0d\uff20"

// ExportOptions says what an export writes of a list, and how.
type ExportOptions struct {
	Format  string `query:"format" json:"format" enum:"csv,xlsx,ndjson" default:"csv"`
	Columns string `query:"columns" json:"columns" maxLength:"500" doc:"Names of the JSON, separated by commas; all if empty."`
	IDs     string `query:"ids" json:"ids" maxLength:"7400" doc:"At most 200 ids, separated by commas: only these rows of the list."`
	Except  bool   `json:"except"`
}

// Selection is the body of an export of selected rows.
type Selection struct {
	IDs    string `json:"ids" doc:"At most 10,000 ids of rows, separated by commas."`
	Except bool   `json:"except,omitempty" doc:"All rows of the list but these."`
}

// InQuery reports whether the selection fits into a query.
func (s Selection) InQuery() bool { return !s.Except && strings.Count(s.IDs, ",") < MaxQueryIDs }

// Selection returns the rows that are selected; without ids, all rows of the list are.
func (o ExportOptions) Selection() Selection { return Selection{IDs: o.IDs, Except: o.Except} }

// ClientExport asks for all clients that match a filter.
type ClientExport struct {
	ClientFilter
	Sort string `query:"sort" json:"sort" maxLength:"100"`
	ExportOptions
}

// MSPExport asks for all MSPs that match a filter.
type MSPExport struct {
	MSPFilter
	Sort string `query:"sort" json:"sort" maxLength:"100"`
	ExportOptions
	WithClients string `query:"with_clients" json:"with_clients" enum:"yes,no" doc:"yes: MSPs with their clients, then the direct ones."`
}

// WithTheirClients reports whether each MSP is followed by its clients.
func (e MSPExport) WithTheirClients() bool { return e.WithClients == "yes" }

// WithDirect reports whether the MSPs are followed by the clients directly under the MSSP: in the whole list of an
// MSSP's user, so that it has every client.
func (e MSPExport) WithDirect(scope Scope) bool {
	return e.WithTheirClients() && scope.Level == LevelMSSP && e.IDs == "" && len(ExportFilter(e.MSPFilter, "")) == 0
}

// ExportRow is one row of an export: an MSP, a client, or what precedes the clients directly under the MSSP.
type ExportRow struct {
	MSP    *MSP
	Client *Client
	Direct *DirectClients
}

// DirectClients are the clients directly under an MSSP.
type DirectClients struct {
	MSSPName string
	Clients  int64
}

// ExportHead is known of an export before its first row.
type ExportHead struct {
	// Total is the number of rows.
	Total    int64
	DataAsOf *time.Time
}

// The headers of an export. ExportFilterHeader has the list's parameters as a query string.
const (
	ExportTotalHeader  = "Portal-Total"
	ExportAgeHeader    = "Portal-Data-As-Of"
	ExportFilterHeader = "Portal-Filter"
)

// ExportFilter returns the parameters of a filter struct that are set, and the sort, by their names in a query.
func ExportFilter(filter any, sort string) url.Values {
	values := url.Values{}
	v := reflect.ValueOf(filter)
	for i := range v.NumField() {
		if name, field := v.Type().Field(i).Tag.Get("query"), v.Field(i); name != "" && !field.IsZero() {
			values.Set(name, fmt.Sprint(field.Interface()))
		}
	}
	if sort != "" {
		values.Set("sort", sort)
	}
	return values
}

// maxFilterName is how many characters of a filter are in a file's name.
const maxFilterName = 60

// ExportName returns the name of an exported file: the list, the filter in short, and the data's age. It has characters
// only that every file system accepts.
func ExportName(list string, filter url.Values, asOf *time.Time, format ExportFormat) string {
	parts := []string{list}
	text := url.Values{}
	for name, values := range filter {
		if name != "sort" {
			text[name] = values
		}
	}
	if short := fileText(strings.NewReplacer("=", "-", "&", "-").Replace(decoded(text.Encode()))); short != "" {
		parts = append(parts, short)
	}
	if asOf != nil {
		parts = append(parts, asOf.UTC().Format("2006-01-02-1504Z"))
	}
	return strings.Join(parts, "-") + "." + string(format)
}

func decoded(query string) string {
	text, err := url.QueryUnescape(query)
	if err != nil {
		return query
	}
	return text
}

// fileText keeps the letters and digits of ASCII in a text, with single hyphens between them.
func fileText(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_')
	})
	short := strings.Join(words, "-")
	return strings.Trim(short[:min(len(short), maxFilterName)], "-")
}
