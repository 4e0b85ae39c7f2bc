package decode

import (
	"image"
	"testing"

	"pgregory.net/rapid"

	"hexiao/scanner/scannertest"
)

// The eight-at-a-time arithmetic agrees with the plain one.
func TestBlockArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const stride = 11
		pix := rapid.SliceOfN(rapid.Byte(), 7*stride+8, 7*stride+8).Draw(t, "pix")
		threshold := rapid.Byte().Draw(t, "threshold")
		sum, low, high := 0, 255, 0
		for y := range block {
			for x := range block {
				p := int(pix[y*stride+x])
				sum, low, high = sum+p, min(low, p), max(high, p)
			}
		}
		low, high = low/2*2, high/2*2+1
		if s, l, h := blockStats(pix, stride); s != sum || l != low || h != high {
			t.Fatalf("stats %d %d %d, want %d %d %d", s, l, h, sum, low, high)
		}
		var want uint64
		for i, p := range pix[:8] {
			if p <= threshold {
				want |= 1 << i
			}
		}
		if got := atMost(pix, uint64(threshold)); got != want {
			t.Fatalf("%08b, want %08b", got, want)
		}
	})
}

// The packed bitmap's runs are those found pixel by pixel, before and after inverting.
func TestEdges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.IntRange(1, 200).Draw(t, "w")
		var b bitmap
		b.reset(w, 2)
		for x := range w {
			if rapid.Bool().Draw(t, "black") {
				b.words[b.stride+x>>6] |= 1 << (x & 63)
			}
		}
		for range 2 {
			var want []int32
			last := false
			for x := range w {
				if now := b.black(x, 1); now != last {
					want = append(want, int32(x))
					last = now
				}
			}
			if last {
				want = append(want, int32(w))
			}
			got := b.edges(1, nil)
			if len(got) != len(want) {
				t.Fatalf("%v, want %v", got, want)
			}
			for i := range got {
				if got[i] != want[i] {
					t.Fatalf("%v, want %v", got, want)
				}
			}
			b.invert()
		}
	})
}

// Thresholds: a shadow over half the frame is no edge to the local one; both agree with
// a plain frame.
func TestThresholds(t *testing.T) {
	g := scannertest.Frame("", scannertest.Options{Width: 201, Height: 99, Ground: 200})
	for y := 40; y < 60; y++ {
		for x := 90; x < 110; x++ {
			g.Pix[y*g.Stride+x] = 20
		}
	}
	for y := 88; y < 99; y++ { // and one in the corner, where blocks overlap
		for x := 188; x < 201; x++ {
			g.Pix[y*g.Stride+x] = 20
		}
	}
	var z binarizer
	for name, threshold := range map[string]func(*image.Gray, *bitmap){"global": z.global, "local": z.local} {
		var b bitmap
		threshold(g, &b)
		if !b.black(100, 50) || b.black(100, 20) || !b.black(200, 98) || b.black(0, 0) {
			t.Errorf("%s: the squares are not black on white", name)
		}
	}
	for y := range 99 {
		for x := range 60 {
			g.Pix[y*g.Stride+x] = 60
		}
	}
	var b bitmap
	z.local(g, &b)
	if b.black(10, 50) || !b.black(100, 50) {
		t.Error("local: an evenly dark area is not white")
	}
	z.global(g, &b)
	if !b.black(10, 50) || !b.black(100, 50) {
		t.Error("global: a dark area is not black")
	}
}

// Eight pixels at a time are halved as one by one.
func TestHalf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(2, 40).Draw(t, "w"), rapid.IntRange(2, 6).Draw(t, "h")
		src := &image.Gray{Pix: rapid.SliceOfN(rapid.Byte(), w*h, w*h).Draw(t, "pix"), Stride: w, Rect: image.Rect(0, 0, w, h)}
		var dst image.Gray
		half(src, &dst)
		for y := range h / 2 {
			for x := range w / 2 {
				pair := func(x int) int { return (int(src.Pix[2*y*w+x]) + int(src.Pix[(2*y+1)*w+x]) + 1) / 2 }
				want := (pair(2*x) + pair(2*x+1)) / 2
				if got := int(dst.GrayAt(x, y).Y); got != want {
					t.Fatalf("%d at %d,%d, want %d", got, x, y, want)
				}
			}
		}
	})
}

// Each pixel at 0.7 is the mean of the square of 10/7 pixels that it covers.
func TestSeventenths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(2, 30).Draw(t, "w"), rapid.IntRange(2, 9).Draw(t, "h")
		src := &image.Gray{Pix: rapid.SliceOfN(rapid.Byte(), w*h, w*h).Draw(t, "pix"), Stride: w, Rect: image.Rect(0, 0, w, h)}
		var dst image.Gray
		seventenths(src, &dst)
		if dst.Rect.Dx() != w*7/10 || dst.Rect.Dy() != h*7/10 {
			t.Fatalf("%v of %d×%d", dst.Rect, w, h)
		}
		for y := range dst.Rect.Dy() {
			for x := range dst.Rect.Dx() {
				sum := 0
				for i := range 100 { // sevenths of pixels, all of the same weight
					sum += int(src.GrayAt((10*x+i%10)/7, (10*y+i/10)/7).Y)
				}
				if want, got := (sum+50)/100, int(dst.GrayAt(x, y).Y); got != want {
					t.Fatalf("%d at %d,%d, want %d", got, x, y, want)
				}
			}
		}
	})
}
