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

func ids(orders []desk.ChooseOrder) (out []string) {
	for _, o := range orders {
		mark := string(o.ID)
		if o.Goes {
			mark += " goes"
		}
		if o.Ticked {
			mark += " ticked"
		}
		out = append(out, mark)
	}
	return out
}

func TestChooseShowsBeforeItHandsOver(t *testing.T) {
	s := newStore(nil, shared(1), shared(2, kiosktest.Status(kiosk.StatusShipped)), shared(3, kiosktest.Due(500)), kiosktest.Order(4))
	got := s.scan(t, kiosktest.Code(9).Text)
	if got.Screen != desk.Choose || got.Cue.Sound != desk.SoundWait || got.Total != 20 || got.Result != nil {
		t.Fatalf("%s, cue %s, %d s", got.Screen, got.Cue.Sound, got.Total)
	}
	want := []string{id(1) + " goes ticked", id(3) + " goes ticked", id(2)}
	if diff := cmp.Diff(want, ids(got.Choose.Orders)); diff != "" || got.Choose.Ticked != 2 || got.Choose.Units != 6 || got.Choose.Anybody.Tail != "0417" {
		t.Errorf("%+v %s", got.Choose, diff)
	}
	if o := got.Choose.Orders[1]; o.Due != 500 || o.Verdict != kiosk.PaymentDue || o.Units != 3 {
		t.Errorf("%+v", o)
	}
	if got := s.wait(20 * time.Second); got.Screen != desk.Welcome || len(got.Choose.Orders) != 0 {
		t.Errorf("still %s", got.Screen)
	}
	wantRecorded(t, s)
	if got := s.tap(desk.TapCollect); got.Screen != desk.Welcome {
		t.Error("the code was kept")
	}
	wantRecorded(t, s)
}

func TestCollectAll(t *testing.T) {
	s := newStore(nil, shared(1), shared(2))
	s.scan(t, kiosktest.Code(9).Text)
	if got := s.tap(desk.TapCollect); got.Screen != desk.Accepted || len(got.Result.Orders) != 2 {
		t.Fatalf("%s", got.Screen)
	}
	wantRecorded(t, s, "redeemed "+id(1), "redeemed "+id(2))
}

func TestCollectSome(t *testing.T) {
	s := newStore(nil, shared(1), shared(2), shared(3))
	s.scan(t, kiosktest.Code(9).Text)
	s.wait(15 * time.Second)
	s.pick(desk.TapTick, id(2), id(3), id(2), "nobody's")
	if got := s.wait(15 * time.Second); got.Screen != desk.Choose || got.Choose.Ticked != 2 || got.Choose.Orders[2].Ticked {
		t.Fatalf("%s %+v", got.Screen, got.Choose)
	}
	if got := s.tap(desk.TapEnter); got.Screen != desk.Accepted || len(got.Result.Orders) != 2 {
		t.Fatalf("%s", got.Screen)
	}
	wantRecorded(t, s, "redeemed "+id(1), "redeemed "+id(2))
}

// What came to the point while the customer was choosing is not handed over with the rest.
func TestCollectHandsOverWhatWasShownAlone(t *testing.T) {
	s := newStore(nil, shared(1), shared(2), shared(3, kiosktest.Status(kiosk.StatusShipped)))
	s.scan(t, kiosktest.Code(9).Text)
	s.memory.PutOrder(shared(3))
	s.memory.PutOrder(shared(4))
	s.tap(desk.TapCollect)
	wantRecorded(t, s, "redeemed "+id(1), "redeemed "+id(2))
}

// An order that HQ took back while the customer was choosing is answered by that.
func TestCollectAfterAChange(t *testing.T) {
	s := newStore(nil, shared(1), shared(2))
	s.scan(t, kiosktest.Code(9).Text)
	s.pick(desk.TapTick, id(1))
	s.memory.PutOrder(shared(2, kiosktest.Status(kiosk.StatusRefunding)))
	if got := s.tap(desk.TapCollect); got.Screen != desk.Refused || got.Result.Verdict != kiosk.RefundInProgress {
		t.Errorf("%s", got.Screen)
	}
	wantRecorded(t, s)
}

func TestCollectNothing(t *testing.T) {
	s := newStore(nil, shared(1), shared(2))
	s.scan(t, kiosktest.Code(9).Text)
	s.keys("12") // by a keyboard
	if got := s.tap(desk.TapCollect); got.Screen != desk.Choose || got.Choose.Ticked != 0 {
		t.Errorf("%s, %d ticked", got.Screen, got.Choose.Ticked)
	}
	if got := s.tap(desk.TapBack); got.Screen != desk.Welcome {
		t.Errorf("back leads to %s", got.Screen)
	}
	wantRecorded(t, s)
}

func TestNoChoiceNoScreen(t *testing.T) {
	for name, orders := range map[string][]kiosk.Order{
		"one order":       {shared(1)},
		"one that can go": {shared(1), shared(2, kiosktest.Status(kiosk.StatusShipped))},
		"none that can":   {shared(2, kiosktest.Status(kiosk.StatusShipped)), shared(3, kiosktest.Status(kiosk.StatusPaid))},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(nil, orders...)
			if got := s.scan(t, kiosktest.Code(9).Text); got.Screen == desk.Choose {
				t.Error("asked")
			}
		})
	}
}

// Without a screen nobody can choose: all orders go out, as ever.
func TestHeadlessDoesNotAsk(t *testing.T) {
	memory := kiosktest.NewMemory(kiosktest.Point(), shared(1), shared(2))
	d := desk.New(desk.Options{Ledger: memory, Reveal: func(kiosk.Order) kiosk.Masked { return kiosk.Masked{} }})
	a, err := d.Scan(kiosktest.Scan(kiosktest.Code(9), 0))
	if err != nil || a.Verdict != kiosk.Accepted || len(a.Outcomes) != 2 {
		t.Errorf("%s, %v", a.Verdict, err)
	}
}

func TestTypedCodesChoose(t *testing.T) {
	typed := kiosk.NewTyped(318402775)
	s := newStore(nil, shared(1, kiosktest.OpenedBy(typed)), shared(2, kiosktest.OpenedBy(typed)))
	s.keys(typed.Text)
	if got := s.tap(desk.TapEnter); got.Screen != desk.Choose || got.Keypad.Digits != "" {
		t.Fatalf("%s", got.Screen)
	}
	if got := s.tap(desk.TapCollect); got.Screen != desk.Accepted {
		t.Errorf("%s", got.Screen)
	}
	events := s.memory.Events()
	if len(events) != 2 || events[0].Body.(kiosk.Redeemed).Source != "typed" {
		t.Errorf("%v", s.recorded())
	}
}

func TestChooseAmongOtherCodes(t *testing.T) {
	s := newStore(nil, shared(1), shared(2), kiosktest.Order(3))
	all, third := kiosktest.Code(9).Text, kiosktest.Code(3).Text
	view := func(held []string, texts ...string) desk.State {
		if _, err := s.Scan(desk.Scan{Text: texts[0], Also: texts[1:], Held: held, Source: "camera", At: s.at()}); err != nil {
			t.Fatal(err)
		}
		return s.state()
	}
	if got := view(nil, all, poster); got.Screen != desk.Choose {
		t.Fatalf("%s", got.Screen)
	}
	s.pick(desk.TapTick, id(1))
	if got := view([]string{all}, all, third); got.Screen != desk.Choose || got.Choose.Ticked != 1 {
		t.Errorf("the next customer's code beside it leads to %s", got.Screen)
	}
	if got := view(nil, all); got.Screen != desk.Choose || got.Choose.Ticked != 1 {
		t.Errorf("the same code again forgets the ticks: %+v", got.Choose)
	}
	wantRecorded(t, s)
	if got := view(nil, third); got.Screen != desk.Accepted {
		t.Errorf("another code leads to %s", got.Screen)
	}
	wantRecorded(t, s, "redeemed "+id(3))
}

// The orders that somebody left on purpose do not go out because the code is read
// once more, by its other form or another scanner.
func TestWhatWasLeftStays(t *testing.T) {
	s := newStore(nil, shared(1), shared(2))
	s.scan(t, kiosktest.Code(9).Text)
	s.pick(desk.TapTick, id(2))
	s.tap(desk.TapCollect)
	wantRecorded(t, s, "redeemed "+id(1))
	s.now += time.Second
	if got := s.scan(t, kiosktest.Code(2).Text); got.Screen != desk.Accepted || !got.Result.Repeat {
		t.Errorf("within the debounce: %s", got.Screen)
	}
	s.tap(desk.TapRate)
	if got := s.scan(t, kiosktest.Code(2).Text); got.Screen != desk.Rate {
		t.Errorf("while rating: %s", got.Screen)
	}
	s.tap(desk.TapBack)
	s.now += 4 * time.Second
	if got := s.scan(t, kiosktest.Code(2).Text); got.Screen != desk.Choose || !slices.Equal(ids(got.Choose.Orders), []string{id(2) + " goes ticked"}) {
		t.Errorf("later: %s", got.Screen)
	}
	s.tap(desk.TapBack)
	wantRecorded(t, s, "redeemed "+id(1))
	s.scan(t, kiosktest.Code(9).Text)
	wantRecorded(t, s, "redeemed "+id(1), "redeemed "+id(2))
}

// What was collected today is listed, what was long ago is not.
func TestChooseListsWhatWasCollectedToday(t *testing.T) {
	s := newStore(nil, shared(1), shared(2), shared(3))
	s.scan(t, kiosktest.Code(1).Text)
	s.now += time.Minute
	if got := s.scan(t, kiosktest.Code(9).Text); len(got.Choose.Orders) != 3 || got.Choose.Orders[2].Verdict != kiosk.AlreadyCollected {
		t.Errorf("%+v", ids(got.Choose.Orders))
	}
	s.wait(24 * time.Hour)
	if got := s.scan(t, kiosktest.Code(9).Text); len(got.Choose.Orders) != 2 {
		t.Errorf("%+v", ids(got.Choose.Orders))
	}
}

// Whoever waits for the leader is not asked again because the phone is seen again.
func TestChoosingOnceForAHold(t *testing.T) {
	s := newStore(func(p *kiosk.Policy) { p.Handover = kiosk.HandoverLeader }, shared(1), shared(2), shared(3), kiosktest.Order(4))
	s.scan(t, kiosktest.Code(9).Text)
	s.pick(desk.TapTick, id(3))
	s.tap(desk.TapCollect)
	for range 3 {
		s.wait(40 * time.Second)
		if got := s.scan(t, kiosktest.Code(9).Text); got.Screen != desk.Held || len(got.Result.Orders) != 2 || got.Left != 60 {
			t.Fatalf("the code leads to %s for %d s", got.Screen, got.Left)
		}
	}
	wantRecorded(t, s, "order-held "+id(1), "order-held "+id(2))
	if got := s.scan(t, kiosktest.Code(4).Text); got.Screen != desk.Held || got.Result.Orders[0].ID != kiosktest.OrderID(4) {
		t.Errorf("another's code leads to %s", got.Screen)
	}
}

// What an interrupted run handed over is answered first, and the order that was
// left then is not handed over with it.
func TestInterruptedAnswersComeAlone(t *testing.T) {
	c := newCounter()
	a := acceptedOrder("O1")
	a.Outcomes[0].Resumed = true
	a.Outcomes = append(a.Outcomes, acceptedOrder("O2").Outcomes...)
	c.ledger.answers[codeA] = a
	c.Desk = desk.New(desk.Options{Ledger: c.ledger, Choosing: true, Reveal: func(kiosk.Order) kiosk.Masked { return kiosk.Masked{} }})
	if got := c.scan(t, codeA); got.Screen != desk.Accepted {
		t.Errorf("%s", got.Screen)
	}
	if len(c.ledger.scans) != 1 || !slices.Equal(c.ledger.scans[0].Only, []kiosk.OrderID{"O1"}) {
		t.Errorf("redeemed %+v", c.ledger.scans)
	}
}
