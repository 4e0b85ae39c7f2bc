package screen

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"hexiao/assets"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
	"hexiao/kiosk/ui/sample"
)

func words(t *testing.T, l look.Lang) *look.Words {
	t.Helper()
	all, err := look.LoadWords(assets.Translations())
	if err != nil {
		t.Fatal(err)
	}
	return all[l]
}

func kit(t *testing.T, l look.Lang) *look.Kit {
	t.Helper()
	test.NewTempApp(t)
	return look.NewKit(look.NewMetrics(fyne.NewSize(1280, 800), 1), words(t, l), look.LoadFonts())
}

// heard is what a screen called.
type heard struct {
	taps  []desk.Action
	keys  []rune
	picks []string
}

func (h *heard) actions() Actions {
	return Actions{
		Tap:  func(a desk.Action) { h.taps = append(h.taps, a) },
		Key:  func(r rune) { h.keys = append(h.keys, r) },
		Pick: func(a desk.Action, item string) { h.picks = append(h.picks, string(a)+" "+item) },
	}
}

// make1 makes the screen of a sample.
func make1(t *testing.T, name string, f func(*look.Kit, desk.State, Actions) *View) (*View, *heard, desk.State) {
	t.Helper()
	k := kit(t, look.Chinese)
	for _, n := range sample.States(desk.Chinese) {
		if n.Name == name {
			h := &heard{}
			v := f(k, n.State, h.actions())
			v.Object.Resize(fyne.NewSize(1280, 800))
			return v, h, n.State
		}
	}
	t.Fatalf("no sample %q", name)
	return nil, nil, desk.State{}
}

func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if !o.Visible() {
		return
	}
	visit(o)
	switch x := o.(type) {
	case *fyne.Container:
		for _, c := range x.Objects {
			walk(c, visit)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(x).Objects() {
			walk(c, visit)
		}
	}
}

func says(v *View, words string) bool {
	found := false
	walk(v.Object, func(o fyne.CanvasObject) {
		if text, ok := o.(*canvas.Text); ok && text.Text == words {
			found = true
		}
	})
	return found
}

// tapAll taps every button but those of the list's pages, in the order in which
// they are drawn.
func tapAll(v *View) {
	walk(v.Object, func(o fyne.CanvasObject) {
		if b, ok := o.(*look.Button); ok {
			test.Tap(b)
		}
	})
}

func TestButtonsSendTheirActions(t *testing.T) {
	for _, c := range []struct {
		sample string
		screen func(*look.Kit, desk.State, Actions) *View
		want   []desk.Action
	}{
		{"welcome", Welcome, []desk.Action{desk.TapType, desk.TapLanguage, desk.TapLeader}},
		{"welcome-leader", Welcome, []desk.Action{desk.TapType, desk.TapLanguage, desk.TapQuit, desk.TapSignOut}},
		{"keypad", Keypad, []desk.Action{desk.TapClear, desk.TapBack, desk.TapErase, desk.TapEnter, desk.TapLanguage, desk.TapLeader}},
		{"sign-in", SignIn, []desk.Action{desk.TapClear, desk.TapBack, desk.TapErase, desk.TapEnter, desk.TapLanguage}},
		{"accepted", Accepted, []desk.Action{desk.TapReport, desk.TapRate, desk.TapInvoice, desk.TapDone, desk.TapLanguage, desk.TapLeader}},
		{"accepted-leader", Accepted, []desk.Action{desk.TapUndo, desk.TapReport, desk.TapInvoice, desk.TapDone, desk.TapLanguage, desk.TapSignOut}},
		{"held", Held, []desk.Action{desk.TapCancel, desk.TapConfirm, desk.TapLanguage, desk.TapLeader}},
		{"held-leader", Held, []desk.Action{desk.TapReject, desk.TapByLine, desk.TapConfirm, desk.TapLanguage, desk.TapSignOut}},
		{"held-leader-payment-due", Held, []desk.Action{desk.TapReject, desk.TapByLine, desk.TapCash, desk.TapPaidCode, desk.TapLanguage, desk.TapSignOut}},
		{"refused-unknown", Refused, []desk.Action{desk.TapLeader, desk.TapDone, desk.TapLanguage, desk.TapLeader}},
		{"refused-already-collected-leader", Refused, []desk.Action{desk.TapUndo, desk.TapDone, desk.TapLanguage, desk.TapSignOut}},
		{"out-of-order", OutOfOrder, []desk.Action{desk.TapLanguage}},
	} {
		v, h, _ := make1(t, c.sample, c.screen)
		tapAll(v)
		if !equal(h.taps, c.want) {
			t.Errorf("%s sent %v, want %v", c.sample, h.taps, c.want)
		}
		if (c.sample == "keypad" || c.sample == "sign-in") != (string(h.keys) == "1234567890") {
			t.Errorf("%s sent the keys %q", c.sample, string(h.keys))
		}
	}
}

func equal(a, b []desk.Action) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestScreensFollowWhatChangesBySecond(t *testing.T) {
	v, _, s := make1(t, "keypad", Keypad)
	s.Keypad = desk.KeypadState{Digits: "31", Wait: 9}
	s.Left = 3
	s.Header.Now = s.Header.Now.Add(time.Minute)
	v.Update(s)
	for _, want := range []string{"3", "1", "试错太多，请等 9 秒，或请团长帮忙", "18:07"} {
		if !says(v, want) {
			t.Errorf("the keypad does not say %q", want)
		}
	}
	v, _, s = make1(t, "sign-in", SignIn)
	s.SignIn = desk.SignInState{Wrong: true, Attempts: 2}
	v.Update(s)
	if !says(v, "PIN 码不对，还可以试 2 次") {
		t.Error("the PIN pad does not say how many tries are left")
	}
	s.SignIn.Attempts = 0
	v.Update(s)
	if !says(v, "PIN 码不对") {
		t.Error("the PIN pad does not say that the PIN was wrong")
	}
}

func TestWelcomeDropsThePictureOfACameraThatFails(t *testing.T) {
	v, _, s := make1(t, "welcome", Welcome)
	if !v.WantsFrames() {
		t.Fatal("a working camera's pictures are not wanted")
	}
	v.SetFrame(sample.Phone())
	if says(v, "没有找到摄像头") {
		t.Error("it speaks over the picture")
	}
	s.Camera.Health, s.Sources = desk.HealthMissing, nil
	v.Update(s)
	v.SetFrame(sample.Phone()) // one that was under way
	if v.WantsFrames() || !says(v, "没有找到摄像头") || !says(v, "请输入短信或订单页面里的提货码") {
		t.Error("after the camera went, the old picture is still up")
	}
}

// What would help the camera is said on its picture, and only there.
func TestWelcomeSaysWhatWouldHelp(t *testing.T) {
	const tilt, lighten = "请稍微倾斜手机，避开反光", "屏幕太暗，请调亮手机"
	v, _, s := make1(t, "welcome-tilt", Welcome)
	if says(v, tilt) {
		t.Error("a hint without a picture")
	}
	v.SetFrame(sample.Phone())
	if !says(v, tilt) || says(v, lighten) {
		t.Error("it does not say how to hold the phone")
	}
	for _, c := range []struct {
		change  func()
		tilt    bool
		lighten bool
	}{
		{func() { s.Camera.Hint = desk.HintLighten }, false, true},
		{func() { s.Camera.Hint = desk.HintNone }, false, false},
		{func() { s.Camera.Hint = desk.HintTilt }, true, false},
		{func() { s.Camera.Health = desk.HealthMissing }, false, false},
	} {
		c.change()
		v.Update(s)
		v.SetFrame(sample.Phone())
		if says(v, tilt) != c.tilt || says(v, lighten) != c.lighten {
			t.Errorf("with %+v: tilt %v, lighten %v", s.Camera, says(v, tilt), says(v, lighten))
		}
	}
}

// Another code beside the one that was answered is a note on every answer.
func TestAnswersNoteAnotherCode(t *testing.T) {
	k := kit(t, look.Chinese)
	for _, n := range sample.States(desk.Chinese) {
		f := map[string]func(*look.Kit, desk.State, Actions) *View{"accepted": Accepted, "held": Held, "refused-unknown": Refused}[n.Name]
		if f == nil {
			continue
		}
		for _, several := range []bool{false, true} {
			r := *n.State.Result
			r.Several = several
			n.State.Result = &r
			v := f(k, n.State, (&heard{}).actions())
			v.Object.Resize(fyne.NewSize(1280, 800))
			if says(v, "下一位请单独出示提货码") != several {
				t.Errorf("%s, several %v", n.Name, several)
			}
		}
	}
	v, _, _ := make1(t, "refused-several-codes", Refused)
	for _, want := range []string{"请留一个，其余的拿开或遮住", "还没有提货，您的提货码都还有效。"} {
		if !says(v, want) {
			t.Errorf("it does not say %q", want)
		}
	}
}

func TestAViewWithoutACameraTakesNoPicture(t *testing.T) {
	v, _, _ := make1(t, "accepted", Accepted)
	v.SetFrame(sample.Phone())
	if v.WantsFrames() {
		t.Error("an answer wants pictures")
	}
}

func TestAcceptedTellsSeveralOrdersApart(t *testing.T) {
	k := kit(t, look.Chinese)
	for _, n := range sample.States(desk.Chinese) {
		if n.Name != "accepted-several" {
			continue
		}
		items := orderItems(k.Words, *n.State.Result, n.State)
		var heads []string
		for _, it := range items {
			if it.Icon == "" {
				heads = append(heads, it.Title+"/"+it.Tag+"/"+it.Note)
			}
		}
		want := []string{"提货号\u00a086/B-12/", "提货号\u00a091/C-03/", "提货号\u00a097/还没到货/预计明天 18:06 到货"}
		for i := range want {
			if heads[i] != want[i] {
				t.Errorf("heading %d is %q, want %q", i, heads[i], want[i])
			}
		}
	}
}

func TestScreensOfAnEmptyStateDoNotPanic(t *testing.T) {
	k := kit(t, look.English)
	for _, f := range []func(*look.Kit, desk.State, Actions) *View{Welcome, Keypad, SignIn, Accepted, Held, Refused, OutOfOrder} {
		h := &heard{}
		v := f(k, desk.State{}, h.actions())
		v.Object.Resize(fyne.NewSize(1280, 800))
		v.Update(desk.State{})
		tapAll(v)
	}
}
