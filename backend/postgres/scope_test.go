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

func TestEachRoleSeesItsOwnMSPsAndClientsAndNoOthers(t *testing.T) {
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
			t.Errorf("%s sees %d of %d clients, want %d", role, len(clients.Items), clients.Total, want[role].clients)
		}
		overview, _, err := w.DB.Overview(context.Background(), viewer, time.Hour)
		if err != nil {
			t.Fatalf("%s: %v", role, err)
		}
		if overview.Clients != want[role].clients {
			t.Errorf("%s: the overview counts %d clients, want %d", role, overview.Clients, want[role].clients)
		}
		answers := []any{clients, overview}
		if role != portal.ClientUser {
			msps, _, err := w.DB.MSPs(context.Background(), viewer, portal.MSPQuery{Limit: 200})
			if err != nil {
				t.Fatalf("%s: %v", role, err)
			}
			if msps.Total != want[role].msps || int64(len(msps.Items)) != want[role].msps {
				t.Errorf("%s sees %d of %d MSPs, want %d", role, len(msps.Items), msps.Total, want[role].msps)
			}
			answers = append(answers, msps)
		}
		if text, _ := json.Marshal(answers); strings.Contains(string(text), "Other") {
			t.Errorf("%s reads another tenant's name: %s", role, text)
		}
	}
}

func TestWhatLiesOutsideTheScopeIsNotFound(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	for role, outside := range map[portal.Role][]string{
		portal.MSSPAdmin:  {w.Other.MSPs[0].Clients[0].ID, w.Other.Direct.ID},
		portal.MSPUser:    {w.Own.MSPs[1].Clients[0].ID, w.Own.Direct.ID, w.Other.Direct.ID},
		portal.ClientUser: {w.Own.MSPs[0].Clients[1].ID, w.Other.Direct.ID, "not-an-id"},
	} {
		for _, id := range outside {
			if _, err := w.DB.Client(context.Background(), w.Own.Viewers[role], id); portal.ErrorCode(err) != portal.NotFound {
				t.Errorf("%s reads client %s: %v", role, id, err)
			}
		}
	}
	for role, outside := range map[portal.Role]string{
		portal.MSSPAdmin: w.Other.MSPs[0].ID, portal.MSPAdmin: w.Own.MSPs[1].ID, portal.MSPUser: w.Own.MSPs[1].ID,
	} {
		if _, err := w.DB.MSP(context.Background(), w.Own.Viewers[role], outside); portal.ErrorCode(err) != portal.NotFound {
			t.Errorf("%s reads MSP %s: %v", role, outside, err)
		}
	}
}

func TestAClientIsReadWithItsFieldsAndHistory(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	own := w.Own.MSPs[0].Clients[0]
	for role, fields := range map[portal.Role]int{portal.MSSPAdmin: 2, portal.MSPUser: 2, portal.ClientUser: 0} {
		detail, err := w.DB.Client(context.Background(), w.Own.Viewers[role], own.ID)
		if err != nil {
			t.Fatalf("%s: %v", role, err)
		}
		if detail.Name != own.Name || *detail.MSPName != w.Own.MSPs[0].Name || len(detail.History) != 1 || len(detail.Fields) != fields {
			t.Errorf("%s reads %+v, want %d fields", role, detail, fields)
		}
	}
}
