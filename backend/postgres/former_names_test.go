package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func TestFormerNames(t *testing.T) {
	t.Parallel()
	t.Run("are_those_of_the_history", testFormerNamesAreThoseOfHistory)
	t.Run("of_older_servers_are_added", testFormerNamesOfOlderServersAreAdded)
	t.Run("keep_long_names_whole", testFormerNamesKeepLongNamesWhole)
	t.Run("stay_with_msp_of_their_time", testFormerNamesStayWithMSPOfTheirTime)
}

// formerNames returns the former names as "entity key".
func (w *tenant) formerNames() []string {
	w.Helper()
	return value[[]string](w, `
		select array(
			select f.entity || ' ' || f.name_key || coalesce(f.name_rest, '')
			from former_name f
			where f.mssp_id = $1
			order by f.entity, f.name_key)`, w.ID)
}

func (w *tenant) wantFormerNames(want ...string) {
	w.Helper()
	if diff := cmp.Diff(append([]string{}, want...), w.formerNames()); diff != "" {
		w.Errorf("former names (-want +got):\n%s", diff)
	}
}

// renamed syncs an MSP and a client with these names.
func (w *tenant) renamed(ofMSP, ofClient string) {
	w.Helper()
	w.complete([]portal.Customer{msp("1", ofMSP), client("2", ofClient, "1")})
}

func testFormerNamesAreThoseOfHistory(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.renamed("North", "Adler")
	w.wantFormerNames()
	w.renamed("South", "Bär")
	w.renamed("South", "Adler")
	w.renamed("South", "Bär")
	w.wantFormerNames("client adler", "client bar", "msp north")
	if until := value[bool](w, `
		select f.until_at = (select max(h.at) from change h where h.mssp_id = $1 and h.before = 'Adler')
		from former_name f
		where f.mssp_id = $1 and f.name = 'Adler'`, w.ID); !until {
		t.Error("got an older end of a name that was used twice, want its last")
	}
}

func testFormerNamesOfOlderServersAreAdded(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.renamed("North", "A")
	w.renamed("South", "B")
	// A server from before the table writes the history only.
	w.Exec("delete from former_name")
	w.Exec("update mssp set named_in = 0")
	if _, err := postgres.Migrate(t.Context(), w.URLs.Owner); err != nil {
		t.Fatal(err)
	}
	w.wantFormerNames("client a", "msp north")
	w.Exec("delete from former_name")
	w.Exec("update mssp set named_in = 0")
	w.renamed("South", "C")
	w.wantFormerNames("client a", "client b", "msp north")
}

func testFormerNamesKeepLongNamesWhole(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	long := strings.Repeat("Long ", 2000) + "needle"
	w.renamed("North", long)
	w.renamed("North", "Short")
	w.wantFormerNames("client " + strings.ToLower(long))
	result, err := w.DB.Search(t.Context(), w.admin, portal.SearchQuery{Q: "needle", Limit: 8})
	if err != nil || len(result.Items) != 1 || result.Items[0].Matched != portal.MatchFormerName {
		t.Errorf("search for the end of a long former name: got %d hits, %v, want the client", len(result.Items), err)
	}
}

// testFormerNamesStayWithMSPOfTheirTime: users of the MSP that a client moved to do not read names from before, as they
// do not read that part of its history.
func testFormerNamesStayWithMSPOfTheirTime(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	two := []portal.Customer{msp("1", "North"), msp("2", "South")}
	w.complete(append(two, client("3", "Adler", "1"), client("4", "Rest", "1")))
	w.complete(append(two, client("3", "Falke", "1"), client("4", "Rest", "1")))
	w.complete(append(two, client("3", "Falke", "2"), client("4", "Rest", "1")))
	north, south := w.atMSP("1"), w.atMSP("2")
	for _, c := range []struct {
		viewer portal.Viewer
		q      string
		want   string
	}{
		{w.admin, "adler", "former_name"}, {south, "falke", "name"},
		{south, "adler", ""}, {north, "adler", ""}, {north, "falke", ""},
	} {
		result, err := w.DB.Search(t.Context(), c.viewer, portal.SearchQuery{Q: c.q, Limit: 8})
		got := ""
		for _, hit := range result.Items {
			got += string(hit.Matched)
		}
		if err != nil || got != c.want {
			t.Errorf("%s searches %q: got %q, %v, want %q", fmt.Sprint(c.viewer.Scope.Level), c.q, got, err, c.want)
		}
	}
}
