package terminal

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

func TestCountsAreKept(t *testing.T) {
	dir := t.TempDir()
	want := desk.Counts{"C-1": {"milk\x1f950 ml\x1f": {Good: 3, Damaged: 1, Reason: kiosk.ReasonDamaged}}}
	for range 2 {
		if err := saveCounts(dir, want); err != nil {
			t.Fatal(err)
		}
		got, err := loadCounts(dir)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
	}
	for range 2 {
		if err := saveCounts(dir, nil); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := os.ReadDir(dir); len(left) != 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if c, err := loadCounts(dir); c != nil || err != nil {
		t.Errorf("%v, %v", c, err)
	}
	name := filepath.Join(dir, countsFileName)
	for _, bad := range [][]byte{nil, []byte(`{"C-1":{"milk":{"good":"many"}}}`), make([]byte, maxCountsFile+1)} {
		if err := os.WriteFile(name, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := loadCounts(dir); err == nil {
			t.Errorf("%d bytes were taken for counts", len(bad))
		}
	}
	if err := saveCounts(filepath.Join(dir, "none"), want); err == nil {
		t.Error("kept where there is no folder")
	}
}

// A terminal that is stopped in the middle of a delivery goes on where it was.
func TestCountsOutliveTheTerminal(t *testing.T) {
	f, _ := localFolder(t, 2, kiosk.Policy{})
	store := openStore(t, f)
	var orders []kiosk.Order
	err := store.Orders(func(o kiosk.Order, _ kiosk.OrderState) error {
		o.Consignment, o.Status = "C-1", kiosk.StatusShipped
		orders = append(orders, o)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.ImportLocal(store.Point(), slices.Values(orders)); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	receive := func() (*rig, desk.State) {
		r := start(t, officeOptions(f))
		r.signIn("printer")
		r.until("the books", func(s desk.State) bool { return s.Tally.Known })
		r.Tap(desk.TapReceive)
		r.Pick(desk.PickDelivery, "C-1")
		return r, r.until("the delivery", func(s desk.State) bool { return s.Receive.Step == desk.ReceiveCount })
	}
	r, s := receive()
	r.Pick(desk.PickProduct, s.Receive.Products[0].Key)
	r.Pick(desk.PickGood, "1")
	r.until("counted", func(s desk.State) bool { return s.Receive.Product.Good == 1 })
	r.stop()
	r, s = receive()
	if p := s.Receive.Products[0]; !p.Counted || p.Good != 1 {
		t.Errorf("%+v", p)
	}
	r.Tap(desk.TapSign)
	r.Tap(desk.TapConfirm)
	r.until("signed for", func(s desk.State) bool { return s.Receive.Step == desk.ReceiveDone })
	if _, err := os.Stat(filepath.Join(f.Path, countsFileName)); !os.IsNotExist(err) {
		t.Errorf("still kept: %v", err)
	}
	r.stop()
}
