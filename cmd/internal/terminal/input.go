package terminal

import (
	"context"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/scanner"
)

// Tap is a touch on a button; it does not block.
func (t *Terminal) Tap(a desk.Action) { t.touch(func(at kiosk.Moment) { t.desk.Tap(a, at) }) }

// Key is a typed key; it does not block.
func (t *Terminal) Key(r rune) { t.touch(func(at kiosk.Moment) { t.desk.Key(r, at) }) }

// Typed is a character of a keyboard, '\n' for Enter. A scanner that cannot be
// grabbed types into the window; its speed gives it away. It does not block.
func (t *Terminal) Typed(r rune) {
	at := t.o.Now()
	t.touch(func(m kiosk.Moment) {
		if r != '\n' {
			t.burst.Rune(r, at)
			return
		}
		if text, ok := t.burst.Enter(at); ok {
			t.answer(scanner.Scan{Text: text, Symbology: scanner.Text, Source: "wedge", At: at.UTC()}, m, t.o.Boot.Since())
		}
	})
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
