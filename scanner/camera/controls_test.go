package camera

import (
	"errors"
	"testing"

	"github.com/blackjack/webcam"
	"github.com/google/go-cmp/cmp"
)

// fakeControls are a camera's controls with their values.
type fakeControls struct {
	have   map[webcam.ControlID]webcam.Control
	value  map[webcam.ControlID]int32
	refuse map[webcam.ControlID]bool
	rate   error
}

var errRefused = errors.New("no such value")

func (f *fakeControls) GetControls() map[webcam.ControlID]webcam.Control { return f.have }
func (f *fakeControls) SetFramerate(fps float32) error                   { return f.rate }
func (f *fakeControls) GetControl(id webcam.ControlID) (int32, error) {
	if f.refuse[id] {
		return 0, errRefused
	}
	return f.value[id], nil
}
func (f *fakeControls) SetControl(id webcam.ControlID, v int32) error {
	c := f.have[id]
	if f.refuse[id] || v < c.Min || v > c.Max || id == controlExposure && v == exposureAperture && c.Max == exposureAperture+1 {
		return errRefused
	}
	f.value[id] = v
	return nil
}

func TestTune(t *testing.T) {
	type has map[webcam.ControlID]webcam.Control
	type values map[webcam.ControlID]int32
	between := func(least, most int32) webcam.Control { return webcam.Control{Name: "c", Min: least, Max: most} }
	for name, c := range map[string]struct {
		has    has
		was    values
		focus  int
		refuse webcam.ControlID
		want   values
		fails  int
	}{
		"nothing to set": {},
		"a webcam": {
			has: has{
				controlAutofocus: between(0, 1), controlFocus: between(0, 250), controlExposure: between(0, 3), controlSlowInDark: between(0, 1),
				controlMains: between(0, 2), controlSharpness: between(0, 255), controlBacklight: between(0, 1),
			},
			was: values{controlFocus: 30, controlExposure: 1, controlSlowInDark: 1, controlMains: 2, controlSharpness: 255},
			want: values{
				controlAutofocus: 1, controlFocus: 30, controlExposure: 3, controlSlowInDark: 0,
				controlMains: 1, controlSharpness: 127, controlBacklight: 1,
			},
		},
		"well already": {
			has:  has{controlExposure: between(0, 3), controlSharpness: between(0, 7), controlBacklight: between(0, 4)},
			was:  values{controlExposure: 0, controlSharpness: 3, controlBacklight: 2},
			want: values{controlExposure: 0, controlSharpness: 3, controlBacklight: 2},
		},
		"exposure of another kind": {
			has: has{controlExposure: between(0, 4)}, was: values{controlExposure: 1}, want: values{controlExposure: 0}, fails: 1,
		},
		"a fixed focus": {
			has: has{controlAutofocus: between(0, 1), controlFocus: between(0, 250)}, was: values{controlAutofocus: 1},
			focus: 120, want: values{controlAutofocus: 0, controlFocus: 120},
		},
		"a focus out of reach": {
			has: has{controlFocus: between(0, 250)}, was: values{}, focus: 900, want: values{controlFocus: 250},
		},
		"a manual focus is left alone": {has: has{controlFocus: between(0, 250)}, was: values{controlFocus: 9}, want: values{controlFocus: 9}},
		"one that refuses": {
			has: has{controlAutofocus: between(0, 1), controlMains: between(0, 3)}, was: values{controlMains: 2},
			refuse: controlAutofocus, want: values{controlMains: 1}, fails: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			cam := &fakeControls{have: c.has, value: c.was, refuse: map[webcam.ControlID]bool{c.refuse: true}}
			set := tune(cam, c.focus)
			if diff := cmp.Diff(map[webcam.ControlID]int32(c.want), cam.value); diff != "" {
				t.Error(diff)
			}
			if set[0] != (Setting{Name: "Frames a second", Value: 30}) {
				t.Errorf("the first of %+v", set)
			}
			fails := 0
			for _, s := range set[1:] {
				if s.Name != "c" {
					t.Errorf("name %q", s.Name)
				}
				if s.Refused != "" {
					fails++
				}
			}
			if fails != c.fails {
				t.Errorf("%+v, want %d refused", set, c.fails)
			}
		})
	}
	set := tune(&fakeControls{rate: errRefused}, 0)
	if diff := cmp.Diff([]Setting{{"Frames a second", 30, errRefused.Error()}}, set); diff != "" {
		t.Error(diff)
	}
}

func TestTorch(t *testing.T) {
	for name, c := range map[string]struct {
		have map[webcam.ControlID]webcam.Control
		want bool
	}{
		"none":  {nil, false},
		"flash": {map[webcam.ControlID]webcam.Control{controlTorch: {Max: 1}}, false},
		"torch": {map[webcam.ControlID]webcam.Control{controlTorch: {Max: 2}}, true},
	} {
		if got := hasTorch(&fakeControls{have: c.have}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	tuned{}.light(true) // without one nothing is asked of the camera
	if tuned := (tuned{set: []Setting{{Name: "x"}}}); len(tuned.settings()) != 1 {
		t.Errorf("%+v", tuned.settings())
	}
}
