package printer

import (
	"errors"
	"testing"

	"hexiao/kiosk/printer/printertest"
	"hexiao/kiosk/receipt"
)

func TestEncode(t *testing.T) {
	black := func(height int) *receipt.Bitmap {
		b := receipt.NewBitmap(int(receipt.Paper80), height)
		for i := range b.Bits {
			b.Bits[i] = 0xff
		}
		return b
	}
	for _, b := range []*receipt.Bitmap{black(1), black(255), black(256), black(257), black(1000), sample(), receipt.NewBitmap(384, 300)} {
		stream, ends := encode(b)
		if ends[len(ends)-1] != len(stream) {
			t.Errorf("the last command ends at %d of %d", ends[len(ends)-1], len(stream))
		}
		got, err := printertest.Read(stream)
		if err != nil || len(got) != 1 {
			t.Fatalf("%d slips, %v", len(got), err)
		}
		same(t, b, got[0])
	}
	if got, err := printertest.Read(encode0(receipt.NewBitmap(384, 0))); err != nil || len(got) != 1 || got[0].Height != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func encode0(b *receipt.Bitmap) []byte {
	stream, _ := encode(b)
	return stream
}

// No seam runs through a line of text.
func TestBandsEndWhereThePaperIsWhite(t *testing.T) {
	b := sample()
	bands := 0
	for top := 0; top < b.Height; bands++ {
		bottom := bandEnd(b, top)
		if bottom <= top || bottom-top > maxBand {
			t.Fatalf("a band from %d to %d", top, bottom)
		}
		if bottom < b.Height && !white(b.Row(bottom-1)) {
			t.Errorf("a seam runs through the letters at %d", bottom)
		}
		top = bottom
	}
	if bands != 4 {
		t.Errorf("%d bands", bands)
	}
}

func TestTrouble(t *testing.T) {
	for _, c := range []struct {
		a    answers
		want error
	}{
		{answers{}, nil},
		{answers{0, 0x12, 0x12, 0x12, 0x12}, nil},
		{answers{0, 0x16, 0x12, 0x12, 0x1e}, nil}, // a drawer, and paper that will end soon
		{answers{0, 0x1a, 0x32, 0x12, 0x72}, ErrPaperOut},
		{answers{0, 0x12, 0x12, 0x12, 0x72}, ErrPaperOut},
		{answers{0, 0x1a, 0x16, 0x12, 0x72}, ErrCoverOpen},
		{answers{0, 0x1a, 0x52, 0x1a, 0x12}, ErrBroken},
		{answers{0, 0x1a, 0x52, 0x32, 0x12}, ErrBroken},
		{answers{0, 0x1a, 0x52, 0x52, 0x12}, ErrBusy},
		{answers{0, 0x1a, 0x52, 0x12, 0x12}, ErrBroken},
		{answers{0, 0x1a, 0x1a, 0x12, 0x12}, ErrBusy}, // the feed button
	} {
		if got := c.a.trouble(); !errors.Is(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("% x: %v, want %v", c.a, got, c.want)
		}
	}
}

// Whatever a printer says is understood in one way, as a state with a sentence.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte{0x12, 0x12, 0x12, 0x12})
	f.Add([]byte{0x11, 0x13, 0x00, 0xff})
	f.Fuzz(func(t *testing.T, said []byte) {
		var a answers
		n := askPrinter
		for _, b := range said {
			if isStatus(b) && isInTurn(b) {
				t.Fatalf("%x answers two questions", b)
			}
			if (b == 0x11 || b == 0x13) && (isStatus(b) || isInTurn(b)) {
				t.Fatalf("%x is flow control", b)
			}
			if isStatus(b) && n <= askPaper {
				a[n] = b
				n++
			}
		}
		err := a.trouble()
		switch s := StateOf(err); {
		case err == nil && (a[askPaper]&0x60 == 0x60 || a[askOffline]&0x24 != 0 || a[askError]&0x68 != 0):
			t.Fatalf("% x is ready", a)
		case err != nil && (s == Ready || s == Missing || err.Error() == ""):
			t.Fatalf("% x is %v", a, err)
		case s == PaperOut && a[askPaper]&0x60 != 0x60 && a[askOffline]&0x20 == 0:
			t.Fatalf("% x has no paper", a)
		}
	})
}
