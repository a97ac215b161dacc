package postgres_test

import (
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
	t.Run("of_arrival_are_not_shown", testFormerNamesOfArrivalAreNotShown)
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
	w.wantMatch(w.admin, "adler", "former_name")
	w.wantMatch(south, "falke", "name")
	w.wantMatch(south, "adler", "")
	w.wantMatch(north, "adler", "")
	w.wantMatch(north, "falke", "")
}

// testFormerNamesOfArrivalAreNotShown: a client that comes to an MSP and gets another name in the same run had its former
// name elsewhere. Users of the MSP find it by that name only once it has had the name with them.
func testFormerNamesOfArrivalAreNotShown(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	sync := func(name, parent string) {
		w.complete([]portal.Customer{msp("1", "North"), msp("2", "South"), client("3", name, parent), client("4", "Rest", "1")})
	}
	sync("Adler", "1")
	sync("Falke", "2")
	south := w.atMSP("2")
	w.wantMatch(w.admin, "adler", "former_name")
	w.wantMatch(south, "adler", "")
	sync("Bussard", "2")
	w.wantMatch(south, "falke", "former_name")
	w.wantMatch(south, "adler", "")
	sync("Adler", "")
	sync("Milan", "2")
	w.wantMatch(south, "adler", "")
	sync("Adler", "2")
	sync("Milan", "2")
	w.wantMatch(south, "adler", "former_name")
}

// wantMatch checks that a search finds one customer by the match, or none if it is "".
func (w *tenant) wantMatch(viewer portal.Viewer, q, want string) {
	w.Helper()
	result, err := w.DB.Search(w.Context(), viewer, portal.SearchQuery{Q: q, Limit: 8})
	got := ""
	for _, hit := range result.Items {
		got += string(hit.Matched)
	}
	if err != nil || got != want {
		w.Errorf("%s searches %q: got %q, %v, want %q", viewer.Scope.Level, q, got, err, want)
	}
}
