package desk_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// shop is a desk on a Memory with its books, where the rules themselves decide, and
// a clock that only the test moves.
type shop struct {
	*desk.Desk
	t      *testing.T
	ledger *kiosktest.Memory
	after  time.Duration
	jobs   []desk.Job
	o      desk.Options
	kept   desk.Counts // by Options.KeepCounts
	keeps  int         // events there were when it was called last
}

const leaderPIN, staffPIN = "2580", "1111"

// newShop has five orders: HX1 to HX4 as the builders make them, the second to be
// paid, the third and fourth opened by one code more, and HX5 that has not come.
func newShop(t *testing.T, change ...func(*kiosk.Point)) *shop {
	t.Helper()
	point := kiosktest.Point()
	point.Leaders[0].PINHash, point.Leaders[1].PINHash = leaderPIN, staffPIN
	for _, f := range change {
		f(&point)
	}
	both := kiosktest.OpenedBy(kiosktest.Code(34))
	s := &shop{t: t, ledger: kiosktest.NewMemory(point,
		kiosktest.Order(1, kiosktest.Customer("张伟", "13800000417")), kiosktest.Order(2, kiosktest.Due(1280)),
		kiosktest.Order(3, both), kiosktest.Order(4, both), kiosktest.Order(5, kiosktest.Status(kiosk.StatusPaid)))}
	s.o = desk.Options{
		Ledger: s.ledger, Terminal: kiosktest.TerminalID, Reveal: kiosktest.Reveal, Books: s.ledger.Books(nil),
		CheckPIN:   func(hash, pin string) bool { return hash != "" && hash == pin },
		Do:         func(j desk.Job) { s.jobs = append(s.jobs, j) },
		KeepCounts: func(c desk.Counts) { s.kept, s.keeps = c, len(s.ledger.Events()) },
	}
	s.Desk = desk.New(s.o)
	return s
}

func (s *shop) now() kiosk.Moment { return kiosktest.Moment(s.after) }

func (s *shop) wait(d time.Duration) desk.State {
	s.after += d
	s.Tick(s.now())
	return s.state()
}

func (s *shop) state() desk.State { return s.State(s.now()) }

func (s *shop) tap(actions ...desk.Action) desk.State {
	for _, a := range actions {
		s.Tap(a, s.now())
	}
	return s.state()
}

func (s *shop) pick(a desk.Action, item any) desk.State {
	s.Pick(a, fmt.Sprint(item), s.now())
	return s.state()
}

func (s *shop) keys(text string) desk.State {
	for _, r := range text {
		s.Key(r, s.now())
	}
	return s.state()
}

func (s *shop) scan(n int) desk.State {
	s.t.Helper()
	if _, err := s.Scan(desk.Scan{Text: kiosktest.Code(n).Text, Source: "camera", At: s.now()}); err != nil {
		s.t.Fatal(err)
	}
	return s.state()
}

// signIn signs somebody in on the customers' screen.
func (s *shop) signIn(pin string) desk.State {
	s.tap(desk.TapDone, desk.TapLeader)
	s.keys(pin)
	return s.tap(desk.TapEnter)
}

// open signs a leader in and opens an order.
func (s *shop) open(n int) desk.State {
	if !s.state().Screen.ForLeader() {
		s.signIn(leaderPIN)
	}
	s.tap(desk.TapCounter)
	return s.pick(desk.PickOrder, kiosktest.OrderID(n))
}

func (s *shop) on(screen desk.Screen) desk.State {
	s.t.Helper()
	state := s.state()
	if state.Screen != screen {
		s.t.Fatalf("the screen is %s, want %s", state.Screen, screen)
	}
	return state
}

// events gives the types of what was recorded, without the sign-ins.
func (s *shop) events() (types []kiosk.EventType) {
	for _, e := range s.ledger.Events() {
		if e.Body.Type() != kiosk.TypeSignedIn {
			types = append(types, e.Body.Type())
		}
	}
	return types
}

// last is the latest event's body.
func (s *shop) last() kiosk.Body {
	all := s.ledger.Events()
	return all[len(all)-1].Body
}

var errPlug = errors.New("the plug was pulled")
