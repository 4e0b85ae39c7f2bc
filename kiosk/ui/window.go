package ui

import (
	"fmt"
	"image"
	"sync"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"fyne.io/fyne/v2/driver/desktop"

	"hexiao/assets"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
	"hexiao/kiosk/ui/screen"
)

// Options are what a window is made of.
type Options struct {
	Title string
	// Windowed is the window's size in Fyne's units; zero: it is to fill the
	// display, which who made it sees to, and stays on top.
	Windowed fyne.Size
	// Tap, Pick, Key, Typed and Sound are called on Fyne's goroutine and must not
	// block. Key gets the keys that are drawn; typed ones go to Typed.
	Tap  func(desk.Action)
	Pick func(a desk.Action, item string)
	Key  func(rune)
	// Sound gets each cue once, with the language of its screen, and the zero cue
	// when a screen is left without another: what is under way should end.
	Sound func(desk.Cue, desk.Lang)
	// Typed gets every character of a real keyboard, and '\n' for Enter, in the
	// place of Key and Tap: whoever sees them all can tell a scanner that types
	// from a person by its speed. nil: digits go to Key, Enter to Tap.
	Typed func(rune)
	// Closed is called once after the window has gone; nil: nobody asks.
	Closed func()
}

// Window is the terminal's window.
type Window struct {
	o     Options
	app   fyne.App
	win   fyne.Window
	root  *root
	fonts look.Fonts
	words map[look.Lang]*look.Words

	mu     sync.Mutex // guards next and frame, which other goroutines leave here
	next   *desk.State
	frame  image.Image
	wanted atomic.Bool // the screen has a place for pictures

	// The rest belongs to Fyne's goroutine.
	state desk.State
	ready bool // state is one that was given
	view  *screen.View
	kit   *look.Kit
	made  kitOf
	shown desk.Screen // that view is of
	cue   int
}

// kitOf is what a kit was made for.
type kitOf struct {
	metrics look.Metrics
	words   *look.Words
	looks   look.Looks
}

// New makes the window of a terminal, on Fyne's goroutine or before it runs. It
// shows nothing until [Window.ShowAndRun] and the first [Window.Show]. The
// error says which bundled file cannot be used.
func New(app fyne.App, o Options) (*Window, error) {
	words, err := look.LoadWords(assets.Translations())
	if err != nil {
		return nil, fmt.Errorf("make the window: %w", err)
	}
	w := &Window{o: o, app: app, fonts: look.LoadFonts(), words: words}
	app.Settings().SetTheme(look.NewTheme(w.fonts, look.PaletteOf(look.Light)))
	w.win = app.NewWindow(o.Title)
	w.win.SetIcon(fyne.NewStaticResource("hexiao.svg", assets.AppIcon()))
	w.win.SetPadded(false)
	w.root = newRoot(w.resized)
	w.win.SetContent(w.root.Container)
	w.win.SetCloseIntercept(func() {}) // only desk.State's Quit ends the program
	w.win.Canvas().SetOnTypedRune(w.typedRune)
	w.win.Canvas().SetOnTypedKey(w.typedKey)
	if o.Windowed.IsZero() {
		o.Windowed = fyne.NewSize(1024, 600) // until somebody fills the display
		if d, ok := w.win.(desktop.Window); ok {
			d.RequestAlwaysOnTop() // where a window manager could put others over it
		}
	}
	w.win.Resize(o.Windowed)
	if o.Closed != nil {
		w.win.SetOnClosed(o.Closed)
	}
	return w, nil
}

// ShowAndRun opens the window and runs Fyne until the program ends. Call it on
// the main goroutine.
func (w *Window) ShowAndRun() { w.win.ShowAndRun() }

// Close ends the window and the program, from any goroutine.
func (w *Window) Close() { post(w.quit) }

// X11 calls f on Fyne's goroutine with the window's number at the X server, once
// it has one; never where the window is not shown by an X server.
func (w *Window) X11(f func(id uint32)) {
	post(func() {
		if n, ok := w.win.(driver.NativeWindow); ok {
			n.RunNative(func(context any) {
				if x, ok := context.(driver.X11WindowContext); ok && x.WindowHandle != 0 {
					f(uint32(x.WindowHandle))
				}
			})
		}
	})
}

// FullScreen has Fyne fill the display, from any goroutine. GLFW ends the
// program when a display that it fills is unplugged; who can, moves the window
// by its number instead, see X11.
func (w *Window) FullScreen() { post(func() { w.win.SetFullScreen(true) }) }

// Show draws a state, from any goroutine. Of several that arrive before the
// window comes to draw, the last is drawn.
func (w *Window) Show(s desk.State) {
	w.mu.Lock()
	waiting := w.next != nil
	w.next = &s
	w.mu.Unlock()
	if !waiting {
		post(w.takeState)
	}
}

// WantsFrames reports whether the screen shows the camera's picture, so that a
// camera need not make pictures for nobody.
func (w *Window) WantsFrames() bool { return w.wanted.Load() }

// Frame shows a picture of the camera, from any goroutine; the caller must not
// write into it any more. Pictures that no screen wants are dropped, and of
// several that wait the last is shown. Ten a second are plenty.
func (w *Window) Frame(frame image.Image) {
	if !w.WantsFrames() {
		return
	}
	w.mu.Lock()
	waiting := w.frame != nil
	w.frame = frame
	w.mu.Unlock()
	if !waiting {
		post(w.takeFrame)
	}
}

// Picture draws the window's content as it is, for tests and the gallery.
func (w *Window) Picture() image.Image { return w.win.Canvas().Capture() }

func (w *Window) takeState() {
	w.mu.Lock()
	s := w.next
	w.next = nil
	w.mu.Unlock()
	if s == nil {
		return
	}
	if s.Quit {
		w.quit()
		return
	}
	before, had := w.state, w.ready
	switch {
	case s.Cue.Number != w.cue:
		w.cue = s.Cue.Number
		w.o.Sound(s.Cue, s.Lang)
	case had && s.Screen != before.Screen:
		w.o.Sound(desk.Cue{}, s.Lang)
	}
	w.state, w.ready = *s, true
	if had && w.view != nil && follows(before, *s) {
		w.view.Update(*s)
	} else {
		w.rebuild()
	}
	if w.view != nil {
		w.wanted.Store(w.view.WantsFrames())
	}
}

func (w *Window) takeFrame() {
	w.mu.Lock()
	frame := w.frame
	w.frame = nil
	w.mu.Unlock()
	if frame != nil && w.view != nil {
		w.view.SetFrame(frame)
	}
}

// rebuild makes the screen of the state, for the size, the language and the look
// that are now. Before the window has a size there is nothing to draw on.
func (w *Window) rebuild() {
	size := w.root.Size()
	if !w.ready || size.Width < 1 || size.Height < 1 {
		return
	}
	words := w.words[look.Lang(w.state.Lang)]
	if words == nil {
		words = w.words[look.Chinese]
	}
	of := kitOf{look.NewMetrics(size, w.win.Canvas().Scale()), words, look.Looks(w.state.Look)}
	if of != w.made {
		w.kit = look.NewKit(of.metrics, words, w.fonts).In(of.looks)
		w.kit.Keyboard = look.Keyboard{Key: w.typedKey, Rune: w.typedOverFocus}
		if of.looks.Palette != w.made.looks.Palette {
			w.app.Settings().SetTheme(look.NewTheme(w.fonts, w.kit.Palette)) // the ground of the window
		}
		w.made = of
	}
	focus := 0
	if w.shown == w.state.Screen {
		focus = w.inFocus()
	}
	w.shown = w.state.Screen
	w.view = build(w.kit, w.state, screen.Actions{Tap: w.o.Tap, Key: w.o.Key, Pick: w.o.Pick})
	w.wanted.Store(w.view.WantsFrames())
	w.root.set(w.view.Object)
	w.refocus(focus)
}

func (w *Window) resized() { w.rebuild() }

func (w *Window) quit() {
	w.win.SetCloseIntercept(nil)
	w.win.Close()
	w.app.Quit()
}
