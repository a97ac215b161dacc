package postgres

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Names are searched and sorted by a key, which fold makes when the name is written and which is compared byte by byte:
// the results and the order of a list are the same in every database, independent of its locale. A change of fold needs
// a migration that sets keyed_name to null, so that all stored keys are made again.
//
// The key has three columns. name_key is its first maxKeyLength bytes: lists sort by it and their cursors contain it,
// so its length is bounded; rows with equal name_key are sorted by id. name_rest is the rest of the key, null for
// nearly every name; search needs it. keyed_name is the name that the key was made of. A server older than the keys
// writes a name without them. Where keyed_name differs from the name, search uses the name as that server did, and
// KeyNames makes the key later; until then a renamed row sorts by its former name, and a new one before all others.

// keyColumns are the three columns, keyValues their values from a staged customer s: null if a server older than the
// keys has staged it.
const (
	keyColumns = "name_key, name_rest, keyed_name"
	keyValues  = "coalesce(s.name_key, ''), s.name_rest, case when s.name_key is not null then s.name end"
)

// maxKeyLength is the greatest length of name_key in bytes.
const maxKeyLength = 200

// NameKey returns the sort key of a name, and the rest of the key, nil if there is none.
func NameKey(name string) (key string, rest *string) {
	folded := fold(name)
	if len(folded) <= maxKeyLength {
		return folded, nil
	}
	end := maxKeyLength
	for !utf8.RuneStart(folded[end]) {
		end--
	}
	left := folded[end:]
	return folded[:end], &left
}

// fold makes names equal that differ only in case, ß and ss, marks on letters (composed or not), or white space.
func fold(text string) string {
	if !isASCII(text) {
		text = strings.Map(unmarked, norm.NFKD.String(text))
		text = strings.Map(unmarked, norm.NFKD.String(cases.Fold().String(text)))
	}
	return strings.Join(strings.FieldsFunc(strings.Map(lower, text), unicode.IsSpace), " ")
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unmarked removes marks and invisible characters. The dotless ı of Turkish becomes i: its capital is that of i in
// other languages. Cherokee folds to its capitals, which cases.Fold then turns into small letters.
func unmarked(r rune) rune {
	switch {
	case r == 'ı':
		return 'i'
	case unicode.Is(unicode.Cherokee, r):
		return unicode.ToUpper(r)
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return -1
	}
	return r
}

// lower turns A to Z into small letters, as cases.Fold does, and removes control characters.
func lower(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case unicode.IsControl(r) && !unicode.IsSpace(r):
		return -1
	}
	return r
}

// contains returns a condition that the name of a row contains the text; column is the SQL expression of the name.
func contains(table, column string) condition {
	return func(name, value string, args pgx.NamedArgs) (string, error) {
		folded := fold(value)
		if folded == "" {
			return "false", nil // marks alone are in no name
		}
		args[name], args[name+"_folded"] = pattern(value), pattern(folded)
		return nameLike(table, column, "@"+name, "@"+name+"_folded"), nil
	}
}

// nameLike is the condition that the name of a row, in column, is like a pattern; folded is the pattern for its key.
func nameLike(table, column, pattern, folded string) string {
	return strings.NewReplacer("t.", table+".", "{name}", column, "{pattern}", pattern, "{folded}", folded).Replace(`
			case
				when t.keyed_name is distinct from {name} then lower({name}) like lower({pattern})
				when t.name_rest is null then t.name_key like {folded}
				else t.name_key || t.name_rest like {folded}
			end`)
}
