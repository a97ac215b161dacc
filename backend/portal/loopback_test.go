package portal_test

import (
	"testing"

	"fs-client-portal/backend/portal"
)

func TestLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "127.0.0.1": true, "127.8.9.10": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.": false, "localhost.example.com": false, "127.0.0.1.example.com": false, "127.1": false,
		"0.0.0.0": false, "::": false, "10.0.0.1": false, "[::1]": false, "127.0.0.1:80": false, "2130706433": false,
	} {
		t.Run(host, func(t *testing.T) {
			if got := portal.Loopback(host); got != want {
				t.Errorf("Loopback(%q): got %v, want %v", host, got, want)
			}
		})
	}
}
