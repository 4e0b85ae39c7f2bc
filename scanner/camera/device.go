package camera

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unsafe"

	"github.com/blackjack/webcam"
	"golang.org/x/sys/unix"
)

// tuned is a device with its controls set.
type tuned struct {
	*webcam.Webcam
	set   []Setting
	torch bool
}

// settings is what was asked of the device.
func (t tuned) settings() []Setting { return t.set }

// light switches the torch, where there is one.
func (t tuned) light(on bool) {
	if !t.torch {
		return
	}
	mode := int32(torchOff)
	if on {
		mode = torchOn
	}
	_ = t.SetControl(controlTorch, mode) // a lamp that fails is no failure of the camera
}

// openDevice returns a function that opens a V4L2 device and starts it with the best format
// and size it has and its controls set; see tune for focus.
func openDevice(focus int) func(path string, width int) (device, format, error) {
	return func(path string, width int) (device, format, error) {
		cam, err := webcam.Open(path)
		if err != nil {
			return nil, format{}, err
		}
		f, err := prepare(cam, path, width)
		dev := tuned{Webcam: cam}
		if err == nil {
			dev.set, dev.torch = tune(cam, focus), hasTorch(cam)
			err = start(cam)
		}
		if err != nil {
			_ = cam.Close()
			return nil, format{}, err
		}
		return dev, f, nil
	}
}

// setup is what prepare and start use of a webcam.Webcam.
type setup interface {
	GetSupportedFormats() map[webcam.PixelFormat]string
	GetSupportedFrameSizes(webcam.PixelFormat) []webcam.FrameSize
	GetSupportedFramerates(f webcam.PixelFormat, width, height uint32) []webcam.FrameRate
	SetImageFormat(f webcam.PixelFormat, width, height uint32) (webcam.PixelFormat, uint32, uint32, error)
	SetBufferCount(uint32) error
	StartStreaming() error
}

// prepare sets the format.
func prepare(cam setup, path string, width int) (format, error) {
	kind, w, h, ok := choose(cam, width)
	if !ok { // metadata nodes of a camera open like cameras, but have no format
		return format{}, errors.New("it gives no pictures in a format that can be read; cameras often have two devices, try the other one")
	}
	kind, w, h, err := cam.SetImageFormat(kind, w, h)
	if err != nil {
		return format{}, fmt.Errorf("setting the picture format: %w", err)
	}
	f := format{kind: kind, width: int(w), height: int(h)}
	f.stride = f.rowBytes()
	// The library gives back the size that was asked for, not the one that the driver
	// chose, so the driver is asked itself.
	if actual, err := currentFormat(path); err == nil {
		f = actual
	}
	return f, nil
}

func start(cam setup) error {
	if err := cam.SetBufferCount(3); err != nil {
		return err
	}
	return cam.StartStreaming()
}

// slowest is how few frames a second a camera should give at least.
const slowest = 14

// choose returns the format and size to ask for. Raw formats are better than JPEG, which
// costs more to decode than the code to read; but a camera on a slow cable that gives
// raw frames only small, or few a second, is better read in JPEG.
func choose(cam setup, width int) (kind webcam.PixelFormat, w, h uint32, ok bool) {
	have := cam.GetSupportedFormats()
	leastWorth := -1
	for _, k := range [...]webcam.PixelFormat{formatYUYV, formatGREY, formatNV12, formatYU12, formatMJPG, formatJPEG} {
		if _, has := have[k]; !has {
			continue
		}
		kw, kh, fast := fastSize(cam, k, width)
		worth := 0
		if fast {
			worth = 1
		}
		if fast && int(kw)*2 >= width {
			worth = 2
		}
		if worth > leastWorth {
			kind, w, h, ok, leastWorth = k, kw, kh, true, worth
		}
	}
	return kind, w, h, ok
}

// fastSize chooses among the sizes of a format that are given often enough, or among all
// if none is.
func fastSize(cam setup, kind webcam.PixelFormat, width int) (w, h uint32, fast bool) {
	all := cam.GetSupportedFrameSizes(kind)
	var often []webcam.FrameSize
	for _, s := range all {
		if !slow(cam.GetSupportedFramerates(kind, s.MaxWidth, s.MaxHeight)) {
			often = append(often, s)
		}
	}
	if len(all) > 0 && len(often) == 0 {
		w, h = chooseSize(all, width)
		return w, h, false
	}
	w, h = chooseSize(often, width)
	return w, h, true
}

// slow reports whether a camera says that it gives few frames a second. Where it says nothing
// it is believed to be fast.
func slow(rates []webcam.FrameRate) bool {
	for _, r := range rates {
		if r.MinDenominator >= slowest*r.MinNumerator {
			return false
		}
	}
	return len(rates) > 0
}

// chooseSize returns the largest size up to width, or the smallest above it. Where the
// driver lists none, 16:9 of that width.
func chooseSize(have []webcam.FrameSize, width int) (w, h uint32) {
	want := uint32(width)
	fits := func(w uint32) bool { return w <= want }
	for _, s := range have {
		sw, sh := s.MaxWidth, s.MaxHeight
		if s.StepWidth > 0 && s.StepHeight > 0 && sw > want { // any size in steps
			sw = max(s.MinWidth, want-(want-min(want, s.MinWidth))%s.StepWidth)
			sh = min(s.MaxHeight, max(s.MinHeight, sw*9/16))
			sh -= (sh - s.MinHeight) % s.StepHeight
		}
		switch {
		case sw == 0 || sh == 0:
		case w == 0,
			fits(sw) && !fits(w),
			fits(sw) && fits(w) && (sw > w || sw == w && sh > h),
			!fits(sw) && !fits(w) && sw < w:
			w, h = sw, sh
		}
	}
	if w == 0 {
		return want, want * 9 / 16
	}
	return w, h
}

// rowBytes is the stride of a format without padding.
func (f format) rowBytes() int {
	if f.kind == formatYUYV {
		return 2 * f.width
	}
	return f.width
}

// currentFormat asks the driver for the format that is set (VIDIOC_G_FMT), by a second
// opening of the device: the library does not give out its own.
func currentFormat(path string) (format, error) {
	// struct v4l2_format: the type, then at the next multiple of a word 200 bytes that
	// begin with width, height, pixel format, field, bytes a line.
	const word = unsafe.Sizeof(uintptr(0))
	const size = 200 + word
	const getFormat = 3<<30 | size<<16 | 'V'<<8 | 4
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return format{}, err
	}
	defer func() { _ = unix.Close(fd) }()
	var b [size]byte
	binary.NativeEndian.PutUint32(b[:], 1) // V4L2_BUF_TYPE_VIDEO_CAPTURE
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), getFormat, uintptr(unsafe.Pointer(&b))); errno != 0 {
		return format{}, errno
	}
	return parseFormat(b[word:]), nil
}

// parseFormat reads a struct v4l2_pix_format.
func parseFormat(b []byte) format {
	at := func(i int) int { return int(binary.NativeEndian.Uint32(b[4*i:])) }
	f := format{kind: webcam.PixelFormat(at(2)), width: at(0), height: at(1), stride: at(4)}
	f.stride = max(f.stride, f.rowBytes())
	return f
}
