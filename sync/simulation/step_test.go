package simulation

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/sync/hq"
)

// step does one step of a plan and tells it as a sentence.
func (w *world) step(o op) {
	w.doing = o
	t, id, dice := w.terms[o.term], w.chosen(o.order), o.random()
	n := w.replicas[dice.IntN(2)]
	switch o.kind {
	case collect, copied:
		w.showOwn(t, id, o.kind == copied, dice)
	case forge:
		what, text := w.forgery(dice, id)
		w.scan(t, "somebody shows "+what, text, true)
	case proxyMake:
		w.makeProxy(n, id, dice)
	case proxyShow, voucherShow:
		w.showSigned(t, o.kind == voucherShow, dice)
	case confirm, byHand:
		w.handOver(t, id, o.kind == confirm, dice)
	case reject:
		w.led(t, "the leader opens "+string(id)+" again", t.store.Reject(t.moment(), id, leader().ID))
	case undo:
		w.undo(t, id, dice)
	case status:
		s := kiosk.Statuses()[2+dice.IntN(4)]
		asked := w.at()
		w.fatal(n.SetStatus(context.Background(), id, s))
		w.told.changed(id, s, asked, w.at())
		w.say("HQ has %s as %s", id, s)
	case decide:
		w.decide(n, dice)
	case order:
		w.fatal(w.takeIn(n, dice))
		w.say("HQ takes in %s", w.orders[len(w.orders)-1])
	case contact:
		if t.contact(dice) {
			w.say("%s begins to talk to HQ's process %d; its way there %s", t.name(), t.way.to+1, t.way.quality)
		}
	case network:
		t.way.quality = []quality{well, well, poor, poor, away, hosts2}[dice.IntN(6)]
		w.say("the way from %s to HQ %s", t.name(), t.way.quality)
	case crash:
		w.crash(t, id, dice)
	case disk:
		if i := slices.IndexFunc(w.terms, func(t *terminal) bool { return t.full }); i >= 0 {
			t = w.terms[i]
		}
		t.diskFull(!t.full)
		w.say("the disk of %s takes nothing: %t", t.name(), t.full)
	case clock:
		w.setClock(t, dice)
	case replica:
		i := dice.IntN(2)
		w.fatal(w.startReplica(i))
		w.say("HQ's process %d starts anew", i+1)
	case vouch:
		w.makeVoucher(n, id, dice)
	case withdraw:
		w.withdrawCodes(n, id, dice)
	case withdrawnShow:
		w.showWithdrawn(t, dice)
	case keys:
		w.changeKeys(n, dice)
	case receive:
		w.receive(t, id, dice)
	case stuck:
		w.sticks(t, dice)
	case pause:
		d := time.Duration(1+dice.IntN(60)) * time.Hour
		pass(d)
		w.say("%s have gone by", d)
	}
}

// chosen gives an order, most often one of the last that HQ took in.
func (w *world) chosen(n int) kiosk.OrderID {
	all := len(w.orders)
	if n%4 != 0 {
		return w.orders[all-1-n/4%min(all, 6)]
	}
	return w.orders[n/4%all]
}

// fatal is for what must work whatever happens to terminals.
func (w *world) fatal(err error) {
	if err != nil {
		w.wrong("HQ fails: %v", err)
	}
}

func leader() kiosk.Leader { return kiosk.Leader{ID: "leader", Role: kiosk.RoleLeader} }

// scan shows a text to a terminal. false codes must open nothing.
func (w *world) scan(t *terminal, who, text string, isForged bool) desk.Answer {
	if w.leases != kiosk.LeaseOff {
		t.askLeases(text)
	}
	a, err := t.store.Redeem(desk.Scan{Text: text, Source: "camera", At: t.moment()})
	if err != nil {
		w.say("%s at %s: no answer (%v)", who, t.name(), err)
		return a
	}
	w.say("%s at %s: %s%s", who, t.name(), a.Verdict, goods(a))
	if isForged {
		w.count("forged codes")
		for _, out := range a.Outcomes {
			if out.Order.ID != "" || !out.Event.IsZero() {
				w.wrong("%s opened order %s at %s", who, out.Order.ID, t.name())
			}
		}
	}
	t.note(a)
	t.store.Answered()
	return a
}

// note keeps what went out by an answer.
func (t *terminal) note(a desk.Answer) {
	for _, out := range a.Outcomes {
		if !opened(out) {
			continue
		}
		t.w.count("handovers")
		if out.Verdict == kiosk.Provisional {
			t.w.count("provisional handovers")
		}
		if len(out.Order.Lines) > 0 { // of others, HQ's word says nothing of a home
			t.alone(out)
		}
		t.isHere(out)
		t.greens = append(t.greens, green{order: out.Order.ID, event: out.Event, lines: out.Lines, owed: out.Resumed})
		if out.Event.IsZero() {
			t.w.wrong("%s showed green for %s, and recorded nothing", t.name(), out.Order.ID)
		}
	}
}

func goods(a desk.Answer) string {
	var said []string
	for _, out := range a.Outcomes {
		if !opened(out) {
			continue
		}
		for _, h := range out.Lines {
			said = append(said, fmt.Sprintf("%d of line %s", h.Handed, h.Line))
		}
		if out.Resumed {
			said = append(said, "the answer that was owed since before the stop")
		}
		said = append(said, "event "+out.Event.String()[:8])
	}
	if said == nil {
		return ""
	}
	return " (" + strings.Join(said, ", ") + ")"
}

// handOver is the leader's: of a held order, or without a code.
func (w *world) handOver(t *terminal, id kiosk.OrderID, held bool, dice *rand.Rand) {
	conf := kiosk.Confirmation{By: leader(), Means: "cash"}
	o, state, ok := t.store.Order(id)
	left := kiosk.Remaining(o, state)
	if ok && dice.IntN(3) == 0 && len(left) > 0 {
		l := left[dice.IntN(len(left))]
		conf.Lines = []kiosk.Handed{{Line: l.Line, Handed: 1}}
		if dice.IntN(3) == 0 {
			conf.Lines = []kiosk.Handed{{Line: l.Line, Damaged: 1, Reason: kiosk.ReasonDamaged}}
		}
	}
	hand, what := t.store.HandOver, "without a code"
	if held {
		hand, what = t.store.Confirm, "that was held"
	}
	a, err := hand(t.moment(), id, conf)
	if err != nil {
		w.led(t, "the leader hands over "+string(id)+" "+what, err)
		return
	}
	w.say("the leader hands over %s %s at %s: %s%s", id, what, t.name(), a.Verdict, goods(a))
	t.note(a)
}

// undo takes back a handover that the terminal knows of, its own or another's.
func (w *world) undo(t *terminal, id kiosk.OrderID, dice *rand.Rand) {
	_, state, _ := t.store.Order(id)
	standing := state.Standing()
	if len(standing) == 0 {
		return
	}
	r := standing[dice.IntN(len(standing))]
	err := t.store.Undo(t.moment(), id, r.Event, leader(), "returned")
	w.led(t, fmt.Sprintf("the leader undoes the handover of %s, event %s", id, r.Event.String()[:8]), err)
	if err == nil {
		w.count("undos")
	}
}

// led tells what came of a leader's action; most refusals are of the rules.
func (w *world) led(t *terminal, what string, err error) {
	if err != nil {
		w.say("%s at %s: no (%v)", what, t.name(), err)
		return
	}
	w.say("%s at %s", what, t.name())
}

// decide has a person at HQ decide a case.
func (w *world) decide(n *node, dice *rand.Rand) {
	var open []hq.CaseRow
	w.fatal(n.CaseRows(context.Background(), dice.IntN(3) > 0, func(r hq.CaseRow) error {
		open = append(open, r)
		return nil
	}))
	if len(open) == 0 {
		return
	}
	c := open[dice.IntN(len(open))]
	d := hq.Decision{By: "Zhou", Note: "asked the customers"}
	if d.None = dice.IntN(4) == 0; !d.None && len(c.Sides) > 0 {
		d.Winner = c.Sides[dice.IntN(len(c.Sides))].Event
	}
	if len(c.Sides) == 0 {
		d.None = false
	}
	switch _, err := n.SettleCase(context.Background(), c.Number, d); {
	case errors.Is(err, hq.ErrInput):
		w.say("a person cannot decide case %d: %v", c.Number, err)
	case err != nil:
		w.fatal(err)
	default:
		w.count("decided by persons")
		if c.Order != "" {
			w.told.ruled(c.Order, w.at())
		}
		for _, side := range c.Sides {
			if side.Event != d.Winner && side.Undone.IsZero() {
				w.aside[side.Event] = c.Order
			}
		}
		w.say("a person decides case %d about %s: %s counts", c.Number, c.Order, d.Winner.String()[:8])
	}
}

// crash stops a terminal's machine or program and starts it again.
func (w *world) crash(t *terminal, id kiosk.OrderID, dice *rand.Rand) {
	what := "ends well"
	var err error
	var next []signedCode // who stands behind the customer
	switch how := dice.IntN(5); how {
	case 0:
		t.stop()
		t.doubt()
		t.diskFull(false)
		err = t.store.Close()
	default:
		what = "loses its power"
		if sent := w.signedCodes(false); how == 1 && len(sent) > 0 && dice.IntN(2) == 0 {
			next = []signedCode{sent[dice.IntN(len(sent))]}
			id = next[0].order
		}
		switch scan := (desk.Scan{Text: w.ownCode(id, w.now()), Source: "camera", At: t.moment()}); {
		case t.full:
		case how == 1: // the goods are out, and nobody was told
			a, failed := t.store.Redeem(scan)
			what = fmt.Sprintf("loses its power before it can answer the code of %s (%s%s, %v)", id, a.Verdict, goods(a), failed)
		case how == 2:
			t.fs.TearOnce()
			_, failed := t.store.Redeem(scan)
			what = fmt.Sprintf("loses its power while it records the code of %s (%v)", id, failed)
		}
		err = t.cutPower(dice)
	}
	if err == nil {
		pass(time.Duration(1+dice.IntN(600)) * time.Second)
		err = t.start()
	}
	w.say("%s %s and starts again", t.name(), what)
	w.count("stops")
	if err != nil {
		w.wrong("%s does not start again: %v", t.name(), err)
		return
	}
	for _, s := range next {
		w.collectBy(t, s)
	}
}

// setClock moves a terminal's wall clock.
func (w *world) setClock(t *terminal, dice *rand.Rand) {
	was := t.off
	switch dice.IntN(4) {
	case 0:
		t.off = 0
	case 1:
		t.off = time.Duration(dice.IntN(8_000)-4_000) * time.Millisecond
	default:
		t.off = time.Duration(dice.IntN(14*24)-7*24) * time.Hour
	}
	if (t.off - was).Abs() > 2*time.Second {
		t.mu.Lock()
		t.moved = true
		t.mu.Unlock()
	}
	w.say("the clock of %s is set; it is off by %s", t.name(), t.off)
}
