package desk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// newConflict is a shop where HQ settled a handover otherwise: another terminal
// was first.
func newConflict(t *testing.T) (*shop, kiosk.Event) {
	t.Helper()
	s := newShop(t)
	s.scan(1)
	all := s.ledger.Events()
	handed := all[len(all)-1]
	s.tap(desk.TapDone)
	s.scan(3)
	s.tap(desk.TapDone)
	s.ledger.Settle(uint64(len(s.ledger.Events())), kiosk.Receipt{
		Seq: handed.Seq, Event: handed.ID, Settlement: kiosk.SettledConflict,
		Against: []kiosk.Redemption{{
			Source: kiosk.Source{Event: kiosk.EventID{9}, Terminal: "P001-2", Seq: 4, At: kiosktest.Start().Add(-time.Hour)},
			Lines:  []kiosk.Handed{{Line: "1", Handed: 2}}, Method: kiosk.MethodAlone,
		}},
	})
	s.signIn(leaderPIN)
	s.tap(desk.TapConflicts)
	return s, handed
}

func TestConflictsShowBothSides(t *testing.T) {
	s, handed := newConflict(t)
	c := s.on(desk.Conflicts).Conflicts
	if !c.Known || c.Failed || len(c.Rows) != 1 || !c.MayNote {
		t.Fatalf("%+v", c)
	}
	if s.pick(desk.PickConflict, "nothing").Conflicts.Step != desk.ConflictsList {
		t.Error("a conflict that is none was opened")
	}
	c = s.pick(desk.PickConflict, handed.ID).Conflicts
	want := desk.ConflictRow{
		Event: handed.ID, Seq: handed.Seq, What: kiosk.TypeRedeemed, At: handed.At.Wall, Terminal: kiosktest.TerminalID, Units: 3,
		Settled: kiosk.SettledConflict, Order: kiosktest.OrderID(1), PickupNumber: "2-001", Customer: kiosk.Masked{Name: "张*", Tail: "0417"},
		Products: []string{milk, tomatoes}, Value: 4560,
		Against: []desk.ConflictSide{{At: kiosktest.Start().Add(-time.Hour), Terminal: "P001-2", Units: 2}}, Open: true,
	}
	if diff := cmp.Diff(want, c.Open); diff != "" || c.Step != desk.ConflictsOpen {
		t.Error(diff)
	}
}

func TestConflictsAreNoted(t *testing.T) {
	s, handed := newConflict(t)
	s.pick(desk.PickConflict, handed.ID)
	if s.tap(desk.TapNote).Conflicts.Step != desk.ConflictsNote {
		t.Fatal("it does not ask")
	}
	before := len(s.events())
	s.pick(desk.PickNote, "none of the prepared ones")
	if len(s.events()) != before {
		t.Error("a note that is none was recorded")
	}
	c := s.pick(desk.PickNote, "came-back").Conflicts
	if c.Step != desk.ConflictsOpen || !c.Noted || len(c.Open.Notes) != 1 || c.Open.Notes[0].Text != "came-back" || c.Open.Notes[0].By != "李团长" {
		t.Fatalf("%+v", c)
	}
	s.tap(desk.TapNote, desk.TapWriteNote)
	s.keys(" 明天 BACK\x07")
	s.tap(desk.TapErase)
	if c := s.state().Conflicts; c.Draft != "明天 BAC" {
		t.Errorf("the draft is %q", c.Draft)
	}
	s.tap(desk.TapEnter)
	want := kiosk.ConflictNoted{Event: handed.ID, Note: "明天 BAC", By: "L1"}
	if diff := cmp.Diff(want, s.last()); diff != "" {
		t.Error(diff)
	}
	s.tap(desk.TapNote, desk.TapWriteNote, desk.TapEnter)
	if len(s.events()) != before+2 {
		t.Error("an empty note was recorded")
	}
	s.keys(strings.Repeat("x", 500))
	if n := len(s.state().Conflicts.Draft); n != 120 {
		t.Errorf("a note of %d characters", n)
	}
	s.tap(desk.TapClear)
	if s.state().Conflicts.Draft != "" {
		t.Error("not cleared")
	}
	for _, step := range []desk.ConflictsStep{desk.ConflictsNote, desk.ConflictsOpen, desk.ConflictsList} {
		if got := s.tap(desk.TapBack).Conflicts.Step; got != step {
			t.Errorf("back leads to %q, want %q", got, step)
		}
	}
}

func TestConflictsAreTheLeadersToNote(t *testing.T) {
	s, handed := newConflict(t)
	s.tap(desk.TapSignOut)
	s.signIn(staffPIN)
	s.tap(desk.TapConflicts)
	s.pick(desk.PickConflict, handed.ID)
	if c := s.tap(desk.TapNote).Conflicts; c.MayNote || c.Step != desk.ConflictsOpen || c.Refusal != desk.RefusedRole {
		t.Errorf("%+v", c)
	}
}

func TestConflictsKeepNothingWhenTheStoreFails(t *testing.T) {
	s, handed := newConflict(t)
	s.pick(desk.PickConflict, handed.ID)
	s.tap(desk.TapNote)
	s.ledger.SetFault(errPlug)
	s.pick(desk.PickNote, "came-back")
	s.on(desk.OutOfOrder)
}

// What a scanner types into the window is no note.
func TestConflictsTakeBackWhatAScannerTyped(t *testing.T) {
	s, handed := newConflict(t)
	s.pick(desk.PickConflict, handed.ID)
	s.tap(desk.TapNote, desk.TapWriteNote)
	s.keys("MILK")
	before := s.Pads()
	s.keys("K7Q2")
	s.TakeBack(before)
	if c := s.state().Conflicts; c.Draft != "MILK" {
		t.Errorf("the draft is %q", c.Draft)
	}
}

// brokenBooks cannot be read.
type brokenBooks struct{ desk.Books }

func (brokenBooks) Tally(kiosk.Moment) desk.Tally             { return desk.Tally{Known: true} }
func (brokenBooks) Conflicts() ([]desk.Conflict, error)       { return nil, errors.New("no") }
func (brokenBooks) DayBook(kiosk.Day) (desk.DayBook, error)   { return desk.DayBook{}, errors.New("no") }
func (brokenBooks) Consignments() []desk.Consignment          { return nil }
func (brokenBooks) Find(desk.Query, kiosk.Moment) desk.Found  { return desk.Found{} }
func (brokenBooks) File(kiosk.OrderID) (f desk.File, ok bool) { return f, false }

// closedBooks are still being opened.
type closedBooks struct{ brokenBooks }

func (closedBooks) Tally(kiosk.Moment) desk.Tally { return desk.Tally{} }

func shopWith(t *testing.T, b desk.Books) *shop {
	t.Helper()
	point := kiosktest.Point()
	point.Leaders[0].PINHash = leaderPIN
	s := &shop{t: t, ledger: kiosktest.NewMemory(point)}
	s.Desk = desk.New(desk.Options{
		Ledger: s.ledger, Terminal: kiosktest.TerminalID, Reveal: kiosktest.Reveal, Books: b,
		CheckPIN: func(hash, pin string) bool { return hash != "" && hash == pin },
	})
	s.signIn(leaderPIN)
	return s
}

func TestBooksThatCannotBeReadAreToldOf(t *testing.T) {
	s := shopWith(t, brokenBooks{})
	if c := s.tap(desk.TapConflicts).Conflicts; !c.Failed || !c.Known {
		t.Errorf("%+v", c)
	}
	if d := s.tap(desk.TapDayClose).DayClose; !d.Failed || !d.Known {
		t.Errorf("%+v", d)
	}
	s.tap(desk.TapCloseDay, desk.TapConfirm)
	if len(s.events()) != 0 {
		t.Errorf("recorded %v", s.events())
	}
}

func TestBooksThatAreBeingOpenedAreToldOf(t *testing.T) {
	s := shopWith(t, closedBooks{})
	for _, a := range []desk.Action{desk.TapReceive, desk.TapOverdue, desk.TapConflicts, desk.TapDayClose} {
		state := s.tap(a, desk.TapRemindAll, desk.TapCloseDay, desk.TapSign)
		if state.Receive.Known || state.Overdue.Known || state.Conflicts.Known || state.DayClose.Known {
			t.Errorf("%s shows what nobody knows yet", a)
		}
		s.keys("12")
		s.pick(desk.PickDelivery, "C1")
		s.pick(desk.PickOverdue, "O1")
		s.pick(desk.PickConflict, "E1")
		s.pick(desk.PickDay, "2026-03-01")
	}
	if len(s.events()) != 0 {
		t.Errorf("recorded %v", s.events())
	}
}
