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
			t.Fatalf("places of one MSSP: got %d, want at most %d", p.held, workers)
		}
	}
	if p.held != workers/2 {
		t.Errorf("places of one MSSP: got %d, want %d", p.held, workers/2)
	}
	for i := range workers / 2 {
		if !p.enter(strconv.Itoa(i)) {
			t.Fatalf("places of other MSSPs: got %d, want %d", i, workers/2)
		}
		if p.enter(strconv.Itoa(i)) {
			t.Fatalf("MSSP %d: got a second place while half of them are held, want none", i)
		}
	}
}

func testPlacesAreFreeAgainAfterLeaving(t *testing.T) {
	t.Parallel()
	var p places
	for range 3 * workers {
		if !p.enter("a") {
			t.Fatal("place after leaving: got none, want one")
		}
		p.leave("a")
	}
	if p.held != 0 || len(p.of) != 0 {
		t.Errorf("places held: got %d of %d MSSPs, want none", p.held, len(p.of))
	}
}

func TestMerging(t *testing.T) {
	t.Parallel()
	var m merging
	for i, step := range []struct {
		mssp string
		want bool
	}{{"a", true}, {"a", false}, {"b", true}} {
		if got := m.begin(step.mssp); got != step.want {
			t.Errorf("merge %d, of MSSP %s: got begun %t, want %t", i+1, step.mssp, got, step.want)
		}
	}
	m.end("a")
	if !m.begin("a") {
		t.Error("merge after the end of the first: got begun false, want true")
	}
}
