package camera

import (
	"cmp"
	"encoding/binary"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Device is a camera of this machine.
type Device struct {
	Path string `json:"path"` // the most lasting one that there is
	Name string `json:"name"` // what it calls itself; empty where it may not be asked
}

// Find lists the cameras of the machine whose files are below root, usually "/": by the
// names that they keep on every port (dev/v4l/by-id), then by those of the ports
// (dev/v4l/by-path), then as dev/videoN, each once. What is no camera is left out:
// metadata nodes, outputs, codecs. One that this user may not open is listed.
func Find(root string) []Device { return find(root, askDevice) }

// Capabilities of struct v4l2_capability that tell a camera from what else has such a
// device file.
const (
	capCapture    = 0x00000001
	capMemory     = 0x0000c000 // V4L2_CAP_VIDEO_M2M and its MPLANE: a codec
	capStreaming  = 0x04000000
	capDeviceCaps = 0x80000000
)

// capability is what a device says of itself.
type capability struct {
	name string
	caps uint32 // of this device file, not of the whole device
}

// camera reports whether frames can be captured from it.
func (c capability) camera() bool {
	return c.caps&capCapture != 0 && c.caps&capStreaming != 0 && c.caps&capMemory == 0
}

func find(root string, ask func(path string) (capability, error)) []Device {
	var found []Device
	seen := map[string]bool{}
	for _, path := range candidates(root) {
		node, err := filepath.EvalSymlinks(path)
		if err != nil || seen[node] {
			continue // a link that leads nowhere: it is just being pulled out
		}
		seen[node] = true
		c, err := ask(path)
		switch {
		case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
			found = append(found, Device{Path: path}) // opening it says what to do
		case err == nil && c.camera():
			found = append(found, Device{Path: path, Name: c.name})
		}
	}
	return found
}

// candidates are the device files that may be cameras, best names first. The first node of
// a device is its camera, most often: it is index0.
func candidates(root string) []string {
	var all []string
	for _, pattern := range []string{"v4l/by-id/*-index0", "v4l/by-id/*", "v4l/by-path/*-index0", "v4l/by-path/*", "video*"} {
		paths, err := filepath.Glob(filepath.Join(root, "dev", pattern))
		if err != nil {
			continue // the root's own name is a bad pattern
		}
		slices.SortFunc(paths, func(a, b string) int { return cmp.Or(cmp.Compare(number(a), number(b)), cmp.Compare(a, b)) })
		all = append(all, paths...)
	}
	return all
}

// number is the N of videoN; 0 for other names.
func number(path string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(path), "video"))
	if err != nil {
		return 0
	}
	return n
}

// askDevice asks a device for its capabilities (VIDIOC_QUERYCAP). That disturbs nobody who
// uses it.
func askDevice(path string) (capability, error) {
	const size = 104
	const queryCapabilities = 2<<30 | size<<16 | 'V'<<8
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return capability{}, err
	}
	defer func() { _ = unix.Close(fd) }()
	var b [size]byte
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), queryCapabilities, uintptr(unsafe.Pointer(&b))); errno != 0 {
		return capability{}, errno
	}
	return parseCapability(b[:]), nil
}

// parseCapability reads a struct v4l2_capability: the driver's name in 16 bytes, the card's
// in 32, the bus in 32, the version, what the device can do, what this file of it can do.
func parseCapability(b []byte) capability {
	name, _, _ := strings.Cut(string(b[16:48]), "\x00")
	c := capability{name: strings.ToValidUTF8(name, "?"), caps: binary.NativeEndian.Uint32(b[84:])}
	if c.caps&capDeviceCaps != 0 {
		c.caps = binary.NativeEndian.Uint32(b[88:])
	}
	return c
}
