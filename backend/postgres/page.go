package postgres

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// keyType says how a cursor carries a sort key's value and how SQL reads it back.
type keyType string

const (
	textKey keyType = "text"
	intKey  keyType = "bigint"
	dateKey keyType = "date"
	timeKey keyType = "timestamptz"
	idKey   keyType = "uuid"
)

// sortKey is one thing a list may be sorted by: never null, so that a page can begin after any row. asc and desc
// differ where absent values come last in both directions.
type sortKey struct {
	asc, desc string
	kind      keyType
}

func plainKey(column string, kind keyType) sortKey { return sortKey{column, column, kind} }

// absentLast sorts rows without a value behind all others, whichever the direction.
func absentLast(column string, kind keyType) sortKey {
	low, high := "'-infinity'::"+string(kind), "'infinity'::"+string(kind)
	switch kind {
	case intKey:
		low, high = "-9223372036854775808", "9223372036854775807"
	case textKey: // bytewise, where the empty text is the least and the last code point the greatest
		column, low, high = column+` collate "C"`, "''", "chr(1114111)"
	}
	return sortKey{
		asc:  fmt.Sprintf("coalesce(%s, %s)", column, high),
		desc: fmt.Sprintf("coalesce(%s, %s)", column, low),
		kind: kind,
	}
}

// keyset turns a sort and a cursor into SQL: rows in a total order, and a page that begins behind the cursor's row
// at the cost of the page, however far in it lies.
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

// newKeyset reads a sort such as "name,-clients" by the list of keys and a cursor an earlier page ended with.
// It answers Invalid naming sort or cursor where they are not.
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
	if len(k.terms) > 3 {
		return keyset{}, portal.InvalidField("sort", "Sort by three fields at most.")
	}
	k.terms = append(k.terms, keysetTerm{id, idKey, k.terms[0].descending})
	return k, k.readCursor(cursor)
}

func newTerm(keys map[string]sortKey, name string) (keysetTerm, error) {
	descending := strings.HasPrefix(name, "-")
	key, ok := keys[strings.TrimPrefix(name, "-")]
	if !ok {
		return keysetTerm{}, portal.InvalidField("sort", "This list cannot be sorted by %q; it can by %s.", name, strings.Join(slices.Sorted(maps.Keys(keys)), ", "))
	}
	if descending {
		return keysetTerm{key.desc, key.kind, true}, nil
	}
	return keysetTerm{key.asc, key.kind, false}, nil
}

// cursorContent is what a cursor holds: positions only, so a forged one can at most ask for another page of what the
// viewer may see anyway.
type cursorContent struct {
	Sort string   `json:"s"`
	Keys []string `json:"k"`
}

func (k *keyset) readCursor(cursor string) error {
	if cursor == "" {
		return nil
	}
	wrong := portal.InvalidField("cursor", "This cursor is not one this list gave out. Start again without a cursor.")
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return wrong
	}
	var content cursorContent
	if json.Unmarshal(text, &content) != nil || len(content.Keys) != len(k.terms) {
		return wrong
	}
	if content.Sort != k.sort {
		return portal.InvalidField("cursor", "This cursor belongs to another sort. Start again without a cursor.")
	}
	for i, value := range content.Keys {
		if !k.terms[i].kind.accepts(value) {
			return wrong
		}
	}
	k.after = content.Keys
	return nil
}

// accepts reports whether PostgreSQL will read value as the type: what it would refuse must not reach it.
func (t keyType) accepts(value string) bool {
	var err error
	switch t {
	case textKey:
		return len(value) <= 1000 && !strings.ContainsRune(value, 0) && strings.ToValidUTF8(value, "") == value
	case intKey:
		_, err = strconv.ParseInt(value, 10, 64)
	case dateKey:
		if value == "infinity" || value == "-infinity" {
			return true
		}
		return aTime(time.DateOnly, value)
	case timeKey:
		if value == "infinity" || value == "-infinity" {
			return true
		}
		return aTime("2006-01-02 15:04:05.999999-07", value)
	case idKey:
		return validID(value)
	}
	return err == nil
}

// aTime reports whether value is a time of the layout; PostgreSQL knows no year 0 and no zone 16 hours from UTC.
func aTime(layout, value string) bool {
	t, err := time.Parse(layout, value)
	_, offset := t.Zone()
	return err == nil && t.Year() > 0 && max(offset, -offset) < 16*60*60
}

// validID reports whether id is a UUID in its usual form, the only one the portal gives out.
func validID(id string) bool { return len(id) == 36 && uuid.Validate(id) == nil }

// columns selects the row's position for the cursor behind it.
func (k keyset) columns() string {
	texts := make([]string, len(k.terms))
	for i, term := range k.terms {
		texts[i] = term.expression + "::text"
	}
	return "array[" + strings.Join(texts, ", ") + "]"
}

// where answers the condition that a row lies behind the cursor, adding the cursor's values to args; "true" without one.
// Where all keys run the same way it is one row comparison, which an index answers.
func (k keyset) where(args pgx.NamedArgs) string {
	if k.after == nil {
		return "true"
	}
	for i, value := range k.after {
		args["after"+strconv.Itoa(i)] = value
	}
	if k.oneWay() {
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
	return "(" + strings.Join(alternatives, " or ") + ")"
}

func (k keyset) oneWay() bool {
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

// value is the placeholder of the i-th key: sent as text, read as the key's type.
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

// cursor makes the cursor that begins behind a row at the position columns selected.
func (k keyset) cursor(position []string) *string {
	text, err := json.Marshal(cursorContent{Sort: k.sort, Keys: position})
	if err != nil {
		panic(err) // strings always marshal
	}
	cursor := base64.RawURLEncoding.EncodeToString(text)
	return &cursor
}

// cutPage takes one row more than the page holds as the sign that there is another page; split answers a row's item
// and its position.
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

// pattern makes a LIKE pattern that finds text anywhere, its own wildcards taken literally.
func pattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

// errNone is the answer for a row outside the scope as for no row at all.
func errNone(noun string) error { return portal.Errorf(portal.NotFound, "There is no such %s.", noun) }
