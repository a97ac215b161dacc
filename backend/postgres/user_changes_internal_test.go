package postgres

import (
	"testing"

	"fs-client-portal/backend/portal"
)

// TestCheckAllowed changes users who have another grant, which the administrator must be allowed to give too.
func TestCheckAllowed(t *testing.T) {
	admin := portal.Viewer{Role: portal.MSPAdmin}
	user, staff := lockedGrant{ID: "1", Role: portal.MSPUser}, lockedGrant{ID: "2", Role: portal.MSSPStaff}
	for name, test := range map[string]struct {
		held []lockedGrant
		want portal.Code
	}{
		"denies_change_of_higher_role":      {[]lockedGrant{staff}, portal.Forbidden},
		"denies_user_with_a_higher_role":    {[]lockedGrant{user, staff}, portal.Forbidden},
		"allows_user_with_role_of_own_kind": {[]lockedGrant{user}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := checkAllowed(admin, test.held, []lockedGrant{user})
			if got := portal.ErrorCode(err); got != test.want {
				t.Errorf("got %q (%v), want %q", got, err, test.want)
			}
		})
	}
}
