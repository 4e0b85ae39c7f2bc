package terminal

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq/hqtest"
)

func TestEnsureLocal(t *testing.T) {
	path := t.TempDir() + "/terminal"
	f, err := EnsureLocal(path, rand.Reader)
	if err != nil || f.Config.Point != localPoint || f.Config.Terminal != localTerminal || f.Config.HQ.URL != "" {
		t.Fatalf("%+v, %v", f.Config, err)
	}
	again, err := EnsureLocal(path, strings.NewReader(""))
	if err != nil || cmp.Diff(f.Keys, again.Keys) != "" {
		t.Errorf("a second time: other keys, %v", err)
	}
	p := newPlatform(t, 0)
	if own, err := EnsureLocal(p.enrolled(1).Path, rand.Reader); err != nil || own.Config.Point != "P001" {
		t.Errorf("a terminal of HQ became %+v, %v", own.Config, err)
	}
	if _, err := EnsureLocal(t.TempDir(), strings.NewReader("")); err == nil {
		t.Error("keys without randomness")
	}
}

// importAll imports entries into a folder whose terminal does not run.
func importAll(t *testing.T, f Folder, list ...ordertable.Entry) []IssuedCode {
	t.Helper()
	store := openStore(t, f)
	codes, err := ImportTable(f, store, list)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return codes
}

// A table's own codes count, other orders get codes that stay, and what was
// collected stays collected.
func TestImportTable(t *testing.T) {
	f, err := EnsureLocal(t.TempDir(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	list := entries(4)
	list[0].OwnCode, list[1].OwnCode = "8800000011", "8800000011" // one customer, two orders
	codes := importAll(t, f, list...)
	if len(codes) != 2 || codes[0].Order != "A3" || codes[1].Order != "A4" {
		t.Fatalf("codes for %d orders", len(codes))
	}

	camera := newScannerFake("camera")
	r := start(t, options(f, camera))
	a := r.scanned(camera, "8800 0000-11")
	want(t, a, kiosk.Accepted)
	if n := len(a.answer.Outcomes); n != 2 || a.answer.Outcomes[1].Verdict != kiosk.Accepted || a.answer.Outcomes[1].Order.ID != "A2" {
		t.Errorf("%d outcomes: %+v", n, a.answer.Outcomes)
	}
	if out := want(t, r.scanned(camera, codes[0].Typed.Text), kiosk.Accepted); out.Order.ID != "A3" {
		t.Errorf("order %s", out.Order.ID)
	}
	r.stop()

	list[2].Order.Shelf = "Z-9"
	if diff := cmp.Diff(codes, importAll(t, f, list[2], list[3])); diff != "" {
		t.Errorf("the second import made other codes")
	}
	r = start(t, options(f, camera))
	if out := want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.AlreadyCollected); out.Order.Shelf != "Z-9" {
		t.Errorf("shelf %s", out.Order.Shelf)
	}
	if out := want(t, r.scanned(camera, codes[1].Opaque.Text), kiosk.Accepted); out.Order.ID != "A4" {
		t.Errorf("order %s", out.Order.ID)
	}
	want(t, r.scanned(camera, "8800000011"), kiosk.AlreadyCollected) // not in the second table, and still known
}

// Codes are the point's own: another terminal makes others for the same order,
// and no two orders share one.
func TestIssuedCodesDiffer(t *testing.T) {
	const orders = 500
	list := make([]ordertable.Entry, orders)
	for i := range list {
		list[i] = hqtest.Entry(kiosk.OrderID(fmt.Sprintf("O%d", i)))
	}
	seen := map[string]bool{}
	for range 2 {
		f, err := EnsureLocal(t.TempDir(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range importAll(t, f, list...) {
			seen[c.Opaque.Text] = true
			if !kiosk.TypedCheck(c.Typed.Text) {
				t.Error("a typed code with a wrong check digit")
			}
		}
	}
	if len(seen) != 2*orders {
		t.Errorf("%d codes for %d orders", len(seen), 2*orders)
	}
}

func TestImportRefuses(t *testing.T) {
	f, _ := localFolder(t, 0, kiosk.Policy{})
	store := openStore(t, f)
	bad := hqtest.Entry("B1")
	bad.OwnCode = "\x01secret"
	if _, err := ImportTable(f, store, []ordertable.Entry{hqtest.Entry("B0"), bad}); err == nil || !strings.Contains(err.Error(), "B1") || strings.Contains(err.Error(), "secret") {
		t.Errorf("a code of control characters: %v", err)
	}
	if n := store.Status().Orders; n != 0 {
		t.Errorf("%d orders of a refused table", n)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := ImportTable(f, store, entries(1)); err == nil {
		t.Error("an import into a closed store")
	}
}

// What is shown of a customer is sealed under the point's key.
func TestReveal(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	other, _ := localFolder(t, 0, kiosk.Policy{})
	store := openStore(t, f)
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	o, _, ok := store.Order("A1")
	if m := f.Reveal(o); !ok || m.Name != "张**" && m.Name != "张*" || m.Tail != "1234" {
		t.Errorf("shown as %+v", m)
	}
	if m := other.Reveal(o); m != (kiosk.Masked{}) {
		t.Errorf("another point's key shows %+v", m)
	}
	o.SealedDesk = nil
	if m := f.Reveal(o); m != (kiosk.Masked{}) {
		t.Errorf("nothing sealed shows %+v", m)
	}
}
