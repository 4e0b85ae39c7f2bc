package books

import (
	"encoding/binary"
	"slices"
	"unicode/utf8"

	"hexiao/kiosk"
)

// record is what is kept of an order.
type record struct {
	id          kiosk.OrderID
	pickup      string
	lines       []line
	handed      []handover // those that stand
	undone      []kiosk.EventID
	keys        []uint32 // blind indexes of the name's pinyin
	due         int64    // collect by, in Unix milliseconds; 0: no end
	expected    int64    // when the goods should be here, likewise
	consignment uint32   // among set.consignments; 0: none
	generation  uint32
	at          int32 // its place in set.list
	name        uint32
	surname     rune // 0: not known
	tail        [4]byte
	reports     uint8 // open ones, 255 for more
	named       bool  // there is a blind index of the name
	left        bool  // something is still to be handed over
	here        bool  // arrived by HQ's word
	coming      bool  // arrives by a signature
	gone        bool  // cancelled, refunded
	back        bool  // went back to the merchant
	contested   bool  // some of its handovers contradict each other
}

// line is a line of an order.
type line struct {
	id       uint32 // among set.texts
	goods    uint32 // among set.goods
	quantity int32
	price    kiosk.Fen // of a unit
}

// handover is one that stands, for today's figures.
type handover struct {
	day    int32 // days since 1970 in the point's zone; noDay
	hour   uint8
	flawed bool // with short or damaged units
	at     int64
}

// noDay is the day of what happened by a clock that told nothing.
const noDay = -1 << 31

// draft is a record before its texts have their numbers and its handovers their
// days: what can be made of an order without the lock.
type draft struct {
	record
	order kiosk.Order
	state kiosk.OrderState
}

// record makes the record of an order; the caller holds the lock.
func (x *Index) record(o kiosk.Order, s kiosk.OrderState, point kiosk.PointID) *record {
	return x.interned(x.prepared(o, s, point))
}

// prepared makes what needs no lock: most of the time goes into Reveal.
func (x *Index) prepared(o kiosk.Order, s kiosk.OrderState, point kiosk.PointID) draft {
	r := record{id: o.ID, pickup: o.PickupNumber, left: kiosk.Remaining(o, s) != nil, back: len(s.Returns) > 0, contested: len(s.Disputes) > 0}
	if point == "" || o.Point == point {
		r.here = o.Status == kiosk.StatusArrived
		r.coming = o.Status == kiosk.StatusPaid || o.Status == kiosk.StatusShipped
	}
	r.gone = o.Status == kiosk.StatusCancelled || o.Status == kiosk.StatusRefunded
	if !o.CollectBy.IsZero() {
		r.due = o.CollectBy.UnixMilli()
	}
	if !o.ExpectedAt.IsZero() {
		r.expected = o.ExpectedAt.UnixMilli()
	}
	r.reports = uint8(min(len(s.OpenReports()), 255))
	for _, standing := range s.Standing() {
		h := handover{day: noDay, at: standing.At.UnixMilli()}
		for _, l := range standing.Lines {
			h.flawed = h.flawed || l.Short > 0 || l.Damaged > 0
		}
		r.handed = append(r.handed, h)
	}
	for _, redemption := range s.Redemptions {
		if redemption.Undone != nil {
			r.undone = append(r.undone, redemption.Event)
		}
	}
	masked := x.o.Reveal(o)
	if first, _ := utf8.DecodeRuneInString(masked.Name); first != utf8.RuneError {
		r.surname = first
	}
	copy(r.tail[:], masked.Tail)
	if len(o.NameIndex) >= 4 {
		r.name, r.named = binary.BigEndian.Uint32(o.NameIndex), true
	}
	for _, key := range o.NameKeys {
		if len(key) >= 4 {
			r.keys = append(r.keys, binary.BigEndian.Uint32(key))
		}
	}
	r.keys, r.handed = slices.Clip(r.keys), slices.Clip(r.handed)
	return draft{record: r, order: o, state: s}
}

// date gives the handovers their days. Those by a doubtful clock have HQ's time
// if the journal has it; the caller holds the lock.
func (x *Index) date(d *draft) {
	for i, standing := range d.state.Standing() {
		at := standing.At
		if standing.Doubt {
			var told bool
			if at, told = x.past.told(standing.Event); !told {
				continue
			}
		}
		h := &d.handed[i]
		local := at.In(x.zone)
		h.day, h.hour = dayNumber(local), uint8(local.Hour())
	}
}

// interned gives the texts of a draft their numbers; the caller holds the lock.
func (x *Index) interned(d draft) *record {
	x.date(&d)
	r, o := d.record, d.order
	if o.Consignment != "" {
		r.consignment = x.set.consignment(o.Consignment)
	}
	r.lines = make([]line, len(o.Lines))
	for i, l := range o.Lines {
		r.lines[i] = line{
			id: x.set.text(string(l.ID)), goods: x.set.goodsOf(l), quantity: int32(l.Quantity),
			price: l.UnitPrice,
		}
	}
	return &r
}
