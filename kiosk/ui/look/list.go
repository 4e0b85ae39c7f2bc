package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Item is a row of a List: a product with its quantity, or a heading over those
// that follow.
type Item struct {
	Icon     string // stands in for the product's picture; empty for a heading
	Title    string
	Note     string // below the title, quieter
	Tag      string // a word on a coloured ground
	Ground   Role   // of the tag: BrandSoft, Wait or Refuse
	Quantity string
}

// List is a card with rows. Rows that do not fit go to further pages: scrolling
// by finger is not discovered by everyone, and a button is.
type List struct {
	widget.BaseWidget
	kit   *Kit
	items []Item
	page  int
}

// List returns a list of items.
func (k *Kit) List(items []Item) *List {
	l := &List{kit: k, items: items}
	l.ExtendBaseWidget(l)
	return l
}

// HeightFor returns the height with all rows on one page.
func (l *List) HeightFor(width float32) float32 {
	h := 2 * l.inset()
	for _, it := range l.items {
		h += l.rowHeight(it, width)
	}
	return h
}

func (l *List) inset() float32 { return l.kit.Unit(Space1) }

func (l *List) rowHeight(it Item, width float32) float32 {
	least := l.kit.Unit(88)
	if it.Icon == "" {
		least = l.kit.Unit(64)
	}
	return max(least, heightFor(l.row(it), width-2*l.kit.Unit(Space4))+l.kit.Unit(Space2))
}

// row builds what a row shows.
func (l *List) row(it Item) fyne.CanvasObject {
	k := l.kit
	title := k.Text(it.Title, Style{Size: 30, Role: Ink, Bold: it.Icon == ""})
	words := k.Column(0, title, k.Text(it.Note, Style{Size: TextSmall, Role: Muted}))
	var shares []Share
	if it.Icon != "" {
		shares = append(shares, Share{Object: k.thumb(it.Icon)})
	}
	shares = append(shares, Share{Object: k.Middle(0, words), Weight: 1})
	if it.Tag != "" {
		shares = append(shares, Share{Object: k.tag(it.Tag, it.Ground)})
	}
	if it.Quantity != "" {
		shares = append(shares, Share{Object: k.Text(it.Quantity, Style{Size: 40, Role: Ink, Bold: true, OneLine: true})})
	}
	return k.Row(Space3, shares...)
}

// thumb stands in for a product's picture.
func (k *Kit) thumb(icon string) fyne.CanvasObject {
	return k.centred(k.Box(BrandSoft, 14, false), k.Unit(64), k.Icon(icon, Brand, 36))
}

// tag is a word on a ground that says how serious it is.
func (k *Kit) tag(words string, ground Role) fyne.CanvasObject {
	text := k.Text(words, Style{Size: TextSmall, Role: InkOn(ground), Bold: true, OneLine: true})
	return k.centred(k.Box(ground, 12, false), 0, k.Pad(Space2, 4, text))
}

// CreateRenderer is for Fyne.
func (l *List) CreateRenderer() fyne.WidgetRenderer { return &listRenderer{list: l} }

type listRenderer struct {
	list    *List
	objects []fyne.CanvasObject
	page    int // what the objects were made of; see textDrawn
	size    fyne.Size
}

// pages cuts the items into runs that fit the height; all in one if they do. A
// heading stays with what follows it.
func (l *List) pages(size fyne.Size) []span {
	if l.HeightFor(size.Width) <= size.Height+1 {
		return []span{{0, len(l.items)}}
	}
	heights := make([]float32, len(l.items))
	for i, it := range l.items {
		heights[i] = l.rowHeight(it, size.Width)
	}
	return spans(heights, size.Height-2*l.inset()-l.kit.pagerHeight(), func(i int) bool { return l.items[i].Icon == "" })
}

func (r *listRenderer) Layout(size fyne.Size) {
	l := r.list
	k := l.kit
	if r.objects != nil && r.page == l.page && r.size == size {
		return
	}
	card := k.Box(Surface, CornerLarge, true)
	card.Resize(size)
	r.objects = []fyne.CanvasObject{card}
	pages := l.pages(size)
	l.page = min(l.page, len(pages)-1)
	r.page, r.size = l.page, size
	x, y := k.Unit(Space4), l.inset()
	for i, it := range l.items[pages[l.page].from:pages[l.page].to] {
		h := l.rowHeight(it, size.Width)
		if i > 0 {
			rule := canvas.NewRectangle(k.Colour(Line))
			rule.Move(fyne.NewPos(x, y))
			rule.Resize(fyne.NewSize(size.Width-2*x, k.Stroke(2)))
			r.objects = append(r.objects, rule)
		}
		row := l.row(it)
		row.Move(fyne.NewPos(x, y))
		row.Resize(fyne.NewSize(size.Width-2*x, h))
		r.objects = append(r.objects, row)
		y += h
	}
	if len(pages) > 1 {
		r.addPager(len(pages), size)
	}
}

func (r *listRenderer) addPager(pages int, size fyne.Size) {
	l := r.list
	k := l.kit
	inset, high := k.Unit(Space1), k.pagerHeight()
	pager := k.pager(l.page, pages, func(to int) {
		l.page = to
		l.Refresh()
	})
	r.objects = append(r.objects, put(pager, 2*inset, size.Height-high-inset, size.Width-4*inset, high-inset))
}

func (r *listRenderer) MinSize() fyne.Size { return fyne.NewSize(0, r.list.kit.Unit(88)) }

func (r *listRenderer) Refresh() {
	r.Layout(r.list.Size())
	canvas.Refresh(r.list)
}

func (r *listRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *listRenderer) Destroy() {}
