package look

import (
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
)

// kit returns the kit of the drawing's own size.
func kit(t *testing.T) *Kit {
	t.Helper()
	test.NewTempApp(t)
	return NewKit(NewMetrics(fyne.NewSize(1280, 800), 1), words(t)[Chinese], LoadFonts())
}

// shown lists the words drawn below an object, in the order of drawing.
func shown(o fyne.CanvasObject) []string {
	if !o.Visible() {
		return nil
	}
	var out []string
	switch x := o.(type) {
	case *canvas.Text:
		return []string{x.Text}
	case *fyne.Container:
		for _, c := range x.Objects {
			out = append(out, shown(c)...)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(x).Objects() {
			out = append(out, shown(c)...)
		}
	}
	return out
}

func TestTextOnOneLineShrinksAndThenIsCut(t *testing.T) {
	k := kit(t)
	text := k.Text("冷藏-A3-12", Style{Size: TextShelf, Bold: true, OneLine: true})
	drawnAt := func(width float32) *canvas.Text {
		text.Resize(fyne.NewSize(width, 200))
		return test.WidgetRenderer(text).Objects()[0].(*canvas.Text)
	}
	if l := drawnAt(2000); l.TextSize != TextShelf || l.Text != "冷藏-A3-12" {
		t.Errorf("with room enough: %q at %v", l.Text, l.TextSize)
	}
	if l := drawnAt(400); l.TextSize >= TextShelf || l.Text != "冷藏-A3-12" || l.MinSize().Width > 400 {
		t.Errorf("with little room: %q at %v", l.Text, l.TextSize)
	}
	if l := drawnAt(60); l.TextSize != 24 || l.Text == "冷藏-A3-12" || l.MinSize().Width > 60 {
		t.Errorf("with hardly any: %q at %v", l.Text, l.TextSize)
	}
	if l := drawnAt(8); l.Text != "…" {
		t.Errorf("with none: %q", l.Text)
	}
}

func TestTextChangesInPlace(t *testing.T) {
	k := kit(t)
	text := k.Text("一", Style{Size: TextBody})
	text.Resize(fyne.NewSize(100, 40))
	before := test.WidgetRenderer(text).Objects()[0]
	text.SetWords("一")
	text.Refresh()
	if test.WidgetRenderer(text).Objects()[0] != before {
		t.Error("the same words were drawn anew: Fyne would lay out for ever")
	}
	text.SetWords("二")
	text.SetRole(Muted)
	l := test.WidgetRenderer(text).Objects()[0].(*canvas.Text)
	if l.Text != "二" || l.Color != k.Colour(Muted) || text.Words() != "二" {
		t.Errorf("shows %q in %v", l.Text, l.Color)
	}
	text.SetWords("")
	if len(test.WidgetRenderer(text).Objects()) != 0 || text.HeightFor(100) != 0 || !text.MinSize().IsZero() {
		t.Error("no words take room")
	}
}

func TestButtonIsTapped(t *testing.T) {
	k := kit(t)
	taps := 0
	b := k.Button(Main, "check", "完成", func() { taps++ })
	b.Resize(fyne.NewSize(300, 96))
	ground := func() any {
		return test.WidgetRenderer(b).Objects()[0].(*canvas.Rectangle).FillColor
	}
	b.MouseDown(nil)
	if ground() != k.Colour(BrandDown) {
		t.Error("nothing shows that it is touched")
	}
	b.MouseUp(nil)
	if ground() != k.Colour(Brand) {
		t.Error("it still looks touched")
	}
	test.Tap(b)
	if taps != 1 {
		t.Errorf("tapped %d times", taps)
	}
	b.SetOff(true)
	b.MouseDown(nil)
	if test.Tap(b); taps != 1 || !b.Disabled() || ground() != k.Colour(Paper) {
		t.Errorf("switched off it is tapped %d times, on %v", taps, ground())
	}
	if b.Enable(); b.Disabled() || ground() != k.Colour(Brand) {
		t.Error("it stays switched off")
	}
	tight := k.In(Looks{Large: true}).Button(Plain, "wallet", "Refund or return", nil)
	tight.Resize(fyne.NewSize(230, 72))
	if text := test.WidgetRenderer(tight).Objects()[2]; text.Position().Y < 0 || text.Size().Height > 72 {
		t.Errorf("its words are %v high at %v", text.Size().Height, text.Position().Y)
	}
	k.Button(Plain, "", "x", nil).Tapped(nil) // does nothing, and does not panic
	b.SetWords("好")
	if b.Words() != "好" || shown(b)[0] != "好" {
		t.Errorf("shows %q", shown(b))
	}
}

func TestRingCountsDown(t *testing.T) {
	k := kit(t)
	r := k.Ring(Main, 8, 12)
	r.Resize(r.MinSize())
	rest := func() float32 { return test.WidgetRenderer(r).Objects()[1].(*canvas.Arc).EndAngle }
	if got := shown(r); got[0] != "8" || rest() != 240 {
		t.Errorf("shows %q and %v degrees", got, rest())
	}
	r.Set(0, 12)
	if got := shown(r); got[0] != "0" || rest() != 0 {
		t.Errorf("at the end it shows %q and %v degrees", got, rest())
	}
	r.Set(5, 0)
	if rest() != 0 {
		t.Error("a countdown of nothing has a rest")
	}
}

func TestHeaderPicksTheFullestStatusThatFits(t *testing.T) {
	k := kit(t)
	h := k.Header(HeaderWords{Point: "点", Terminal: "K1", Clock: "18:06", Status: []string{"a very very very long status", "short"}, Well: true})
	h.Resize(fyne.NewSize(1200, 72))
	if got := shown(h); got[1] != "a very very very long status" {
		t.Errorf("with room: %q", got)
	}
	h.Resize(fyne.NewSize(400, 72))
	if got := shown(h); got[1] != "short" {
		t.Errorf("without room: %q", got)
	}
	h.Set(HeaderWords{Point: "点", Terminal: "K1", Clock: "18:07", Status: []string{"short"}})
	if got := shown(h); got[0] != "18:07" {
		t.Errorf("after a minute: %q", got)
	}
}

func TestListTurnsPages(t *testing.T) {
	k := kit(t)
	var all []Item
	for _, name := range []string{"甲", "乙", "丙", "丁", "戊"} {
		all = append(all, Item{Icon: "package", Title: name, Quantity: "× 1"})
	}
	l := k.List(all)
	l.Resize(fyne.NewSize(600, l.HeightFor(600)))
	if got := len(shown(l)); got != 10 {
		t.Fatalf("with room it shows %q", shown(l))
	}
	l.Resize(fyne.NewSize(600, 300))
	if got := shown(l); got[0] != "甲" || got[2] != "乙" || got[len(got)-1] != "1 / 3" {
		t.Fatalf("first page: %q", got)
	}
	pager := test.WidgetRenderer(l).Objects()
	row := pager[len(pager)-1].(*fyne.Container)
	test.Tap(row.Objects[0].(*Button)) // back from the first page goes to the last
	if got := shown(l); got[0] != "戊" {
		t.Errorf("last page: %q", got)
	}
}

func TestRowsAreCutIntoPages(t *testing.T) {
	none := func(int) bool { return false }
	for _, c := range []struct {
		name    string
		heights []float32
		heading func(int) bool
		want    []span
	}{
		{"all fit", []float32{40, 40}, none, []span{{0, 2}}},
		{"two pages", []float32{40, 40, 40}, none, []span{{0, 2}, {2, 3}}},
		{"higher than the room", []float32{140, 40, 140}, none, []span{{0, 1}, {1, 2}, {2, 3}}},
		{"a heading goes with its rows", []float32{40, 30, 40, 40}, func(i int) bool { return i == 1 }, []span{{0, 1}, {1, 3}, {3, 4}}},
		{"a heading alone stays", []float32{40, 90}, func(i int) bool { return i == 0 }, []span{{0, 1}, {1, 2}}},
		{"nothing", nil, none, []span{{0, 0}}},
	} {
		if diff := cmp.Diff(c.want, spans(c.heights, 100, c.heading), cmp.AllowUnexported(span{})); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

func TestCellsGroupDigitsAndTakeLongCodes(t *testing.T) {
	k := kit(t)
	c := k.Cells(3, 3, 4)
	c.Resize(fyne.NewSize(600, 88))
	c.Set("318")
	if got := shown(c); len(got) != 3 || got[2] != "8" {
		t.Errorf("shows %q", got)
	}
	next := test.WidgetRenderer(c).Objects()[6].(*canvas.Rectangle)
	if next.StrokeColor != k.Colour(Brand) {
		t.Error("the next cell is not marked")
	}
	c.Set("20263184027751660")
	if got := shown(c); len(got) != 1 || got[0] != "2026 3184 0277 5166 0" {
		t.Errorf("a long code shows %q", got)
	}
}

func TestDotsNeverShowDigits(t *testing.T) {
	k := kit(t)
	d := k.Dots(6)
	d.Resize(fyne.NewSize(400, 64))
	d.Set(8)
	full := 0
	for _, o := range test.WidgetRenderer(d).Objects() {
		if o.(*canvas.Circle).FillColor == k.Colour(Brand) {
			full++
		}
	}
	if full != 8 || len(shown(d)) != 0 {
		t.Errorf("%d dots are full, words %q", full, shown(d))
	}
}

func TestCameraShowsPicturesOrWords(t *testing.T) {
	k := kit(t)
	c := k.Camera("camera-off", "没有摄像头")
	c.Resize(fyne.NewSize(600, 500))
	aims := func() bool { return test.WidgetRenderer(c).Objects()[4].Visible() }
	if got := shown(c); len(got) != 1 || aims() {
		t.Errorf("without a picture: %q, a frame to aim at: %v", got, aims())
	}
	c.SetFrame(image.NewGray(image.Rect(0, 0, 8, 8)))
	c.SetFrame(image.NewGray(image.Rect(0, 0, 8, 8)))
	if got := shown(c); len(got) != 0 || !aims() {
		t.Errorf("with a picture: %q, a frame to aim at: %v", got, aims())
	}
	c.SetFrame(nil)
	c.SetWords("camera", "正在打开")
	if got := shown(c); len(got) != 1 || got[0] != "正在打开" {
		t.Errorf("after the picture went: %q", got)
	}
}

// The line over the picture moves with the pictures and never of itself.
func TestTheLineOverThePictureMovesWithPictures(t *testing.T) {
	k := kit(t)
	c := k.Camera("camera", "")
	c.Resize(fyne.NewSize(600, 500))
	r := test.WidgetRenderer(c).(*cameraRenderer)
	if r.line.Visible() {
		t.Error("a line without a picture")
	}
	frame := image.NewGray(image.Rect(0, 0, 8, 8))
	var at []float32
	for range 2*sweepFrames + 1 {
		c.SetFrame(frame)
		at = append(at, r.line.Position().Y)
	}
	top, low := r.aim.Position().Y, r.aim.Position().Y+r.aim.Size().Height
	for i := 1; i < len(at); i++ {
		if down := i <= sweepFrames; (at[i] > at[i-1]) != down || at[i] < top || at[i] > low {
			t.Fatalf("picture %d moves the line from %v to %v, between %v and %v", i, at[i-1], at[i], top, low)
		}
	}
	if c.Refresh(); r.line.Position().Y != at[len(at)-1] {
		t.Error("it moves without a picture")
	}
	c.SetFrame(frame)
	c.SetFrame(nil)
	if c.SetFrame(frame); r.line.Position().Y != at[0] {
		t.Error("after a pause it does not start at the top")
	}
}

func TestNoteTurnsIntoAnAlarm(t *testing.T) {
	k := kit(t)
	n := k.Note(NoteWords{Words: "十位数字"})
	n.Resize(fyne.NewSize(500, n.MinSize().Height))
	before := n.MinSize()
	n.Set(NoteWords{Icon: "circle-alert", Words: "有一位不对", Alarm: true})
	ground, ok := test.WidgetRenderer(n).Objects()[0].(*canvas.Rectangle)
	if !ok || ground.FillColor != k.Colour(Wait) || shown(n)[0] != "有一位不对" {
		t.Errorf("the alarm shows %q", shown(n))
	}
	if n.MinSize() != before {
		t.Error("what is below the note would jump")
	}
}

func TestIconsComeInColourAndOnce(t *testing.T) {
	k := kit(t)
	a, b := k.Icon("circle-check", OnAccept, 88), k.Icon("circle-check", OnAccept, 88)
	if a.Image == nil || a.Image != b.Image {
		t.Error("an icon was drawn twice, or not at all")
	}
	if got := a.Image.Bounds().Dx(); got != 88 {
		t.Errorf("it has %d pixels", got)
	}
	if k.Icon("no-such-icon", Ink, 24).Image != nil {
		t.Error("an icon that is not bundled has a picture")
	}
	if _, err := drawSVG([]byte("<svg><path"), k.Colour(Ink), 8, 1); err == nil {
		t.Error("drew what is no picture")
	}
}

func TestThemeUsesTheBundledFonts(t *testing.T) {
	f := LoadFonts()
	th := NewTheme(f, light())
	if th.Font(fyne.TextStyle{}) != f.Regular || th.Font(fyne.TextStyle{Bold: true}) != f.Bold {
		t.Error("the fonts are not the bundled ones")
	}
	for name, role := range map[fyne.ThemeColorName]Role{"background": Paper, "foreground": Ink, "primary": Brand} {
		if got := th.Color(name, 0); got != light().Colour(role) {
			t.Errorf("%s is %v", name, got)
		}
	}
	if th.Color("hover", 0) == nil || th.Icon("cancel") == nil || th.Size("text") <= 0 {
		t.Error("what the theme leaves to Fyne is missing")
	}
}
