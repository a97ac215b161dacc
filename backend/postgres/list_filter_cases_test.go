package postgres_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

// filterCases are the customers and cases of testdata/filters.json, which the fake API of the screens is tested with as
// well. In a value, {5} is the day in five days and {msp 1} the id of an MSP.
type filterCases struct {
	MSPs, Clients []filteredCustomer
	Cases         []filterCase
	Sorts         []filterCase
	Facets        []filterCase
	Wrong         []filterCase
}

type filteredCustomer struct {
	ID, Name    string
	MSP, Reason *string
	LicenceType *string `json:"licence_type"`
	Products    []string
	SPLA        *bool
	Used, Total *int64
	EndsIn      *int `json:"ends_in"`
}

type filterCase struct {
	Name, List, Sort, Group, Columns string
	Filter                           map[string]string
	Want                             []string
}

func readFilterCases(t *testing.T) (all filterCases) {
	t.Helper()
	content, err := os.ReadFile("testdata/filters.json")
	if err == nil {
		err = json.Unmarshal(content, &all)
	}
	if err != nil || len(all.Cases) == 0 {
		t.Fatalf("got %d cases, %v", len(all.Cases), err)
	}
	return all
}

func (all filterCases) world(w *tenant) (world []portal.Customer) {
	for kind, customers := range [][]filteredCustomer{all.MSPs, all.Clients} {
		for _, from := range customers {
			c := msp(from.ID, from.Name)
			if kind == 1 {
				c = client(from.ID, from.Name, "")
			}
			if from.MSP != nil {
				c.ParentID = *from.MSP
			}
			if from.Reason != nil {
				c.StatusReason = ptr(portal.StatusReason(*from.Reason))
			}
			if from.EndsIn != nil {
				c.ExpiresOn = ptr(w.today("UTC", *from.EndsIn))
			}
			c.LicenceType, c.Products, c.SPLA, c.SeatsUsed, c.SeatsTotal = from.LicenceType, from.Products, from.SPLA, from.Used, from.Total
			world = append(world, c)
		}
	}
	return world
}

var inBraces = regexp.MustCompile(`\{(msp )?(-?\d+)\}`)

// filter returns the case's filter with its days and ids.
func (c filterCase) filter(w *tenant) (clients portal.ClientFilter, msps portal.MSPFilter) {
	for name, text := range c.Filter {
		text = inBraces.ReplaceAllStringFunc(text, func(found string) string {
			parts := inBraces.FindStringSubmatch(found)
			if parts[1] != "" {
				return w.atMSP(parts[2]).Scope.MSPID
			}
			days, _ := strconv.Atoi(parts[2])
			return w.today("UTC", days)
		})
		clients, msps = withColumn(clients, name, text), withColumn(msps, name, text)
	}
	return clients, msps
}

// ids returns the ids in the product of the customers that match the case, in its order, and the total.
func (c filterCase) ids(w *tenant) (ids []string, total int64, err error) {
	clients, msps := c.filter(w)
	if c.List == "msps" {
		page, _, err := w.DB.MSPs(w.Context(), w.admin, portal.MSPQuery{MSPFilter: msps, Sort: c.Sort, Limit: 50})
		return names(page.Items, func(m portal.MSP) string { return m.ExternalID }), page.Total, err
	}
	q := portal.ClientQuery{ClientFilter: clients, Group: c.Group, Sort: c.Sort, Limit: 50}
	page, _, err := w.DB.Clients(w.Context(), w.admin, q)
	return names(page.Items, func(m portal.Client) string { return m.ExternalID }), page.Total, err
}

// exported returns the ids in the product of the customers in the export of the case, and the total in its head.
func (c filterCase) exported(t *testing.T, w *tenant) (ids []string, total int64) {
	t.Helper()
	clients, msps := c.filter(w)
	if c.List == "msps" {
		e := w.exportMSPs(t, w.admin, portal.MSPExport{MSPFilter: msps, Sort: c.Sort})
		return names(e.rows, func(r portal.ExportRow) string { return r.MSP.ExternalID }), e.head.Total
	}
	e := w.exportClients(t, w.admin, portal.ClientExport{ClientFilter: clients, Sort: c.Sort})
	return names(e.rows, func(r portal.ExportRow) string { return r.Client.ExternalID }), e.head.Total
}

func TestFilterCases(t *testing.T) {
	t.Parallel()
	all := readFilterCases(t)
	w := newTenant(t)
	w.complete(all.world(w))
	for _, c := range slices.Concat(all.Cases, all.Sorts) {
		t.Run(c.Name, func(t *testing.T) {
			got, total, err := c.ids(w)
			if c.Sort == "" {
				slices.Sort(got)
			}
			if diff := cmp.Diff(c.Want, got); err != nil || diff != "" || total != int64(len(got)) {
				t.Errorf("by %v: got a total of %d, %v; ids (-want +got):\n%s", c.Filter, total, err, diff)
			}
		})
	}
	for _, c := range slices.Concat(all.Cases, all.Sorts) {
		if c.Group != "" {
			continue // exports have no groups
		}
		t.Run("exported_"+c.Name, func(t *testing.T) {
			got, total := c.exported(t, w)
			if c.Sort == "" {
				slices.Sort(got)
			}
			if diff := cmp.Diff(c.Want, got); diff != "" || total != int64(len(got)) {
				t.Errorf("by %v: got a total of %d; ids (-want +got):\n%s", c.Filter, total, diff)
			}
		})
	}
	for _, c := range all.Facets {
		t.Run("facets_"+c.Name, func(t *testing.T) {
			clients, msps := c.filter(w)
			got, _, err := w.DB.ClientFacets(t.Context(), w.admin, portal.ClientFacetQuery{ClientFilter: clients, Columns: c.Columns})
			if c.List == "msps" {
				got, _, err = w.DB.MSPFacets(t.Context(), w.admin, portal.MSPFacetQuery{MSPFilter: msps, Columns: c.Columns})
			}
			if diff := cmp.Diff(c.Want, facetTexts(got)); err != nil || diff != "" {
				t.Errorf("facets (-want +got), %v:\n%s", err, diff)
			}
		})
	}
	t.Run("wrong_values_are_refused", func(t *testing.T) {
		for _, c := range all.Wrong {
			if _, _, err := c.ids(w); portal.ErrorCode(err) != portal.Invalid {
				t.Errorf("%v: got %v, want %s", c.Filter, err, portal.Invalid)
			}
		}
	})
}
