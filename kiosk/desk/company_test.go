package desk_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// What lies in view beside pickup codes.
const (
	poster  = "https://elsewhere.example/menu"
	waybill = "SF1234567890" // no format knows it
	parcel  = "773012345678" // digits as a platform's code has them
)

func opaque(n byte) string { return kiosk.NewOpaque([16]byte{n}, "P001").Text }

// answering is a desk whose ledger accepts texts for orders: each is handed over once.
func answering(orders map[string]kiosk.OrderID) *counter {
	c := newCounter()
	for text, id := range orders {
		c.ledger.answers[text] = acceptedOrder(id)
	}
	return c
}

func acceptedOrder(id kiosk.OrderID) desk.Answer {
	a := accepted()
	a.Outcomes[0].Order.ID = id
	return a
}

// view is a scan of texts in one view, held of which were there before.
func (c *counter) view(t *testing.T, held []string, texts ...string) desk.Answer {
	t.Helper()
	a, err := c.Scan(desk.Scan{Text: texts[0], Also: texts[1:], Held: held, Source: "camera", At: c.now})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (c *counter) redeemed() (texts []string) {
	for _, s := range c.ledger.scans {
		texts = append(texts, s.Text)
	}
	return texts
}

func TestOneOfAView(t *testing.T) {
	a, b, foreign := opaque(1), opaque(2), opaque(3)
	typed := kiosk.NewTyped(7).Text
	for name, c := range map[string]struct {
		view []string
		want string // redeemed; empty: the customer is asked to show one
	}{
		"alone":                          {[]string{a}, a},
		"beside a poster":                {[]string{poster, a}, a},
		"beside a waybill of letters":    {[]string{waybill, a}, a},
		"beside a parcel's digits":       {[]string{parcel, a}, a},
		"spelt twice":                    {[]string{a, "]Q1" + a + "\r"}, a},
		"QR and bar code of one order":   {[]string{typed, a}, typed},
		"a customer's and an order's":    {[]string{"20264444444444", typed}, "20264444444444"},
		"joined by a third":              {[]string{typed, b, "20264444444444"}, typed},
		"two of different orders":        {[]string{a, b}, ""},
		"two, one of another point":      {[]string{foreign, a}, ""},
		"two, and a poster":              {[]string{poster, b, a}, ""},
		"nothing but posters":            {[]string{poster, waybill}, poster},
		"digits that nobody has":         {[]string{poster, parcel, "773012345679"}, parcel},
		"an opaque code that nobody has": {[]string{parcel, foreign}, foreign},
	} {
		t.Run(name, func(t *testing.T) {
			k := answering(map[string]kiosk.OrderID{a: "O1", typed: "O1", b: "O2"})
			both := desk.NewAnswer(kiosk.Cache{}, acceptedOrder("O1").Outcomes[0], acceptedOrder("O2").Outcomes[0])
			k.ledger.answers["20264444444444"] = both
			got := k.view(t, nil, c.view...)
			if c.want != "" {
				if diff := cmp.Diff([]string{c.want}, k.redeemed()); diff != "" || got.Several {
					t.Errorf("several %v %s", got.Several, diff)
				}
				return
			}
			s := k.must(t, desk.Refused)
			if got.Verdict != kiosk.Busy || !got.Several || !s.Result.Several || s.Cue.Sound != desk.SoundWait || len(k.redeemed()) > 0 {
				t.Errorf("%+v, %+v, cue %v", got, s.Result, s.Cue)
			}
			k.wait(500 * time.Millisecond)
			if got := k.view(t, []string{b}, b); got.Verdict != kiosk.Accepted {
				t.Errorf("one of them alone: %+v", got)
			}
		})
	}
}

// What lies in view beside a code may come and go: the code is answered once for as long
// as it is in sight, and again when it has been away.
func TestACodeInViewIsAnsweredOnce(t *testing.T) {
	a, b, typed := opaque(1), opaque(2), kiosk.NewTyped(7).Text
	c := answering(map[string]kiosk.OrderID{a: "O1", typed: "O1", b: "O2"})
	c.view(t, nil, a)
	for _, v := range []struct{ held, view []string }{
		{[]string{a}, []string{a, poster}},
		{[]string{a, poster}, []string{poster, a}},
		{[]string{poster}, []string{poster}},
		{[]string{a}, []string{typed, a}},
		{[]string{typed}, []string{typed}},
		{[]string{a, typed}, []string{a, typed}},
	} {
		if got := c.view(t, v.held, v.view...); got.Given() {
			t.Errorf("%d texts in view, %d held: %s", len(v.view), len(v.held), got.Verdict)
		}
	}
	c.must(t, desk.Accepted)
	c.wait(time.Minute)
	if got := c.view(t, []string{poster}, poster, a); !got.Given() || len(c.redeemed()) != 2 {
		t.Errorf("shown again after a minute: %+v", got)
	}
	c.view(t, []string{a, poster}, a, b, poster)
	if got := c.view(t, []string{b, poster}, poster, b); got.Verdict != kiosk.Accepted {
		t.Errorf("the next customer, when the one before has gone: %+v", got)
	}
}

// The next customer's code beside the one that was just answered is a note on the
// answer; when that closes and both are still there, one is asked for.
func TestTheNextCodeBesideTheAnswered(t *testing.T) {
	a, b := opaque(1), opaque(2)
	c := answering(map[string]kiosk.OrderID{a: "O1", b: "O2"})
	before := *c.scan(t, a).Result
	got := c.view(t, []string{a}, b, a)
	s := c.must(t, desk.Accepted)
	if !got.Several || !s.Result.Several || s.Cue.Sound != desk.SoundWait || s.Result.Orders[0].ID != "O1" || before.Several {
		t.Errorf("%+v, %+v, cue %v", got, s.Result, s.Cue)
	}
	for range 3 {
		c.wait(3 * time.Second)
		if got := c.view(t, []string{a, b}, a, b); got.Given() || c.state().Cue != s.Cue {
			t.Errorf("told again: %+v", got)
		}
	}
	c.wait(3 * time.Second)
	c.must(t, desk.Welcome)
	if got := c.view(t, []string{a, b}, a, b); !got.Several || c.must(t, desk.Refused).Result.Verdict != kiosk.Busy {
		t.Errorf("%+v", got)
	}
	cue := c.state().Cue
	for range 10 { // it stays up for as long as both are there, without a sound
		c.wait(3 * time.Second)
		c.must(t, desk.Refused)
		if got := c.view(t, []string{a, b}, b, a); got.Given() || c.state().Cue != cue {
			t.Errorf("told again: %+v", got)
		}
	}
	if got := c.view(t, []string{a}, a); got.Given() {
		t.Errorf("the one that was answered, alone: %+v", got)
	}
	if got := c.view(t, nil, b); got.Verdict != kiosk.Accepted || c.must(t, desk.Accepted).Result.Several {
		t.Errorf("the other one: %+v", got)
	}
}

// Codes that stay in view do not take the screen from somebody who types.
func TestCodesLyingAroundDoNotDisturb(t *testing.T) {
	a, b := opaque(1), opaque(2)
	c := answering(map[string]kiosk.OrderID{a: "O1", b: "O2"})
	c.view(t, nil, a, b)
	c.tap(desk.TapDone, desk.TapType)
	if got := c.view(t, []string{a, b}, a, b); got.Given() || c.must(t, desk.Keypad).Result != nil {
		t.Errorf("on the keypad: %+v", got)
	}
	c.tap(desk.TapBack, desk.TapLeader)
	cue := c.must(t, desk.SignIn).Cue
	if got := c.view(t, []string{a, b}, a, b); got.Given() || c.state().Cue != cue {
		t.Errorf("at the PIN pad: %+v", got)
	}
	if got := c.view(t, []string{a}, a, opaque(3)); got.Verdict != kiosk.Busy || c.state().Cue == cue {
		t.Errorf("somebody else at the PIN pad: %+v", got)
	}
}

// A label's bar code, read when its QR code is out of sight, is no second showing.
func TestTheOtherCodeOfAnOrderJustAccepted(t *testing.T) {
	a, typed := opaque(1), kiosk.NewTyped(7).Text
	c := answering(map[string]kiosk.OrderID{a: "O1"})
	collected := desk.NewAnswer(kiosk.Cache{}, kiosk.Outcome{Verdict: kiosk.AlreadyCollected, Order: order})
	c.ledger.answers[typed] = collected
	c.scan(t, a)
	c.wait(2 * time.Second)
	if got := c.view(t, nil, typed); got.Verdict != kiosk.AlreadyCollected || !c.must(t, desk.Accepted).Result.Repeat {
		t.Errorf("%+v", got)
	}
	c.wait(2 * time.Second)
	if c.scan(t, typed); c.must(t, desk.Refused).Result.Verdict != kiosk.AlreadyCollected {
		t.Error("after the debounce it is a showing of its own")
	}
	collected.Outcomes[0].Order.ID = "O9"
	c.ledger.answers[typed] = collected
	c.scan(t, a)
	if c.scan(t, typed); c.must(t, desk.Refused).Result.Verdict != kiosk.AlreadyCollected {
		t.Error("another order's answer was swallowed")
	}
}

// A sheet of short codes is no way around the limit on guessing, and codes that share a
// short hash are none either.
func TestASheetOfShortCodesIsGuessing(t *testing.T) {
	c := newCounter()
	good := fmt.Sprintf("%013d", 9999)
	c.ledger.answers[good] = accepted()
	n := 0
	for sheet := range 4 {
		var texts []string
		for range 7 {
			texts = append(texts, fmt.Sprintf("%013d", n))
			n++
		}
		c.view(t, nil, texts...)
		c.wait(time.Second)
		if locked := len(c.ledger.recorded) > 0; locked != (sheet >= 2) {
			t.Fatalf("after %d codes: locked %v", n, locked)
		}
	}
	asked := len(c.ledger.asked)
	if got := c.view(t, nil, "0000000012345", good); got.Verdict != kiosk.Busy || got.Several || len(c.ledger.asked) != asked {
		t.Errorf("%+v, asked about %d", got, len(c.ledger.asked)-asked)
	}
	mine := opaque(1)
	c.ledger.answers[mine] = accepted()
	if got := c.view(t, nil, good, mine); got.Verdict != kiosk.Accepted {
		t.Errorf("an opaque code beside a short one: %+v", got)
	}
	var poster []string
	for i := range 100 {
		poster = append(poster, opaque(byte(i+100)))
	}
	before := len(c.ledger.asked)
	c.view(t, nil, poster...)
	if asked := len(c.ledger.asked) - before; asked > 8 {
		t.Errorf("%d lookups for one view", asked)
	}
}

func TestCodesWithOneShortHash(t *testing.T) {
	c := newCounter()
	want := kiosk.HashText(fmt.Sprintf("%013d", 0))
	n, tries := 0, 0
	for tries < 20 {
		if text := fmt.Sprintf("%013d", n); kiosk.HashText(text) == want {
			c.scan(t, text)
			tries++
		}
		n++
	}
	if len(c.ledger.recorded) != 1 {
		t.Errorf("%d codes with one short hash were not counted", tries)
	}
}

func TestAViewWhenTheLedgerFails(t *testing.T) {
	c := newCounter()
	c.ledger.err = errDisk
	if _, err := c.Scan(desk.Scan{Text: opaque(1), Also: []string{opaque(2)}, At: c.now}); !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
	c.must(t, desk.OutOfOrder)
	c = newCounter()
	for n := range 19 {
		c.scan(t, fmt.Sprintf("%013d", n))
	}
	c.ledger.recordErr = errDisk
	if _, err := c.Scan(desk.Scan{Text: opaque(1), Also: []string{"0000000000099"}, At: c.now}); !errors.Is(err, errDisk) {
		t.Errorf("a lock-out that cannot be recorded: %v", err)
	}
}
