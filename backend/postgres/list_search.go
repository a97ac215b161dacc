package postgres

import (
	"maps"
	"strings"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// A search finds MSPs and clients by a part of their name or of their id in the product. Users of the MSSP find clients
// by a part of their MSP's name too; for others that is the same for every client. testdata/search.json has cases for
// this rule, which the fake API of the screens is tested with as well.

// searchCustomers returns a condition that the name or the id in the product of a row contains the text.
func searchCustomers(table string) condition {
	return func(name, value string, args pgx.NamedArgs) (string, error) {
		named, err := contains(table, table+".name")(name, value, args)
		id := foldID(value)
		if id == "" || err != nil {
			return named, err
		}
		args[name+"_id"] = pattern(id)
		return "(" + named + " or lower(" + table + `.external_id collate "C") like @` + name + "_id)", nil
	}
}

// foldID returns the text as ids are compared: without the case of A to Z and the space around it.
func foldID(text string) string { return strings.Map(lower, strings.TrimSpace(text)) }

// searchOfMSSP is the search among all clients of an MSSP.
func searchOfMSSP(name, value string, args pgx.NamedArgs) (string, error) {
	own, err := searchCustomers("c")(name, value, args)
	if err != nil {
		return "", err
	}
	if hasTrigram(fold(value)) && hasTrigram(foldID(value)) {
		return "c.id in (select search_clients(@" + name + "_folded, @" + name + ", @" + name + "_id))", nil
	}
	msp, err := contains("m", "m.name")(name, value, args)
	return `(` + own + ` or c.msp_id in (
		select m.id
		from msp m
		where m.mssp_id = @mssp
		and ` + msp + `))`, err
}

// hasTrigram reports whether a search for the text can use an index of trigrams: it has three letters or digits in a
// row. Which other characters count as letters depends on the database's locale.
func hasTrigram(text string) bool {
	run := 0
	for _, r := range text {
		run++
		if !('a' <= r && r <= 'z' || '0' <= r && r <= '9') {
			run = 0
		}
		if run == 3 {
			return true
		}
	}
	return false
}

// clientFiltersIn returns the filters of clients in a scope.
func clientFiltersIn(scope portal.Scope) map[string]listFilter {
	if scope.Level != portal.LevelMSSP {
		return clientFilters
	}
	all := maps.Clone(clientFilters)
	all["q"] = listFilter{rows: searchOfMSSP}
	return all
}
