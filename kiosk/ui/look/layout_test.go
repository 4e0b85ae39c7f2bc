package look

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
)

// block is an object of a fixed size.
func block(w, h float32) *canvas.Rectangle {
	r := canvas.NewRectangle(light().Colour(Ink))
	r.SetMinSize(fyne.NewSize(w, h))
	return r
}

func TestColumnStacksAndSkipsTheHidden(t *testing.T) {
	k := kit(t)
	a, hidden, b := block(10, 20), block(10, 99), block(10, 30)
	hidden.Hide()
	c := k.Column(Space1, a, hidden, k.Spring(), b)
	c.Resize(fyne.NewSize(100, 200))
	if a.Position().Y != 0 || a.Size() != fyne.NewSize(100, 20) || b.Position().Y != 170 {
		t.Errorf("a at %v with %v, b at %v", a.Position(), a.Size(), b.Position())
	}
	if got := heightFor(c, 100); got != 58 {
		t.Errorf("it wants a height of %v, not 20 + 8 + 30", got)
	}
}

func TestRowSharesTheWidth(t *testing.T) {
	k := kit(t)
	own, one, two := block(50, 10), block(0, 10), block(0, 10)
	r := k.Row(Space2, Share{Object: own}, Share{Object: one, Weight: 1}, Share{Object: two, Weight: 3})
	r.Resize(fyne.NewSize(482, 40))
	if own.Size().Width != 50 || one.Size().Width != 100 || two.Size().Width != 300 || two.Position().X != 182 {
		t.Errorf("widths %v, %v, %v", own.Size().Width, one.Size().Width, two.Size().Width)
	}
	narrow := k.Row(0, Share{Object: block(100, 10)}, Share{Object: block(300, 10)})
	narrow.Resize(fyne.NewSize(200, 10))
	if got := narrow.Objects[1]; got.Size().Width != 150 || got.Position().X != 50 {
		t.Errorf("without room enough the second has %v at %v", got.Size(), got.Position())
	}
}

func TestFitShrinksUntilItFits(t *testing.T) {
	k := kit(t)
	words := "为了您的货物安全，请团长看一下。为了您的货物安全，请团长看一下。"
	text := k.Text(words, Style{Size: TextHead, Bold: true})
	f := k.Fit(k.Column(0, text))
	f.Resize(fyne.NewSize(600, 2000))
	full := text.HeightFor(600)
	f.Resize(fyne.NewSize(600, full-40))
	if got := text.HeightFor(600); got >= full || got > full-40 {
		t.Errorf("it takes %v of %v", got, full-40)
	}
	f.Resize(fyne.NewSize(600, 2000))
	if got := text.HeightFor(600); got != full {
		t.Errorf("with room again it takes %v, not %v", got, full)
	}
	f.Resize(fyne.NewSize(600, 1))
	if got := text.size(); got != minText {
		t.Errorf("it shrank to %v", got)
	}
}

func TestDockGivesTheBodyNoMoreThanItNeeds(t *testing.T) {
	k := kit(t)
	body, foot := block(10, 100), block(10, 50)
	d := k.Dock(Space2, body, foot)
	d.Resize(fyne.NewSize(100, 400))
	if body.Size().Height != 100 || foot.Position().Y != 350 {
		t.Errorf("body %v, foot at %v", body.Size(), foot.Position())
	}
	d.Resize(fyne.NewSize(100, 120))
	if body.Size().Height != 54 {
		t.Errorf("with little room the body has %v", body.Size())
	}
	if heightFor(d, 100) != 166 || d.MinSize().Height != 166 {
		t.Errorf("it wants %v", heightFor(d, 100))
	}
}

func TestSplitStandsUpright(t *testing.T) {
	lying := kit(t)
	a, b := block(1, 1), block(1, 1)
	lying.Split(0.5, 0.25, a, b).Resize(fyne.NewSize(240, 100))
	if a.Size() != fyne.NewSize(100, 100) || b.Position() != fyne.NewPos(140, 0) {
		t.Errorf("lying: %v, %v", a.Size(), b.Position())
	}
	upright := NewKit(NewMetrics(fyne.NewSize(800, 1280), 1), lying.Words, lying.fonts)
	upright.Split(0.5, 0.25, a, b).Resize(fyne.NewSize(100, 240))
	if a.Size() != fyne.NewSize(100, 50) || b.Position() != fyne.NewPos(0, 90) {
		t.Errorf("upright: %v, %v", a.Size(), b.Position())
	}
}

// A whole screen: the line at the top and the footer keep their heights, the
// panel its order of words, the keypad its keys.
func TestPageOfParts(t *testing.T) {
	k := kit(t)
	header := k.Header(HeaderWords{Point: "点", Terminal: "K1", Clock: "18:06", Status: []string{"已联网"}, Well: true})
	panel := k.Panel(PanelWords{
		Ground: Wait, Icon: "clock", Headline: "请等待", Lead: "这一单需要当面交付", Caption: "提货号", Big: "86", After: "张*", Foot: "已为您保留",
	})
	var keys []rune
	entered, erased := 0, 0
	keypad := k.Keypad("确定", KeypadActions{
		Digit: func(r rune) { keys = append(keys, r) }, Erase: func() { erased++ }, Enter: func() { entered++ },
	})
	list := k.List([]Item{{Title: "提货号 86", Note: "还没到货", Tag: "B-12", Ground: BrandSoft}, {Icon: "package", Title: "鸡蛋", Quantity: "× 1"}})
	left := 0
	footer := k.Footer(Door{Icon: "languages", Words: "English"}, Door{Icon: "user-round", Words: "团长", Tapped: func() { left++ }})
	done := k.Button(Main, "", "完成", nil).WithLead(k.Ring(Main, 8, 12))
	body := k.Row(Space2, Share{Object: panel, Weight: 2}, Share{Object: k.Dock(Space2, list, done), Weight: 2}, Share{Object: keypad, Weight: 1})
	page := k.Page(header, body, footer)
	page.Resize(fyne.NewSize(1280, 800))

	if !page.MinSize().IsZero() {
		t.Error("a page would keep its window large")
	}
	if header.Size().Height != 72 || footer.Size().Height != 72 || footer.Position().Y != 728 || body.Size().Height != 656 {
		t.Errorf("header %v, body %v, footer %v at %v", header.Size(), body.Size(), footer.Size(), footer.Position())
	}
	want := []string{"请等待", "这一单需要当面交付", "提货号", "86", "张*", "已为您保留"}
	if diff := cmp.Diff(want, shown(panel)); diff != "" {
		t.Errorf("the panel says:\n%s", diff)
	}
	for _, o := range keypad.Objects {
		test.Tap(o.(*Button))
	}
	if string(keys) != "1234567890" || erased != 1 || entered != 1 {
		t.Errorf("keys %q, erased %d, entered %d", string(keys), erased, entered)
	}
	test.Tap(footer.Objects[2].(*Button))
	if left != 1 {
		t.Error("the footer's door does not open")
	}
	if diff := cmp.Diff([]string{"提货号 86", "还没到货", "B-12", "鸡蛋", "× 1"}, shown(list)); diff != "" {
		t.Errorf("the list says:\n%s", diff)
	}
}

func TestAPanelShrinksItsWordsRatherThanCutThem(t *testing.T) {
	k := kit(t)
	panel := k.Panel(PanelWords{
		Ground: Refuse, Icon: "ban", Headline: "订单已取消", Lead: "为了您的货物安全，请团长看一下。", Caption: "提货号", Big: "86", After: "张*", Foot: "已为您保留",
	})
	high := heightFor(panel, 500)
	panel.Resize(fyne.NewSize(500, high*0.7))
	low := float32(0)
	for _, o := range panel.Objects[1].(*fyne.Container).Objects[0].(*fyne.Container).Objects[0].(*fyne.Container).Objects {
		low = max(low, o.Position().Y+o.Size().Height)
	}
	if room := high*0.7 - 2*k.Unit(Space4); low > room+1 {
		t.Errorf("the words reach down to %v of %v", low, room)
	}
}
