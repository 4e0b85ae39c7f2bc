package hq_test

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/hq/hqtest"
)

// The full set of a point, from the store through gzip to parsed pages.
func BenchmarkFullSet(b *testing.B) {
	s, c := start(b)
	const orders = 50_000
	done, err := s.HQ.Import(ctx(), "P001", func(yield func(entry) bool) {
		for i := range orders {
			if !yield(hqtest.Entry(kiosk.OrderID(fmt.Sprintf("A%07d", i)))) {
				return
			}
		}
	})
	if err != nil || done.New != orders {
		b.Fatal(done.New, err)
	}
	d := enrol(b, s, c, "P001")
	for b.Loop() {
		req := d.request(http.MethodGet, "/v1/points/P001/orders", nil)
		req.Header.Set("Accept-Encoding", "gzip")
		resp, err := s.Client().Do(req)
		if err != nil {
			b.Fatal(err)
		}
		zip, err := gzip.NewReader(resp.Body)
		if err != nil {
			b.Fatal(err)
		}
		m := newModel()
		if err := d.read(req, zip, m); err != nil || m.mark.Count != orders || !m.complete() {
			b.Fatal(m.mark, err)
		}
		if err := resp.Body.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(orders*float64(b.N)/b.Elapsed().Seconds(), "orders/s")
}

// A redemption settled and acknowledged durably, as a terminal sees it.
func BenchmarkPush(b *testing.B) {
	s, c := start(b)
	d := enrol(b, s, c, "P001")
	n := 0
	for b.Loop() {
		b.StopTimer()
		id := kiosk.OrderID(fmt.Sprintf("A%07d", n))
		n++
		s.Import("P001", hqtest.Entry(id))
		b.StartTimer()
		if r := d.tell(redeem(id)); r.Settlement != kiosk.SettledAccepted {
			b.Fatal(r)
		}
	}
}
