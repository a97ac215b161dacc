package postgres_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

func TestSentFieldsOfDetail(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	reseller := msp("1", "North")
	reseller.Raw = []byte(`{"id":1,"name":"North","note":"n"}`)
	customer := client("2", "Alpine", "1")
	customer.Raw = []byte(`{"id":2,"name":"Alpine","info":{"used":3,"total":"many","plan":"gold"},"colour":"red"}`)
	paths := fieldsOf(2, "id=id", "name=name", "info.used=seats_used", "info.total=seats_total", "info.plan", "colour", "note")
	w.syncFields(paths, []portal.Customer{reseller, customer})
	// The purchased licences are unreadable, so the detail shows what the product sent.
	ofClient := []portal.Field{{Name: "info", Value: `{"total":"many","plan":"gold"}`}, {Name: "colour", Value: "red"}}
	for name, viewer := range map[string]portal.Viewer{"an administrator": w.admin, "a user of the MSP": w.viewerOfMSP("North")} {
		if diff := cmp.Diff(ofClient, w.sentFields(viewer, "2")); diff != "" {
			t.Errorf("fields of the client for %s (-want +got):\n%s", name, diff)
		}
		id := value[string](w, "select id::text from msp where mssp_id = $1 and name = 'North'", w.ID)
		detail, err := w.DB.MSP(context.Background(), viewer, id)
		if diff := cmp.Diff([]portal.Field{{Name: "note", Value: "n"}}, detail.Fields); err != nil || diff != "" {
			t.Errorf("fields of the MSP for %s: error %v (-want +got):\n%s", name, err, diff)
		}
	}
	w.Exec("update mssp_product set shared_paths = '{info,name}' where id = $1", w.connection)
	if diff := cmp.Diff(ofClient[:1], w.sentFields(w.viewerOfClient("2"), "2")); diff != "" {
		t.Errorf("fields for a user of the client (-want +got):\n%s", diff)
	}
}

func (w *tenant) sentFields(viewer portal.Viewer, externalID string) []portal.Field {
	w.Helper()
	id := value[string](w, "select id::text from client where mssp_id = $1 and external_id = $2", w.ID, externalID)
	detail, err := w.DB.Client(context.Background(), viewer, id)
	if err != nil {
		w.Fatal(err)
	}
	return detail.Fields
}
