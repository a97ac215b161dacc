package postgres

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
)

func TestSortsOfLists(t *testing.T) {
	t.Parallel()
	for name, list := range map[string]struct {
		keys  map[string]sortKey
		names []string
	}{
		"clients": {clientSorts, portal.ClientSorts},
		"msps":    {mspSorts, portal.MSPSorts},
		"users":   {userViews{}.sorts(), portal.UserSorts},
	} {
		t.Run(name, func(t *testing.T) {
			want, got := slices.Sorted(maps.Keys(list.keys)), slices.Sorted(slices.Values(list.names))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("sorts in package portal differ from those of the query (-want +got):\n%s", diff)
			}
		})
	}
}
