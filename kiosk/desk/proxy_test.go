package desk_test

import (
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

func (s *shop) scanText(text string) desk.State {
	s.t.Helper()
	if _, err := s.Scan(desk.Scan{Text: text, Source: "camera", At: s.now()}); err != nil {
		s.t.Fatal(err)
	}
	return s.state()
}

// What somebody sees who collects for the customer: the named lines, for whom,
// and no invoice, which is the customer's.
func TestProxyOnTheScreens(t *testing.T) {
	s := newShop(t)
	code := kiosktest.ProxyOf(1, kiosktest.Order(1), "2").Text
	s.scanText(code)
	got := s.on(desk.Accepted)
	o := got.Result.Orders[0]
	if !o.Proxy || got.Result.OfProxy || o.Units != 1 || len(o.Lines) != 1 || o.Customer.Name == "" {
		t.Errorf("%+v", o)
	}
	if got.Ways.Invoice != desk.WayNone || got.Ways.Missing != desk.WayOpen {
		t.Errorf("ways on: %+v", got.Ways)
	}
	s.tap(desk.TapDone)

	// The leader hands over what the code allows of an order that is to be paid.
	order := kiosktest.Order(2, kiosktest.Due(1280))
	s.scanText(kiosktest.ProxyOf(2, order, "1").Text)
	s.on(desk.Held)
	s.tap(desk.TapConfirm)
	s.keys(leaderPIN)
	s.tap(desk.TapEnter, desk.TapByLine)
	if h := s.on(desk.Held).Hand.Lines; len(h) != 1 {
		t.Errorf("to be counted: %+v", h)
	}
	s.tap(desk.TapBack, desk.TapCash)
	if o := s.on(desk.Accepted).Result.Orders[0]; !o.Proxy || o.Units != 2 {
		t.Errorf("after the leader's word: %+v", o)
	}
}

func TestProxyRefusedOnTheScreens(t *testing.T) {
	for name, c := range map[string]struct {
		before  func(*shop)
		code    kiosk.Code
		verdict kiosk.Verdict
		of      bool
	}{
		"over":               {func(s *shop) { s.after += time.Hour }, kiosktest.ProxyOf(1, kiosktest.Order(1)), kiosk.Expired, true},
		"early":              {func(s *shop) { s.after -= time.Hour }, kiosktest.ProxyOf(1, kiosktest.Order(1)), kiosk.TooEarly, true},
		"unknown":            {func(*shop) {}, kiosktest.ProxyOf(1, kiosktest.Order(99)), kiosk.Unknown, true},
		"order not here yet": {func(*shop) {}, kiosktest.ProxyOf(1, kiosktest.Order(5)), kiosk.NotArrived, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			c.before(s)
			s.scanText(c.code.Text)
			got := s.on(desk.Refused).Result
			if got.Verdict != c.verdict || got.OfProxy != c.of {
				t.Errorf("%s, of the code %v", got.Verdict, got.OfProxy)
			}
			if c.verdict == kiosk.Expired && !got.Orders[0].ProxyUntil.Equal(kiosktest.Start().Add(time.Hour)) {
				t.Errorf("good until %s", got.Orders[0].ProxyUntil)
			}
		})
	}
}

// A proxy code cannot be guessed: it is taken although others guess.
func TestProxyIsTakenWhileOthersGuess(t *testing.T) {
	s := newShop(t)
	for n := range uint32(40) {
		s.scanText(kiosk.NewTyped(900_000_000 + n).Text)
	}
	if got := s.on(desk.Refused).Result; got.Verdict != kiosk.Busy || got.Wait == 0 {
		t.Fatalf("%s, %d s: nobody waits after forty guesses", got.Verdict, got.Wait)
	}
	s.scanText(kiosktest.ProxyOf(1, kiosktest.Order(1)).Text)
	s.on(desk.Accepted)
}

// Nor does one of an order that is not here count as a guess.
func TestProxyIsNoGuess(t *testing.T) {
	s := newShop(t)
	for n := range 40 {
		s.scanText(kiosktest.ProxyOf(n, kiosktest.Order(99)).Text)
	}
	if got := s.on(desk.Refused).Result; got.Verdict != kiosk.Unknown || s.ledger.Status().Head != 0 {
		t.Errorf("%s, %d events", got.Verdict, s.ledger.Status().Head)
	}
}
