package ui

import (
	"reflect"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
	"hexiao/kiosk/ui/screen"
)

// build makes the screen that belongs to a state. One that this program does
// not know is shown as out of order: it must not look like an answer.
func build(k *look.Kit, s desk.State, on screen.Actions) *screen.View {
	switch s.Screen {
	case desk.Welcome:
		return screen.Welcome(k, s, on)
	case desk.Keypad:
		return screen.Keypad(k, s, on)
	case desk.SignIn:
		return screen.SignIn(k, s, on)
	case desk.Accepted:
		return screen.Accepted(k, s, on)
	case desk.Held:
		return screen.Held(k, s, on)
	case desk.Refused:
		return screen.Refused(k, s, on)
	case desk.Asking:
		return screen.Asking(k, s, on)
	case desk.Choose:
		return screen.Choose(k, s, on)
	case desk.Missing:
		return screen.Missing(k, s, on)
	case desk.Rate:
		return screen.Rate(k, s, on)
	case desk.Invoice:
		return screen.Invoice(k, s, on)
	case desk.Counter:
		return screen.Counter(k, s, on)
	case desk.OrderFile:
		return screen.Order(k, s, on)
	case desk.Receive:
		return screen.Receive(k, s, on)
	case desk.Overdue:
		return screen.Overdue(k, s, on)
	case desk.Conflicts:
		return screen.Conflicts(k, s, on)
	case desk.DayClose:
		return screen.DayClose(k, s, on)
	case desk.Diagnostics:
		return screen.Diagnostics(k, s, on)
	case desk.Settings:
		return screen.Settings(k, s, on)
	default:
		return screen.OutOfOrder(k, s, on)
	}
}

// follows reports whether the view of one state can show the other without
// being built again.
func follows(a, b desk.State) bool { return reflect.DeepEqual(shape(a), shape(b)) }

// shape is a state without what a view follows: the line at the top, countdown,
// digits, scanners. Whether there is a countdown at all is part of the shape.
func shape(s desk.State) desk.State {
	s.Header, s.Camera, s.Sources, s.Cue, s.Left, s.Quit = desk.Header{}, desk.SourceState{}, nil, desk.Cue{}, 0, false
	s.Keypad, s.SignIn = desk.KeypadState{}, desk.SignInState{ForHold: s.SignIn.ForHold}
	s = customerShape(s)
	s.Total = min(s.Total, 1)
	goodsShape(&s)
	s.Fault.Done, s.Fault.Total = 0, min(s.Fault.Total, 1)
	return officeShape(counterShape(s))
}
