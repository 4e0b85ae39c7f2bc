package terminal

import (
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/scanner"
)

// Two customers' codes in one view: nothing is handed out until one is shown alone. Both
// codes of one order, or a code beside something else, are answered.
func TestSeveralCodesInView(t *testing.T) {
	f, codes := localFolder(t, 3, kiosk.Policy{})
	camera := newScannerFake("camera")
	clock := &shifted{}
	o := options(f, camera)
	o.Now = clock.now
	r := start(t, o)
	a, b, third := codes[0].Opaque.Text, codes[1].Opaque.Text, codes[2]

	several := r.scanned(camera, a+"+"+b)
	if out := want(t, several, kiosk.Busy); !several.answer.Several || !out.Event.IsZero() {
		t.Errorf("%+v", several.answer)
	}
	if s := r.screen(desk.Refused); !s.Result.Several || len(s.Result.Orders) > 0 {
		t.Errorf("%+v", s.Result)
	}
	if out := want(t, r.scanned(camera, b), kiosk.Accepted); out.Order.ID != "A2" {
		t.Errorf("the one that was shown alone: %+v", out)
	}
	label := r.scanned(camera, "https://elsewhere.example+"+third.Typed.Text+"+"+third.Opaque.Text)
	if out := want(t, label, kiosk.Accepted); out.Order.ID != "A3" || out.Seq != 2 {
		t.Errorf("both codes of a label: %+v", out)
	}
	camera.scans <- third.Opaque.Text // its bar code is out of sight: no second showing
	want(t, r.scanned(camera, "hello"), kiosk.Malformed)
	r.stop()
	for _, c := range codes {
		if strings.Contains(r.log.String(), c.Opaque.Text) || strings.Contains(r.log.String(), c.Typed.Text) {
			t.Fatalf("the log tells a code:\n%s", r.log)
		}
	}
}

// What would help the camera is shown with its health, and goes when the camera does.
func TestHintsAreShown(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	camera := newScannerFake("camera")
	o := options(f, camera)
	o.Camera = "camera"
	r := start(t, o)
	for _, h := range []scanner.Hint{scanner.Tilt, scanner.Lighten, scanner.NoHint, scanner.Lighten} {
		camera.hints <- h
		r.until("hint "+string(h), func(s desk.State) bool {
			return s.Camera.Hint == desk.Hint(h) && s.Camera.Health == desk.HealthWorking
		})
	}
	camera.ends <- scanner.ErrMissing
	r.until("no camera, no hint", func(s desk.State) bool {
		return s.Camera.Health == desk.HealthMissing && s.Camera.Hint == desk.HintNone
	})
}
