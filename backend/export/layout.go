package export

import (
	"slices"
	"strings"
	"time"

	"fs-client-portal/backend/portal"
)

// Layout is which columns a file has.
type Layout struct {
	// List is the name of the list, also in the file.
	List    string
	Columns []Column
	// withClients: rows of two kinds.
	withClients bool
}

// Column is one column: the name of its JSON field, its heading, and the value of a row.
type Column struct {
	Name, Title string
	// value returns nil, string, int64, bool, time.Time, date or []string.
	value func(portal.ExportRow) any
}

// date is a day as YYYY-MM-DD.
type date string

// Clients returns the layout of a list of clients with the columns of a comma-separated list, or all. It returns Invalid
// naming columns if one is unknown or repeated.
func Clients(columns string) (Layout, error) {
	return choose(Layout{List: "clients", Columns: clientColumns}, clientColumns, columns)
}

// MSPs returns the layout of a list of MSPs, as Clients does. If they are followed by their clients, the columns are by
// default those of the CSV file that users of earlier portals know, under the same headings.
func MSPs(columns string, withClients bool) (Layout, error) {
	if withClients {
		byDefault := Layout{List: "msps-with-clients", Columns: withClientsColumns[:withClientsDefault], withClients: true}
		return choose(byDefault, withClientsColumns, columns)
	}
	return choose(Layout{List: "msps", Columns: mspColumns}, mspColumns, columns)
}

func choose(l Layout, from []Column, columns string) (Layout, error) {
	if columns == "" {
		return l, nil
	}
	l.Columns = nil
	for _, name := range strings.Split(columns, ",") {
		at := slices.IndexFunc(from, func(c Column) bool { return c.Name == name })
		if at < 0 {
			return Layout{}, portal.InvalidField("columns", "There is no column %q; the columns are %s.", name, strings.Join(names(from), ", "))
		}
		if slices.ContainsFunc(l.Columns, func(c Column) bool { return c.Name == name }) {
			return Layout{}, portal.InvalidField("columns", "The column %q is named twice.", name)
		}
		l.Columns = append(l.Columns, from[at])
	}
	return l, nil
}

func names(columns []Column) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.Name
	}
	return all
}

// Names returns the names of the columns.
func (l Layout) Names() []string { return names(l.Columns) }

// values returns the cells of a row, in the order of the columns.
func (l Layout) values(row portal.ExportRow) []any {
	cells := make([]any, len(l.Columns))
	for i, c := range l.Columns {
		cells[i] = c.value(row)
	}
	return cells
}

// The columns in the order of the screens' lists, then those that the screens show elsewhere.
var (
	clientColumns = []Column{
		ofClient("name", "Name", func(c *portal.Client) any { return c.Name }),
		ofClient("msp_name", "MSP", func(c *portal.Client) any { return orNil(c.MSPName) }),
		ofClient("licence_type", "Licence type", func(c *portal.Client) any { return orNil(c.LicenceType) }),
		ofClient("spla", "SPLA", func(c *portal.Client) any { return orNil(c.SPLA) }),
		ofClient("seats_used", "Active licences", func(c *portal.Client) any { return orNil(c.SeatsUsed) }),
		ofClient("seats_total", "Purchased licences", func(c *portal.Client) any { return orNil(c.SeatsTotal) }),
		ofClient("expires_on", "Licence ends", func(c *portal.Client) any { return day(c.ExpiresOn) }),
		ofClient("status", "Status", func(c *portal.Client) any { return string(c.Status) }),
		ofClient("status_reason", "Reason", func(c *portal.Client) any { return reason(c.StatusReason) }),
		ofClient("products", "Products", func(c *portal.Client) any { return c.Products }),
		ofClient("type", "Type", func(c *portal.Client) any { return c.Type }),
		ofClient("first_seen_at", "First seen (UTC)", func(c *portal.Client) any { return c.FirstSeenAt }),
		ofClient("last_seen_at", "Last seen (UTC)", func(c *portal.Client) any { return c.LastSeenAt }),
		ofClient("external_id", "Id in the product", func(c *portal.Client) any { return c.ExternalID }),
		ofClient("id", "Id", func(c *portal.Client) any { return c.ID }),
		ofClient("msp_id", "MSP's id", func(c *portal.Client) any { return orNil(c.MSPID) }),
	}
	mspColumns = []Column{
		ofMSP("name", "Name", func(m *portal.MSP) any { return m.Name }),
		ofMSP("clients", "Clients", func(m *portal.MSP) any { return m.Clients }),
		ofMSP("licence_type", "Licence type", func(m *portal.MSP) any { return orNil(m.LicenceType) }),
		ofMSP("spla", "SPLA", func(m *portal.MSP) any { return orNil(m.SPLA) }),
		ofMSP("seats_used", "Active licences", func(m *portal.MSP) any { return orNil(m.SeatsUsed) }),
		ofMSP("seats_total", "Purchased licences", func(m *portal.MSP) any { return orNil(m.SeatsTotal) }),
		ofMSP("next_expires_on", "Next licence end", func(m *portal.MSP) any { return day(m.NextExpiresOn) }),
		ofMSP("growth", "Net growth in 30 days", func(m *portal.MSP) any { return orNil(m.Growth) }),
		ofMSP("expiring_30", "Clients expiring in 30 days", func(m *portal.MSP) any { return m.Expiring30 }),
		ofMSP("expiring_90", "Clients expiring in 90 days", func(m *portal.MSP) any { return m.Expiring90 }),
		ofMSP("expired", "Expired licences", func(m *portal.MSP) any { return m.Expired }),
		ofMSP("exceeded", "Clients over their licences", func(m *portal.MSP) any { return m.Exceeded }),
		ofMSP("disabled", "Disabled clients", func(m *portal.MSP) any { return m.Disabled }),
		ofMSP("missing", "Missing clients", func(m *portal.MSP) any { return m.Missing }),
		ofMSP("status", "Status", func(m *portal.MSP) any { return string(m.Status) }),
		ofMSP("status_reason", "Reason", func(m *portal.MSP) any { return reason(m.StatusReason) }),
		ofMSP("type", "Type", func(m *portal.MSP) any { return m.Type }),
		ofMSP("expires_on", "Earliest licence end", func(m *portal.MSP) any { return day(m.ExpiresOn) }),
		ofMSP("seats_used_unknown", "Clients with unknown active licences", func(m *portal.MSP) any { return m.SeatsUsedUnknown }),
		ofMSP("seats_total_unknown", "Clients with unknown purchased licences", func(m *portal.MSP) any { return m.SeatsTotalUnknown }),
		ofMSP("first_seen_at", "First seen (UTC)", func(m *portal.MSP) any { return m.FirstSeenAt }),
		ofMSP("last_seen_at", "Last seen (UTC)", func(m *portal.MSP) any { return m.LastSeenAt }),
		ofMSP("external_id", "Id in the product", func(m *portal.MSP) any { return m.ExternalID }),
		ofMSP("id", "Id", func(m *portal.MSP) any { return m.ID }),
	}
	// withClientsColumns begin with those of earlier portals' files.
	withClientsColumns = ofBothKinds(
		[]Column{
			{Name: "external_id", Title: "ID"}, {Name: "name", Title: "NAME"}, {Name: "type", Title: "CUSTOMER TYPE"},
			{Name: "licence_type", Title: "LICENSE TYPE"}, {Name: "spla", Title: "SPLA"}, {Name: "seats_used", Title: "DEVICES"},
			{Name: "seats_total", Title: "PURCHASED LICENSES"}, {Name: "clients", Title: "CLIENT COUNT"},
		})
)

const withClientsDefault = 8

// ofBothKinds returns the columns of rows of both kinds: these first, then all others of either.
func ofBothKinds(first []Column) []Column {
	all := first
	for _, c := range slices.Concat(mspColumns, clientColumns) {
		if !slices.Contains(names(all), c.Name) {
			all = append(all, c)
		}
	}
	for i, c := range all {
		msp, client := valueOf(mspColumns, c.Name), valueOf(clientColumns, c.Name)
		all[i].value = func(row portal.ExportRow) any {
			switch {
			case row.Direct != nil:
				return directValue(c.Name, row.Direct)
			case row.MSP != nil:
				return msp(row)
			}
			return client(row)
		}
	}
	return all
}

// directValue returns a cell of the row that precedes the clients directly under the MSSP.
func directValue(column string, of *portal.DirectClients) any {
	switch column {
	case "name":
		return "Directly under " + of.MSSPName
	case "clients":
		return of.Clients
	}
	return nil
}

// valueOf returns the value of a column, nil for every row where there is none of this name.
func valueOf(columns []Column, name string) func(portal.ExportRow) any {
	for _, c := range columns {
		if c.Name == name {
			return c.value
		}
	}
	return func(portal.ExportRow) any { return nil }
}

func ofClient(name, title string, value func(*portal.Client) any) Column {
	return Column{name, title, func(row portal.ExportRow) any { return value(row.Client) }}
}

func ofMSP(name, title string, value func(*portal.MSP) any) Column {
	return Column{name, title, func(row portal.ExportRow) any { return value(row.MSP) }}
}

func orNil[T any](value *T) any {
	if value == nil {
		return nil
	}
	return *value
}

func day(on *string) any {
	if on == nil {
		return nil
	}
	return date(*on)
}

func reason(r *portal.StatusReason) any {
	if r == nil {
		return nil
	}
	return string(*r)
}

// text returns a value as text that does not depend on a language.
func text(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case date:
		return string(v)
	case []string:
		return strings.Join(v, ", ")
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	}
	return ""
}
