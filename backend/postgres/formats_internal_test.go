package postgres

import (
	"slices"
	"testing"
)

// TestCursorFormat holds the form of a cursor: pages are read by apps that an update of the server does not restart.
func TestCursorFormat(t *testing.T) {
	keys := map[string]sortKey{"name": nameKey("name_key"), "clients": plainKey("clients", intKey)}
	const cursor = "bmFtZSwtY2xpZW50cwBhbHAANwAwMTk4YWFhYS0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDE"
	position := []string{"alp", "7", "0198aaaa-0000-7000-8000-000000000001"}
	k, err := newKeyset(keys, "name,-clients", "", "id", cursor)
	if err != nil || !slices.Equal(k.after, position) {
		t.Fatalf("got %q, %v, want %q", k.after, err, position)
	}
	if got := k.cursor(position); got == nil || *got != cursor {
		t.Errorf("got %v, want %s", got, cursor)
	}
}
