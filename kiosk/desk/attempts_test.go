package desk_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// restart is the same terminal after it was switched off and on: another
// process, whose monotonic time begins anew, over the same ledger.
func (c *counter) restart() *counter {
	fresh := newCounter()
	fresh.ledger = c.ledger
	fresh.ledger.epoch++
	fresh.Desk = desk.New(desk.Options{
		Ledger: c.ledger, Terminal: "P001-1", Reveal: func(kiosk.Order) kiosk.Masked { return kiosk.Masked{} },
		CheckPIN: func(hash, pin string) bool { return hash == pin },
	})
	fresh.now = kiosk.Moment{Wall: c.now.Wall.AddDate(1, 0, 0), Mono: time.Second} // and a clock that was set
	fresh.state()
	return fresh
}

func (c *counter) pin(digits string) desk.State {
	c.tap(desk.TapBack, desk.TapLeader, desk.TapClear)
	c.keys(digits)
	return c.tap(desk.TapEnter)
}

func (c *counter) typed(digits string) desk.State {
	c.tap(desk.TapDone, desk.TapBack, desk.TapType)
	c.keys(digits)
	return c.tap(desk.TapEnter)
}

func failed(kind kiosk.AttemptKind, n int) (list []kiosk.Body) {
	for range n {
		list = append(list, kiosk.AttemptFailed{Kind: kind})
	}
	return list
}

// Whoever switches the terminal off and on after every wrong PIN has five, as
// has everybody else.
func TestRestartingGivesNoMorePINs(t *testing.T) {
	c := newCounter()
	for n := range 5 {
		if s := c.pin("9999"); !s.SignIn.Wrong || n < 4 && s.SignIn.Attempts != 4-n {
			t.Fatalf("attempt %d: %+v", n+1, s.SignIn)
		}
		c = c.restart()
	}
	if diff := cmp.Diff(failed(kiosk.AttemptPIN, 5), c.ledger.recorded); diff != "" {
		t.Fatal(diff)
	}
	for range 3 { // the pause is begun anew by every restart
		if s := c.pin("2580"); s.Leader != "" || s.SignIn.Wait != 60 {
			t.Fatalf("after a restart: leader %q, %+v", s.Leader, s.SignIn)
		}
		c.wait(40 * time.Second)
		c = c.restart()
	}
	c.wait(time.Minute)
	if s := c.pin("2580"); s.Leader == "" {
		t.Fatalf("after the pause: %+v", s.SignIn)
	}
	c = c.restart()
	if s := c.pin("9999"); s.SignIn.Attempts != 4 {
		t.Errorf("a sign-in did not begin the count anew: %+v", s.SignIn)
	}
}

func TestPausesOfThePINPadGrow(t *testing.T) {
	c := newCounter()
	for _, minutes := range []int{1, 2, 4, 8, 16, 32, 60, 60} {
		for range 4 {
			if s := c.pin("9999"); s.SignIn.Wait != 0 {
				t.Fatalf("too early: %+v", s.SignIn)
			}
		}
		if s := c.pin("9999"); s.SignIn.Wait != 60*minutes {
			t.Fatalf("wait %d s, want %d min", s.SignIn.Wait, minutes)
		}
		if s := c.restart().pin("1"); s.SignIn.Wait != 60*minutes {
			t.Fatalf("after a restart %d s, want %d min", s.SignIn.Wait, minutes)
		}
		c.ledger.epoch--
		c.wait(time.Duration(minutes) * time.Minute)
	}
	if s := c.pin("2580"); s.Leader == "" {
		t.Fatalf("%+v", s.SignIn)
	}
	c.tap(desk.TapSignOut)
	for range 5 {
		c.pin("9999")
	}
	if s := c.state(); s.SignIn.Wait != 60 {
		t.Errorf("after a sign-in the pause is %d s", s.SignIn.Wait)
	}
}

func TestRestartingGivesNoMoreTypedCodes(t *testing.T) {
	c := newCounter()
	for n := range uint32(5) {
		if s := c.typed(kiosk.NewTyped(n).Text); s.Screen != desk.Refused {
			t.Fatalf("guess %d leads to %s", n, s.Screen)
		}
		c = c.restart()
	}
	if diff := cmp.Diff(failed(kiosk.AttemptTyped, 5), c.ledger.recorded); diff != "" {
		t.Fatal(diff)
	}
	good := kiosk.NewTyped(99).Text
	c.ledger.answers[good] = accepted()
	if s := c.typed(good); s.Screen != desk.Keypad || s.Keypad.Wait != 120 {
		t.Fatalf("%s, wait %d", s.Screen, s.Keypad.Wait)
	}
	c.wait(2 * time.Minute)
	if s := c.typed(good); s.Screen != desk.Accepted {
		t.Fatalf("after the pause: %s", s.Screen)
	}
}

// What other events prove to have passed counts, over restarts too.
func TestOldTypedCodesAreForgotten(t *testing.T) {
	c := newCounter()
	for n := range uint32(40) {
		if s := c.typed(kiosk.NewTyped(n).Text); s.Screen != desk.Refused {
			t.Fatalf("slow guess %d leads to %s", n, s.Screen)
		}
		c.wait(31 * time.Second)
	}
	if err := c.ledger.Record(c.now, kiosk.ClockChanged{}); err != nil {
		t.Fatal(err)
	}
	c = c.restart()
	if s := c.typed(kiosk.NewTyped(50).Text); s.Screen != desk.Refused {
		t.Errorf("the first guess after a restart: %s, wait %d", s.Screen, s.Keypad.Wait)
	}
	// Three of the old ones are still within the window.
	if s := c.typed(kiosk.NewTyped(51).Text); s.Screen != desk.Refused {
		t.Errorf("%s, wait %d", s.Screen, s.Keypad.Wait)
	}
	if s := c.typed(kiosk.NewTyped(52).Text); s.Screen != desk.Keypad || s.Keypad.Wait == 0 {
		t.Errorf("%s, wait %d", s.Screen, s.Keypad.Wait)
	}
}

// What cannot be recorded is not answered, and counts.
func TestAttemptsThatCannotBeRecorded(t *testing.T) {
	c := newCounter()
	c.tap(desk.TapLeader)
	c.keys("9999")
	c.ledger.err = errDisk
	if s := c.tap(desk.TapEnter); s.Screen != desk.OutOfOrder || s.SignIn.Wrong {
		t.Errorf("%s %+v", s.Screen, s.SignIn)
	}
	c.ledger.err = nil
	c.wait(time.Second)
	c.must(t, desk.Welcome)
	if s := c.pin("9999"); s.SignIn.Attempts != 3 {
		t.Errorf("%+v", s.SignIn)
	}
}

// A ledger that is out of order at the start is asked when it has come back.
func TestAttemptsAreRecalledFromALedgerThatComesBack(t *testing.T) {
	c := newCounter()
	for range 4 {
		c.pin("9999")
	}
	before := c.ledger.failed
	c = c.restart()
	c.ledger.failed, c.ledger.status.Disk = kiosk.Attempts{}, errDisk
	c.wait(time.Second)
	c.must(t, desk.OutOfOrder)
	c.ledger.failed, c.ledger.status.Disk = before, nil
	c.wait(time.Second)
	if s := c.pin("9999"); s.SignIn.Wait != 60 {
		t.Errorf("%+v", s.SignIn)
	}
}

// A phone that shows one short code after the other to a scanner is stopped;
// opaque codes go on being answered.
func TestShortCodesAreNotTriedThroughScanners(t *testing.T) {
	for name, code := range map[string]func(n int) string{
		"typed":    func(n int) string { return kiosk.NewTyped(uint32(n)).Text },
		"platform": func(n int) string { return fmt.Sprintf("%013d", n) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newCounter()
			for n := range 20 {
				if s := c.scan(t, code(n)); s.Result.Verdict != kiosk.Unknown {
					t.Fatalf("code %d: %s", n, s.Result.Verdict)
				}
				c.wait(time.Second)
			}
			good := code(99)
			opaque := kiosk.NewOpaque([16]byte{1}, "P001").Text
			c.ledger.answers[good], c.ledger.answers[opaque] = accepted(), accepted()
			scans := len(c.ledger.scans)
			for _, c := range []*counter{c, c.restart()} {
				s := c.scan(t, good)
				if s.Screen != desk.Refused || s.Result.Verdict != kiosk.Busy || s.Result.Wait < 100 || len(c.ledger.scans) != scans {
					t.Errorf("%s %+v, %d scans", s.Screen, s.Result, len(c.ledger.scans)-scans)
				}
				if s := c.scan(t, opaque); s.Screen != desk.Accepted {
					t.Errorf("an opaque code: %s", s.Screen)
				}
				scans++
			}
			if diff := cmp.Diff(failed(kiosk.AttemptScanned, 1), c.ledger.recorded); diff != "" {
				t.Error(diff)
			}
			c.wait(2 * time.Minute)
			if s := c.scan(t, good); s.Screen != desk.Accepted {
				t.Errorf("after the pause: %s", s.Screen)
			}
		})
	}
}

// Neither a label that is shown again and again, nor opaque codes, nor what is
// no code at all, nor short codes now and then are guesses.
func TestWhatIsNoGuessing(t *testing.T) {
	for name, code := range map[string]func(n int) string{
		"one label": func(int) string { return "6901234567892" },
		"opaque":    func(n int) string { return kiosk.NewOpaque([16]byte{byte(n)}, "P001").Text },
		"no code":   func(n int) string { return fmt.Sprint("hello ", n) },
	} {
		c := newCounter()
		for n := range 60 {
			if s := c.scan(t, code(n)); s.Result.Verdict != kiosk.Unknown {
				t.Fatalf("%s, %d: %s", name, n, s.Result.Verdict)
			}
		}
		if len(c.ledger.recorded) > 0 {
			t.Errorf("%s: recorded %v", name, c.ledger.recorded)
		}
	}
	c := newCounter()
	for n := range 60 {
		if s := c.scan(t, fmt.Sprintf("%013d", n)); s.Result.Verdict != kiosk.Unknown {
			t.Fatalf("slow, %d: %s", n, s.Result.Verdict)
		}
		c.wait(7 * time.Second)
	}
}

func TestALockOutThatCannotBeRecorded(t *testing.T) {
	c := newCounter()
	for n := range 19 {
		c.scan(t, fmt.Sprintf("%013d", n))
	}
	c.ledger.answers["0000000000099"] = desk.NewAnswer(kiosk.Cache{}, kiosk.Outcome{Verdict: kiosk.Unknown})
	c.ledger.recordErr = errDisk
	if _, err := c.Scan(desk.Scan{Text: "0000000000099", At: c.now}); err == nil {
		t.Error("answered")
	}
	c.must(t, desk.OutOfOrder)
}
