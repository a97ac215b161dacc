package fakeheimdal

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRules(t *testing.T) {
	t.Parallel()
	t.Run("select_calls", testRulesSelectCalls)
	t.Run("select_customer", testRulesSelectCustomer)
	t.Run("odds_are_fixed_by_seed", testRulesOddsAreFixedBySeed)
}

func testRulesSelectCalls(t *testing.T) {
	s := holding(t, Shape{}, Rule{Fault: Status500, Calls: []int{2, 3}}, Rule{Fault: HTML, Calls: []int{3, 4}})
	var got []string
	for range 5 {
		got = append(got, outcome(t, s, "")[:5])
	}
	if diff := cmp.Diff([]string{"200 [", "500 {", "500 {", "200 <", "200 ["}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if statuses := s.Log(); len(statuses) != 5 || statuses[2].Status != 500 || statuses[4].Status != 200 ||
		statuses[0].CustomerID != "17" {
		t.Errorf("got log %+v", statuses)
	}
}

func testRulesSelectCustomer(t *testing.T) {
	s := holding(t, Shape{Form: Split}, Rule{Fault: HTML, Calls: []int{1}, CustomerID: "1"})
	own := outcome(t, s, "")
	if got := call(t, s.URL()+"/customers?customerId=1", "Bearer KEY"); own[:5] != "200 [" || got.body[0] != '<' {
		t.Errorf("got %s, %s; want 200 [, %v", own, got.body, '<')
	}
}

func testRulesOddsAreFixedBySeed(t *testing.T) {
	draw := func(seed uint64) (drawn []string) {
		s := holding(t, Shape{}, Rule{Fault: Status503, Odds: 0.5, Seed: seed})
		for range 24 {
			drawn = append(drawn, outcome(t, s, "")[:3])
		}
		return drawn
	}
	first := draw(1)
	if !slices.Equal(first, draw(1)) || slices.Equal(first, draw(2)) || !slices.Contains(first, "200") || !slices.Contains(first, "503") {
		t.Errorf("got %v", first)
	}
}
