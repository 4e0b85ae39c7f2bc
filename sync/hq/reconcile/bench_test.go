package reconcile_test

import (
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/hq/reconcile"
)

// BenchmarkMatch matches a day of 5,000 handovers at two terminals, each of which
// closed it.
func BenchmarkMatch(b *testing.B) {
	w := newWorld(2)
	for n := range 5000 {
		o := w.order(n, func(o *kiosk.Order) { o.Due = 500 })
		k := w.terminals[n%2]
		k.record(kiosk.PaymentCollected{Order: o.ID, Amount: 500, Means: "cash", By: "L1"})
		k.record(all(o))
	}
	w.close()
	in := w.input()
	b.ReportAllocs()
	for b.Loop() {
		if r := reconcile.Match(in); r.State != reconcile.StateClean {
			b.Fatal(r.State, len(r.Differences))
		}
	}
}
