package look

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Choice is a row of Choices.
type Choice struct {
	Icon    string // stands in for a picture; may be empty
	Title   string
	Note    string // below the title, quieter
	Tag     string // a word on a coloured ground
	Ground  Role   // of the tag: BrandSoft, Wait or Refuse
	Right   string // a quantity or a price
	Ticked  *bool  // a box with a tick or without; nil: no box
	Chevron bool   // there is more behind it
	Tapped  func() // on Fyne's goroutine; nil: the row cannot be tapped
}

// same says whether two rows look the same.
func (c Choice) same(d Choice) bool {
	if (c.Ticked == nil) != (d.Ticked == nil) || c.Ticked != nil && *c.Ticked != *d.Ticked {
		return false
	}
	return c.Icon == d.Icon && c.Title == d.Title && c.Note == d.Note && c.Tag == d.Tag && c.Ground == d.Ground &&
		c.Right == d.Right && c.Chevron == d.Chevron && (c.Tapped == nil) == (d.Tapped == nil)
}

// Choices is a card with rows to tap. Rows that do not fit go to further pages,
// as in a List. Every row is measured, which takes a fifth of a millisecond: a
// few hundred are what a person turns pages through.
type Choices struct {
	part
	items  []Choice
	page   int
	turned func(page int)
}

// Choices returns a card with rows to tap.
func (k *Kit) Choices(items []Choice) *Choices {
	c := &Choices{part: part{kit: k}, items: slices.Clone(items)}
	c.ExtendBaseWidget(c)
	return c
}

// At opens a page, counted from 0 (the last one if there are not so many), and
// has turned called when somebody turns to another. It is for screens that are
// built anew while one is turning pages. It returns the card.
func (c *Choices) At(page int, turned func(page int)) *Choices {
	c.page, c.turned = max(0, page), turned
	return c
}

// Set shows other rows on the page that is up. Nothing is drawn again if they
// look the same; a tap goes to the new ones all the same.
func (c *Choices) Set(items []Choice) {
	same := slices.EqualFunc(items, c.items, Choice.same)
	if c.items = slices.Clone(items); !same {
		c.changed()
	}
}

// HeightFor returns the height with all rows on one page.
func (c *Choices) HeightFor(width float32) float32 {
	_, total := c.heights(width)
	return total + 2*c.kit.Unit(Space1)
}

// leastChoice is the height of the lowest row, in units of the drawing.
const leastChoice = 84

func (c *Choices) rowHeight(i int, width float32) float32 {
	k := c.kit
	return max(k.Target(leastChoice), heightFor(c.row(i), width-2*k.Unit(Space1)))
}

// row builds what a row shows.
func (c *Choices) row(i int) fyne.CanvasObject {
	k, it := c.kit, c.items[i]
	var shares []Share
	if it.Ticked != nil {
		shares = append(shares, Share{Object: k.tick(*it.Ticked)})
	}
	if it.Icon != "" {
		shares = append(shares, Share{Object: k.thumb(it.Icon)})
	}
	title := k.Text(it.Title, Style{Size: 30, Role: Ink})
	note := k.Text(it.Note, Style{Size: TextSmall, Role: Muted})
	shares = append(shares, Share{Object: k.Middle(0, title, note), Weight: 1})
	if it.Tag != "" {
		shares = append(shares, Share{Object: k.tag(it.Tag, it.Ground)})
	}
	if it.Right != "" {
		shares = append(shares, Share{Object: k.Text(it.Right, Style{Size: TextLead, Role: Ink, Bold: true, OneLine: true})})
	}
	if it.Chevron {
		shares = append(shares, Share{Object: k.level(k.Icon("chevron-right", Muted, 36))})
	}
	return k.Pad(Space3, Space1, k.Row(Space3, shares...))
}

// tick is a box with a tick or without.
func (k *Kit) tick(on bool) fyne.CanvasObject {
	icon := k.Icon("square", Muted, 48)
	if on {
		icon = k.Icon("square-check", Brand, 48)
	}
	return k.level(icon)
}

// CreateRenderer is for Fyne.
func (c *Choices) CreateRenderer() fyne.WidgetRenderer {
	return &sketch{owner: c, part: &c.part, draw: c.draw, least: func() fyne.Size { return fyne.NewSize(0, c.kit.Target(leastChoice)+2*c.kit.Unit(Space1)) }}
}

func (c *Choices) draw(size fyne.Size) []fyne.CanvasObject {
	k := c.kit
	inset := k.Unit(Space1)
	out := []fyne.CanvasObject{put(k.Box(Surface, CornerLarge, true), 0, 0, size.Width, size.Height)}
	room, width := size.Height-2*inset, size.Width
	heights, total := c.heights(width)
	pages, pager := []span{{0, len(c.items)}}, fyne.CanvasObject(nil)
	turn := func(to int) {
		c.page = to
		c.changed()
		if c.turned != nil {
			c.turned(to)
		}
	}
	switch low := k.pagerHeight(); {
	case total <= room+1:
	case room-low >= k.Target(leastChoice):
		pages = spans(heights, room-low, func(int) bool { return false })
		c.page = min(c.page, len(pages)-1)
		pager = put(k.pager(c.page, len(pages), turn), 2*inset, size.Height-low-inset, size.Width-4*inset, low-inset)
	default: // hardly higher than a row: the keys stand beside it
		key := k.Target(0)
		width -= 2*key + 3*inset
		heights, _ = c.heights(width)
		pages = spans(heights, room, func(int) bool { return false })
		c.page = min(c.page, len(pages)-1)
		keys := k.turners(c.page, len(pages), turn)
		pager = put(k.Row(Space1, keys[0], keys[1]), width, (size.Height-key)/2, 2*key+inset, key)
	}
	c.page = min(c.page, len(pages)-1)
	y, side := inset, k.Unit(Space4)
	var rows []fyne.CanvasObject // above all rules, which would cut the ring of a row in focus
	for i := pages[c.page].from; i < pages[c.page].to; i++ {
		if i > pages[c.page].from {
			rule := canvas.NewRectangle(k.Colour(Line))
			out = append(out, put(rule, side, y, width-2*side, k.Stroke(2)))
		}
		row := k.target(c.items[i].Title, targetBox{fill: Surface, corner: CornerSmall, bare: true}, c.row(i), c.tap(i))
		rows = append(rows, put(row, inset, y, width-2*inset, heights[i]))
		y += heights[i]
	}
	out = append(out, rows...)
	if pager != nil {
		out = append(out, pager)
	}
	return out
}

// heights returns the height of every row at a width, and of all.
func (c *Choices) heights(width float32) (each []float32, total float32) {
	each = make([]float32, len(c.items))
	for i := range c.items {
		each[i] = c.rowHeight(i, width)
		total += each[i]
	}
	return each, total
}

// tap calls what the row that stands there now has to call.
func (c *Choices) tap(i int) func() {
	if c.items[i].Tapped == nil {
		return nil
	}
	return func() {
		if i < len(c.items) && c.items[i].Tapped != nil {
			c.items[i].Tapped()
		}
	}
}
