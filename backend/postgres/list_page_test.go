package postgres

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

var testSorts = map[string]sortKey{
	"name": nameKey("c.name_key"), "type": plainKey("c.type", textKey), "city": plainKey("c.city", textKey),
	"seats": absentLast("c.seats", intKey), "day": absentLast("c.day", dateKey), "at": plainKey("c.at", timeKey),
}

func TestCursor(t *testing.T) {
	t.Run("has_at_most_1024_characters", testCursorHasAtMost1024Characters)
}

func testCursorHasAtMost1024Characters(t *testing.T) {
	sort := "-name,-type,-city" + strings.Repeat(",", 83) // the longest that the API accepts
	widest := strings.Repeat("𐍈", maxKeyLength/4)
	k := keyset{sort: sort}
	cursor := k.cursor([]string{widest, widest, widest, NewID()})
	if len(*cursor) > 1024 {
		t.Errorf("longest cursor: got %d characters, want at most 1024", len(*cursor))
	}
}

func FuzzCursor(f *testing.F) {
	for _, sort := range []string{"name", "-type", "seats,-day", "at,name,city"} {
		k, err := newKeyset(testSorts, sort, "", "c.id", "")
		if err != nil {
			f.Fatal(err)
		}
		position := make([]string, len(k.terms))
		for i, term := range k.terms {
			position[i] = map[keyType]string{
				textKey: "müller", intKey: "-5", dateKey: "2030-01-05", timeKey: "infinity", idKey: "0198c5a4-0000-7000-8000-000000000000",
			}[term.kind]
		}
		f.Add(sort, *k.cursor(position))
	}
	f.Add("name", "AAAA")
	f.Fuzz(func(t *testing.T, sort, cursor string) {
		k, err := newKeyset(testSorts, sort, "name", "c.id", cursor)
		if err != nil || cursor == "" {
			return
		}
		if again := k.cursor(k.after); *again != cursor {
			t.Errorf("cursor written again: got %q, want %q", *again, cursor)
		}
		args := pgx.NamedArgs{}
		if condition := k.where(args); strings.Count(condition, "@after") < len(k.terms) || len(args) != len(k.terms) {
			t.Errorf("got the condition %q with the values %v, want one for each of %d terms", condition, args, len(k.terms))
		}
		for _, value := range k.after {
			if strings.ContainsRune(value, 0) || len(value) > maxKeyLength {
				t.Errorf("cursor %q: got the value %q, want no zero byte and at most %d bytes", cursor, value, maxKeyLength)
			}
		}
	})
}
