package main

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// areaOf returns an area with some mutants, the numbers of which are their lines.
func areaOf(name string, size int) areaMutants {
	a := areaMutants{area: area{name: name, folders: []string{"backend/" + name}}}
	for i := range size {
		a.mutants = append(a.mutants, mutant{Path: fmt.Sprintf("backend/%s/a.go", name), line: i})
	}
	return a
}

func linesOf(drawn drawnMutants) []int {
	var lines []int
	for _, m := range drawn.mutants {
		lines = append(lines, m.line)
	}
	return lines
}

func TestDraw(t *testing.T) {
	found := []areaMutants{areaOf("session", 50), areaOf("desktop", 149), areaOf("httpapi", 1)}

	t.Run("repeats_for_the_same_seed", func(t *testing.T) {
		first, second := draw(found, 7, 20), draw(found, 7, 20)
		if diff := cmp.Diff(linesOf(first[1]), linesOf(second[1])); diff != "" {
			t.Errorf("the second draw differs (-first +second):\n%s", diff)
		}
	})

	t.Run("differs_for_another_seed", func(t *testing.T) {
		if cmp.Equal(linesOf(draw(found, 7, 20)[1]), linesOf(draw(found, 8, 20)[1])) {
			t.Error("seeds 7 and 8 gave the same order")
		}
	})

	t.Run("does_not_depend_on_the_other_areas", func(t *testing.T) {
		if diff := cmp.Diff(linesOf(draw(found, 7, 20)[1]), linesOf(draw(found[1:2], 7, 20)[0])); diff != "" {
			t.Errorf("the order alone differs (-together +alone):\n%s", diff)
		}
	})

	t.Run("keeps_every_mutant_once", func(t *testing.T) {
		seen := map[int]bool{}
		for _, line := range linesOf(draw(found, 7, 20)[0]) {
			seen[line] = true
		}
		if len(seen) != 50 {
			t.Errorf("got %d different mutants, want 50", len(seen))
		}
	})

	t.Run("shares_the_count_by_size", func(t *testing.T) {
		var quotas []int
		sum := 0
		for _, d := range draw(found, 7, 100) {
			quotas = append(quotas, d.quota)
			sum += d.quota
		}
		if diff := cmp.Diff([]int{25, 75, 0}, quotas); diff != "" || sum != 100 {
			t.Errorf("quotas add up to %d, want 100 (-want +got):\n%s", sum, diff)
		}
	})
}
