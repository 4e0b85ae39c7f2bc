package look

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Bar is a column of a Chart.
type Bar struct {
	Label  string // below it, such as an hour
	Value  int    // not below 0
	Marked bool   // now: its label stands on a ground of its own
}

// Chart shows how many of something there were, hour by hour.
type Chart struct {
	part
	bars  []Bar
	words string
}

// Chart returns columns beside each other, each as high as its value. words is
// what to say when there is nothing to show.
func (k *Kit) Chart(bars []Bar, words string) *Chart {
	c := &Chart{part: part{kit: k}, bars: slices.Clone(bars), words: words}
	c.ExtendBaseWidget(c)
	return c
}

// Set shows other values. Nothing is drawn again if they are the same.
func (c *Chart) Set(bars []Bar) {
	if !slices.Equal(bars, c.bars) {
		c.bars = slices.Clone(bars)
		c.changed()
	}
}

// MinSize is for Fyne.
func (c *Chart) MinSize() fyne.Size {
	return fyne.NewSize(c.kit.TextSize(0)*8, c.kit.TextSize(TextSmall)*5)
}

// CreateRenderer is for Fyne.
func (c *Chart) CreateRenderer() fyne.WidgetRenderer {
	return &sketch{owner: c, part: &c.part, draw: c.draw, least: c.MinSize}
}

// most is the highest value.
func (c *Chart) most() int {
	m := 0
	for _, b := range c.bars {
		m = max(m, b.Value)
	}
	return m
}

func (c *Chart) draw(size fyne.Size) []fyne.CanvasObject {
	k, most := c.kit, c.most()
	if most == 0 {
		words := k.Text(c.words, Style{Size: TextBody, Role: Muted, Align: fyne.TextAlignCenter})
		h := words.HeightFor(size.Width)
		return []fyne.CanvasObject{put(words, 0, max(0, size.Height-h)/2, size.Width, h)}
	}
	line := k.TextSize(TextSmall) * 1.36
	foot := size.Height - line
	slot := size.Width / float32(len(c.bars))
	wide := min(slot*0.72, k.Unit(96))
	room := max(0, foot-line) // above the highest column stands its value
	all, told := c.valuesFit(slot), false
	var out []fyne.CanvasObject
	for i, b := range c.bars {
		if b.Value <= 0 {
			continue
		}
		high := max(k.Stroke(4), room*float32(b.Value)/float32(most))
		middle := (float32(i) + 0.5) * slot
		bar := k.Box(Brand, 0, false)
		bar.TopLeftCornerRadius = min(k.Unit(8), wide/2)
		bar.TopRightCornerRadius = bar.TopLeftCornerRadius
		out = append(out, put(bar, middle-wide/2, foot-high, wide, high))
		if value := c.value(i); all {
			out = append(out, put(value, middle-slot/2, foot-high-line, slot, line))
		} else if b.Value == most && !told {
			told = true
			w := value.Natural() + 2
			out = append(out, put(value, min(max(0, middle-w/2), size.Width-w), foot-high-line, w, line))
		}
	}
	rule := canvas.NewRectangle(k.Colour(Muted))
	out = append(out, put(rule, 0, foot-k.Stroke(2), size.Width, k.Stroke(2)))
	return append(out, c.labels(size, foot, line, slot)...)
}

// value is the number above a column.
func (c *Chart) value(i int) *Text {
	return c.kit.Text(Thousands(c.bars[i].Value), Style{Size: TextSmall, Role: Ink, Bold: true, Align: fyne.TextAlignCenter, OneLine: true})
}

// valuesFit says whether every column has room for its number; else only the
// highest has one: numbers above the low ones alone would mislead.
func (c *Chart) valuesFit(slot float32) bool {
	for i, b := range c.bars {
		if b.Value > 0 && c.value(i).Natural() > slot-2 {
			return false
		}
	}
	return true
}

// labels writes below the columns, as many of them as stand apart: every one,
// every second, every third. The marked one is always there, and others that
// would touch it are not.
func (c *Chart) labels(size fyne.Size, top, line, slot float32) []fyne.CanvasObject {
	k := c.kit
	air := k.Unit(Space2)
	texts := make([]*Text, len(c.bars))
	widest, marked := float32(0), -1
	for i, b := range c.bars {
		role := Muted
		if b.Marked {
			role, marked = Brand, i
		}
		texts[i] = k.Text(b.Label, Style{Size: TextSmall, Role: role, Bold: b.Marked, Align: fyne.TextAlignCenter, OneLine: true})
		widest = max(widest, texts[i].Natural())
	}
	every := 1
	for float32(every)*slot < widest+air && every < len(c.bars) {
		every++
	}
	var out []fyne.CanvasObject
	var taken []span32
	write := func(i int) {
		w := texts[i].Natural() + 2
		if i == marked {
			w += air
		}
		x := min(max(0, (float32(i)+0.5)*slot-w/2), size.Width-w)
		for _, t := range taken {
			if x < t.to+air/2 && t.from < x+w+air/2 {
				return
			}
		}
		taken = append(taken, span32{x, x + w})
		if i == marked {
			out = append(out, put(k.Box(BrandSoft, 8, false), x, top+k.Stroke(2), w, line-k.Stroke(2)))
		}
		out = append(out, put(texts[i], x, top, w, line))
	}
	if marked >= 0 {
		write(marked)
	}
	for i := 0; i < len(texts); i += every {
		if i != marked && texts[i].Words() != "" {
			write(i)
		}
	}
	return out
}

// span32 is a stretch of a line.
type span32 struct{ from, to float32 }
