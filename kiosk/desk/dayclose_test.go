package desk_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

const today kiosk.Day = "2026-03-02"

// newDay is a shop after a day's work: one order collected alone, one paid in cash
// at the leader's hand.
func newDay(t *testing.T) *shop {
	t.Helper()
	s := newShop(t, func(p *kiosk.Point) { p.Policy.CommissionRate = 350 })
	s.scan(1)
	s.tap(desk.TapDone)
	s.signIn(leaderPIN)
	s.scan(2)
	s.tap(desk.TapCash, desk.TapDone)
	s.tap(desk.TapDayClose)
	return s
}

func TestDayCloseSumsTheDay(t *testing.T) {
	s := newDay(t)
	d := s.on(desk.DayClose).DayClose
	want := kiosk.DayTotals{Orders: 2, Units: 6, Alone: 1, Value: 9120, Cash: 1280, Commission: 319}
	if diff := cmp.Diff(want, d.Totals); diff != "" {
		t.Error(diff)
	}
	if !d.Known || d.NoDay || d.Day != today || !d.Today || d.Rate != 350 || d.Settled != 0 || d.Pending == 0 || d.Differ != 0 || !d.MayClose {
		t.Errorf("%+v", d)
	}
	if d.Head.Seq != s.ledger.Status().Head {
		t.Errorf("the journal's head is %d", d.Head.Seq)
	}
}

func TestDayCloseAgainstTheDrawer(t *testing.T) {
	s := newDay(t)
	if s.tap(desk.TapCloseDay).DayClose.Step != desk.DayCash {
		t.Fatal("it does not ask for the cash")
	}
	s.tap(desk.TapEnter)
	if s.state().DayClose.Step != desk.DayCash {
		t.Error("nothing was typed and it goes on")
	}
	s.keys("0x1")
	s.keys("2000")
	if d := s.tap(desk.TapErase).DayClose; d.Counted != 1200 || d.Difference() != -80 || d.Digits != "1200" {
		t.Errorf("%+v", d)
	}
	before := s.Pads()
	s.keys("690")
	s.TakeBack(before)
	if d := s.state().DayClose; d.Counted != 1200 {
		t.Errorf("a scanner counted the drawer: %s", d.Counted)
	}
	head := s.ledger.Status().Head
	d := s.tap(desk.TapEnter).DayClose
	if d.Step != desk.DayConfirm || d.Counted != 1200 {
		t.Fatalf("%+v", d)
	}
	if s.ledger.Status().Head != head {
		t.Fatal("closed without a confirmation")
	}
	s.tap(desk.TapConfirm)
	want := kiosk.DayClosed{Day: today, Totals: d.Totals, Head: d.Head, Pending: uint64(d.Pending), Counted: 1200, By: "L1"}
	if diff := cmp.Diff(want, s.last()); diff != "" {
		t.Error(diff)
	}
	if d := s.state().DayClose; d.Step != desk.DayDone || d.Closed == nil || d.Closed.By != "李团长" || d.Closed.Pending != d.Pending-1 || d.Closed.Since != 0 {
		t.Errorf("%+v", d)
	}
}

func TestDayCloseTypesNoMoreThanMoneyCanBe(t *testing.T) {
	s := newDay(t)
	s.tap(desk.TapCloseDay)
	if d := s.keys("00123456789012").DayClose; d.Digits != "123456789" {
		t.Errorf("typed %q", d.Digits)
	}
	if d := s.tap(desk.TapClear, desk.TapErase).DayClose; d.Digits != "" {
		t.Errorf("typed %q", d.Digits)
	}
	if s.tap(desk.TapBack).DayClose.Step != desk.DayOverview {
		t.Error("one does not get back")
	}
	s.tap(desk.TapCloseDay, desk.TapCashFits)
	if d := s.state().DayClose; d.Step != desk.DayConfirm || d.Counted != 1280 || d.Difference() != 0 {
		t.Errorf("%+v", d)
	}
	if s.tap(desk.TapBack).DayClose.Step != desk.DayCash {
		t.Error("one does not get back to the drawer")
	}
}

// Closing does not wait for HQ, and a later close completes it.
func TestDayCloseIsCompletedLater(t *testing.T) {
	s := newDay(t)
	pending := s.state().DayClose.Pending
	s.tap(desk.TapCloseDay, desk.TapCashFits, desk.TapConfirm, desk.TapDone)
	s.scan(3)
	s.tap(desk.TapDone)
	s.tap(desk.TapSignOut)
	s.signIn(leaderPIN) // changes nothing of what the day came to
	s.ledger.Settle(s.ledger.Status().Head)
	d := s.tap(desk.TapDayClose).DayClose
	if d.Closed == nil || d.Closed.Pending != pending || d.Closed.Since != 1 || d.Pending != 0 || d.Differ != 0 {
		t.Fatalf("%+v, closed %+v", d, d.Closed)
	}
	s.tap(desk.TapCloseDay, desk.TapCashFits, desk.TapConfirm)
	if b, ok := s.last().(kiosk.DayClosed); !ok || b.Pending != 0 || b.Totals.Orders != 3 {
		t.Errorf("%+v", s.last())
	}
}

func TestDayCloseComparesEntryByEntry(t *testing.T) {
	s := newDay(t)
	handed := s.ledger.Events()[0]
	s.ledger.Settle(2, kiosk.Receipt{Seq: handed.Seq, Event: handed.ID, Settlement: kiosk.SettledLateRevoked})
	s.wait(6 * time.Second)
	d := s.pick(desk.PickEntries, desk.WordDiffers).DayClose
	if d.Step != desk.DayEntries || d.Differ != 1 || d.Settled != 1 || len(d.Rows) != 1 {
		t.Fatalf("%+v", d)
	}
	want := desk.DayRow{
		At: handed.At.Wall, Seq: handed.Seq, What: kiosk.TypeRedeemed, PickupNumber: "2-001", Units: 3, Value: 4560, Settled: kiosk.SettledLateRevoked,
	}
	if diff := cmp.Diff(want, d.Rows[0]); diff != "" {
		t.Error(diff)
	}
	d = s.pick(desk.PickEntries, desk.WordPending).DayClose
	if len(d.Rows) != d.Pending || d.Rows[0].Seq < d.Rows[len(d.Rows)-1].Seq {
		t.Errorf("%d rows of %d pending", len(d.Rows), d.Pending)
	}
	if s.pick(desk.PickEntries, "bogus").DayClose.Word != desk.WordPending {
		t.Error("a word that is none was taken")
	}
	if s.tap(desk.TapBack).DayClose.Step != desk.DayOverview {
		t.Error("one does not get back")
	}
	s.tap(desk.TapCloseDay, desk.TapCashFits, desk.TapConfirm)
	if b, ok := s.last().(kiosk.DayClosed); !ok || b.Differ != 1 {
		t.Errorf("%+v", s.last())
	}
}

// Whoever forgot to close a day is told on the next, and closes it then.
func TestDayCloseTellsOfADayThatNobodyClosed(t *testing.T) {
	s := newDay(t)
	s.wait(24 * time.Hour)
	s.signIn(leaderPIN)
	d := s.tap(desk.TapDayClose).DayClose
	if d.Day != "2026-03-03" || d.Earlier != today || d.Totals.Orders != 0 {
		t.Fatalf("%+v", d)
	}
	s.pick(desk.PickDay, "2026-03-01") // has nothing to close
	d = s.pick(desk.PickDay, today).DayClose
	if d.Day != today || d.Today || d.Totals.Orders != 2 {
		t.Fatalf("%+v", d)
	}
	s.tap(desk.TapCloseDay, desk.TapCashFits, desk.TapConfirm)
	if b, ok := s.last().(kiosk.DayClosed); !ok || b.Day != today || b.Totals.Orders != 2 {
		t.Errorf("%+v", s.last())
	}
	if d := s.tap(desk.TapDone).DayClose; d.Day != "2026-03-03" || d.Earlier != "" {
		t.Errorf("%+v", d)
	}
	if d := s.pick(desk.PickDay, today).DayClose; d.Day != "2026-03-03" {
		t.Errorf("%+v", d)
	}
}

// A day without money in the drawer is closed without counting it.
func TestDayCloseOfAQuietDay(t *testing.T) {
	s := newShop(t)
	s.signIn(leaderPIN)
	s.tap(desk.TapDayClose, desk.TapCloseDay)
	if d := s.state().DayClose; d.Step != desk.DayConfirm {
		t.Fatalf("%+v", d)
	}
	if s.tap(desk.TapBack).DayClose.Step != desk.DayOverview {
		t.Error("one does not get back")
	}
	s.tap(desk.TapCloseDay, desk.TapConfirm)
	if b, ok := s.last().(kiosk.DayClosed); !ok || b.Counted != 0 {
		t.Errorf("%+v", s.last())
	}
}

func TestDayCloseIsTheLeaders(t *testing.T) {
	s := newDay(t)
	s.tap(desk.TapSignOut)
	s.signIn(staffPIN)
	s.tap(desk.TapDayClose)
	before := s.ledger.Status().Head
	d := s.tap(desk.TapCloseDay).DayClose
	if d.MayClose || d.Step != desk.DayOverview || d.Refusal != desk.RefusedRole {
		t.Errorf("%+v", d)
	}
	s.tap(desk.TapConfirm, desk.TapExportDay)
	if s.ledger.Status().Head != before || len(s.jobs) != 0 {
		t.Error("staff closed the day, or took it away")
	}
	s.tap(desk.TapPrintClose)
	if len(s.jobs) != 1 {
		t.Error("staff may print it")
	}
}

func TestDayCloseExportsAndPrints(t *testing.T) {
	s := newDay(t)
	s.tap(desk.TapExportDay, desk.TapPrintClose)
	if len(s.jobs) != 2 || s.jobs[0].Kind != desk.JobExportDay || s.jobs[0].Day != today || s.jobs[0].By != "L1" ||
		s.jobs[1].Kind != desk.JobPrint || s.jobs[1].Slip != desk.SlipDayClose || s.jobs[1].Day != today {
		t.Errorf("%+v", s.jobs)
	}
}

// Where no clock tells the day, nobody closes one.
func TestDayCloseSaysThatTheDayIsNotKnown(t *testing.T) {
	s := newDay(t)
	at := s.now()
	at.Clock, at.Mono = kiosk.ClockSuspect, at.Mono+time.Second
	before := s.ledger.Status().Head
	for _, a := range []desk.Action{desk.TapDayClose, desk.TapCloseDay, desk.TapConfirm, desk.TapExportDay} {
		s.Tap(a, at)
	}
	if d := s.State(at).DayClose; !d.NoDay || d.Step != desk.DayOverview {
		t.Errorf("%+v", d)
	}
	if s.ledger.Status().Head != before || len(s.jobs) != 0 {
		t.Error("something was done on a day that nobody knows")
	}
	at.HQ = kiosk.HQClock{Known: true, Offset: 48 * time.Hour}
	s.Tap(desk.TapDayClose, at)
	if d := s.State(at).DayClose; d.NoDay || d.Day != "2026-03-04" {
		t.Errorf("HQ's clock tells %q", d.Day)
	}
}

func TestDayCloseWhenTheStoreFails(t *testing.T) {
	s := newDay(t)
	s.tap(desk.TapCloseDay, desk.TapCashFits)
	s.ledger.SetFault(errPlug)
	s.tap(desk.TapConfirm)
	s.on(desk.OutOfOrder)
}

// Stand-alone there is no HQ to compare with.
func TestDayCloseAlone(t *testing.T) {
	s := newDay(t)
	s.Link(false, true)
	if d := s.state().DayClose; !d.Alone {
		t.Errorf("%+v", d)
	}
}
