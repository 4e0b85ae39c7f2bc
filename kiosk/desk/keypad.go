package desk

import "hexiao/kiosk"

// minTyped is the length of the shortest code that anybody types.
const minTyped = 8

// keypad is what has been typed.
type keypad struct {
	digits string
	slip   bool
	misses misses // codes that nobody has
}

func (k *keypad) state(at kiosk.Moment) KeypadState {
	return KeypadState{Digits: k.digits, Slip: k.slip, Wait: k.misses.wait(at)}
}

func (d *Desk) openKeypad(at kiosk.Moment) {
	d.keypad.digits, d.keypad.slip = "", false
	d.open(Keypad, at, d.policy().IdleTime)
}

// longest is how many digits the point's longest code has.
func (d *Desk) longest() int {
	n := len(kiosk.NewTyped(0).Text)
	for _, f := range d.policy().CodeFormats {
		n = max(n, f.MaxDigits)
	}
	return n
}

func (d *Desk) typeKey(r rune, at kiosk.Moment) {
	d.open(Keypad, at, d.policy().IdleTime)
	d.sound(SoundKey)
	if len(d.keypad.digits) < d.longest() {
		d.keypad.digits += string(r)
		d.keypad.slip = false
	}
}

func (d *Desk) tapKeypad(a Action, at kiosk.Moment) {
	d.open(Keypad, at, d.policy().IdleTime)
	switch a {
	case TapErase:
		if n := len(d.keypad.digits); n > 0 {
			d.keypad.digits, d.keypad.slip = d.keypad.digits[:n-1], false
		}
	case TapClear:
		d.keypad.digits, d.keypad.slip = "", false
	case TapBack:
		d.home()
	case TapEnter:
		d.enterCode(at)
	}
}

// enterCode redeems what was typed. A slip of the finger is pointed out once;
// entering the same digits again tries them, for a platform's own code may
// look like one.
func (d *Desk) enterCode(at kiosk.Moment) {
	k := &d.keypad
	if k.misses.wait(at) > 0 || k.digits == "" {
		return
	}
	if len(k.digits) < minTyped || !kiosk.TypedCheck(k.digits) && !k.slip {
		k.slip = true
		d.sound(SoundRefuse)
		return
	}
	s := Scan{Text: k.digits, Source: "typed", At: at}
	asked, err := d.askLease(s, true)
	switch {
	case err != nil:
		d.fail()
	case !asked:
		_ = d.redeemTyped(s) // the screen says that it failed
	}
}

// redeemTyped answers a typed code.
func (d *Desk) redeemTyped(s Scan) error {
	asked, err := d.ask(&s)
	if asked {
		return nil
	}
	var a Answer
	if err == nil {
		a, err = d.o.Ledger.Redeem(s)
	}
	if err != nil {
		d.fail()
		return err
	}
	if opensNothing(a) && !d.missTyped(s.At) {
		return nil
	}
	d.show(a, s.At)
	return nil
}
