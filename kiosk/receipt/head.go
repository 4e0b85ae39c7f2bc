package receipt

import (
	"strings"
	"time"

	"hexiao/kiosk"
)

// maxLines is how many entries of a list are printed.
const maxLines = 200

// Head is what every slip says of itself.
type Head struct {
	Point     string // name of the pickup point
	Terminal  kiosk.TerminalID
	At        time.Time     // in the point's zone: it is printed as it is
	Uncertain bool          // the clock was not to be trusted
	Event     kiosk.EventID // the entry in the journal that it tells of; zero: none
	Leader    string        // id of whoever did it; empty: the customer alone
	Reprint   bool          // printed before
}

// writer collects the blocks of a slip.
type writer struct {
	say Say
	Slip
}

func (w *writer) add(blocks ...Block) { w.Blocks = append(w.Blocks, blocks...) }

func (w *writer) word(id string) string { return w.say(id, nil) }

// field adds a row with a label, unless there is nothing to say.
func (w *writer) field(id, value string) {
	if value != "" {
		w.add(Columns{Left: w.word(id), Right: value})
	}
}

// units writes a number of pieces.
func (w *writer) units(n int) string { return w.say("receipt.units", map[string]any{"N": n}) }

func (w *writer) money(f kiosk.Fen) string {
	sign := ""
	if f < 0 {
		sign = "-"
	}
	amount := f.String()
	return sign + w.say("receipt.money", map[string]any{"Yuan": amount[len(sign):]})
}

// begin writes the title and what is the same on every slip.
func (w *writer) begin(title string, h Head) {
	text := w.word(title)
	if h.Reprint {
		text = w.say("receipt.reprint", map[string]any{"Title": text})
	}
	w.add(Heading{text}, Text{Text: h.Point, Strong: true, Center: true}, Rule{})
	at := h.At.Format("2006-01-02 15:04")
	if h.Uncertain {
		at = w.say("receipt.uncertain", map[string]any{"Time": at})
	}
	w.field("receipt.time", at)
	w.field("receipt.terminal", string(h.Terminal))
	if !h.Event.IsZero() {
		w.field("receipt.event", h.Event.String()[:8])
	}
}

// list writes the entries of a list, and how many it leaves out.
func list[E any](w *writer, entries []E, write func(E)) {
	for _, e := range entries[:min(len(entries), maxLines)] {
		write(e)
	}
	if more := len(entries) - maxLines; more > 0 {
		w.add(Text{Text: w.say("receipt.more", map[string]any{"N": more}), Center: true})
	}
}

// named joins a product and its specification, whose parts (1.5 kg) stay together.
func named(product, spec string) string {
	return strings.TrimSpace(product + " " + strings.ReplaceAll(strings.TrimSpace(spec), " ", string(nbsp)))
}

// exceptions writes below a line what was not as it should be, in units.
func (w *writer) exceptions(short, damaged, surplus int, reason string) {
	var parts []string
	for _, e := range []struct {
		id string
		n  int
	}{{"receipt.short", short}, {"receipt.damaged", damaged}, {"receipt.surplus", surplus}} {
		if e.n != 0 {
			parts = append(parts, w.say(e.id, map[string]any{"Units": e.n}))
		}
	}
	if reason != "" {
		parts = append(parts, reason)
	}
	if len(parts) > 0 {
		w.add(Text{Text: strings.Join(parts, " · "), Size: Small, Strong: true})
	}
}
