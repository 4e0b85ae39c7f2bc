package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// StepperOptions are what a Stepper counts.
type StepperOptions struct {
	Value       int
	Least, Most int         // the first and the last value; Most below Least: no last one
	Words       string      // what is counted; empty: no label
	Changed     func(v int) // called on Fyne's goroutine after a tap, with the new value
}

// Stepper is a number to count up and down by tapping. It moves itself and then
// tells; at either end the key that leads further is off.
type Stepper struct {
	widget.BaseWidget
	kit         *Kit
	o           StepperOptions
	label       *Text
	number      *Text
	minus, plus *Button
}

// Stepper returns a number to count up and down. A value outside the limits is
// moved to the nearer one.
func (k *Kit) Stepper(o StepperOptions) *Stepper {
	s := &Stepper{kit: k, o: o}
	s.label = k.Text(o.Words, Style{Size: TextBody, Role: Ink})
	s.number = k.Text("", Style{Size: TextNumber, Role: Ink, Bold: true, Align: fyne.TextAlignCenter, OneLine: true})
	s.minus = k.Button(Key, "minus", "", func() { s.step(-1) })
	s.plus = k.Button(Key, "plus", "", func() { s.step(1) })
	s.ExtendBaseWidget(s)
	s.Set(o.Value)
	return s
}

// Value returns the number shown.
func (s *Stepper) Value() int { return s.o.Value }

// Set shows another number, within the limits, and tells nobody.
func (s *Stepper) Set(v int) {
	if s.o.Most >= s.o.Least {
		v = min(v, s.o.Most)
	}
	s.o.Value = max(v, s.o.Least)
	s.number.SetWords(Thousands(s.o.Value))
	s.minus.SetOff(s.o.Value <= s.o.Least)
	s.plus.SetOff(s.o.Most >= s.o.Least && s.o.Value >= s.o.Most)
}

func (s *Stepper) step(by int) {
	before := s.o.Value
	if s.Set(before + by); s.o.Value != before && s.o.Changed != nil {
		s.o.Changed(s.o.Value)
	}
}

// counter is the width of the two keys and the number between them.
func (s *Stepper) counter() float32 {
	return 2*s.kit.Target(TargetMain) + max(s.kit.Unit(110), s.kit.TextSize(TextNumber)*2)
}

// beside says whether the label has room on the same line.
func (s *Stepper) beside(width float32) bool {
	return s.o.Words != "" && s.label.Natural()+s.kit.Unit(Space3)+s.counter() <= width
}

// HeightFor returns the height of the keys, and that of the label where it
// stands above them.
func (s *Stepper) HeightFor(width float32) float32 {
	h := s.kit.Target(TargetPlain)
	if s.o.Words != "" && !s.beside(width) {
		h += s.label.HeightFor(width)
	}
	return h
}

// CreateRenderer is for Fyne.
func (s *Stepper) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(s.kit.placed(s, s.label, s.minus, s.number, s.plus))
}

// MinSize is for Fyne.
func (s *Stepper) MinSize() fyne.Size {
	s.ExtendBaseWidget(s)
	return fyne.NewSize(s.counter(), s.HeightFor(s.counter()))
}

func (s *Stepper) place(size fyne.Size) {
	k := s.kit
	key, high := k.Target(TargetMain), k.Target(TargetPlain)
	left, top, width := float32(0), size.Height-high, size.Width
	switch {
	case s.beside(size.Width):
		width, top = s.counter(), (size.Height-high)/2
		left = size.Width - width
		h := s.label.HeightFor(left)
		put(s.label, 0, (size.Height-h)/2, left-k.Unit(Space3), h)
	case s.o.Words != "":
		put(s.label, 0, 0, size.Width, s.label.HeightFor(size.Width))
	}
	put(s.minus, left, top, key, high)
	put(s.number, left+key, top, max(0, width-2*key), high)
	put(s.plus, left+width-key, top, key, high)
}
