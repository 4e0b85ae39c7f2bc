package desk

import (
	"errors"
	"time"

	"hexiao/kiosk"
)

// refresh is how old may be what a leader's screen shows of the books.
const refresh = 5 * time.Second

// kept is what was read from the books, for as long as refresh: a State is made
// after every input and once a second, and the books may have a hundred thousand
// orders to go through.
type kept[T any] struct {
	value T
	at    time.Duration // monotonic
	has   bool
}

func (k *kept[T]) get(at kiosk.Moment, read func() T) T {
	if !k.has || at.Mono-k.at >= refresh || at.Mono < k.at {
		k.value, k.at, k.has = read(), at.Mono, true
	}
	return k.value
}

// drop has the next get read again.
func (k *kept[T]) drop() { *k = kept[T]{} }

// booksOpen reports whether the books can be read yet.
func (d *Desk) booksOpen(at kiosk.Moment) bool { return d.o.Books != nil && d.o.Books.Tally(at).Known }

// GoodsRefusal is why something a leader asked for was not recorded; the screens have
// a sentence for each.
type GoodsRefusal string

// The refusals.
const (
	GoodsRefusedNone     GoodsRefusal = ""
	GoodsRefusedRole     GoodsRefusal = "role"      // a leader may, the staff may not
	GoodsRefusedGone     GoodsRefusal = "gone"      // the order is not in the set any more
	GoodsRefusedChanged  GoodsRefusal = "changed"   // less is left than the screen showed
	GoodsRefusedSentBack GoodsRefusal = "sent-back" // it went back to the merchant before
	GoodsRefusedInvalid  GoodsRefusal = "invalid"   // the rules do not allow these numbers
)

// Refusals lists the refusals that have a sentence.
func GoodsRefusals() []GoodsRefusal {
	return []GoodsRefusal{GoodsRefusedRole, GoodsRefusedGone, GoodsRefusedChanged, GoodsRefusedSentBack, GoodsRefusedInvalid}
}

// mayRecord reports whether whoever is signed in may bring about such an event.
func (d *Desk) mayRecord(t kiosk.EventType) bool { return d.leader.in() && d.leader.who.Role.May(t) }

// recordBy records what whoever is signed in did. It reports false where the
// store failed: the screen is then out of order. A refusal by the rules has
// changed nothing.
func (d *Desk) recordBy(body kiosk.Body, at kiosk.Moment) (GoodsRefusal, bool) {
	if !d.mayRecord(body.Type()) {
		return GoodsRefusedRole, true
	}
	return d.recordFor(body, at)
}

// recordFor is recordBy for what somebody asked for who may have left since.
func (d *Desk) recordFor(body kiosk.Body, at kiosk.Moment) (GoodsRefusal, bool) {
	err := d.o.Ledger.Record(at, body)
	if err == nil {
		return GoodsRefusedNone, true
	}
	for _, c := range []struct {
		rule error
		why  GoodsRefusal
	}{
		{kiosk.ErrUnknownOrder, GoodsRefusedGone},
		{kiosk.ErrSentBack, GoodsRefusedSentBack},
		{kiosk.ErrTooMany, GoodsRefusedChanged},
		{kiosk.ErrNothingHanded, GoodsRefusedChanged},
		{kiosk.ErrUnknownLine, GoodsRefusedChanged},
		{kiosk.ErrLeaderOnly, GoodsRefusedRole},
		{kiosk.ErrWrongChoice, GoodsRefusedInvalid},
	} {
		if errors.Is(err, c.rule) {
			return c.why, true
		}
	}
	d.fail()
	return GoodsRefusedNone, false
}

// signer names who did something, as the point's settings know them; their id
// where those do not.
func (d *Desk) signer(id string) string {
	for _, l := range d.o.Ledger.Point().Leaders {
		if l.ID == id && l.Name != "" {
			return l.Name
		}
	}
	return id
}
