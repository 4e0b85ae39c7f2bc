package desk

// Pads is what had been typed on keypad and PIN pad at a moment.
type Pads struct {
	screen      Screen
	digits, pin string
	slip, wrong bool
	counter     counter
}

// Pads gives what has been typed, for [Desk.TakeBack].
func (d *Desk) Pads() Pads {
	return Pads{screen: d.screen, digits: d.keypad.digits, slip: d.keypad.slip, pin: d.signIn.typed, wrong: d.signIn.wrong, counter: d.counter}
}

// TakeBack undoes the keys since before, which were no hand's: a scanner that types into the
// window is known only at the end of its code. What had been typed before is there again; a
// keypad that the first of those keys opened is closed.
func (d *Desk) TakeBack(before Pads) {
	switch {
	case d.screen == SignIn && before.screen == SignIn:
		d.signIn.typed, d.signIn.wrong = before.pin, before.wrong
	case d.screen == Keypad && before.screen == Keypad:
		d.keypad.digits, d.keypad.slip = before.digits, before.slip
	case d.screen == Keypad:
		d.home()
	case d.screen == Counter && before.screen == Counter:
		d.counter = before.counter
	}
}
