package luma

import (
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Every pixel of frames of any size and stride is where it belongs, and no byte behind a
// row is touched.
func TestRawFrames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 40).Draw(t, "width"), rapid.IntRange(1, 5).Draw(t, "height")
		gap := rapid.IntRange(0, 9).Draw(t, "gap")
		src := rapid.SliceOfN(rapid.Byte(), h*(2*w+gap), h*(2*w+gap)).Draw(t, "bytes")
		dst := image.Gray{Pix: make([]byte, 0, rapid.IntRange(0, 200).Draw(t, "memory"))}
		var packed, plain []byte
		for y := range h {
			for x := range w {
				packed = append(packed, src[y*(2*w+gap)+2*x])
				plain = append(plain, src[y*(w+gap)+x])
			}
		}
		if !YUYV(&dst, src[:len(src)-gap], w, h, 2*w+gap) || dst.Rect != image.Rect(0, 0, w, h) || dst.Stride != w {
			t.Fatalf("YUYV: %v", dst.Rect)
		}
		if diff := cmp.Diff(packed, dst.Pix); diff != "" {
			t.Fatalf("YUYV: %s", diff)
		}
		if !Rows(&dst, src[:h*(w+gap)-gap], w, h, w+gap) || dst.Rect != image.Rect(0, 0, w, h) || dst.Stride != w {
			t.Fatalf("Rows: %v", dst.Rect)
		}
		if diff := cmp.Diff(plain, dst.Pix); diff != "" {
			t.Fatalf("Rows: %s", diff)
		}
	})
}

func TestRawFramesRefused(t *testing.T) {
	var dst image.Gray
	for _, bad := range []struct{ n, w, h, stride int }{{13, 3, 2, 8}, {14, 3, 2, 5}, {14, 0, 2, 8}, {14, 3, -1, 8}} {
		if YUYV(&dst, make([]byte, bad.n), bad.w, bad.h, bad.stride) {
			t.Errorf("YUYV accepts %+v", bad)
		}
	}
	for _, bad := range []struct{ n, w, h, stride int }{{10, 3, 2, 8}, {14, 3, 2, 2}, {14, 0, 2, 8}, {14, 3, -1, 8}} {
		if Rows(&dst, make([]byte, bad.n), bad.w, bad.h, bad.stride) {
			t.Errorf("Rows accepts %+v", bad)
		}
	}
}

func TestHalf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(2, 40).Draw(t, "width"), rapid.IntRange(1, 6).Draw(t, "height")
		src := image.NewGray(image.Rect(0, 0, w, h))
		copy(src.Pix, rapid.SliceOfN(rapid.Byte(), w*h, w*h).Draw(t, "bytes"))
		src = src.SubImage(image.Rect(rapid.IntRange(0, 1).Draw(t, "from"), 0, w, h)).(*image.Gray)
		want := image.NewGray(image.Rect(0, 0, src.Rect.Dx()/2, h/2))
		for y := range want.Rect.Dy() {
			for x := range want.Rect.Dx() {
				sum := 2
				for i := range 4 {
					sum += int(src.Pix[(2*y+i/2)*src.Stride+2*x+i%2])
				}
				want.Pix[y*want.Stride+x] = uint8(sum / 4)
			}
		}
		if diff := cmp.Diff(want, Half(src)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func BenchmarkYUYV(b *testing.B) {
	src := make([]byte, 1280*720*2)
	var dst image.Gray
	b.ReportAllocs()
	for b.Loop() {
		YUYV(&dst, src, 1280, 720, 2560)
	}
}
