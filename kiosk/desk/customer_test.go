package desk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// store is a desk over the rules themselves, with a clock that only the test moves.
type store struct {
	*desk.Desk
	memory *kiosktest.Memory
	now    time.Duration
	sealed []string // what SealInvoice was given
}

// newStore is a desk with orders; those of orders from 2 on are opened by code 9 too.
func newStore(policy func(*kiosk.Policy), orders ...kiosk.Order) *store {
	p := kiosktest.Point()
	p.Leaders[0].PINHash = "2580"
	if policy != nil {
		policy(&p.Policy)
	}
	s := &store{memory: kiosktest.NewMemory(p, orders...)}
	s.Desk = desk.New(desk.Options{
		Ledger: s.memory, Terminal: "T-memory", Zone: time.FixedZone("CST", 8*3600), Choosing: true,
		Reveal:   func(kiosk.Order) kiosk.Masked { return kiosk.Masked{Name: "张*", Tail: "0417"} },
		CheckPIN: func(hash, pin string) bool { return hash == pin },
		SealInvoice: func(order kiosk.OrderID, title, tax string) ([]byte, error) {
			s.sealed = append(s.sealed, string(order)+"|"+title+"|"+tax)
			return []byte("sealed"), nil
		},
	})
	return s
}

// shared is the code that opens all orders of a customer.
func shared(n int, change ...func(*kiosk.Order)) kiosk.Order {
	return kiosktest.Order(n, append(change, kiosktest.OpenedBy(kiosktest.Code(9)))...)
}

func (s *store) at() kiosk.Moment { return kiosktest.Moment(s.now) }

func (s *store) state() desk.State { return s.State(s.at()) }

func (s *store) wait(d time.Duration) desk.State {
	s.now += d
	s.Tick(s.at())
	return s.state()
}

func (s *store) scan(t *testing.T, text string, held ...string) desk.State {
	t.Helper()
	if _, err := s.Scan(desk.Scan{Text: text, Held: held, Source: "camera", At: s.at()}); err != nil {
		t.Fatal(err)
	}
	return s.state()
}

func (s *store) tap(actions ...desk.Action) desk.State {
	for _, a := range actions {
		s.Tap(a, s.at())
	}
	return s.state()
}

func (s *store) pick(a desk.Action, items ...string) desk.State {
	for _, item := range items {
		s.Pick(a, item, s.at())
	}
	return s.state()
}

func (s *store) keys(text string) desk.State {
	for _, r := range text {
		s.Key(r, s.at())
	}
	return s.state()
}

// must fails unless the screen is up.
func (s *store) must(t *testing.T, want desk.Screen) desk.State {
	t.Helper()
	got := s.state()
	if got.Screen != want {
		t.Fatalf("the screen is %s, want %s", got.Screen, want)
	}
	return got
}

// recorded names the types of the events and their orders.
func (s *store) recorded() (out []string) {
	for _, e := range s.memory.Events() {
		out = append(out, string(e.Body.Type())+" "+string(e.Body.Subject()))
	}
	return out
}

func wantRecorded(t *testing.T, s *store, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, s.recorded()); diff != "" {
		t.Errorf("recorded: %s", diff)
	}
}

func id(n int) string { return string(kiosktest.OrderID(n)) }

// collected is a shop whose customer has just taken order 1.
func collected(t *testing.T, policy func(*kiosk.Policy)) *store {
	t.Helper()
	s := newStore(policy, kiosktest.Order(1))
	s.scan(t, kiosktest.Code(1).Text)
	s.must(t, desk.Accepted)
	return s
}

func TestAcceptedOffersWaysOn(t *testing.T) {
	for name, c := range map[string]struct {
		policy func(*kiosk.Policy)
		want   desk.Ways
	}{
		"all":        {nil, desk.Ways{Missing: desk.WayOpen, Rate: desk.WayOpen, Invoice: desk.WayOpen}},
		"no rating":  {func(p *kiosk.Policy) { p.NoRating = true }, desk.Ways{Missing: desk.WayOpen, Invoice: desk.WayOpen}},
		"no invoice": {func(p *kiosk.Policy) { p.NoInvoice = true }, desk.Ways{Missing: desk.WayOpen, Rate: desk.WayOpen}},
	} {
		t.Run(name, func(t *testing.T) {
			s := collected(t, c.policy)
			if got := s.state().Ways; got != c.want {
				t.Errorf("got %+v", got)
			}
			for action, offered := range map[desk.Action]bool{desk.TapRate: c.want.Rate != "", desk.TapInvoice: c.want.Invoice != ""} {
				if left := s.tap(action).Screen != desk.Accepted; left != offered {
					t.Errorf("%s leaves Accepted: %v", action, left)
				}
				s.tap(desk.TapBack)
			}
		})
	}
}

// The way back leads to Accepted for the time that it had left, and never for
// less than five seconds.
func TestBackToAccepted(t *testing.T) {
	for _, c := range []struct {
		before time.Duration
		left   int
	}{{2 * time.Second, 10}, {11 * time.Second, 5}} {
		for _, door := range []desk.Action{desk.TapReport, desk.TapRate, desk.TapInvoice} {
			s := collected(t, nil)
			s.wait(c.before)
			if got := s.tap(door); got.Total != 20 || got.Result != nil {
				t.Fatalf("%s: %d s, result %v", door, got.Total, got.Result)
			}
			s.wait(19 * time.Second)
			if got := s.tap(desk.TapBack); got.Screen != desk.Accepted || got.Left != c.left || got.Result == nil {
				t.Errorf("%s after %s: %s for %d s", door, c.before, got.Screen, got.Left)
			}
			if got := s.wait(time.Duration(c.left) * time.Second); got.Screen != desk.Welcome {
				t.Errorf("%s: the answer stays", door)
			}
			wantRecorded(t, s, "redeemed "+id(1))
		}
	}
}

// Somebody who walks away from one of the screens leaves nothing behind.
func TestIdleScreensForget(t *testing.T) {
	for _, door := range []desk.Action{desk.TapReport, desk.TapRate, desk.TapInvoice} {
		s := collected(t, nil)
		s.tap(door)
		s.pick(desk.TapStars, "goods:2")
		s.tap(desk.TapCompany)
		s.keys("91310")
		if got := s.wait(20 * time.Second); got.Screen != desk.Welcome {
			t.Fatalf("%s: still %s", door, got.Screen)
		}
		if got := s.tap(desk.TapReport, desk.TapRate, desk.TapInvoice); got.Screen != desk.Welcome {
			t.Errorf("Welcome leads to %s", got.Screen)
		}
		wantRecorded(t, s, "redeemed "+id(1))
	}
}

// The next customer's code is answered on each of the screens, and the same
// customer's is not held against them.
func TestScansDuringTheOtherScreens(t *testing.T) {
	for _, door := range []desk.Action{desk.TapReport, desk.TapRate, desk.TapInvoice} {
		s := newStore(nil, kiosktest.Order(1), kiosktest.Order(2))
		s.scan(t, kiosktest.Code(1).Text)
		s.wait(6 * time.Second)
		up := s.tap(door).Screen
		if got := s.scan(t, kiosktest.Code(1).Text); got.Screen != up {
			t.Errorf("on %s the customer's own code leads to %s", up, got.Screen)
		}
		if got := s.scan(t, kiosktest.Code(2).Text); got.Screen != desk.Accepted || got.Result.Orders[0].ID != kiosktest.OrderID(2) {
			t.Errorf("on %s the next code leads to %s", up, got.Screen)
		}
	}
}

// A leader who signs in meanwhile comes back to Accepted.
func TestLeaderDuringTheOtherScreens(t *testing.T) {
	s := collected(t, nil)
	s.tap(desk.TapReport, desk.TapLeader)
	s.keys("2580")
	if got := s.tap(desk.TapEnter); got.Screen != desk.Accepted || got.Leader == "" {
		t.Errorf("%s, leader %q", got.Screen, got.Leader)
	}
}

func TestOutOfOrderWhileTelling(t *testing.T) {
	for name, tell := range map[string]func(*store){
		"report":  func(s *store) { s.tap(desk.TapReport); s.pick(desk.TapMissingShort, "0:1"); s.tap(desk.TapSend) },
		"rate":    func(s *store) { s.tap(desk.TapRate); s.pick(desk.TapStars, "goods:5"); s.tap(desk.TapSend) },
		"invoice": func(s *store) { s.tap(desk.TapInvoice, desk.TapPersonal) },
	} {
		t.Run(name, func(t *testing.T) {
			s := collected(t, nil)
			s.memory.SetFault(errDisk)
			tell(s)
			s.must(t, desk.OutOfOrder)
		})
	}
}

// A scanner that types into the window is taken back, whatever its keys did.
func TestTakeBackOnTheCustomersScreens(t *testing.T) {
	s := newStore(nil, shared(1), shared(2))
	s.scan(t, kiosktest.Code(9).Text)
	before, pads := s.state(), s.Pads()
	s.keys("1214")
	s.TakeBack(pads)
	if diff := cmp.Diff(before.Choose, s.state().Choose); diff != "" {
		t.Errorf("Choose: %s", diff)
	}
	s.tap(desk.TapCollect, desk.TapRate)
	pads = s.Pads()
	s.keys("55")
	s.TakeBack(pads)
	if got := s.must(t, desk.Rate).Rate; got.Given() {
		t.Errorf("Rate: %+v", got)
	}
	s.tap(desk.TapBack, desk.TapReport)
	pads = s.Pads()
	s.keys("1+")
	s.TakeBack(pads)
	if got := s.must(t, desk.Missing).Missing; got.Units != 0 || got.Here != -1 {
		t.Errorf("Missing: %+v", got)
	}
	s.tap(desk.TapBack, desk.TapInvoice, desk.TapCompany)
	s.keys("9131")
	pads = s.Pads()
	s.keys("777777")
	s.TakeBack(pads)
	if got := s.must(t, desk.Invoice).Invoice; got.Tax != "9131" {
		t.Errorf("Invoice: %+v", got)
	}
}

// A code and a tax number are forgotten with the screen that they were shown on,
// however it closes.
func TestSecretsGoWithTheirScreens(t *testing.T) {
	code := kiosktest.Code(9).Text
	for name, leave := range map[string]func(*store){
		"back":           func(s *store) { s.tap(desk.TapBack) },
		"idle":           func(s *store) { s.wait(20 * time.Second) },
		"the leader":     func(s *store) { s.tap(desk.TapLeader) },
		"collect":        func(s *store) { s.tap(desk.TapCollect) },
		"another's code": func(s *store) { s.scan(t, kiosktest.Code(3).Text) },
		"out of order":   func(s *store) { s.memory.SetFault(errDisk); s.wait(time.Second) },
	} {
		s := newStore(nil, shared(1), shared(2), kiosktest.Order(3))
		s.scan(t, code)
		if !strings.Contains(s.Remembered(), code) {
			t.Fatal("the code is not known while customers choose")
		}
		if leave(s); strings.Contains(s.Remembered(), code) {
			t.Errorf("%s: the code is still known", name)
		}
	}
	for name, leave := range map[string]func(*store){
		"back": func(s *store) { s.tap(desk.TapBack) },
		"idle": func(s *store) { s.wait(20 * time.Second) },
		"send": func(s *store) { s.tap(desk.TapSend) },
	} {
		s := collected(t, nil)
		s.tap(desk.TapInvoice)
		s.scan(t, titleCode(t, "幸福里百货", credit))
		if got := s.Remembered(); !strings.Contains(got, credit) || !strings.Contains(got, "幸福里百货") {
			t.Fatal("the title is not known while it is shown")
		}
		leave(s)
		if got := s.Remembered(); strings.Contains(got, credit) || strings.Contains(got, "幸福里百货") {
			t.Errorf("%s: the title is still known", name)
		}
	}
}
