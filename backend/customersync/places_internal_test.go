package customersync

import (
	"strconv"
	"testing"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	t.Run("half_are_kept_for_mssps_without_a_run", testPlacesHalfAreKeptForMSSPsWithoutARun)
	t.Run("are_free_again_after_leaving", testPlacesAreFreeAgainAfterLeaving)
}

func testPlacesHalfAreKeptForMSSPsWithoutARun(t *testing.T) {
	t.Parallel()
	var p places
	for p.enter("busy") {
		if p.held > workers {
			t.Fatal("one MSSP gets more places than there are workers")
		}
	}
	if p.held != workers/2 {
		t.Errorf("one MSSP gets %d places, want %d", p.held, workers/2)
	}
	for i := range workers / 2 {
		if !p.enter(strconv.Itoa(i)) {
			t.Fatalf("%d others get a place, want %d", i, workers/2)
		}
		if p.enter(strconv.Itoa(i)) {
			t.Fatal("another gets a second place while half of them are taken")
		}
	}
}

func testPlacesAreFreeAgainAfterLeaving(t *testing.T) {
	t.Parallel()
	var p places
	for range 3 * workers {
		if !p.enter("a") {
			t.Fatal("a place that was left is not free")
		}
		p.leave("a")
	}
	if p.held != 0 || len(p.of) != 0 {
		t.Errorf("%d places of %d MSSPs are still held", p.held, len(p.of))
	}
}

func TestMerging(t *testing.T) {
	t.Parallel()
	var m merging
	if !m.begin("a") || m.begin("a") || !m.begin("b") {
		t.Error("two merges of one MSSP begin, or none of another")
	}
	m.end("a")
	if !m.begin("a") {
		t.Error("no merge begins after the end of another")
	}
}
