package scannertest_test

import (
	"image"
	"testing"

	"hexiao/scanner/decode"
	"hexiao/scanner/scannertest"
)

// What is drawn without trouble can be read: frames that nobody could read would measure
// nothing.
func TestNominalFramesAreRead(t *testing.T) {
	r := decode.New(decode.Options{})
	for i := range scannertest.PerTrouble {
		d := scannertest.DrawTrouble(scannertest.Nominal, i)
		if got := r.Read(d.Frame); len(got) != 1 || got[0].Text != d.Text {
			t.Errorf("frame %d reads %v, want %q", i, got, d.Text)
		}
	}
}

// And a code that is put down in front of any camera is read soon.
func TestPlainPresentationsAreRead(t *testing.T) {
	for _, c := range scannertest.Cameras() {
		r := decode.New(decode.Options{})
		p := scannertest.Present(scannertest.LiesStill, c, 1)
		frames, ok := p.TimeToRead(func(g *image.Gray) bool {
			got := r.Read(g)
			return len(got) == 1 && got[0].Text == p.Text
		})
		if !ok || frames > c.Rate {
			t.Errorf("%v: read: %t, after %d frames", c, ok, frames)
		}
	}
}
