package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
	remote "hexiao/sync/client"
)

func TestJournalImport(t *testing.T) {
	dir := t.TempDir()
	db, out := filepath.Join(dir, "hq.db"), filepath.Join(dir, "withdrawn.journal")
	must(t, "point", "add", "P001", "幸福里", "--db", db)
	address, stop := server(t, nil, "--db", db)
	_, device, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	e, err := remote.Enrol(t.Context(), remote.EnrolOptions{Address: "http://" + address, Code: must(t, "kiosk", "code", "--db", db, "--point", "P001")[0], Key: device})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "journal")
	j, err := journal.Open(journal.Options{Dir: folder, Terminal: e.Terminal, MACKey: bytes.Repeat([]byte{1}, 32), FS: journal.OS()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Append(
		kiosk.Event{ID: kiosk.EventID{1}, Body: kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader}},
		kiosk.Event{ID: kiosk.EventID{2}, Body: kiosk.Redeemed{Order: "nobody's", Lines: []kiosk.Handed{{Line: "1", Handed: 1}}, Method: kiosk.MethodAlone}},
	); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := journal.Export(folder, &file, journal.ExportOptions{DeviceKey: device}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(out, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, "kiosk", "revoke", string(e.Terminal), "--db", db)
	if got := must(t, "journal", "import", out, "--db", db)[0]; got != "terminal "+string(e.Terminal)+": 2 events, 2 new: 1 accepted, 1 unknown" {
		t.Error(got)
	}
	if code, errs := stop(); code != 0 {
		t.Fatalf("exit %d, %s", code, errs)
	}
	if got := must(t, "journal", "import", out, "--db", db)[0]; !strings.HasSuffix(got, "2 events, none new") {
		t.Error(got)
	}
	if got := must(t, "journal", "import", out, "--json", "--db", db)[0]; !strings.Contains(got, `"events":2,"new":0`) {
		t.Error(got)
	}
	if code, _, errs := command(t, nil, "journal", "import", "-", "--db", db); code != 1 || !strings.Contains(errs, "no export of a journal") {
		t.Errorf("an order table: exit %d, %s", code, errs)
	}
	if code, _, _ := command(t, nil, "journal", "import", filepath.Join(dir, "none"), "--db", db); code != 1 {
		t.Errorf("no file: exit %d", code)
	}
}
