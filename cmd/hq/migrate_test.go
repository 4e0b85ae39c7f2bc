package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"hexiao/sync/hq/hqtest/pgtest"
)

// What an embedded store has is in PostgreSQL afterwards, and two servers over it at
// once show the same.
func TestMigrate(t *testing.T) {
	file, address := filepath.Join(t.TempDir(), "hq.db"), pgtest.Start(t)
	must(t, "point", "add", "P1", "Door", "--db", file)
	must(t, "orders", "import", "--db", file, "--point", "P1", "--format", "csv", "-")
	before := strings.Join(must(t, "codes", "--all", "--json", "--point", "P1", "--db", file), "\n")
	must(t, "migrate", "--from", file, "--to", address)
	if after := strings.Join(must(t, "codes", "--all", "--json", "--point", "P1", "--db", address), "\n"); after != before {
		t.Errorf("codes before:\n%s\nand after:\n%s", before, after)
	}
	if code, _, errs := command(t, nil, "migrate", "--from", file, "--to", address); code != 1 || !strings.Contains(errs, "empty") {
		t.Errorf("into a store that is not empty: exit %d, %s", code, errs)
	}
	for range 2 {
		a, stop := server(t, map[string]string{"HQ_TOKEN": "secret"}, "--db", address)
		defer stop()
		var out strings.Builder
		code := run(context.Background(), []string{"codes", "--all", "--json", "--point", "P1", "--hq", "http://" + a}, strings.NewReader(""), &out, &out,
			func(string) string { return "secret" })
		if code != 0 || strings.TrimSpace(out.String()) != before {
			t.Errorf("a server over it: exit %d, %s", code, out.String())
		}
	}
}
