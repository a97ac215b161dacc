package customersync_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/testkit/fakeheimdal"
)

func TestShape(t *testing.T) {
	t.Parallel()
	t.Run("does_not_change_rows", testShapeDoesNotChangeRows)
	t.Run("keeps_whole_json_of_customers", testShapeKeepsWholeJSONOfCustomers)
}

// testShapeDoesNotChangeRows: every form of response and every spelling of its names yields the same rows.
func testShapeDoesNotChangeRows(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	type form struct {
		name  string
		shape fakeheimdal.Shape
	}
	var forms []form
	for _, f := range fakeheimdal.Forms {
		if f == fakeheimdal.Object {
			continue // it holds a single customer
		}
		for spelling, names := range fakeheimdal.Spellings {
			for _, text := range []bool{false, true} {
				shape := fakeheimdal.Shape{Form: f, PageSize: 4, Names: names, NumbersAsText: text}
				forms = append(forms, form{string(f) + " " + spelling, shape})
			}
		}
	}
	want := ""
	for _, f := range forms {
		w := base.another(t)
		w.service = w.newService(func(c *customersync.Config) { c.Clock = newSkippingClock() })
		w.fake.SetShape(f.shape)
		w.complete(twoPartners()...)
		got := strings.Join(slices.Sorted(maps.Values(w.rows())), "\n")
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("rows of %s, numbers as text %t: got\n%s\nwant\n%s", f.name, f.shape.NumbersAsText, got, want)
		}
		w.fake.Close()
	}
	var rows int
	if rows = strings.Count(want, "\n") + 1; rows != len(twoPartners()) {
		t.Errorf("rows: got %d, want %d:\n%s", rows, len(twoPartners()), want)
	}
}

func testShapeKeepsWholeJSONOfCustomers(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	for _, f := range fakeheimdal.Forms {
		w := base.another(t)
		w.service = w.newService(func(c *customersync.Config) { c.Clock = newSkippingClock() })
		w.fake.SetShape(fakeheimdal.Shape{Form: f, PageSize: 1})
		special := with(corp(3, "Special", 1), customer{"contact": map[string]any{"mail": "a@b.example"}, "score": json.Number("1.50")})
		if f == fakeheimdal.Object {
			w.complete(special)
		} else {
			w.complete(reseller(1, "Partner"), special)
		}
		kept := value[string](w, "select raw::text from client where mssp_id = $1 and external_id = '3'", w.ID)
		for _, part := range []string{`"contact":{"mail":"a@b.example"}`, `"score":1.50`, `"name":"Special"`} {
			if !strings.Contains(kept, part) {
				t.Errorf("JSON kept from %s: got %s, want %s in it", f, kept, part)
			}
		}
	}
}
