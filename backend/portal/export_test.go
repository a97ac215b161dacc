package portal

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestExportName(t *testing.T) {
	t.Parallel()
	asOf := time.Date(2026, 11, 30, 10, 42, 0, 0, time.FixedZone("CET", 3600))
	for _, c := range []struct {
		name   string
		filter url.Values
		asOf   *time.Time
		want   string
	}{
		{"plain", nil, nil, "clients.csv"},
		{"age_in_UTC", nil, &asOf, "clients-2026-11-30-0942Z.csv"},
		{"filter_without_sort", url.Values{"status": {"active"}, "sort": {"-name"}}, nil, "clients-status-active.csv"},
		{"several_filters", url.Values{"status": {"active"}, "seats_used": {"5.."}}, nil, "clients-seats_used-5-status-active.csv"},
		{"unsafe_characters", url.Values{"q": {`../a\b:c*?"<>|` + "\x00é\n"}}, nil, "clients-q-a-b-c.csv"},
		{"long_text", url.Values{"q": {strings.Repeat("a", 500)}}, nil, "clients-q-" + strings.Repeat("a", 58) + ".csv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ExportName("clients", c.filter, c.asOf, ExportCSV); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestExportFilter(t *testing.T) {
	t.Parallel()
	got := ExportFilter(ClientFilter{Status: "active", ExpiresWithin: 30}, "-name").Encode()
	if want := "expires_within=30&sort=-name&status=active"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
