package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

// names returns the names of the fields that a user sees of a customer.
func (h *apiTest) names(path, token string) string {
	h.Helper()
	detail := decode[portal.ClientDetail](h, h.wants(h.get(path, token), ok))
	var names []string
	for _, field := range detail.Fields {
		names = append(names, field.Name+"="+field.Value)
	}
	return strings.Join(names, " ")
}

func TestSharedFields(t *testing.T) {
	h := newAPITest(t)
	msp, client := h.Own.MSPs[0].ID, h.Own.MSPs[0].Clients[0].ID
	for _, table := range []string{"msp", "client"} {
		h.Exec("update " + table + ` set raw = '{"id":2,"notes":"owes money","contact":{"phone":"1","email":"a@example.com"}}'`)
	}
	h.Exec(`
		insert into field_map (mssp_id, mssp_product_id, run_id, read_at, customers, paths, applied)
		select r.mssp_id, r.mssp_product_id, r.id, now(), 7, '[{"path":"id"},{"path":"notes"},{"path":"contact"},{"path":"contact.phone"}]', '{}'
		from sync_run r`)
	tokens := map[portal.Role]string{}
	for _, role := range roles {
		tokens[role] = h.as(role)
	}
	sees := func(want string) {
		t.Helper()
		const all = `id=2 notes=owes money contact={"phone":"1","email":"a@example.com"}`
		for _, role := range roles {
			want := want
			if role.Level() != portal.LevelClient {
				want = all
			}
			if got := h.names("/v1/clients/"+client, tokens[role]); got != want {
				t.Errorf("%s sees of a client %q, want %q", role, got, want)
			}
			if role == portal.ClientUser {
				continue
			}
			if got := h.names("/v1/msps/"+msp, tokens[role]); got != want {
				t.Errorf("%s sees of an MSP %q, want %q", role, got, want)
			}
		}
	}
	change := func(shared string) reply {
		t.Helper()
		return h.send(call{route: "PATCH /v1/connections/" + h.Own.ConnectionID + "/fields", token: tokens[portal.MSSPAdmin],
			body: `{"fields":{},"shared":` + shared + `}`})
	}
	t.Log("no field is shared at first")
	sees("")

	t.Log("an admin shares two fields")
	shared := decode[portal.FieldMap](h, h.wants(change(`{"id":true,"contact.phone":true}`), ok))
	for _, item := range shared.Items {
		if want := item.Path == "id" || item.Path == "contact.phone"; item.Shared != want {
			t.Errorf("%s is shared: %t, want %t", item.Path, item.Shared, want)
		}
	}
	sees(`id=2 contact={"phone":"1"}`)

	t.Log("and stops sharing one")
	h.wants(change(`{"id":false}`), ok)
	h.wants(change(`{"id":false}`), ok)
	sees(`contact={"phone":"1"}`)
	audited := h.Text("select string_agg(detail->>'after', ' then ' order by id) from audit_log where action = " +
		"'connection_fields_shared'")
	if want := `["contact.phone", "id"] then ["contact.phone"]`; audited != want {
		t.Errorf("the audit log has %s, want %s", audited, want)
	}
	if runs := h.Text("select count(*)::text from sync_run where mssp_id = $1", h.Own.MSSPID); runs != "1" {
		t.Errorf("got %s runs, want none queued by sharing fields", runs)
	}

	t.Log("an unknown field is rejected")
	p := h.wantsProblem(change(`{"unheard.of":true}`), http.StatusUnprocessableEntity, portal.Invalid)
	if p.Field != "shared" {
		t.Errorf("the problem names %q, want shared", p.Field)
	}
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf(`"f%d":true`, i)
	}
	h.wantsProblem(change("{"+strings.Join(many, ",")+"}"), http.StatusUnprocessableEntity, portal.Invalid)
	sees(`contact={"phone":"1"}`)
}
