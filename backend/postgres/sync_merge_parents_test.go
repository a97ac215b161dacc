package postgres_test

import (
	"testing"

	"fs-client-portal/backend/portal"
)

// under answers the external id of the MSP a client is under, "-" for none.
func (w *tenant) under(id string) string {
	w.Helper()
	return value[string](w, `
		select coalesce(m.external_id, '-')
		from client c
		left join msp m on m.id = c.msp_id
		where c.mssp_product_id = $1
		and c.external_id = $2`, w.connection, id)
}

func TestAClientsParentIsFoundByIDThenByNameAndElseCounted(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	world := []portal.Customer{
		msp("1", "North"), msp("2", "South"), msp("3", "Twin"), msp("4", "Twin"), msp("5", "2"), msp("6", "Late"),
		client("10", "By id", "1"), client("11", "By name", "South"), client("12", "An id comes before a name", "2"),
		client("13", "Two of that name", "Twin"), client("14", "Nearly the name", "south"), client("15", "No such id", "99"),
		client("16", "Of no parent", ""), client("17", "Under a client", "10"), client("18", "By a client's name", "By id"),
		client("19", "Under one that goes missing", "6"),
	}
	run := w.complete(world)
	for id, want := range map[string]string{
		"10": "1", "11": "2", "12": "2", "13": "-", "14": "-", "15": "-", "16": "-", "17": "-", "18": "-", "19": "6",
	} {
		if got := w.under(id); got != want {
			t.Errorf("client %s is under %s, want %s", id, got, want)
		}
	}
	if run.UnknownParents != 4 {
		t.Errorf("the run counts %d parents that are nobody, want 4: of 13, 14, 15 and 18", run.UnknownParents)
	}
	rows := w.Everything()
	if again := w.complete(world); again.UnknownParents != 4 || w.Everything() != rows {
		t.Errorf("the same again counts %d, or wrote rows", again.UnknownParents)
	}
	var absent []portal.Customer
	for _, c := range world {
		if c.ExternalID != "6" {
			absent = append(absent, c)
		}
	}
	if run := w.complete(absent); run.UnknownParents != 4 || w.under("19") != "6" {
		t.Errorf("a client whose MSP is missing is under %s, and %d parents are counted as nobody", w.under("19"), run.UnknownParents)
	}
}

func TestARunInReviewCountsParentsThatAreNobodyToo(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(crowd(40))
	run, err := w.sync([]portal.Customer{msp("1", "Partner"), client("100", "Client", "Partner"), client("101", "Client", "Nobody")})
	if err != nil || run.Status != portal.RunNeedsReview || run.UnknownParents != 1 {
		t.Fatalf("the run is %s and counts %d (%v)", run.Status, run.UnknownParents, err)
	}
	if run = w.accepted(run); run.UnknownParents != 1 || w.under("100") != "1" || w.under("101") != "-" {
		t.Errorf("accepted, the run counts %d, and the clients are under %s and %s", run.UnknownParents, w.under("100"), w.under("101"))
	}
}
