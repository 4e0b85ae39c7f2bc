package desk

import "hexiao/kiosk"

// Pads is what had been typed on keypad and PIN pad, and on the customer's other
// screens, at a moment. It holds neither a scanned code nor a tax number.
type Pads struct {
	screen      Screen
	digits, pin string
	slip, wrong bool
	counter     counter
	left        []kiosk.OrderID
	missing     missing
	rating      rating
	tax         int // how many characters
	goods       goodsPads
}

// Pads gives what has been typed, for [Desk.TakeBack].
func (d *Desk) Pads() Pads {
	c := d.customer
	return Pads{
		screen: d.screen, digits: d.keypad.digits, slip: d.keypad.slip, pin: d.signIn.typed, wrong: d.signIn.wrong,
		left: c.choosing.left, missing: c.missing, rating: c.rating, tax: len(c.invoice.tax), counter: d.counter, goods: d.goodsPads(),
	}
}

// TakeBack undoes the keys since before, which were no hand's: a scanner that types into the
// window is known only at the end of its code. What had been typed before is there again; a
// keypad that the first of those keys opened is closed.
func (d *Desk) TakeBack(before Pads) {
	c := &d.customer
	switch {
	case d.screen == SignIn && before.screen == SignIn:
		d.signIn.typed, d.signIn.wrong = before.pin, before.wrong
	case d.screen == Keypad && before.screen == Keypad:
		d.keypad.digits, d.keypad.slip = before.digits, before.slip
	case d.screen == Keypad:
		d.home()
	case d.screen == Counter && before.screen == Counter:
		d.counter = before.counter
	case d.screen == before.screen:
		c.choosing.left, c.missing, c.rating = before.left, before.missing, before.rating
		if before.tax < len(c.invoice.tax) {
			c.invoice.tax = c.invoice.tax[:before.tax]
		}
		d.takeBackGoods(before.goods)
	}
}
