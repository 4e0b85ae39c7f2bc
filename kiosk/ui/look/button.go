package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Kind is how much a button asks to be tapped.
type Kind int

// The kinds of buttons.
const (
	Plain Kind = iota // something one may do
	Main              // the one thing to do on this screen
	Quiet             // in the footer: no ground of its own
	Key               // a key of a keypad
)

// Button is something to tap: words, an icon, or both. It answers when the
// finger leaves, and shows that it is touched until then.
type Button struct {
	widget.BaseWidget
	focus
	kind     Kind
	icon     string
	iconSide float32
	lead     fyne.CanvasObject // stands in the icon's place
	words    string
	tapped   func()
	down     bool
	off      bool
	slim     bool // hardly any air beside the words
}

var (
	_ fyne.Tappable     = (*Button)(nil)
	_ desktop.Mouseable = (*Button)(nil)
	_ fyne.Focusable    = (*Button)(nil)
	_ fyne.Disableable  = (*Button)(nil)
)

// Button returns a button; icon or words may be empty. tapped is called on
// Fyne's goroutine.
func (k *Kit) Button(kind Kind, icon, words string, tapped func()) *Button {
	b := &Button{kind: kind, icon: icon, iconSide: 36, words: words, tapped: tapped}
	b.focus = focus{kit: k, self: b, act: func() { b.Tapped(nil) }}
	b.ExtendBaseWidget(b)
	return b
}

// WithLead sets an object, such as a Ring, in the place of the icon and returns
// the button.
func (b *Button) WithLead(o fyne.CanvasObject) *Button {
	b.lead = o
	return b
}

// Words returns what is written on the button.
func (b *Button) Words() string { return b.words }

// SetWords writes other words on the button.
func (b *Button) SetWords(words string) {
	if words != b.words {
		b.words = words
		b.Refresh()
	}
}

// SetOff makes a tap do nothing, and shows it: the button is as flat as the paper then. It
// keeps its place, so that nothing jumps.
func (b *Button) SetOff(off bool) {
	if off != b.off {
		b.off = off
		b.Refresh()
	}
}

// Disabled is for Fyne: what is off is left out by the keyboard.
func (b *Button) Disabled() bool { return b.off || b.tapped == nil }

// Disable is for Fyne.
func (b *Button) Disable() { b.SetOff(true) }

// Enable is for Fyne.
func (b *Button) Enable() { b.SetOff(false) }

// Tapped is for Fyne.
func (b *Button) Tapped(*fyne.PointEvent) {
	if b.tapped != nil && !b.off {
		b.tapped()
	}
}

// MouseDown is for Fyne.
func (b *Button) MouseDown(*desktop.MouseEvent) { b.press(!b.off) }

// MouseUp is for Fyne.
func (b *Button) MouseUp(*desktop.MouseEvent) { b.press(false) }

func (b *Button) press(down bool) {
	if b.down != down {
		b.down = down
		b.Refresh()
	}
}

// HeightFor returns the height of the target, more if the words need it.
func (b *Button) HeightFor(width float32) float32 {
	side := b.kit.Target(TargetPlain)
	if b.kind == Main || b.kind == Plain {
		side = b.kit.Target(TargetMain)
	}
	return max(side, b.label().HeightFor(width-2*b.padding()-b.leadWidth())+b.kit.Unit(Space2))
}

func (b *Button) label() *Text {
	s := Style{Size: TextBody, Role: b.ink(), Bold: b.kind == Main, Align: fyne.TextAlignCenter}
	switch b.kind {
	case Main:
		if s.Size = 36; b.slim {
			s.Size, s.OneLine = TextBody, true
		}
	case Key:
		s.Size, s.OneLine = TextSection, true
	case Quiet:
		s.OneLine = true
	}
	return b.kit.Text(b.words, s)
}

func (b *Button) ink() Role {
	if b.off {
		return Muted
	}
	switch b.kind {
	case Main:
		return OnBrand
	case Quiet:
		if b.down { // its ground is darker then
			return Ink
		}
		return Muted
	default:
		return Ink
	}
}

func (b *Button) ground() (fill Role, edged, bare bool) {
	switch {
	case b.off:
		return Paper, true, b.kind == Quiet
	case b.kind == Main && b.down:
		return BrandDown, false, false
	case b.kind == Main:
		return Brand, false, false
	case b.down:
		return PlainDown, true, false
	default:
		return Surface, true, b.kind == Quiet
	}
}

func (b *Button) padding() float32 {
	if b.slim {
		return b.kit.Unit(4)
	}
	return b.kit.Unit(Space3)
}

// leadWidth is the width of the icon or what stands in its place, with the gap
// to the words.
func (b *Button) leadWidth() float32 {
	w := float32(0)
	switch {
	case b.lead != nil:
		w = b.lead.MinSize().Width
	case b.icon != "":
		w = b.kit.Unit(b.iconSide)
	}
	if w > 0 && b.words != "" {
		w += b.kit.Unit(Space2)
	}
	return w
}

// CreateRenderer is for Fyne.
func (b *Button) CreateRenderer() fyne.WidgetRenderer { return &buttonRenderer{button: b} }

type buttonRenderer struct {
	button  *Button
	objects []fyne.CanvasObject
	drawn   buttonDrawn
}

// buttonDrawn is what the objects were made of; see textDrawn.
type buttonDrawn struct {
	words              string
	down, off, inFocus bool
	size               fyne.Size
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	b := r.button
	now := buttonDrawn{b.words, b.down, b.off, b.inFocus, size}
	if now == r.drawn {
		return
	}
	r.drawn = now
	r.objects = nil
	if fill, edged, bare := b.ground(); !bare {
		box := b.kit.Box(fill, CornerSmall, edged)
		box.Resize(size)
		r.objects = append(r.objects, box)
	}
	label, room := b.label(), max(0, size.Width-2*b.padding()-b.leadWidth())
	for shrink := float32(0.95); label.HeightFor(room) > size.Height && shrink > 0.6; shrink -= 0.05 {
		label.setShrink(shrink) // a place that gives less height than HeightFor asks for
	}
	words := min(room, label.widest(room)+1)
	height := label.HeightFor(room)
	x := (size.Width - words - b.leadWidth()) / 2
	if lead := b.leading(); lead != nil {
		s := lead.MinSize()
		lead.Move(fyne.NewPos(x, (size.Height-s.Height)/2))
		lead.Resize(s)
		r.objects = append(r.objects, lead)
		x += b.leadWidth()
	}
	if b.words != "" {
		label.Move(fyne.NewPos(x, (size.Height-height)/2))
		label.Resize(fyne.NewSize(max(1, words), height))
		r.objects = append(r.objects, label)
	}
	if b.inFocus {
		r.objects = append(r.objects, b.ring(size, CornerSmall))
	}
}

func (b *Button) leading() fyne.CanvasObject {
	if b.lead != nil {
		return b.lead
	}
	if b.icon == "" {
		return nil
	}
	return b.kit.Icon(b.icon, b.ink(), b.iconSide)
}

func (r *buttonRenderer) MinSize() fyne.Size {
	b := r.button
	return fyne.NewSize(b.label().Natural()+b.leadWidth()+2*b.padding(), b.HeightFor(b.kit.Width))
}

func (r *buttonRenderer) Refresh() {
	r.Layout(r.button.Size())
	canvas.Refresh(r.button)
}

func (r *buttonRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *buttonRenderer) Destroy() {}
