package terminal

import (
	"context"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/scanner"
)

// Tap is a touch on a button; it does not block.
func (t *Terminal) Tap(a desk.Action) { t.touch(func(at kiosk.Moment) { t.desk.Tap(a, at) }) }

// Pick is a touch on one of several things; it does not block.
func (t *Terminal) Pick(a desk.Action, item string) {
	t.touch(func(at kiosk.Moment) { t.desk.Pick(a, item, at) })
}

// Key is a typed key; it does not block.
func (t *Terminal) Key(r rune) { t.touch(func(at kiosk.Moment) { t.desk.Key(r, at) }) }

// Typed is a character of a real keyboard, '\n' for Enter: each is a Key, and
// Enter a Tap on the button of that name. A scanner that cannot be grabbed types
// into the window as well; its speed gives it away, at the end, and then what
// its keys did is taken back and its code answered as a scan. It does not
// block. It is for one goroutine at a time.
func (t *Terminal) Typed(r rune) {
	at := t.o.Now()
	if r == '\n' {
		text, scanned := t.burst.Enter(at)
		burst := t.bursts
		t.touch(func(m kiosk.Moment) {
			if !scanned {
				t.desk.Tap(desk.TapEnter, m)
				return
			}
			if t.typed.burst == burst {
				t.desk.TakeBack(t.typed.before)
			}
			t.answer(scanner.FromDevice(text, "wedge", at), m, t.o.Boot.Since())
		})
		return
	}
	if t.burst.Rune(r, at) {
		t.bursts++
	}
	burst := t.bursts
	t.touch(func(m kiosk.Moment) {
		if t.typed.burst != burst {
			t.typed = typed{burst: burst, before: t.desk.Pads()}
		}
		t.desk.Key(r, m)
	})
}

// typed is what keys in quick succession may have to be taken back to.
type typed struct {
	burst  uint64
	before desk.Pads
}

// touch hands over an input of a person. When the terminal is so far behind
// that the queue is full, the touch is lost, as it is on a door bell.
func (t *Terminal) touch(input func(kiosk.Moment)) {
	select {
	case t.inputs <- input:
	default:
	}
}

// send hands over an input and waits until it has been dealt with.
func (t *Terminal) send(ctx context.Context, input func(kiosk.Moment)) {
	done := make(chan struct{})
	select {
	case t.inputs <- func(at kiosk.Moment) { input(at); close(done) }:
	case <-ctx.Done():
		return
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}
