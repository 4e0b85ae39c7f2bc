package scanbench

import (
	"strings"
	"testing"

	"hexiao/scanner/decode"
	"hexiao/scanner/scannertest"
)

func BenchmarkDrawn(b *testing.B) {
	p := findPeers(b)
	full, behind, all := 0, 0, 0
	for _, kind := range scannertest.Troubles() {
		var questions []question
		var wanted []string
		n := map[string]int{}
		for i := range scannertest.PerTrouble {
			d := scannertest.DrawTrouble(kind, i)
			questions = append(questions, question{img: d.Frame, symbology: d.Symbology})
			wanted = append(wanted, d.Text)
			for _, s := range []decode.Strategy{decode.Full, decode.Live} {
				results := decode.New(decode.Options{Strategy: s}).Read(d.Frame)
				if says(results, d.Text) {
					n[string(s)]++
				}
				if len(results) > 1 || len(results) == 1 && !says(results, d.Text) {
					n["misread"]++
				}
			}
		}
		if p != nil {
			for i, answers := range p.ask(b, questions) {
				for _, a := range answers {
					if a.has(wanted[i]) {
						n[a.Reader]++
					}
				}
			}
			if ours := n[string(decode.Full)]; ours < n[zxingFull] || ours == n[zxingFull] && ours < scannertest.PerTrouble {
				behind++
			}
		}
		all += scannertest.PerTrouble
		full += n[string(decode.Full)]
		b.Run(strings.ReplaceAll(string(kind), " ", "-"), func(b *testing.B) {
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(n[string(decode.Full)]), "full")
			b.ReportMetric(float64(n[string(decode.Live)]), "live")
			b.ReportMetric(float64(n["misread"]), "misread")
			if p != nil {
				for _, name := range []string{zxingFull, zxingFast, zbar} {
					b.ReportMetric(float64(n[name]), name)
				}
			}
		})
	}
	b.Run("all", func(b *testing.B) {
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(100*float64(full)/float64(all), "percent")
		if p != nil {
			b.ReportMetric(float64(behind), "behind")
		}
	})
}
