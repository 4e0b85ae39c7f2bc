package receipt

import (
	"time"

	"hexiao/kiosk"
)

// DayClose is a leader's end of a day (日结): the day in figures.
type DayClose struct {
	Head
	Day time.Time // any time of it, in the point's zone

	Orders      int // handed out, wholly or in part
	Units       int // handed out
	Alone       int // handovers that customers made alone
	Confirmed   int // handovers that a leader made or confirmed
	Undone      int // handovers taken back
	Short       int // units that were missing
	Damaged     int // units that were damaged
	Refunds     int // registered after-sales cases, with Refunded fen
	Refunded    kiosk.Fen
	Returned    int // units back to the merchant
	Received    int // consignments signed for
	Open        int // orders still to be collected
	Overdue     int // of them, past their time
	Payments    []Payment
	Commission  kiosk.Fen
	Counted     *kiosk.Fen // the till as it was counted; nil: not counted
	Conflicts   int        // handovers that HQ settled otherwise
	Reconciled  Reconciled
	Differences int    // with HQ, where Reconciled is Differs
	Note        string // what the leader noted
	Entry       uint64 // number of the journal's last entry
	JournalHead kiosk.Hash
	Provisional bool // printed before the day was closed
}

// Reconciled says how the day compares with HQ.
type Reconciled uint8

// How the day compares with HQ.
const (
	NotYet  Reconciled = iota // HQ could not be asked
	Agrees                    // entry by entry
	Differs                   // in so many entries
)

// DayCloseSlip is the slip of a day (日结单), signed by the leader. Of what seldom
// happens it says only what happened.
func DayCloseSlip(paper Paper, d DayClose, say Say) Slip {
	w := &writer{say: say, Slip: Slip{Paper: paper}}
	title := "receipt.day-close"
	if d.Provisional {
		title = "receipt.day-so-far"
	}
	w.begin(title, d.Head)
	w.field("receipt.day", d.Day.Format("2006-01-02"))
	w.field("receipt.by", w.say("receipt.leader", map[string]any{"ID": d.Leader}))
	w.add(Rule{Dashed: true},
		Columns{Left: w.word("receipt.orders"), Right: w.orders(d.Orders), Size: Large, Strong: true},
		Columns{Left: w.word("receipt.units-handed"), Right: w.units(d.Units)},
		Columns{Left: w.word("receipt.by-customer"), Right: w.orders(d.Alone)},
		Columns{Left: w.word("receipt.by-leader"), Right: w.orders(d.Confirmed)})
	w.some("receipt.undone", d.Undone, w.orders)
	w.some("receipt.missing", d.Short, w.units)
	w.some("receipt.broken", d.Damaged, w.units)
	if d.Refunds > 0 {
		w.field("receipt.refunds", w.orders(d.Refunds))
		w.field("receipt.refunded", w.money(d.Refunded))
	}
	w.some("receipt.returned", d.Returned, w.units)
	w.some("receipt.consignments", d.Received, w.orders)
	w.field("receipt.open", w.orders(d.Open))
	w.some("receipt.overdue", d.Overdue, w.orders)
	w.add(Rule{Dashed: true})
	w.payments(d.Payments)
	total, cash := kiosk.Fen(0), kiosk.Fen(0)
	for _, p := range d.Payments {
		total += p.Amount
		if p.Means == "cash" {
			cash += p.Amount
		}
	}
	w.add(Columns{Left: w.word("receipt.taken"), Right: w.money(total), Size: Large, Strong: true})
	if d.Counted != nil {
		w.field("receipt.counted", w.money(*d.Counted))
		if over := *d.Counted - cash; over != 0 {
			w.add(Columns{Left: w.word("receipt.cash-difference"), Right: w.money(over), Strong: true})
		}
	}
	w.field("receipt.commission", w.money(d.Commission))
	w.add(Rule{Dashed: true})
	switch d.Reconciled {
	case Agrees:
		w.add(Text{Text: w.word("receipt.agrees")})
	case Differs:
		w.add(Text{Text: w.say("receipt.differs", map[string]any{"N": d.Differences}), Strong: true})
	default:
		w.add(Text{Text: w.word("receipt.not-yet")})
	}
	w.some("receipt.conflicts", d.Conflicts, w.orders)
	if d.Note != "" {
		w.add(Text{Text: w.say("receipt.note", map[string]any{"Text": d.Note})})
	}
	if d.Entry > 0 {
		w.field("receipt.entry", w.say("receipt.entry-head", map[string]any{"Entry": d.Entry, "Head": d.JournalHead.String()[:8]}))
	}
	w.add(Signature{w.word("receipt.sign-leader")}, Space{16})
	return w.Slip
}

// some adds a row for what happened at all.
func (w *writer) some(id string, n int, write func(int) string) {
	if n != 0 {
		w.field(id, write(n))
	}
}

func (w *writer) orders(n int) string { return w.say("receipt.times", map[string]any{"Times": n}) }
