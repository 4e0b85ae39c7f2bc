package camera

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/blackjack/webcam"
	"golang.org/x/sys/unix"

	"hexiao/scanner"
	"hexiao/scanner/luma"
)

// device is what is used of a webcam.Webcam.
type device interface {
	WaitForFrame(seconds uint32) error
	GetFrame() ([]byte, uint32, error)
	ReleaseFrame(index uint32) error
	Close() error
}

// format is how a device's frames lie in its buffers.
type format struct {
	kind          webcam.PixelFormat
	width, height int
	stride        int // bytes a row
}

// Pixel formats, best first: packed with brightness in every other byte, brightness
// alone or first, JPEG last because decoding it costs more than reading the code.
const (
	formatYUYV webcam.PixelFormat = 'Y' | 'U'<<8 | 'Y'<<16 | 'V'<<24
	formatGREY webcam.PixelFormat = 'G' | 'R'<<8 | 'E'<<16 | 'Y'<<24
	formatNV12 webcam.PixelFormat = 'N' | 'V'<<8 | '1'<<16 | '2'<<24
	formatYU12 webcam.PixelFormat = 'Y' | 'U'<<8 | '1'<<16 | '2'<<24
	formatMJPG webcam.PixelFormat = 'M' | 'J'<<8 | 'P'<<16 | 'G'<<24
	formatJPEG webcam.PixelFormat = 'J' | 'P'<<8 | 'E'<<16 | 'G'<<24
)

// capture takes frames from a V4L2 device.
type capture struct {
	path  string // empty: one that find finds
	width int
	open  func(path string, width int) (device, format, error)

	find  func() []Device
	quiet string                  // of those found, the one that opened and gave nothing, last time
	found func(Device, []Setting) // told what is open; nil: nobody is
	torch *atomic.Bool            // to be lit; nil: never
}

// maxIdle bounds how often in a row a device may announce a frame and have none: a device
// that is gone announces without end.
const maxIdle = 50

func (c *capture) run(ctx context.Context, frames *slot) error {
	which, dev, f, err := c.start()
	if err != nil {
		return err
	}
	taken, err := c.follow(ctx, frames, which.Path, dev, f)
	c.quiet = ""
	if taken == 0 {
		c.quiet = which.Path
	}
	return err
}

// start opens the device that was named, or the first of those found that can be opened.
func (c *capture) start() (which Device, dev device, f format, err error) {
	list := []Device{{Path: c.path}}
	if c.path == "" {
		if list = c.find(); len(list) == 0 {
			return which, nil, f, fmt.Errorf("no camera is plugged in (%w)", scanner.ErrMissing)
		}
		// One that gave nothing may be the wrong one of two.
		slices.SortStableFunc(list, func(a, b Device) int { return cmp.Compare(c.late(a), c.late(b)) })
	}
	var first error
	for _, which = range list {
		if dev, f, err = c.open(which.Path, c.width); err == nil {
			var set []Setting
			if t, ok := dev.(interface{ settings() []Setting }); ok {
				set = t.settings()
			}
			if c.found != nil {
				c.found(which, set)
			}
			return which, dev, f, nil
		}
		if first == nil {
			first = explain(which.Path, err)
		}
	}
	return which, nil, f, first
}

func (c *capture) late(d Device) int {
	if d.Path == c.quiet {
		return 1
	}
	return 0
}

// follow takes frames, and returns how many it took.
func (c *capture) follow(ctx context.Context, frames *slot, path string, dev device, f format) (taken int, err error) {
	// Only this goroutine may close: the library unmaps the buffers that it copies from.
	lamp, _ := dev.(interface{ light(on bool) })
	lit := false
	defer func() {
		if lit {
			lamp.light(false)
		}
		err = errors.Join(err, closed(path, dev.Close()))
	}()
	idle := 0
	for ctx.Err() == nil {
		err := dev.WaitForFrame(1)
		var timeout *webcam.Timeout
		if errors.As(err, &timeout) {
			continue // Run tells a silent camera by its clock
		}
		if err != nil {
			return taken, explain(path, err)
		}
		raw, index, err := dev.GetFrame()
		if errors.Is(err, unix.EAGAIN) {
			if idle++; idle > maxIdle {
				return taken, explain(path, err)
			}
			continue
		}
		if err != nil {
			return taken, explain(path, err)
		}
		idle = 0
		out := frames.fresh()
		f.take(out, raw)
		frames.put(out)
		taken++
		if err := dev.ReleaseFrame(index); err != nil {
			return taken, explain(path, err)
		}
		if on := c.torch != nil && c.torch.Load(); lamp != nil && on != lit {
			lamp.light(on)
			lit = on
		}
	}
	return taken, nil
}

// take copies a raw frame out of the driver's buffer; one that is cut short becomes a
// damaged frame. Some drivers say a wrong format: a JPEG picture is known by its first
// bytes, and a frame that is just as long as one without gaps between its rows has none.
func (f format) take(out *frame, raw []byte) {
	stride := f.stride
	if tight := f.rowBytes(); len(raw) == tight*f.height {
		stride = tight
	}
	switch {
	case f.kind == formatMJPG || f.kind == formatJPEG || len(raw) < f.rowBytes()*f.height && bytes.HasPrefix(raw, []byte{0xff, mSOI, 0xff}):
		out.jpeg = append(out.jpeg, raw...)
		out.limit = 2 * f.width * f.height // rows of blocks, a driver that rounds
	case f.kind == formatYUYV:
		if luma.YUYV(&out.own, raw, f.width, f.height, stride) {
			out.gray = &out.own
		}
	case luma.Rows(&out.own, raw, f.width, f.height, stride):
		out.gray = &out.own
	}
}

// explain says in a sentence why a device does not work, with the kind of failure in it.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return fmt.Errorf("the camera %s is not plugged in (%w)", path, scanner.ErrMissing)
	// The library turns errors of starting into text.
	case errors.Is(err, unix.EBUSY), strings.Contains(err.Error(), unix.EBUSY.Error()):
		return fmt.Errorf("the camera %s is in use (%w)", path, scanner.ErrBusy)
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fmt.Errorf("the camera %s may not be opened: add the terminal's user to the group video", path)
	case strings.HasPrefix(err.Error(), "Not a video capture device"): // the library's own text
		return fmt.Errorf("%s is no camera, or one that nothing feeds yet", path)
	}
	return fmt.Errorf("the camera %s: %w", path, err)
}

// closed leaves out the errors of closing a device that is gone already.
func closed(path string, err error) error {
	if err == nil || errors.Is(err, unix.ENODEV) {
		return nil
	}
	return fmt.Errorf("closing the camera %s: %w", path, err)
}
