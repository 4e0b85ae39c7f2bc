package desk

import (
	"slices"
	"time"

	"hexiao/kiosk"
)

// Scan answers a scanned code and shows the answer. The answer is given out as
// well, for terminals without a screen; it is not Given when nothing in view is new. Of
// different pickup codes in one view none is redeemed: the answer is busy, Several. An
// error means that the outcome is unknown and the terminal is out of order.
func (d *Desk) Scan(s Scan) (Answer, error) {
	for _, text := range append([]string{s.Text}, s.Also...) {
		if !slices.Contains(s.Held, text) {
			d.dealt.remove(text) // it was away, and is shown anew
		}
	}
	if d.screen == SignIn {
		if len(s.Held) > len(s.Also) {
			return Answer{}, nil // nothing in view is new
		}
		d.say(SoundWait, PromptLater)
		return d.busy(s.At), nil
	}
	d.recall(s.At)
	if d.screen == Asking {
		return d.scanAsking(s), nil
	}
	if d.screen == Invoice && d.takeTitle(s) || d.countScan(s) {
		return Answer{}, nil
	}
	p, err := d.choose(s)
	if err != nil {
		d.fail()
		return Answer{}, err
	}
	if p.several {
		return d.severalCodes(s), nil
	}
	again := slices.ContainsFunc(p.texts, d.dealt.has)
	d.dealt.add(append(p.texts, p.rest...)...)
	if again {
		return Answer{}, nil
	}
	return d.redeem(Scan{Text: p.texts[0], Source: s.Source, At: s.At})
}

// redeem answers one text.
func (d *Desk) redeem(s Scan) (Answer, error) {
	if wait := d.short.misses.wait(s.At); wait > 0 && d.isShort(s.Text) {
		a := d.busy(s.At)
		d.show(a, s.At)
		d.result.Wait = wait
		return a, nil
	}
	asked, err := d.askLease(s, false)
	switch {
	case err != nil:
		d.fail()
		return Answer{}, err
	case asked:
		return Answer{}, nil
	}
	return d.redeemAsked(s)
}

// redeemAsked answers one text after HQ was asked for leases, or need not be.
func (d *Desk) redeemAsked(s Scan) (Answer, error) {
	asked, err := d.ask(&s)
	if asked {
		return Answer{}, nil
	}
	var a Answer
	if err == nil {
		a, err = d.o.Ledger.Redeem(s)
	}
	if err == nil && opensNothing(a) {
		err = d.missScanned(s.Text, s.At)
	}
	if err != nil {
		d.fail()
		return Answer{}, err
	}
	if d.sameShowing(a, s.At) {
		d.Repeat()
		return a, nil
	}
	d.show(a, s.At)
	return a, nil
}

// sameShowing reports whether an answer is about goods that were accepted within the
// debounce, by another text that opens them or through another scanner: a phone shows a QR
// code and a bar code, and the second is read when the first is out of sight. Whoever is
// rating the goods, with the phone in the hand, is not told that they have them.
func (d *Desk) sameShowing(a Answer, at kiosk.Moment) bool {
	if a.Verdict != kiosk.AlreadyCollected || !d.justShown(at) && !d.screen.followsAccepted() {
		return false
	}
	return !slices.ContainsFunc(a.Outcomes, func(o kiosk.Outcome) bool {
		return !slices.ContainsFunc(d.answer.Outcomes, func(now kiosk.Outcome) bool {
			return now.Verdict == kiosk.Accepted && now.Order.ID == o.Order.ID
		})
	})
}

// justShown reports whether Accepted came up within the debounce.
func (d *Desk) justShown(at kiosk.Moment) bool {
	return d.screen == Accepted && at.Mono-(d.closes-d.lasts) < d.policy().Debounce
}

func (d *Desk) busy(at kiosk.Moment) Answer {
	return NewAnswer(d.o.Ledger.Status().Cache, kiosk.Outcome{Verdict: kiosk.Busy, At: at.Wall})
}

// Repeat is the same code again within the debounce: whoever has collected is
// told so, everybody else has the answer before their eyes.
func (d *Desk) Repeat() {
	if d.screen != Accepted || d.result.Repeat {
		return
	}
	r := *d.result
	r.Repeat = true
	d.result = &r
}

// show opens the screen of an answer.
func (d *Desk) show(a Answer, at kiosk.Moment) {
	policy := d.policy()
	d.hand = hand{}
	d.answer, d.result, d.after = a, d.newResult(a, at), after{}
	switch {
	case a.Verdict == kiosk.Accepted, a.Verdict == kiosk.Provisional:
		d.open(Accepted, at, policy.ResultTime)
		d.say(SoundAccept, promptFor(a))
	case a.Verdict.ForLeader():
		d.open(Held, at, holdTimes*policy.IdleTime)
		d.say(SoundWait, promptFor(a))
	case a.Several:
		d.open(Refused, at, policy.ResultTime)
		d.say(SoundWait, promptFor(a))
	default:
		d.open(Refused, at, policy.ResultTime)
		d.say(SoundRefuse, promptFor(a))
	}
}

// newResult turns an answer into what a screen shows of it.
func (d *Desk) newResult(a Answer, at kiosk.Moment) *Result {
	r := &Result{Verdict: a.Verdict, Several: a.Several, Complete: a.Cache.Complete, AsOf: d.inZone(a.Cache.AsOf)}
	for _, o := range a.Outcomes {
		if o.Verdict == kiosk.WrongPoint {
			r.RightTo = o.RightTo.Name
		}
		if o.OfProxy || o.Proxy != nil && o.Order.ID == "" {
			r.OfProxy = true
		}
		r.OfVoucher = r.OfVoucher || o.OfCode && o.Voucher != nil
		if o.Order.ID != "" {
			r.Orders = append(r.Orders, d.newResultOrder(o, at))
		}
	}
	return r
}

func (d *Desk) newResultOrder(o kiosk.Outcome, at kiosk.Moment) ResultOrder {
	r := ResultOrder{
		ID: o.Order.ID, Verdict: o.Verdict, Status: o.Order.Status, PickupNumber: o.Order.PickupNumber,
		Shelf: o.Order.Shelf, Customer: d.o.Reveal(o.Order), Due: o.Due, Resumed: o.Resumed,
		Home: o.Home, ExpectedAt: d.inZone(o.Order.ExpectedAt), ValidFrom: d.inZone(o.Order.ValidFrom), CollectBy: d.inZone(o.Order.CollectBy),
	}
	if o.Proxy != nil {
		r.Proxy, r.ProxyFrom, r.ProxyUntil = true, d.inZone(o.Proxy.From), d.inZone(o.Proxy.Until)
	}
	if v := o.Voucher; v != nil {
		r.ValidFrom, r.CollectBy = d.inZone(v.From), d.inZone(v.Until)
		if r.Vouched = len(o.Order.Lines) == 0; r.Vouched {
			r.Units, r.Value = v.Units, v.Value
		}
	}
	for _, h := range o.Lines {
		line, _ := o.Order.Line(h.Line)
		if h.Handed == 0 {
			continue
		}
		r.Lines = append(r.Lines, ResultLine{Product: line.Product, Spec: line.Spec, Unit: line.Unit, Quantity: h.Handed})
		r.Units += h.Handed
	}
	if n := len(o.History); n > 0 {
		last := o.History[n-1]
		e := &Evidence{
			At: d.inZone(last.At), Terminal: last.Terminal, Here: last.Terminal == d.o.Terminal,
			JustNow: at.Wall.Sub(last.At).Abs() < justNow,
		}
		e.Units = last.Units()
		r.First = e
	}
	return r
}

// inZone brings an instant to the point's time zone; zero stays zero.
func (d *Desk) inZone(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(d.o.Zone)
}
