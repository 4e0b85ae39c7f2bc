package look

import (
	"image/color"
	"math"
	"testing"
)

func TestEveryPairOfTextAndGroundHoldsSevenToOne(t *testing.T) {
	pairs := []struct{ ground, text Role }{
		{Paper, Ink}, {Paper, Muted}, {Paper, Brand}, {Surface, Ink}, {Surface, Muted}, {Surface, Brand}, {PlainDown, Ink},
		{Brand, OnBrand}, {BrandDown, OnBrand}, {BrandSoft, Brand}, {Accept, OnAccept}, {Wait, OnWait}, {Refuse, OnRefuse}, {Night, OnNight},
	}
	for _, name := range Palettes() {
		p := PaletteOf(name)
		for _, pair := range pairs {
			if c := Contrast(p.Colour(pair.ground), p.Colour(pair.text)); c < 7 {
				t.Errorf("%s: text %v on ground %v has a contrast of %.2f", name, pair.text, pair.ground, c)
			}
		}
		for ground := range roles {
			if c := Contrast(p.Colour(ground), p.Colour(InkOn(ground))); ground != Ink && InkOn(ground) != Ink && c < 7 {
				t.Errorf("%s: what InkOn says for ground %v has a contrast of %.2f", name, ground, c)
			}
		}
		// What is no text, but must be seen: a mark, a border, the rest of a countdown.
		for _, pair := range []struct{ ground, mark Role }{{Paper, Well}, {Paper, Brand}, {Surface, Muted}, {Brand, OnBrand}} {
			if c := Contrast(p.Colour(pair.ground), p.Colour(pair.mark)); c < 3 {
				t.Errorf("%s: mark %v on ground %v has a contrast of %.2f", name, pair.mark, pair.ground, c)
			}
		}
	}
}

func TestHighContrastHasMoreOfIt(t *testing.T) {
	p := PaletteOf(HighContrast)
	for _, pair := range []struct{ ground, text Role }{{Paper, Muted}, {Brand, OnBrand}, {Accept, OnAccept}, {Wait, OnWait}, {Refuse, OnRefuse}} {
		if c := Contrast(p.Colour(pair.ground), p.Colour(pair.text)); c < 10 {
			t.Errorf("%v on ground %v has a contrast of %.2f", pair.text, pair.ground, c)
		}
	}
}

// A role that a palette forgets is transparent, and what is drawn with it gone.
func TestEveryPaletteHasEveryRole(t *testing.T) {
	for _, name := range Palettes() {
		for r := range roles {
			if PaletteOf(name).Colour(r).A != 0xFF {
				t.Errorf("%s has no colour for role %v", name, r)
			}
		}
	}
	if p := PaletteOf("no such"); p != light() || p.Colour(roles) != p.Colour(Ink) || p.Colour(-1) != p.Colour(Ink) {
		t.Error("a mistake is not shown in daylight's ink")
	}
}

func TestContrastOfKnownPairs(t *testing.T) {
	black, white := color.NRGBA{A: 255}, color.NRGBA{255, 255, 255, 255}
	gray := color.NRGBA{0x76, 0x76, 0x76, 255} // the lightest gray with 4.5:1 on white
	for _, c := range []struct {
		a, b color.NRGBA
		want float64
	}{{black, white, 21}, {white, black, 21}, {white, white, 1}, {gray, white, 4.54}} {
		if got := Contrast(c.a, c.b); math.Abs(got-c.want) > 0.01 {
			t.Errorf("Contrast(%v, %v) = %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}
