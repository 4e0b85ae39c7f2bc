package ui

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// What changes while a leader works is changed in place: no key or stepper is made
// anew under a finger.
func TestALeadersScreensAreChangedInPlace(t *testing.T) {
	w, _ := newWindow(t, fyne.NewSize(1280, 800))
	for name, change := range map[string]func(*desk.State){
		"counter-found":  func(s *desk.State) { s.Counter.Total, s.Tally.Conflicts = 2, 9 },
		"counter-typing": func(s *desk.State) { s.Counter.Text, s.Counter.Total = "葡萄Z", 0 },
		"counter-job":    func(s *desk.State) { s.Job = &desk.JobState{Job: s.Job.Job, Done: 300, Total: 460} },
		"order":          func(s *desk.State) { s.Tally.Overdue = 44 },
		"order-hand-line": func(s *desk.State) {
			s.Hand.Lines = []desk.HandLine{s.Hand.Lines[0], damagedOf(s.Hand.Lines[1]), s.Hand.Lines[2]}
		},
	} {
		s := state(t, desk.Chinese, name).State
		w.Show(s)
		before := keys(w)
		change(&s)
		s.Header.Now = s.Header.Now.Add(60e9)
		w.Show(s)
		after := keys(w)
		if len(before) == 0 || len(before) != len(after) {
			t.Fatalf("%s: %d buttons became %d", name, len(before), len(after))
		}
		for i := range before {
			if before[i].object != after[i].object {
				t.Errorf("%s: the button %q was made anew", name, before[i].object.(*look.Button).Words())
			}
		}
		if !says(w, "18:07") {
			t.Errorf("%s: the clock stands still", name)
		}
	}
}

// keys are the buttons of a screen; rows and doors are drawn anew when they change.
func keys(w *Window) []placed {
	return slices.DeleteFunc(targets(w), func(p placed) bool { _, button := p.object.(*look.Button); return !button })
}

// damagedOf lets the missing unit of a line be damaged.
func damagedOf(l desk.HandLine) desk.HandLine {
	l.Short, l.Damaged = 0, l.Short
	return l
}

// Another step, order or person is another screen.
func TestWhatALeadersScreensDoNotFollow(t *testing.T) {
	a := state(t, desk.Chinese, "order-collected").State
	for name, b := range map[string]desk.State{
		"step":    state(t, desk.Chinese, "order-undo").State,
		"refusal": state(t, desk.Chinese, "order-refusal").State,
		"state":   state(t, desk.Chinese, "order").State,
	} {
		if follows(a, b) {
			t.Errorf("another %s is not drawn", name)
		}
	}
	found, typing := state(t, desk.Chinese, "counter-found").State, state(t, desk.Chinese, "counter-typing").State
	page := found
	if page.Counter.Page = 2; !follows(found, page) {
		t.Error("turning a page builds the list anew")
	}
	empty := found
	empty.Counter.Total, empty.Counter.Entries = 0, nil
	if follows(found, typing) || follows(found, empty) {
		t.Error("another mode, or an empty list, is not drawn")
	}
}
