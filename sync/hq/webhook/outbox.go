package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// The kinds of deliveries.
const (
	KindRedeemed    = "redeemed"     // goods were handed over
	KindUndone      = "undone"       // a handover was taken back
	KindOrderStatus = "order-status" // an order became arrived, cancelled, refunded...
	KindAfterSale   = "after-sale"   // the leader registered an after-sale
	KindMissing     = "missing"      // goods are missing or damaged
	KindSentBack    = "sent-back"    // goods go back to the merchant
	KindReminder    = "reminder"     // the customer is to be reminded
	KindInvoice     = "invoice"      // the customer wants an invoice
	KindCaseOpened  = "case-opened"  // a person must look into something
	KindCaseDecided = "case-decided" // a person did
	KindDayClosed   = "day-closed"   // a terminal's day was closed
	KindTest        = "test"         // somebody tries the hook; sent whatever it hears of
)

// Kinds are those that a hook can hear of.
func Kinds() []string {
	return []string{KindRedeemed, KindUndone, KindOrderStatus, KindAfterSale, KindMissing, KindSentBack, KindReminder, KindInvoice, KindCaseOpened, KindCaseDecided, KindDayClosed}
}

// body is what is sent.
type body struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // HQ's clock
	Data      data      `json:"data"`
}

// data has what a kind has to say.
type data struct {
	Point    kiosk.PointID    `json:"point,omitempty"`
	Order    kiosk.OrderID    `json:"order,omitempty"`
	Status   kiosk.Status     `json:"status,omitempty"`
	Terminal kiosk.TerminalID `json:"terminal,omitempty"`
	Seq      uint64           `json:"seq,omitempty"`
	Event    kiosk.EventID    `json:"event,omitzero"`
	Lines    []line           `json:"lines,omitempty"`
	Request  uint64           `json:"request,omitempty"`
	Case     uint64           `json:"case,omitempty"`
	CaseKind string           `json:"case_kind,omitempty"`
}

// line is one of an order's lines, and how many of it the event handed over.
type line struct {
	Line   kiosk.LineID `json:"line"`
	Handed int          `json:"handed"`
}

// news is a fact as hooks have it.
type news struct {
	kind string
	name string // what makes it one of its kind
	data data
	// order has its lines, for hooks of one supplier.
	order kiosk.Order
	at    time.Time
}

// Observe implements hq.Observer: it queues what hooks want to hear of.
func (h *Hooks) Observe(tx hq.Tx, f hq.Fact) error {
	hooks := *h.known.Load()
	if len(hooks) == 0 {
		return nil
	}
	n, ok := newsOf(f)
	if !ok {
		return nil
	}
	for _, k := range hooks {
		if k.Point != "" && k.Point != n.data.Point || len(k.Kinds) > 0 && !slices.Contains(k.Kinds, n.kind) {
			continue
		}
		d := n.data
		if k.Supplier != "" {
			if n.order.ID == "" && d.Order != "" {
				rec, _, err := tx.Order(d.Point, d.Order)
				if err != nil {
					return err
				}
				n.order = rec.Order
			}
			own := suppliedBy(n.order, k.Supplier)
			if len(own) == 0 {
				continue
			}
			d.Lines = slices.DeleteFunc(slices.Clone(d.Lines), func(l line) bool { return !own[l.Line] })
			if len(n.data.Lines) > 0 && len(d.Lines) == 0 {
				continue
			}
		}
		if err := h.queue(tx, k.ID, n.kind, n.name, d, n.at); err != nil {
			return err
		}
	}
	return nil
}

func suppliedBy(o kiosk.Order, supplier string) map[kiosk.LineID]bool {
	own := map[kiosk.LineID]bool{}
	for _, l := range o.Lines {
		if l.Supplier == supplier {
			own[l.ID] = true
		}
	}
	return own
}

func newsOf(f hq.Fact) (n news, ok bool) {
	switch f := f.(type) {
	case hq.EventSettled:
		return settled(f)
	case hq.OrderPut:
		o := f.New.Order
		if f.Old.Order.ID == "" || f.Old.Order.Status == o.Status {
			return n, false
		}
		return news{kind: KindOrderStatus, name: fmt.Sprint(o.Point, "\x00", o.ID, "\x00", o.Version), order: o,
			data: data{Point: o.Point, Order: o.ID, Status: o.Status}}, true
	case hq.RequestAdded:
		r := f.Request
		kind := map[kiosk.EventType]string{
			kiosk.TypeReminderAsked: KindReminder, kiosk.TypeInvoiceRequested: KindInvoice, kiosk.TypeAfterSaleRegistered: KindAfterSale,
			kiosk.TypeSentBack: KindSentBack, kiosk.TypeMissingReported: KindMissing,
		}[r.Type]
		return news{kind: kind, name: fmt.Sprint(r.Terminal, "\x00", r.Seq), at: r.At,
			data: data{Point: r.Point, Order: r.Order, Terminal: r.Terminal, Seq: r.Seq, Event: r.Event, Request: r.Number}}, kind != ""
	case hq.CaseOpened:
		return aboutCase(KindCaseOpened, f.Case, f.Case.At), true
	case hq.DecisionMade:
		return aboutCase(KindCaseDecided, f.Case, f.Case.Decisions[len(f.Case.Decisions)-1].At), true
	}
	return n, false
}

func settled(f hq.EventSettled) (n news, ok bool) {
	if f.Stored.Receipt.Settlement != kiosk.SettledAccepted {
		return n, false // what came of it is a case
	}
	s := f.Stored
	n = news{name: fmt.Sprint(s.Terminal, "\x00", s.Seq), order: f.New.Order, at: s.At, data: data{
		Point: s.Point, Order: f.New.Order.ID, Status: f.New.Order.Status, Terminal: s.Terminal, Seq: s.Seq, Event: f.Event.ID,
	}}
	switch b := f.Event.Body.(type) {
	case kiosk.Redeemed:
		n.kind = KindRedeemed
		for _, l := range b.Lines {
			n.data.Lines = append(n.data.Lines, line{l.Line, l.Handed})
		}
	case kiosk.RedemptionUndone:
		n.kind = KindUndone
	case kiosk.DayClosed:
		n.kind = KindDayClosed
	}
	return n, n.kind != ""
}

func aboutCase(kind string, c hq.Case, at time.Time) news {
	return news{kind: kind, name: fmt.Sprint(c.Number, "\x00", len(c.Decisions)), at: at, data: data{
		Point: c.Point, Order: c.Order, Terminal: c.Terminal, Seq: c.Seq, Event: c.Event, Case: c.Number, CaseKind: c.Kind,
	}}
}

// delivery is something to be sent.
type delivery struct {
	ID       string        `cbor:"1,keyasint"`
	Kind     string        `cbor:"2,keyasint"`
	Order    kiosk.OrderID `cbor:"3,keyasint,omitempty"`
	Body     []byte        `cbor:"4,keyasint"`
	Created  int64         `cbor:"5,keyasint"` // Unix time in ms
	Attempts int           `cbor:"6,keyasint,omitempty"`
	Last     string        `cbor:"7,keyasint,omitempty"` // why the last try failed
	// Place keeps the order of deliveries that are due at the same time.
	Place string `cbor:"8,keyasint"`
}

// queue puts a delivery into the transaction that it tells of.
func (h *Hooks) queue(tx hq.Tx, hook, kind, name string, d data, at time.Time) error {
	now := h.Now()
	if at.IsZero() {
		at = now
	}
	raw, err := json.Marshal(body{kind, at.UTC(), d})
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{hook, kind, name}, "\x00")))
	v := delivery{ID: "msg_" + hex.EncodeToString(sum[:16]), Kind: kind, Order: d.Order, Body: raw, Created: now.UnixMilli()}
	v.Place = fmt.Sprintf("%013d%012d", v.Created, h.number.Add(1)%1e12)
	return putDoc(tx, dueIn, dueKey(hook, v.Created, v), v)
}

func dueKey(hook string, at int64, v delivery) string {
	return fmt.Sprintf("%s/%013d/%s/%s", hook, at, v.Place, v.ID)
}
