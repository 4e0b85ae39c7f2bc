package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/dpms"
	"github.com/jezek/xgb/randr"
	"github.com/jezek/xgb/screensaver"
	"github.com/jezek/xgb/xfixes"
	"github.com/jezek/xgb/xproto"
)

// xserver is this program's own line to the X server, beside the window's, for
// what Fyne does not offer. All that it asks for is bound to the line: the server
// takes it back when the line ends, however the program ended, and restores
// whatever the machine's owner had set.
type xserver struct {
	conn    *xgb.Conn
	root    xproto.Window
	changed chan struct{} // a display was plugged in, unplugged or turned
	read    sync.WaitGroup
}

// openX connects to the display, "" for that of the environment.
func openX(display string) (*xserver, error) {
	xgb.Logger.SetOutput(io.Discard) // what fails is returned as well
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		return nil, fmt.Errorf("connect to the X server: %w", err)
	}
	x := &xserver{conn: conn, root: xproto.Setup(conn).DefaultScreen(conn).Root, changed: make(chan struct{}, 1)}
	x.read.Go(x.readEvents)
	return x, nil
}

// close gives back what was asked for.
func (x *xserver) close() {
	x.conn.Close()
	x.read.Wait()
}

// readEvents ends with the connection. Only displays are listened to.
func (x *xserver) readEvents() {
	for {
		event, err := x.conn.WaitForEvent()
		if event == nil && err == nil {
			return
		}
		switch event.(type) {
		case randr.ScreenChangeNotifyEvent, randr.NotifyEvent:
			select {
			case x.changed <- struct{}{}:
			default:
			}
		}
	}
}

// keepAwake keeps the screen from being blanked or saved, and lights it if it is
// dark already.
func (x *xserver) keepAwake() error {
	if err := screensaver.Init(x.conn); err != nil {
		return fmt.Errorf("the screen may go dark, for the X server has no MIT-SCREEN-SAVER: %w", err)
	}
	if _, err := screensaver.QueryVersion(x.conn, 1, 1).Reply(); err != nil {
		return fmt.Errorf("the screen may go dark: %w", err)
	}
	if err := screensaver.SuspendChecked(x.conn, 1).Check(); err != nil { // DPMS as well
		return fmt.Errorf("the screen may go dark: %w", err)
	}
	if err := xproto.ForceScreenSaverChecked(x.conn, xproto.ScreenSaverReset).Check(); err != nil {
		return fmt.Errorf("a screen that is dark may stay so: %w", err)
	}
	if err := x.switchOn(); err != nil {
		return fmt.Errorf("a display that is switched off may stay so: %w", err)
	}
	return nil
}

// switchOn switches the display on, where the server can switch it at all.
func (x *xserver) switchOn() error {
	extension, err := xproto.QueryExtension(x.conn, uint16(len("DPMS")), "DPMS").Reply()
	if err != nil || !extension.Present {
		return err
	}
	if err := dpms.Init(x.conn); err != nil {
		return err
	}
	capable, err := dpms.Capable(x.conn).Reply()
	if err != nil || !capable.Capable {
		return err
	}
	info, err := dpms.Info(x.conn).Reply()
	if err != nil || !info.State || info.PowerLevel == dpms.DPMSModeOn {
		return err
	}
	return dpms.ForceLevelChecked(x.conn, dpms.DPMSModeOn).Check()
}

// hidePointer hides the mouse pointer on the whole display.
func (x *xserver) hidePointer() error {
	if err := xfixes.Init(x.conn); err != nil {
		return fmt.Errorf("the pointer stays visible, for the X server has no XFIXES: %w", err)
	}
	if _, err := xfixes.QueryVersion(x.conn, 4, 0).Reply(); err != nil {
		return fmt.Errorf("the pointer stays visible: %w", err)
	}
	if err := xfixes.HideCursorChecked(x.conn, x.root).Check(); err != nil {
		return fmt.Errorf("the pointer stays visible: %w", err)
	}
	return nil
}

// fill has a window fill the display, the primary one where there are several. A
// window manager is asked to see to it; without one the window is put there, on
// top, and given the keyboard. While no display shows anything nothing is done.
func (x *xserver) fill(w xproto.Window) error {
	place, err := x.place()
	if err != nil || place.Empty() {
		return err
	}
	at := []uint32{uint32(place.Min.X), uint32(place.Min.Y), uint32(place.Dx()), uint32(place.Dy()), xproto.StackModeAbove}
	const all = xproto.ConfigWindowX | xproto.ConfigWindowY | xproto.ConfigWindowWidth | xproto.ConfigWindowHeight | xproto.ConfigWindowStackMode
	if err := xproto.ConfigureWindowChecked(x.conn, w, all, at).Check(); err != nil {
		return fmt.Errorf("place the window: %w", err)
	}
	managed, err := x.managed()
	if err != nil {
		return err
	}
	if managed {
		const add, application = 1, 1
		return errors.Join(
			x.tell(w, "_NET_WM_STATE", add, x.atom("_NET_WM_STATE_FULLSCREEN"), x.atom("_NET_WM_STATE_ABOVE"), application),
			x.tell(w, "_NET_ACTIVE_WINDOW", application),
		)
	}
	shown, err := xproto.GetWindowAttributes(x.conn, w).Reply()
	if err == nil && shown.MapState == xproto.MapStateViewable {
		err = xproto.SetInputFocusChecked(x.conn, xproto.InputFocusPointerRoot, w, xproto.TimeCurrentTime).Check()
	}
	if err != nil {
		return fmt.Errorf("give the window the keyboard: %w", err)
	}
	return nil
}

// place is the part of the screen that the primary display shows, or the first
// that shows any; empty: none does.
func (x *xserver) place() (image.Rectangle, error) {
	all, err := randr.GetScreenResourcesCurrent(x.conn, x.root).Reply()
	if err != nil {
		return image.Rectangle{}, fmt.Errorf("ask for the displays: %w", err)
	}
	primary, err := randr.GetOutputPrimary(x.conn, x.root).Reply()
	if err != nil {
		return image.Rectangle{}, fmt.Errorf("ask for the displays: %w", err)
	}
	var first image.Rectangle
	for _, c := range all.Crtcs {
		crtc, err := randr.GetCrtcInfo(x.conn, c, 0).Reply()
		if err != nil {
			return image.Rectangle{}, fmt.Errorf("ask for a display: %w", err)
		}
		if crtc.Mode == 0 || len(crtc.Outputs) == 0 {
			continue
		}
		at := image.Rect(0, 0, int(crtc.Width), int(crtc.Height)).Add(image.Pt(int(crtc.X), int(crtc.Y))) // as it is turned
		if slices.Contains(crtc.Outputs, primary.Output) {
			return at, nil
		}
		if first.Empty() {
			first = at
		}
	}
	return first, nil
}

// managed reports whether there is a window manager (EWMH, _NET_SUPPORTING_WM_CHECK).
func (x *xserver) managed() (bool, error) {
	check, err := xproto.GetProperty(x.conn, false, x.root, xproto.Atom(x.atom("_NET_SUPPORTING_WM_CHECK")), xproto.GetPropertyTypeAny, 0, 1).Reply()
	if err != nil {
		return false, fmt.Errorf("ask for a window manager: %w", err)
	}
	if len(check.Value) < 4 {
		return false, nil
	}
	_, err = xproto.GetWindowAttributes(x.conn, xproto.Window(xgb.Get32(check.Value))).Reply()
	return err == nil, nil // one that has ended leaves the property behind
}

// atom is the number of a name; 0 when the connection has ended, which the next
// request tells.
func (x *xserver) atom(name string) uint32 {
	a, err := xproto.InternAtom(x.conn, false, uint16(len(name)), name).Reply()
	if err != nil {
		return 0
	}
	return uint32(a.Atom)
}

// tell asks the window manager for something about a window.
func (x *xserver) tell(w xproto.Window, what string, data ...uint32) error {
	message := xproto.ClientMessageEvent{
		Format: 32, Window: w, Type: xproto.Atom(x.atom(what)), Data: xproto.ClientMessageDataUnionData32New(append(data, make([]uint32, 5-len(data))...)),
	}
	const mask = xproto.EventMaskSubstructureRedirect | xproto.EventMaskSubstructureNotify
	if err := xproto.SendEventChecked(x.conn, false, x.root, mask, string(message.Bytes())).Check(); err != nil {
		return fmt.Errorf("ask the window manager for %s: %w", what, err)
	}
	return nil
}

// settle are the pauses before the display is looked at again, at the start and
// after a change: a hotplug comes as a burst of changes, some of them by others
// that answer to it.
func settle() []time.Duration {
	return []time.Duration{0, 200 * time.Millisecond, time.Second, 3 * time.Second}
}

// follow has the window fill the display, whatever becomes of that, until ctx ends.
func (x *xserver) follow(ctx context.Context, w xproto.Window) error {
	if err := randr.Init(x.conn); err != nil {
		return fmt.Errorf("the X server has no RANDR: %w", err)
	}
	if _, err := randr.QueryVersion(x.conn, 1, 3).Reply(); err != nil {
		return fmt.Errorf("ask for RANDR 1.3: %w", err)
	}
	const mask = randr.NotifyMaskScreenChange | randr.NotifyMaskCrtcChange | randr.NotifyMaskOutputChange
	if err := randr.SelectInputChecked(x.conn, x.root, mask).Check(); err != nil {
		return fmt.Errorf("listen to the displays: %w", err)
	}
	pauses := settle()
	pause := time.NewTimer(pauses[0])
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-x.changed:
			pauses = settle()
			pause.Reset(pauses[0])
		case <-pause.C:
			if err := x.fill(w); err != nil {
				return err
			}
			if pauses = pauses[1:]; len(pauses) > 0 {
				pause.Reset(pauses[0])
			}
		}
	}
}
