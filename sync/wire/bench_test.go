package wire_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

const benchOrders = 10_000

func stream(b *testing.B, form func(io.Writer, *wire.PageSigner) wire.OrdersWriter) []byte {
	b.Helper()
	var out bytes.Buffer
	w := form(&out, signer())
	for i := range benchOrders {
		o := sampleOrder()
		o.ID, o.Settled = kiosk.OrderID(fmt.Sprintf("HX20261123-%07d", i)), nil
		if err := w.Order(o); err != nil {
			b.Fatal(err)
		}
		if i%500 == 499 {
			if err := w.Page(fmt.Sprint("c", i)); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := w.Watermark(sampleMark(), "end"); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// How many orders a second a terminal can read from the wire.
func BenchmarkReadOrders(b *testing.B) {
	for _, f := range forms() {
		b.Run(f.name, func(b *testing.B) {
			data := stream(b, f.write)
			b.SetBytes(int64(len(data)))
			n := 0
			for b.Loop() {
				err := f.read(bytes.NewReader(data), verifier(), false, kiosk.Feed{Page: func(p kiosk.Page) error { n += len(p.Orders); return nil }})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "orders/s")
		})
	}
}

func BenchmarkWriteOrders(b *testing.B) {
	for _, f := range forms() {
		b.Run(f.name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				stream(b, f.write)
				n += benchOrders
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "orders/s")
		})
	}
}

func BenchmarkSignAndVerify(b *testing.B) {
	for b.Loop() {
		req := signed(b, "POST", "http://hq.example/v1/terminals/T1/events", "body")
		if _, err := wire.Verify(received(b, req), keys, at(0), fresh); err != nil {
			b.Fatal(err)
		}
	}
}
