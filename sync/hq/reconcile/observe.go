package reconcile

import (
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

const (
	// settleIn is how long after a close its day is reconciled: more may come.
	settleIn = 30 * time.Second
	// longAgo is from when on an event is of an earlier day in any time zone. One of the
	// day itself costs a push nothing: see [Runner].
	longAgo = 36 * time.Hour
)

// Watch is HQ's observer: it lists closes and signatures by what they are about,
// and puts days onto the queue.
type Watch struct{}

// Observe reads nothing but for what is rare.
func (w Watch) Observe(tx hq.Tx, f hq.Fact) error {
	switch f := f.(type) {
	case hq.EventSettled:
		return w.settled(tx, f)
	case hq.OrderPut:
		return w.decided(tx, f)
	}
	return nil
}

func (w Watch) settled(tx hq.Tx, f hq.EventSettled) error {
	e := f.Stored
	here := at{Terminal: e.Terminal, Seq: e.Seq, Day: e.Day}
	accepted := e.Receipt.Settlement == kiosk.SettledAccepted
	switch b := f.Event.Body.(type) {
	case kiosk.DayClosed:
		if !accepted || !valid(b.Day) {
			return nil
		}
		if err := hq.SaveDoc(tx, key(docClose, e.Point, string(b.Day), string(e.Terminal), number(e.Seq)), here); err != nil {
			return err
		}
		return due(tx, e.Point, b.Day, e.At)
	case kiosk.GoodsReceived:
		if !accepted {
			break
		}
		prefix := hashed(b.Consignment)
		err := below(tx, docSign, e.Point, prefix+"/", func(_ string, other at) error {
			if other.Day == e.Day {
				return nil
			}
			return due(tx, e.Point, other.Day, e.At) // what it lacked has come
		})
		if err != nil {
			return err
		}
		if err := hq.SaveDoc(tx, key(docSign, e.Point, prefix, string(e.Terminal), number(e.Seq)), here); err != nil {
			return err
		}
	case kiosk.RedemptionUndone:
		if r, ok := f.New.State.Redemption(b.Redemption); ok {
			if err := dueOf(tx, e.Point, r.Source, e.Day, e.At); err != nil {
				return err
			}
		}
	case kiosk.Redeemed, kiosk.PaymentCollected, kiosk.AfterSaleRegistered, kiosk.SentBack, nil:
	default:
		return nil
	}
	if e.Day < kiosk.Day(e.At.Add(-longAgo).UTC().Format(time.DateOnly)) {
		return due(tx, e.Point, e.Day, e.At)
	}
	return nil
}

// decided puts the days of handovers onto the queue whose dispute began or came
// to something else.
func (Watch) decided(tx hq.Tx, f hq.OrderPut) error {
	for _, d := range f.New.State.Disputes {
		was, known := f.Old.State.Dispute(d.Event)
		if known && was.Outcome == d.Outcome {
			continue
		}
		for _, r := range f.New.State.Redemptions {
			if r.Event != d.Event && !slices.Contains(d.Against, r.Event) {
				continue
			}
			if err := dueOf(tx, f.New.Order.Point, r.Source, "", time.Time{}); err != nil {
				return err
			}
		}
	}
	return nil
}

// dueOf puts the day of an event onto the queue, unless it is the one that is
// looked at anyway.
func dueOf(tx hq.Tx, point kiosk.PointID, s kiosk.Source, but kiosk.Day, now time.Time) error {
	e, ok, err := tx.Event(s.Terminal, s.Seq)
	if err != nil || !ok || e.Day == but || e.Day == "" {
		return err
	}
	return due(tx, point, e.Day, now)
}

func due(tx hq.Tx, point kiosk.PointID, day kiosk.Day, now time.Time) error {
	j := job{}
	if !now.IsZero() {
		j.Due = now.Add(settleIn)
	}
	return hq.SaveDoc(tx, key(docDue, point, string(day)), j)
}
