package testkit_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/testkit"
)

func TestServerLoginReadsNoTable(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(context.Background(), testkit.Database(t).Server)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, table := range []string{"client", "msp", "app_user", "session", "signing_key", "audit_log"} {
		if _, err := conn.Exec(context.Background(), "select from "+table); err == nil {
			t.Errorf("got no error reading %s without a role, want one", table)
		}
	}
}
