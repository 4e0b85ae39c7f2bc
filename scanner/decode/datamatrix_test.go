package decode

import (
	"fmt"
	"image"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hexiao/scanner"
	"hexiao/scanner/scannertest"
)

var matrixOnly = []scanner.Symbology{scanner.DataMatrix}

func TestReadMatrixAnywhere(t *testing.T) {
	for name, o := range map[string]scannertest.Options{
		"top left":           {X: 110, Y: 100},
		"bottom right":       {X: 520, Y: 380, Angle: 200},
		"turned 45°":         {Angle: 45},
		"turned 123°":        {Angle: 123},
		"leaning":            {Lean: 0.25, Angle: 20, Module: 6},
		"leaning, on a side": {Lean: 0.2, Angle: 100, Module: 6},
		"out of focus":       {Blur: 1.2},
		"small":              {Module: 2.6, Angle: 10},
		"HD":                 {Width: 1280, Height: 720, X: 1000, Y: 200, Angle: 300},
	} {
		t.Run(name, func(t *testing.T) {
			o.Symbology = scanner.DataMatrix
			if diff := cmp.Diff([]string{"datamatrix " + opaque}, texts(New(Options{Symbologies: matrixOnly}).Read(scannertest.Frame(opaque, o)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadSeveralMatrices(t *testing.T) {
	frame := scannertest.Frame("", scannertest.Options{Width: 1280, Height: 720, Noise: 3})
	want := []string{}
	for i := range 6 {
		text := fmt.Sprintf("BOX-%d-ABCDEFGH", i)
		scannertest.Draw(frame, text, scannertest.Options{Symbology: scanner.DataMatrix, X: 200 + 420*float64(i%3), Y: 180 + 360*float64(i/3), Angle: 50 * float64(i)})
		want = append(want, "datamatrix "+text)
	}
	if diff := cmp.Diff(want, texts(New(Options{Symbologies: matrixOnly}).Read(frame))); diff != "" {
		t.Error(diff)
	}
}

// The corners of the code come as it is turned: top left, top right, bottom right, bottom left.
func TestMatrixPoints(t *testing.T) {
	frame := scannertest.Frame(opaque, scannertest.Options{Symbology: scanner.DataMatrix, X: 300, Y: 200, Angle: 90, Module: 6})
	got := New(Options{Symbologies: matrixOnly}).Read(frame)
	if len(got) != 1 {
		t.Fatalf("%d results", len(got))
	}
	p := got[0].Points
	var x, y float64
	for _, q := range p {
		x, y = x+q.X/4, y+q.Y/4
	}
	if abs(x-300) > 1.5 || abs(y-200) > 1.5 {
		t.Errorf("the middle is at %.1f,%.1f", x, y)
	}
	// Turned clockwise by 90°, the top left is at the right top, the bottom left at the left top.
	if p[0].X < 310 || p[0].Y > 190 || p[3].X > 290 || p[3].Y > 190 || p[2].X > 290 || p[2].Y < 210 {
		t.Errorf("corners %v", p)
	}
}

// Texts of every length, in the square and rectangular sizes that the library picks: read
// within three frames of a hand that is hardly still, and never as another text.
func TestMatrixRoundTrip(t *testing.T) {
	r := New(Options{Symbologies: matrixOnly})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[A-Za-z0-9-]{1,90}`).Draw(t, "text")
		o := scannertest.Options{
			Symbology: scanner.DataMatrix, Module: rapid.Float64Range(4, 6).Draw(t, "module"), Blur: 0.5,
			Angle: rapid.Float64Range(0, 360).Draw(t, "angle"),
		}
		want, read := []string{"datamatrix " + text}, false
		for frame := range 3 {
			o.X, o.Y = 320+0.3*float64(frame), 240-0.4*float64(frame)
			got := texts(r.Read(scannertest.Frame(text, o)))
			if len(got) > 0 && !slices.Equal(got, want) {
				t.Fatal(cmp.Diff(want, got))
			}
			read = read || len(got) > 0
		}
		if !read {
			t.Fatal("not read")
		}
	})
}

// Where nothing is found looking takes no memory, and neither does a code that was read before.
func TestMatrixTakesNoMemory(t *testing.T) {
	for name, frame := range map[string]*image.Gray{
		"wall":  scannertest.Frame("", scannertest.Options{Noise: 3}),
		"noise": scannertest.Frame("", scannertest.Options{Noise: 40}),
		"QR":    scannertest.Frame(opaque, scannertest.Options{}),
		"code":  scannertest.Frame(opaque, scannertest.Options{Symbology: scanner.DataMatrix}),
	} {
		r := New(Options{Symbologies: matrixOnly})
		r.frame, r.scale = frame.Rect.Size(), 1
		r.binarizer.local(frame, &r.bits)
		read := func() {
			r.results = r.results[:0]
			r.readMatrix(frame, &r.bits)
		}
		read()
		if n := testing.AllocsPerRun(10, read); n != 0 {
			t.Errorf("%s: %v allocations a frame", name, n)
		}
	}
}

// Of all numbers of columns and rows these are sizes of Data Matrix codes.
func TestValidSize(t *testing.T) {
	var squares, rectangles []string
	for rows := range 200 {
		for columns := range 200 {
			if validSize(columns, rows) {
				if rows == columns {
					squares = append(squares, fmt.Sprint(rows))
				} else {
					rectangles = append(rectangles, fmt.Sprintf("%d×%d", rows, columns))
				}
			}
		}
	}
	if want := []string{"8×18", "8×32", "12×26", "12×36", "16×36", "16×48"}; !slices.Equal(rectangles, want) {
		t.Errorf("rectangles %v", rectangles)
	}
	if len(squares) != 24 || squares[0] != "10" || squares[23] != "144" {
		t.Errorf("squares %v", squares)
	}
}

// A contour's hull has the corners of what it goes around and no others.
func TestWrap(t *testing.T) {
	var b bitmap
	b.reset(100, 80)
	for y := 20; y < 60; y++ { // an L, standing
		for x := 30; x < 80; x++ {
			if x < 34 || y >= 56 {
				b.set(x, y)
			}
		}
	}
	var c contours
	c.seen.reset(100, 80)
	steps := 1000
	if !c.walk(&b, 30, 24, &steps) {
		t.Fatal("no contour")
	}
	got := slices.Clone(c.wrap(0.01))
	want := []image.Point{{79, 56}, {79, 59}, {30, 59}, {30, 20}, {33, 20}}
	if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
		t.Error(diff)
	}
	if c.walk(&b, 34, 24, &steps) && len(c.points) > 1000 {
		t.Error("a contour without end")
	}
	steps = 5
	if c.walk(&b, 30, 24, &steps) {
		t.Error("walked on without steps")
	}
}

func sorted(p []image.Point) []image.Point {
	p = slices.Clone(p)
	slices.SortFunc(p, func(a, b image.Point) int { return (a.X-b.X)*1000 + a.Y - b.Y })
	return p
}
