package main

import (
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

// connect gives the test a line of its own to the X server.
func (d *display) connect() {
	d.t.Helper()
	xgb.Logger.SetOutput(io.Discard) // servers end with their tests
	x, err := xgb.NewConnDisplay(d.name)
	if err == nil {
		err = xtest.Init(x)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.x, d.root = x, xproto.Setup(x).DefaultScreen(x).Root
	d.t.Cleanup(x.Close)
}

// must fails the test when the X server refused a request.
func (d *display) must(c interface{ Check() error }) {
	d.t.Helper()
	if err := c.Check(); err != nil {
		d.t.Fatal(err)
	}
}

// size is that of the screen now.
func (d *display) size() image.Point {
	d.t.Helper()
	g, err := xproto.GetGeometry(d.x, xproto.Drawable(d.root)).Reply()
	if err != nil {
		d.t.Fatal(err)
	}
	return image.Pt(int(g.Width), int(g.Height))
}

// at is the point of the screen at fractions of its width and height.
func (d *display) at(fx, fy float64) image.Point {
	d.t.Helper()
	s := d.size()
	return image.Pt(int(fx*float64(s.X)), int(fy*float64(s.Y)))
}

// move puts the pointer there.
func (d *display) move(p image.Point) {
	d.t.Helper()
	d.must(xtest.FakeInputChecked(d.x, xproto.MotionNotify, 0, 0, d.root, int16(p.X), int16(p.Y), 0))
}

// tap touches the screen at fractions of its width and height: a finger that
// comes down and goes up.
func (d *display) tap(fx, fy float64) {
	d.t.Helper()
	d.move(d.at(fx, fy))
	d.must(xtest.FakeInputChecked(d.x, xproto.ButtonPress, 1, 0, d.root, 0, 0, 0))
	d.must(xtest.FakeInputChecked(d.x, xproto.ButtonRelease, 1, 0, d.root, 0, 0, 0))
}

// key presses and releases a key of the server's keyboard, at once.
func (d *display) key(code xproto.Keycode) {
	d.t.Helper()
	d.keyAfter(0, code)
}

// keyAfter is key after so many milliseconds: GLFW takes two strokes of one key
// in the same millisecond for one.
func (d *display) keyAfter(ms uint32, code xproto.Keycode) {
	d.t.Helper()
	d.must(xtest.FakeInputChecked(d.x, xproto.KeyPress, byte(code), ms, d.root, 0, 0, 0))
	d.must(xtest.FakeInputChecked(d.x, xproto.KeyRelease, byte(code), 0, d.root, 0, 0, 0))
}

// keycode finds the key that gives a keysym, without shift.
func (d *display) keycode(sym xproto.Keysym) xproto.Keycode {
	d.t.Helper()
	setup := xproto.Setup(d.x)
	keys, err := xproto.GetKeyboardMapping(d.x, setup.MinKeycode, byte(setup.MaxKeycode-setup.MinKeycode+1)).Reply()
	if err != nil {
		d.t.Fatal(err)
	}
	for i := 0; i < len(keys.Keysyms); i += int(keys.KeysymsPerKeycode) {
		if keys.Keysyms[i] == sym {
			return setup.MinKeycode + xproto.Keycode(i/int(keys.KeysymsPerKeycode))
		}
	}
	d.t.Fatalf("no key gives %#x", sym)
	return 0
}

// framebuffer is what the server shows, pointer included, read without asking it.
type framebuffer struct {
	pixels []byte // four bytes each: blue, green, red, nothing
	stride int    // bytes
}

// openFramebuffer maps the file that Xvfb -fbdir keeps: an XWD picture, see
// X11/XWDFile.h.
func openFramebuffer(t testing.TB, name string) *framebuffer {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // the map stays
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	all, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(all) })
	field := func(i int) int { return int(binary.BigEndian.Uint32(all[4*i:])) }
	header, bits, stride, colours := field(0), field(11), field(12), field(19)
	if bits != 32 {
		t.Fatalf("the screen has %d bits a pixel", bits)
	}
	return &framebuffer{pixels: all[header+12*colours:], stride: stride}
}

func (f *framebuffer) at(p image.Point) color.RGBA {
	px := f.pixels[p.Y*f.stride+4*p.X:]
	return color.RGBA{R: px[2], G: px[1], B: px[0], A: 0xFF}
}

// region copies a part of the screen.
func (f *framebuffer) region(r image.Rectangle) *image.RGBA {
	out := image.NewRGBA(r)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			out.SetRGBA(x, y, f.at(image.Pt(x, y)))
		}
	}
	return out
}

// watch looks at points of the screen a thousand times a second until they
// satisfy, and gives the time since began.
func (f *framebuffer) watch(ctx context.Context, began time.Time, satisfied func() bool) (time.Duration, bool) {
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for !satisfied() {
		select {
		case <-ctx.Done():
			return 0, false
		case <-look.C:
		}
	}
	return time.Since(began), true
}
