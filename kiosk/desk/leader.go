package desk

import (
	"slices"
	"time"

	"hexiao/kiosk"
)

// leader is who is signed in.
type leader struct {
	who     kiosk.Leader
	until   time.Duration // monotonic
	forHold bool          // signed out as soon as the hold is settled
}

func (l *leader) in() bool { return l.who.ID != "" }

// touch keeps a leader signed in who does what only a leader can; customers'
// touches do not, or a queue would keep the terminal open to everybody.
func (l *leader) touch(at kiosk.Moment) {
	if l.in() {
		l.until = at.Mono + leaderIdle
	}
}

// signIn is the PIN pad.
type signIn struct {
	typed   string
	wrong   bool
	forHold bool
	failed  int           // since somebody signed in
	until   time.Duration // no attempt before, monotonic
	back    Screen        // where a sign-in for a hold returns to
}

func (s *signIn) state(at kiosk.Moment) SignInState {
	return SignInState{
		Typed: len(s.typed), Wrong: s.wrong, Attempts: pinAttempts - s.failed%pinAttempts,
		Wait: seconds(s.until - at.Mono), ForHold: s.forHold,
	}
}

func (d *Desk) openSignIn(forHold bool, at kiosk.Moment) {
	// A leader called to a held order comes back to it, whoever pressed what.
	forHold = forHold || d.screen == Held
	d.signIn.typed, d.signIn.wrong, d.signIn.forHold, d.signIn.back = "", false, forHold, d.screen
	if d.screen.followsAccepted() {
		d.signIn.back = Accepted // what the customer began there is forgotten
	}
	d.open(SignIn, at, d.policy().IdleTime)
}

func (d *Desk) typePIN(r rune, at kiosk.Moment) {
	d.open(SignIn, at, d.policy().IdleTime)
	d.sound(SoundKey)
	if len(d.signIn.typed) < maxPINDigits {
		d.signIn.typed += string(r)
		d.signIn.wrong = false
	}
}

func (d *Desk) tapSignIn(a Action, at kiosk.Moment) {
	d.open(SignIn, at, d.policy().IdleTime)
	switch a {
	case TapErase:
		if n := len(d.signIn.typed); n > 0 {
			d.signIn.typed = d.signIn.typed[:n-1]
		}
	case TapClear:
		d.signIn.typed = ""
	case TapBack:
		d.leaveSignIn(at)
	case TapEnter:
		d.enterPIN(at)
	}
}

// leaveSignIn goes back to the hold or the result that was showing.
func (d *Desk) leaveSignIn(at kiosk.Moment) {
	if d.signIn.back == Held || d.result != nil {
		d.open(d.signIn.back, at, holdTimes*d.policy().IdleTime)
		return
	}
	d.home()
}

// enterPIN signs in whoever has the PIN, and records it.
func (d *Desk) enterPIN(at kiosk.Moment) {
	s := &d.signIn
	if at.Mono < s.until || s.typed == "" {
		return
	}
	who, ok := d.holder(s.typed)
	s.typed = ""
	if !ok {
		d.missPIN(at)
		return
	}
	if err := d.o.Ledger.Record(at, kiosk.SignedIn{By: who.ID, Role: who.Role}); err != nil {
		d.fail()
		return
	}
	s.failed, s.wrong = 0, false
	d.leader = leader{who: who, until: at.Mono + leaderIdle, forHold: s.forHold}
	if !s.forHold && d.o.Books != nil {
		d.under, d.counter = Counter, counter{mode: CounterToday}
	}
	d.sound(SoundAccept)
	d.leaveSignIn(at)
}

// holder finds whose PIN it is.
func (d *Desk) holder(pin string) (kiosk.Leader, bool) {
	for _, l := range d.o.Ledger.Point().Leaders {
		if d.o.CheckPIN(l.PINHash, pin) {
			return l, true
		}
	}
	return kiosk.Leader{}, false
}

func (d *Desk) signOut() { d.leader = leader{} }

// recheck asks the point again who is signed in: HQ may have changed what they may
// do, or have taken them off its list. Whoever is not on it, or has touched nothing
// for long, is signed out.
func (d *Desk) recheck(at kiosk.Moment) {
	if !d.leader.in() {
		return
	}
	all := d.o.Ledger.Point().Leaders
	i := slices.IndexFunc(all, func(l kiosk.Leader) bool { return l.ID == d.leader.who.ID })
	if i >= 0 && at.Mono < d.leader.until {
		d.leader.who = all[i]
		return
	}
	d.signOut()
	if d.screen.ForLeader() {
		d.home()
	}
}
