package postgres

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Names are searched and sorted by a key that is folded here, when the name is written, and compared byte by byte: what
// a list finds and its order are the same in every database, whatever its locale. A change of fold needs a migration that
// sets keyed_name to null, so that all stored keys are made anew.
//
// Three columns hold it. name_key is its first longestKey bytes: lists sort by it and their cursors carry it, so its
// length is bounded; names that are alike as far as that are sorted by id. name_rest is what is left of the key, null
// for nearly every name; search needs it. keyed_name is the name the key was made of. A server older than the keys
// writes a name without them, so where keyed_name is not the name, search takes the name as that server searched it,
// and KeyNames makes the key later. Until then such a row sorts by the key of its former name, a new one before all others.

// keyColumns are the three columns, and keyValues what a customer s of a run fills them with: nothing if a server older
// than the keys has staged it.
const (
	keyColumns = "name_key, name_rest, keyed_name"
	keyValues  = "coalesce(s.name_key, ''), s.name_rest, case when s.name_key is not null then s.name end"
)

// longestKey is how many bytes of a key are sorted by.
const longestKey = 200

// NameKey returns what a name is sorted by, and what else of it is searched; nil if nothing.
func NameKey(name string) (key string, rest *string) {
	folded := fold(name)
	if len(folded) <= longestKey {
		return folded, nil
	}
	end := longestKey
	for !utf8.RuneStart(folded[end]) {
		end--
	}
	left := folded[end:]
	return folded[:end], &left
}

// fold makes names that a reader takes for the same equal: upper and lower case, ß and ss, letters with and without marks
// however they are composed, and any white space between words.
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

// unmarked drops marks and what is not seen. The dotless ı of Turkish is an i, for its capital is that of i elsewhere.
// Cherokee folds to its capitals, which cases.Fold takes back to small letters.
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

// lower makes the letters A to Z small, as cases.Fold does, and drops control characters.
func lower(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case unicode.IsControl(r) && !unicode.IsSpace(r):
		return -1
	}
	return r
}

// contains searches the names in a table, whose name is an expression, for a text.
func contains(table, named string) condition {
	return func(name, value string, args pgx.NamedArgs) (string, error) {
		folded := fold(value)
		if folded == "" {
			return "false", nil // marks alone are in no name
		}
		args[name], args[name+"_folded"] = pattern(value), pattern(folded)
		return strings.NewReplacer("t.", table+".", "{name}", named, "@q", "@"+name).Replace(`
			case
				when t.keyed_name is distinct from {name} then lower({name}) like lower(@q)
				when t.name_rest is null then t.name_key like @q_folded
				else t.name_key || t.name_rest like @q_folded
			end`), nil
	}
}
