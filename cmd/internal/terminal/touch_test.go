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
	r.types(clock, codes[0].Opaque.Text+"\n", 200*time.Millisecond) // a hand
	r.types(clock, codes[1].Opaque.Text+"\n", 0)
	a := r.answer()
	if out := want(t, a, kiosk.Accepted); out.Order.ID != "A2" || a.scan.Source != "wedge" {
		t.Errorf("%+v", a)
	}
	r.screen(desk.Accepted)
	if len(r.answers) != 0 {
		t.Error("what a hand typed was answered as a scan")
	}
}

// types types on a real keyboard.
func (r *rig) types(clock *shifted, text string, pause time.Duration) {
	r.t.Helper()
	at := time.Duration(clock.by.Load())
	for _, c := range text {
		at += pause
		clock.set(at)
		r.Typed(c)
	}
}

// A scanner that types while a leader enters the PIN: its code is a scan, and neither a wrong PIN nor
// a part of the right one.
func TestTypedBurstOnSignIn(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	clock := &shifted{frozen: time.Now().Round(0)}
	o := options(f)
	o.Now = clock.now
	r := start(t, o)
	r.screen(desk.Welcome)
	r.Tap(desk.TapLeader)
	r.screen(desk.SignIn)
	r.types(clock, hqtest.PIN[:2], 200*time.Millisecond)
	clock.set(time.Duration(clock.by.Load()) + time.Second)
	for _, scan := range []string{codes[0].Typed.Text, codes[0].Opaque.Text, "@SETUPE1"} {
		r.types(clock, scan+"\n", 5*time.Millisecond)
		if a := r.answer(); a.answer.Verdict != kiosk.Busy || a.scan.Source != "wedge" {
			t.Errorf("%+v", a)
		}
		if s := r.until("the pad", func(s desk.State) bool { return s.SignIn.Typed == 2 }); s.SignIn.Wrong || s.SignIn.Attempts != 5 || s.Screen != desk.SignIn {
			t.Errorf("%+v", s.SignIn)
		}
		clock.set(time.Duration(clock.by.Load()) + time.Second)
	}
	r.types(clock, hqtest.PIN[2:]+"\n", 200*time.Millisecond)
	r.until("the leader", func(s desk.State) bool { return s.Leader != "" })
	if got := r.store.Attempts(); got.PIN != 0 {
		t.Errorf("attempts %+v", got)
	}
}

// What a scanner types on the keypad or on Welcome is one scan, and not a typed code as well.
func TestTypedBurstOfDigits(t *testing.T) {
	f, codes := localFolder(t, 2, kiosk.Policy{})
	clock := &shifted{frozen: time.Now().Round(0)}
	o := options(f)
	o.Now = clock.now
	r := start(t, o)
	r.screen(desk.Welcome)
	r.types(clock, codes[0].Typed.Text+"\n", 5*time.Millisecond)
	want(t, r.answer(), kiosk.Accepted)
	r.screen(desk.Accepted)
	r.Tap(desk.TapDone)
	r.screen(desk.Welcome)
	r.types(clock, "12", 200*time.Millisecond)
	clock.set(time.Duration(clock.by.Load()) + time.Second)
	r.types(clock, "]C0\x1d99\n", 5*time.Millisecond)
	want(t, r.answer(), kiosk.Malformed)
	if len(r.answers) != 0 {
		t.Error("answered twice")
	}
	if got := r.store.Attempts(); len(got.Typed) != 0 {
		t.Errorf("attempts %+v", got)
	}
}
