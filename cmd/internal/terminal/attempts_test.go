package terminal

import (
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/sync/hq/hqtest"
)

// Whoever switches the terminal off after every guess, and sets its clock, has
// no more guesses than somebody who leaves it on.
func TestAttemptsOutliveTheTerminal(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	clock := &shifted{}
	o := options(f)
	o.Now = clock.now
	begin := func() *rig {
		clock.set(time.Duration(clock.by.Load()) + 24*time.Hour) // while it is off
		r := start(t, o)
		r.screen(desk.Welcome)
		return r
	}
	typed := func(r *rig, code string) {
		r.Tap(desk.TapType)
		r.keys(code)
		r.Tap(desk.TapEnter)
	}
	for n := range uint32(5) {
		r := begin()
		typed(r, kiosk.NewTyped(n).Text)
		r.until("nobody's code", func(s desk.State) bool { return s.Screen == desk.Refused })
		r.Tap(desk.TapLeader)
		r.keys("0000")
		r.Tap(desk.TapEnter)
		r.until("a wrong PIN", func(s desk.State) bool { return s.SignIn.Wrong })
		r.stop()
	}
	r := begin()
	typed(r, codes[0].Typed.Text)
	r.until("a closed keypad", func(s desk.State) bool { return s.Screen == desk.Keypad && s.Keypad.Wait > 100 })
	r.Tap(desk.TapBack)
	r.Tap(desk.TapLeader)
	r.keys(hqtest.PIN)
	r.Tap(desk.TapEnter)
	s := r.until("a closed PIN pad", func(s desk.State) bool { return s.Screen == desk.SignIn && s.SignIn.Wait > 0 })
	if s.Leader != "" || r.store.Status().Head < 10 {
		t.Errorf("leader %q, %d events", s.Leader, r.store.Status().Head)
	}
}
