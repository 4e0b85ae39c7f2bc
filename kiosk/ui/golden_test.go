package ui

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/sample"
)

// go test ./kiosk/ui -run Golden -update writes the pictures anew: look at each
// before committing it.
var update = flag.Bool("update", false, "write the golden pictures anew")

// Every state looks as it did when somebody last looked at it: on the smallest
// screen in both languages, and some of them upright.
func TestGoldenPictures(t *testing.T) {
	small, upright := fyne.NewSize(1024, 600), fyne.NewSize(1080, 1920)
	for _, lang := range []desk.Lang{desk.Chinese, desk.English} {
		w, _ := newWindow(t, small)
		for _, n := range sample.States(lang) {
			compare(t, w, n, fmt.Sprintf("%s-%s", n.Name, lang))
		}
	}
	w, _ := newWindow(t, upright)
	for _, name := range []string{"welcome-missing", "keypad-slip", "accepted", "held-leader-payment-due", "refused-wrong-point", "sign-in-wrong"} {
		compare(t, w, state(t, desk.Chinese, name), name+"-upright")
	}
}

// The other looks change colours and sizes, not what is said: a few screens show
// every role and every part that large text could break.
func TestGoldenPicturesOfOtherLooks(t *testing.T) {
	for _, c := range []struct {
		name  string
		looks map[string]desk.Look
	}{
		{"dark", map[string]desk.Look{"welcome": {Palette: "dark"}, "keypad-slip": {Palette: "dark"}, "accepted": {Palette: "dark"}, "held-leader-payment-due": {Palette: "dark"}}},
		{"contrast", map[string]desk.Look{"welcome-offline": {Palette: "contrast"}, "sign-in-typing": {Palette: "contrast"}, "refused-wrong-point": {Palette: "contrast"}}},
		{"large", map[string]desk.Look{"accepted-several": {Large: true}, "held-leader": {Palette: "contrast", Large: true}, "refused-unknown": {Large: true}}},
	} {
		for _, lang := range []desk.Lang{desk.Chinese, desk.English} {
			w, _ := newWindow(t, fyne.NewSize(1024, 600))
			for _, name := range slices.Sorted(maps.Keys(c.looks)) {
				n := state(t, lang, name)
				n.State.Look = c.looks[name]
				compare(t, w, n, fmt.Sprintf("%s-%s-%s", name, lang, c.name))
			}
		}
	}
}

func compare(t *testing.T, w *Window, n sample.Named, name string) {
	t.Helper()
	w.Show(n.State)
	if n.Frame != nil {
		w.Frame(n.Frame)
	}
	got := w.Picture()
	path := filepath.Join("testdata", name+".png")
	if *update {
		writePNG(t, path, coarse(got))
		return
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	want, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if n := different(got, want); n > 20 {
		failed := filepath.Join("testdata", "failed", name+".png")
		writePNG(t, failed, got)
		t.Errorf("%s: %d pixels differ; see %s", name, n, failed)
	}
}

// coarse rounds colours to 16 steps a channel, which keeps the golden files
// small and lies within what different forgives.
func coarse(img image.Image) image.Image {
	out := image.NewPaletted(img.Bounds(), nil)
	at := map[color.RGBA]uint8{}
	step := func(v uint32) uint8 { return uint8((v>>8 + 8) / 17 * 17) }
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			c := color.RGBA{step(r), step(g), step(b), 255}
			i, ok := at[c]
			if !ok {
				if len(out.Palette) == 256 {
					return img
				}
				i = uint8(len(out.Palette))
				at[c] = i
				out.Palette = append(out.Palette, c)
			}
			out.SetColorIndex(x, y, i)
		}
	}
	return out
}

// different counts the pixels that a person could tell apart: another processor
// may round the edge of a character otherwise.
func different(a, b image.Image) int {
	if a.Bounds() != b.Bounds() {
		return a.Bounds().Dx() * a.Bounds().Dy()
	}
	count := 0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			r0, g0, b0, _ := a.At(x, y).RGBA()
			r1, g1, b1, _ := b.At(x, y).RGBA()
			if apart(r0, r1) || apart(g0, g1) || apart(b0, b1) {
				count++
			}
		}
	}
	return count
}

func apart(a, b uint32) bool { return max(a, b)-min(a, b) > 24*257 }

func writePNG(t *testing.T, path string, img image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
