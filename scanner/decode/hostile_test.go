package decode

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexiao/scanner"
	"hexiao/scanner/scannertest"
)

// A frame full of finder patterns makes a naive search try every three of them: 1000
// give 166 million. The work must stay within fixed bounds, whatever is shown.
func TestHostileFramesCostLittle(t *testing.T) {
	frames := map[string]scannertest.Options{
		"1000 marks":        {Width: 1280, Height: 720, Module: 3},
		"1000 marks, noisy": {Width: 1280, Height: 720, Module: 3, Noise: 60},
		"8000 tiny marks":   {Width: 1280, Height: 720, Module: 1, Seed: 8000},
	}
	for name, o := range frames {
		for _, strategy := range []Strategy{Live, Full} {
			t.Run(name+" "+string(strategy), func(t *testing.T) {
				n := 1000
				if o.Seed != 0 {
					n = int(o.Seed)
				}
				frame := scannertest.Finders(n, o)
				if o.Noise > 0 {
					scannertest.AddNoise(frame, o.Noise, 1)
				}
				r := New(Options{Symbologies: all, Strategy: strategy})
				if got := r.Read(frame); len(got) != 0 {
					t.Errorf("read %v", texts(got))
				}
				w := r.Work()
				if w.Hits < 100 {
					t.Errorf("only %d marks seen: this frame is not hostile", w.Hits)
				}
				// Numbers, not the package's constants: whoever raises those should see what it costs.
				bound := Work{Passes: 6, Hits: 40_000, Compared: 3_000_000, Centred: 100_000, Triples: 50_000, Aligned: 400_000, Attempts: 60, Fitted: 1, Lines: 200, Regions: 40}
				if strategy == Full {
					bound = Work{Passes: 48, Hits: 400_000, Compared: 40_000_000, Centred: 1_000_000, Triples: 200_000, Aligned: 5_000_000, Attempts: 2500, Fitted: 17, Lines: 20_000, Regions: 1280}
				}
				for what, n := range map[string][2]int{
					"passes": {w.Passes, bound.Passes}, "hits": {w.Hits, bound.Hits}, "patterns compared": {w.Compared, bound.Compared},
					"pixels centred": {w.Centred, bound.Centred}, "triples": {w.Triples, bound.Triples}, "alignment places": {w.Aligned, bound.Aligned},
					"grids decoded": {w.Attempts, bound.Attempts}, "candidates measured": {w.Fitted, bound.Fitted}, "lines": {w.Lines, bound.Lines}, "regions": {w.Regions, bound.Regions},
				} {
					if n[0] > n[1] {
						t.Errorf("%d %s, bound %d", n[0], what, n[1])
					}
				}
			})
		}
	}
}

// A code among the marks is still found as long as there are not too many.
func TestCodeAmongMarks(t *testing.T) {
	frame := scannertest.Finders(12, scannertest.Options{Width: 1280, Height: 720, Module: 4})
	scannertest.Draw(frame, opaque, scannertest.Options{X: 640, Y: 450, Module: 5, Angle: 12})
	if diff := cmp.Diff([]string{"qr " + opaque}, texts(New(Options{}).Read(frame))); diff != "" {
		t.Error(diff)
	}
}

// A panic in the library costs the frame, not the terminal, and what was read before
// it stays.
func TestPanicIsAFault(t *testing.T) {
	r := New(Options{Symbologies: []scanner.Symbology{scanner.Code128, scanner.QR}})
	frame := scannertest.Frame(opaque, scannertest.Options{})
	scannertest.Draw(frame, "PARCEL-1", scannertest.Options{Symbology: scanner.Code128, X: 300, Y: 400, Module: 2, Bar: 20})
	whole := r.codewords
	r.codewords = nil // makes decoding a grid panic
	if diff := cmp.Diff([]string{"code128 PARCEL-1"}, texts(r.Read(frame))); diff != "" {
		t.Error(diff)
	}
	if r.Faults() != 1 {
		t.Errorf("%d faults, want 1", r.Faults())
	}
	r.codewords = whole
	if got := texts(r.Read(frame)); len(got) != 2 {
		t.Errorf("after the fault: %v", got)
	}
}
