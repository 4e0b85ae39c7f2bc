package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/randr"
	"github.com/jezek/xgb/screensaver"
	"github.com/jezek/xgb/xproto"
)

// window finds the kiosk's window.
func (d *display) window() xproto.Window {
	d.t.Helper()
	var found xproto.Window
	eventually(d.t, "a window of that name shows", func() bool {
		tree, err := xproto.QueryTree(d.x, d.root).Reply()
		if err != nil {
			d.t.Fatal(err)
		}
		for _, w := range tree.Children {
			name, err := xproto.GetProperty(d.x, false, w, xproto.AtomWmName, xproto.GetPropertyTypeAny, 0, 64).Reply()
			if err != nil || string(name.Value) != "Hexiao" {
				continue
			}
			if a, err := xproto.GetWindowAttributes(d.x, w).Reply(); err == nil && a.MapState == xproto.MapStateViewable {
				found = w
				return true
			}
		}
		return false
	})
	return found
}

func (d *display) atom(name string) xproto.Atom {
	d.t.Helper()
	a, err := xproto.InternAtom(d.x, false, uint16(len(name)), name).Reply()
	if err != nil {
		d.t.Fatal(err)
	}
	return a.Atom
}

// geometry is where a window is.
func (d *display) geometry(w xproto.Window) image.Rectangle {
	d.t.Helper()
	g, err := xproto.GetGeometry(d.x, xproto.Drawable(w)).Reply()
	if err != nil {
		d.t.Fatal(err)
	}
	return image.Rect(int(g.X), int(g.Y), int(g.X)+int(g.Width), int(g.Y)+int(g.Height))
}

// alive waits until the window answers to a key: the digit opens the keypad,
// Escape leaves it.
func (d *display) alive() {
	d.t.Helper()
	before := d.eyes.region(image.Rectangle{Max: d.size()})
	d.typeKeys("3")
	eventually(d.t, "the keypad opens", func() bool { return differs(before, d.eyes.region(before.Rect)) > 0.2 })
	d.typeKeys("Escape")
	eventually(d.t, "Welcome is back", func() bool { return differs(before, d.eyes.region(before.Rect)) < 0.05 })
}

// differs is the share of the pixels that do.
func differs(a, b *image.RGBA) float64 {
	n := 0
	for i := 0; i < len(a.Pix); i += 4 {
		if !bytes.Equal(a.Pix[i:i+4], b.Pix[i:i+4]) {
			n++
		}
	}
	return 4 * float64(n) / float64(len(a.Pix))
}

func TestNoWayOut(t *testing.T) {
	d := startDisplay(t, 1280, 800)
	cmd, log := d.startKiosk("--data", newTerminal(t), "--camera", "none")
	d.fills()
	w := d.window()
	if got := d.geometry(w); got != image.Rect(0, 0, 1280, 800) {
		t.Errorf("the window is at %v", got)
	}
	d.alive()
	welcome := d.eyes.region(image.Rect(0, 120, 1280, 800))

	// What a window manager sends for its close button or Alt-F4.
	d.must(xproto.SendEventChecked(d.x, false, w, xproto.EventMaskNoEvent, string(xproto.ClientMessageEvent{
		Format: 32, Window: w, Type: d.atom("WM_PROTOCOLS"),
		Data: xproto.ClientMessageDataUnionData32New([]uint32{uint32(d.atom("WM_DELETE_WINDOW")), 0, 0, 0, 0}),
	}.Bytes())))
	for _, key := range []string{
		"alt+F4", "ctrl+q", "ctrl+w", "ctrl+c", "ctrl+z", "ctrl+v", "ctrl+shift+q", "alt+Tab", "alt+space", "super", "super+d", "F1", "F11", "F12",
		"ctrl+alt+Delete", "Escape", "Menu", "Print", "BackSpace", "Delete", "shift+Insert",
	} {
		d.typeKeys(key)
	}
	// A right and a middle click open nothing either.
	for _, button := range []string{"2", "3"} {
		if out, err := d.command("xdotool", "mousemove", "300", "400", "click", button).CombinedOutput(); err != nil {
			t.Fatalf("xdotool: %v\n%s", err, out)
		}
	}
	d.alive()
	if got := differs(welcome, d.eyes.region(welcome.Rect)); got > 0.001 {
		t.Errorf("%.1f %% of Welcome has changed; the picture is %s", 100*got, keep(t, d.screenshot()))
	}
	if got := d.geometry(w); got != image.Rect(0, 0, 1280, 800) || cmd.ProcessState != nil {
		t.Errorf("the window is at %v, the program %v\n%s", got, cmd.ProcessState, log)
	}
	if text := log.String(); strings.Contains(text, "not quite a kiosk's") {
		t.Errorf("the log:\n%s", text)
	}
}

// A pointer is drawn into the picture of the screen like everything else.
func TestThePointerIsHidden(t *testing.T) {
	for name, c := range map[string]struct {
		settings string
		shown    bool
	}{"for touch": {"", false}, "unless told": {"\n[screen]\npointer = true\n", true}} {
		t.Run(name, func(t *testing.T) {
			d := startDisplay(t, 1280, 800)
			dir := newTerminal(t)
			if c.settings != "" {
				setSetting(t, dir, "pointer = false", "pointer = true")
			}
			d.startKiosk("--data", dir, "--camera", "none")
			d.fills()
			d.alive()
			spot := image.Pt(640, 400) // between camera and words, where nothing moves
			around := image.Rectangle{Min: spot.Sub(image.Pt(20, 20)), Max: spot.Add(image.Pt(20, 20))}
			d.move(image.Pt(10, 790))
			var before *image.RGBA
			eventually(t, "the pointer has gone away", func() bool {
				last := before
				before = d.eyes.region(around)
				return last != nil && differs(last, before) == 0
			})
			d.move(spot)
			d.alive() // by then it is drawn
			if got := differs(before, d.eyes.region(around)) > 0; got != c.shown {
				t.Errorf("the pointer shows: %v; the picture is %s", got, keep(t, d.eyes.region(image.Rect(0, 0, 1280, 800))))
			}
		})
	}
}

// setSetting changes a line of kiosk.toml.
func setSetting(t *testing.T, dir, old, line string) {
	t.Helper()
	text, err := os.ReadFile(dir + "/kiosk.toml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(old)) {
		t.Fatalf("kiosk.toml has no %q:\n%s", old, text)
	}
	if err := os.WriteFile(dir+"/kiosk.toml", bytes.Replace(text, []byte(old), []byte(line), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

// saver asks how the screen saver is: xcb_screensaver_state_t, and for how long
// nobody has touched anything.
func (d *display) saver() (state byte, idle time.Duration) {
	d.t.Helper()
	info, err := screensaver.QueryInfo(d.x, xproto.Drawable(d.root)).Reply()
	if err != nil {
		d.t.Fatal(err)
	}
	return info.State, time.Duration(info.MsSinceUserInput) * time.Millisecond
}

func TestTheScreenStaysLit(t *testing.T) {
	d := startDisplay(t, 1024, 600)
	if err := screensaver.Init(d.x); err != nil {
		t.Fatal(err)
	}
	dark := func() bool { state, _ := d.saver(); return state == screensaver.StateOn }
	d.must(xproto.SetScreenSaverChecked(d.x, 1, 0, xproto.BlankingPreferred, xproto.ExposuresAllowed)) // after a second
	eventually(t, "an idle screen goes dark", dark)

	cmd, _ := d.startKiosk("--data", newTerminal(t), "--camera", "none")
	eventually(t, "the kiosk lights it", func() bool { return !dark() })
	d.fills()
	// GLFW switches the server's own saver off while a window fills the screen; another program may switch it on.
	d.must(xproto.SetScreenSaverChecked(d.x, 1, 0, xproto.BlankingPreferred, xproto.ExposuresAllowed))
	eventually(t, "nobody has touched anything for three seconds", func() bool { _, idle := d.saver(); return dark() || idle > 3*time.Second })
	if dark() {
		t.Error("the screen has gone dark")
	}

	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	d.must(xproto.SetScreenSaverChecked(d.x, 1, 0, xproto.BlankingPreferred, xproto.ExposuresAllowed))
	eventually(t, "the owner's setting counts again after a kiosk that was killed", dark)
}

// Two windows would lie over each other.
func TestASecondWindowIsRefused(t *testing.T) {
	d := startDisplay(t, 1024, 600)
	dir := newTerminal(t)
	d.startKiosk("--data", dir, "--camera", "none")
	d.fills()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	second := exec.CommandContext(ctx, self, "--data", dir, "--camera", "none")
	second.Env = append(d.command(self).Env, asKiosk+"=1")
	out, err := second.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(string(out), "another kiosk already has a window") || strings.Count(string(out), "\n") != 1 {
		t.Errorf("%v: %s", err, out)
	}
	d.alive()
}

// turn gives the display another size, as when it is turned or another is
// plugged in; the mode is made where there is none.
func (d *display) turn(width, height uint16) {
	d.t.Helper()
	all, err := randr.GetScreenResources(d.x, d.root).Reply()
	if err != nil {
		d.t.Fatal(err)
	}
	var mode randr.Mode
	for _, m := range all.Modes {
		if m.Width == width && m.Height == height {
			mode = randr.Mode(m.Id)
		}
	}
	if mode == 0 {
		name := fmt.Sprintf("%dx%d", width, height)
		made, err := randr.CreateMode(d.x, d.root, randr.ModeInfo{
			Width: width, Height: height, DotClock: 60 * uint32(width) * uint32(height), Htotal: width, Vtotal: height, NameLen: uint16(len(name)),
		}, name).Reply()
		if err != nil {
			d.t.Fatal(err)
		}
		mode = made.Mode
		d.must(randr.AddOutputModeChecked(d.x, all.Outputs[0], mode))
	}
	d.crtc(all, 0)
	d.must(randr.SetScreenSizeChecked(d.x, d.root, width, height, uint32(width)/4, uint32(height)/4))
	d.crtc(all, mode)
}

// crtc shows a mode on the only display; 0 takes the picture away, as when the
// plug is pulled.
func (d *display) crtc(all *randr.GetScreenResourcesReply, mode randr.Mode) {
	d.t.Helper()
	var outputs []randr.Output
	if mode != 0 {
		outputs = all.Outputs[:1]
	}
	set, err := randr.SetCrtcConfig(d.x, all.Crtcs[0], 0, all.ConfigTimestamp, 0, 0, mode, randr.RotationRotate0, outputs).Reply()
	if err != nil || set.Status != randr.SetConfigSuccess {
		d.t.Fatalf("the mode %d cannot be set: %v, %+v", mode, err, set)
	}
}

// fills waits until the window fills the screen and shows Welcome on all of it.
func (d *display) fills() {
	d.t.Helper()
	if !poll(func() bool { return d.geometry(d.window()) == image.Rectangle{Max: d.size()} && d.drawn() }) {
		d.t.Fatalf("the window is at %v of a screen of %v; the picture is %s", d.geometry(d.window()), d.size(), keep(d.t, d.screenshot()))
	}
}

// drawn reports whether the corners of the screen are paper and its main button
// shows.
func (d *display) drawn() bool {
	s := d.size()
	is := func(p image.Point, c color.RGBA) bool {
		r, g, b, _ := d.eyes.at(p).RGBA()
		return near(r, c.R) && near(g, c.G) && near(b, c.B)
	}
	for _, p := range []image.Point{{X: 2, Y: 2}, {X: s.X - 3, Y: 2}, {X: 2, Y: s.Y - 3}, {X: s.X - 3, Y: s.Y - 3}} {
		if !is(p, paper) {
			return false
		}
	}
	n := 0
	for y := 0; y < s.Y; y += 8 {
		for x := 0; x < s.X; x += 8 {
			if is(image.Pt(x, y), brand) {
				n++
			}
		}
	}
	return 64*n > s.X*s.Y/100
}

// The display is turned, and its plug is pulled and put in again, while customers come.
func TestTheWindowFollowsItsDisplay(t *testing.T) {
	d := startDisplay(t, 1920, 1920)
	if err := randr.Init(d.x); err != nil {
		t.Fatal(err)
	}
	d.turn(1280, 800)
	dir := newTerminal(t)
	_, log := d.startKiosk("--data", dir, "--camera", "none")
	defer func() {
		if t.Failed() {
			t.Log(log)
		}
	}()
	d.fills()
	d.turn(1080, 1920)
	d.fills()
	d.alive()

	all, err := randr.GetScreenResources(d.x, d.root).Reply()
	if err != nil {
		t.Fatal(err)
	}
	d.crtc(all, 0) // nothing is plugged in
	for _, key := range strings.Split("8800000022", "") {
		d.typeKeys(key)
	}
	d.typeKeys("Return")
	d.typeKeys("Return")
	d.shows("Accepted, which nobody sees", accept, 0.1)
	if got := events(t, dir); len(got) != 1 || got[0] != "redeemed A2" {
		t.Errorf("the journal has %q", got)
	}
	d.typeKeys("Escape")
	eventually(t, "Welcome", func() bool { return shareOf(d.screenshot(), accept) < 0.02 })

	d.turn(1024, 600)
	d.fills()
	d.alive()
	d.turn(1920, 1080)
	d.fills()
	d.alive()
}

// Where a desktop runs, its window manager puts the window over everything, keeps
// it there when the display is turned, and gets no answer to its close button.
func TestUnderAWindowManager(t *testing.T) {
	d := startDisplay(t, 1920, 1920)
	if err := randr.Init(d.x); err != nil {
		t.Fatal(err)
	}
	d.turn(1280, 800)
	start(t, d.command("openbox", "--sm-disable"))
	eventually(t, "openbox manages windows", func() bool {
		check, err := xproto.GetProperty(d.x, false, d.root, d.atom("_NET_SUPPORTING_WM_CHECK"), xproto.GetPropertyTypeAny, 0, 1).Reply()
		return err == nil && len(check.Value) == 4
	})
	_, log := d.startKiosk("--data", newTerminal(t), "--camera", "none")
	covered := func() {
		t.Helper()
		if !poll(d.drawn) {
			t.Fatalf("the screen of %v is not covered; the picture is %s\n%s", d.size(), keep(t, d.screenshot()), log)
		}
	}
	covered()
	eventually(t, "it is full-screen and above others to the window manager", func() bool {
		clients, err := xproto.GetProperty(d.x, false, d.root, d.atom("_NET_CLIENT_LIST"), xproto.GetPropertyTypeAny, 0, 1).Reply()
		if err != nil || len(clients.Value) != 4 {
			return false
		}
		state, err := xproto.GetProperty(d.x, false, xproto.Window(xgb.Get32(clients.Value)), d.atom("_NET_WM_STATE"), xproto.GetPropertyTypeAny, 0, 16).Reply()
		if err != nil {
			return false
		}
		var atoms []xproto.Atom
		for b := state.Value; len(b) >= 4; b = b[4:] {
			atoms = append(atoms, xproto.Atom(xgb.Get32(b)))
		}
		return slices.Contains(atoms, d.atom("_NET_WM_STATE_FULLSCREEN")) && slices.Contains(atoms, d.atom("_NET_WM_STATE_ABOVE"))
	})
	d.alive()
	d.typeKeys("alt+F4")
	d.alive()

	// Another program opens a window.
	other, err := xproto.NewWindowId(d.x)
	if err != nil {
		t.Fatal(err)
	}
	const black = 0
	d.must(xproto.CreateWindowChecked(d.x, xproto.WindowClassCopyFromParent, other, d.root, 0, 0, 600, 400, 0, xproto.WindowClassInputOutput, 0,
		xproto.CwBackPixel, []uint32{black}))
	d.must(xproto.MapWindowChecked(d.x, other))
	eventually(t, "the other window is there", func() bool {
		a, err := xproto.GetWindowAttributes(d.x, other).Reply()
		return err == nil && a.MapState == xproto.MapStateViewable
	})
	over := func() bool { // of black there is little more than in the words
		at, err := xproto.TranslateCoordinates(d.x, other, d.root, 0, 0).Reply()
		if err != nil {
			t.Fatal(err)
		}
		place := image.Rect(0, 0, 600, 400).Add(image.Pt(int(at.DstX), int(at.DstY))).Intersect(image.Rectangle{Max: d.size()})
		return shareOf(d.eyes.region(place), color.RGBA{A: 0xFF}) > 0.3
	}
	eventually(t, "the other window is beneath", func() bool { return !over() })
	d.turn(1080, 1920)
	covered()
	if over() {
		t.Errorf("the other window is over the kiosk's; the picture is %s", keep(t, d.screenshot()))
	}
	if text := log.String(); strings.Contains(text, "not quite a kiosk's") {
		t.Errorf("the log:\n%s", text)
	}
}
