package desk

import (
	"slices"

	"hexiao/kiosk"
)

// Asking is its screen: HQ is asked whether orders may be handed out here whose
// lease another kiosk has. Nobody waits long for that: the terminal sees to it
// that an answer, or none, comes within seconds.
const Asking Screen = "asking"

// TapTakeOver on Refused, other-kiosk: the signed-in leader hands over here all
// the same; Held comes up, with a warning.
const TapTakeOver Action = "take-over"

// maxAsked is how many orders are asked for at once; more of one customer do not
// come.
const maxAsked = 50

// LeaseAsk names orders whose leases HQ is asked for. The terminal does it beside
// the desk's goroutine and tells how it went with [Desk.LeaseAnswered].
type LeaseAsk struct {
	Number int // counts the asks of this desk
	Orders []kiosk.OrderID
}

// asking is what Asking knows. The scan holds the code, a secret of the
// customer's.
type asking struct {
	number int
	scan   Scan
	typed  bool
}

// askLease asks HQ about the orders of a scan that may be another kiosk's, before
// anything is decided; true: the scan is dealt with when the answer is there.
// Offline nobody is asked: the policy says what is done then.
func (d *Desk) askLease(s Scan, typed bool) (bool, error) {
	if d.o.AskLease == nil || !d.online || d.o.Ledger.Point().Policy.Leases == kiosk.LeaseOff {
		return false, nil
	}
	a, err := d.o.Ledger.Peek(s)
	if err != nil {
		return false, err
	}
	var ids []kiosk.OrderID
	for _, o := range a.Outcomes {
		if o.AsksLease() && len(ids) < maxAsked {
			ids = append(ids, o.Order.ID)
		}
	}
	if len(ids) == 0 {
		return false, nil
	}
	d.asks++
	d.answer, d.result, d.after, d.hand = Answer{}, nil, after{}, hand{}
	d.open(Asking, s.At, d.policy().IdleTime)
	d.customer.asking = asking{number: d.asks, scan: s, typed: typed}
	d.say(SoundWait, PromptLater)
	d.o.AskLease(LeaseAsk{Number: d.asks, Orders: ids})
	return true, nil
}

// AsksLease gives the number of the ask that is under way for whoever stands at
// the counter; 0: none is.
func (d *Desk) AsksLease() int { return d.customer.asking.number }

// scanAsking answers what is shown while HQ is asked: the same code again is
// nothing new, another one has to wait.
func (d *Desk) scanAsking(s Scan) Answer {
	if s.Text == d.customer.asking.scan.Text || slices.Contains(s.Held, s.Text) {
		return Answer{}
	}
	d.say(SoundWait, PromptLater)
	return d.busy(s.At)
}

// LeaseAnswered tells that HQ has answered an ask, or will not: the ledger knows
// what it said. The code is decided on then, and the answer is as [Desk.Scan]
// gives it; it is not Given for one that was typed, and where whoever asked has
// given up.
func (d *Desk) LeaseAnswered(number int, at kiosk.Moment) (Answer, error) {
	c := d.customer.asking
	if d.screen != Asking || c.number != number {
		return Answer{}, nil
	}
	d.customer.asking = asking{}
	c.scan.At = at
	if c.typed {
		return Answer{}, d.redeemTyped(c.scan)
	}
	return d.redeemAsked(c.scan)
}

func (d *Desk) tapAsking(a Action) {
	if a == TapCancel || a == TapBack {
		d.home()
	}
}

// takeOver puts orders of another kiosk on Held for the signed-in leader, who has
// the goods in sight and decides. Nothing is recorded before they do.
func (d *Desk) takeOver(at kiosk.Moment) {
	if !d.leader.in() || d.result == nil || d.result.Verdict != kiosk.OtherKiosk {
		return
	}
	d.leader.touch(at)
	outcomes := slices.Clone(d.answer.Outcomes)
	for i := range outcomes {
		if outcomes[i].Verdict == kiosk.OtherKiosk {
			outcomes[i].Verdict = kiosk.NeedsLeader
		}
	}
	d.show(NewAnswer(d.answer.Cache, outcomes...), at)
}

// handHeld hands over a held order, or one that was taken over and is on no hold.
func (d *Desk) handHeld(o kiosk.Outcome, conf kiosk.Confirmation, at kiosk.Moment) (Answer, error) {
	if o.Event.IsZero() {
		return d.o.Ledger.HandOver(at, o.Order.ID, conf)
	}
	return d.o.Ledger.Confirm(at, o.Order.ID, conf)
}
