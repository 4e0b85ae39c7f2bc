package look

import (
	"testing"

	"fyne.io/fyne/v2"
	"pgregory.net/rapid"
)

func TestSizesNeverFallBelowTheSmallest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pixels := float32(rapid.SampledFrom([]float64{0, 0.5, 1, 1.25, 2, 3}).Draw(t, "pixels a unit"))
		w, h := rapid.IntRange(320, 4096).Draw(t, "width"), rapid.IntRange(320, 4096).Draw(t, "height")
		m := NewMetrics(fyne.NewSize(float32(w), float32(h)), pixels)
		for _, u := range []float32{0, TextSmall, TextBody, TextLead, TextHead, TextShelf} {
			if got := m.Pixels(m.TextSize(u)); got < minText-0.01 {
				t.Fatalf("text of %v has %.1f pixels", u, got)
			}
		}
		for _, u := range []float32{0, TargetPlain, TargetMain} {
			if got := m.Pixels(m.Target(u)); got < minTarget-0.01 {
				t.Fatalf("a target of %v has %.1f pixels", u, got)
			}
		}
	})
}

func TestTheDrawingItselfIsNotScaled(t *testing.T) {
	m := NewMetrics(fyne.NewSize(1280, 800), 1)
	if m.Unit(Space4) != Space4 || m.TextSize(TextShelf) != TextShelf || m.Target(TargetMain) != TargetMain || m.Stroke(2) != 2 {
		t.Errorf("at 1280x800 a unit is not one: %+v", m)
	}
	if m.Upright() || !NewMetrics(fyne.NewSize(1080, 1920), 1).Upright() {
		t.Error("lying and upright are mixed up")
	}
	if got := NewMetrics(fyne.NewSize(1920, 1080), 1).Unit(100); got != 135 {
		t.Errorf("at 1920x1080 a hundred units are %v, want 135", got)
	}
}
