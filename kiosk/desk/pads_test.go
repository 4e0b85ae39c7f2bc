package desk_test

import (
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

func TestTakeBack(t *testing.T) {
	const typed = "318402751" // what a scanner typed
	c := newCounter()
	before := c.Pads()
	if s := c.keys(typed); s.Screen != desk.Keypad {
		t.Fatalf("screen %s", s.Screen)
	}
	c.TakeBack(before)
	c.must(t, desk.Welcome)

	c.tap(desk.TapType)
	c.keys("12")
	before = c.Pads()
	c.keys(typed)
	c.TakeBack(before)
	if s := c.state(); s.Screen != desk.Keypad || s.Keypad.Digits != "12" {
		t.Errorf("%s %q", s.Screen, s.Keypad.Digits)
	}

	c.tap(desk.TapLeader)
	c.keys("25")
	before = c.Pads()
	c.keys(typed)
	c.TakeBack(before)
	c.keys("80")
	if s := c.tap(desk.TapEnter); s.Leader == "" {
		t.Errorf("the PIN was not what the leader typed: %+v", s.SignIn)
	}

	// Another screen has come meanwhile: it stays as it is.
	c.tap(desk.TapSignOut, desk.TapType)
	c.keys("12")
	before = c.Pads()
	c.tap(desk.TapLeader)
	c.keys("2580")
	c.TakeBack(before)
	if s := c.state(); s.Screen != desk.SignIn || s.SignIn.Typed != 4 {
		t.Errorf("%s, %d digits", s.Screen, s.SignIn.Typed)
	}
}

// Enter of a keyboard does nothing on a hold, and so it keeps no leader signed in.
func TestEnterOnAHold(t *testing.T) {
	c := newCounter()
	c.tap(desk.TapLeader)
	c.keys("2580")
	c.tap(desk.TapEnter)
	c.ledger.answers[codeA] = held(kiosk.Held)
	c.wait(119 * time.Second)
	c.scan(t, codeA)
	if s := c.tap(desk.TapEnter); s.Screen != desk.Held || s.Leader == "" {
		t.Fatalf("%s, leader %q", s.Screen, s.Leader)
	}
	c.wait(time.Second)
	if c.state().Leader != "" {
		t.Error("a key that does nothing kept the leader signed in")
	}
}
