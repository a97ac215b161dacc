package postgres

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// A cursor is the position of the last row of a page: the values that the list is sorted by, and the row's id, which is
// unique, so that every other row is before or behind it. The row itself may have changed or been deleted since. The
// method position writes the values in one fixed form, independent of the session's settings.
//
// A cursor has at most 1,024 characters, the API's limit. A list is sorted by at most three texts, each of at most
// maxKeyLength bytes: names by their stored keys, other texts by their first cutText characters. The order is total,
// because rows with equal keys are sorted by id.

// keyType is the SQL type of a sort key. A cursor's value is cast to it.
type keyType string

const (
	textKey keyType = `text collate "C"`
	intKey  keyType = "bigint"
	dateKey keyType = "date"
	timeKey keyType = "timestamptz"
	idKey   keyType = "uuid"
)

// sortKey is an expression that a list may be sorted by. It is never null, so that a page can begin after any row. asc
// and desc differ if absent values are last in both directions.
type sortKey struct {
	asc, desc string
	kind      keyType
}

// cutText is the number of characters that always fit into maxKeyLength bytes.
const cutText = maxKeyLength / utf8.UTFMax

// plainKey sorts by a column or an expression that is never null.
func plainKey(column string, kind keyType) sortKey {
	column = bounded(column, kind)
	return sortKey{column, column, kind}
}

// absentLast sorts rows without a value behind all others, in both directions.
func absentLast(column string, kind keyType) sortKey { return nullLast(bounded(column, kind), kind) }

// nameKey sorts by a stored key of names (name_key.go), which is bounded and a column of an index.
func nameKey(column string) sortKey { return sortKey{column, column, textKey} }

// absentNameLast is absentLast for a stored key of names.
func absentNameLast(column string) sortKey { return nullLast(column, textKey) }

// bounded returns the part of the value that lists are sorted by.
func bounded(column string, kind keyType) string {
	if kind != textKey {
		return column
	}
	return fmt.Sprintf(`left(%s, %d) collate "C"`, column, cutText)
}

func nullLast(column string, kind keyType) sortKey {
	low, high := "'-infinity'::"+string(kind), "'infinity'::"+string(kind)
	switch kind {
	case intKey:
		low, high = "-9223372036854775808", "9223372036854775807"
	case textKey: // bytewise, where the empty text is the least and the last code point the greatest
		low, high = "''", "chr(1114111)"
	}
	return sortKey{
		asc:  fmt.Sprintf("coalesce(%s, %s)", column, high),
		desc: fmt.Sprintf("coalesce(%s, %s)", column, low),
		kind: kind,
	}
}

// keyset turns a sort and a cursor into SQL: a total order, and the condition that a row is behind the cursor. The cost
// of a page does not depend on its distance from the first.
type keyset struct {
	sort  string
	terms []keysetTerm
	after []string
}

type keysetTerm struct {
	expression string
	kind       keyType
	descending bool
}

// newKeyset parses a sort such as "name,-clients", whose names are in keys, and the cursor of an earlier page. It
// returns Invalid naming sort or cursor if one is malformed.
func newKeyset(keys map[string]sortKey, sort, fallback, id, cursor string) (keyset, error) {
	if sort == "" {
		sort = fallback
	}
	k := keyset{sort: sort}
	for _, name := range strings.Split(sort, ",") {
		term, err := newTerm(keys, name)
		if err != nil {
			return keyset{}, err
		}
		k.terms = append(k.terms, term)
	}
	if len(k.terms) > portal.MaxSorts {
		return keyset{}, portal.InvalidField("sort", "Sort by %d fields at most.", portal.MaxSorts)
	}
	k.terms = append(k.terms, keysetTerm{id, idKey, k.terms[0].descending})
	return k, k.readCursor(cursor)
}

func newTerm(keys map[string]sortKey, name string) (keysetTerm, error) {
	descending := strings.HasPrefix(name, "-")
	key, ok := keys[strings.TrimPrefix(name, "-")]
	if !ok {
		return keysetTerm{}, portal.InvalidField("sort", "This list cannot be sorted by %q; it can by %s.",
			name, strings.Join(slices.Sorted(maps.Keys(keys)), ", "))
	}
	if descending {
		return keysetTerm{key.desc, key.kind, true}, nil
	}
	return keysetTerm{key.asc, key.kind, false}, nil
}

// separator separates the parts of a cursor. Text in PostgreSQL cannot contain it.
const separator = "\x00"

// readCursor parses a cursor: the sort it belongs to, then one value for each term. It contains positions only, so a
// forged cursor can only select another page of what the viewer may see.
func (k *keyset) readCursor(cursor string) error {
	if cursor == "" {
		return nil
	}
	wrong := portal.InvalidField("cursor", "This cursor is not one this list gave out. Start again without a cursor.")
	text, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil {
		return wrong
	}
	sort, values, found := strings.Cut(string(text), separator)
	after := strings.Split(values, separator)
	if !found || !utf8.Valid(text) {
		return wrong
	}
	if sort != k.sort {
		return portal.InvalidField("cursor", "This cursor belongs to another sort. Start again without a cursor.")
	}
	if len(after) != len(k.terms) {
		return wrong
	}
	for i, value := range after {
		if !k.terms[i].kind.accepts(value) {
			return wrong
		}
	}
	k.after = after
	return nil
}

// accepts reports whether PostgreSQL can cast value to the type, so that a malformed value never reaches it.
func (t keyType) accepts(value string) bool {
	var err error
	switch t {
	case textKey:
		return len(value) <= maxKeyLength
	case intKey:
		_, err = strconv.ParseInt(value, 10, 64)
	case dateKey:
		return isTime("2006-01-02", value)
	case timeKey:
		return isTime("2006-01-02T15:04:05.000000Z", value)
	case idKey:
		return validID(value)
	}
	return err == nil
}

// isTime reports whether value is a time of the layout, or infinity or -infinity; PostgreSQL has no year 0.
func isTime(layout, value string) bool {
	if value == "infinity" || value == "-infinity" {
		return true
	}
	t, err := time.Parse(layout, value)
	return err == nil && t.Year() > 0
}

// validID reports whether id is a UUID in its usual form, the only one the portal gives out.
func validID(id string) bool { return len(id) == 36 && uuid.Validate(id) == nil }

// columns returns the expression of the row's position, from which its cursor is made.
func (k keyset) columns() string {
	texts := make([]string, len(k.terms))
	for i, term := range k.terms {
		texts[i] = term.position()
	}
	return "array[" + strings.Join(texts, ", ") + "]"
}

// position returns the term's value as text that accepts can read, in a form independent of the session's settings.
func (t keysetTerm) position() string {
	switch t.kind {
	case textKey:
		return t.expression
	case dateKey:
		return infinityOr(`to_char((`+t.expression+`)::timestamp, 'YYYY-MM-DD')`, t.expression)
	case timeKey:
		return infinityOr(`to_char((`+t.expression+`) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`, t.expression)
	}
	return "(" + t.expression + ")::text"
}

// infinityOr writes infinity and -infinity, for which to_char returns null.
func infinityOr(text, expression string) string {
	return "coalesce(" + text + ", case when (" + expression + ") > '2000-01-01' then 'infinity' else '-infinity' end)"
}

// where returns the condition that a row is behind the cursor, and adds the cursor's values to args; "true" without a
// cursor. If all keys have the same direction it is one row comparison, which can use an index.
func (k keyset) where(args pgx.NamedArgs) string {
	if k.after == nil {
		return "true"
	}
	for i, value := range k.after {
		args["after"+strconv.Itoa(i)] = value
	}
	if k.sameDirection() {
		return k.rowComparison()
	}
	alternatives := make([]string, len(k.terms))
	for i := range k.terms {
		conditions := make([]string, i+1)
		for j := range i {
			conditions[j] = k.terms[j].expression + " = " + k.value(j)
		}
		conditions[i] = k.terms[i].expression + k.operator(i) + k.value(i)
		alternatives[i] = "(" + strings.Join(conditions, " and ") + ")"
	}
	return k.atOrBehindFirst() + " and (" + strings.Join(alternatives, " or ") + ")"
}

// atOrBehindFirst is the condition on the first key that the alternatives imply: unlike them, it can use an index.
func (k keyset) atOrBehindFirst() string {
	return k.terms[0].expression + strings.TrimSuffix(k.operator(0), " ") + "= " + k.value(0)
}

func (k keyset) sameDirection() bool {
	for _, term := range k.terms {
		if term.descending != k.terms[0].descending {
			return false
		}
	}
	return true
}

func (k keyset) rowComparison() string {
	left, right := make([]string, len(k.terms)), make([]string, len(k.terms))
	for i, term := range k.terms {
		left[i], right[i] = term.expression, k.value(i)
	}
	return "(" + strings.Join(left, ", ") + ")" + k.operator(0) + "(" + strings.Join(right, ", ") + ")"
}

// value returns the placeholder of the i-th key: sent as text, cast to the key's type.
func (k keyset) value(i int) string { return fmt.Sprintf("@after%d::text::%s", i, k.terms[i].kind) }

func (k keyset) operator(i int) string {
	if k.terms[i].descending {
		return " < "
	}
	return " > "
}

func (k keyset) orderBy() string {
	parts := make([]string, len(k.terms))
	for i, term := range k.terms {
		parts[i] = term.expression
		if term.descending {
			parts[i] += " desc"
		}
	}
	return strings.Join(parts, ", ")
}

// cursor returns the cursor behind a row, whose position was selected by columns.
func (k keyset) cursor(position []string) *string {
	text := k.sort + separator + strings.Join(position, separator)
	cursor := base64.RawURLEncoding.EncodeToString([]byte(text))
	return &cursor
}

// cutPage returns the items of a page and the cursor of the next, nil if there is none: rows has one row more than the
// page if there is. split returns a row's item and its position.
func cutPage[R, T any](k keyset, rows []R, limit int, split func(R) (T, []string)) ([]T, *string) {
	items := make([]T, 0, min(len(rows), limit))
	var last []string
	for i, row := range rows {
		item, position := split(row)
		if i == limit {
			return items, k.cursor(last)
		}
		items, last = append(items, item), position
	}
	return items, nil
}

// pattern returns a LIKE pattern that finds text anywhere, its own wildcards escaped.
func pattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

// errNotFound returns NotFound: the same error for a row outside the scope as for no row at all.
func errNotFound(noun string) error {
	return portal.Errorf(portal.NotFound, "There is no such %s.", noun)
}
