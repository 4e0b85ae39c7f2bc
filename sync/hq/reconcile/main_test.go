package reconcile_test

import (
	"os"
	"testing"

	"hexiao/sync/hq/hqtest/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }
