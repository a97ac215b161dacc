package session_test

import (
	"flag"
	"os"
	"testing"

	"fs-client-portal/backend/testkit"
)

// TestMain limits the property tests: each of their steps is a round trip to a real database. Flags override it.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.checks": "20", "rapid.steps": "20"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(testkit.Main(m))
}
