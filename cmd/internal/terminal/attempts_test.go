package terminal

import (
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/sync/hq/hqtest"
)

// Whoever pulls the plug the moment the screen says no, every time, and sets the
// clock, has no more guesses than somebody who leaves the terminal on.
func TestAttemptsOutliveAPulledPlug(t *testing.T) {
	f, codes := localFolder(t, 1, kiosk.Policy{})
	clock := &shifted{}
	begin := func() *rig {
		clock.set(time.Duration(clock.by.Load()) + 24*time.Hour) // while it is off
		o := options(f)
		o.Now = clock.now
		r := start(t, o)
		r.screen(desk.Welcome)
		return r
	}
	pulled := func(r *rig) *rig {
		f = killed(t, f)
		r.stop()
		return begin()
	}
	typed := func(r *rig, code string) {
		r.Tap(desk.TapType)
		r.keys(code)
		r.Tap(desk.TapEnter)
	}
	r := begin()
	for n := range uint32(5) {
		typed(r, kiosk.NewTyped(n).Text)
		r.screen(desk.Refused)
		r = pulled(r)
		r.Tap(desk.TapLeader)
		r.keys("0000")
		r.Tap(desk.TapEnter)
		r.until("a wrong PIN", func(s desk.State) bool { return s.SignIn.Wrong })
		r = pulled(r)
	}
	typed(r, codes[0].Typed.Text)
	r.until("a closed keypad", func(s desk.State) bool { return s.Screen == desk.Keypad && s.Keypad.Wait > 100 })
	r.Tap(desk.TapBack)
	r.Tap(desk.TapLeader)
	r.keys(hqtest.PIN)
	r.Tap(desk.TapEnter)
	s := r.until("a closed PIN pad", func(s desk.State) bool { return s.Screen == desk.SignIn && s.SignIn.Wait > 0 })
	if a := r.store.Attempts(); s.Leader != "" || a.PIN != 5 || len(a.Typed) != 5 {
		t.Errorf("leader %q, %+v", s.Leader, a)
	}
}
