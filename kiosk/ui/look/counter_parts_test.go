package look

import (
	"image"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// small returns a kit of the smallest screen, in a language and a look.
func small(t *testing.T, lang Lang, l Looks) *Kit {
	t.Helper()
	test.NewTempApp(t)
	return NewKit(NewMetrics(fyne.NewSize(1024, 600), 1), words(t)[lang], LoadFonts()).In(l)
}

// targets lists everything below an object that can be tapped, with its place.
func targets(o fyne.CanvasObject, at fyne.Position) map[fyne.Tappable]image.Rectangle {
	out := map[fyne.Tappable]image.Rectangle{}
	if !o.Visible() {
		return out
	}
	if x, ok := o.(fyne.Tappable); ok {
		out[x] = image.Rect(int(at.X+0.5), int(at.Y+0.5), int(at.X+o.Size().Width+0.5), int(at.Y+o.Size().Height+0.5))
	}
	var children []fyne.CanvasObject
	switch x := o.(type) {
	case *fyne.Container:
		children = x.Objects
	case fyne.Widget:
		children = test.WidgetRenderer(x).Objects()
	}
	for _, c := range children {
		for x, r := range targets(c, at.Add(c.Position())) {
			out[x] = r
		}
	}
	return out
}

// checkTargets holds targets to their least size, to their place, and apart.
func checkTargets(t *testing.T, o fyne.CanvasObject, want int) {
	t.Helper()
	all := targets(o, fyne.Position{})
	if len(all) != want {
		t.Errorf("%d targets, want %d", len(all), want)
	}
	place := image.Rect(0, 0, int(o.Size().Width+0.5), int(o.Size().Height+0.5))
	for x, r := range all {
		if r.Dx() < minTarget || r.Dy() < minTarget {
			t.Errorf("a target is %v", r.Size())
		}
		if !r.In(place) {
			t.Errorf("a target lies at %v, outside %v", r, place)
		}
		for y, q := range all {
			if x != y && r.Overlaps(q) {
				t.Errorf("targets at %v and %v are over each other", r, q)
			}
		}
	}
}

// tapOn taps the target that is called so.
func tapOn(t *testing.T, o fyne.CanvasObject, words string) {
	t.Helper()
	for x := range targets(o, fyne.Position{}) {
		if named, ok := x.(interface{ Words() string }); ok && named.Words() == words {
			x.Tapped(nil)
			return
		}
	}
	t.Fatalf("nothing is called %q", words)
}

func TestStepperCountsWithinItsLimits(t *testing.T) {
	for _, l := range []Looks{{}, {Palette: Dark}, {Palette: HighContrast, Large: true}} {
		k := small(t, Chinese, l)
		var told []int
		s := k.Stepper(StepperOptions{Value: 9, Least: 0, Most: 2, Words: "缺少", Changed: func(v int) { told = append(told, v) }})
		for _, width := range []float32{600, 240} { // beside the label, and below it
			s.Resize(fyne.NewSize(width, s.HeightFor(width)))
			checkTargets(t, s, 2)
			if got := shown(s); !slices.Equal(got, []string{"缺少", "2"}) {
				t.Errorf("at %v it shows %q", width, got)
			}
		}
		test.Tap(s.plus) // off: 9 was cut to 2, the most
		for range 3 {
			test.Tap(s.minus)
		}
		test.Tap(s.plus)
		if diff := cmp.Diff([]int{1, 0, 1}, told); diff != "" || s.Value() != 1 {
			t.Errorf("value %d, told:\n%s", s.Value(), diff)
		}
		if s.HeightFor(240) <= s.HeightFor(600) {
			t.Error("the label has no room of its own")
		}
	}
	s := small(t, English, Looks{}).Stepper(StepperOptions{Least: 1, Most: 0})
	s.Set(123456)
	if s.Resize(fyne.NewSize(400, 80)); s.Value() != 123456 || shown(s)[0] != "123,456" {
		t.Errorf("without a last value: %d, %q", s.Value(), shown(s))
	}
}

func TestStarsAreFullByShape(t *testing.T) {
	k := small(t, Chinese, Looks{})
	var told []int
	s := k.Stars(2, func(n int) { told = append(told, n) })
	s.Resize(s.MinSize())
	checkTargets(t, s, 5)
	full := func() (n int) {
		for _, img := range s.images {
			middle := img.Image.Bounds().Dx() / 2
			if _, _, _, a := img.Image.At(middle, middle).RGBA(); a > 0 {
				n++
			}
		}
		return n
	}
	if full() != 2 {
		t.Errorf("%d stars are full, not 2", full())
	}
	tapOn(t, s, "4")
	s.Set(9)
	if full() != 5 || s.Value() != 5 || !slices.Equal(told, []int{4}) {
		t.Errorf("%d are full, value %d, told %v", full(), s.Value(), told)
	}
}

func TestChoicesAreTapped(t *testing.T) {
	k := small(t, Chinese, Looks{Large: true})
	var tapped []string
	rows := func(ticked bool) []Choice {
		var out []Choice
		for _, name := range []string{"甲", "乙", "丙", "丁", "戊"} {
			out = append(out, Choice{Icon: "package", Title: name, Note: "950 ml", Tag: "缺 1", Ground: Refuse, Right: "× 2", Ticked: &ticked, Chevron: true,
				Tapped: func() { tapped = append(tapped, name) }})
		}
		return out
	}
	c := k.Choices(rows(false))
	c.Resize(fyne.NewSize(700, c.HeightFor(700)))
	checkTargets(t, c, 5)
	tapOn(t, c, "丙")
	c.Resize(fyne.NewSize(700, 300))
	checkTargets(t, c, 4) // two rows, two keys
	if got := shown(c); got[len(got)-1] != "1 / 3" {
		t.Errorf("the first page shows %q", got)
	}
	tapOn(t, c, "乙")
	if before := test.WidgetRenderer(c).Objects(); true {
		c.Set(rows(false))
		if after := test.WidgetRenderer(c).Objects(); after[1] != before[1] {
			t.Error("the same rows were drawn anew")
		}
		c.Set(rows(true))
		if after := test.WidgetRenderer(c).Objects(); after[1] == before[1] {
			t.Error("ticks are not drawn")
		}
	}
	c.page = 2
	c.Set(rows(false)[:2]) // the page that was up is gone
	if got := shown(c); got[0] != "甲" {
		t.Errorf("shows %q", got)
	}
	c.Set(rows(false))
	c.Resize(fyne.NewSize(700, 110)) // a row, and the keys beside it
	checkTargets(t, c, 3)
	var turned []int
	c = k.Choices(rows(false)).At(1, func(page int) { turned = append(turned, page) })
	c.Resize(fyne.NewSize(700, 300))
	if got := shown(c); got[0] != "丙" || got[len(got)-1] != "2 / 3" {
		t.Errorf("the second page shows %q", got)
	}
	for x, r := range targets(c, fyne.Position{}) {
		if r.Min.Y > 200 && r.Min.X > 350 {
			x.Tapped(nil)
		}
	}
	if got := shown(c); got[0] != "戊" || !slices.Equal(turned, []int{2}) {
		t.Errorf("the next page shows %q, told %v", got, turned)
	}
	if diff := cmp.Diff([]string{"丙", "乙"}, tapped); diff != "" {
		t.Error(diff)
	}
	k.Choices([]Choice{{Title: "x"}}).tap(0)
}

func TestTilesFlowIntoAGrid(t *testing.T) {
	for _, l := range []Looks{{}, {Large: true}} {
		k := small(t, English, l)
		taps := 0
		var tiles []Tile
		for _, words := range []string{"to collect", "collected", "overdue", "exceptions", "unsent"} {
			tiles = append(tiles, Tile{Value: "1,304", Words: words, Ground: Wait, Icon: "package", Tapped: func() { taps++ }})
		}
		tl := k.Tiles(tiles)
		for _, c := range []struct {
			width   float32
			columns int
		}{{1000, 5}, {740, 3}, {420, 2}, {200, 1}} {
			tl.Resize(fyne.NewSize(c.width, tl.HeightFor(c.width)))
			checkTargets(t, tl, 5)
			columns := map[int]bool{}
			for _, r := range targets(tl, fyne.Position{}) {
				columns[r.Min.X] = true
			}
			if len(columns) != c.columns {
				t.Errorf("large %v: %d columns in %v, want %d", l.Large, len(columns), c.width, c.columns)
			}
		}
		tapOn(t, tl, "overdue")
		if taps != 1 {
			t.Errorf("tapped %d times", taps)
		}
	}
	if k := small(t, English, Looks{}); k.Tiles(nil).HeightFor(100) != 0 {
		t.Error("no tiles take room")
	}
}

func TestChartWritesWhatFits(t *testing.T) {
	k := small(t, Chinese, Looks{})
	var bars []Bar
	for h := range 14 {
		bars = append(bars, Bar{Label: string(rune('0'+(h+8)/10)) + string(rune('0'+(h+8)%10)) + ":00", Value: 10 * h, Marked: h == 9})
	}
	c := k.Chart(bars, "今天还没有人提货")
	for _, width := range []float32{1200, 700, 360, 180} {
		c.Resize(fyne.NewSize(width, 240))
		var boxes []image.Rectangle
		marked, labels, values := false, 0, 0
		for _, o := range test.WidgetRenderer(c).Objects() {
			text, ok := o.(*Text)
			if !ok {
				if r := o.(*canvas.Rectangle); r.FillColor == k.Colour(Brand) && (r.Position().Y < 0 || r.Position().Y+r.Size().Height > 240) {
					t.Errorf("at %v a column stands from %v, %v high", width, r.Position().Y, r.Size().Height)
				}
				continue
			}
			w := text.Natural()
			x := text.Position().X + (text.Size().Width-w)/2
			box := image.Rect(int(x), int(text.Position().Y)+6, int(x+w), int(text.Position().Y+text.Size().Height)-6)
			for _, other := range boxes {
				if box.Overlaps(other) {
					t.Errorf("at %v %q is over another text", width, text.Words())
				}
			}
			if x < -1 || x+w > width+1 {
				t.Errorf("at %v %q is cut off", width, text.Words())
			}
			boxes = append(boxes, box)
			marked = marked || text.Words() == "17:00"
			if strings.Contains(text.Words(), ":") {
				labels++
			} else {
				values++
			}
		}
		if !marked || labels < 2 {
			t.Errorf("at %v: %d labels, that of now %v", width, labels, marked)
		}
		if want := map[bool]int{true: 13, false: 1}[width >= 700]; values != want { // the first hour has none
			t.Errorf("at %v: %d numbers, want %d", width, values, want)
		}
	}
	c.Set(make([]Bar, 3))
	if got := strings.Join(shown(c), ""); got != "今天还没有人提货" {
		t.Errorf("with nothing to show it says %q", got)
	}
}

func TestLettersTypeEverything(t *testing.T) {
	k := small(t, English, Looks{Large: true})
	var typed []rune
	erased, entered := 0, 0
	l := k.Letters(LettersActions{Key: func(r rune) { typed = append(typed, r) }, Erase: func() { erased++ }, Enter: func() { entered++ }, EnterWords: "Search"})
	l.Resize(fyne.NewSize(740, heightFor(l, 740))) // beside a rail on the smallest screen
	checkTargets(t, l, 39)
	for _, o := range l.Objects {
		test.Tap(o.(*Button))
	}
	if string(typed) != "1234567890QWERTYUIOPASDFGHJKLZXCVBNM " || erased != 1 || entered != 1 {
		t.Errorf("typed %q, erased %d, entered %d", string(typed), erased, entered)
	}
	if got := shown(l); got[len(got)-1] != "Search" {
		t.Errorf("the last key says %q", got[len(got)-1])
	}
	if h := heightFor(l, 740); h > 290 {
		t.Errorf("it takes %v of 600", h)
	}
}

func TestFieldShowsWhereOneTypes(t *testing.T) {
	k := small(t, Chinese, Looks{})
	f := k.Field("搜索")
	f.Resize(fyne.NewSize(400, f.MinSize().Height))
	f.Set("", "尾号或取货号")
	if got := shown(f); !slices.Equal(got, []string{"搜索", "尾号或取货号"}) {
		t.Errorf("empty: %q", got)
	}
	f.Set("0417", "尾号或取货号")
	caret := test.WidgetRenderer(f).Objects()[3]
	if got := shown(f); !slices.Equal(got, []string{"搜索", "0417"}) {
		t.Errorf("typed: %q", got)
	}
	f.Set("91330000MA27X8A12K91330000MA27X8A12K", "")
	got := shown(f)[1]
	if !strings.HasPrefix(got, "…") || !strings.HasSuffix(got, "A12K") {
		t.Errorf("too long: %q", got)
	}
	if after := test.WidgetRenderer(f).Objects()[3]; after.Position().X <= caret.Position().X || after.Position().X+after.Size().Width > 400 {
		t.Errorf("the caret went from %v to %v", caret.Position(), after.Position())
	}
}

func TestRailHoldsEightDoors(t *testing.T) {
	names := map[Lang][]string{
		Chinese: {"柜台", "收货", "逾期未取", "异议", "日结", "诊断", "设置", "退出登录"},
		English: {"Counter", "Receive", "Overdue", "Conflicts", "Day close", "Diagnostics", "Settings", "Sign out"},
	}
	for lang, all := range names {
		for _, l := range []Looks{{}, {Large: true}} {
			k := small(t, lang, l)
			opened := ""
			var doors []RailDoor
			for i, name := range all {
				doors = append(doors, RailDoor{Icon: "package", Words: name, Here: i == 7, Tapped: func() { opened = name }})
			}
			doors[2].Badge = "12"
			r := k.Rail(doors)
			page := block(1, 1)
			whole := k.WithRail(r, page)
			whole.Resize(fyne.NewSize(1024, 600))
			checkTargets(t, whole, 8)
			if got := shown(whole); !slices.Equal(got[:4], []string{all[0], all[1], all[2], "12"}) {
				t.Errorf("%s, large %v: it says %q", lang, l.Large, got)
			}
			if page.Size().Width < 750 {
				t.Errorf("%s, large %v: the page has %v left", lang, l.Large, page.Size().Width)
			}
			tapOn(t, whole, all[3])
			if opened != all[3] {
				t.Errorf("opened %q", opened)
			}
			r.Resize(fyne.NewSize(r.MinSize().Width, 448)) // between a header and a footer: the page of the open door
			checkTargets(t, r, 3)
			tapOn(t, r, k.Words.Say("rail.more"))
			checkTargets(t, r, 7)
			doors[2].Badge = "13"
			r.Set(slices.Clone(doors))
			if !slices.Contains(shown(r), "13") {
				t.Errorf("shows %q", shown(r))
			}

			upright := NewKit(NewMetrics(fyne.NewSize(1080, 1920), 1), k.Words, k.fonts).In(l)
			whole = upright.WithRail(upright.Rail(doors), page)
			whole.Resize(fyne.NewSize(1080, 1920))
			checkTargets(t, whole, 8)
			for _, words := range shown(whole) {
				if strings.Contains(words, "…") {
					t.Errorf("upright, %s, large %v: %q", lang, l.Large, words)
				}
			}
		}
	}
}

func TestProgressMovesOnlyWhenTold(t *testing.T) {
	k := small(t, Chinese, Looks{})
	p := k.Progress("正在导出", 0, 730_000)
	p.Resize(fyne.NewSize(500, p.HeightFor(500)))
	done := func() (from, to float32) {
		bar := test.WidgetRenderer(p.bar).Objects()[1]
		return bar.Position().X, bar.Position().X + bar.Size().Width
	}
	p.Set(365_000, 730_000)
	if from, to := done(); from != 0 || to != 250 || !slices.Equal(shown(p), []string{"正在导出", "365,000 / 730,000"}) {
		t.Errorf("half way the bar is full from %v to %v: %q", from, to, shown(p))
	}
	p.Set(900_000, 730_000)
	if _, to := done(); to != 500 {
		t.Errorf("beyond the end it reaches to %v", to)
	}
	p.Set(0, 0)
	seen := map[float32]bool{}
	for n := range 2 * steps {
		p.Set(n+1, 0)
		from, to := done()
		if from < 0 || to > 501 || to-from < 30 {
			t.Errorf("of unknown length the bar is full from %v to %v", from, to)
		}
		seen[from] = true
	}
	if len(seen) != steps || shown(p)[1] != "24" {
		t.Errorf("it stood at %d places and says %q", len(seen), shown(p))
	}
	p.SetWords("完成")
	if shown(p)[0] != "完成" {
		t.Errorf("it says %q", shown(p))
	}
}

func TestCodeIsReadable(t *testing.T) {
	const text = "https://example.com/发票?order=O1001"
	k := small(t, Chinese, Looks{Palette: Dark})
	c := k.Code(text)
	side := c.HeightFor(300)
	c.Resize(fyne.NewSize(400, side))
	img := test.WidgetRenderer(c).Objects()[0].(*canvas.Image)
	n := c.modules.GetWidth()
	if px := img.Image.Bounds().Dx(); px%n != 0 || float32(px) != img.Size().Width || img.Size().Width > side {
		t.Errorf("%d modules have %d pixels on %v", n, px, img.Size())
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img.Image)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil || result.GetText() != text {
		t.Errorf("it reads %v: %v", result, err)
	}
	for i := range quietZone * img.Image.Bounds().Dx() / n {
		if r, _, _, _ := img.Image.At(img.Image.Bounds().Dx()/2, i).RGBA(); r != 0xFFFF {
			t.Fatalf("the quiet zone is dark at %d", i)
		}
	}
	long := k.Code(strings.Repeat("x", 2332))
	long.Resize(long.MinSize())
	if _, ok := test.WidgetRenderer(long).Objects()[0].(*Text); !ok {
		t.Error("a text too long for a code is not shown")
	}
	if k.Code(strings.Repeat("x", 2331)).modules == nil {
		t.Error("the longest text does not fit")
	}
}

func TestBannerComesAndGoes(t *testing.T) {
	k := small(t, Chinese, Looks{})
	b := k.Banner("wifi-off", "离线", Wait)
	b.Resize(fyne.NewSize(600, b.HeightFor(600)))
	ground := func() any { return test.WidgetRenderer(b).Objects()[0].(*canvas.Rectangle).FillColor }
	if got := shown(b); got[0] != "离线" || ground() != k.Colour(Wait) || b.HeightFor(600) < 32 {
		t.Errorf("%q on %v, %v high", got, ground(), b.HeightFor(600))
	}
	b.Set("printer", "打印机缺纸", Refuse)
	if got := shown(b); got[0] != "打印机缺纸" || ground() != k.Colour(Refuse) {
		t.Errorf("%q on %v", got, ground())
	}
	b.Set("", "", Wait)
	if len(shown(b)) != 0 || b.HeightFor(600) != 0 {
		t.Error("no words take room")
	}
}
