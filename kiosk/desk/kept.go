package desk

import (
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

// record records what whoever is signed in did. It reports false where the store
// failed: the screen is then out of order. A refusal by the rules has changed
// nothing.
func (d *Desk) record(body kiosk.Body, at kiosk.Moment) (Refusal, bool) {
	if !d.may(body.Type()) {
		return RefusedRole, true
	}
	return d.recordLater(body, at)
}

// recordLater is record for what somebody asked for who may have left since.
func (d *Desk) recordLater(body kiosk.Body, at kiosk.Moment) (Refusal, bool) {
	err := d.o.Ledger.Record(at, body)
	if err == nil {
		return "", true
	}
	if why := refusalOf(err); why != "" {
		return why, true
	}
	d.fail()
	return "", false
}
