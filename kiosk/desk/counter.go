package desk

import (
	"strconv"
	"unicode"
	"unicode/utf8"

	"hexiao/kiosk"
)

// What a leader does on Counter.
const (
	TapSearch  Action = "search" // type what to look for
	PickFilter Action = "filter" // list orders; item: a Filter
	PickOrder  Action = "order"  // open an order; item: its id
	PickFrom   Action = "from"   // list others; item: how many come before them
	PickPage   Action = "page"   // the list was turned to a page; item: its number, from 0
)

// CounterMode is what Counter shows.
type CounterMode string

// The modes.
const (
	CounterToday  CounterMode = "today"  // figures and the chart
	CounterList   CounterMode = "list"   // the orders of a filter, or those that were found
	CounterTyping CounterMode = "typing" // what to look for is being typed
)

// CounterLeaf is how many entries [CounterState] has at the most: the window turns
// pages within them, and asks for those before and after.
const CounterLeaf = 40

// maxSearch bounds what is typed, in characters.
const maxSearch = 40

// CounterState is the screen.
type CounterState struct {
	Mode    CounterMode
	Filter  Filter
	Text    string // what was typed
	Entries []Entry
	From    int // entries before the first of them
	Page    int // that the window turned to, of those that it makes of Entries
	Total   int // that were found
}

// More reports how many entries come after those that are shown.
func (s CounterState) More() int { return max(0, s.Total-s.From-len(s.Entries)) }

// counter is what a leader looks at.
type counter struct {
	mode   CounterMode
	filter Filter
	text   string
	from   int
	page   int
}

func (d *Desk) openCounter(at kiosk.Moment) {
	d.counter = counter{mode: CounterToday}
	d.open(Counter, at, 0)
}

func (d *Desk) tapCounter(a Action, at kiosk.Moment) {
	d.forgetJobs()
	c := &d.counter
	switch a {
	case TapSearch:
		c.mode, c.from, c.page = CounterTyping, 0, 0
	case TapBack:
		*c = counter{mode: CounterToday}
	case TapErase:
		if c.mode == CounterTyping && c.text != "" {
			_, n := utf8.DecodeLastRuneInString(c.text)
			c.text = c.text[:len(c.text)-n]
		}
	case TapClear:
		if c.mode == CounterTyping {
			c.text = ""
		}
	case TapEnter:
		d.enterSearch(at)
	}
}

// enterSearch shows what was found; the only order that was opens at once.
func (d *Desk) enterSearch(at kiosk.Moment) {
	c := &d.counter
	if c.mode != CounterTyping {
		return
	}
	if c.text == "" {
		*c = counter{mode: CounterToday}
		return
	}
	c.mode = CounterList
	if f := d.find(at); f.Total == 1 {
		d.openOrder(f.Entries[0].ID, at)
	}
}

func (d *Desk) pickCounter(a Action, item string, at kiosk.Moment) {
	d.forgetJobs()
	c := &d.counter
	switch a {
	case PickFilter:
		switch f := Filter(item); f {
		case FilterToCollect, FilterCollected, FilterOverdue, FilterReported, FilterAll:
			*c = counter{mode: CounterList, filter: f}
		}
	case PickFrom:
		if n, err := strconv.Atoi(item); err == nil && c.mode == CounterList && n >= 0 && n < d.find(at).Total {
			c.from, c.page = n, 0
		}
	case PickPage:
		if n, err := strconv.Atoi(item); err == nil && c.mode == CounterList && n >= 0 && n < CounterLeaf+2 {
			c.page = n
		}
	case PickOrder:
		d.openOrder(kiosk.OrderID(item), at)
	}
}

// typeSearch begins a search, or goes on with it.
func (d *Desk) typeSearch(r rune) {
	c := &d.counter
	if !d.leader.in() || d.o.Books == nil || !unicode.IsPrint(r) {
		return
	}
	if c.mode != CounterTyping {
		if r == ' ' {
			return
		}
		*c = counter{mode: CounterTyping}
	}
	d.sound(SoundKey)
	if utf8.RuneCountInString(c.text) < maxSearch {
		c.text += string(r)
	}
}

// find asks the books, which keep their last answer for as long as it holds.
func (d *Desk) find(at kiosk.Moment) Found {
	c := &d.counter
	if d.o.Books == nil || c.mode != CounterList && c.text == "" {
		return Found{}
	}
	q := Query{Text: c.text, Filter: c.filter, Limit: c.from + CounterLeaf}
	if c.text != "" {
		q.Filter = FilterAll
	}
	return d.o.Books.Find(q, at)
}

func (d *Desk) counterState(at kiosk.Moment) CounterState {
	c := &d.counter
	f := d.find(at)
	if c.from >= f.Total { // others collected them meanwhile
		c.from = max(0, (f.Total-1)/CounterLeaf*CounterLeaf)
	}
	s := CounterState{Mode: c.mode, Filter: c.filter, Text: c.text, From: c.from, Page: c.page, Total: f.Total}
	for _, e := range f.Entries[min(c.from, len(f.Entries)):] {
		s.Entries = append(s.Entries, d.inZoneEntry(e))
	}
	return s
}

// inZoneEntry brings the times of an entry to the point's zone.
func (d *Desk) inZoneEntry(e Entry) Entry {
	e.Collected, e.CollectBy, e.RemindedAt = d.inZone(e.Collected), d.inZone(e.CollectBy), d.inZone(e.RemindedAt)
	return e
}
