package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Progress says how far work is: words, numbers and a bar. It moves only when it
// is told; nothing is animated.
type Progress struct {
	widget.BaseWidget
	kit         *Kit
	done, total int
	words       *Text
	numbers     *Text
	bar         *Gauge
}

// Progress returns the state of some work: done of total pieces. With a total of
// 0 nobody knows how much there is: a part of the bar then moves along with
// what is done.
func (k *Kit) Progress(words string, done, total int) *Progress {
	p := &Progress{
		kit: k, done: -1, bar: k.Gauge(0),
		words:   k.Text(words, Style{Size: TextBody, Role: Ink}),
		numbers: k.Text("", Style{Size: TextBody, Role: Ink, Bold: true, Align: fyne.TextAlignTrailing, OneLine: true}),
	}
	p.ExtendBaseWidget(p)
	p.Set(done, total)
	return p
}

// SetWords says what is being done.
func (p *Progress) SetWords(words string) { p.words.SetWords(words) }

// steps is how many Sets take the moving part along the bar once.
const steps = 12

// Set moves the bar. Nothing is drawn again if it stands there already.
func (p *Progress) Set(done, total int) {
	if done == p.done && total == p.total {
		return
	}
	p.done, p.total = done, total
	numbers := ""
	switch {
	case total > 0:
		done = min(max(done, 0), total)
		numbers = Thousands(done) + " / " + Thousands(total)
		p.bar.span(0, float32(done)/float32(total))
	default:
		if done > 0 {
			numbers = Thousands(done)
		}
		at := float32(p.next()) / steps
		p.bar.span(at, at+1.0/steps)
	}
	p.numbers.SetWords(numbers)
	p.place(p.Size())
}

// next is where the moving part stands.
func (p *Progress) next() int {
	if p.done <= 0 {
		return 0
	}
	return (int(p.bar.from*steps+0.5) + 1) % steps
}

// numbersWidth is the width kept for the numbers; they may grow to the total.
func (p *Progress) numbersWidth(width float32) float32 {
	return min(p.numbers.Natural()+1, width*0.7)
}

// HeightFor returns the height of words and bar.
func (p *Progress) HeightFor(width float32) float32 {
	h := max(p.words.HeightFor(max(1, width-p.numbersWidth(width)-p.kit.Unit(Space3))), p.numbers.MinSize().Height)
	return h + p.kit.Unit(Space1) + p.kit.Unit(gaugeHeight)
}

// MinSize is for Fyne.
func (p *Progress) MinSize() fyne.Size {
	w := p.kit.Unit(8 * gaugeHeight)
	return fyne.NewSize(w, p.HeightFor(w))
}

// CreateRenderer is for Fyne.
func (p *Progress) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(p.kit.placed(p, p.words, p.numbers, p.bar))
}

func (p *Progress) place(size fyne.Size) {
	if size.IsZero() {
		return
	}
	bar := p.kit.Unit(gaugeHeight)
	numbers := p.numbersWidth(size.Width)
	left := max(1, size.Width-numbers-p.kit.Unit(Space3))
	h := p.HeightFor(size.Width) - bar - p.kit.Unit(Space1)
	put(p.words, 0, 0, left, h)
	put(p.numbers, size.Width-numbers, 0, numbers, p.numbers.MinSize().Height)
	put(p.bar, 0, h+p.kit.Unit(Space1), size.Width, bar)
}
