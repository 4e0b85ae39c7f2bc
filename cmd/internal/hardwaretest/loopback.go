package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// frameTime is one picture of a camera in a dim room.
const frameTime = 100 * time.Millisecond

// emptyFrames is how many pictures without a code part two: a second and a half.
const emptyFrames = 15

// pixels is a format of V4L2, by its four letters.
type pixels string

// The formats that cameras have.
const (
	yuyv  pixels = "YUYV"
	mjpeg pixels = "MJPG"
)

// producer writes pictures into the output side of a video device until it is closed: the other side is then a camera that
// sees them. The same picture is written until there is another one.
type producer struct {
	file *os.File
	stop context.CancelFunc
	done chan error

	mu      sync.Mutex
	picture []byte
	written map[*byte]int // how often a picture was written, by its first byte
}

// newProducer opens the output side. Pictures have width by height pixels of a format; a JPEG has at most as many bytes as YUYV.
func newProducer(ctx context.Context, node string, width, height int, format pixels, first []byte) (*producer, error) {
	file, err := os.OpenFile(node, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	// The driver refuses it for as long as anybody else has the device open: a source that tries whether it is there.
	err = poll(ctx, "the device for its producer alone", func() bool { return setOutput(file, width, height, format) == nil })
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s takes no %s: %w", node, format, err), file.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	p := &producer{file: file, stop: stop, done: make(chan error, 1), picture: first, written: map[*byte]int{}}
	go func() { p.done <- p.run(ctx) }()
	return p, nil
}

// setOutput is VIDIOC_S_FMT for the output side.
func setOutput(file *os.File, width, height int, format pixels) error {
	// struct v4l2_format on a machine of 64 bits: the type, and at 8 width, height, format, field, bytes a line, size, colours.
	const setFormat = 3<<30 | 208<<16 | 'V'<<8 | 5
	var b [208]byte
	put := func(at int, v uint32) { binary.NativeEndian.PutUint32(b[at:], v) }
	put(0, 2) // V4L2_BUF_TYPE_VIDEO_OUTPUT
	put(8, uint32(width))
	put(12, uint32(height))
	copy(b[16:], format)
	put(20, 1) // V4L2_FIELD_NONE
	if format == yuyv {
		put(24, uint32(2*width))
	}
	put(28, uint32(2*width*height))
	put(32, 8) // V4L2_COLORSPACE_SRGB
	const streamOn = 1<<30 | 4<<16 | 'V'<<8 | 18
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, file.Fd(), setFormat, uintptr(unsafe.Pointer(&b))); errno != 0 {
		return errno
	}
	// VIDIOC_STREAMON: pictures are written and not streamed, but only so does the driver know its producer when that closes.
	return unix.IoctlSetPointerInt(int(file.Fd()), streamOn, 2)
}

func (p *producer) run(ctx context.Context) error {
	pace := time.NewTicker(frameTime)
	defer pace.Stop()
	for ctx.Err() == nil {
		p.mu.Lock()
		picture := p.picture
		p.mu.Unlock()
		if _, err := p.file.Write(picture); err != nil {
			return fmt.Errorf("writing pictures: %w", err)
		}
		p.mu.Lock()
		p.written[&picture[0]]++
		p.mu.Unlock()
		select {
		case <-pace.C:
		case <-ctx.Done():
		}
	}
	return nil
}

// show writes another picture from now on.
func (p *producer) show(picture []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.picture = picture
}

// shown shows a picture until it was written so many times.
func (p *producer) shown(ctx context.Context, picture []byte, times int) error {
	p.show(picture)
	return poll(ctx, "pictures taken by the camera", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.written[&picture[0]] >= times
	})
}

// empty shows a picture without a code for long enough that the next code is not one of two in view.
func (p *producer) empty(ctx context.Context, format pixels) error {
	return p.shown(ctx, scene("", format), emptyFrames)
}

// close ends the pictures, as when the camera's own program dies.
func (p *producer) close() error {
	p.stop()
	return errors.Join(<-p.done, p.file.Close())
}

// cameraNode finds the device file of a camera by the beginning of its name.
func cameraNode(ctx context.Context, name string) (node string, err error) {
	err = poll(ctx, "a camera named "+name, func() bool {
		names, _ := filepath.Glob("/sys/class/video4linux/video*/name")
		for _, file := range names {
			if b, err := os.ReadFile(file); err == nil && strings.HasPrefix(string(b), name) {
				node = "/dev/" + filepath.Base(filepath.Dir(file))
				return true
			}
		}
		return false
	})
	return node, err
}
