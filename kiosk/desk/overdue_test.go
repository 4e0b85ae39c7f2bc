package desk_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// late lets an order's time run out so long before the tests begin.
func late(by time.Duration) func(*kiosk.Order) {
	return func(o *kiosk.Order) { o.CollectBy = kiosktest.Start().Add(-by) }
}

// newOverdue is a shop with two orders that nobody came for.
func newOverdue(t *testing.T) *shop {
	t.Helper()
	s := newShop(t)
	s.ledger.PutOrder(kiosktest.Order(11, late(26*time.Hour), kiosktest.Customer("欧阳锋", "13800003302")))
	s.ledger.PutOrder(kiosktest.Order(12, late(80*time.Hour), kiosktest.Customer("张伟", "13800000417")))
	s.signIn(leaderPIN)
	s.tap(desk.TapOverdue)
	return s
}

func (s *shop) reminded() (ids []kiosk.OrderID) {
	for _, e := range s.ledger.Events() {
		if b, ok := e.Body.(kiosk.ReminderAsked); ok {
			ids = append(ids, b.Order)
		}
	}
	return ids
}

func TestOverdueListsThoseThatWaitLongestFirst(t *testing.T) {
	s := newOverdue(t)
	o := s.on(desk.Overdue).Overdue
	if !o.Known || o.Total != 2 || len(o.Rows) != 2 || o.Rows[0].ID != kiosktest.OrderID(12) {
		t.Fatalf("%+v", o)
	}
	want := desk.OverdueRow{
		ID: kiosktest.OrderID(12), PickupNumber: "13-012", Shelf: "A-1", Customer: kiosk.Masked{Name: "张*", Tail: "0417"},
		Products: []string{milk, tomatoes}, Left: 3, Value: 4560, CollectBy: kiosktest.Start().Add(-80 * time.Hour),
	}
	if diff := cmp.Diff(want, o.Rows[0]); diff != "" {
		t.Error(diff)
	}
}

func TestOverdueRemindsOnceADay(t *testing.T) {
	s := newOverdue(t)
	s.pick(desk.PickOverdue, kiosktest.OrderID(12))
	if o := s.tap(desk.TapRemind).Overdue; o.Notice != desk.OverdueReminded || !o.Open.Today || o.Open.Reminders != 1 {
		t.Fatalf("%+v", o)
	}
	if o := s.tap(desk.TapRemind).Overdue; o.Notice != desk.OverdueToday || len(s.reminded()) != 1 {
		t.Errorf("reminded twice on one day: %+v", o.Notice)
	}
	s.tap(desk.TapBack, desk.TapRemindAll)
	if got := s.reminded(); len(got) != 2 || got[1] != kiosktest.OrderID(11) {
		t.Errorf("reminded %v", got)
	}
	if o := s.tap(desk.TapRemindAll).Overdue; o.Notice != desk.OverdueNobody || len(s.reminded()) != 2 {
		t.Errorf("%+v", o.Notice)
	}
	s.wait(24 * time.Hour)
	s.signIn(leaderPIN)
	s.tap(desk.TapOverdue, desk.TapRemindAll)
	if o := s.state().Overdue; o.Notice != desk.OverdueReminded || o.Reminded != 2 || len(s.reminded()) != 4 {
		t.Errorf("the next day: %+v", o)
	}
}

// Where the clocks tell no day, 24 hours are one.
func TestOverdueRemindsOnceADayByADoubtfulClock(t *testing.T) {
	s := newOverdue(t)
	s.pick(desk.PickOverdue, kiosktest.OrderID(12))
	s.tap(desk.TapRemind)
	doubtful := s.now()
	doubtful.Clock, doubtful.Mono = kiosk.ClockSuspect, doubtful.Mono+time.Second
	s.Tap(desk.TapRemind, doubtful)
	if len(s.reminded()) != 1 {
		t.Error("reminded twice")
	}
}

// Many reminders are recorded in parts: a customer's scan comes between.
func TestOverdueRemindsManyInParts(t *testing.T) {
	s := newOverdue(t)
	for n := range 50 {
		s.ledger.PutOrder(kiosktest.Order(100+n, late(time.Hour+time.Duration(n)*time.Minute)))
	}
	s.tap(desk.TapOverdue)
	if o := s.tap(desk.TapRemindAll).Overdue; o.Done != 20 || o.Of != 52 || len(s.reminded()) != 20 {
		t.Fatalf("%d of %d", o.Done, o.Of)
	}
	s.tap(desk.TapRemindAll) // once more changes nothing
	s.scan(1)
	s.on(desk.Accepted)
	s.tap(desk.TapSignOut) // they were asked for, and go on
	s.wait(time.Second)
	s.wait(time.Second)
	seen := map[kiosk.OrderID]bool{}
	for _, id := range s.reminded() {
		seen[id] = true
	}
	if len(seen) != 52 || len(s.reminded()) != 52 {
		t.Errorf("%d orders in %d reminders", len(seen), len(s.reminded()))
	}
	if b, ok := s.last().(kiosk.ReminderAsked); !ok || b.By != "L1" {
		t.Errorf("%+v", s.last())
	}
}

func TestOverdueRemindersStopWhenTheStoreFails(t *testing.T) {
	s := newOverdue(t)
	s.ledger.SetFault(errPlug)
	s.tap(desk.TapRemindAll)
	s.on(desk.OutOfOrder)
	s.ledger.SetFault(nil)
	s.wait(time.Second)
	if len(s.reminded()) != 0 {
		t.Error("reminders go on by themselves")
	}
}

func TestOverdueSendsBackWhatIsLeft(t *testing.T) {
	s := newOverdue(t)
	s.pick(desk.PickOverdue, kiosktest.OrderID(12))
	if o := s.tap(desk.TapSendBack).Overdue; o.Step != desk.OverdueSendBack || len(o.Lines) != 2 || len(s.events()) != 0 {
		t.Fatalf("%+v", o)
	}
	if s.tap(desk.TapBack).Overdue.Step != desk.OverdueOrder {
		t.Error("one cannot think again")
	}
	o := s.tap(desk.TapSendBack, desk.TapConfirm).Overdue
	if o.Step != desk.OverdueList || o.Notice != desk.OverdueReturned || o.Total != 1 {
		t.Errorf("%+v", o)
	}
	want := kiosk.SentBack{
		Order: kiosktest.OrderID(12), Reason: kiosk.ReasonOverdue, By: "L1", Lines: []kiosk.Units{{Line: "1", Units: 2}, {Line: "2", Units: 1}},
	}
	if diff := cmp.Diff(want, s.last()); diff != "" {
		t.Error(diff)
	}
}

func TestOverdueLeavesReturnsToTheLeader(t *testing.T) {
	s := newOverdue(t)
	s.tap(desk.TapSignOut)
	s.signIn(staffPIN)
	s.tap(desk.TapOverdue)
	s.pick(desk.PickOverdue, kiosktest.OrderID(12))
	o := s.tap(desk.TapSendBack, desk.TapConfirm).Overdue
	if o.MayBack || o.Refusal != desk.RefusedRole || len(s.events()) != 0 {
		t.Errorf("%+v", o)
	}
	if o := s.tap(desk.TapRemind).Overdue; o.Notice != desk.OverdueReminded {
		t.Errorf("staff may remind: %+v", o)
	}
}

// Somebody collects what the screen shows as overdue.
func TestOverdueNoticesThatAnOrderIsNotOverdueAnyMore(t *testing.T) {
	s := newOverdue(t)
	s.pick(desk.PickOverdue, kiosktest.OrderID(11))
	s.tap(desk.TapSendBack)
	s.ledger.RemoveOrder(kiosktest.OrderID(11))
	if o := s.tap(desk.TapConfirm).Overdue; o.Step != desk.OverdueList || o.Notice != desk.OverdueSettled || len(s.events()) != 0 {
		t.Errorf("%+v", o)
	}
	s.pick(desk.PickOverdue, kiosktest.OrderID(12))
	s.ledger.RemoveOrder(kiosktest.OrderID(12))
	s.wait(6 * time.Second)
	if o := s.state().Overdue; o.Step != desk.OverdueList || o.Notice != desk.OverdueSettled || o.Total != 0 {
		t.Errorf("%+v", o)
	}
	if s.pick(desk.PickOverdue, kiosktest.OrderID(1)).Overdue.Step != desk.OverdueList {
		t.Error("an order that is not overdue was opened")
	}
}

// More than the screen can show are counted and reminded all the same.
func TestOverdueShowsTheFirstOfVeryMany(t *testing.T) {
	s := newOverdue(t)
	for n := range 300 {
		s.ledger.PutOrder(kiosktest.Order(100+n, late(time.Hour+time.Duration(n)*time.Minute)))
	}
	s.tap(desk.TapOverdue)
	o := s.state().Overdue
	if o.Total != 302 || len(o.Rows) != 200 || fmt.Sprint(o.Rows[0].ID) != fmt.Sprint(kiosktest.OrderID(12)) {
		t.Errorf("%d of %d", len(o.Rows), o.Total)
	}
}
