package camera

import (
	"context"
	"errors"
	"fmt"
	"image"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/sys/unix"

	"hexiao/scanner"
	"hexiao/scanner/scannertest"
)

// pixels is a frame as gozxing takes it, without a copy.
type pixels struct {
	gozxing.LuminanceSourceBase
	pix []byte
}

func newPixels(g *image.Gray) *pixels {
	return &pixels{gozxing.LuminanceSourceBase{Width: g.Rect.Dx(), Height: g.Rect.Dy()}, g.Pix}
}

func (p *pixels) GetMatrix() []byte                      { return p.pix }
func (p *pixels) GetRow(y int, _ []byte) ([]byte, error) { return p.pix[y*p.Width:][:p.Width], nil }
func (p *pixels) Invert() gozxing.LuminanceSource        { return gozxing.LuminanceSourceInvert(p) }
func (p *pixels) String() string                         { return "frame" }

// fastest is the least of n times, and so hardly the machine's other work.
func fastest(n int, f func()) time.Duration {
	least := time.Hour
	for range n {
		began := time.Now()
		f()
		least = min(least, time.Since(began))
	}
	return least
}

// BenchmarkGate is what a frame costs while the gate is closed, beside gozxing searching
// it, both without a copy.
func BenchmarkGate(b *testing.B) {
	img := scannertest.Frame("", scannertest.Options{Width: 1280, Height: 720, Noise: 3})
	var g gate
	at := time.Time{}
	reader := qrcode.NewQRCodeReader()
	theirs := fastest(20, func() {
		bits, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(newPixels(img)))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := reader.DecodeWithoutHints(bits); err == nil {
			b.Fatal("a code in an empty frame")
		}
	})
	b.ReportAllocs()
	ours := time.Hour
	for b.Loop() {
		ours = min(ours, fastest(10, func() { g.look(img, at) }))
	}
	b.ReportMetric(float64(ours)/float64(theirs), "gozxing_ratio")
	b.ReportMetric(ours.Seconds()*1000, "ms_frame")
}

// loop is a camera that gives the same frames over and over, one when the last has been
// dealt with, a fifteenth of a second later by its own clock.
type loop struct {
	frames [][]byte
	n      atomic.Int64
	next   chan struct{} // a token a frame
	quit   <-chan struct{}
}

func (l *loop) now() time.Time {
	return time.Unix(1e9, 0).Add(time.Duration(l.n.Load()) * time.Second / 15)
}

// turn waits for the next frame, nil at the end.
func (l *loop) turn() []byte {
	select {
	case <-l.next:
		n := l.n.Add(1)
		return l.frames[int(n)%len(l.frames)]
	case <-l.quit:
		return nil
	}
}

func (l *loop) WaitForFrame(uint32) error { return nil }
func (l *loop) GetFrame() ([]byte, uint32, error) {
	if raw := l.turn(); raw != nil {
		return raw, 0, nil
	}
	return nil, 0, unix.ENODEV
}
func (l *loop) ReleaseFrame(uint32) error { return nil }
func (l *loop) Close() error              { return nil }

// ServeHTTP gives the frames as motion JPEG.
func (l *loop) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "multipart/x-mixed-replace;boundary=frame")
	for raw := l.turn(); raw != nil; raw = l.turn() {
		_, _ = fmt.Fprintf(w, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n", len(raw))
		_, _ = w.Write(raw)
		w.(http.Flusher).Flush()
	}
}

// cpu is the processor time of this process so far.
func cpu(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkCamera is what a camera of 1280 × 720 pixels at 15 frames a second costs, in
// percent of one core: a device with YUYV frames, and motion JPEG over HTTP (the server's
// part of that included), with nothing in view and with a code that is held there.
func BenchmarkCamera(b *testing.B) {
	const w, h, seconds = 1280, 720, 10
	scene := newDoorway(w, h)
	scene.frame(steady, 0)
	frames := func(text string) (raw, compressed [][]byte) {
		for i := range 8 {
			g := image.NewGray(image.Rect(0, 0, w, h))
			copy(g.Pix, scene.shown.Pix)
			if text != "" { // in a hand that is not quite still
				scannertest.Draw(g, text, scannertest.Options{Module: 6, X: 640 + float64(i%3), Y: 360 + float64(i%4), Angle: 5 + float64(i)/4})
			}
			scannertest.AddNoise(g, 2, uint64(i))
			raw = append(raw, packed(g.Pix, w, h, 2*w))
			colour := image.NewYCbCr(g.Rect, image.YCbCrSubsampleRatio420)
			copy(colour.Y, g.Pix)
			for i := range colour.Cb {
				colour.Cb[i], colour.Cr[i] = 120, 136
			}
			compressed = append(compressed, asJPEG(b, colour))
		}
		return raw, compressed
	}
	for _, text := range []string{"", code} {
		name := "empty"
		if text != "" {
			name = "code"
		}
		raw, compressed := frames(text)
		for kind, frames := range map[string][][]byte{"yuyv": raw, "mjpeg": compressed} {
			b.Run(kind+"-"+name, func(b *testing.B) {
				l := &loop{frames: frames, next: make(chan struct{}, 1)}
				spec := "/dev/none"
				if kind == "mjpeg" {
					server := httptest.NewServer(l)
					defer server.Close()
					spec = server.URL
				}
				s, err := Open(spec, Options{Read: reader(), FPS: 1000, Now: l.now})
				if err != nil {
					b.Fatal(err)
				}
				if c, ok := s.feed.(*capture); ok {
					c.open = func(string, int) (device, format, error) { return l, format{formatYUYV, w, h, 2 * w}, nil }
				}
				measure(b, s, l, seconds*15)
			})
		}
	}
}

// measure runs a source for n frames at a time, once before.
func measure(b *testing.B, s *Source, l *loop, n int) {
	ctx, cancel := context.WithCancel(context.Background())
	l.quit = ctx.Done()
	done := make(chan struct{}, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- s.Run(ctx, func(scanner.Scan) {}, func(scanner.Health) { done <- struct{}{} })
	}()
	turn := func() {
		for range n {
			l.next <- struct{}{}
			<-done
		}
	}
	turn() // the gate closes, if it does
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	least, rounds := time.Hour, 0
	for b.Loop() {
		began := cpu(b)
		turn()
		least = min(least, cpu(b)-began)
		rounds++
	}
	runtime.ReadMemStats(&after)
	perFrame := least / time.Duration(n)
	b.ReportMetric(100*15*perFrame.Seconds(), "core_percent")
	b.ReportMetric(perFrame.Seconds()*1000, "ms_frame")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(rounds*n), "allocs_frame")
	b.ReportMetric(0, "ns/op")
	cancel()
	if err := <-ended; err != nil && !errors.Is(err, scanner.ErrMissing) {
		b.Error(err)
	}
}
