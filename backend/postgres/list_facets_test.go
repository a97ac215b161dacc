package postgres_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fs-client-portal/backend/portal"
)

// TestFacetsProperty checks for random worlds, viewers and filters that the count of each value is the total of the
// list with this value as the only filter of its column, and that every row has one of the values.
func TestFacetsProperty(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		w := drawListedWorld(r, base.sibling())
		for name, viewer := range w.viewers {
			filter, _ := drawFilter[portal.ClientFilter](r, w, clientColumns)
			all, _, err := w.DB.ClientFacets(w.Context(), viewer, portal.ClientFacetQuery{ClientFilter: filter})
			if err != nil {
				r.Fatal(err)
			}
			checkFacets(r, fmt.Sprintf("clients of %s by %+v", name, filter), all, filter, func(filter portal.ClientFilter) int64 {
				page, _, err := w.DB.Clients(w.Context(), viewer, portal.ClientQuery{ClientFilter: filter, Limit: 1})
				if err != nil {
					r.Fatal(err)
				}
				return page.Total
			})
			if viewer.Scope.Level == portal.LevelClient {
				continue
			}
			msps, _ := drawFilter[portal.MSPFilter](r, w, mspColumns)
			all, _, err = w.DB.MSPFacets(w.Context(), viewer, portal.MSPFacetQuery{MSPFilter: msps})
			if err != nil {
				r.Fatal(err)
			}
			checkFacets(r, fmt.Sprintf("MSPs of %s by %+v", name, msps), all, msps, func(filter portal.MSPFilter) int64 {
				page, _, err := w.DB.MSPs(w.Context(), viewer, portal.MSPQuery{MSPFilter: filter, Limit: 1})
				if err != nil {
					r.Fatal(err)
				}
				return page.Total
			})
		}
	})
}

func checkFacets[F any](r *rapid.T, what string, all portal.Facets, filter F, total func(F) int64) {
	for _, f := range all.Facets {
		var sum int64
		for _, v := range f.Values {
			if n := total(withColumn(filter, f.Column, v.Value)); n != v.Count || v.Count == 0 {
				r.Fatalf("%s: %s=%s: got a count of %d, but the list has %d", what, f.Column, v.Value, v.Count, n)
			}
			sum += v.Count
		}
		n := total(withColumn(filter, f.Column, ""))
		if single := f.Column != "products"; single && sum != n || sum < n || f.Others != 0 {
			r.Fatalf("%s: %s: got counts of %d rows, and %d further values, but the list has %d", what, f.Column, sum, f.Others, n)
		}
	}
}

// withColumn returns the filter with another value for one column.
func withColumn[F any](filter F, column, value string) F {
	for _, field := range reflect.VisibleFields(reflect.TypeFor[F]()) {
		if field.Tag.Get("query") == column {
			reflect.ValueOf(&filter).Elem().FieldByIndex(field.Index).SetString(value)
		}
	}
	return filter
}

// facetTexts returns each facet as one line.
func facetTexts(all portal.Facets) []string {
	var lines []string
	for _, f := range all.Facets {
		line := f.Column + ":"
		for _, v := range f.Values {
			line += fmt.Sprintf(" %s=%d", strings.ToLower(v.Value), v.Count)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestFacets(t *testing.T) {
	t.Parallel()
	w := newLicensedTenant(t)
	t.Run("count_under_other_filters", func(t *testing.T) {
		q := portal.ClientFacetQuery{ClientFilter: portal.ClientFilter{Status: "active", SPLA: "yes"}, Columns: "status,spla,licence_type"}
		all, _, err := w.DB.ClientFacets(t.Context(), w.admin, q)
		want := []string{"licence_type: edr=1", "spla: no=2 unknown=2 yes=1", "status: active=1"}
		if diff := cmp.Diff(want, facetTexts(all)); err != nil || diff != "" {
			t.Errorf("facets (-want +got), %v:\n%s", err, diff)
		}
	})
	t.Run("of_msps", func(t *testing.T) {
		all, _, err := w.DB.MSPFacets(t.Context(), w.admin, portal.MSPFacetQuery{})
		want := []string{"licence_type: none=2 monthly=1", "spla: unknown=2 yes=1", "status: active=2 disabled=1",
			"status_reason: none=2 inactive=1", "type: reseller=3"}
		if diff := cmp.Diff(want, facetTexts(all)); err != nil || diff != "" {
			t.Errorf("facets (-want +got), %v:\n%s", err, diff)
		}
	})
	t.Run("name_msps_and_texts", func(t *testing.T) {
		all, _, err := w.DB.ClientFacets(t.Context(), w.admin, portal.ClientFacetQuery{Columns: "msp_id,products"})
		var names []string
		for _, f := range all.Facets {
			for _, v := range f.Values {
				names = append(names, v.Name)
			}
		}
		if diff := cmp.Diff([]string{"North", "South", "", "", "Patch"}, names); err != nil || diff != "" {
			t.Errorf("names (-want +got), %v:\n%s", err, diff)
		}
	})
	t.Run("have_sorted_texts_for_older_apps", func(t *testing.T) {
		for viewer, want := range map[string][]string{"1": {"EDR"}, "2": {"100%_Suite"}} {
			all, _, err := w.DB.ClientFacets(t.Context(), w.atMSP(viewer), portal.ClientFacetQuery{})
			for i, text := range all.LicenceTypes {
				all.LicenceTypes[i] = strings.Replace(text, "edr", "EDR", 1) // either spelling may be returned
			}
			if diff := cmp.Diff(want, all.LicenceTypes); err != nil || diff != "" || len(all.Types) != 1 {
				t.Errorf("MSP %s: got the types %v, %v; licence types (-want +got):\n%s", viewer, all.Types, err, diff)
			}
		}
	})
	t.Run("refuse_column_without_choices", func(t *testing.T) {
		_, _, err := w.DB.ClientFacets(t.Context(), w.admin, portal.ClientFacetQuery{Columns: "status,name"})
		if portal.ErrorCode(err) != portal.Invalid || !strings.Contains(err.Error(), `"name"`) {
			t.Errorf("got %v, want invalid: columns", err)
		}
	})
	t.Run("refuse_filter", func(t *testing.T) {
		_, _, err := w.DB.MSPFacets(t.Context(), w.admin, portal.MSPFacetQuery{MSPFilter: portal.MSPFilter{Status: "gone"}})
		if portal.ErrorCode(err) != portal.Invalid {
			t.Errorf("got %v, want invalid: status", err)
		}
	})
	t.Run("have_at_most_100_values", testFacetsHaveAtMost100Values)
}

func testFacetsHaveAtMost100Values(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var world []portal.Customer
	for i := range 151 {
		c := client(fmt.Sprint(i), fmt.Sprint("Client ", i), "")
		c.LicenceType = ptr(fmt.Sprintf("Type, %d", i/2))
		if i >= 100 {
			c.LicenceType = ptr(fmt.Sprint("Type ", i))
		}
		world = append(world, c)
	}
	w.complete(world)
	all, _, err := w.DB.ClientFacets(t.Context(), w.admin, portal.ClientFacetQuery{Columns: "licence_type"})
	if err != nil || len(all.Facets) != 1 {
		t.Fatalf("got %d facets, %v, want 1", len(all.Facets), err)
	}
	if f := all.Facets[0]; len(f.Values) != 100 || f.Others != 1 || f.Values[49].Count != 2 || f.Values[50].Count != 1 {
		t.Errorf("got %d values and %d others, counts %d and %d, want 100 and 1, 2 and 1", len(f.Values), f.Others, f.Values[49].Count,
			f.Values[50].Count)
	}
	if len(all.LicenceTypes) != 100 || all.Facets[0].Values[0].Value != `Type\, 0` {
		t.Errorf("got %d licence types and the value %s, want 100 and an escaped comma", len(all.LicenceTypes), all.Facets[0].Values[0].Value)
	}
}
