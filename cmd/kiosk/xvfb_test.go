package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// patience is how long a test waits for a program on a loaded machine.
const patience = 90 * time.Second

// display is an X server without a screen, for one test.
type display struct {
	t    testing.TB
	name string
	x    *xgb.Conn // the hands of the test, see hands_test.go
	root xproto.Window
	eyes *framebuffer
}

// startDisplay starts Xvfb on a number of its own choosing. The tests need it:
// where it is missing they fail and say so, for a test that skips proves nothing.
func startDisplay(t testing.TB, width, height int) *display {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	// -noreset: the server would forget its settings whenever the last of its clients leaves.
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", width, height), "-nolisten", "tcp", "-noreset", "-fbdir", folder)
	cmd.ExtraFiles = []*os.File{w}
	start(t, cmd)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb named no display: %v", err)
	}
	d := &display{t: t, name: ":" + strings.TrimSpace(number)}
	d.connect()
	d.eyes = openFramebuffer(t, folder+"/Xvfb_screen0")
	return d
}

// start starts a process that ends with the test.
func start(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s: %v (make deps installs it)", cmd.Path, err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // may have ended already
		_ = cmd.Wait()                          // how it ended is the test's matter, if anybody's
	})
}

// command is a program on the display.
func (d *display) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+d.name, "LIBGL_ALWAYS_SOFTWARE=1")
	return cmd
}

// focus gives the window the keyboard; there is no window manager to do it.
func (d *display) focus(title string) {
	d.t.Helper()
	eventually(d.t, "the window has the keyboard", func() bool {
		return d.command("xdotool", "search", "--name", title, "windowfocus", "--sync").Run() == nil
	})
}

// typeKeys presses keys one after the other.
func (d *display) typeKeys(keys ...string) {
	d.t.Helper()
	if out, err := d.command("xdotool", append([]string{"key", "--delay", "60"}, keys...)...).CombinedOutput(); err != nil {
		d.t.Fatalf("xdotool: %v\n%s", err, out)
	}
}

// screenshot takes the picture of the whole screen.
func (d *display) screenshot() image.Image {
	d.t.Helper()
	out, err := d.command("import", "-window", "root", "png:-").Output()
	if err != nil {
		d.t.Fatalf("import: %v", err)
	}
	picture, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		d.t.Fatal(err)
	}
	return picture
}

// shows waits until at least the share of the screen has the colour, and gives
// that picture. If it never does, the last picture is kept for a person to look at.
func (d *display) shows(what string, c color.RGBA, share float64) image.Image {
	d.t.Helper()
	var picture image.Image
	ok := poll(func() bool {
		picture = d.screenshot()
		return shareOf(picture, c) >= share
	})
	if !ok {
		d.t.Fatalf("%s: %.1f %% of the screen is #%02X%02X%02X, want %.1f %%; the picture is %s",
			what, 100*shareOf(picture, c), c.R, c.G, c.B, 100*share, keep(d.t, picture))
	}
	return picture
}

// shareOf is how much of the picture has the colour, give or take what
// rendering rounds.
func shareOf(picture image.Image, c color.RGBA) float64 {
	b := picture.Bounds()
	n := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, _ := picture.At(x, y).RGBA()
			if near(r, c.R) && near(g, c.G) && near(bl, c.B) {
				n++
			}
		}
	}
	return float64(n) / float64(b.Dx()*b.Dy())
}

func near(have uint32, want uint8) bool {
	d := int(have>>8) - int(want)
	return d >= -3 && d <= 3
}

// keep saves a picture of a failed test and gives its name.
func keep(t testing.TB, picture image.Image) string {
	t.Helper()
	if err := os.MkdirAll("testdata/failed", 0o755); err != nil {
		t.Fatal(err)
	}
	name := "testdata/failed/" + strings.ReplaceAll(t.Name(), "/", "-") + ".png"
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, picture); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// eventually fails the test unless the condition comes true.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	if !poll(condition) {
		t.Fatalf("after %v still not: %s", patience, what)
	}
}

// poll looks ten times a second.
func poll(condition func() bool) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		if condition() {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-look.C:
		}
	}
}
