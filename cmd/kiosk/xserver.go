package main

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	if dpms.Init(x.conn) != nil {
		return nil // a display that cannot be switched off needs not be switched on
	}
	capable, err := dpms.Capable(x.conn).Reply()
	if err != nil || !capable.Capable {
		return nil
	}
	info, err := dpms.Info(x.conn).Reply()
	if err == nil && info.State && info.PowerLevel != dpms.DPMSModeOn {
		err = dpms.ForceLevelChecked(x.conn, dpms.DPMSModeOn).Check()
	}
	if err != nil {
		return fmt.Errorf("a display that is switched off may stay so: %w", err)
	}
	return nil
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

// settle are the pauses after a display has changed, after each of which the
// window is fitted: GLFW looks at the displays when it polls, and a hotplug comes
// as a burst of changes.
func settle() []time.Duration {
	return []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second}
}

// follow calls fit after the displays have changed, until ctx ends.
func (x *xserver) follow(ctx context.Context, fit func()) error {
	if err := randr.Init(x.conn); err != nil {
		return fmt.Errorf("a display that is plugged in or turned is not noticed, for the X server has no RANDR: %w", err)
	}
	if _, err := randr.QueryVersion(x.conn, 1, 3).Reply(); err != nil {
		return fmt.Errorf("a display that is plugged in or turned is not noticed: %w", err)
	}
	const mask = randr.NotifyMaskScreenChange | randr.NotifyMaskCrtcChange | randr.NotifyMaskOutputChange
	if err := randr.SelectInputChecked(x.conn, x.root, mask).Check(); err != nil {
		return fmt.Errorf("a display that is plugged in or turned is not noticed: %w", err)
	}
	pauses := []time.Duration(nil)
	pause := time.NewTimer(time.Hour)
	pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-x.changed:
			pauses = settle()
			pause.Reset(pauses[0])
		case <-pause.C:
			lit, err := x.lit()
			if err != nil {
				return fmt.Errorf("look at the displays: %w", err)
			}
			if lit { // there is nothing to fill otherwise, and GLFW has no display to name
				fit()
			}
			if pauses = pauses[1:]; len(pauses) > 0 {
				pause.Reset(pauses[0])
			}
		}
	}
}

// lit reports whether any display shows a part of the screen.
func (x *xserver) lit() (bool, error) {
	all, err := randr.GetScreenResourcesCurrent(x.conn, x.root).Reply()
	if err != nil {
		return false, fmt.Errorf("ask for the displays: %w", err)
	}
	for _, c := range all.Crtcs {
		crtc, err := randr.GetCrtcInfo(x.conn, c, 0).Reply()
		if err != nil {
			return false, fmt.Errorf("ask for a display: %w", err)
		}
		if crtc.Mode != 0 && len(crtc.Outputs) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// manners does what a kiosk's window needs of the X server, until ctx ends. What
// fails is told and leaves the rest as it is.
func manners(ctx context.Context, x *xserver, pointer bool, fit func(), warn func(error)) {
	errs := []error{x.keepAwake()}
	if !pointer {
		errs = append(errs, x.hidePointer())
	}
	if err := errors.Join(errs...); err != nil {
		warn(err)
	}
	if err := x.follow(ctx, fit); err != nil && ctx.Err() == nil {
		warn(err)
	}
	<-ctx.Done() // what was asked for ends with the connection
}
