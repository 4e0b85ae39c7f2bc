package decode

import (
	"fmt"
	"image"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexiao/scanner"
	"hexiao/scanner/scannertest"
)

// A frame with nothing in it, and one with the code that was in the last one, cost no
// memory, whichever size the code is and whether or not alignment patterns hold it.
func TestNoAllocations(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		o    scannertest.Options
	}{
		"nothing":   {"", scannertest.Options{Width: 1280, Height: 720, Noise: 3}},
		"small":     {"", scannertest.Options{Noise: 8}},
		"version 2": {opaque, scannertest.Options{Width: 1280, Height: 720, Module: 7, Angle: 10, Noise: 3}},
		"version 9": {fmt.Sprintf("%0160d", 7) + "-platform-url", scannertest.Options{Width: 1280, Height: 720, Module: 7, Lean: 0.2}},
		"Code 128":  {"TC-20260107-00042", scannertest.Options{Symbology: scanner.Code128, Module: 2, Noise: 2}},
		"leaning":   {opaque, scannertest.Options{Module: 7, Lean: 0.3, Angle: 30}},
	} {
		t.Run(name, func(t *testing.T) {
			frame := scannertest.Frame(c.text, c.o)
			r := New(Options{})
			for range 40 { // until buffers have their sizes and nothing is new any more
				r.View(frame)
			}
			if n := testing.AllocsPerRun(40, func() { r.View(frame) }); n != 0 {
				t.Errorf("%g allocations a frame", n)
			}
			codes := r.View(frame).Codes
			if c.text == "" && len(codes) != 0 || c.text != "" && (len(codes) != 1 || codes[0].Text != c.text) {
				t.Errorf("read %v", codes)
			}
		})
	}
}

// A code that is read is followed: the frames between those that are searched wholly
// cost a part of it, and a code that comes beside it is seen all the same.
func TestFollowsCodes(t *testing.T) {
	r := New(Options{Symbologies: []scanner.Symbology{scanner.QR}})
	show := func(x float64, texts ...string) []string {
		frame := scannertest.Frame("", scannertest.Options{Width: 1280, Height: 720})
		for i, text := range texts {
			scannertest.Draw(frame, text, scannertest.Options{X: x + 500*float64(i), Y: 300, Module: 6})
		}
		out := []string{}
		for _, c := range r.View(frame).Codes {
			out = append(out, c.Text)
		}
		slices.Sort(out)
		return out
	}
	whole := 0
	for i := range 12 {
		if diff := cmp.Diff([]string{opaque}, show(300+4*float64(i), opaque)); diff != "" {
			t.Fatalf("frame %d: %s", i, diff)
		}
		if i > 0 && r.Work().Pixels > 1280*720/4 {
			whole++
		}
	}
	if whole < 4 || whole > 8 {
		t.Errorf("%d of 11 frames were searched wholly, want about half", whole)
	}
	both := []string{opaque, "ANOTHER-CODE"}
	first := show(340, both...)
	if second := show(340, both...); !cmp.Equal(first, both) && !cmp.Equal(second, both) {
		t.Errorf("a second code in view: %v, then %v", first, second)
	}
	// A code that is gone is not made up, and one elsewhere is read at once.
	if got := show(0); len(got) != 0 {
		t.Errorf("an empty frame gave %v", got)
	}
	if got := show(900, opaque); !cmp.Equal(got, []string{opaque}) {
		t.Errorf("elsewhere: %v", got)
	}
}

// The place where a code was lost is looked at before others, in the way that read it.
func TestLooksWhereItWas(t *testing.T) {
	r := New(Options{})
	o := scannertest.Options{X: 200, Y: 240, Inverted: true}
	frame := scannertest.Frame(opaque, o)
	for i := 0; len(r.Read(frame)) == 0; i++ {
		if i == 4 {
			t.Fatal("a white code on black is not read")
		}
	}
	passes := 0
	o.X += 6
	if got := r.Read(scannertest.Frame(opaque, o)); len(got) != 1 {
		t.Errorf("moved a little: read %v", texts(got))
	}
	if passes = r.Work().Passes; passes > 2 {
		t.Errorf("it took %d passes to find it again", passes)
	}
}

// Codes come nearest the middle first, whatever their order on the frame.
func TestNearestTheAimFirst(t *testing.T) {
	frame := scannertest.Frame("", scannertest.Options{Width: 1280, Height: 720})
	for i, x := range []float64{1100, 700, 250} {
		scannertest.Draw(frame, fmt.Sprintf("CODE-%d-ABCDEFGHJKMNP", i), scannertest.Options{X: x, Y: 330})
	}
	for _, s := range []Strategy{Live, Full} {
		var got []string
		for _, c := range New(Options{Strategy: s}).View(frame).Codes {
			got = append(got, c.Text[:6])
		}
		if diff := cmp.Diff([]string{"CODE-1", "CODE-2", "CODE-0"}, got); diff != "" {
			t.Errorf("%s: %s", s, diff)
		}
	}
}

// Finder patterns that belong together are missed as long as they are not read, also if
// glare hides one; what only looks like one is not.
func TestMissed(t *testing.T) {
	damaged := func(o scannertest.Options, x, y, w, h float64) *image.Gray {
		frame := scannertest.Frame(opaque, o)
		for v := 240 + y*o.Module; v < 240+(y+h)*o.Module; v++ {
			for u := 320 + x*o.Module; u < 320+(x+w)*o.Module; u++ {
				frame.Pix[int(v)*frame.Stride+int(u)] = 255
			}
		}
		return frame
	}
	o := scannertest.Options{Module: 7}
	for name, c := range map[string]struct {
		frame        *image.Gray
		read, missed bool
	}{
		"a code":               {scannertest.Frame(opaque, o), true, false},
		"its middle hidden":    {damaged(o, -5, -5, 17, 17), false, true},
		"a mark hidden, too":   {damaged(o, -13, -4, 25, 17), false, true},
		"one mark of a code":   {scannertest.Frame(opaque, scannertest.Options{Module: 7, X: -40}), false, false},
		"nothing":              {scannertest.Frame("", scannertest.Options{Noise: 5}), false, false},
		"marks of no code":     {scannertest.Finders(9, scannertest.Options{Module: 5}), false, false},
		"writing":              {scannertest.Frame("6901234567892", scannertest.Options{Symbology: scanner.EAN13, Module: 2}), false, false},
		"a code, large, as is": {scannertest.Frame(opaque, scannertest.Options{Width: 1280, Height: 720, Module: 9}), true, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := New(Options{Symbologies: []scanner.Symbology{scanner.QR}})
			for i := range 5 {
				if v := r.View(c.frame); v.Missed != c.missed || (len(v.Codes) > 0) != c.read {
					t.Fatalf("frame %d: missed %v, want %v; %d codes", i, v.Missed, c.missed, len(v.Codes))
				}
			}
		})
	}
}

// Whatever is shown, frames cost a fixed sum on average, and an empty room the least.
func TestPurseBounds(t *testing.T) {
	cost := func(frame *image.Gray) (mean, most int) {
		r := New(Options{Symbologies: []scanner.Symbology{scanner.QR}})
		const frames = 60
		for range frames {
			r.View(frame)
			w := r.Work()
			mean += w.cost() / frames
			most = max(most, w.cost())
		}
		return mean, most
	}
	const area = 1280 * 720
	o := scannertest.Options{Width: 1280, Height: 720, Noise: 3}
	if mean, most := cost(scannertest.Frame("", o)); mean > area*6/10 || most > area*6/10 {
		t.Errorf("an empty frame costs %d, at most %d", mean, most)
	}
	for name, frame := range map[string]*image.Gray{
		"noise":         withNoise(60),
		"checks":        drawn(func(x, y int) bool { return (x/5+y/5)%2 == 0 }),
		"marks":         scannertest.Finders(1000, scannertest.Options{Width: 1280, Height: 720, Module: 3}),
		"a damaged one": damagedCodes(),
	} {
		if mean, most := cost(frame); mean > area*9/4 || most > area*8 {
			t.Errorf("%s: %d on average, at most %d", name, mean, most)
		}
	}
}

// damagedCodes is a frame with codes of which too little is left.
func damagedCodes() *image.Gray {
	frame := scannertest.Frame("", scannertest.Options{Width: 1280, Height: 720})
	for i := range 6 {
		x, y := 200+420*(i%3), 180+360*(i/3)
		scannertest.Draw(frame, opaque, scannertest.Options{X: float64(x), Y: float64(y), Module: 7})
		for v := y - 30; v < y+80; v++ {
			for u := x - 30; u < x+80; u++ {
				frame.Pix[v*frame.Stride+u] = 255
			}
		}
	}
	return frame
}

// What a reader forgets is read as if it were new.
func TestForget(t *testing.T) {
	r := New(Options{Symbologies: []scanner.Symbology{scanner.QR}})
	frame := scannertest.Frame(opaque, scannertest.Options{Module: 6})
	for range 40 {
		r.Read(frame)
	}
	first := New(Options{Symbologies: []scanner.Symbology{scanner.QR}})
	first.Read(frame)
	r.Forget()
	r.Read(frame)
	if diff := cmp.Diff(first.Work(), r.Work()); diff != "" {
		t.Errorf("after forgetting: %s", diff)
	}
}

// What looks like a code is new at first, and part of the room after a while; put elsewhere it
// is new again.
func TestNovelty(t *testing.T) {
	r := New(Options{Symbologies: []scanner.Symbology{scanner.QR}})
	show := func(x float64, white uint8) (novel bool) {
		o := scannertest.Options{Symbology: scanner.DataMatrix, X: x, Y: 240, Module: 6, Black: 30, White: white}
		r.View(scannertest.Frame(opaque, o)) // busy, and no QR code
		seen := false
		for _, g := range r.live.regions {
			if g.unseen == 0 {
				seen = true
				novel = novel || g.novel
			}
		}
		if !seen {
			t.Fatal("what looks like a code is not noticed")
		}
		return novel
	}
	for i := range 2 * novelty {
		if novel := show(200, 220); i == 1 && !novel || i == 2*novelty-1 && novel {
			t.Errorf("frame %d: new %v", i, novel)
		}
	}
	if !show(200, 130) {
		t.Error("something darker in its place is not new")
	}
	if !show(450, 220) {
		t.Error("elsewhere it is not new")
	}
}

// Beside a code that is read, one that is not is noticed by its finder patterns.
func TestSuspectBesideACode(t *testing.T) {
	frame := scannertest.Frame("", scannertest.Options{Width: 1280, Height: 720})
	scannertest.Draw(frame, opaque, scannertest.Options{X: 300, Y: 360, Module: 8})
	scannertest.Draw(frame, opaque, scannertest.Options{X: 900, Y: 360, Module: 8})
	for y := 330; y < 440; y++ {
		for x := 870; x < 980; x++ {
			frame.Pix[y*frame.Stride+x] = 255
		}
	}
	r := New(Options{Symbologies: []scanner.Symbology{scanner.QR}})
	if v := r.View(frame); len(v.Codes) != 1 || v.Missed {
		t.Errorf("%d codes, missed %v", len(v.Codes), v.Missed)
	}
	if !slices.ContainsFunc(r.live.regions, func(g region) bool { return g.marks && image.Pt(900, 360).In(g.box) }) {
		t.Error("the damaged code is not noticed")
	}
}
