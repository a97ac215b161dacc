package postgres

import (
	"fmt"
	"strings"
	"time"

	"fs-client-portal/backend/portal"
)

// customerColumn is a field of a portal.Customer as a column of sync_customer and, where kept, of msp and client. The
// statements of the merge are built from customerColumns, so a new field is written here, in a migration, in
// portal.Customer, and where it is shown.
type customerColumn struct {
	// field is the field of portal.Customer, name the column and kind its SQL type.
	field, name, kind string
	value             func(portal.Customer) (any, error)
	// kept columns are written to msp and client.
	kept bool
	// history is a format for the value as text: its %s is the column. "": a change of it alone is one line, "details".
	history string
	// differs is a format for whether the history shows a change from the first %s to the second; "": any difference.
	differs string
	// turns: the history of a customer that turned from MSP to client or back shows a change of it.
	turns bool
}

const asText = "%s::text"

// customerColumns is the one list of a customer's fields in the database. TestCustomerColumns fails when a field of
// portal.Customer is missing.
var customerColumns = []customerColumn{
	{field: "Kind", name: "kind", kind: "text",
		value: func(c portal.Customer) (any, error) { return string(c.Kind), nil }},
	{field: "ExternalID", name: "external_id", kind: "text",
		value: func(c portal.Customer) (any, error) { return c.ExternalID, nil }},
	{field: "ParentID", name: "parent", kind: "text",
		value: func(c portal.Customer) (any, error) { return c.ParentID, nil }},
	{field: "Name", name: "name", kind: "text", kept: true, history: "%s", turns: true,
		value: func(c portal.Customer) (any, error) { return c.Name, nil }},
	{field: "Type", name: "type", kind: "text", kept: true, history: "%s", turns: true,
		differs: `lower(%s collate "C") <> lower(%s collate "C")`,
		value:   func(c portal.Customer) (any, error) { return c.Type, nil }},
	{field: "StatusReason", name: "status_reason", kind: "text", kept: true, history: "%s",
		value: func(c portal.Customer) (any, error) { return (*string)(c.StatusReason), nil }},
	{field: "Products", name: "products", kind: "text[]", kept: true, history: "array_to_string(%s, ', ')",
		value: func(c portal.Customer) (any, error) { return append([]string{}, c.Products...), nil }},
	{field: "LicenceType", name: "licence_type", kind: "text", kept: true, history: "%s",
		value: func(c portal.Customer) (any, error) { return c.LicenceType, nil }},
	{field: "SPLA", name: "spla", kind: "boolean", kept: true, history: asText,
		value: func(c portal.Customer) (any, error) { return c.SPLA, nil }},
	{field: "SeatsUsed", name: "seats_used", kind: "bigint", kept: true, history: asText,
		value: func(c portal.Customer) (any, error) { return c.SeatsUsed, nil }},
	{field: "SeatsTotal", name: "seats_total", kind: "bigint", kept: true, history: asText,
		value: func(c portal.Customer) (any, error) { return c.SeatsTotal, nil }},
	{field: "ExpiresOn", name: "expires_on", kind: "date", kept: true, history: "to_char(%s, 'YYYY-MM-DD')", value: expiryDay},
	{field: "Raw", name: "raw", kind: "json", kept: true,
		value: func(c portal.Customer) (any, error) { return c.Raw, nil }},
}

func expiryDay(c portal.Customer) (any, error) {
	if c.ExpiresOn == nil {
		return nil, nil
	}
	day, err := time.Parse(time.DateOnly, *c.ExpiresOn)
	if err != nil {
		return nil, fmt.Errorf("expiry of customer %s: %w", c.ExternalID, err)
	}
	return day, nil
}

// comparable returns the column of a table as a value that equals itself: PostgreSQL cannot compare json.
func (c customerColumn) comparable(table string) string {
	if c.kind == "json" {
		return table + "." + c.name + "::text"
	}
	return table + "." + c.name
}

// eachColumn joins what of returns for the columns that a condition selects.
func eachColumn(which func(customerColumn) bool, separator string, of func(customerColumn) string) string {
	var parts []string
	for _, column := range customerColumns {
		if which(column) {
			parts = append(parts, of(column))
		}
	}
	return strings.Join(parts, separator)
}

func anyColumn(customerColumn) bool     { return true }
func keptColumn(c customerColumn) bool  { return c.kept }
func shownColumn(c customerColumn) bool { return c.history != "" }

// keptNames returns the kept columns, each with a prefix, as a list.
func keptNames(prefix string) string {
	return eachColumn(keptColumn, ", ", func(c customerColumn) string { return prefix + c.name })
}

// present is the condition that the product lists a customer: its row in the table is active or disabled.
func present(table string) string { return table + ".status in ('active', 'disabled')" }

// presentStatus is the status of a customer s that the product lists.
const presentStatus = "case when s.status_reason is null then 'active' else 'disabled' end"
