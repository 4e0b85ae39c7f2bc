package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Field shows what has been typed, in a box with a caret. The caret does not
// blink: an idle screen draws nothing. Of a text that is too long the end is
// shown, where one is typing.
type Field struct {
	part
	label, text, hint string
}

// Field returns an empty box; words is the label in it, which may be empty.
func (k *Kit) Field(words string) *Field {
	f := &Field{part: part{kit: k}, label: words}
	f.ExtendBaseWidget(f)
	return f
}

// Set shows what has been typed, or as long as that is nothing a hint. Nothing
// is drawn again if both are the same.
func (f *Field) Set(text, hint string) {
	if text != f.text || hint != f.hint {
		f.text, f.hint = text, hint
		f.changed()
	}
}

// MinSize is for Fyne.
func (f *Field) MinSize() fyne.Size {
	return fyne.NewSize(f.kit.TextSize(0)*8, f.kit.Target(TargetPlain))
}

// CreateRenderer is for Fyne.
func (f *Field) CreateRenderer() fyne.WidgetRenderer {
	return &sketch{owner: f, part: &f.part, draw: f.draw, least: f.MinSize}
}

func (f *Field) draw(size fyne.Size) []fyne.CanvasObject {
	k := f.kit
	box := k.Box(Surface, 12, true)
	box.StrokeColor, box.StrokeWidth = k.Colour(Brand), k.Stroke(4)
	out := []fyne.CanvasObject{put(box, 0, 0, size.Width, size.Height)}
	x, end := k.Unit(Space3), size.Width-k.Unit(Space3)
	if f.label != "" {
		label := k.Text(f.label, Style{Size: TextSmall, Role: Muted, OneLine: true})
		w := min(label.Natural()+1, (end-x)*0.4)
		out = append(out, put(label, x, 0, w, size.Height))
		x += w + k.Unit(Space2)
	}
	bar := k.Stroke(4)
	caret := func(at float32) fyne.CanvasObject {
		line := canvas.NewRectangle(k.Colour(Brand))
		high := min(size.Height*0.6, k.TextSize(TextNumber))
		return put(line, at, (size.Height-high)/2, bar, high)
	}
	room := end - x - 2*bar
	if f.text == "" {
		hint := k.Text(f.hint, Style{Size: TextBody, Role: Muted, OneLine: true})
		return append(out, caret(x), put(hint, x+3*bar, 0, max(1, room-2*bar), size.Height))
	}
	text := k.Text(f.text, Style{Size: TextLead, Role: Ink, Bold: true, OneLine: true})
	for runes := []rune(f.text); text.Natural() > room && len(runes) > 1; {
		runes = runes[1:]
		text = k.Text("…"+string(runes), text.style)
	}
	w := min(room, text.Natural()+1)
	return append(out, put(text, x, 0, w, size.Height), caret(x+w+bar))
}
