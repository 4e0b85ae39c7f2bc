package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"hexiao/sync/hq/archive"
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

// What HQ keeps goes from a file into PostgreSQL, and from there into another file and
// another database, and is the same everywhere.
func TestBackupOfPostgreSQL(t *testing.T) {
	dir, one, two := t.TempDir(), pgtest.Start(t), pgtest.Start(t)
	file := func(name string) string { return filepath.Join(dir, name) }
	digest := func(args ...string) string {
		var s archive.Summary
		if err := json.Unmarshal([]byte(must(t, args...)[0]), &s); err != nil || s.Counts["orders"] != 12 || len(s.Digest) == 0 {
			t.Fatalf("%v: %+v, %v", args, s, err)
		}
		return hex.EncodeToString(s.Digest)
	}
	_, stop := server(t, nil, "--db", file("hq.db"), "--sample", "12")
	stop()
	for _, copied := range []struct{ from, archive, to string }{
		{file("hq.db"), "a", one}, {one, "b", two}, {two, "c", file("again.db")},
	} {
		made := digest("backup", "--db", copied.from, "--to", file(copied.archive))
		if kept := digest("restore", "--from", file(copied.archive), "--db", copied.to); kept != made {
			t.Errorf("%s holds %s, and %s came of it", copied.archive, made, kept)
		}
		if again := digest("backup", "--db", copied.to, "--to", file(copied.archive+" again")); again != made {
			t.Errorf("a backup of what %s became is %s, not %s", copied.archive, again, made)
		}
		if code, _, errs := command(t, nil, "restore", "--from", file(copied.archive), "--db", copied.to); code != 1 || errs == "" {
			t.Errorf("over what is there: exit %d, %s", code, errs)
		}
	}
	codes := func(db string) string {
		return strings.Join(must(t, "codes", "--db", db, "--point", "P001", "--json"), "\n")
	}
	if codes(file("again.db")) != codes(file("hq.db")) {
		t.Error("the codes are others in the end")
	}
}
