package yeartest_test

import (
	"path/filepath"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/boltstore/yeartest"
	"hexiao/kiosk/kiosktest"
)

// What is made answers as a terminal does after such a year.
func TestMake(t *testing.T) {
	for name, y := range map[string]yeartest.Year{
		"a full set":  {Orders: 300, Events: 219, Lookup: kiosktest.Lookup},
		"a small one": {Orders: 20, Events: 1500, Lookup: kiosktest.Lookup},
	} {
		t.Run(name, func(t *testing.T) {
			o := boltstore.Options{
				Dir: filepath.Join(t.TempDir(), "data"), Terminal: "T1", Lookup: y.Lookup, MACKey: make([]byte, 32),
				Random: kiosktest.Random(1), Now: time.Now, SegmentBytes: 256 << 10,
			}
			if err := y.Make(o); err != nil {
				t.Fatal(err)
			}
			s, err := boltstore.Open(o)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if err := s.SetPoint(kiosktest.Point()); err != nil {
				t.Fatal(err)
			}
			if st := s.Status(); st.Head != uint64(y.Events) || st.Orders != y.Orders || !st.Cache.Complete {
				t.Errorf("status %+v", st)
			}
			waiting := map[int]bool{}
			for _, n := range y.Waiting(y.Orders) {
				waiting[n] = true
			}
			if name == "a full set" && len(waiting) != 81 || name == "a small one" && len(waiting) != 20 {
				t.Errorf("%d orders wait", len(waiting))
			}
			for n := range y.Orders {
				want := kiosk.AlreadyCollected
				if waiting[n] {
					want = kiosk.Accepted
				}
				a, err := s.Redeem(kiosktest.Scan(kiosktest.Code(n), 0))
				if err != nil || a.Verdict != want {
					t.Errorf("order %d: %s, %v; want %s", n, a.Verdict, err, want)
				}
			}
		})
	}
}
