package sync_test

import (
	"context"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/sync"
)

func TestARunThatKeepsAnotherNumberOfCustomersThanItReadFailsByName(t *testing.T) {
	t.Parallel()
	for name, meddle := range map[string]func(*tenant, *sync.State){
		"some are lost while others are read": func(w *tenant, s *sync.State) {
			if s.Done {
				w.exec("delete from sync_customer where mssp_id = $1", w.connection.MSSPID)
			}
		},
		"the product's connector counts more":  func(_ *tenant, s *sync.State) { s.Progress.Seen++ },
		"the product's connector counts fewer": func(_ *tenant, s *sync.State) { s.Progress.Seen-- },
	} {
		w := newTenant(t)
		before := w.everything()
		w.service = w.newService(w.playing(func(_ context.Context, _ sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
			next, err := bring(state, 3, add)
			meddle(w, &next)
			return next, err
		}))
		run := w.again()
		if run.Status != portal.RunFailed || run.ErrorCode == nil || *run.ErrorCode != "lost" || *run.Error == "" {
			t.Errorf("%s: the run ends as %s, %q", name, run.Status, said(run))
		}
		if w.everything() != before {
			t.Errorf("%s: rows were written", name)
		}
	}
}
