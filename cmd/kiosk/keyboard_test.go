package main

import (
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"github.com/jezek/xgb/xproto"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/scanner/scannertest"
)

// keysyms are the keys of a keyboard that are no characters (X11/keysymdef.h).
func keysyms() map[fyne.KeyName]xproto.Keysym {
	return map[fyne.KeyName]xproto.Keysym{
		fyne.KeyTab: 0xff09, fyne.KeyReturn: 0xff0d, fyne.KeyEscape: 0xff1b, fyne.KeyBackspace: 0xff08, fyne.KeyDelete: 0xffff, fyne.KeySpace: ' ',
	}
}

// press strokes a key of the real keyboard, and does at the twin what Fyne's driver
// does with it: Tab moves the focus, others go to what is in focus or to the window.
func (w *twin) press(key fyne.KeyName) {
	w.t.Helper()
	w.look()
	w.d.keyAfter(2, w.d.keycode(keysyms()[key]))
	c := w.canvas()
	if key == fyne.KeyTab {
		c.FocusNext()
		w.want = nil
		return
	}
	e := &fyne.KeyEvent{Name: key}
	if f := c.Focused(); f != nil {
		f.TypedKey(e)
		if key == fyne.KeySpace {
			f.TypedRune(' ')
		}
	} else {
		c.OnTypedKey()(e)
	}
	w.want = nil
}

// types strokes the keys of characters, each once both screens follow the last: so
// slowly that nobody takes them for a scanner's.
func (w *twin) types(s desk.Screen, text string) {
	w.t.Helper()
	for _, r := range text {
		before := w.look()
		w.d.key(w.d.keycode(xproto.Keysym(r)))
		if f := w.canvas().Focused(); f != nil {
			f.TypedRune(r)
		} else {
			w.canvas().OnTypedRune()(r)
		}
		w.want = nil
		w.moved(before, string(r))
		w.agree(s)
	}
}

// focused is the place of what is in focus.
func (w *twin) focused() (image.Rectangle, bool) {
	w.t.Helper()
	f := w.canvas().Focused()
	if f == nil {
		return image.Rectangle{}, false
	}
	for _, p := range w.places() {
		if p.object == f.(fyne.CanvasObject) {
			return p.box, true
		}
	}
	w.t.Fatalf("%T is in focus, and cannot be touched", f)
	return image.Rectangle{}, false
}

// around gives the four sides of a place, wide enough for the ring around it.
func around(box image.Rectangle) [4]image.Rectangle {
	out, in := box.Inset(-12), box.Inset(8)
	return [4]image.Rectangle{
		image.Rect(out.Min.X, out.Min.Y, out.Max.X, in.Min.Y), image.Rect(out.Min.X, in.Max.Y, out.Max.X, out.Max.Y),
		image.Rect(out.Min.X, in.Min.Y, in.Min.X, in.Max.Y), image.Rect(in.Max.X, in.Min.Y, out.Max.X, in.Max.Y),
	}
}

// ringed reports whether the ring of what is in focus is drawn around a place: a line
// of ink, two pixels wide at least, along three sides; a neighbour that is drawn later may
// cover the fourth. The two painters lay it on different sides of its edge, so that
// their pictures do not compare.
func ringed(have *image.RGBA, box image.Rectangle) bool {
	drawn := 0
	for _, side := range around(box) {
		side = side.Intersect(have.Rect)
		n := 0
		for y := side.Min.Y; y < side.Max.Y; y++ {
			for x := side.Min.X; x < side.Max.X; x++ {
				if c := have.RGBAAt(x, y); near(uint32(c.R)<<8, ink.R) && near(uint32(c.G)<<8, ink.G) && near(uint32(c.B)<<8, ink.B) {
					n++
				}
			}
		}
		if n >= 2*(max(side.Dx(), side.Dy())-60) { // its corners are round
			drawn++
		}
	}
	return drawn >= 3
}

// mostTabs is more than any screen has to reach.
const mostTabs = 60

// reach goes with Tab to what has these words; both screens draw the ring around it.
func (w *twin) reach(words string) {
	w.t.Helper()
	on := w.look().Screen
	p := w.find(words)
	for range mostTabs {
		if f := w.canvas().Focused(); f != nil && f.(fyne.CanvasObject) == p.object {
			w.agree(on)
			return
		}
		w.press(fyne.KeyTab)
	}
	w.t.Fatalf("Tab does not reach %q; the picture is %s", words, keep(w.t, w.both()))
}

// keys reaches one thing after the other and presses Enter on it, and lets both
// screens follow each.
func (w *twin) keys(s desk.Screen, words ...string) {
	w.t.Helper()
	for _, one := range words {
		w.reach(one)
		w.stroke(s, fyne.KeyReturn, one)
	}
}

// stroke presses a key that changes something.
func (w *twin) stroke(s desk.Screen, key fyne.KeyName, what string) {
	w.t.Helper()
	before := w.look()
	w.press(key)
	w.moved(before, what)
	w.agree(s)
}

// A leader works a day by keyboard alone, where the screen knows no touch: the
// pointer never moves, and what is in focus is seen on both screens before Enter.
func TestALeadersDayByKeyboard(t *testing.T) {
	d := startDisplay(t, 1280, 800)
	dir, port := newShop(t), scannertest.NewPort(t)
	w := newTwin(d, dir)
	d.startKiosk("--data", dir, "--camera", "none", "--serial", port.Path)
	log := keepDiary(t, dir)

	w.agree(desk.Welcome)
	d.focus("Hexiao")
	w.keys(desk.SignIn, "团长")
	w.types(desk.SignIn, leaderPIN[:3]+"9")
	w.stroke(desk.SignIn, fyne.KeyBackspace, "a wrong digit")
	w.types(desk.SignIn, leaderPIN[3:])
	w.stroke(desk.Counter, fyne.KeyReturn, "the PIN")
	log.recorded(kiosk.SignedIn{By: leaderID, Role: kiosk.RoleLeader})

	// What is typed on Counter is looked for; the only order that is found opens.
	w.types(desk.Counter, "0417")
	w.stroke(desk.OrderFile, fyne.KeyReturn, "the end of a phone number")
	w.keys(desk.OrderFile, "按商品交付", "鲜牛奶", "-0", "+1", "确定")
	w.keys(desk.Accepted, "交付")
	log.recorded(kiosk.Redeemed{Order: "A1", Method: kiosk.MethodLeader, By: leaderID, Source: "touch", Lines: []kiosk.Handed{
		{Line: "1", Handed: 1, Short: 1, Reason: kiosk.ReasonShort}, {Line: "2", Handed: 1}, {Line: "3", Handed: 1},
	}})
	w.stroke(desk.OrderFile, fyne.KeyEscape, "the answer is closed")

	w.keys(desk.OrderFile, "撤销交付", "顾客不要了")
	w.reach("!撤销交付")
	w.stroke(desk.OrderFile, fyne.KeySpace, "undo")
	log.recorded(kiosk.RedemptionUndone{Order: "A1", By: leaderID, Reason: string(kiosk.ReasonUnwanted)})

	// The delivery is counted by typed numbers.
	w.keys(desk.Receive, "收货", "C-1123", "土鸡蛋")
	w.types(desk.Receive, "7")
	w.stroke(desk.Receive, fyne.KeyReturn, "seven boxes")
	w.keys(desk.Receive, "少货", "没点的如数", "签收", "确认签收")
	log.recorded(kiosk.GoodsReceived{Consignment: "C-1123", By: leaderID, Lines: []kiosk.ReceivedLine{
		{Product: "土鸡蛋", Spec: "30 枚", Supplier: "云溪农庄", Expected: 8, Good: 7, Reason: kiosk.ReasonShort},
		{Product: "五常大米", Spec: "5 kg", Supplier: "北禾粮油", Expected: 10, Good: 10},
		{Product: "鲜牛奶", Spec: "950 ml", Supplier: "青山牧场", Expected: 12, Good: 12},
	}})

	w.keys(desk.DayClose, "日结")
	w.keys(desk.DayClose, "!日结")
	w.keys(desk.DayClose, "确认日结") // nobody paid in cash: no drawer to be counted
	log.recorded(kiosk.DayClosed{By: leaderID, Pending: uint64(len(log.want)), Totals: kiosk.DayTotals{
		Orders: 14, Units: 41, Alone: 14, Undone: 1, Received: 29, Value: 76_420,
	}})
	w.keys(desk.Welcome, "李团长") // signs out
}
