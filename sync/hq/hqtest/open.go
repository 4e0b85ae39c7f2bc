package hqtest

import (
	"os"
	"path/filepath"
	"testing"

	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
	"hexiao/sync/hq/hqtest/pgtest"
	"hexiao/sync/hq/pgstore"
)

// OnPostgres reports whether HQ's tests are to run over PostgreSQL, which
// HEXIAO_HQ_STORE=postgres asks for.
func OnPostgres() bool { return os.Getenv("HEXIAO_HQ_STORE") == "postgres" }

// OpenStore opens an empty store for a test: an embedded one, or one [OnPostgres].
func OpenStore(t testing.TB) hq.Store {
	t.Helper()
	var store hq.Store
	var err error
	if OnPostgres() {
		store, err = pgstore.Open(t.Context(), pgtest.Start(t))
	} else {
		store, err = boltstore.Open(filepath.Join(t.TempDir(), "hq.db"))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close HQ's store: %v", err)
		}
	})
	return store
}
