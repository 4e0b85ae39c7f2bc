package luma

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// gradient is a picture whose brightness tells its place.
func gradient(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		g.Pix[i] = byte(i%w*3 + i/w*5)
	}
	return g
}

func TestLoad(t *testing.T) {
	want := gradient(31, 17)
	var asPNG, asJPEG bytes.Buffer
	if err := png.Encode(&asPNG, want); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&asJPEG, want, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	asPGM := append([]byte("P5\n# a comment\n31 17\n255\n"), want.Pix...)
	for name, data := range map[string][]byte{"PNG": asPNG.Bytes(), "JPEG": asJPEG.Bytes(), "PGM": asPGM} {
		got, err := Load(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Rect != want.Rect {
			t.Errorf("%s: size %v", name, got.Rect)
			continue
		}
		for y := range 17 {
			for x := range 31 {
				if d := int(got.GrayAt(x, y).Y) - int(want.GrayAt(x, y).Y); d > 2 || d < -2 {
					t.Fatalf("%s: pixel %d,%d is %d, want %d", name, x, y, got.GrayAt(x, y).Y, want.GrayAt(x, y).Y)
				}
			}
		}
		// Cut anywhere, it is refused or a picture of the same size, never a panic.
		for n := range len(data) {
			if g, err := Decode(data[:n]); err == nil && g.Rect != want.Rect {
				t.Errorf("%s cut at %d: a picture of %v", name, n, g.Rect)
			} else if err != nil && !errors.Is(err, ErrPicture) {
				t.Errorf("%s cut at %d: %v", name, n, err)
			}
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"empty":        "",
		"text":         "hello",
		"no pixels":    "P5 0 0 255\n",
		"too large":    "P5 100000 100000 255\n",
		"16 bits":      "P5 1 1 65535\nab",
		"no number":    "P5 x 1 255\n",
		"long number":  "P5 1234567890123 1 255\n",
		"cut short":    "P5 4 4 255\nabc",
		"cut to begin": "P5 4",
	} {
		if _, err := Decode([]byte(data)); !errors.Is(err, ErrPicture) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The size is looked at before memory is set aside for it.
	if _, err := Decode([]byte("P5 100000 100000 255\n")); err == nil || !strings.Contains(err.Error(), "100000 × 100000 pixels") {
		t.Errorf("too large: %v", err)
	}
	broken := errors.New("broken")
	if _, err := Load(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if _, err := Load(endless{}); !errors.Is(err, ErrPicture) {
		t.Errorf("endless input: %v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestGray(t *testing.T) {
	// Shared memory where that is possible.
	g := gradient(8, 8)
	if Gray(g) != g {
		t.Error("a gray picture was copied")
	}
	yc := image.NewYCbCr(image.Rect(0, 0, 10, 6), image.YCbCrSubsampleRatio420)
	yc.Y[0] = 77
	if got := Gray(yc); &got.Pix[0] != &yc.Y[0] || got.Rect.Dx() != 10 || got.Stride != yc.YStride {
		t.Error("the brightness of a YCbCr picture was copied")
	}
	sub := yc.SubImage(image.Rect(4, 2, 8, 6)).(*image.YCbCr)
	sub.Y[0] = 99
	if got := Gray(sub); got.GrayAt(0, 0).Y != 99 || got.Rect != image.Rect(0, 0, 4, 4) {
		t.Errorf("part of a picture: %v, %d", got.Rect, got.GrayAt(0, 0).Y)
	}
	// Colours and transparency.
	c := image.NewNRGBA(image.Rect(5, 5, 9, 6))
	c.Set(5, 5, color.NRGBA{255, 255, 255, 255})
	c.Set(6, 5, color.NRGBA{0, 0, 0, 255})
	c.Set(7, 5, color.NRGBA{0, 0, 0, 0})
	c.Set(8, 5, color.NRGBA{0, 255, 0, 255})
	if diff := cmp.Diff([]byte{255, 0, 255, 150}, Gray(c).Pix); diff != "" {
		t.Error(diff)
	}
	small, err := Decode([]byte("P5 2 1 15\n\x0f\x05"))
	if err != nil || !bytes.Equal(small.Pix, []byte{255, 85}) {
		t.Errorf("15 levels: %v %v", small, err)
	}
}

func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	if err := png.Encode(&b, gradient(3, 3)); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("P5 2 2 255\nabcd"))
	f.Add([]byte{0xff, 0xd8, 0xff, 0xc0})
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := Decode(data)
		if err != nil {
			if !errors.Is(err, ErrPicture) {
				t.Errorf("error without its kind: %v", err)
			}
			return
		}
		if len(g.Pix) < (g.Rect.Dy()-1)*g.Stride+g.Rect.Dx() {
			t.Errorf("%v with %d bytes", g.Rect, len(g.Pix))
		}
	})
}
