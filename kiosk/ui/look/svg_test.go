package look

import (
	"bytes"
	"image"
	"path/filepath"
	"strings"
	"testing"

	"hexiao/assets"
)

func TestIconsAreWrittenSoThatTheyAreReadRightly(t *testing.T) {
	for _, c := range []struct{ name, svg, want string }{
		{"one arc", `d="M3 3a2 2 0 0 1 2-2v14"`, `d="M3 3a2 2 0 0 1 2 -2v14"`},
		{"several arcs", `d="a2.34 2.34 0 0 0 3.3 1.9 2 2 0 0 1 4 0z"`, `d="a2.34 2.34 0 0 0 3.3 1.9 a2 2 0 0 1 4 0z"`},
		{"flags without a space", `d="V5a2 2 0 00-2-2H5A2 2 0 11 3 5"`, `d="V5a2 2 0 0 0 -2 -2H5A2 2 0 1 1 3 5"`},
		{"a number without a nought", `d="a.5.5 0 0 1-.2.7"`, `d="a.5 .5 0 0 1 -.2 .7"`},
		{"a rectangle with one radius", `<rect x="3" rx="2" />`, `<rect x="3" rx="2" ry="2" />`},
		{"one with two", `<rect rx="2" ry="1" />`, `<rect rx="2" ry="1" />`},
		{"words", `class="lucide-a-large-small a 1 2"`, `class="lucide-a-large-small a 1 2"`},
	} {
		if got := string(readable([]byte(c.svg))); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Every icon lies within its square, near its middle, and draws what its path
// says: one that is read wrongly loses a side or leaves the square.
func TestEveryIconFillsItsSquare(t *testing.T) {
	names, err := filepath.Glob("../../../assets/icons/*.svg")
	if err != nil || len(names) < 40 {
		t.Fatalf("%d icons: %v", len(names), err)
	}
	const side = 96
	for _, name := range names {
		name = strings.TrimSuffix(filepath.Base(name), ".svg")
		svg, err := assets.Icon(name)
		if err != nil {
			t.Fatal(err)
		}
		img, err := drawSVG(svg, light().Colour(Ink), side, side*2/24)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ink := inkOf(img)
		if long := max(ink.Dx(), ink.Dy()); long < side/3 {
			t.Errorf("%s is drawn from %v to %v of %d", name, ink.Min, ink.Max, side)
		}
		if ink.Min.X < 2 || ink.Min.Y < 2 || ink.Max.X > side-2 || ink.Max.Y > side-2 {
			t.Errorf("%s reaches the edge: from %v to %v of %d", name, ink.Min, ink.Max, side)
		}
	}
	// Known shapes: a wheel is as wide as high and round its middle, a box with
	// round corners has none in its corner.
	wheel := sketched(t, "settings", side)
	if ink := inkOf(wheel); ink.Dx() < side*3/4 || ink.Dy() < side*3/4 {
		t.Errorf("the wheel is drawn from %v to %v", ink.Min, ink.Max)
	}
	if _, _, _, a := sketched(t, "square", side).At(side*2/24+1, side*2/24+1).RGBA(); a > 0x8000 {
		t.Error("the square's corner is not round")
	}
}

func sketched(t *testing.T, name string, side int) image.Image {
	t.Helper()
	svg, err := assets.Icon(name)
	if err != nil || !bytes.Contains(svg, []byte("<svg")) {
		t.Fatal(err)
	}
	img, err := drawSVG(svg, light().Colour(Ink), side, float32(side)*2/24)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// inkOf is the smallest rectangle around what is drawn.
func inkOf(img image.Image) image.Rectangle {
	var out image.Rectangle
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if _, _, _, a := img.At(x, y).RGBA(); a > 0x4000 {
				out = out.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return out
}
