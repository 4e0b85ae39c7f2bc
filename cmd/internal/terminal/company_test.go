package terminal

import (
	"image"
	"image/draw"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/scanner"
	"hexiao/scanner/scannertest"
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

// Two phones before a real reader: one is asked for. A label with both codes of one
// order is handed out.
func TestCameraSeesSeveralCodes(t *testing.T) {
	for name, c := range map[string]struct {
		second func([]IssuedCode) string
		want   kiosk.Verdict
	}{
		"two customers": {func(codes []IssuedCode) string { return codes[1].Opaque.Text }, kiosk.Busy},
		"a label":       {func(codes []IssuedCode) string { return codes[0].Typed.Text }, kiosk.Accepted},
		"a poster":      {func([]IssuedCode) string { return "https://elsewhere.example" }, kiosk.Accepted},
	} {
		t.Run(name, func(t *testing.T) {
			f, codes := localFolder(t, 2, kiosk.Policy{})
			folder := t.TempDir()
			writePicture(t, filepath.Join(folder, "1.png"), beside(codes[0].Opaque.Text, c.second(codes)))
			sources, camera, err := Devices{Camera: folder}.Open(time.Now, nil)
			if err != nil {
				t.Fatal(err)
			}
			o := options(f)
			o.Sources, o.Camera = sources, camera
			r := start(t, o)
			a := r.answer()
			if want(t, a, c.want); a.answer.Several != (c.want == kiosk.Busy) || len(a.scan.Also) != 1 {
				t.Errorf("%+v, %d other texts", a.answer, len(a.scan.Also))
			}
		})
	}
}

// beside is a picture of two codes.
func beside(left, right string) image.Image {
	a, b := scannertest.Frame(left, scannertest.Options{}), scannertest.Frame(right, scannertest.Options{})
	out := image.NewGray(image.Rect(0, 0, a.Rect.Dx()+b.Rect.Dx(), max(a.Rect.Dy(), b.Rect.Dy())))
	draw.Draw(out, a.Rect, a, image.Point{}, draw.Src)
	draw.Draw(out, b.Rect.Add(image.Pt(a.Rect.Dx(), 0)), b, image.Point{}, draw.Src)
	return out
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
