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

const opaque = "ABCDEFGHJKMNPQRSTVWXYZ234567" // as long as a pickup code, QR version 2

var all = []scanner.Symbology{scanner.QR, scanner.Code128, scanner.DataMatrix, scanner.EAN13}

func texts(results []Result) []string {
	out := []string{}
	for _, r := range results {
		out = append(out, string(r.Symbology)+" "+r.Text)
	}
	slices.Sort(out)
	return out
}

func TestReadLive(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		o    scannertest.Options
	}{
		"plain":                {opaque, scannertest.Options{}},
		"turned a little":      {opaque, scannertest.Options{Angle: 17}},
		"turned 45°":           {opaque, scannertest.Options{Angle: 45}},
		"upside down":          {opaque, scannertest.Options{Angle: 180}},
		"in a corner":          {opaque, scannertest.Options{X: 110, Y: 380}},
		"small":                {opaque, scannertest.Options{Module: 2.2}},
		"large":                {opaque, scannertest.Options{Module: 14}},
		"leaning":              {opaque, scannertest.Options{Lean: 0.35, Module: 7}},
		"leaning, turned":      {opaque, scannertest.Options{Lean: 0.3, Module: 7, Angle: 30}},
		"version 1, leaning":   {"12345678", scannertest.Options{Lean: 0.35, Module: 8}},
		"out of focus":         {opaque, scannertest.Options{Blur: 2.2}},
		"pale":                 {opaque, scannertest.Options{Black: 120, White: 150, Ground: 135}},
		"dark":                 {opaque, scannertest.Options{Black: 5, White: 45, Ground: 20}},
		"noisy":                {opaque, scannertest.Options{Noise: 25}},
		"in a mirror":          {opaque, scannertest.Options{Mirrored: true}},
		"dark mode":            {opaque, scannertest.Options{Inverted: true}},
		"HD":                   {opaque, scannertest.Options{Width: 1280, Height: 720, Module: 9, Angle: 8}},
		"version 7":            {fmt.Sprintf("%0120d", 7) + "-platform-url", scannertest.Options{Module: 4, Lean: 0.2, Angle: 5}},
		"Chinese":              {"提货码 0042", scannertest.Options{}},
		"odd size":             {opaque, scannertest.Options{Width: 611, Height: 413}},
		"Code 128":             {"TC-20260107-00042", scannertest.Options{Symbology: scanner.Code128, Module: 2}},
		"Code 128 turned":      {"TC-20260107-00042", scannertest.Options{Symbology: scanner.Code128, Module: 2, Angle: 7}},
		"Code 128 upright":     {"TC-20260107-00042", scannertest.Options{Symbology: scanner.Code128, Module: 2, Angle: 90}},
		"Code 128 upside down": {"TC-20260107-00042", scannertest.Options{Symbology: scanner.Code128, Module: 2, Angle: 180}},
		"EAN-13":               {"6901234567892", scannertest.Options{Symbology: scanner.EAN13, Module: 3}},
		"Data Matrix":          {opaque, scannertest.Options{Symbology: scanner.DataMatrix}},
		"Data Matrix turned":   {opaque, scannertest.Options{Symbology: scanner.DataMatrix, Angle: 20, Ground: 215}},
		"Data Matrix aside":    {opaque, scannertest.Options{Symbology: scanner.DataMatrix, X: 160, Y: 360}},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.o.Symbology
			if s == "" {
				s = scanner.QR
			}
			frame := scannertest.Frame(c.text, c.o)
			want := []string{string(s) + " " + c.text}
			r := New(Options{Symbologies: all})
			got := texts(r.Read(frame))
			for range 3 { // what one frame leaves the next ones may read
				if len(got) == 0 {
					got = texts(r.Read(frame))
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if r.Faults() != 0 {
				t.Errorf("%d faults", r.Faults())
			}
		})
	}
}

// What Live leaves to the next frame, Full must find in this one.
func TestReadFull(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		o    scannertest.Options
	}{
		"plain":                 {opaque, scannertest.Options{}},
		"tiny":                  {opaque, scannertest.Options{Module: 1.6, Angle: 3}},
		"very noisy":            {opaque, scannertest.Options{Noise: 50}},
		"pale and noisy":        {opaque, scannertest.Options{Black: 110, White: 150, Ground: 130, Noise: 8, Module: 6}},
		"pale, inverted":        {opaque, scannertest.Options{Black: 110, White: 150, Ground: 130, Inverted: true}},
		"Code 128 turned 30°":   {"TC-20260107-00042", scannertest.Options{Symbology: scanner.Code128, Module: 2, Angle: 50}},
		"Code 128 turned 135°":  {"TC-20260107-00042", scannertest.Options{Symbology: scanner.Code128, Module: 2, Angle: 135}},
		"Code 128 pale":         {"TC-20260107-00042", scannertest.Options{Symbology: scanner.Code128, Module: 2, Black: 120, White: 140, Ground: 130}},
		"Data Matrix, inverted": {opaque, scannertest.Options{Symbology: scanner.DataMatrix, Inverted: true, Ground: 30}},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.o.Symbology
			if s == "" {
				s = scanner.QR
			}
			got := texts(New(Options{Symbologies: all, Strategy: Full}).Read(scannertest.Frame(c.text, c.o)))
			if diff := cmp.Diff([]string{string(s) + " " + c.text}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadSeveralAtOnce(t *testing.T) {
	frame := scannertest.Frame("", scannertest.Options{Width: 1280, Height: 720})
	want := []string{}
	for i := range 6 {
		text := fmt.Sprintf("ORDER-%d-ABCDEFGHJKMNP", i)
		scannertest.Draw(frame, text, scannertest.Options{X: 200 + 420*float64(i%3), Y: 180 + 360*float64(i/3), Angle: 10 * float64(i)})
		want = append(want, "qr "+text)
	}
	scannertest.Draw(frame, "PARCEL-1", scannertest.Options{Symbology: scanner.Code128, X: 640, Y: 360, Module: 3, Bar: 20})
	want = append(want, "code128 PARCEL-1")
	slices.Sort(want)
	if diff := cmp.Diff(want, texts(New(Options{}).Read(frame))); diff != "" {
		t.Error(diff)
	}
}

// The points say where the code lies, in the frame's pixels whichever pass read it.
func TestPoints(t *testing.T) {
	for name, o := range map[string]scannertest.Options{
		"first pass": {X: 200, Y: 300, Angle: 90},
		"half size":  {X: 200, Y: 300, Angle: 90, Width: 1280, Height: 720, Blur: 3, Module: 6},
	} {
		t.Run(name, func(t *testing.T) {
			got := New(Options{}).Read(scannertest.Frame(opaque, o))
			if len(got) != 1 {
				t.Fatalf("%d results", len(got))
			}
			reach := 9 * 5.0 // from the middle to the centre of a finder pattern: (25-7)/2 modules
			if o.Module != 0 {
				reach = 9 * o.Module
			}
			// Turned clockwise by 90°, top left is at the right top, top right at the right bottom.
			for i, want := range []Point{{200 + reach, 300 - reach}, {200 + reach, 300 + reach}} {
				if p := got[0].Points[i]; abs(p.X-want.X) > 3 || abs(p.Y-want.Y) > 3 {
					t.Errorf("point %d at %.1f,%.1f, want %.1f,%.1f", i, p.X, p.Y, want.X, want.Y)
				}
			}
		})
	}
}

func TestOnlyAskedSymbologies(t *testing.T) {
	frame := scannertest.Frame(opaque, scannertest.Options{})
	if got := New(Options{Symbologies: []scanner.Symbology{scanner.Code128}}).Read(frame); len(got) != 0 {
		t.Errorf("read %v", texts(got))
	}
	scans := New(Options{}).View(frame).Codes
	if len(scans) != 1 || scans[0].Text != opaque || scans[0].Symbology != scanner.QR {
		t.Errorf("scans %v", scans)
	}
}

// Frames of any size, part of a larger one, empty or too short, never fail.
func TestOddFrames(t *testing.T) {
	r := New(Options{Symbologies: all, Strategy: Full})
	if got := r.Read(nil); got != nil {
		t.Errorf("nil frame gave %v", got)
	}
	if got := r.Read(&image.Gray{Rect: image.Rect(0, 0, 100, 100), Stride: 100, Pix: make([]byte, 99)}); got != nil {
		t.Errorf("short frame gave %v", got)
	}
	for w := 1; w < 70; w += 3 {
		for _, h := range []int{1, 2, 7, 8, 39, 40, 41, 65} {
			g := image.NewGray(image.Rect(0, 0, w, h))
			scannertest.AddNoise(g, 200, uint64(w*h))
			if got := r.Read(g); len(got) != 0 {
				t.Errorf("noise of %d×%d gave %v", w, h, texts(got))
			}
		}
	}
	large := scannertest.Frame(opaque, scannertest.Options{Width: 900, Height: 700, X: 500, Y: 400})
	part := large.SubImage(image.Rect(333, 222, 700, 601)).(*image.Gray)
	if diff := cmp.Diff([]string{"qr " + opaque}, texts(r.Read(part))); diff != "" {
		t.Error(diff)
	}
	if r.Faults() != 0 {
		t.Errorf("%d faults", r.Faults())
	}
}

// Noise, stripes and grilles hold no code.
func TestNothingToRead(t *testing.T) {
	r := New(Options{Symbologies: all, Strategy: Full})
	for seed := range uint64(4) {
		g := scannertest.Frame("", scannertest.Options{Width: 320, Height: 240, Noise: 30 * float64(seed+1), Seed: seed})
		if got := r.Read(g); len(got) != 0 {
			t.Errorf("noise gave %v", texts(got))
		}
	}
	for period := 2; period < 24; period += 5 {
		g := image.NewGray(image.Rect(0, 0, 320, 240))
		for i := range g.Pix {
			if i/period%2 == 0 != (i/320/period%2 == 0) {
				g.Pix[i] = 255
			}
		}
		if got := r.Read(g); len(got) != 0 {
			t.Errorf("checks of %d pixels gave %v", period, texts(got))
		}
	}
}
