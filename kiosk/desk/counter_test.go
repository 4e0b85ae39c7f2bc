package desk_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

func TestALeaderLandsOnCounter(t *testing.T) {
	s := newShop(t)
	state := s.signIn(leaderPIN)
	if state.Screen != desk.Counter || state.Counter.Mode != desk.CounterToday || !state.Tally.Known || state.Tally.ToCollect != 4 {
		t.Fatalf("%s %+v %+v", state.Screen, state.Counter, state.Tally)
	}
	if s.tap(desk.TapCustomers); s.on(desk.Welcome).Leader == "" {
		t.Error("the customers' screen signed the leader out")
	}
	s.scan(1)
	s.on(desk.Accepted)
	s.tap(desk.TapDone)
	s.on(desk.Welcome) // it was the customers' screen that was open
	s.tap(desk.TapReceive)
	s.on(desk.Receive)
	if state := s.tap(desk.TapSignOut); state.Screen != desk.Welcome || state.Leader != "" {
		t.Errorf("signed out: %s, %q", state.Screen, state.Leader)
	}
	s.tap(desk.TapCounter)
	s.on(desk.Welcome)
}

// A customer is answered whatever the leader does, who then goes on where they were.
func TestAScanOnALeadersScreen(t *testing.T) {
	s := newShop(t)
	s.signIn(leaderPIN)
	s.pick(desk.PickFilter, desk.FilterToCollect)
	s.scan(1)
	s.on(desk.Accepted)
	if c := s.tap(desk.TapDone); c.Screen != desk.Counter || c.Counter.Mode != desk.CounterList || c.Counter.Total != 3 {
		t.Errorf("done leads to %s %+v", c.Screen, c.Counter)
	}
	s.pick(desk.PickOrder, kiosktest.OrderID(3))
	s.tap(desk.TapByLine)
	s.scan(1)
	s.on(desk.Refused)
	if o := s.wait(13 * time.Second); o.Screen != desk.OrderFile || o.Hand.Step != desk.HandCounts || o.Order.Order != kiosktest.OrderID(3) {
		t.Errorf("the answer's time leads to %s, %+v", o.Screen, o.Hand)
	}
	s.scan(2)
	s.on(desk.Held)
	if s.tap(desk.TapReject); s.on(desk.OrderFile).Leader == "" {
		t.Error("signed out by a rejection")
	}
}

// So is one whose code opens several orders, of which they may choose.
func TestAScanOfSeveralOrdersOnALeadersScreen(t *testing.T) {
	s := newShop(t)
	s.signIn(leaderPIN)
	s.open(1)
	s.scan(34)
	s.on(desk.Accepted)
	s.wait(13 * time.Second)
	s.on(desk.OrderFile)
}

func TestALeaderWhoGoesAwayIsSignedOut(t *testing.T) {
	s := newShop(t)
	s.open(1)
	s.wait(119 * time.Second)
	s.tap(desk.TapHistory)
	s.wait(119 * time.Second)
	s.on(desk.OrderFile)
	if state := s.wait(time.Second); state.Screen != desk.Welcome || state.Leader != "" || state.Order.Order != "" {
		t.Errorf("%s, %q, order %q", state.Screen, state.Leader, state.Order.Order)
	}
	s.signIn(leaderPIN)
	s.keys("zhang")
	s.scan(1)
	s.tap(desk.TapSignOut, desk.TapDone)
	if s.on(desk.Welcome); s.signIn(leaderPIN).Counter.Text != "" {
		t.Error("the next leader sees what the last one looked for")
	}
}

func TestSearch(t *testing.T) {
	s := newShop(t)
	s.signIn(leaderPIN)
	for text, want := range map[string]kiosk.OrderID{"0417": "HX00000001", "ZW": "HX00000001", "zhang wei": "HX00000001", "张伟": "HX00000001", "5-004": "HX00000004"} {
		c := s.keys(text).Counter
		if c.Mode != desk.CounterTyping || c.Text != text || c.Total != 1 || c.Entries[0].ID != want {
			t.Errorf("%q finds %+v", text, c)
		}
		if o := s.tap(desk.TapEnter); o.Screen != desk.OrderFile || o.Order.Order != want {
			t.Errorf("the only one is not opened: %s %q", o.Screen, o.Order.Order)
		}
		if c := s.tap(desk.TapBack).Counter; c.Mode != desk.CounterList || c.Text != text {
			t.Errorf("back from the order: %+v", c)
		}
		if c := s.tap(desk.TapBack).Counter; c.Mode != desk.CounterToday || c.Text != "" {
			t.Errorf("back from the search: %+v", c)
		}
	}
	s.tap(desk.TapSearch)
	if c := s.keys("番茄x").Counter; c.Total != 0 {
		t.Errorf("nothing is called that: %+v", c)
	}
	if c := s.tap(desk.TapErase).Counter; c.Text != "番茄" || c.Total != 5 {
		t.Errorf("%+v", c)
	}
	if c := s.tap(desk.TapEnter).Counter; c.Mode != desk.CounterList || c.Total != 5 || c.Filter != "" {
		t.Errorf("%+v", c)
	}
	s.keys(" ")
	if c := s.keys("\u0007x").Counter; c.Mode != desk.CounterTyping || c.Text != "x" {
		t.Errorf("a key begins another search: %+v", c)
	}
	s.tap(desk.TapClear)
	for range 50 {
		s.keys("长")
	}
	if c := s.state().Counter; len([]rune(c.Text)) != 40 {
		t.Errorf("%d characters", len([]rune(c.Text)))
	}
	s.tap(desk.TapClear)
	if c := s.tap(desk.TapErase, desk.TapEnter).Counter; c.Mode != desk.CounterToday {
		t.Errorf("nothing typed, entered: %+v", c)
	}
}

// A scanner that types into the window leaves the search as it was.
func TestAScannersKeysAreTakenBackFromTheSearch(t *testing.T) {
	s := newShop(t)
	s.signIn(leaderPIN)
	s.keys("张")
	before := s.Pads()
	s.keys("H1ABC234")
	s.TakeBack(before)
	if c := s.state().Counter; c.Text != "张" || c.Mode != desk.CounterTyping {
		t.Errorf("%+v", c)
	}
}

func TestAListIsGivenInLeaves(t *testing.T) {
	s := newShop(t)
	for n := 100; n < 190; n++ {
		s.ledger.PutOrder(kiosktest.Order(n))
	}
	s.signIn(leaderPIN)
	first := s.pick(desk.PickFilter, desk.FilterToCollect).Counter
	second := s.pick(desk.PickFrom, desk.CounterLeaf).Counter
	third := s.pick(desk.PickFrom, 2*desk.CounterLeaf).Counter
	if len(first.Entries) != 40 || first.More() != 54 || len(second.Entries) != 40 || second.More() != 14 || len(third.Entries) != 14 || third.More() != 0 {
		t.Fatalf("%d and %d more, %d and %d, %d and %d", len(first.Entries), first.More(), len(second.Entries), second.More(), len(third.Entries), third.More())
	}
	for _, item := range []any{-1, 99, "x"} {
		s.pick(desk.PickPage, item)
	}
	s.pick(desk.PickPage, 2)
	s.pick(desk.PickOrder, third.Entries[9].ID)
	if c := s.tap(desk.TapBack).Counter; c.Page != 2 || c.From != third.From {
		t.Errorf("back from an order the list is elsewhere: %+v", c)
	}
	seen := map[kiosk.OrderID]bool{}
	for _, c := range []desk.CounterState{first, second, third} {
		for _, e := range c.Entries {
			seen[e.ID] = true
		}
	}
	if len(seen) != 94 {
		t.Errorf("%d different orders", len(seen))
	}
	for _, item := range []any{-1, 94, "x", ""} {
		if c := s.pick(desk.PickFrom, item).Counter; c.From != 2*desk.CounterLeaf {
			t.Errorf("from %v leads to %d", item, c.From)
		}
	}
	for n := 100; n < 190; n++ {
		s.ledger.RemoveOrder(kiosktest.OrderID(n))
	}
	if c := s.state().Counter; c.From != 0 || len(c.Entries) != 4 {
		t.Errorf("a leaf that is gone: from %d, %d entries", c.From, len(c.Entries))
	}
	if c := s.pick(desk.PickFilter, "nonsense").Counter; c.Filter != desk.FilterToCollect {
		t.Errorf("%+v", c)
	}
}

// Without anybody signed in a leader's action does nothing, whatever is tried.
func TestNobodyActsUnsigned(t *testing.T) {
	s := newShop(t)
	s.scan(2)
	for _, a := range []desk.Action{
		desk.TapByLine, desk.TapShowCode, desk.TapOK, desk.TapNext, desk.TapUndo, desk.TapAfterSale, desk.TapPrint, desk.TapDismiss, desk.TapHandOver, desk.TapCash,
	} {
		if state := s.tap(a); state.Screen != desk.Held || state.Hand.Step != desk.HandNone {
			t.Errorf("%s: %s %+v", a, state.Screen, state.Hand)
		}
	}
	s.pick(desk.PickLine, 0)
	s.tap(desk.TapCancel)
	for _, a := range []desk.Action{desk.PickOrder, desk.PickFilter, desk.PickFrom} {
		s.pick(a, kiosktest.OrderID(1))
		s.on(desk.Welcome)
	}
	if diff := cmp.Diff([]kiosk.EventType{kiosk.TypeOrderHeld, kiosk.TypeHoldRejected}, s.events()); diff != "" {
		t.Error(diff)
	}
}

// Staff are not offered what gives money or goods back, and are told when they try.
func TestStaffMayHandOverOnly(t *testing.T) {
	s := newShop(t)
	s.signIn(staffPIN)
	s.pick(desk.PickOrder, kiosktest.OrderID(1))
	s.tap(desk.TapByLine)
	s.pick(desk.PickLine, 0)
	s.pick(desk.PickHanded, 1)
	s.tap(desk.TapOK, desk.TapConfirm, desk.TapDone)
	if s.tap(desk.TapHandOver); s.on(desk.Accepted).Role != kiosk.RoleStaff {
		t.Fatal("no staff")
	}
	state := s.tap(desk.TapDone)
	for _, a := range []desk.Action{desk.TapUndo, desk.TapAfterSale, desk.TapDismiss} {
		if state.Order.Offers(a) {
			t.Errorf("%s is offered", a)
		}
	}
	if !state.Order.Offers(desk.TapPrint) || !state.Order.Offers(desk.TapHistory) {
		t.Errorf("offered: %v", state.Order.Can)
	}
	for _, a := range []desk.Action{desk.TapUndo, desk.TapAfterSale} {
		if o := s.tap(a).Order; o.Refusal != desk.RefusedRole || o.Step != desk.OrderView {
			t.Errorf("%s: %q at step %q", a, o.Refusal, o.Step)
		}
	}
	if got := s.events(); !slices.Equal(got, []kiosk.EventType{kiosk.TypeRedeemed, kiosk.TypeRedeemed}) {
		t.Errorf("recorded: %v", got)
	}
}

// HQ may take somebody's rights away while they work.
func TestWhoIsSignedInIsCheckedAgain(t *testing.T) {
	s := newShop(t)
	s.scan(1)
	s.open(1)
	point := s.ledger.Point()
	point.Leaders = slices.Clone(point.Leaders)
	point.Leaders[0].Role = kiosk.RoleStaff
	s.ledger.SetPoint(point)
	if state := s.tap(desk.TapUndo); state.Order.Refusal != desk.RefusedRole || state.Role != kiosk.RoleStaff || state.Order.Offers(desk.TapUndo) {
		t.Errorf("now staff: %q %+v", state.Order.Refusal, state.Order.Can)
	}
	point.Leaders = point.Leaders[1:]
	s.ledger.SetPoint(point)
	s.pick(desk.PickOrder, kiosktest.OrderID(3))
	if state := s.on(desk.Welcome); state.Leader != "" || len(s.events()) != 1 {
		t.Errorf("%q, recorded %v", state.Leader, s.events())
	}
}
