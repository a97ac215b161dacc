package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func testExportSelection(t *testing.T) {
	t.Parallel()
	w := newLicensedTenant(t)
	id := func(externalID string) string {
		return value[string](w, "select id::text from client where mssp_id = $1 and external_id = $2", w.ID, externalID)
	}
	selected := strings.Join([]string{id("10"), id("13"), postgres.NewID()}, ",")
	for name, c := range map[string]struct {
		viewer portal.Viewer
		filter portal.ClientFilter
		want   []string
	}{
		"mssp":              {w.admin, portal.ClientFilter{}, []string{"Client 0", "Client 3"}},
		"mssp, disabled":    {w.admin, portal.ClientFilter{Status: "disabled"}, []string{"Client 3"}},
		"MSP of one":        {w.atMSP("1"), portal.ClientFilter{}, []string{"Client 0"}},
		"a selected client": {w.atClient("13"), portal.ClientFilter{}, []string{"Client 3"}},
		"another client":    {w.atClient("11"), portal.ClientFilter{}, nil},
	} {
		q := portal.ClientExport{ClientFilter: c.filter, ExportOptions: portal.ExportOptions{IDs: selected}}
		got := w.exportClients(t, c.viewer, q)
		if names := names(got.rows, nameOfRow); !slices.Equal(names, c.want) && len(names)+len(c.want) > 0 {
			t.Errorf("%s: got %v, want %v", name, names, c.want)
		}
		if int(got.head.Total) != len(c.want) {
			t.Errorf("%s: got a total of %d, want %d", name, got.head.Total, len(c.want))
		}
	}
}

func testExportDirectClients(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete([]portal.Customer{msp("1", "North"), msp("2", "South"), client("10", "A", "1"), client("11", "C", ""), client("12", "B", "")})
	mssp := "Directly under " + value[string](w, "select name from mssp where id = $1", w.ID)
	north := value[string](w, "select id::text from msp where mssp_id = $1 and external_id = '1'", w.ID)
	for name, c := range map[string]struct {
		viewer portal.Viewer
		q      portal.MSPExport
		want   []string
	}{
		"whole list":  {w.admin, portal.MSPExport{}, []string{"North", "A", "South", mssp, "B", "C"}},
		"filter":      {w.admin, portal.MSPExport{MSPFilter: portal.MSPFilter{Q: "south"}}, []string{"South"}},
		"selection":   {w.admin, portal.MSPExport{ExportOptions: portal.ExportOptions{IDs: north}}, []string{"North", "A"}},
		"user of MSP": {w.atMSP("1"), portal.MSPExport{}, []string{"North", "A"}},
	} {
		c.q.WithClients = "yes"
		got := w.exportMSPs(t, c.viewer, c.q)
		if diff := cmp.Diff(c.want, names(got.rows, nameOfRow)); diff != "" || int(got.head.Total) != len(c.want) {
			t.Errorf("%s: got a total of %d, want %d; rows (-want +got):\n%s", name, got.head.Total, len(c.want), diff)
		}
	}
}

// A selection of many rows, and of all but many, holds exactly these, without those of others.
func testExportAnySelection(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	world := []portal.Customer{msp("1", "North"), msp("2", "South")}
	for i := range 900 {
		world = append(world, client(fmt.Sprint("c", i), fmt.Sprintf("Client %03d", i), fmt.Sprint(i%2+1)))
	}
	w.complete(world)
	ids := value[[]string](w, `
		select array(
			select id::text
			from client
			where mssp_id = $1
			order by name
			limit 600)`, w.ID)
	selected := strings.Join(append(ids, postgres.NewID()), ",")
	for name, c := range map[string]struct {
		viewer   portal.Viewer
		except   bool
		from, to int // the numbers of the clients
	}{
		"selected": {w.admin, false, 0, 600}, "all others": {w.admin, true, 600, 900},
		"selected, of an MSP": {w.atMSP("1"), false, 0, 600}, "all others, of an MSP": {w.atMSP("1"), true, 600, 900},
	} {
		var want []string
		for i := c.from; i < c.to; i++ {
			if c.viewer.Scope.Level == portal.LevelMSSP || i%2 == 0 {
				want = append(want, fmt.Sprintf("Client %03d", i))
			}
		}
		got := w.exportClients(t, c.viewer, portal.ClientExport{ExportOptions: portal.ExportOptions{IDs: selected, Except: c.except}})
		if diff := cmp.Diff(want, names(got.rows, nameOfRow)); diff != "" || int(got.head.Total) != len(want) {
			t.Errorf("%s: got a total of %d, want %d; names (-want +got):\n%s", name, got.head.Total, len(want), diff)
		}
	}
	north := value[string](w, "select id::text from msp where mssp_id = $1 and external_id = '1'", w.ID)
	got := w.exportMSPs(t, w.admin, portal.MSPExport{ExportOptions: portal.ExportOptions{IDs: north, Except: true}})
	if diff := cmp.Diff([]string{"South"}, names(got.rows, nameOfRow)); diff != "" {
		t.Errorf("all MSPs but one (-want +got):\n%s", diff)
	}
}
