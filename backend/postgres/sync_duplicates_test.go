package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// duplicateCase is a run in which customer 5 comes more than once.
type duplicateCase struct {
	calls      [][]portal.Customer
	code       connector.CallCode // "" where the run completes
	parent     string             // the MSP of customer 5 then
	duplicates int64
}

func TestDuplicate(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	known, renamed, detailed, orphaned := client("5", "A", "1"), client("5", "B", "1"), client("5", "A", "1"), client("5", "A", "")
	detailed.Raw = rawOf("another")
	in2, msp2, sub := client("5", "A", "2"), msp("2", "South"), msp("2", "Sub")
	sub.ParentID = "1"
	call := func(all ...portal.Customer) []portal.Customer { return append(crowd(1), all...) }
	const rejected = connector.DuplicateID
	for name, test := range map[string]duplicateCase{
		"equal_rows_are_counted_once":          {[][]portal.Customer{call(known, known, known)}, "", "1", 2},
		"other_name_in_one_call_is_rejected":   {[][]portal.Customer{call(known, renamed)}, rejected, "", 0},
		"other_detail_in_one_call_is_rejected": {[][]portal.Customer{call(known, detailed)}, rejected, "", 0},
		"other_parent_in_one_call_is_rejected": {[][]portal.Customer{call(known, orphaned)}, rejected, "", 0},
		"later_call_replaces_earlier":          {[][]portal.Customer{call(renamed), {known}}, "", "1", 0},
		"later_call_adds_parent":               {[][]portal.Customer{call(orphaned), {known}}, "", "1", 0},
		"later_call_keeps_parent":              {[][]portal.Customer{call(known), {orphaned}}, "", "1", 0},
		"unrelated_parents_are_rejected":       {[][]portal.Customer{call(known), {msp2, in2}}, rejected, "", 0},
		"child_of_parent_replaces_parent":      {[][]portal.Customer{call(known, sub), {in2}}, "", "2", 0},
		"parent_of_parent_is_rejected":         {[][]portal.Customer{call(in2, sub), {known}}, rejected, "", 0},
	} {
		t.Run(name, func(t *testing.T) { test.check(t, withConnection(w.Another(t))) })
	}
}

// check plays the run on w.
func (c duplicateCase) check(t *testing.T, w *tenant) {
	run, err := w.sync(c.calls...)
	var refused *connector.CallError
	if errors.As(err, &refused) != (c.code != "") ||
		refused != nil && (refused.Code != c.code || !strings.Contains(refused.Detail, `"5"`)) {
		t.Fatalf("run: got error %v, want code %q that names customer 5", err, c.code)
	}
	if c.code != "" {
		if got := value[int64](w, "select count(*) from client where mssp_id = $1", w.ID); got != 0 {
			t.Errorf("clients written: got %d, want 0", got)
		}
		return
	}
	parent := value[string](w, `
		select m.external_id
		from client c
		join msp m on m.id = c.msp_id
		where c.mssp_id = $1 and c.external_id = '5' and c.name = 'A'`, w.ID)
	if parent != c.parent || run.Duplicates != c.duplicates || run.Seen != run.Added {
		t.Errorf("got MSP %s, %d duplicates, %d seen and %d added; want MSP %s, %d duplicates and as many added as seen",
			parent, run.Duplicates, run.Seen, run.Added, c.parent, c.duplicates)
	}
}
