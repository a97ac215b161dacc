package postgres

import (
	"testing"

	"fs-client-portal/backend/portal"
)

func TestWhatSomebodyIsBesidesWhatIsChangedMustBeTheAdministratorsToGiveToo(t *testing.T) {
	admin := portal.Viewer{Role: portal.MSPAdmin}
	user, staff := lockedGrant{ID: "1", Role: portal.MSPUser}, lockedGrant{ID: "2", Role: portal.MSSPStaff}
	for name, held := range map[string][]lockedGrant{"before": {staff}, "beside": {user, staff}} {
		if err := checkAllowed(admin, held, []lockedGrant{user}); portal.ErrorCode(err) != portal.Forbidden {
			t.Errorf("a wider role %s the change is answered %v", name, err)
		}
	}
	if err := checkAllowed(admin, []lockedGrant{user}, []lockedGrant{user}); err != nil {
		t.Errorf("a role that is theirs to give is answered %v", err)
	}
}
