package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"hexiao/scanner"
	"hexiao/scanner/camera"
)

// webcamWidth is of the smallest pictures of the test camera: larger ones it gives at 25 a second at most.
const webcamWidth = 320

// webcam is a source over the kernel's test camera (vivid), which shows moving bars and no codes: its pictures are counted.
type webcam struct {
	*camera.Source
	pictures atomic.Int64
}

func newWebcam(node, name string) (*webcam, error) {
	w := &webcam{}
	source, err := camera.Open(node, camera.Options{Name: name, Width: webcamWidth, Now: time.Now, Read: func(g *image.Gray) scanner.View {
		if g.Rect.Dx() == webcamWidth && !blank(g) {
			w.pictures.Add(1)
		}
		return scanner.View{}
	}})
	w.Source = source
	return w, err
}

// blank reports whether a picture has nothing in it.
func blank(g *image.Gray) bool {
	for _, p := range g.Pix {
		if p != g.Pix[0] {
			return false
		}
	}
	return true
}

// more waits for more pictures.
func (w *webcam) more(ctx context.Context) error {
	before := w.pictures.Load()
	return poll(ctx, "pictures of the camera", func() bool { return w.pictures.Load() >= before+5 })
}

// framesASecond is what the source asks of every camera.
const framesASecond = 30

// checkSettings checks that the camera took what it was asked, by asking it.
func (w *webcam) checkSettings(node string) error {
	settings := w.Figures().Settings
	if len(settings) == 0 {
		return errors.New("the camera was asked to set nothing")
	}
	for _, s := range settings {
		if s.Refused != "" {
			return fmt.Errorf("the camera refused %q at %d: %s", s.Name, s.Value, s.Refused)
		}
	}
	// struct v4l2_streamparm: the type, capability, mode, and the time of a frame as a fraction.
	const getParameters = 3<<30 | 204<<16 | 'V'<<8 | 21 // VIDIOC_G_PARM
	f, err := os.OpenFile(node, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	var b [204]byte
	binary.NativeEndian.PutUint32(b[:], 1) // V4L2_BUF_TYPE_VIDEO_CAPTURE
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), getParameters, uintptr(unsafe.Pointer(&b))); errno != 0 {
		return fmt.Errorf("the camera's frame rate: %w", errno)
	}
	part, whole := binary.NativeEndian.Uint32(b[12:]), binary.NativeEndian.Uint32(b[16:])
	if part == 0 || whole/part != framesASecond {
		return fmt.Errorf("the camera gives a picture every %d/%d s, and not %d a second", part, whole, framesASecond)
	}
	return nil
}

// cameraVivid tries a camera that is pulled out while it gives pictures, and one that two want.
func cameraVivid(ctx context.Context, _ *guest) (err error) {
	node, err := cameraNode(ctx, "vivid")
	if err != nil {
		return err
	}
	first, err := newWebcam(node, "camera")
	if err != nil {
		return err
	}
	c := newCounter(ctx, first)
	closed := false
	defer func() {
		if !closed {
			err = errors.Join(err, c.close())
		}
	}()
	if err := errors.Join(c.until("camera", scanner.Working), first.more(ctx)); err != nil {
		return err
	}
	if err := first.checkSettings(node); err != nil {
		return err
	}
	for range 2 {
		plug, err := disconnect(node)
		if err != nil {
			return err
		}
		if err := errors.Join(c.until("camera", scanner.Missing), plug(), c.until("camera", scanner.Working), first.more(ctx)); err != nil {
			return err
		}
	}

	second, err := newWebcam(node, "camera-2")
	if err != nil {
		return err
	}
	c2 := newCounter(ctx, second)
	defer func() { err = errors.Join(err, c2.close()) }()
	if err := errors.Join(c2.until("camera-2", scanner.Busy), first.more(ctx)); err != nil {
		return err
	}
	if n := second.pictures.Load(); n > 0 {
		return fmt.Errorf("%d pictures of a camera that another program has", n)
	}
	closed = true
	return errors.Join(c.close(), c2.until("camera-2", scanner.Working), second.more(ctx))
}

// disconnect pulls a test camera out, by a control that it has for that. It is plugged in again when nobody has it open.
func disconnect(node string) (plug func() error, err error) {
	const (
		setControl = 3<<30 | 8<<16 | 'V'<<8 | 28 // VIDIOC_S_CTRL: struct v4l2_control, an id and a value
		button     = 0xf0f041                    // vivid's Disconnect
	)
	f, err := os.OpenFile(node, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	var b [8]byte
	binary.NativeEndian.PutUint32(b[:], button)
	binary.NativeEndian.PutUint32(b[4:], 1)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), setControl, uintptr(unsafe.Pointer(&b))); errno != 0 {
		return nil, errors.Join(fmt.Errorf("disconnecting the test camera: %w", errno), f.Close())
	}
	return f.Close, nil
}
