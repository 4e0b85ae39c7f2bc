package hq_test

import (
	"fmt"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq/hqtest"
)

// New orders into an empty store, the first time round; unchanged ones after.
func BenchmarkImport(b *testing.B) {
	s, _ := start(b)
	const orders = 100_000
	for b.Loop() {
		done, err := s.HQ.Import(ctx(), "P001", func(yield func(ordertable.Entry) bool) {
			for i := range orders {
				e := hqtest.Entry(kiosk.OrderID(fmt.Sprintf("A%07d", i)))
				if !yield(e) {
					return
				}
			}
		})
		if err != nil || done.Refused > 0 {
			b.Fatal(done, err)
		}
	}
	b.ReportMetric(orders*float64(b.N)/b.Elapsed().Seconds(), "orders/s")
}
