package desktop

import (
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

// Ids of users and grants.
const (
	ada, tom   = "0198c5a4-0000-7000-8000-00000000000a", "0198c5a4-0000-7000-8000-00000000000b"
	own, other = "0198c5a4-0000-7000-8000-000000000001", "0198c5a4-0000-7000-8000-000000000002"
)

// newOffline returns a Desktop that needs no API.
func newOffline(t *testing.T) *Desktop {
	t.Helper()
	d := New(Options{
		ConfigDir: t.TempDir(), StateDir: t.TempDir(), Log: slog.New(slog.DiscardHandler),
		Settings: Settings{APIURL: "https://portal.example.com"}, Emit: func(string, any) {},
	})
	t.Cleanup(d.close)
	return d
}

func TestPlaces(t *testing.T) {
	none := Places{Lists: []string{}, Opened: []string{}}
	t.Run("are_kept_per_user_grant_and_api", func(t *testing.T) {
		d := newOffline(t)
		here := Places{Lists: []string{"/clients?status=missing"}, Opened: []string{"/clients/" + own}}
		set(t, d, ada, own, here)
		wantPlaces(t, d.Places(ada, own), here)
		wantPlaces(t, d.Places(tom, own), none)
		wantPlaces(t, d.Places(ada, other), none)
		set(t, d, ada, other, none)
		wantPlaces(t, d.Places(ada, own), here)
		d.mu.Lock()
		d.apiURL = "https://elsewhere.example.com"
		d.mu.Unlock()
		wantPlaces(t, d.Places(ada, own), none)
	})
	t.Run("never_hold_what_was_searched", func(t *testing.T) {
		d := newOffline(t)
		set(t, d, ada, own, Places{Lists: []string{"/clients?q=Heron+Legal&sort=-name", "/admin/users?q=tom@example.com#tom"}})
		wantPlaces(t, d.Places(ada, own), Places{Lists: []string{"/clients?sort=-name", "/admin/users"}, Opened: []string{}})
		content, err := os.ReadFile(placesFile(d.options.StateDir))
		if err != nil || strings.Contains(string(content), "Heron") || strings.Contains(string(content), "tom") {
			t.Errorf("got %v, the file %s, want no text of a search", err, content)
		}
	})
	t.Run("hold_no_text_of_any_list_parameter", func(t *testing.T) {
		// Values of the product, which are chosen from a menu, and what the route or its tag bounds.
		chosen := []string{"type", "licence_type", "products", "run_id", "group_id", "customer_id", "since", "until", "grouped",
			"sort", "cursor", "limit", "role", "status", "provider", "last_login_at", "created_at", "expires_at", "trigger",
			"connection_id", "started_at"}
		for _, query := range []any{portal.ClientQuery{}, portal.MSPQuery{}, portal.ChangeQuery{}, portal.UserQuery{}, portal.InviteQuery{},
			portal.SyncQuery{}} {
			for _, field := range reflect.VisibleFields(reflect.TypeOf(query)) {
				name := field.Tag.Get("query")
				if name == "" || field.Tag.Get("logged") == "yes" || slices.Contains(chosen, name) || slices.Contains(typedParameters, name) {
					continue
				}
				if field.Tag.Get("enum") == "" && name != "msp_id" {
					t.Errorf("%T: got the parameter %s in neither list, want it in typedParameters if a user types its value", query, name)
				}
			}
		}
		for _, name := range typedParameters {
			got, _ := withoutTyped("/clients?sort=-name&" + name + "=Heron")
			if got != "/clients?sort=-name" {
				t.Errorf("%s: got %s, want it without what was typed", name, got)
			}
		}
	})
	t.Run("are_bounded", func(t *testing.T) {
		d := newOffline(t)
		long := Places{Lists: append(slices.Repeat([]string{"/clients"}, 50), "/"+strings.Repeat("x", maxPlaceLength))}
		for n := range maxOwners + 5 {
			set(t, d, fmt.Sprintf("0198c5a4-0000-7000-8000-%012d", n), own, long)
		}
		if got := len(readPlaces(d.options.StateDir)); got != maxOwners {
			t.Errorf("got the places of %d users, want %d", got, maxOwners)
		}
		wantPlaces(t, d.Places("0198c5a4-0000-7000-8000-000000000000", own), none)
		last := fmt.Sprintf("0198c5a4-0000-7000-8000-%012d", maxOwners+4)
		wantPlaces(t, d.Places(last, own), Places{Lists: slices.Repeat([]string{"/clients"}, maxPlaces), Opened: []string{}})
	})
	t.Run("accept_paths_of_screens_only", func(t *testing.T) {
		d := newOffline(t)
		set(t, d, ada, own, Places{Lists: []string{"https://evil.example.com/", "//evil.example.com/x", "javascript:alert(1)", "", "x", "/%zz"}})
		wantPlaces(t, d.Places(ada, own), none)
		for _, id := range []string{"", "1", "ada@example.com"} {
			if p := ProblemOf(d.SetPlaces(id, own, none)); p.Code != portal.NotFound {
				t.Errorf("the user %q: got %+v, want not_found", id, p)
			}
		}
	})
	t.Run("are_none_in_a_damaged_file", func(t *testing.T) {
		d := newOffline(t)
		for _, damaged := range []string{"", "{", `{"a":1}`, `[{"lists":"x"}]`, "[" + strings.Repeat(" ", maxPlacesFileLen) + "]"} {
			if err := os.WriteFile(placesFile(d.options.StateDir), []byte(damaged), 0o600); err != nil {
				t.Fatal(err)
			}
			wantPlaces(t, d.Places(ada, own), none)
			set(t, d, ada, own, none)
		}
	})
}

func set(t *testing.T, d *Desktop, userID, grantID string, p Places) {
	t.Helper()
	if err := d.SetPlaces(userID, grantID, p); err != nil {
		t.Fatalf("store the places: %v", err)
	}
}

func wantPlaces(t *testing.T, got, want Places) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("got other places than wanted (-want +got):\n%s", diff)
	}
}

func TestAppearance(t *testing.T) {
	standard := Appearance{Theme: "system", Density: "comfortable", TextSize: 100}
	t.Run("is_kept_for_the_next_start", func(t *testing.T) {
		d := newOffline(t)
		if got := d.Appearance(); got != standard {
			t.Errorf("got %+v on the first start, want %+v", got, standard)
		}
		want := Appearance{Theme: "dark", Folded: true, Density: "compact", TextSize: 125}
		if err := d.SetAppearance(want); err != nil {
			t.Fatal(err)
		}
		if got := LoadAppearance(d.options.ConfigDir); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if !want.Dark() {
			t.Errorf("got a light window for %+v, want a dark one", want)
		}
	})
	t.Run("is_refused_with_unknown_values", func(t *testing.T) {
		d := newOffline(t)
		for _, a := range []Appearance{{}, {Theme: "pink", Density: "compact", TextSize: 100}, {Theme: "dark", Density: "compact", TextSize: 500},
			{Theme: "dark", Density: "tight", TextSize: 100}} {
			if p := ProblemOf(d.SetAppearance(a)); p.Code != portal.Invalid {
				t.Errorf("%+v: got %+v, want invalid", a, p)
			}
		}
	})
	t.Run("is_the_default_where_the_file_is_damaged", func(t *testing.T) {
		d := newOffline(t)
		for content, want := range map[string]Appearance{
			"": standard, "{": standard, `{"theme":7}`: standard, `{"theme":"pink","text_size":-1}`: standard,
			`{"theme":"dark","folded":true}`: {Theme: "dark", Folded: true, Density: "comfortable", TextSize: 100},
		} {
			if err := os.WriteFile(appearanceFile(d.options.ConfigDir), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := d.Appearance(); got != want {
				t.Errorf("%q: got %+v, want %+v", content, got, want)
			}
		}
	})
}
