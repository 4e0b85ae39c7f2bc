package desk_test

import (
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

func TestTypedCodeIsRedeemed(t *testing.T) {
	c := newCounter()
	code := kiosk.NewTyped(318_402_751).Text
	c.ledger.answers[code] = accepted()
	c.tap(desk.TapType)
	if s := c.keys(code[:4] + "x" + code[4:]); s.Keypad.Digits != code || s.Cue.Sound != desk.SoundKey {
		t.Errorf("typed %q, cue %v", s.Keypad.Digits, s.Cue)
	}
	if s := c.tap(desk.TapEnter); s.Screen != desk.Accepted || c.ledger.scans[0].Source != "typed" {
		t.Errorf("%s, %+v", s.Screen, c.ledger.scans)
	}
	if s := c.tap(desk.TapDone, desk.TapType); s.Keypad.Digits != "" {
		t.Error("the next customer sees the code")
	}
}

func TestTypingOnWelcomeOpensTheKeypad(t *testing.T) {
	c := newCounter()
	if s := c.keys("3"); s.Screen != desk.Keypad || s.Keypad.Digits != "3" {
		t.Errorf("%s %q", s.Screen, s.Keypad.Digits)
	}
	c.wait(20 * time.Second)
	c.must(t, desk.Welcome)
}

func TestASlipIsPointedOutOnce(t *testing.T) {
	c := newCounter()
	const slip = "1234567890"
	if kiosk.TypedCheck(slip) {
		t.Fatal("the sample has a right check digit")
	}
	c.keys(slip)
	if s := c.tap(desk.TapEnter); s.Screen != desk.Keypad || !s.Keypad.Slip || len(c.ledger.scans) != 0 {
		t.Errorf("%s %+v", s.Screen, s.Keypad)
	}
	if s := c.tap(desk.TapErase); s.Keypad.Slip || s.Keypad.Digits != slip[:9] {
		t.Errorf("%+v", s.Keypad)
	}
	c.keys("0")
	c.tap(desk.TapEnter)
	if s := c.tap(desk.TapEnter); s.Screen != desk.Refused || len(c.ledger.scans) != 1 {
		t.Errorf("entered again: %s, %d scans", s.Screen, len(c.ledger.scans))
	}
}

func TestKeypadEdges(t *testing.T) {
	c := newCounter()
	c.tap(desk.TapType)
	if s := c.tap(desk.TapEnter, desk.TapErase); s.Keypad.Slip || s.Screen != desk.Keypad {
		t.Errorf("nothing typed: %s %+v", s.Screen, s.Keypad)
	}
	c.keys("1234567")
	c.tap(desk.TapEnter)
	if s := c.tap(desk.TapEnter); s.Screen != desk.Keypad || !s.Keypad.Slip {
		t.Errorf("seven digits are no code: %s", s.Screen)
	}
	if s := c.keys("89012345678901234567890"); len(s.Keypad.Digits) != 20 {
		t.Errorf("%d digits", len(s.Keypad.Digits))
	}
	if s := c.tap(desk.TapClear); s.Keypad.Digits != "" {
		t.Errorf("cleared: %q", s.Keypad.Digits)
	}
	c.keys("1")
	if s := c.tap(desk.TapBack); s.Screen != desk.Welcome {
		t.Errorf("%s", s.Screen)
	}
}

func TestTypedCodesAreNotGuessed(t *testing.T) {
	c := newCounter()
	guess := func(n uint32) desk.State {
		c.tap(desk.TapDone, desk.TapType)
		c.keys(kiosk.NewTyped(n).Text)
		return c.tap(desk.TapEnter)
	}
	for n := range uint32(5) {
		if s := guess(n); s.Screen != desk.Refused {
			t.Fatalf("guess %d leads to %s", n, s.Screen)
		}
	}
	good := kiosk.NewTyped(99).Text
	c.ledger.answers[good] = accepted()
	if s := guess(99); s.Screen != desk.Keypad || s.Keypad.Wait != 120 || len(c.ledger.scans) != 5 {
		t.Errorf("%s, wait %d, %d scans", s.Screen, s.Keypad.Wait, len(c.ledger.scans))
	}
	if s := c.scan(t, good); s.Screen != desk.Accepted {
		t.Errorf("a scanner is not the keypad: %s", s.Screen)
	}
	c.wait(2 * time.Minute)
	if s := guess(99); s.Screen != desk.Accepted {
		t.Errorf("after the pause: %s", s.Screen)
	}
	for n := range uint32(9) { // slowly: never five within the window
		c.wait(31 * time.Second)
		if s := guess(n); s.Screen != desk.Refused {
			t.Fatalf("slow guess %d leads to %s", n, s.Screen)
		}
	}
}

func TestTypingFailsLoudly(t *testing.T) {
	c := newCounter()
	c.ledger.err = errDisk
	c.keys(kiosk.NewTyped(1).Text)
	c.tap(desk.TapEnter)
	c.must(t, desk.OutOfOrder)
}
