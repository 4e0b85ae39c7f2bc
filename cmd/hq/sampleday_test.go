package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// The sample's days are what the web pages need: every kind of case and request, and
// nothing that HQ does not know the order of.
func TestSampleDays(t *testing.T) {
	db := filepath.Join(t.TempDir(), "hq.db")
	_, stop := server(t, nil, "--db", db, "--sample-days")
	rows := func(args ...string) (list []map[string]any) {
		code, out, errs := command(t, nil, append(args, "--db", db, "--json")...)
		if code != 0 {
			t.Fatalf("%v: %s", args, errs)
		}
		for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
			var row map[string]any
			if err := d.Decode(&row); err != nil {
				t.Fatal(err)
			}
			list = append(list, row)
		}
		return list
	}
	seen := map[any]int{}
	for _, c := range rows("conflicts") {
		seen[c["kind"]]++
		seen[c["state"]]++
	}
	for _, r := range rows("requests") {
		seen[r["type"]]++
	}
	for _, o := range rows("orders", "list", "--point", "P004") {
		if o["redeemed"] != nil {
			seen["redeemed"]++
		} else {
			seen["waiting"]++
		}
	}
	for _, want := range []any{
		string(kiosk.SettledConflict), string(kiosk.SettledLateRevoked), string(hq.CaseOpen), string(hq.CaseDecided), "redeemed", "waiting",
		string(kiosk.TypeAfterSaleRegistered), string(kiosk.TypeMissingReported), string(kiosk.TypeInvoiceRequested), string(kiosk.TypeReminderAsked),
	} {
		if seen[want] == 0 {
			t.Errorf("no %s in the sample: %v", want, seen)
		}
	}
	for _, bad := range []kiosk.Settlement{kiosk.SettledUnknown, kiosk.SettledRejected} {
		if seen[string(bad)] > 0 {
			t.Errorf("HQ finds %s in the sample", bad)
		}
	}
	if code, errs := stop(); code != 0 {
		t.Fatal(errs)
	}
	// The store is not empty any more, and is left alone.
	_, stop = server(t, nil, "--db", db, "--sample", "3", "--sample-days")
	if code, errs := stop(); code != 0 || !bytes.Contains([]byte(errs), []byte("not empty")) {
		t.Errorf("exit %d: %s", code, errs)
	}
}
