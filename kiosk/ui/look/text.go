package look

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Style is how a text looks.
type Style struct {
	Size    float32 // one of the type scale, in units of the drawing
	Role    Role    // Ink, Muted, or the On… role of what it stands on
	Bold    bool
	Align   fyne.TextAlign
	OneLine bool // never wraps: becomes smaller until it fits, and is cut with an ellipsis below the smallest size
}

// Text is words on the screen, wrapped to the width it is given.
type Text struct {
	widget.BaseWidget
	kit    *Kit
	style  Style
	words  string
	shrink float32 // what Fit asked for: 1 is the size of the style
}

// Text returns words in a style.
func (k *Kit) Text(words string, s Style) *Text {
	t := &Text{kit: k, style: s, words: words, shrink: 1}
	t.ExtendBaseWidget(t)
	return t
}

// Words returns what is shown.
func (t *Text) Words() string { return drawn(t.words) }

// SetWords shows other words. Nothing is drawn again if they are the same.
func (t *Text) SetWords(words string) {
	if words != t.words {
		t.words = words
		t.Refresh()
	}
}

// SetRole shows the words in another colour.
func (t *Text) SetRole(r Role) {
	if r != t.style.Role {
		t.style.Role = r
		t.Refresh()
	}
}

// HeightFor returns the height that the words take at a width.
func (t *Text) HeightFor(width float32) float32 {
	if t.words == "" {
		return 0
	}
	size := t.sizeAt(width)
	return float32(len(t.broken(size, width))) * t.advance(size)
}

// Natural returns the width of the words on one line, at the size of the style.
func (t *Text) Natural() float32 { return t.measure(t.size())(drawn(t.words)) }

// setShrink takes more from the biggest words, which have the most to give.
func (t *Text) setShrink(f float32) {
	if t.shrink = f; t.style.Size >= TextShelf {
		t.shrink = f * f
	}
}

// widest returns the width of the longest line at a width.
func (t *Text) widest(width float32) float32 {
	size := t.sizeAt(width)
	w := float32(0)
	for _, line := range t.broken(size, width) {
		w = max(w, t.measure(size)(line))
	}
	return w
}

// sizeAt is the size at a width: smaller where a word would have to be cut.
func (t *Text) sizeAt(width float32) float32 {
	size := t.size()
	if t.style.OneLine {
		return size
	}
	measure, widest := t.measure(size), float32(0)
	for _, piece := range breakable(t.words, strings.ContainsRune(t.words, keepMark)) {
		widest = max(widest, measure(drawn(piece)))
	}
	if widest <= width {
		return size
	}
	return max(size*width/widest*0.98, t.kit.TextSize(0))
}

func (t *Text) size() float32 { return max(t.kit.TextSize(t.style.Size)*t.shrink, t.kit.TextSize(0)) }

// advance is the distance from line to line. Big words need less air between
// them.
func (t *Text) advance(size float32) float32 {
	switch {
	case t.style.Size >= TextShelf:
		return size * 1.12
	case t.style.Size >= TextSection:
		return size * 1.22
	default:
		return size * 1.36
	}
}

func (t *Text) font() fyne.Resource {
	if t.style.Bold {
		return t.kit.fonts.Bold
	}
	return t.kit.fonts.Regular
}

func (t *Text) line(words string, size float32, c color.Color) *canvas.Text {
	return &canvas.Text{Text: words, Color: c, TextSize: size, FontSource: t.font(), Alignment: t.style.Align}
}

func (t *Text) measure(size float32) func(string) float32 {
	return func(words string) float32 {
		if words == "" {
			return 0
		}
		return t.line(words, size, nil).MinSize().Width
	}
}

func (t *Text) broken(size, width float32) []string {
	if t.style.OneLine {
		return []string{drawn(t.words)}
	}
	return wrap(t.words, width, t.measure(size))
}

// CreateRenderer is for Fyne.
func (t *Text) CreateRenderer() fyne.WidgetRenderer { return &textRenderer{text: t} }

type textRenderer struct {
	text  *Text
	lines []fyne.CanvasObject
	drawn textDrawn
}

// textDrawn is what lines were made of. Fyne lays out again whenever it meets
// new objects, so a renderer that made new ones every time would keep it busy
// for ever.
type textDrawn struct {
	words  string
	style  Style
	shrink float32
	size   fyne.Size
}

func (r *textRenderer) Layout(size fyne.Size) {
	t := r.text
	now := textDrawn{t.words, t.style, t.shrink, size}
	if now == r.drawn {
		return
	}
	r.drawn = now
	r.lines = nil
	if t.words == "" || size.Width <= 0 {
		return
	}
	typeSize := t.sizeAt(size.Width)
	words := t.broken(typeSize, size.Width)
	if t.style.OneLine {
		typeSize, words[0] = t.onLine(words[0], typeSize, size.Width)
	}
	advance := t.advance(typeSize)
	y := (size.Height - float32(len(words))*advance) / 2
	if !t.style.OneLine {
		y = 0
	}
	for _, w := range words {
		line := t.line(w, typeSize, t.kit.Colour(t.style.Role))
		box := line.MinSize()
		// The font's box has more room above the characters than below; a
		// twentieth of the size brings them to the middle of the line.
		line.Move(fyne.NewPos(0, y+(advance-box.Height)/2-typeSize/20))
		line.Resize(fyne.NewSize(size.Width, box.Height))
		r.lines = append(r.lines, line)
		y += advance
	}
}

// onLine returns the size and the words that fit on one line.
func (t *Text) onLine(words string, size, width float32) (float32, string) {
	floor := t.kit.TextSize(0)
	for ; size >= floor; size *= 0.97 { // widths do not grow quite evenly with the size
		if t.measure(size)(words) <= width {
			return size, words
		}
	}
	if t.measure(floor)(words) <= width {
		return floor, words
	}
	runes := []rune(words)
	for n := len(runes) - 1; n > 0; n-- {
		if cut := string(runes[:n]) + "…"; t.measure(floor)(cut) <= width {
			return floor, cut
		}
	}
	return floor, "…"
}

// MinSize is one line high; the width is up to the layout, except for a text on
// one line, which wants all of it.
func (r *textRenderer) MinSize() fyne.Size {
	t := r.text
	if t.words == "" {
		return fyne.Size{}
	}
	w := float32(0)
	if t.style.OneLine {
		w = t.Natural()
	}
	return fyne.NewSize(w, t.advance(t.size()))
}

func (r *textRenderer) Refresh() {
	r.Layout(r.text.Size())
	canvas.Refresh(r.text)
}

func (r *textRenderer) Objects() []fyne.CanvasObject { return r.lines }

func (r *textRenderer) Destroy() {}
