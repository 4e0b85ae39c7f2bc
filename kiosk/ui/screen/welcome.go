package screen

import (
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Welcome asks for a code: the camera's picture with a frame to aim at, or
// where else to show the code, and a way to type it.
func Welcome(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	camera := k.Camera(placeholder(w, s))
	head := k.Text(w.Say("welcome.head"), look.Style{Size: look.TextHead, Role: look.Ink, Bold: true})
	hint := k.Text(welcomeHint(k, s), look.Style{Size: look.TextLead, Role: look.Muted})
	typed := k.Button(look.Main, "keyboard", w.Say("welcome.type"), on.tap(desk.TapType))
	side := k.Middle(look.Space3, head, hint, typed)
	if s.Notice != "" {
		side = k.Middle(look.Space3, head, hint, typed, k.Text(s.Notice, look.Style{Size: look.TextLead, Role: look.Ink}))
	}
	v := page(k, s, on, k.Split(0.57, 0.58, camera, k.Fit(side)))
	v.camera, v.preview = camera, seesCodes(s)
	camera.SetHint(cameraHint(w, s))
	v.follow = func(s desk.State) {
		camera.SetHint(cameraHint(w, s))
		camera.SetWords(placeholder(w, s))
		hint.SetWords(welcomeHint(k, s))
		if v.preview = seesCodes(s); !v.preview {
			camera.SetFrame(nil) // an old picture would look like a working camera
		}
	}
	return v
}

// seesCodes says whether the camera gives pictures.
func seesCodes(s desk.State) bool {
	return s.Camera.Name != "" && (s.Camera.Health == desk.HealthWorking || s.Camera.Health == desk.HealthStarting)
}

// scans says whether any scanner but the camera works.
func scans(s desk.State) bool {
	for _, src := range s.Sources {
		if src.Name != s.Camera.Name && src.Health == desk.HealthWorking {
			return true
		}
	}
	return false
}

// placeholder is the icon and the words that stand where there is no picture.
func placeholder(w *look.Words, s desk.State) (icon, words string) {
	switch {
	case s.Camera.Name == "" && scans(s):
		return "scan-line", w.Say("camera.scanner")
	case s.Camera.Name == "":
		return "keyboard", w.Say("camera.none")
	case s.Camera.Health == desk.HealthWorking || s.Camera.Health == desk.HealthStarting:
		return "camera", w.Say("camera.starting")
	}
	switch h := s.Camera.Health; h {
	case desk.HealthSilent, desk.HealthMissing, desk.HealthBusy, desk.HealthEnded:
		return "camera-off", w.Say("camera." + string(h))
	default: // broken, and whatever this program does not know yet
		return "camera-off", w.Say("camera.broken")
	}
}

// cameraHint is what would help the camera to read the code.
func cameraHint(w *look.Words, s desk.State) look.NoteWords {
	switch {
	case !seesCodes(s):
		return look.NoteWords{}
	case s.Camera.Hint == desk.HintLighten:
		return look.NoteWords{Icon: "sun", Words: w.Say("camera.lighten")}
	case s.Camera.Hint == desk.HintTilt:
		return look.NoteWords{Icon: "smartphone", Words: w.Say("camera.tilt")}
	}
	return look.NoteWords{}
}

// welcomeHint says where to hold the code.
func welcomeHint(k *look.Kit, s desk.State) string {
	switch {
	case seesCodes(s) && k.Upright():
		return k.Words.Say("welcome.hint-above")
	case seesCodes(s):
		return k.Words.Say("welcome.hint-left")
	case scans(s):
		return k.Words.Say("welcome.hint-scanner")
	default:
		return k.Words.Say("welcome.hint-typed")
	}
}
