package scanbench

import (
	"image"
	"math"
	"slices"
	"testing"

	"hexiao/scanner"
	"hexiao/scanner/decode"
	"hexiao/scanner/scannertest"
)

// rounds is how often each frame is timed; the least time counts.
const rounds = 5

// BenchmarkFrame times frames in which a code is held before a camera.
func BenchmarkFrame(b *testing.B) {
	p := findPeers(b)
	onThread(b)
	var ours, zxing [2]float64 // milliseconds, in small and in large frames
	frames := 0
	for i, c := range scannertest.Cameras() {
		for _, m := range []scannertest.Manner{scannertest.LiesStill, scannertest.Shakes, scannertest.Tilts} {
			held := held(m, c, uint64(i))
			frames += len(held)
			best, bestZxing := []float64(nil), []float64(nil)
			for range rounds {
				r := decode.New(decode.Options{})
				var took []float64
				for _, g := range held {
					_, ms := timed(b, r, g)
					took = append(took, ms)
				}
				best = least(best, took)
				if p != nil {
					bestZxing = least(bestZxing, zxingTimes(b, p, held))
				}
			}
			size := 0
			if c.Width > 640 {
				size = 1
			}
			// The first frame after a pause is not a usual one.
			ours[size] += sum(best[1:])
			if p != nil {
				zxing[size] += sum(bestZxing[1:])
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric((ours[0]+ours[1])/float64(frames), "ms")
	if p != nil {
		b.ReportMetric((zxing[0]+zxing[1])/float64(frames), "zxing_ms")
		b.ReportMetric((ours[0]+ours[1])/(zxing[0]+zxing[1]), "of_zxing")
		b.ReportMetric(ours[0]/zxing[0], "of_zxing_640")
		b.ReportMetric(ours[1]/zxing[1], "of_zxing_1280")
	}
}

// held are ten frames of a presentation from its second second, when the code is there.
func held(m scannertest.Manner, c scannertest.Camera, seed uint64) (frames []*image.Gray) {
	show := scannertest.Present(m, c, seed)
	for n := range 2*c.Rate + 10 {
		if g := show.Next(); n >= 2*c.Rate {
			kept := *g
			kept.Pix = slices.Clone(g.Pix)
			frames = append(frames, &kept)
		}
	}
	return frames
}

func zxingTimes(b *testing.B, p *peers, frames []*image.Gray) (took []float64) {
	var questions []question
	for _, g := range frames {
		questions = append(questions, question{img: g, symbology: scanner.QR})
	}
	for _, answers := range p.ask(b, questions) {
		for _, a := range answers {
			if a.Reader == zxingFull {
				took = append(took, a.CPU)
			}
		}
	}
	return took
}

// least keeps the smaller of each two times.
func least(a, b []float64) []float64 {
	if a == nil {
		return b
	}
	for i := range a {
		a[i] = math.Min(a[i], b[i])
	}
	return a
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}
