package desk_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

func TestLeaderSignsInAndOut(t *testing.T) {
	c := newCounter()
	c.tap(desk.TapLeader)
	if s := c.keys("25"); s.Screen != desk.SignIn || s.SignIn.Typed != 2 || s.SignIn.Attempts != 5 {
		t.Errorf("%+v", s.SignIn)
	}
	c.tap(desk.TapErase, desk.TapClear)
	c.keys("2580")
	if s := c.tap(desk.TapEnter); s.Screen != desk.Welcome || s.Leader != "王团长" {
		t.Errorf("screen %s, leader %q", s.Screen, s.Leader)
	}
	if diff := cmp.Diff([]kiosk.Body{kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader}}, c.ledger.recorded); diff != "" {
		t.Error(diff)
	}
	if s := c.tap(desk.TapSignOut); s.Leader != "" {
		t.Error("still signed in")
	}
	c.tap(desk.TapLeader)
	c.keys("1111")
	if s := c.tap(desk.TapEnter); s.Leader != "S1" {
		t.Errorf("staff without a name is shown as %q", s.Leader)
	}
	c.ledger.answers[codeA] = held(kiosk.Held)
	c.wait(119 * time.Second)
	c.scan(t, codeA)
	c.tap(desk.TapReject)
	c.wait(119 * time.Second)
	if c.state().Leader == "" {
		t.Error("signed out in the middle of the work")
	}
	c.tap(desk.TapType, desk.TapBack, desk.TapLanguage, desk.TapLanguage)
	c.keys("12")
	c.wait(time.Second)
	if c.state().Leader != "" {
		t.Error("nobody touches anything and the leader stays signed in")
	}
}

func TestOnlyALeaderEndsTheProgram(t *testing.T) {
	c := newCounter()
	if c.tap(desk.TapQuit).Quit {
		t.Error("anybody can")
	}
	c.tap(desk.TapLeader)
	c.keys("2580")
	if !c.tap(desk.TapEnter, desk.TapQuit).Quit {
		t.Error("the leader cannot")
	}
}

func TestPINsAreNotGuessed(t *testing.T) {
	c := newCounter()
	c.tap(desk.TapLeader)
	for i := range 5 {
		c.keys("9999")
		s := c.tap(desk.TapEnter)
		if !s.SignIn.Wrong || s.SignIn.Typed != 0 || i < 4 && s.SignIn.Attempts != 4-i {
			t.Errorf("after %d: %+v", i+1, s.SignIn)
		}
	}
	c.keys("2580")
	if s := c.tap(desk.TapEnter); s.Screen != desk.SignIn || s.SignIn.Wait != 60 {
		t.Errorf("the right PIN during the pause: %s %+v", s.Screen, s.SignIn)
	}
	c.wait(59 * time.Second) // closes the screen, not the pause
	c.tap(desk.TapLeader)
	c.keys("2580")
	if s := c.tap(desk.TapEnter); s.Leader != "" {
		t.Error("leaving the screen ends the pause")
	}
	c.wait(time.Second)
	if s := c.tap(desk.TapEnter); s.Leader == "" {
		t.Errorf("the pause does not end: %+v", s.SignIn)
	}
}

func TestSignInIsLeftAlone(t *testing.T) {
	c := newCounter()
	c.tap(desk.TapLeader)
	a, err := c.Scan(desk.Scan{Text: codeA, At: c.now})
	if err != nil || a.Verdict != kiosk.Busy || len(c.ledger.scans) != 0 {
		t.Errorf("a scan while a PIN is typed: %v %v, %d scans", a.Verdict, err, len(c.ledger.scans))
	}
	if s := c.tap(desk.TapBack); s.Screen != desk.Welcome {
		t.Errorf("back leads to %s", s.Screen)
	}
	c.tap(desk.TapLeader)
	c.wait(20 * time.Second)
	c.must(t, desk.Welcome)
}

func TestHoldIsConfirmedByTheLeader(t *testing.T) {
	c := newCounter()
	c.ledger.answers[codeA], c.ledger.confirm = held(kiosk.Held), accepted()
	if s := c.scan(t, codeA); s.Screen != desk.Held || s.Cue.Sound != desk.SoundWait || s.Total != 60 {
		t.Errorf("%s %v %d", s.Screen, s.Cue, s.Total)
	}
	if s := c.tap(desk.TapConfirm); s.Screen != desk.SignIn || !s.SignIn.ForHold {
		t.Errorf("%s %+v", s.Screen, s.SignIn)
	}
	c.keys("1111")
	if s := c.tap(desk.TapEnter); s.Screen != desk.Held || s.Leader != "S1" || s.Result == nil {
		t.Errorf("%s %q", s.Screen, s.Leader)
	}
	if s := c.tap(desk.TapConfirm); s.Screen != desk.Accepted {
		t.Errorf("%s", s.Screen)
	}
	if len(c.ledger.confirms) != 1 || c.ledger.confirms[0].By.ID != "S1" || c.ledger.confirms[0].Means != "" {
		t.Errorf("%+v", c.ledger.confirms)
	}
	if s := c.tap(desk.TapDone); s.Leader != "" {
		t.Error("who signed in for one hold stays signed in for the next customer")
	}
}

func TestPaymentIsTakenBeforeTheGoodsGo(t *testing.T) {
	for action, means := range map[desk.Action]string{desk.TapCash: "cash", desk.TapPaidCode: "platform-code"} {
		c := newCounter()
		c.ledger.answers[codeA], c.ledger.confirm = held(kiosk.PaymentDue), accepted()
		if due := c.scan(t, codeA).Result.Orders[0].Due; due != 1280 {
			t.Errorf("due %d", due)
		}
		c.tap(action)
		if len(c.ledger.confirms) != 0 {
			t.Fatal("a customer took the payment")
		}
		c.tap(desk.TapLeader)
		c.keys("2580")
		c.tap(desk.TapEnter)
		if s := c.tap(desk.TapConfirm); s.Screen != desk.Held || len(c.ledger.confirms) != 0 {
			t.Errorf("unpaid goods lead to %s, %d handovers", s.Screen, len(c.ledger.confirms))
		}
		if s := c.tap(action); s.Screen != desk.Accepted {
			t.Errorf("%s leads to %s", action, s.Screen)
		}
		if got := c.ledger.confirms[0].Means; got != means {
			t.Errorf("paid by %q", got)
		}
	}
}

// One code may open an order that is only held and one that is to be paid:
// nothing goes out before it is said how.
func TestDuesOfSeveralOrders(t *testing.T) {
	c := newCounter()
	plain, due := held(kiosk.Held).Outcomes[0], held(kiosk.PaymentDue).Outcomes[0]
	c.ledger.answers[codeA], c.ledger.confirm = desk.NewAnswer(kiosk.Cache{}, plain, due), accepted()
	c.scan(t, codeA)
	c.tap(desk.TapConfirm)
	c.keys("2580")
	if s := c.tap(desk.TapEnter, desk.TapConfirm); s.Screen != desk.Held || len(c.ledger.confirms) != 0 {
		t.Errorf("unpaid: %s, %d handovers", s.Screen, len(c.ledger.confirms))
	}
	if s := c.tap(desk.TapCash); s.Screen != desk.Accepted || len(c.ledger.confirms) != 2 || c.ledger.confirms[0].Means != "" || c.ledger.confirms[1].Means != "cash" {
		t.Errorf("paid: %s, %+v", s.Screen, c.ledger.confirms)
	}
}

func TestHoldsAreRejected(t *testing.T) {
	c := newCounter()
	c.ledger.answers[codeA] = held(kiosk.NeedsLeader)
	c.scan(t, codeA)
	c.tap(desk.TapReject)
	c.must(t, desk.Held) // nobody is signed in
	c.tap(desk.TapCancel)
	c.must(t, desk.Welcome)
	c.scan(t, codeA)
	c.tap(desk.TapConfirm)
	c.keys("2580")
	c.tap(desk.TapEnter, desk.TapReject)
	c.must(t, desk.Welcome)
	if diff := cmp.Diff([]string{"", "L1"}, c.ledger.rejects); diff != "" {
		t.Error(diff)
	}
	c.scan(t, codeA)
	if s := c.tap(desk.TapDone); s.Screen != desk.Welcome || len(c.ledger.rejects) != 2 {
		t.Error("leaving the screen rejected the hold")
	}
	c.scan(t, codeA)
	c.tap(desk.TapConfirm)
	if s := c.tap(desk.TapBack); s.Screen != desk.Held {
		t.Errorf("back from the PIN leads to %s", s.Screen)
	}
}

func TestAHoldThatChangedMeanwhile(t *testing.T) {
	c := newCounter()
	c.ledger.answers[codeA] = held(kiosk.Held)
	c.scan(t, codeA)
	c.tap(desk.TapConfirm)
	c.keys("2580")
	c.tap(desk.TapEnter)
	c.ledger.err = kiosk.ErrNoHold
	c.tap(desk.TapConfirm)
	if s := c.must(t, desk.Held); s.Hand.Refusal != desk.RefusedNoHold {
		t.Errorf("the leader is not told: %+v", s.Hand)
	}
	c.tap(desk.TapDone)
	c.must(t, desk.Welcome)
}

func TestUndo(t *testing.T) {
	earlier := kiosk.EventID{7}
	already := desk.NewAnswer(kiosk.Cache{}, kiosk.Outcome{Verdict: kiosk.AlreadyCollected, Order: order,
		History: []kiosk.Redemption{{Source: kiosk.Source{Event: earlier, At: opening}}}})
	for name, c := range map[string]struct {
		answer desk.Answer
		want   kiosk.EventID
	}{"what was just handed over": {accepted(), event}, "what was handed over earlier": {already, earlier}} {
		t.Run(name, func(t *testing.T) {
			k := newCounter()
			k.ledger.answers[codeA] = c.answer
			k.scan(t, codeA)
			k.tap(desk.TapUndo)
			if len(k.ledger.undone) != 0 {
				t.Fatal("a customer undid a handover")
			}
			k.tap(desk.TapLeader)
			k.keys("2580")
			k.tap(desk.TapEnter, desk.TapUndo)
			if diff := cmp.Diff([]kiosk.EventID{c.want}, k.ledger.undone); diff != "" {
				t.Error(diff)
			}
			k.must(t, desk.Welcome)
		})
	}
}

func TestALeadersWorkFailsLoudly(t *testing.T) {
	for name, act := range map[string]func(c *counter){
		"confirm": func(c *counter) { c.tap(desk.TapConfirm) },
		"reject":  func(c *counter) { c.tap(desk.TapReject) },
		"cancel":  func(c *counter) { c.tap(desk.TapCancel) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newCounter()
			c.ledger.answers[codeA] = held(kiosk.Held)
			c.scan(t, codeA)
			c.tap(desk.TapLeader)
			c.keys("2580")
			c.tap(desk.TapEnter)
			c.ledger.err = errDisk
			act(c)
			c.must(t, desk.OutOfOrder)
		})
	}
	c := newCounter()
	c.tap(desk.TapLeader)
	c.keys("2580")
	c.ledger.err = errDisk
	if s := c.tap(desk.TapEnter); s.Screen != desk.OutOfOrder || s.Leader != "" {
		t.Errorf("a sign-in that was not recorded leads to %s, %q signed in", s.Screen, s.Leader)
	}
}
