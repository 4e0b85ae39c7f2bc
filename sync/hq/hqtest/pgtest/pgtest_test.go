package pgtest_test

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"testing"

	"hexiao/sync/hq/hqtest/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

func TestFreshDatabases(t *testing.T) {
	for range 2 { // the second database has nothing of the first
		if err := pgtest.Exec(pgtest.Start(t), "CREATE TABLE x (y int)", "INSERT INTO x VALUES (1)"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestServerEndsWithItsTest(t *testing.T) {
	var address string
	t.Run("it runs", func(t *testing.T) {
		address = pgtest.StartDurable(t, "work_mem=3MB")
		err := pgtest.Exec(address, `DO $$ BEGIN ASSERT current_setting('fsync') = 'on' AND current_setting('work_mem') = '3MB'; END $$`)
		if err != nil {
			t.Fatal(err)
		}
	})
	if address == "" {
		t.Skip("PostgreSQL is not installed")
	}
	if err := pgtest.Exec(address, "SELECT 1"); err == nil {
		t.Error("the server still answers")
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(u.Query().Get("host")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its folder: %v", err)
	}
}
