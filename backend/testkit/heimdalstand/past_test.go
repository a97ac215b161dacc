package heimdalstand

import (
	"fmt"
	"testing"
	"time"
)

func TestEachEditionOfTheSampleDiffersALittleFromTheNext(t *testing.T) {
	today := sampleOn(1, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	all := map[string]int{}
	for editions := 4; editions > 0; editions-- {
		n := differences(Past(today, editions), Past(today, editions-1))
		if n["came"]+n["gone"]+n["changed"] == 0 || n["gone"] > 9 || n["came"]+n["changed"] > 150 {
			t.Errorf("%d editions ago the next brought %v", editions, n)
		}
		for what, times := range n {
			all[what] += times
		}
	}
	all["back"] = len(Past(today, 1)) - differences(Past(today, 3), Past(today, 1))["came"] - kept(today, 3, 2, 1)
	for _, what := range []string{"came", "gone", "changed", "moved", "retyped", "renamed", "back"} {
		if all[what] == 0 {
			t.Errorf("nothing ever %s: %v", what, all)
		}
	}
	if len(Past(today, 0)) != len(today) {
		t.Error("today is not today")
	}
	if first, again := fmt.Sprint(Past(today, 3)), fmt.Sprint(Past(today, 3)); first != again {
		t.Error("the past changes")
	}
}

func differences(before, after []Customer) map[string]int {
	n, old := map[string]int{}, map[any]Customer{}
	for _, c := range before {
		old[c["id"]] = c
	}
	for _, c := range after {
		was, there := old[c["id"]]
		delete(old, c["id"])
		if !there {
			n["came"]++
			continue
		}
		for what, field := range map[string]string{"moved": "resellerId", "retyped": "type", "renamed": "name", "changed": "seatsUsed"} {
			if was[field] != c[field] {
				n[what]++
			}
		}
	}
	n["gone"] = len(old)
	return n
}

// kept counts who is there in every one of some editions.
func kept(today []Customer, editions ...int) (all int) {
	times := map[any]int{}
	for _, edition := range editions {
		for _, c := range Past(today, edition) {
			if times[c["id"]]++; times[c["id"]] == len(editions) {
				all++
			}
		}
	}
	return all
}
