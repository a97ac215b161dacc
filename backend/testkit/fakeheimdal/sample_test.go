package fakeheimdal

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestSample(t *testing.T) {
	t.Parallel()
	t.Run("is_plausible", testSampleIsPlausible)
	t.Run("is_fixed_by_seed", testSampleIsFixedBySeed)
	t.Run("editions_differ_slightly", testSampleEditionsDifferSlightly)
}

func testSampleIsPlausible(t *testing.T) {
	today := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	sample := sampleOn(1, today)
	count := map[string]int{}
	perReseller, ids, names := map[any]int{}, map[any]bool{}, map[any]bool{}
	for _, c := range sample {
		kind := c["type"].(string)
		count[kind]++
		if ids[c["id"]] || names[c["name"]] {
			t.Errorf("%v %v occurs twice", c["id"], c["name"])
		}
		ids[c["id"]], names[c["name"]] = true, true
		if kind != "CORP" {
			continue
		}
		perReseller[c["resellerId"]]++
		if c["seatsUsed"].(int) > c["seatsTotal"].(int) {
			count["exceeded"]++
		}
		count[expiry(c["expirationDate"], today)]++
	}
	if count["RESELLER"] != 24 || count["CORP"] != 600 || perReseller[nil] != 12 {
		t.Errorf("%d resellers, %d clients, %d of them without a reseller; want 24, 600, 12", count["RESELLER"], count["CORP"],
			perReseller[nil])
	}
	if len(perReseller) != 25 {
		t.Errorf("only %d of 24 resellers have clients; want 25", len(perReseller)-1)
	}
	for _, some := range []string{"exceeded", "expired", "soon", "monthly", "later", "DISTRIBUTOR", "DEMO"} {
		if count[some] == 0 {
			t.Errorf("no customer is %s", some)
		}
	}
	for parent := range perReseller {
		if parent != nil && !ids[parent] {
			t.Errorf("reseller %v does not exist", parent)
		}
	}
}

func testSampleIsFixedBySeed(t *testing.T) {
	today := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	text := func(seed uint64) string {
		var b strings.Builder
		if err := array(list(sampleOn(seed, today)))(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if first, again := text(7), text(7); first != again {
		t.Error("two samples of one seed differ")
	}
	if text(7) == text(8) {
		t.Error("two seeds give one sample")
	}
}

func testSampleEditionsDifferSlightly(t *testing.T) {
	today := sampleOn(1, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	all := map[string]int{}
	for editions := 4; editions > 0; editions-- {
		n := differences(Past(today, editions), Past(today, editions-1))
		if n["added"]+n["removed"]+n["changed"] == 0 || n["removed"] > 9 || n["added"]+n["changed"] > 150 {
			t.Errorf("%d editions ago the next edition has %v", editions, n)
		}
		for what, times := range n {
			all[what] += times
		}
	}
	all["returned"] = len(Past(today, 1)) - differences(Past(today, 3), Past(today, 1))["added"] - kept(today, 3, 2, 1)
	for _, what := range []string{"added", "removed", "changed", "moved", "retyped", "renamed", "returned"} {
		if all[what] == 0 {
			t.Errorf("no customer ever %s: %v", what, all)
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
			n["added"]++
			continue
		}
		for what, field := range map[string]string{"moved": "resellerId", "retyped": "type", "renamed": "name", "changed": "seatsUsed"} {
			if was[field] != c[field] {
				n[what]++
			}
		}
	}
	n["removed"] = len(old)
	return n
}

// kept returns how many customers exist in every one of some editions.
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
