package postgres_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit"
)

func TestScope(t *testing.T) {
	t.Parallel()
	t.Run("role_reads_msps_and_clients_of_its_scope", testScopeRoleReadsItsScope)
	t.Run("customers_outside_are_not_found", testScopeCustomersOutsideAreNotFound)
	t.Run("client_has_fields_and_history", testScopeClientHasFieldsAndHistory)
}

func testScopeRoleReadsItsScope(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	want := map[portal.Role]struct{ msps, clients int64 }{
		portal.MSSPAdmin: {2, 7}, portal.MSSPStaff: {2, 7},
		portal.MSPAdmin: {1, 3}, portal.MSPUser: {1, 3}, portal.ClientUser: {0, 1},
	}
	for role, viewer := range w.Own.Viewers {
		clients, _, err := w.DB.Clients(context.Background(), viewer, portal.ClientQuery{Limit: 200})
		if err != nil {
			t.Fatalf("%s: %v", role, err)
		}
		if clients.Total != want[role].clients || int64(len(clients.Items)) != want[role].clients {
			t.Errorf("%s: got %d clients and total %d, want %d", role, len(clients.Items), clients.Total, want[role].clients)
		}
		overview, _, err := w.DB.Overview(context.Background(), viewer, time.Hour)
		if err != nil {
			t.Fatalf("%s: %v", role, err)
		}
		if overview.Clients != want[role].clients {
			t.Errorf("%s: got %d clients in the overview, want %d", role, overview.Clients, want[role].clients)
		}
		responses := []any{clients, overview}
		if role != portal.ClientUser {
			msps, _, err := w.DB.MSPs(context.Background(), viewer, portal.MSPQuery{Limit: 200})
			if err != nil {
				t.Fatalf("%s: %v", role, err)
			}
			if msps.Total != want[role].msps || int64(len(msps.Items)) != want[role].msps {
				t.Errorf("%s: got %d MSPs and total %d, want %d", role, len(msps.Items), msps.Total, want[role].msps)
			}
			responses = append(responses, msps)
		}
		if text, _ := json.Marshal(responses); strings.Contains(string(text), "Other") {
			t.Errorf("%s: got the name of another tenant in %s, want own names only", role, text)
		}
	}
}

func testScopeCustomersOutsideAreNotFound(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	for role, outside := range map[portal.Role][]string{
		portal.MSSPAdmin:  {w.Other.MSPs[0].Clients[0].ID, w.Other.Direct.ID},
		portal.MSPUser:    {w.Own.MSPs[1].Clients[0].ID, w.Own.Direct.ID, w.Other.Direct.ID},
		portal.ClientUser: {w.Own.MSPs[0].Clients[1].ID, w.Other.Direct.ID, "not-an-id"},
	} {
		for _, id := range outside {
			if _, err := w.DB.Client(context.Background(), w.Own.Viewers[role], id); portal.ErrorCode(err) != portal.NotFound {
				t.Errorf("%s reads client %s: got %v, want NotFound", role, id, err)
			}
		}
	}
	for role, outside := range map[portal.Role]string{
		portal.MSSPAdmin: w.Other.MSPs[0].ID, portal.MSPAdmin: w.Own.MSPs[1].ID, portal.MSPUser: w.Own.MSPs[1].ID,
	} {
		if _, err := w.DB.MSP(context.Background(), w.Own.Viewers[role], outside); portal.ErrorCode(err) != portal.NotFound {
			t.Errorf("%s reads MSP %s: got %v, want NotFound", role, outside, err)
		}
	}
}

func testScopeClientHasFieldsAndHistory(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	own := w.Own.MSPs[0].Clients[0]
	for role, fields := range map[portal.Role]int{portal.MSSPAdmin: 2, portal.MSPUser: 2, portal.ClientUser: 0} {
		detail, err := w.DB.Client(context.Background(), w.Own.Viewers[role], own.ID)
		if err != nil {
			t.Fatalf("%s: %v", role, err)
		}
		if detail.Name != own.Name || *detail.MSPName != w.Own.MSPs[0].Name || len(detail.History) != 1 || len(detail.Fields) != fields {
			t.Errorf("%s: got %+v, want %d fields, one row of history and the names", role, detail, fields)
		}
	}
}
