package sync_test

import (
	"context"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/sync"
)

func TestAConnectionNamedOverTheAPINeverLeadsIntoTheServersNetworkLater(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	// As if a host that was public when it was named resolved to this machine by now.
	w.exec("update mssp_product set public_only = true where id = $1", w.connection.ID)
	run, err := w.service.RunNow(context.Background(), w.connection.MSSPID, nil)
	if err != nil || run.Status != portal.RunFailed || run.ErrorCode == nil || *run.ErrorCode != string(portal.Unreachable) {
		t.Errorf("the run ends as %s %s (%v)", run.Status, *run.ErrorCode, err)
	}
	said, err := w.service.TryConnection(context.Background(), w.admin, portal.ConnectionTrial{ID: w.connection.ID})
	if err != nil || said.OK || said.Code != string(portal.Unreachable) {
		t.Errorf("a test of it answers %+v (%v)", said, err)
	}
	if w.stand.Calls() != 0 {
		t.Errorf("%d calls were made", w.stand.Calls())
	}
}

func TestTestsKeepThePaceOfTheConnectionAndNobodyWaitsLongForOne(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(func(c *sync.Config) { c.PerMinute = 1 })
	try := func() portal.ConnectionTest {
		said, err := w.service.TryConnection(context.Background(), w.admin, portal.ConnectionTrial{ID: w.connection.ID})
		if err != nil {
			t.Fatal(err)
		}
		return said
	}
	if said := try(); !said.OK {
		t.Fatalf("the first test answers %+v", said)
	}
	if said := try(); said.OK || said.Code != string(portal.RateLimited) || said.Detail == "" {
		t.Errorf("the second in a minute answers %+v", said)
	}
	if w.stand.Calls() != 1 {
		t.Errorf("%d calls were made in a minute that has room for one", w.stand.Calls())
	}
}
