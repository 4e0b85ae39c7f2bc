package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// table is a store with point P1 and the orders A and B.
func ordersAB(t *testing.T) (db string) {
	t.Helper()
	dir := t.TempDir()
	db, table := filepath.Join(dir, "hq.db"), filepath.Join(dir, "t.csv")
	must(t, "point", "add", "--db", db, "P1", "x")
	if err := os.WriteFile(table, []byte("order,product,quantity,price,due\nA,milk,1,10,\nA,eggs,2,20,\nB,milk,1,10,5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, "orders", "import", "--db", db, "--point", "P1", table)
	return db
}

func TestCodesSignedAndRevoked(t *testing.T) {
	db := ordersAB(t)
	picture := filepath.Join(t.TempDir(), "code.png")
	var made hq.Voucher
	if err := json.Unmarshal([]byte(must(t, "codes", "signed", "--db", db, "--order", "A", "--png", picture)[0]), &made); err != nil {
		t.Fatal(err)
	}
	if codes, err := kiosk.ParseCode(made.Code, nil); err != nil || codes[0].Kind != kiosk.CodeSigned || made.Units != 3 || made.Value != 5000 {
		t.Errorf("%+v, %v", made, err)
	}
	if info, err := os.Stat(picture); err != nil || info.Size() == 0 || info.Mode().Perm() != 0o600 {
		t.Errorf("the picture: %v, %v", info, err)
	}
	listed := strings.Join(must(t, "codes", "--db", db, "--point", "P1", "--signed"), "\n")
	if !strings.Contains(listed, made.ID.String()) || !strings.Contains(listed, "voucher") || strings.Contains(listed, made.Code) {
		t.Errorf("listed: %s", listed)
	}
	if done := must(t, "codes", "revoke", "--db", db, "--code", made.ID.String())[0]; !strings.Contains(done, `"order":"A"`) || !strings.Contains(done, `"new":false`) {
		t.Errorf("revoked: %s", done)
	}
	if listed := must(t, "codes", "list", "--db", db, "--point", "P1", "--signed", "--json")[0]; !strings.Contains(listed, `"revoked":"2`) {
		t.Errorf("listed: %s", listed)
	}
	if done := must(t, "codes", "revoke", "--db", db, "--order", "B")[0]; !strings.Contains(done, `"new":true`) {
		t.Errorf("revoked: %s", done)
	}
	for args, want := range map[string]struct {
		exit int
		text string
	}{
		"signed --order B":   {1, "5.00 yuan"},
		"signed --order Z":   {1, "no such order"},
		"revoke":             {2, "--order"},
		"revoke --code 12":   {1, "12 hex digits"},
		"revoke --order Z":   {1, "no such order"},
		"signed --order A x": {2, "x"},
	} {
		code, out, errs := command(t, nil, append([]string{"codes"}, append(strings.Fields(args), "--db", db)...)...)
		if code != want.exit || out != "" || !strings.Contains(errs, want.text) {
			t.Errorf("%s: exit %d, %q, %q", args, code, out, errs)
		}
	}
}

// The codes of a point can come with signed ones, where orders can have them.
func TestCodesWithSigned(t *testing.T) {
	db, dir := ordersAB(t), t.TempDir()
	signed := map[kiosk.OrderID]string{}
	for _, line := range must(t, "codes", "--db", db, "--point", "P1", "--json", "--png", dir, "--vouch", "2h") {
		var row codesRow
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		signed[row.Order] = row.Signed
	}
	if len(signed) != 2 || !strings.HasPrefix(signed["A"], "H1") || signed["B"] != "" {
		t.Errorf("%v", signed)
	}
	for name, there := range map[string]bool{"A.png": true, "A.signed.png": true, "B.png": true, "B.signed.png": false} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != there {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPointNoticeAndRisk(t *testing.T) {
	db := ordersAB(t)
	must(t, "point", "notice", "--db", db, "--point", "P1", "--zh", "今天早关门", "--until", "3h")
	must(t, "point", "notice", "--db", db, "--point", "P1", "--clear")
	must(t, "point", "set", "--db", db, "P1", "--stale-count", "5", "--provisional-value", "80", "--provisional-count", "3", "--rotate-from", "0",
		"--leases", "refuse", "--lease-term", "6h", "--code-url", "https://shop.example/pick?code=")
	for args, want := range map[string]int{
		"notice --point P1": 2, "notice --point P1 --clear --en x": 2, "notice --point P1 --en x --until yesterday": 2, "notice --point P9 --en x": 1,
		"set P1 --leases maybe": 2, "set P1 --stale-count=-1": 1, "set P1 --code-url shop": 1,
	} {
		if code, _, errs := command(t, nil, append([]string{"point"}, append(strings.Fields(args), "--db", db)...)...); code != want || errs == "" {
			t.Errorf("%s: exit %d, %q", args, code, errs)
		}
	}
}
