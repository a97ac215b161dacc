package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"fs-client-portal/backend/portal"
)

// limit is a limit of the API, which the screens know and the fake of the API has too.
type limit struct{ name, doc, value string }

func limits() []limit {
	return []limit{
		{"exportIDs", "Ids of a selection to export.", strconv.Itoa(portal.MaxExportIDs)},
		{"favourites", "Favourites of a user.", strconv.Itoa(portal.MaxFavourites)},
		{"recents", "Opened MSPs and clients of a user that are kept.", strconv.Itoa(portal.MaxRecents)},
		{"marks", "Marks of an MSSP or MSP on what needs attention.", strconv.Itoa(portal.MaxMarks)},
		{"snoozeDays", "Days for which something can be snoozed.", strconv.Itoa(int(portal.MaxSnooze / (24 * time.Hour)))},
		{"views", "Views of a user, or shared ones of an MSSP, MSP or client.", strconv.Itoa(portal.MaxViews)},
		{"viewName", "Characters of a view's name.", strconv.Itoa(portal.MaxViewName)},
		{"viewQuery", "Characters of a view's query.", strconv.Itoa(portal.MaxViewQuery)},
		{"viewColumns", "Columns that a view names.", strconv.Itoa(portal.MaxViewColumns)},
		{"search", "Characters of a search in a list.", lengthOf(portal.ClientFilter{}, "Q")},
		{"filterValues", "Values of a filter.", strconv.Itoa(portal.MaxFilterValues)},
		{"filterValue", "Characters of a value of a filter.", strconv.Itoa(portal.MaxFilterValueLength)},
		{"expiryDays", "Days from today to filter the end of a licence by.", strconv.Itoa(portal.MaxExpiryDays)},
		{"sorts", "Fields that a list is sorted by.", strconv.Itoa(portal.MaxSorts)},
		{"groupedSorts", "Fields that a list is sorted by within groups.", strconv.Itoa(portal.MaxGroupedSorts)},
		{"email", "Characters of the address of an invite.", lengthOf(portal.NewInvite{}, "Email")},
		{"inviteCode", "Characters of a typed invite code.", lengthOf(portal.InviteClaim{}, "InviteCode")},
		{"customerID", "Characters of the MSSP's id in a product.", lengthOf(portal.NewConnection{}, "CustomerID")},
		{"apiKey", "Characters of a product's API key.", lengthOf(portal.NewConnection{}, "APIKey")},
		{"harmlessNames", "Names of a connection that are declared harmless.", strconv.Itoa(portal.MostHarmless)},
		{"harmlessName", "Characters of such a name.", strconv.Itoa(portal.LongestHarmless)},
	}
}

// lengthOf returns the greatest length of a struct's field.
func lengthOf(of any, field string) string { return tagOf(of, field, "maxLength") }

// limitsText returns the text of the file of limits.
func limitsText() string {
	var text strings.Builder
	text.WriteString(header + "\n/** The greatest numbers that the API accepts. */\nexport const limits = {\n")
	for _, l := range limits() {
		fmt.Fprintf(&text, "  /** %s */\n  %s: %s,\n", l.doc, l.name, l.value)
	}
	text.WriteString("} as const;\n\n/** The characters with which spreadsheets begin a formula, for a class of a regular expression. */\n")
	fmt.Fprintf(&text, "export const formulaStarts = %s;\n", strconv.QuoteToASCII(portal.FormulaStarts))
	return text.String()
}
