package look

import (
	"image/color"
	"math"
	"testing"
)

func TestEveryPairOfTextAndGroundHoldsSevenToOne(t *testing.T) {
	pairs := []struct{ ground, text Role }{
		{Paper, Ink}, {Paper, Muted}, {Surface, Ink}, {Surface, Muted}, {PlainDown, Ink},
		{Brand, OnBrand}, {BrandDown, OnBrand}, {BrandSoft, Brand}, {Accept, OnAccept}, {Wait, OnWait}, {Refuse, OnRefuse}, {Night, OnNight},
	}
	for _, p := range pairs {
		if c := Contrast(Colour(p.ground), Colour(p.text)); c < 7 {
			t.Errorf("text %v on ground %v has a contrast of %.2f", p.text, p.ground, c)
		}
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
