package ui

import (
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

func TestWindowShowsTheScreenOfTheState(t *testing.T) {
	w, _ := newWindow(t, fyne.NewSize(1280, 800))
	for name, words := range map[string]string{
		"welcome": "请出示提货码", "keypad": "输入提货码", "sign-in": "团长登录", "accepted": "B-12", "held": "团长确认",
		"refused-unknown": "没有这个码", "out-of-order": "请告诉技术员：E-DISK",
	} {
		w.Show(state(t, desk.Chinese, name).State)
		if !says(w, words) {
			t.Errorf("%s does not say %q", name, words)
		}
	}
	w.Show(desk.State{Screen: "something-new", Lang: desk.Chinese})
	if !says(w, "请找团长") {
		t.Error("a screen that nobody knows does not look out of order")
	}
}

func TestLanguageChangesAtRunTime(t *testing.T) {
	w, h := newWindow(t, fyne.NewSize(1280, 800))
	w.Show(state(t, desk.Chinese, "welcome").State)
	tap(t, w, "English")
	if diff := cmp.Diff([]desk.Action{desk.TapLanguage}, h.taps); diff != "" {
		t.Error(diff)
	}
	w.Show(state(t, desk.English, "welcome").State)
	if !says(w, "Type the code") || says(w, "English") {
		t.Error("the screen is not in English")
	}
	other := state(t, desk.English, "welcome").State
	other.Lang = "xx"
	w.Show(other)
	if !says(w, "请出示提货码") {
		t.Error("an unknown language is not shown in Chinese")
	}
}

// A button must not disappear under a finger: from second to second the screen
// is changed in place.
func TestTicksKeepTheButtons(t *testing.T) {
	w, _ := newWindow(t, fyne.NewSize(1280, 800))
	for _, name := range []string{"welcome", "keypad-typing", "sign-in", "accepted", "held", "refused-unknown", "out-of-order"} {
		s := state(t, desk.Chinese, name).State
		w.Show(s)
		before := targets(w)
		s.Left = max(0, s.Left-1)
		s.Header.Now = s.Header.Now.Add(60e9)
		s.Keypad.Digits, s.SignIn.Typed = "3184", 2
		w.Show(s)
		after := targets(w)
		if len(before) != len(after) {
			t.Fatalf("%s: %d buttons became %d", name, len(before), len(after))
		}
		for i := range before {
			if before[i].object != after[i].object {
				t.Errorf("%s: the button %q was made anew by a tick", name, called(before[i]))
			}
		}
		if !says(w, "18:07") {
			t.Errorf("%s: the clock stands still", name)
		}
	}
}

func TestAnotherAnswerIsDrawnAnew(t *testing.T) {
	w, _ := newWindow(t, fyne.NewSize(1280, 800))
	s := state(t, desk.Chinese, "accepted").State
	w.Show(s)
	r := *s.Result
	r.Orders = append([]desk.ResultOrder(nil), r.Orders...)
	r.Orders[0].Shelf = "Z-99"
	s.Result = &r
	w.Show(s)
	if !says(w, "Z-99") || says(w, "B-12") {
		t.Error("the next customer sees the last one's shelf")
	}
	s.Total = 0
	w.Show(s)
	if says(w, "8") {
		t.Error("a screen that stays counts down")
	}
}

func TestSoundsPlayOnce(t *testing.T) {
	w, h := newWindow(t, fyne.NewSize(1280, 800))
	s := state(t, desk.English, "accepted").State
	accepted := desk.Cue{Number: 1, Sound: desk.SoundAccept, Voice: desk.PromptShelf}
	s.Cue = accepted
	w.Show(s)
	s.Left--
	w.Show(s)
	refused := desk.Cue{Number: 2, Sound: desk.SoundRefuse}
	s.Cue = refused
	w.Show(s)
	welcome := state(t, desk.Chinese, "welcome").State
	welcome.Cue = refused // the screen moves on and says nothing: neither should the voice
	w.Show(welcome)
	w.Show(welcome)
	want := []heardCue{{accepted, desk.English}, {refused, desk.English}, {desk.Cue{}, desk.Chinese}}
	if diff := cmp.Diff(want, h.sounds); diff != "" {
		t.Error(diff)
	}
}

func TestKeyboardWorksLikeTheKeypad(t *testing.T) {
	w, h := newWindow(t, fyne.NewSize(1280, 800))
	w.Show(state(t, desk.Chinese, "keypad").State)
	c := w.win.Canvas()
	for _, r := range "3１x-9" {
		c.OnTypedRune()(r)
	}
	for _, k := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeyBackspace, fyne.KeyDelete, fyne.KeyEscape, fyne.KeyF4} {
		c.OnTypedKey()(&fyne.KeyEvent{Name: k})
	}
	if string(h.keys) != "319" {
		t.Errorf("keys %q", string(h.keys))
	}
	want := []desk.Action{desk.TapEnter, desk.TapEnter, desk.TapErase, desk.TapClear, desk.TapBack}
	w.Show(state(t, desk.Chinese, "accepted").State)
	c.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	c.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn})
	want = append(want, desk.TapDone)
	w.Show(state(t, desk.Chinese, "held").State)
	c.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape}) // must not cancel a hold
	if diff := cmp.Diff(want, h.taps); diff != "" {
		t.Error(diff)
	}
}

// Where somebody listens to all keys, digits and Enter do nothing else: they may be a scanner's.
func TestTypedTakesTheKeys(t *testing.T) {
	w, h := newWindow(t, fyne.NewSize(1280, 800))
	var typed []rune
	w.o.Typed = func(r rune) { typed = append(typed, r) }
	w.Show(state(t, desk.Chinese, "sign-in").State)
	c := w.win.Canvas()
	for _, r := range "A３-9" {
		c.OnTypedRune()(r)
	}
	for _, k := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeyBackspace} {
		c.OnTypedKey()(&fyne.KeyEvent{Name: k})
	}
	if string(typed) != "A3-9\n\n" || len(h.keys) != 0 {
		t.Errorf("typed %q, keys %q", string(typed), string(h.keys))
	}
	if diff := cmp.Diff([]desk.Action{desk.TapErase}, h.taps); diff != "" {
		t.Error(diff)
	}
}

func TestPicturesGoWhereTheyAreWanted(t *testing.T) {
	w, _ := newWindow(t, fyne.NewSize(1280, 800))
	w.Frame(gray(1)) // before anything is shown
	w.Show(state(t, desk.Chinese, "accepted").State)
	if w.WantsFrames() {
		t.Error("an answer wants pictures")
	}
	w.Frame(gray(2))
	w.Show(state(t, desk.Chinese, "welcome").State)
	if !w.WantsFrames() || picture(w) != nil {
		t.Error("a picture that nobody wanted was kept")
	}
	frame := gray(3)
	w.Frame(frame)
	if picture(w) != frame {
		t.Error("the picture is not shown")
	}
}

// picture is the camera's picture on the screen, nil if none shows.
func picture(w *Window) any {
	for _, p := range walk(w.root.Container, fyne.Position{}) {
		if img, ok := p.object.(*canvas.Image); ok && img.FillMode == canvas.ImageFillCover {
			return img.Image
		}
	}
	return nil
}

func TestTheWindowFollowsItsSize(t *testing.T) {
	w, _ := newWindow(t, fyne.NewSize(1280, 800))
	w.Show(state(t, desk.Chinese, "welcome").State)
	big := texts(w)[0].object.(*canvas.Text).TextSize
	w.win.Resize(fyne.NewSize(1024, 600))
	if got := texts(w)[0].object.(*canvas.Text).TextSize; got >= big {
		t.Errorf("on a smaller window the text has %v, as before %v", got, big)
	}
	if least := w.win.Content().MinSize(); least.Width > 100 || least.Height > 100 {
		t.Errorf("the screen would keep the window at %v", least)
	}
}

func TestOnlyQuitClosesTheWindow(t *testing.T) {
	w, h := newWindow(t, fyne.NewSize(1280, 800))
	s := state(t, desk.Chinese, "welcome-leader").State
	w.Show(s)
	tap(t, w, "关闭程序")
	if h.closed != 0 {
		t.Error("a tap closed the window before the desk agreed")
	}
	s.Quit = true
	w.Show(s)
	if h.closed != 1 {
		t.Errorf("closed %d times", h.closed)
	}
}

func TestFullScreenWhenAsked(t *testing.T) {
	w, err := New(test.NewTempApp(t), Options{Tap: func(desk.Action) {}, Key: func(rune) {}, Sound: func(desk.Cue, desk.Lang) {}})
	if err != nil {
		t.Fatal(err)
	}
	w.X11(func(uint32) { t.Error("a window in memory has a number at an X server") })
	if w.win.FullScreen() {
		t.Error("GLFW fills the display: it ends the program when that is unplugged")
	}
	w.FullScreen()
	if !w.win.FullScreen() {
		t.Error("the window is not full-screen")
	}
	w.Close()
}

// Show and Frame come from several goroutines at once: the last state stays.
// The test driver draws where it is called, so the callers take turns here.
func TestNewestStateWins(t *testing.T) {
	w, _ := newWindow(t, fyne.NewSize(1280, 800))
	newest := state(t, desk.Chinese, "refused-unknown").State
	w.mu.Lock()
	w.next = &newest // as if it had been left while an earlier post was waiting
	w.mu.Unlock()
	var wg sync.WaitGroup
	wg.Go(func() { w.Show(state(t, desk.Chinese, "accepted").State) })
	wg.Wait()
	if w.ready {
		t.Fatal("a second post was made for a state that waits already")
	}
	w.takeState()
	if w.state.Result.Verdict != kiosk.Accepted {
		t.Errorf("shows %v", w.state.Result.Verdict)
	}
	w.takeState() // nothing waits
	w.takeFrame()
}
