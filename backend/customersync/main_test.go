package customersync_test

import (
	"os"
	"testing"

	"fs-client-portal/backend/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Main(m)) }
