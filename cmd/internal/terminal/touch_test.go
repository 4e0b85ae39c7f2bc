package terminal

import (
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/sync/hq/hqtest"
)

func TestTypedCode(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	r := start(t, options(f))
	r.screen(desk.Welcome)
	digits := codes[0].Typed.Text
	slip := digits[:9] + string('0'+(digits[9]-'0'+1)%10)
	r.keys(slip)
	r.Tap(desk.TapEnter)
	if s := r.until("a slip", func(s desk.State) bool { return s.Keypad.Slip }); s.Screen != desk.Keypad {
		t.Errorf("screen %s", s.Screen)
	}
	r.Tap(desk.TapErase)
	r.Key(rune(digits[9]))
	r.Tap(desk.TapEnter)
	if s := r.screen(desk.Accepted); s.Result.Orders[0].ID != "A1" {
		t.Errorf("result %+v", s.Result)
	}
	r.Tap(desk.TapLanguage)
	r.until("English", func(s desk.State) bool { return s.Lang == desk.English })
	r.Tap(desk.TapDone)
	if s := r.screen(desk.Welcome); s.Lang != desk.Chinese {
		t.Error("the language stays for the next customer")
	}
}

// A code for the leader is held until a PIN confirms it.
func TestLeaderConfirmsHold(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{Handover: kiosk.HandoverLeader})
	camera := newScannerFake("camera")
	r := start(t, options(f, camera))
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Held)
	r.screen(desk.Held)
	r.Tap(desk.TapConfirm)
	if s := r.screen(desk.SignIn); !s.SignIn.ForHold {
		t.Errorf("sign-in %+v", s.SignIn)
	}
	r.keys("0000")
	r.Tap(desk.TapEnter)
	r.until("a wrong PIN", func(s desk.State) bool { return s.SignIn.Wrong && s.SignIn.Attempts == 4 })
	// While a leader types, a scan waits and nothing is recorded.
	if out := want(t, r.scanned(camera, codes[0].Typed.Text), kiosk.Busy); !out.Event.IsZero() {
		t.Errorf("busy, and event %v", out.Event)
	}
	r.keys(hqtest.PIN)
	r.Tap(desk.TapEnter)
	r.until("the hold, signed in", func(s desk.State) bool { return s.Screen == desk.Held && s.Leader == "李团长" })
	r.Tap(desk.TapConfirm)
	if s := r.screen(desk.Accepted); s.Result.Orders[0].ID != "A1" || s.Result.Orders[0].Units != 3 {
		t.Errorf("result %+v", s.Result)
	}
	r.Tap(desk.TapDone)
	if s := r.screen(desk.Welcome); s.Leader != "" {
		t.Error("the leader of a hold stays signed in")
	}
}

// A scanner that types into the window is told from a hand by its speed.
func TestTypedBurst(t *testing.T) {
	f, codes := localFolder(t, 2, kiosk.Policy{})
	clock := &shifted{frozen: time.Now().Round(0)}
	o := options(f)
	o.Now = clock.now
	r := start(t, o)
	r.screen(desk.Welcome)
	typed := func(text string, pause time.Duration) {
		at := time.Duration(clock.by.Load())
		for _, c := range text + "\n" {
			at += pause
			clock.set(at)
			r.Typed(c)
		}
	}
	typed(codes[0].Opaque.Text, 200*time.Millisecond) // a hand
	typed(codes[1].Opaque.Text, 0)
	a := r.answer()
	if out := want(t, a, kiosk.Accepted); out.Order.ID != "A2" || a.scan.Source != "wedge" {
		t.Errorf("%+v", a)
	}
	r.screen(desk.Accepted)
	if len(r.answers) != 0 {
		t.Error("what a hand typed was answered as a scan")
	}
}
