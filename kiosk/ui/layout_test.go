package ui

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
	"hexiao/kiosk/ui/sample"
)

// Every screen in every state, size and language keeps the rules: text of at
// least 24 pixels, targets of at least 64, nothing beyond the screen, no text
// wider than its place or over another. On the smallest and on an upright screen
// large text keeps them too.
func TestEveryScreenKeepsTheRules(t *testing.T) {
	for _, lang := range []desk.Lang{desk.Chinese, desk.English} {
		for i, size := range sizes() {
			for _, large := range []bool{false, true} {
				if large && i > 0 && i < len(sizes())-1 {
					continue
				}
				t.Run(fmt.Sprintf("%s-%.0fx%.0f-large-%v", lang, size.Width, size.Height, large), func(t *testing.T) {
					w, _ := newWindow(t, size)
					for _, n := range sample.States(lang) {
						n.State.Look.Large = large
						keepsTheRules(t, w, n, size)
					}
				})
			}
		}
	}
}

func keepsTheRules(t *testing.T, w *Window, n sample.Named, size fyne.Size) {
	t.Helper()
	w.Show(n.State)
	if n.Frame != nil {
		w.Frame(n.Frame)
	}
	checkTexts(t, n.Name, w, size)
	checkWords(t, n.Name, w)
	checkIcons(t, n.Name, w)
	checkTargets(t, n.Name, w, size)
}

func checkTexts(t *testing.T, name string, w *Window, size fyne.Size) {
	t.Helper()
	all := texts(w)
	if len(all) < 4 {
		t.Errorf("%s: only %d texts", name, len(all))
	}
	for i, p := range all {
		text := p.object.(*canvas.Text)
		if text.TextSize < 24 {
			t.Errorf("%s: %q has %.1f pixels", name, text.Text, text.TextSize)
		}
		if need := text.MinSize().Width; need > text.Size().Width+1.5 {
			t.Errorf("%s: %q needs %.0f of width and has %.0f", name, text.Text, need, text.Size().Width)
		}
		x0, y0, x1, y1 := inked(p)
		if x0 < 0 || y0 < 0 || x1 > size.Width+0.5 || y1 > size.Height+0.5 {
			t.Errorf("%s: %q lies outside the screen: %.0f,%.0f to %.0f,%.0f", name, text.Text, x0, y0, x1, y1)
		}
		for _, q := range all[:i] {
			a0, b0, a1, b1 := inked(q)
			if x0 < a1-0.5 && a0 < x1-0.5 && y0 < b1-0.5 && b0 < y1-0.5 {
				t.Errorf("%s: %q is over %q", name, text.Text, q.object.(*canvas.Text).Text)
			}
		}
	}
}

// checkWords finds words that were cut in two to fit.
func checkWords(t *testing.T, name string, w *Window) {
	t.Helper()
	for _, p := range walk(w.root.Container, fyne.Position{}) {
		whole, ok := p.object.(*look.Text)
		if !ok {
			continue
		}
		var lines []string
		for _, o := range test.WidgetRenderer(whole).Objects() {
			lines = append(lines, o.(*canvas.Text).Text)
		}
		shown := strings.Join(lines, "\n")
		for _, word := range regexp.MustCompile(`[A-Za-z]+`).FindAllString(whole.Words(), -1) {
			if !strings.Contains(shown, word) && !strings.Contains(shown, "…") {
				t.Errorf("%s: %q is cut: %q", name, word, lines)
			}
		}
	}
}

// checkIcons finds places of icons that are empty, since their names are not
// among the bundled ones.
func checkIcons(t *testing.T, name string, w *Window) {
	t.Helper()
	icons := 0
	for _, p := range walk(w.root.Container, fyne.Position{}) {
		if img, ok := p.object.(*canvas.Image); ok {
			icons++
			if img.Image == nil {
				t.Errorf("%s: an icon is missing", name)
			}
		}
	}
	if icons < 2 {
		t.Errorf("%s: only %d icons", name, icons)
	}
}

// inked is the box that the characters of a text fill: the font's own box has
// room above and below them.
func inked(p placed) (x0, y0, x1, y1 float32) {
	text := p.object.(*canvas.Text)
	x0, y0, x1, y1 = p.box()
	spare := text.Size().Width - text.MinSize().Width
	switch text.Alignment {
	case fyne.TextAlignCenter:
		x0, x1 = x0+spare/2, x1-spare/2
	case fyne.TextAlignTrailing:
		x0 += spare
	default:
		x1 -= spare
	}
	air := (y1 - y0 - text.TextSize) / 2
	return x0, y0 + air, x1, y1 - air
}

// called names something to tap.
func called(p placed) string {
	if x, ok := p.object.(target); ok {
		return x.Words()
	}
	return fmt.Sprintf("%T", p.object)
}

func checkTargets(t *testing.T, name string, w *Window, size fyne.Size) {
	t.Helper()
	all := targets(w)
	for i, p := range all {
		words := called(p)
		x0, y0, x1, y1 := p.box()
		if x1-x0 < 63.99 || y1-y0 < 63.99 { // places are sums of rounded numbers
			t.Errorf("%s: the target %q is %.0f by %.0f pixels", name, words, x1-x0, y1-y0)
		}
		if x0 < 0 || y0 < 0 || x1 > size.Width+0.5 || y1 > size.Height+0.5 {
			t.Errorf("%s: the target %q lies outside the screen", name, words)
		}
		for _, q := range all[:i] {
			a0, b0, a1, b1 := q.box()
			if x0 < a1-0.5 && a0 < x1-0.5 && y0 < b1-0.5 && b0 < y1-0.5 {
				t.Errorf("%s: the target %q is over %q", name, words, called(q))
			}
		}
	}
}
