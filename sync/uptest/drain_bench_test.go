package uptest

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"hexiao/sync/engine"
	"hexiao/sync/hq/hqtest"
)

// meter counts what goes over a listener's connections, both ways.
type meter struct {
	net.Listener
	bytes *atomic.Int64
}

func (m meter) Accept() (net.Conn, error) {
	c, err := m.Listener.Accept()
	return metered{c, m.bytes}, err
}

type metered struct {
	net.Conn
	bytes *atomic.Int64
}

func (m metered) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	m.bytes.Add(int64(n))
	return n, err
}

func (m metered) Write(p []byte) (int, error) {
	n, err := m.Conn.Write(p)
	m.bytes.Add(int64(n))
	return n, err
}

// 100,000 waiting events go to an HQ on the same machine, over a real socket; the
// bytes are those of both directions, with all that HTTP adds.
func BenchmarkDrain(b *testing.B) {
	const waiting = 100_000
	hq := hqtest.Start(b, time.Now)
	events, orders := history(waiting, time.Now(), 60*24*time.Hour)
	importOrders(b, hq, "P001", orders)
	var wire atomic.Int64
	server := httptest.NewUnstartedServer(hq.HQ.Handler())
	server.Listener = meter{server.Listener, &wire}
	server.Start()
	defer server.Close()
	for b.Loop() {
		b.StopTimer()
		shop := enrol(b, hq, "P001", hq.Transport(), events)
		e := shop.engine(b, server.URL, engine.Config{Now: time.Now}, &http.Transport{})
		wire.Store(0)
		b.StartTimer()
		if r, err := e.Once(b.Context()); r.Acked != waiting {
			b.Fatal(r, err)
		}
		b.StopTimer()
		if err := settledOnce(hq, shop, waiting); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "drain_s")
	b.ReportMetric(float64(wire.Load())/waiting, "bytes/event")
}
