package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/kiosk"
	hqclient "hexiao/sync/client"
	"hexiao/sync/hq"
	"hexiao/sync/wire"
)

// The garbage and the terminals that it shall not slow.
const (
	garblers     = 8       // connections on which one terminal sends as fast as it is answered
	garbageBytes = 1 << 20 // a request
	fairKiosks   = 4
	fairBatch    = 20
	fairRounds   = 16 // with garbage and without, by turns
	fairPushes   = 25 // of each terminal a round
)

// BenchmarkGarbage has terminals push while another one, which is enrolled and signs with
// its own key, sends a megabyte of garbage after the other: slowed is how much longer the
// median push of the others then takes than without, by turns in the same run.
func BenchmarkGarbage(b *testing.B) {
	dir, err := os.MkdirTemp(os.Getenv("HEXIAO_BENCH_DIR"), "hexiao-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	for b.Loop() {
		p := &program{ctx: b.Context(), now: time.Now, stderr: os.Stderr, where: &where{DB: filepath.Join(dir, "hq.db")}}
		server, err := startChild(p)
		if err != nil {
			b.Fatal(err)
		}
		events := fairKiosks * fairBatch * fairRounds * fairPushes
		c := &loadCmd{Kiosks: fairKiosks, Points: fairKiosks, Orders: events, Events: events, Batch: fairBatch, AtOnce: fairKiosks}
		f := &fleet{loadCmd: c, now: p.now, figures: &loadFigures{}, transport: loadTransport(2 * garblers), operator: newClient("http://"+server.address, server.token, nil)}
		f.progress = (&cli.IO{Stdout: io.Discard, Stderr: io.Discard, Now: time.Now}).NewProgress
		if err := f.setUp(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := f.each(b.Context(), c.AtOnce, "pulled", func(ctx context.Context, k *loadKiosk) error { return k.pull(ctx) }); err != nil {
			b.Fatal(err)
		}
		bad := newGarbler(b, f)
		var took [2][]time.Duration
		for round := range fairRounds {
			loud := round % 2
			end := func() {}
			if loud == 1 {
				end = bad.start(b.Context())
			}
			took[loud] = append(took[loud], f.fairRound(b.Context())...)
			end()
		}
		if n := f.failed.Load(); n > 0 {
			b.Errorf("%d pushes failed: %s", n, f.figures.FirstError)
		}
		b.ReportMetric(median(took[1])/median(took[0]), "slowed")
		b.ReportMetric(median(took[0]), "push_p50_ms")
		b.ReportMetric(float64(bad.sent.Load()), "garbage")
		f.transport.CloseIdleConnections()
		if err := server.stop(); err != nil {
			b.Fatal(err)
		}
		if err := os.Remove(p.DB); err != nil {
			b.Fatal(err)
		}
	}
}

func median(took []time.Duration) float64 {
	slices.Sort(took)
	return took[len(took)/2].Seconds() * 1000
}

// fairRound has each terminal push its share of a round.
func (f *fleet) fairRound(ctx context.Context) (took []time.Duration) {
	var mu sync.Mutex
	var wait sync.WaitGroup
	for _, k := range f.kiosks {
		wait.Go(func() {
			for range fairPushes {
				begin := f.now()
				k.pushNext(ctx)
				mu.Lock()
				took = append(took, f.now().Sub(begin))
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	return took
}

// garbler is the terminal that sends garbage.
type garbler struct {
	fleet *fleet
	id    kiosk.TerminalID
	key   ed25519.PrivateKey
	body  []byte
	sent  atomic.Int64
}

func newGarbler(b *testing.B, f *fleet) *garbler {
	g := &garbler{fleet: f, body: make([]byte, garbageBytes)}
	_, _ = rand.Read(g.body)
	var code hq.NewCode
	err := f.operator.call(b.Context(), "/admin/v1/points/"+string(f.kiosks[0].point)+"/enrolments", struct{}{}, &code)
	if err == nil {
		_, g.key, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		b.Fatal(err)
	}
	e, err := hqclient.Enrol(b.Context(), hqclient.EnrolOptions{Address: f.operator.base, Code: code.Code, Key: g.key, Transport: f.transport})
	if err != nil {
		b.Fatal(err)
	}
	g.id = e.Terminal
	return g
}

// start sends until the function that it gives is called.
func (g *garbler) start(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	for n := range garblers {
		wait.Go(func() {
			for ctx.Err() == nil {
				if err := g.send(ctx, n%2 == 0); err == nil {
					g.sent.Add(1)
				}
			}
		})
	}
	return func() { cancel(); wait.Wait() }
}

// send pushes garbage, signed by the terminal's own key or with a signature that is none.
func (g *garbler) send(ctx context.Context, signed bool) error {
	address := fmt.Sprintf("%s/v1/terminals/%s/events", g.fleet.operator.base, g.id)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(g.body))
	if err == nil {
		err = wire.Sign(r, g.key, g.id, g.fleet.now(), rand.Text())
	}
	if err != nil {
		return err
	}
	if !signed {
		r.Header.Set("Signature", "sig=:AAAA:")
	}
	resp, err := g.fleet.transport.RoundTrip(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return err
}
