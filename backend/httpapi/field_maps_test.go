package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
)

// flat is a connector that reads top-level members only: id, name and seats by default, any member by an override.
type flat struct{ connector.Connector }

func (flat) Product() connector.Product {
	return connector.Product{Product: portal.Product{ID: "heimdal", Name: "Heimdal"}, ClientTypes: []string{"CORP"}}
}

func (flat) Interpret(raw json.RawMessage, fields map[string]portal.CustomerField) (portal.Customer, error) {
	var members map[string]any
	if err := json.Unmarshal(raw, &members); err != nil {
		return portal.Customer{}, err
	}
	fills := map[string]portal.CustomerField{"id": portal.FieldID, "name": portal.FieldName, "seats": portal.FieldSeatsUsed}
	for path, field := range fields {
		fills[path] = field
	}
	c := portal.Customer{Kind: portal.KindClient, Type: "CORP"}
	for path, field := range fills {
		value, sent := members[path]
		if !sent {
			continue
		}
		switch field {
		case portal.FieldID:
			c.ExternalID = fmt.Sprint(value)
		case portal.FieldName:
			c.Name = fmt.Sprint(value)
		case portal.FieldSeatsUsed:
			n := int64(value.(float64))
			c.SeatsUsed = &n
		}
	}
	if c.ExternalID == "" {
		return c, connector.CallErrorf(connector.Garbage, "A customer has no id.")
	}
	return c, nil
}

// withFields returns a test whose tenants' customers have these JSON members, as read by a run.
func withFields(t *testing.T) *apiTest {
	t.Helper()
	h := newAPITest(t, func(c *httpapi.Config) {
		syncs, err := customersync.New(c.DB, newSealer(t), customersync.Config{Connectors: []connector.Connector{flat{}}})
		if err != nil {
			t.Fatal(err)
		}
		c.Sync = syncs
	})
	h.Exec(`
		update client
		set raw = json_build_object('id', external_id, 'name', name, 'seats', 1, 'active', 2)`)
	h.Exec(`
		insert into field_map (mssp_id, mssp_product_id, run_id, read_at, customers, paths, applied, noticed_in)
		select distinct on (r.mssp_id) r.mssp_id, r.mssp_product_id, r.id, now(), 7, $1::json, '{}'::jsonb, r.id
		from sync_run r`, body([]portal.FieldPath{
		{Path: "id", Types: []string{"text"}, Customers: 7, Example: "4", Field: ptr(portal.FieldID), Source: portal.SourceAutomatic},
		{Path: "name", Types: []string{"text"}, Customers: 7, Field: ptr(portal.FieldName), Source: portal.SourceAutomatic},
		{Path: "seats", Types: []string{"number"}, Customers: 7, Field: ptr(portal.FieldSeatsUsed), Source: portal.SourceAutomatic},
		{Path: "active", Types: []string{"number"}, Customers: 7, Source: portal.SourceNone},
	}))
	return h
}

func (h *apiTest) fields(method, rest, change string) reply {
	h.Helper()
	route := method + " /v1/connections/" + h.Own.ConnectionID + "/fields" + rest
	return h.send(call{route: route, token: h.as(portal.MSSPAdmin), body: change})
}

func TestFieldMap(t *testing.T) {
	t.Run("is_shown_and_changed", func(t *testing.T) {
		h := withFields(t)
		m := decode[portal.FieldMap](h, h.wants(h.fields("GET", "", ""), ok))
		if len(m.Items) != 4 || m.Items[2].Field == nil || *m.Items[2].Field != portal.FieldSeatsUsed || m.Customers != 7 {
			t.Fatalf("field map = %+v, want four paths of 7 customers, the third of them seats_used", m)
		}
		m = decode[portal.FieldMap](h, h.wants(h.fields("PATCH", "", `{"fields":{"active":"seats_used","seats":""}}`), ok))
		if !m.Items[3].Pending || m.Items[3].Source != portal.SourceAdmin || m.Items[2].Field != nil {
			t.Errorf("after the change: %+v, want active to fill seats_used from the next run on", m.Items[2:])
		}
		m = decode[portal.FieldMap](h, h.wants(h.fields("PATCH", "", `{"fields":{"active":null,"seats":null}}`), ok))
		if m.Items[3].Pending || m.Items[3].Field != nil || m.Items[2].Field == nil {
			t.Errorf("after it was undone: %+v, want the map as it was", m.Items[2:])
		}
		if n := h.Text("select count(*)::text from audit_log where action = 'connection_fields_changed' and actor_id = $1",
			h.Own.Viewers[portal.MSSPAdmin].UserID); n != "2" {
			t.Errorf("%s changes are audited, want 2", n)
		}
	})
	for does, c := range map[string]struct{ change, names string }{
		"refuses an unknown path":  {`{"fields":{"colour":"name"}}`, "colour"},
		"refuses an unknown field": {`{"fields":{"active":"colour"}}`, "colour"},
		"refuses a second path for a field that an admin has filled": {`{"fields":{"active":"seats_used","seats":"seats_used"}}`,
			"active"},
		"refuses more than a hundred paths": {`{"fields":{` + hundredAndOne() + `}}`, "fields"},
	} {
		t.Run(does, func(t *testing.T) {
			h := withFields(t)
			for _, r := range []reply{h.fields("PATCH", "", c.change), h.fields("POST", "/preview", c.change)} {
				h.wantsProblem(r, http.StatusUnprocessableEntity, portal.Invalid)
				if !strings.Contains(string(r.body), c.names) {
					t.Errorf("got the problem %s, want one that names %s", r.body, c.names)
				}
			}
		})
	}
	t.Run("needs_no_attention_once_seen", func(t *testing.T) {
		h := withFields(t)
		changed := func() bool {
			o := decode[portal.Overview](h, h.wants(h.get("/v1/overview", h.as(portal.MSSPAdmin)), ok))
			for _, a := range o.Attention {
				if a.Kind == "fields_changed" {
					return true
				}
			}
			return false
		}
		if !changed() {
			t.Fatal("got no notice of changed fields in the overview, want one")
		}
		run := h.Text("select run_id::text from field_map where mssp_id = $1", h.Own.MSSPID)
		h.wants(h.fields("POST", "/seen", body(portal.FieldMapSeen{RunID: run})), noContent)
		if changed() {
			t.Error("got a notice of changed fields in the overview, want none")
		}
		if n := h.Text("select count(noticed_in)::text from field_map"); n != "1" {
			t.Errorf("%s maps have not been looked at, want the other tenant's", n)
		}
	})
}

func hundredAndOne() string {
	var members []string
	for i := range 101 {
		members = append(members, fmt.Sprintf(`"p%d":""`, i))
	}
	return strings.Join(members, ",")
}

func TestFieldMapPreview(t *testing.T) {
	t.Run("shows_values_before_and_after_without_saving", func(t *testing.T) {
		h := withFields(t)
		before := h.state()
		p := decode[portal.FieldMapPreview](h, h.wants(h.fields("POST", "/preview", `{"fields":{"active":"seats_used","seats":""}}`), ok))
		if len(p.Items) != 7 || p.NeedsReview {
			t.Fatalf("preview = %+v, want seven customers and no review", p)
		}
		want := []portal.FieldValueChange{{Field: portal.FieldSeatsUsed, Before: ptr("1"), After: ptr("2")}}
		for _, item := range p.Items {
			if diff := cmp.Diff(want, item.Changes); diff != "" || item.Name == "" || item.Error != nil {
				t.Errorf("effect on %q (-want +got):\n%s", item.Name, diff)
			}
		}
		if after := h.state(); after != before {
			t.Errorf("got the state %s, want %s as before", after, before)
		}
	})
	t.Run("announces_review_of_next_run", func(t *testing.T) {
		h := withFields(t)
		for change, want := range map[string]bool{
			`{"fields":{"active":"name"}}`: true, `{"fields":{"name":""}}`: true, `{"fields":{"active":"spla"}}`: false,
			`{"fields":{"name":null}}`: false,
		} {
			p := decode[portal.FieldMapPreview](h, h.wants(h.fields("POST", "/preview", change), ok))
			if p.NeedsReview != want {
				t.Errorf("%s needs a review: %v, want %v", change, p.NeedsReview, want)
			}
		}
	})
	t.Run("uses_customers_of_last_failed_run", func(t *testing.T) {
		h := withFields(t)
		id := h.Text("select external_id from client where mssp_id = $1 order by id limit 1", h.Own.MSSPID)
		h.Exec(`update field_map set paths = '[{"path":"nr"},{"path":"title"}]', samples = $2 where mssp_id = $1`, h.Own.MSSPID,
			fmt.Sprintf(`[{"nr":%q,"title":"Renamed"},{"nr":"unheard of","title":"New"}]`, id))
		p := decode[portal.FieldMapPreview](h, h.wants(h.fields("POST", "/preview", `{"fields":{"nr":"id","title":"name"}}`), ok))
		if !p.FailedRun || !p.NeedsReview || len(p.Items) != 2 || !p.Items[0].Known || p.Items[0].Name == "Renamed" || p.Items[1].Known {
			t.Fatalf("preview = %+v, want a known customer and a new one of the failed run", p)
		}
		p = decode[portal.FieldMapPreview](h, h.wants(h.fields("POST", "/preview", `{"fields":{"title":"name"}}`), ok))
		if !p.FailedRun || len(p.Items) != 2 || p.Items[0].Error == nil || !slices.Contains(p.Unread, portal.FieldID) {
			t.Errorf("preview without an id = %+v, want why they cannot be read", p)
		}
	})
	t.Run("names_unreadable_customers", func(t *testing.T) {
		h := withFields(t)
		p := decode[portal.FieldMapPreview](h, h.wants(h.fields("POST", "/preview", `{"fields":{"id":""}}`), ok))
		if len(p.Items) != 9 || p.Items[0].Error == nil || !strings.Contains(*p.Items[0].Error, "no id") {
			t.Errorf("preview = %+v, want the reason why no customer can be read", p.Items)
		}
	})
	t.Run("shows_at_most_ten_changed_customers_first", func(t *testing.T) {
		h := withFields(t)
		h.Exec(`
			insert into client (mssp_id, id, mssp_product_id, external_id, name, type, raw, first_seen_at, last_seen_at, changed_in)
			select $1, new_id(), $2, 'x' || n, 'Extra ' || n, 'CORP', json_build_object('id', 'x' || n, 'active', 5), now(), now(), 1
			from generate_series(1, 30) n`, h.Own.MSSPID, h.Own.ConnectionID)
		h.Exec("update client set raw = json_build_object('id', external_id, 'seats', 2, 'active', 2) where name not like 'Extra%'")
		p := decode[portal.FieldMapPreview](h, h.wants(h.fields("POST", "/preview", `{"fields":{"active":"seats_used"}}`), ok))
		if len(p.Items) != 10 {
			t.Fatalf("%d customers, want 10", len(p.Items))
		}
		for _, item := range p.Items {
			if !strings.HasPrefix(item.Name, "Extra") || len(item.Changes) != 1 {
				t.Errorf("%q is shown with %v, want customers that change", item.Name, item.Changes)
			}
		}
	})
}

func TestFieldMapLimit(t *testing.T) {
	for _, c := range []struct{ does, method, rest string }{
		{"previews are limited for each MSSP", "POST", "/preview"}, {"changes are limited for each MSSP", "PATCH", ""},
	} {
		t.Run(c.does, func(t *testing.T) {
			h := withFields(t)
			refused := 0
			for range 40 {
				if r := h.fields(c.method, c.rest, `{"fields":{}}`); r.StatusCode == http.StatusTooManyRequests {
					refused++
				}
			}
			if refused == 0 {
				t.Error("forty at once are all made, want some refused")
			}
		})
	}
}
