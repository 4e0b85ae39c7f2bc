package screen

import (
	"image"

	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Actions are what a screen calls when it is touched, on Fyne's goroutine. They
// must not block.
type Actions struct {
	Tap func(desk.Action) // a button
	Key func(rune)        // a key of a keypad
	// Pick is a touch on one of several things; see desk.Desk.Pick.
	Pick func(a desk.Action, item string)
}

func (a Actions) tap(x desk.Action) func() { return func() { a.Tap(x) } }

func (a Actions) pick(x desk.Action, item string) func() { return func() { a.Pick(x, item) } }

// View is a screen that is up. Its Object is drawn; Update follows what changes
// from second to second without building it again, so that a button never
// disappears under a finger.
type View struct {
	Object  fyne.CanvasObject
	kit     *look.Kit
	header  *look.Header
	ring    *look.Ring
	camera  *look.Camera
	follow  func(desk.State)
	frame   func(desk.State) // follows what the leader's frame shows
	preview bool
}

// Update shows another state of the same screen. What a screen does not follow
// (another result, another language) needs a new View: see Same.
func (v *View) Update(s desk.State) {
	v.header.Set(headerWords(v.kit.Words, s.Header))
	if v.ring != nil {
		v.ring.Set(s.Left, s.Total)
	}
	if v.frame != nil {
		v.frame(s)
	}
	if v.follow != nil {
		v.follow(s)
	}
}

// SetFrame shows a picture of the camera, where the screen has a place for it;
// nil takes it away.
func (v *View) SetFrame(frame image.Image) {
	if v.camera != nil && v.preview {
		v.camera.SetFrame(frame)
	}
}

// WantsFrames says whether the screen shows the camera's picture.
func (v *View) WantsFrames() bool { return v.camera != nil && v.preview }

// page puts a body between the line at the top and the footer.
func page(k *look.Kit, s desk.State, on Actions, body fyne.CanvasObject) *View {
	header := k.Header(headerWords(k.Words, s.Header))
	language := look.Door{Icon: "languages", Words: k.Words.Say("footer.other-language"), Tapped: on.tap(desk.TapLanguage)}
	footer := k.Footer(language, doors(k.Words, s, on)...)
	return &View{
		Object: k.Page(k.Pad(look.Space4, 0, header), k.Pad(look.Space4, look.Space1, body), k.Pad(look.Space2, look.Space1, footer)),
		kit:    k,
		header: header,
	}
}

// doors are the leader's: in, out, and the end of the program. A screen that
// takes a PIN, or cannot record that somebody signed in, has none.
func doors(w *look.Words, s desk.State, on Actions) []look.Door {
	if s.Screen == desk.SignIn || s.Screen == desk.OutOfOrder {
		return nil
	}
	if s.Leader == "" {
		return []look.Door{{Icon: "user-round", Words: w.Say("footer.leader"), Tapped: on.tap(desk.TapLeader)}}
	}
	out := []look.Door{{Icon: "log-out", Words: w.Say("footer.sign-out", look.Vars{"Name": s.Leader}), Tapped: on.tap(desk.TapSignOut)}}
	if s.Screen == desk.Welcome {
		quit := look.Door{Icon: "power", Words: w.Say("footer.quit"), Tapped: on.tap(desk.TapQuit)}
		out = append([]look.Door{quit}, out...)
	}
	return out
}

// ring returns the countdown of a state for a button, nil if the screen stays.
func ring(k *look.Kit, s desk.State, kind look.Kind) *look.Ring {
	if s.Total <= 0 {
		return nil
	}
	return k.Ring(kind, s.Left, s.Total)
}

// counting puts the countdown on a button, if there is one.
func counting(b *look.Button, r *look.Ring) *look.Button {
	if r == nil {
		return b
	}
	return b.WithLead(r)
}
