package scannertest

import (
	"bytes"
	"image"
	"math/rand/v2"
	"testing"

	"hexiao/scanner"
)

// A frame of a series is the same on every run, the next one another; each trouble makes
// its own difference to a frame that would be good without.
func TestTroublesAreReproducible(t *testing.T) {
	for _, kind := range Troubles() {
		d, again, next := DrawTrouble(kind, 4), DrawTrouble(kind, 4), DrawTrouble(kind, 5)
		if !bytes.Equal(d.Frame.Pix, again.Frame.Pix) || d.Text != again.Text {
			t.Errorf("%s: two runs differ", kind)
		}
		if d.Text == next.Text {
			t.Errorf("%s: two frames of a series hold the same", kind)
		}
		with := func(kind Trouble) []byte {
			s := newShot(rand.New(rand.NewPCG(3, 3)), false, scanner.QR)
			s.trouble(kind, 0.5)
			return s.draw().Frame.Pix
		}
		if bytes.Equal(with(kind), with(Nominal)) != (kind == Nominal) {
			t.Errorf("%s makes no difference", kind)
		}
	}
	if d := DrawTrouble(Noise, 2); d.Frame.Rect != image.Rect(0, 0, 1280, 720) {
		t.Errorf("every third frame is large, this one is %v", d.Frame.Rect)
	}
}

// Where a frame says its code is, there is the finder pattern of its top left corner: a
// black middle, and around it a white ring.
func TestTroublesSayWhereTheCodeIs(t *testing.T) {
	for _, kind := range []Trouble{Nominal, Small, Rotation} {
		for i := range PerTrouble / 2 {
			d := DrawTrouble(kind, i)
			c, n := d.Corners, d.Modules
			for _, p := range c {
				if p.X < 0 || p.Y < 0 || p.X > float64(d.Frame.Rect.Dx()) || p.Y > float64(d.Frame.Rect.Dy()) {
					t.Errorf("%s %d: the corner %v lies outside", kind, i, p)
				}
			}
			if (c[1].X-c[0].X)*(c[3].Y-c[0].Y) < (c[1].Y-c[0].Y)*(c[3].X-c[0].X) {
				t.Errorf("%s %d: the code is mirrored", kind, i)
			}
			at := func(u, v float64) uint8 { // in modules; perspective hardly matters this near the corner
				x := c[0].X + u/n*(c[1].X-c[0].X) + v/n*(c[3].X-c[0].X)
				y := c[0].Y + u/n*(c[1].Y-c[0].Y) + v/n*(c[3].Y-c[0].Y)
				return d.Frame.GrayAt(int(x), int(y)).Y
			}
			if black, white := at(3.5, 3.5), at(1.5, 1.5); int(black)+40 > int(white) {
				t.Errorf("%s %d: levels %d and %d where black and white should be", kind, i, black, white)
			}
		}
	}
}

// A Code 128 is drawn as well; and a wrong call is told at once.
func TestLinearTroubles(t *testing.T) {
	d := DrawLinearTrouble(Everything, 1)
	if d.Symbology != scanner.Code128 || len(d.Text) != 13 {
		t.Errorf("drew a %s of %q", d.Symbology, d.Text)
	}
	defer func() {
		if recover() == nil {
			t.Error("there is no frame 32")
		}
	}()
	DrawTrouble(Noise, PerTrouble)
}
