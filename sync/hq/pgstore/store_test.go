package pgstore_test

import (
	"os"
	"testing"

	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/hq/hqtest/pgtest"
	"hexiao/sync/hq/pgstore"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// open opens the store of an address for a test.
func open(t testing.TB, address string) *pgstore.Store {
	t.Helper()
	s, err := pgstore.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestContract(t *testing.T) {
	addresses := map[string]string{}
	hqtest.TestStore(t, func(t *testing.T, name string) hq.Store {
		if addresses[name] == "" {
			addresses[name] = pgtest.Start(t)
		}
		return open(t, addresses[name])
	})
}

func TestSharedContract(t *testing.T) {
	addresses := map[string]string{}
	hqtest.TestShared(t, func(t *testing.T, name string) hq.Store {
		if addresses[name] == "" {
			addresses[name] = pgtest.Start(t)
		}
		return open(t, addresses[name])
	})
}
