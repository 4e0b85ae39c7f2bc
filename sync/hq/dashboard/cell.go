package dashboard

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/daybook"
)

// kind says what a cell holds, and so how it is aligned, sorted and loaded.
type kind uint8

const (
	kindText kind = iota
	kindWhole
	kindMoney // in fen
	kindShare // in thousandths
	kindTime
)

// Tones of a cell and of a mark in it.
const (
	toneGood  = "good"
	toneWarn  = "warn"
	toneBad   = "bad"
	tonePlain = "plain"
)

// cell is a place in a table.
type cell struct {
	kind  kind
	Text  string // as shown, and of a text as sorted and loaded
	n     int64
	at    time.Time
	Href  string // where it leads
	Tone  string // how it is marked; empty: it is not
	Share int    // of a bar from 0 to 100
	Bar   bool
}

func text(s string) cell { return cell{Text: s} }

func whole[N int | int64 | uint64](n N) cell {
	return cell{kind: kindWhole, n: int64(n), Text: strconv.FormatInt(int64(n), 10)} // #nosec G115 -- counts and sequences, far below 2^63
}

func money(f kiosk.Fen) cell { return cell{kind: kindMoney, n: int64(f), Text: f.String()} }

// share is a part of a whole as a percentage; empty where there is nothing to divide.
func share[N int | int64 | uint64](part, of N) cell {
	if of == 0 {
		return cell{kind: kindShare, n: -1}
	}
	n := int64(part) * 1000 / int64(of) // #nosec G115 -- counts
	return cell{kind: kindShare, n: n, Text: strconv.FormatInt(n/10, 10) + "." + strconv.FormatInt(n%10, 10) + "%"}
}

// bar shows a share as a bar besides.
func (c cell) bar() cell {
	c.Bar, c.Share = c.n >= 0, int(min(100, max(0, c.n/10)))
	return c
}

// moment is a time in a zone; nothing for the zero one.
func (q *request) moment(t time.Time, zone *time.Location) cell {
	c := cell{kind: kindTime, at: t}
	if !t.IsZero() {
		c.Text = clockOf(t, q.now(), zone)
		c.at = t.In(zone)
	}
	return c
}

// ago is how long ago a time was; it is sorted and loaded as the time.
func (q *request) ago(t time.Time) cell {
	c := q.moment(t, q.zone())
	if !t.IsZero() {
		c.Text = q.t("span.ago", q.span(q.now().Sub(t)))
	}
	return c
}

func (c cell) to(href string) cell   { c.Href = href; return c }
func (c cell) mark(tone string) cell { c.Tone = tone; return c }

// Right reports whether the cell stands at the right, as numbers do.
func (c cell) Right() bool { return c.kind == kindWhole || c.kind == kindMoney || c.kind == kindShare }

// compare orders cells of a column.
func (c cell) compare(o cell) int {
	switch c.kind {
	case kindText:
		return cmp.Or(strings.Compare(strings.ToLower(c.Text), strings.ToLower(o.Text)), strings.Compare(c.Text, o.Text))
	case kindTime:
		return c.at.Compare(o.at)
	}
	return cmp.Compare(c.n, o.n)
}

// loaded is the cell as it goes into a file.
func (c cell) loaded() daybook.Cell {
	switch c.kind {
	case kindWhole:
		return daybook.Cell{Number: c.n, Kind: daybook.Whole}
	case kindMoney:
		return daybook.Cell{Number: c.n, Kind: daybook.Money}
	case kindTime:
		if c.at.IsZero() {
			return daybook.Cell{}
		}
		return daybook.Cell{Text: c.at.Format("2006-01-02 15:04:05")}
	}
	return daybook.Cell{Text: c.Text}
}
