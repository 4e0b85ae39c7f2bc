package hq_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"hexiao/sync/hq/hqtest"
	"hexiao/sync/hq/hqtest/pgtest"
)

// TestMain makes the property tests shorter: each of their steps waits for the
// disk. -rapid.checks makes them longer again.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", "40"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if hqtest.OnPostgres() {
		os.Exit(pgtest.Run(m))
	}
	os.Exit(m.Run())
}
