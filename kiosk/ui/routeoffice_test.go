package ui

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
)

// What a leader taps on Diagnostics and Settings gets to the desk by its name.
func TestPartsAndSettingsArePicked(t *testing.T) {
	for _, c := range []struct{ screen, words, pick string }{
		{"diagnostics", "Serial scanner 2", "part serial-2"},
		{"diagnostics-stick-tables", "订单.json", "import 订单.json"},
		{"settings", "Colours", "setting look.palette"},
		{"settings-palette", "High contrast", "value contrast"},
	} {
		w, h := newWindow(t, fyne.NewSize(1080, 1920))
		w.Show(state(t, desk.English, c.screen).State)
		tap(t, w, c.words)
		if !slices.Equal(h.picks, []string{c.pick}) {
			t.Errorf("%s, %q: picked %q", c.screen, c.words, h.picks)
		}
	}
	for _, c := range []struct {
		screen, words string
		tap           desk.Action
	}{
		{"diagnostics-camera", "Test a scan", desk.TapTest}, {"diagnostics-journal", "Export to USB stick", desk.TapExportJournal},
		{"diagnostics-journal", "Verify", desk.TapVerifyJournal}, {"diagnostics-stick", "Find order tables", desk.TapFindTables},
		{"settings-restart", "Restart", desk.TapRestart}, {"settings-camera", "Look again", desk.TapFindDevices},
		{"settings-volume", "Back", desk.TapBack},
	} {
		w, h := newWindow(t, fyne.NewSize(1024, 600))
		w.Show(state(t, desk.English, c.screen).State)
		tap(t, w, c.words)
		if !slices.Equal(h.taps, []desk.Action{c.tap}) {
			t.Errorf("%s, %q: %q", c.screen, c.words, h.taps)
		}
	}
}

// Figures move from second to second, and no button is made anew by that.
func TestFiguresMoveInPlace(t *testing.T) {
	w, _ := newWindow(t, fyne.NewSize(1080, 1920))
	s := state(t, desk.English, "diagnostics-clock").State
	w.Show(s)
	back := func() any {
		for _, p := range targets(w) {
			if called(p) == "Back" {
				return p.object
			}
		}
		return nil
	}
	before := back()
	s.Diagnostics.Open.Facts = slices.Clone(s.Diagnostics.Open.Facts)
	s.Diagnostics.Open.Facts[0].At = s.Diagnostics.Open.Facts[0].At.Add(7 * time.Second)
	s.Diagnostics.Open.Note = desk.NoteUnchecked
	s.Diagnostics.Job = &desk.JobState{Job: desk.Job{Kind: desk.JobTest, Part: "clock"}, Ended: true, Failed: desk.JobNoAnswer}
	w.Show(s)
	if !says(w, "18:06:07") || !says(w, "HQ does not answer") {
		t.Error("the figures stand still")
	}
	if before == nil || back() != before {
		t.Error("the button was made anew")
	}
}

// What the camera sees is shown for as long as a test of it waits for a code.
func TestATestOfTheCameraShowsItsPicture(t *testing.T) {
	w, _ := newWindow(t, fyne.NewSize(1024, 600))
	aiming := state(t, desk.Chinese, "diagnostics-camera-scan")
	idle := aiming.State
	idle.Diagnostics.Job = nil
	w.Show(idle)
	if w.WantsFrames() {
		t.Error("it wants pictures before a test")
	}
	w.Show(aiming.State)
	before := w.Picture()
	w.Frame(aiming.Frame)
	if !w.WantsFrames() || reflect.DeepEqual(before, w.Picture()) {
		t.Error("no picture is shown")
	}
	broken := aiming.State
	broken.Camera.Health = desk.HealthMissing
	w.Show(broken)
	if w.WantsFrames() || !says(w, "没有找到摄像头") {
		t.Error("it does not say that there is no camera")
	}
	w.Show(idle)
	if w.WantsFrames() {
		t.Error("it wants pictures after the test")
	}
}
