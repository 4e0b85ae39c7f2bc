package sample

import (
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// A screen, verdict, condition or fault without a sample would be one that
// nobody has looked at.
func TestEverythingHasASample(t *testing.T) {
	seen, names := map[string]bool{}, map[string]bool{}
	for _, n := range States(desk.English) {
		if names[n.Name] {
			t.Errorf("two samples are called %q", n.Name)
		}
		names[n.Name] = true
		s := n.State
		if s.Lang != desk.English || s.Header.Point == "" || s.Header.Now.IsZero() {
			t.Errorf("%s has no language, point or clock", n.Name)
		}
		seen[string(s.Screen)], seen[string(s.Camera.Health)], seen[string(s.Fault.Code)] = true, true, true
		seen[string(s.Camera.Hint)] = true
		if s.Result != nil {
			seen[string(s.Result.Verdict)] = true
		}
	}
	var want []string
	for _, v := range kiosk.Verdicts() {
		want = append(want, string(v))
	}
	for _, s := range []desk.Screen{desk.Welcome, desk.Keypad, desk.Accepted, desk.Held, desk.Refused, desk.SignIn, desk.OutOfOrder} {
		want = append(want, string(s))
	}
	for _, h := range []desk.Health{
		desk.HealthStarting, desk.HealthWorking, desk.HealthSilent, desk.HealthMissing, desk.HealthBusy, desk.HealthBroken, desk.HealthEnded,
	} {
		want = append(want, string(h))
	}
	want = append(want, string(desk.HintTilt), string(desk.HintLighten))
	for _, c := range append(desk.FaultCodes(), desk.FaultStarting) {
		want = append(want, string(c))
	}
	for _, w := range want {
		if !seen[w] {
			t.Errorf("%s has no sample", w)
		}
	}
}

// The drawn code has the three finders that a reader and a person look for.
func TestThePhoneShowsACode(t *testing.T) {
	img := Phone()
	dark := func(x, y int) bool { r, _, _, _ := img.At(270+4*x+2, 190+4*y+2).RGBA(); return r < 0x8000 }
	for _, c := range [][2]int{{0, 0}, {18, 0}, {0, 18}} {
		if !dark(c[0], c[1]) || dark(c[0]+1, c[1]+1) || !dark(c[0]+3, c[1]+3) {
			t.Errorf("no finder at %v", c)
		}
	}
}
