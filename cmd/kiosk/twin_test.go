package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"image"
	"image/draw"
	"log/slog"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui"
	"hexiao/scanner"
)

// twin is a second terminal in the process of the test, on a copy of the first
// one's data folder, with a window that is drawn without a display. What is done
// at the real program is done at the twin as well: it says where a button is, and
// what the real screen must look like afterwards.
type twin struct {
	d    *display
	t    testing.TB
	desk *terminal.Terminal
	win  *ui.Window
	app  fyne.App
	scan *twinScanner

	mu    sync.Mutex
	state *desk.State
	fresh bool // state was not drawn yet

	want *image.RGBA
}

// twinScanner reads what it is given.
type twinScanner struct {
	name  string
	texts chan string
}

// Name is for the terminal.
func (s *twinScanner) Name() string { return s.name }

// Run is for the terminal.
func (s *twinScanner) Run(ctx context.Context, emit scanner.Emit, report func(scanner.Health)) error {
	report(scanner.Health{State: scanner.Working})
	for {
		select {
		case <-ctx.Done():
			return nil
		case text := <-s.texts:
			emit(scanner.FromDevice(text, s.name, time.Now()))
		}
	}
}

// newTwin starts the twin of a program that is to run on dir and on the display.
// Call it before the program is started: two may not have the folder at once.
func newTwin(d *display, dir string) *twin {
	t := d.t
	t.Helper()
	own := t.TempDir()
	if err := os.CopyFS(own, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	folder, err := terminal.OpenFolder(own)
	if err != nil {
		t.Fatal(err)
	}
	boot, err := terminal.MachineBoot()
	if err != nil {
		t.Fatal(err)
	}
	w := &twin{d: d, t: t, app: test.NewApp(), scan: &twinScanner{name: "serial", texts: make(chan string)}}
	t.Cleanup(w.app.Quit)
	w.desk, err = terminal.Open(terminal.Options{
		Folder: folder, Now: time.Now, Boot: boot, Random: rand.Reader, Log: slog.New(slog.DiscardHandler),
		Sources: []scanner.Source{w.scan}, Books: true, Choosing: true,
		OnState: func(s desk.State) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.state, w.fresh = &s, true
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	size := d.size()
	w.win, err = ui.New(w.app, ui.Options{
		Title: "twin", Windowed: fyne.NewSize(float32(size.X), float32(size.Y)),
		Tap: w.desk.Tap, Pick: w.desk.Pick, Key: w.desk.Key, Typed: w.desk.Typed, Sound: func(desk.Cue, desk.Lang) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.desk.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the twin ended with %v", err)
		}
		if err := w.desk.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// look draws the twin's last state, if it is new, and gives that state.
func (w *twin) look() desk.State {
	w.mu.Lock()
	s, fresh := w.state, w.fresh
	w.fresh = false
	w.mu.Unlock()
	if s == nil {
		return desk.State{}
	}
	if fresh {
		w.win.Show(*s)
		w.want = nil
	}
	return *s
}

// picture is what the twin shows.
func (w *twin) picture() *image.RGBA {
	if w.want == nil {
		w.want = rgba(w.win.Picture())
	}
	return w.want
}

func rgba(from image.Image) *image.RGBA {
	out := image.NewRGBA(from.Bounds())
	for y := out.Rect.Min.Y; y < out.Rect.Max.Y; y++ {
		for x := out.Rect.Min.X; x < out.Rect.Max.X; x++ {
			out.Set(x, y, from.At(x, y))
		}
	}
	return out
}

// side is that of the blocks in which pictures are compared, in pixels.
const side = 8

// blocks is how many blocks of two pictures are not alike. In the mean of a block
// the edges of characters, which a graphics card and a program smooth each in its own
// way, hardly count, and what they round differently may move a block by two
// pixels; another word, number or colour shows.
func blocks(a, b *image.RGBA) (n int) {
	for y := side; y+2*side <= a.Rect.Dy(); y += side {
		for x := side; x+2*side <= a.Rect.Dx(); x += side {
			if !alike(a, b, x, y) {
				n++
			}
		}
	}
	return n
}

func alike(a, b *image.RGBA, x, y int) bool {
	want := mean(a, x, y)
	same := func(dx, dy int) bool {
		have := mean(b, x+dx, y+dy)
		return max(have[0]-want[0], want[0]-have[0], have[1]-want[1], want[1]-have[1], have[2]-want[2], want[2]-have[2]) <= 20
	}
	if same(0, 0) {
		return true
	}
	for dy := -2; dy <= 2; dy++ {
		for dx := -2; dx <= 2; dx++ {
			if same(dx, dy) {
				return true
			}
		}
	}
	return false
}

// mean is the colour of a block.
func mean(p *image.RGBA, x, y int) (c [3]int) {
	for i := range side {
		row := p.Pix[p.PixOffset(x, y+i):]
		for j := range side {
			for k := range c {
				c[k] += int(row[4*j+k])
			}
		}
	}
	for k := range c {
		c[k] /= side * side
	}
	return c
}

// unlike is how many blocks of some 15,000 may differ: those of a countdown's ring.
const unlike = 12

// unlikeOwn is the same where a terminal shows what it shares with none: the head of
// its journal, or what it runs on.
const unlikeOwn = 80

// unlikeFrame is the same where the drawer's cash is typed: the two painters lay the
// thick frame of its field on different sides of its edge.
const unlikeFrame = 240

// agree waits until the real screen shows what the twin shows, on the screen that
// it should be.
func (w *twin) agree(s desk.Screen) desk.State {
	w.t.Helper()
	var state desk.State
	worst := 0
	ok := poll(func() bool {
		if state = w.look(); state.Screen != s {
			return false
		}
		worst = w.unlike()
		switch {
		case s == desk.DayClose && state.DayClose.Step == desk.DayCash:
			return worst <= unlikeFrame
		case s == desk.DayClose, s == desk.Diagnostics:
			return worst <= unlikeOwn
		}
		return worst <= unlike
	})
	if !ok {
		t := w.t
		t.Fatalf("the twin shows %s, wanted %s; %d blocks differ; the real picture is %s\nto touch: %q", state.Screen, s, worst, keep(t, w.both()), w.words())
	}
	return state
}

// unlike is how many blocks of the screens differ.
func (w *twin) unlike() int {
	want, have := w.picture(), w.d.eyes.region(image.Rectangle{Max: w.d.size()})
	if box, ok := w.focused(); ok {
		if !ringed(have, box) {
			return math.MaxInt
		}
		for _, side := range around(box) { // compared already
			draw.Draw(have, side, want, side.Min, draw.Src)
		}
	}
	return blocks(want, have)
}

// both is the real screen, and beneath it the twin's.
func (w *twin) both() image.Image {
	s := w.d.size()
	shown, want := w.d.eyes.region(image.Rectangle{Max: s}), w.picture()
	out := image.NewRGBA(image.Rect(0, 0, s.X, 2*s.Y))
	copy(out.Pix, shown.Pix)
	copy(out.Pix[len(shown.Pix):], want.Pix)
	return out
}

// place is something to touch.
type place struct {
	words  string
	box    image.Rectangle
	tap    func()
	object fyne.CanvasObject
}

// places lists what can be touched on the twin's screen.
func (w *twin) places() []place {
	w.look()
	var out []place
	var walk func(o fyne.CanvasObject, at fyne.Position)
	walk = func(o fyne.CanvasObject, at fyne.Position) {
		if !o.Visible() {
			return
		}
		if x, ok := o.(interface {
			fyne.Tappable
			Words() string
		}); ok {
			out = append(out, place{
				object: o, words: x.Words(), tap: func() { x.Tapped(&fyne.PointEvent{}) },
				box: image.Rect(int(at.X), int(at.Y), int(at.X+o.Size().Width), int(at.Y+o.Size().Height)),
			})
		}
		var children []fyne.CanvasObject
		switch x := o.(type) {
		case *fyne.Container:
			children = x.Objects
		case fyne.Widget:
			children = test.WidgetRenderer(x).Objects()
		}
		for _, c := range children {
			walk(c, at.Add(c.Position()))
		}
	}
	walk(w.canvas().Content(), fyne.Position{})
	return out
}

// canvas is what the twin draws on.
func (w *twin) canvas() fyne.Canvas {
	w.t.Helper()
	for _, win := range w.app.Driver().AllWindows() {
		if win.Title() == "twin" {
			return win.Canvas()
		}
	}
	w.t.Fatal("the twin has no window")
	return nil
}

// words is what can be touched, by its words.
func (w *twin) words() []string {
	var out []string
	for _, p := range w.places() {
		out = append(out, p.words)
	}
	return out
}

// find gives what has these words, or, where nothing has, what alone begins with
// them. "+1" is the second key with a plus and no words, "-0" the first with a minus:
// the keys of a number to count come in pairs. "!日结" is the last that has the words,
// "3#5" the third that has the words "5".
func (w *twin) find(words string) place {
	w.t.Helper()
	var found []place
	if n, ok := strings.CutPrefix(words, "+"); ok {
		return w.unnamed(n, 1)
	}
	if n, ok := strings.CutPrefix(words, "-"); ok {
		return w.unnamed(n, 0)
	}
	last, isLast := strings.CutPrefix(words, "!")
	if n, same, ok := strings.Cut(words, "#"); ok {
		return w.nth(n, same)
	}
	for _, p := range slices.Backward(w.places()) {
		if isLast && p.words == last {
			return p
		}
	}
	for _, p := range w.places() {
		if p.words == words {
			return p
		}
		if strings.HasPrefix(p.words, words) {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		w.t.Fatalf("%d places to touch begin with %q; there are %q; the picture is %s", len(found), words, w.words(), keep(w.t, w.both()))
	}
	return found[0]
}

// nth is that with these words which is drawn as the n-th of them, from 1.
func (w *twin) nth(n, words string) place {
	w.t.Helper()
	i, err := strconv.Atoi(n)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range w.places() {
		if p.words == words {
			if i--; i == 0 {
				return p
			}
		}
	}
	w.t.Fatalf("there are not %s with the words %q; the picture is %s", n, words, keep(w.t, w.both()))
	return place{}
}

// unnamed is the key at a place of the n-th pair of those without words.
func (w *twin) unnamed(n string, second int) place {
	w.t.Helper()
	i, err := strconv.Atoi(n)
	if err != nil {
		w.t.Fatal(err)
	}
	var found []place
	for _, p := range w.places() {
		if p.words == "" {
			found = append(found, p)
		}
	}
	if i = 2*i + second; i >= len(found) {
		w.t.Fatalf("%d keys have no words; the picture is %s", len(found), keep(w.t, w.both()))
	}
	return found[i]
}

// tap touches what has these words, at the real program with a finger.
func (w *twin) tap(words string) {
	w.t.Helper()
	p := w.find(words)
	s := w.d.size()
	w.d.tap(float64(p.box.Min.X+p.box.Max.X)/2/float64(s.X), float64(p.box.Min.Y+p.box.Max.Y)/2/float64(s.Y))
	p.tap()
}

// taps touches one thing after the other, and lets both screens follow each.
func (w *twin) taps(s desk.Screen, words ...string) desk.State {
	w.t.Helper()
	for _, one := range words {
		before := w.look()
		w.tap(one)
		w.moved(before, one)
		w.agree(s)
	}
	return w.look()
}

// moved waits until the twin shows something else: a touch that does nothing is a
// fault of the test.
func (w *twin) moved(before desk.State, what string) {
	w.t.Helper()
	if !poll(func() bool { return fmt.Sprintf("%+v", still(w.look())) != fmt.Sprintf("%+v", still(before)) }) {
		w.t.Fatalf("%q changes nothing; the picture is %s", what, keep(w.t, w.both()))
	}
}

// still is a state without what time alone changes.
func still(s desk.State) desk.State {
	s.Header.Now, s.Header.Age, s.Left = time.Time{}, 0, 0
	return s
}
