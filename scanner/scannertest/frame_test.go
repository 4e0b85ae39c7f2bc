package scannertest

import (
	"bytes"
	"image"
	"io"
	"os"
	"testing"

	"hexiao/scanner"
)

// The same options draw the same frame, and each of them changes it.
func TestFramesAreReproducible(t *testing.T) {
	plain := Frame("HEXIAO", Options{Noise: 3, Seed: 1})
	if plain.Rect != image.Rect(0, 0, 640, 480) {
		t.Errorf("frame of %v", plain.Rect)
	}
	if !bytes.Equal(plain.Pix, Frame("HEXIAO", Options{Noise: 3, Seed: 1}).Pix) {
		t.Error("two runs differ")
	}
	for name, o := range map[string]Options{
		"seed": {Noise: 3, Seed: 2}, "noise": {Noise: 4, Seed: 1}, "module": {Noise: 3, Seed: 1, Module: 6},
		"place": {Noise: 3, Seed: 1, X: 100}, "angle": {Noise: 3, Seed: 1, Angle: 5}, "lean": {Noise: 3, Seed: 1, Lean: 0.2},
		"levels": {Noise: 3, Seed: 1, Black: 90, White: 160}, "inverted": {Noise: 3, Seed: 1, Inverted: true},
		"mirrored": {Noise: 3, Seed: 1, Mirrored: true}, "blur": {Noise: 3, Seed: 1, Blur: 1}, "ground": {Noise: 3, Seed: 1, Ground: 90},
		"symbology": {Noise: 3, Seed: 1, Symbology: scanner.DataMatrix},
	} {
		if bytes.Equal(plain.Pix, Frame("HEXIAO", o).Pix) {
			t.Errorf("%s makes no difference", name)
		}
	}
}

// The code lies where it was asked for, with its quiet zone and nothing else.
func TestPlacement(t *testing.T) {
	g := Frame("HEXIAO", Options{X: 200, Y: 150, Module: 4}) // version 1: 21 modules
	touched := image.Rectangle{}
	for y := range 480 {
		for x := range 640 {
			if g.GrayAt(x, y).Y != 150 {
				touched = touched.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if want := image.Rect(200-58, 150-58, 200+58, 150+58); touched != want { // (21+8)·4 pixels
		t.Errorf("drawn on %v, want %v", touched, want)
	}
	if g.GrayAt(200-42+2, 150-42+2).Y != 30 || g.GrayAt(200-42-4, 150).Y != 220 {
		t.Error("the corner is not black or the quiet zone not white")
	}
}

func TestFinders(t *testing.T) {
	g := Finders(2, Options{Width: 100, Height: 50, Module: 3})
	if g.GrayAt(13, 13).Y != 30 || g.GrayAt(27+13, 13).Y != 30 || g.GrayAt(2*27+13, 13).Y != 150 {
		t.Error("not two patterns side by side")
	}
}

// What is sent comes out of the path byte by byte; unplugging ends it.
func TestPort(t *testing.T) {
	p := NewPort(t)
	p.Send("a\r\n\x00b")
	f, err := os.OpenFile(p.Path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	buf := make([]byte, 5)
	if _, err := io.ReadFull(f, buf); err != nil || string(buf) != "a\r\n\x00b" {
		t.Errorf("read %q, %v", buf, err)
	}
	p.Unplug()
	if n, err := f.Read(buf); err == nil {
		t.Errorf("read %d bytes from an unplugged port", n)
	}
	if _, err := os.Stat(p.Path); !os.IsNotExist(err) {
		t.Errorf("the path is still there: %v", err)
	}
	p.Plug()
	p.Send("c")
	again, err := os.OpenFile(p.Path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	if n, err := again.Read(buf); err != nil || string(buf[:n]) != "c" {
		t.Errorf("read %q, %v", buf[:n], err)
	}
	p.Cut()
	if _, err := os.Lstat(p.Path); err != nil {
		t.Errorf("the path went with the line: %v", err)
	}
}
