package tally

import (
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// An undo counts on its own day, and takes its handover from the day that had it; a
// return is for units that went out; of a terminal's ends of a day the last counts.
func TestWhichDayIsWhat(t *testing.T) {
	w := newWorld(t)
	w.rebuild()
	w.addPoint("P1", kiosk.Policy{})
	w.importOrders("P1", order("A"), order("B"))
	d := w.enrol("P1")
	a := d.accepted(kiosk.Redeemed{Order: "A", Lines: handed(3, 2), Method: kiosk.MethodAlone})
	lines := handed(2, 2)
	lines[0].Short = 1
	d.accepted(kiosk.Redeemed{Order: "B", Lines: lines, Method: kiosk.MethodLeader, By: "L1"})
	d.accepted(kiosk.AfterSaleRegistered{Order: "B", Kind: kiosk.AfterSaleReturn, Lines: []kiosk.Units{{Line: "1", Units: 1}}, Reason: kiosk.ReasonUnwanted, By: "L1"})
	d.accepted(kiosk.DayClosed{Day: today, By: "L1", Counted: 1})
	last := w.now.Add(time.Hour)
	w.now = last
	d.accepted(kiosk.DayClosed{Day: today, By: "L1", Counted: 2})
	w.now = w.now.AddDate(0, 0, 1)
	d.accepted(kiosk.RedemptionUndone{Order: "A", Redemption: a, By: "L1"})
	p, err := w.tally.PointDay(ctx(), w.hq, "P1", today)
	w.must(err)
	if p.Undone != 0 || p.Handovers != 1 || p.Value != 2*1285+2*2990 || p.Deducted != 1285 || p.Returned != 1 {
		t.Errorf("%+v", p.Counts)
	}
	if len(p.Ends) != 1 || p.Ends[0].Counted != 2 || !p.Ends[0].Heard.Equal(last) {
		t.Errorf("ends %+v", p.Ends)
	}
	if p, err = w.tally.PointDay(ctx(), w.hq, "P1", "2026-11-24"); err != nil || p.Undone != 1 || p.Handovers != 0 {
		t.Errorf("the next day %+v, %v", p.Counts, err)
	}
}

// late looks at a time before the count came by.
type late struct{ hq.Tx }

func (late) Peek(hq.DocKey) ([]byte, bool, error) { return nil, false, nil }

// What seems not to be counted yet is asked for once more, when the count stands
// still.
func TestProgressIsAskedAgain(t *testing.T) {
	w := newWorld(t)
	w.tally.complete.Store(false)
	w.must(w.hq.Update(ctx(), func(tx hq.Tx) error {
		w.must(w.tally.codec.save(tx, place(inProgress, "", only), progress{Stage: countEvents}, false))
		for _, c := range []struct {
			fact hq.Fact
			want stage
		}{{hq.RequestAdded{}, countOrders}, {hq.CaseOpened{}, countEvents}} { // nobody counts requests
			if p, err := w.tally.progress(late{tx}, []hq.Fact{c.fact}); err != nil || p.Stage != c.want {
				t.Errorf("%T: the count is at stage %d, %v; want %d", c.fact, p.Stage, err, c.want)
			}
		}
		return nil
	}))
}

// An event that HQ had not seen when it was counted past is counted when it comes.
func TestAnEventThatComesBehindTheCount(t *testing.T) {
	w := newWorld(t)
	w.tally.page = 1
	w.addPoint("P1", kiosk.Policy{})
	d := w.enrol("P1")
	d.records(kiosk.Moment{Wall: w.now}, kiosk.GoodsReceived{Consignment: "C1", By: "L1", Lines: []kiosk.ReceivedLine{{Product: "鲜牛奶", Expected: 5, Good: 5}}})
	seen := kiosk.Batch{Terminal: d.id, Records: d.ready}
	hidden := kiosk.Batch{Terminal: d.id, Records: []kiosk.Record{{Epoch: 1, Seq: 1, Withheld: seen.Head().Hash}}}
	_, err := w.hq.Push(ctx(), hidden)
	w.must(err)
	at := func() (p progress) {
		w.must(w.hq.View(ctx(), func(tx hq.Tx) (err error) { p, err = w.tally.progress(tx, nil); return err }))
		return p
	}
	for at().Seq != 1 {
		if at().Stage > countEvents {
			t.Fatal("the event was never counted past")
		}
		w.must(w.tally.countPage(ctx(), w.hq))
	}
	_, err = w.hq.Push(ctx(), seen)
	w.must(err)
	w.rebuild()
	if p, err := w.tally.PointDay(ctx(), w.hq, "P1", today); err != nil || p.Received != 5 || p.Cases != 1 {
		t.Errorf("%+v, %v", p.Counts, err)
	}
}
