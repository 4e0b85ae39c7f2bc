package scanbench

import (
	"slices"
	"strings"
	"testing"

	"hexiao/scanner"
	"hexiao/scanner/decode"
	"hexiao/scanner/scannertest"
)

// seeds is how many presentations of each manner each camera sees.
const seeds = 2

// batch is how many frames the peers are shown at once.
const batch = 8

// seen is what came of one presentation: times to read in frames, and processor time.
type seen struct {
	ours, zxing, equal int
	misread            bool
	cpu, zxingCPU      float64 // milliseconds a frame, on average
}

func BenchmarkPresentations(b *testing.B) {
	p := findPeers(b)
	onThread(b)
	var all []seen
	for _, m := range scannertest.Manners() {
		var some []seen
		for _, c := range scannertest.Cameras() {
			for seed := range seeds {
				some = append(some, watch(b, p, scannertest.Present(m, c, uint64(seed))))
			}
		}
		b.Run(strings.ReplaceAll(string(m), " ", "-"), func(b *testing.B) { report(b, some, p != nil) })
		all = append(all, some...)
	}
	b.Run("all", func(b *testing.B) { report(b, all, p != nil) })
}

// watch shows a presentation to our live reader and to zxing-cpp until all have read it.
func watch(tb testing.TB, p *peers, show *scannertest.Presentation) seen {
	r := decode.New(decode.Options{})
	var s seen
	var cpu []float64    // of each frame that ours was shown
	var looks []answer   // of zxing-cpp, to each frame
	var queue []question // frames not shown to it yet
	ours, equal, zxing := -1, -1, -1
	for n := 0; ours < 0 || p != nil && equal < 0; n++ {
		g := show.Next()
		if g != nil && ours < 0 {
			results, ms := timed(tb, r, g)
			cpu = append(cpu, ms)
			if says(results, show.Text) {
				ours = n
			}
			s.misread = s.misread || len(results) > 1 || len(results) == 1 && ours < 0
		}
		if g != nil && p != nil {
			c := *g
			c.Pix = slices.Clone(g.Pix)
			queue = append(queue, question{img: &c, symbology: scanner.QR})
		}
		if p != nil && (len(queue) == batch || g == nil) {
			for _, a := range p.ask(tb, queue) {
				for _, a := range a {
					if a.Reader == zxingFull {
						if zxing < 0 && a.has(show.Text) {
							zxing = len(looks)
						}
						looks = append(looks, a)
					}
				}
			}
			queue = queue[:0]
		}
		if p != nil && ours >= 0 && len(queue) == 0 {
			equal = atBudget(looks, mean(cpu), show.Text)
		}
		if g == nil {
			break
		}
	}
	last := show.Frames() - 1
	waited := func(frame int) int {
		if frame < 0 {
			frame = last
		}
		return show.Waited(frame)
	}
	s.ours, s.zxing, s.equal, s.cpu = waited(ours), waited(zxing), waited(equal), mean(cpu)
	for _, a := range looks {
		s.zxingCPU += a.CPU / float64(len(looks))
	}
	return s
}

// atBudget is the frame in which a reader reads a text that gets so many milliseconds with
// each frame and skips frames while it has overspent; -1 if in none.
func atBudget(looks []answer, perFrame float64, text string) int {
	saved := 0.0
	for i, a := range looks {
		if saved >= 0 {
			if a.has(text) {
				return i
			}
			saved -= a.CPU
		}
		saved = min(saved+perFrame, 0)
	}
	return -1
}

func mean(v []float64) float64 { return sum(v) / float64(max(1, len(v))) }

func report(b *testing.B, s []seen, compared bool) {
	b.ReportMetric(0, "ns/op")
	figures := func(name string, frames func(seen) int) float64 {
		var v []int
		sum := 0.0
		for _, x := range s {
			v = append(v, frames(x))
			sum += float64(frames(x)) / float64(len(s))
		}
		slices.Sort(v)
		b.ReportMetric(float64(v[(len(v)-1)/2]), name+"median")
		b.ReportMetric(float64(v[(95*len(v)+99)/100-1]), name+"p95")
		b.ReportMetric(sum, name+"mean")
		return sum
	}
	ours := figures("", func(x seen) int { return x.ours })
	wrong, cpu, zxingCPU := 0, 0.0, 0.0
	for _, x := range s {
		if x.misread {
			wrong++
		}
		cpu, zxingCPU = cpu+x.cpu/float64(len(s)), zxingCPU+x.zxingCPU/float64(len(s))
	}
	b.ReportMetric(float64(wrong), misread)
	b.ReportMetric(cpu, "ms")
	if compared {
		b.ReportMetric(ours/figures("zxing-every_", func(x seen) int { return x.zxing }), "of_zxing-every")
		b.ReportMetric(ours/figures("zxing-equal_", func(x seen) int { return x.equal }), "of_zxing-equal")
		b.ReportMetric(zxingCPU, "zxing_ms")
	}
}
