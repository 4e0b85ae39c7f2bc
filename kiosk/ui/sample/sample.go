// Package sample makes up states of the counter, one or more for every screen,
// verdict, fault and condition of a scanner, for the gallery and for tests that
// compare pictures. Nothing in them is anybody's: names, phones and orders are
// invented, and the clock stands still.
package sample

import (
	"image"
	"image/color"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// Named is a state with a name that can be part of a file's name.
type Named struct {
	Name  string
	State desk.State
	Frame image.Image // the camera's picture; nil: none has come
}

// Now is when all samples happen.
func Now() time.Time { return time.Date(2026, 11, 23, 18, 6, 0, 0, time.FixedZone("CST", 8*3600)) }

// States returns the samples of every screen, in the order in which a customer
// comes across them.
func States(lang desk.Lang) []Named {
	var out []Named
	for _, group := range [][]Named{welcomes(), keypads(), accepted(), customers(), held(), refused(), proxies(), signIns(), counters(), orders(), hands(), office(), goods(), faults()} {
		out = append(out, group...)
	}
	for i := range out {
		s := &out[i].State
		s.Lang = lang
		if s.Notice != "" && lang == desk.English { // HQ sends it in both languages
			s.Notice = "From Wednesday we are open until nine. Please take chilled goods on the day."
		}
		if s.Header.Point == "" {
			s.Header = Online()
		}
		if s.Leader != "" && s.Role == "" {
			s.Role = kiosk.RoleLeader
		}
	}
	return out
}

// Online is the line at the top of a terminal that is well.
func Online() desk.Header {
	return desk.Header{
		Point: "幸福里自提点", Terminal: "K1", Now: Now(), Online: true, Complete: true,
		Orders: 1204, Expected: 1204, Age: 3 * time.Minute,
	}
}

// Offline is the line at the top of a terminal that is cut off.
func Offline() desk.Header {
	h := Online()
	h.Online, h.Age, h.Unsent = false, 3*time.Hour, 17
	return h
}

func working(name string) desk.SourceState {
	return desk.SourceState{Name: name, Health: desk.HealthWorking}
}

// Phone draws what a camera sees when somebody shows a phone: enough to judge
// the frame around it.
func Phone() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			v := uint8(96 - (x+y)/16)
			c := color.RGBA{v, v + 6, v + 10, 255}
			switch {
			case x > 238 && x < 402 && y > 98 && y < 382 && (x < 250 || x > 390 || y < 110 || y > 370):
				c = color.RGBA{12, 14, 16, 255}
			case x >= 270 && x < 370 && y >= 190 && y < 290:
				c = color.RGBA{255, 255, 255, 255}
				if module((x-270)/4, (y-190)/4) {
					c = color.RGBA{0, 0, 0, 255}
				}
			case x >= 250 && x <= 390 && y >= 110 && y <= 370:
				c = color.RGBA{250, 250, 250, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// module says whether a module of the drawn code, 25 modules wide, is dark: the
// three finders as they must be, the rest at random.
func module(x, y int) bool {
	for _, corner := range []image.Point{{0, 0}, {18, 0}, {0, 18}} {
		if dx, dy := x-corner.X, y-corner.Y; dx >= -1 && dx <= 7 && dy >= -1 && dy <= 7 {
			ring := max(max(3-dx, dx-3), max(3-dy, dy-3))
			return ring <= 1 || ring == 3
		}
	}
	h := uint32(x*374761393 + y*668265263)
	h = (h ^ h>>13) * 1274126177
	return (h^h>>16)&1 == 1
}

func welcomes() []Named {
	base := desk.State{Screen: desk.Welcome, Camera: working("camera"), Sources: []desk.SourceState{working("camera"), working("serial")}}
	with := func(change func(*desk.State)) desk.State {
		s := base
		change(&s)
		return s
	}
	health := func(h desk.Health) desk.State {
		return with(func(s *desk.State) { s.Camera.Health = h; s.Sources = nil })
	}
	return []Named{
		{Name: "welcome", State: base, Frame: Phone()},
		{Name: "welcome-offline", State: with(func(s *desk.State) { s.Header = Offline() }), Frame: Phone()},
		{Name: "welcome-notice", State: with(func(s *desk.State) {
			s.Notice = "周三起，自提点营业到晚上九点。冷藏商品请当天取走。"
		}), Frame: Phone()},
		{Name: "welcome-first-sync", State: with(func(s *desk.State) {
			s.Header = Online()
			s.Header.Orders, s.Header.Expected, s.Header.Complete, s.Header.Age = 0, 1204, false, 0
		}), Frame: Phone()},
		{Name: "welcome-local", State: with(func(s *desk.State) {
			s.Header = Online()
			s.Header.Local, s.Header.Online, s.Header.Expected = true, false, 0
		}), Frame: Phone()},
		{Name: "welcome-clock", State: with(func(s *desk.State) {
			s.Header = Online()
			s.Header.ClockDoubt, s.Header.Age = true, 0
		}), Frame: Phone()},
		{Name: "welcome-clock-offline", State: with(func(s *desk.State) {
			s.Header = Offline()
			s.Header.ClockDoubt, s.Header.Age = true, 0
		}), Frame: Phone()},
		{Name: "welcome-clock-local", State: with(func(s *desk.State) {
			s.Header = Online()
			s.Header.Local, s.Header.Online, s.Header.Expected, s.Header.ClockDoubt, s.Header.Age = true, false, 0, true, 0
		}), Frame: Phone()},
		{Name: "welcome-tilt", State: with(func(s *desk.State) { s.Camera.Hint = desk.HintTilt }), Frame: Phone()},
		{Name: "welcome-lighten", State: with(func(s *desk.State) { s.Camera.Hint = desk.HintLighten }), Frame: Phone()},
		{Name: "welcome-leader", State: with(func(s *desk.State) { s.Leader = "王团长" }), Frame: Phone()},
		{Name: "welcome-starting", State: health(desk.HealthStarting)},
		{Name: "welcome-scanner", State: with(func(s *desk.State) { s.Camera = desk.SourceState{} })},
		{Name: "welcome-no-scanner", State: with(func(s *desk.State) { s.Camera, s.Sources = desk.SourceState{}, nil })},
		{Name: "welcome-silent", State: health(desk.HealthSilent)},
		{Name: "welcome-missing", State: health(desk.HealthMissing)},
		{Name: "welcome-busy", State: health(desk.HealthBusy)},
		{Name: "welcome-broken", State: health(desk.HealthBroken)},
		{Name: "welcome-ended", State: health(desk.HealthEnded)},
	}
}

func keypads() []Named {
	pad := func(k desk.KeypadState) desk.State {
		return desk.State{Screen: desk.Keypad, Keypad: k, Left: 17, Total: 20}
	}
	return []Named{
		{Name: "keypad", State: pad(desk.KeypadState{})},
		{Name: "keypad-typing", State: pad(desk.KeypadState{Digits: "31840"})},
		{Name: "keypad-slip", State: pad(desk.KeypadState{Digits: "3184027751", Slip: true})},
		{Name: "keypad-long", State: pad(desk.KeypadState{Digits: "20263184027751660"})},
		{Name: "keypad-wait", State: pad(desk.KeypadState{Wait: 96})},
	}
}

func signIns() []Named {
	in := func(s desk.SignInState) desk.State {
		return desk.State{Screen: desk.SignIn, SignIn: s, Left: 20, Total: 20}
	}
	return []Named{
		{Name: "sign-in", State: in(desk.SignInState{Attempts: 5})},
		{Name: "sign-in-typing", State: in(desk.SignInState{Typed: 4, Attempts: 5})},
		{Name: "sign-in-hold", State: in(desk.SignInState{Typed: 8, Attempts: 5, ForHold: true})},
		{Name: "sign-in-wrong", State: in(desk.SignInState{Wrong: true, Attempts: 1})},
		{Name: "sign-in-wait", State: in(desk.SignInState{Wrong: true, Attempts: 5, Wait: 48})},
		{Name: "sign-in-wait-long", State: in(desk.SignInState{Wrong: true, Attempts: 5, Wait: 1915})},
	}
}

func faults() []Named {
	fault := func(c desk.FaultCode) desk.State {
		s := desk.State{Screen: desk.OutOfOrder, Header: Online(), Fault: desk.Fault{Code: c}}
		s.Header.Closed = true
		return s
	}
	damaged, starting, rebuilding := fault(desk.FaultJournal), fault(desk.FaultStarting), fault(desk.FaultStarting)
	damaged.Fault.Event = 128_406
	rebuilding.Fault.Done, rebuilding.Fault.Total = 412_000, 730_000
	for _, s := range []*desk.State{&damaged, &starting, &rebuilding} { // of a store that is not open little is known
		s.Header.Point, s.Header.Online, s.Header.Orders, s.Header.Age = "P001", false, 0, 0
	}
	return []Named{
		{Name: "out-of-order", State: fault(desk.FaultDisk)},
		{Name: "out-of-order-full", State: fault(desk.FaultFull)},
		{Name: "out-of-order-journal", State: damaged},
		{Name: "out-of-order-lost", State: fault(desk.FaultLost)},
		{Name: "out-of-order-forked", State: fault(desk.FaultForked)},
		{Name: "out-of-order-in-use", State: fault(desk.FaultInUse)},
		{Name: "out-of-order-other", State: fault("E-OTHER")},
		{Name: "starting", State: starting},
		{Name: "starting-rebuilding", State: rebuilding},
	}
}

func order(v kiosk.Verdict, lines ...desk.ResultLine) desk.ResultOrder {
	o := desk.ResultOrder{
		ID: "O1001", Verdict: v, Status: kiosk.StatusArrived, PickupNumber: "86", Shelf: "B-12",
		Customer: kiosk.Masked{Name: "张*", Tail: "0417"}, Lines: lines,
	}
	for _, l := range lines {
		o.Units += l.Quantity
	}
	return o
}

func groceries() []desk.ResultLine {
	return []desk.ResultLine{
		{Product: "阳光玫瑰葡萄", Spec: "1 串 · 约 500 g", Quantity: 2},
		{Product: "鲜牛奶", Spec: "950 ml", Unit: "瓶", Quantity: 1},
		{Product: "鸡蛋", Spec: "30 枚 · 易碎", Unit: "板", Quantity: 1},
	}
}
