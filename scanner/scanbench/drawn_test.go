package scanbench

import (
	"strings"
	"testing"

	"hexiao/scanner/decode"
	"hexiao/scanner/scannertest"
)

const (
	full    = string(decode.Full)
	live    = string(decode.Live)
	misread = "misread"
)

// series counts, for each reader, how many of some frames it reads, and how many ours
// misreads. Live means as the first frame that the reader sees.
func series(b *testing.B, p *peers, frames []scannertest.Drawn) map[string]int {
	n := map[string]int{}
	var questions []question
	for _, d := range frames {
		questions = append(questions, question{img: d.Frame, symbology: d.Symbology})
		for _, s := range []decode.Strategy{decode.Full, decode.Live} {
			results := decode.New(decode.Options{Strategy: s}).Read(d.Frame)
			good := 0
			if says(results, d.Text) {
				n[string(s)]++
				good = 1
			}
			n[misread] += len(results) - good
		}
	}
	if p == nil {
		return n
	}
	for i, answers := range p.ask(b, questions) {
		for _, a := range answers {
			if a.has(frames[i].Text) {
				n[a.Reader]++
			}
		}
	}
	return n
}

// tell reports what a series came to.
func tell(b *testing.B, n map[string]int, compared bool) {
	b.ReportMetric(0, "ns/op")
	for _, name := range []string{full, live, misread} {
		b.ReportMetric(float64(n[name]), name)
	}
	if compared {
		for _, name := range []string{zxingFull, zxingFast, zbar} {
			b.ReportMetric(float64(n[name]), name)
		}
	}
}

func BenchmarkDrawn(b *testing.B) {
	p := findPeers(b)
	all := map[string]int{}
	frames, behind := 0, 0
	for _, kind := range scannertest.Troubles() {
		var some []scannertest.Drawn
		for i := range scannertest.PerTrouble {
			some = append(some, scannertest.DrawTrouble(kind, i))
		}
		n := series(b, p, some)
		if n[full] < n[zxingFull] || n[full] == n[zxingFull] && n[full] < len(some) {
			behind++
		}
		for name, count := range n {
			all[name] += count
		}
		frames += len(some)
		b.Run(strings.ReplaceAll(string(kind), " ", "-"), func(b *testing.B) { tell(b, n, p != nil) })
	}
	b.Run("all", func(b *testing.B) {
		tell(b, all, p != nil)
		b.ReportMetric(100*float64(all[full])/float64(frames), "percent")
		if p != nil {
			b.ReportMetric(float64(behind), "behind")
		}
	})
}

// BenchmarkDrawnCode128 is the same with a Code 128 and every fourth frame.
func BenchmarkDrawnCode128(b *testing.B) {
	p := findPeers(b)
	for _, kind := range scannertest.Troubles() {
		var some []scannertest.Drawn
		for i := 0; i < scannertest.PerTrouble; i += 4 {
			some = append(some, scannertest.DrawLinearTrouble(kind, i))
		}
		n := series(b, p, some)
		b.Run(strings.ReplaceAll(string(kind), " ", "-"), func(b *testing.B) { tell(b, n, p != nil) })
	}
}
