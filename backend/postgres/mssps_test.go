package postgres_test

import (
	"testing"

	"fs-client-portal/backend/testkit"
)

func TestMSSPs(t *testing.T) {
	t.Parallel()
	t.Run("counts_what_is_active_in_each", testMSSPsCountsWhatIsActiveInEach)
	t.Run("is_empty_without_any", testMSSPsIsEmptyWithoutAny)
}

func testMSSPsCountsWhatIsActiveInEach(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorldTest(t)
	w.Exec("update user_role set active = false where mssp_id = $1 and role = 'client_user'", w.Other.MSSPID)
	all, err := w.DB.MSSPs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].ID != w.Own.MSSPID || all[1].ID != w.Other.MSSPID {
		t.Fatalf("got %+v, want the two MSSPs by name", all)
	}
	for _, got := range all {
		users := w.Count("select count(distinct user_id) from user_role where mssp_id = $1 and active", got.ID)
		msps := w.Count("select count(*) from msp where mssp_id = $1 and status = 'active'", got.ID)
		clients := w.Count("select count(*) from client where mssp_id = $1 and status = 'active'", got.ID)
		if got.MSPs != int64(msps) || got.Clients != int64(clients) || got.Users != int64(users) || got.Connections != 1 {
			t.Errorf("got %+v, want %d MSPs, %d clients, %d users and 1 connection", got, msps, clients, users)
		}
	}
	if all[0].Users != all[1].Users+1 {
		t.Errorf("got %d and %d users, want one less where a user is deactivated", all[0].Users, all[1].Users)
	}
}

func testMSSPsIsEmptyWithoutAny(t *testing.T) {
	t.Parallel()
	all, err := testkit.Open(t).MSSPs(t.Context())
	if err != nil || all == nil || len(all) != 0 {
		t.Errorf("got %v, %v, want an empty list", all, err)
	}
}
