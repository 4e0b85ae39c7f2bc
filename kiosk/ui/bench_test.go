package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/sample"
)

// BenchmarkAnswer is the time from a new state to a screen that is laid out and
// ready to be painted: what a customer waits for after the event is on disk.
func BenchmarkAnswer(b *testing.B) {
	var welcome, accepted desk.State
	for _, n := range sample.States(desk.English) {
		switch n.Name {
		case "welcome":
			welcome = n.State
		case "accepted":
			accepted = n.State
		}
	}
	w, err := New(test.NewTempApp(b), Options{
		Windowed: fyne.NewSize(1024, 600), Tap: func(desk.Action) {}, Key: func(rune) {}, Sound: func(desk.Cue, desk.Lang) {},
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		w.Show(welcome)
		b.StartTimer()
		w.Show(accepted)
	}
}
