package simulation

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/signedcode"
	"hexiao/sync/hq"
)

// signedCode is a code that HQ signed and gave out.
type signedCode struct {
	order   kiosk.OrderID
	lines   []kiosk.LineID // of a proxy code
	text    string
	id      kiosk.ProxyID
	voucher bool
}

// withdrawn is a code that HQ withdrew, and when.
type withdrawn struct {
	what string
	text func(now time.Time) string
	at   int64 // as histories count it
}

// opened reports whether an answer let goods out.
func opened(out kiosk.Outcome) bool {
	return out.Verdict == kiosk.Accepted || out.Verdict == kiosk.Provisional
}

// shut sees to it that a code opened nothing. An answer that was owed since before a
// stop may be given all the same: the goods are out.
func (w *world) shut(a desk.Answer, format string, args ...any) {
	for _, out := range a.Outcomes {
		if opened(out) && !out.Resumed {
			w.wrong(format+" opened order %s", append(args, out.Order.ID)...)
		}
	}
}

// codesOf reads the codes that HQ gives out.
func (w *world) codesOf(n *node) error {
	return n.CodeRows(context.Background(), point, true, func(r hq.CodeRow) error {
		w.codes[r.Order] = r
		return nil
	})
}

// opaque is the code that an order has, and whether it changes.
func (w *world) opaque(id kiosk.OrderID) (code kiosk.Code, rotates bool) {
	row := w.codes[id]
	code = kiosk.Code{Kind: kiosk.CodeOpaque, Text: row.Code}
	if rotates = !row.Until.IsZero(); rotates {
		code, _ = kiosk.Code{Kind: kiosk.CodeRotating, Text: row.Code}.Rotation()
	}
	return code, rotates
}

// ownCode is what the customer of an order can show at a time.
func (w *world) ownCode(id kiosk.OrderID, at time.Time) string {
	code, rotates := w.opaque(id)
	if !rotates {
		return code.Text
	}
	return kiosk.NewRotating(code, w.secret.RotationKey(code), at).Text
}

// old is the least age of a picture of a code that changes, in minutes: more than two
// of its steps and twice what clocks may be wrong.
const old = 15

// showOwn has a customer show the own code, or somebody a picture of it.
func (w *world) showOwn(t *terminal, id kiosk.OrderID, picture bool, dice *rand.Rand) {
	who, text := "the customer of "+string(id)+" shows the code", w.ownCode(id, w.now())
	if picture {
		who = "somebody with a picture of the code of " + string(id) + " shows it"
	}
	code, rotates := w.opaque(id)
	typed := dice.IntN(4) == 0
	switch {
	case typed:
		text = w.codes[id].Typed
	case picture && rotates && dice.IntN(3) == 0:
		text = code.Text // made of the moving one
	case picture && rotates:
		text = w.ownCode(id, w.now().Add(-time.Duration(old+dice.IntN(60))*time.Minute))
	}
	a := w.scan(t, who, text, false)
	if rotates {
		w.count("codes that change")
	}
	if picture && rotates && !typed {
		w.shut(a, "an old picture of a code that changes")
	}
}

// showSigned shows a code that HQ signed, the first or another time.
func (w *world) showSigned(t *terminal, voucher bool, dice *rand.Rand) {
	list := w.signedCodes(voucher)
	if len(list) == 0 {
		return
	}
	s := list[dice.IntN(len(list))]
	if voucher && dice.IntN(3) > 0 {
		s = list[len(list)-1] // before all terminals have heard of the order
	}
	w.collectBy(t, s)
}

// signedCodes are HQ's vouchers, or its proxy codes.
func (w *world) signedCodes(vouchers bool) []signedCode {
	return slices.DeleteFunc(slices.Clone(w.signed), func(s signedCode) bool { return s.voucher != vouchers })
}

// collectBy has somebody show a code that HQ signed.
func (w *world) collectBy(t *terminal, s signedCode) {
	what := "a proxy code"
	if s.voucher {
		what = "a voucher"
	}
	over := w.isOver(t, s)
	a := w.scan(t, fmt.Sprintf("somebody collects by %s for %s", what, s.order), s.text, false)
	for _, out := range a.Outcomes {
		stray := func(h kiosk.Handed) bool { return !slices.Contains(s.lines, h.Line) }
		if !s.voucher && opened(out) && slices.ContainsFunc(out.Lines, stray) {
			w.wrong("a proxy code for %s opened a line which it does not name", s.order)
		}
		if opened(out) && out.Voucher != nil {
			w.count("vouchers taken")
		}
	}
	if over {
		w.count("codes of old keys")
		w.shut(a, "%s that was signed with a key whose time, as %s has heard, is over", what, t.name())
	}
}

// makeVoucher has HQ sign its word on an order.
func (w *world) makeVoucher(n *node, id kiosk.OrderID, dice *rand.Rand) {
	if dice.IntN(4) > 0 {
		w.fatal(w.takeIn(n, dice))
		id = w.orders[len(w.orders)-1]
		w.say("HQ takes in %s", id)
	}
	made, err := n.NewVoucher(context.Background(), hq.VoucherRequest{Order: id, Until: w.now().Add(time.Duration(1+dice.IntN(72)) * time.Hour)})
	switch {
	case errors.Is(err, hq.ErrInput):
		w.say("HQ gives no voucher for %s: %v", id, err)
	case err != nil:
		w.fatal(err)
	default:
		w.signed = append(w.signed, signedCode{order: id, text: made.Code, id: made.ID, voucher: true})
		w.say("HQ gives out a voucher for %s, %d units, until %s", id, made.Units, made.Until.Format("02 15:04"))
	}
}

// withdrawCodes has HQ withdraw codes of an order, or one that it signed.
func (w *world) withdrawCodes(n *node, id kiosk.OrderID, dice *rand.Rand) {
	r := hq.RevokeRequest{Order: id}
	if len(w.signed) > 0 && dice.IntN(2) == 0 {
		r = hq.RevokeRequest{Code: w.signed[dice.IntN(len(w.signed))].id.String()}
	}
	code, rotates := w.opaque(id)
	typed := w.codes[id].Typed
	done, err := n.RevokeCodes(context.Background(), r)
	w.fatal(err)
	w.fatal(w.codesOf(n))
	if done.New {
		w.gone = append(w.gone, withdrawn{"the code of " + string(id), func(now time.Time) string {
			if !rotates {
				return code.Text
			}
			return kiosk.NewRotating(code, w.secret.RotationKey(code), now).Text
		}, w.at()}, withdrawn{"the digits of " + string(id), func(time.Time) string { return typed }, w.at()})
	}
	for _, s := range w.signed {
		if slices.Contains(done.Signed, s.id) {
			w.gone = append(w.gone, withdrawn{"a signed code for " + string(s.order), func(time.Time) string { return s.text }, w.at()})
		}
	}
	w.say("HQ withdraws codes of %s: new ones %t, %d signed ones", done.Order, done.New, len(done.Signed))
}

// showWithdrawn shows a code that HQ withdrew.
func (w *world) showWithdrawn(t *terminal, dice *rand.Rand) {
	if len(w.gone) == 0 {
		return
	}
	g := w.gone[max(0, len(w.gone)-1-dice.IntN(4))]
	heard := t.settings > g.at
	a := w.scan(t, fmt.Sprintf("somebody shows %s, which HQ withdrew", g.what), g.text(w.now()), false)
	if heard {
		w.count("withdrawn codes")
		w.shut(a, "%s, which HQ withdrew, as %s has heard,", g.what, t.name())
	}
}

// changeKeys has HQ sign with a new key, or ends the time of an old one.
func (w *world) changeKeys(n *node, dice *rand.Rand) {
	rows, err := n.Keys(context.Background())
	w.fatal(err)
	what := "HQ signs with a new key"
	if len(rows) > 1 && rows[len(rows)-2].Counts {
		what = "HQ ends the time of its old key"
		_, err = n.RetireKey(context.Background(), rows[len(rows)-2].ID)
	} else {
		_, err = n.RotateKey(context.Background(), time.Duration(max(0, dice.IntN(144)-72))*time.Hour)
	}
	if errors.Is(err, hq.ErrInput) {
		w.say("HQ leaves its keys as they are: %v", err)
		return
	}
	w.fatal(err)
	w.count("changes of HQ's key")
	w.say("%s", what)
}

// isOver reports whether a terminal has heard, in this run, that the time of the key
// which signed a code is over.
func (w *world) isOver(t *terminal, s signedCode) bool {
	rows, err := w.replicas[0].Keys(context.Background())
	w.fatal(err)
	for _, row := range rows {
		key := ed25519.PublicKey(row.Key)
		_, no := signedcode.Decode(s.text, key)
		if s.voucher {
			_, no = signedcode.DecodeVoucher(s.text, []kiosk.PointID{point}, key)
		}
		if no == nil {
			return !row.Until.IsZero() && t.spoke > row.Until.Add(-w.shift).UnixNano()
		}
	}
	return false
}

// forgery gives a text that HQ never gave out.
func (w *world) forgery(dice *rand.Rand, id kiosk.OrderID) (what, text string) {
	var random [16]byte
	for i := range random {
		random[i] = byte(dice.Uint32())
	}
	switch dice.IntN(5) {
	case 0:
		return "a made-up code", kiosk.NewOpaque(random, point).Text
	case 1:
		own := w.ownCode(id, w.now())
		b := []byte(own)
		i := dice.IntN(len(b))
		b[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[dice.IntN(32)]
		if string(b) == own {
			return "a made-up code", kiosk.NewOpaque(random, point).Text
		}
		return "a code of " + string(id) + " with one letter changed", string(b)
	case 2:
		text := kiosk.NewTyped(dice.Uint32()).Text
		for _, row := range w.codes {
			if row.Typed == text {
				return "a made-up code", kiosk.NewOpaque(random, point).Text
			}
		}
		return "made-up digits", text
	case 3:
		if len(w.signed) > 0 {
			b := []byte(w.signed[dice.IntN(len(w.signed))].text)
			i := 2 + dice.IntN(len(b)-2)
			if b[i] == 'A' {
				b[i] = 'B'
			} else {
				b[i] = 'A'
			}
			return "a signed code with one letter changed", string(b)
		}
	}
	from := w.now().Truncate(time.Minute)
	if dice.IntN(2) == 0 {
		v := kiosk.Voucher{Order: id, Point: point, Units: 1, Value: 100, From: from, Until: from.Add(24 * time.Hour)}
		text, _, err := signedcode.EncodeVoucher(v, ed25519.NewKeyFromSeed(append(random[:], random[:]...)))
		w.fatal(err)
		return "a voucher for " + string(id) + " that another key signed", text
	}
	g := signedcode.Grant{Order: signedcode.ReferenceOf(point, id), Code: [6]byte(random[:6]), From: from, Until: from.Add(24 * time.Hour)}
	text, err := signedcode.Encode(g, ed25519.NewKeyFromSeed(append(random[:], random[:]...)))
	w.fatal(err)
	return "a proxy code for " + string(id) + " that another key signed", text
}

// makeProxy has HQ sign a code for somebody else.
func (w *world) makeProxy(n *node, id kiosk.OrderID, dice *rand.Rand) {
	r := hq.ProxyRequest{Order: id, Until: w.now().Add(time.Duration(1+dice.IntN(72)) * time.Hour)}
	if dice.IntN(2) == 0 {
		r.Lines = []kiosk.LineID{"1"}
	}
	made, err := n.NewProxyCode(context.Background(), r)
	switch {
	case errors.Is(err, hq.ErrInput):
		w.say("HQ gives no proxy code for %s: nothing is left of it", id)
	case err != nil:
		w.fatal(err)
	default:
		w.signed = append(w.signed, signedCode{order: id, lines: made.Lines, text: made.Code, id: made.ID})
		w.count("proxy codes")
		w.say("HQ gives out a proxy code for %s, lines %v, until %s", id, made.Lines, made.Until.Format("02 15:04"))
	}
}
