package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// links keeps the stable names of USB devices under /dev, as udev's rules would: none runs in the guest.
//
//	/dev/serial/by-id/usb-MAKER_PRODUCT_SERIAL-ifNN[-portN]
//	/dev/input/by-id/usb-MAKER_PRODUCT_SERIAL[-ifNN]-event-kbd
//	/dev/v4l/by-id/usb-MAKER_PRODUCT_SERIAL-video-indexN
//
// The kernel's announcements (uevents) only say that something has changed; what there is stands in sysfs.
type links struct {
	socket int
	root   string            // of /sys and /dev
	made   map[string]string // link -> device node
}

func newLinks() (*links, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_KOBJECT_UEVENT)
	if err != nil {
		return nil, fmt.Errorf("the kernel's announcements: %w", err)
	}
	err = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: 1})
	if err == nil { // so that the end of the context is seen
		err = unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 200_000})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the kernel's announcements: %w", err), unix.Close(fd))
	}
	return &links{socket: fd, root: "/", made: map[string]string{}}, nil
}

// run keeps the links until ctx ends.
func (l *links) run(ctx context.Context) error {
	defer func() { _ = unix.Close(l.socket) }()
	message := make([]byte, 1<<16)
	for ctx.Err() == nil {
		if err := l.refresh(); err != nil {
			return err
		}
		_, _, err := unix.Recvfrom(l.socket, message, 0)
		if err != nil && !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) && !errors.Is(err, unix.ENOBUFS) {
			return fmt.Errorf("the kernel's announcements: %w", err)
		}
	}
	return nil
}

// refresh makes the links that should be and takes away those that should not.
func (l *links) refresh() error {
	want := map[string]string{}
	for class, place := range map[string]string{"tty": "dev/serial/by-id", "input": "dev/input/by-id", "video4linux": "dev/v4l/by-id"} {
		entries, err := filepath.Glob(filepath.Join(l.root, "sys/class", class, "*/device"))
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if link, node := l.linkOf(class, entry); link != "" {
				want[filepath.Join(l.root, place, link)] = node
			}
		}
	}
	for link, node := range l.made {
		if want[link] != node {
			if err := os.Remove(link); err != nil {
				return err
			}
			delete(l.made, link)
		}
	}
	for link, node := range want {
		if l.made[link] == node {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(node, link); err != nil {
			return err
		}
		l.made[link] = node
	}
	return nil
}

// linkOf gives the name of a device in sysfs and its node; empty if it is not on USB, has no node, or is leaving.
func (l *links) linkOf(class, entry string) (link, node string) {
	name := filepath.Base(filepath.Dir(entry))
	node = filepath.Join(l.root, "dev", name)
	if class == "input" {
		node = filepath.Join(l.root, "dev/input", name)
	}
	if _, err := os.Stat(node); err != nil || class == "input" && !strings.HasPrefix(name, "event") {
		return "", ""
	}
	at, err := filepath.EvalSymlinks(entry)
	if err != nil {
		return "", ""
	}
	port, numbered := attribute(at, "port_number") // usb-serial's devices stand one below their interface
	number := ""
	for ; len(at) > 1; at = filepath.Dir(at) {
		if n, ok := attribute(at, "bInterfaceNumber"); ok && number == "" {
			number = n
		}
		if _, ok := attribute(at, "idVendor"); ok {
			break
		}
	}
	maker, _ := attribute(at, "manufacturer")
	product, _ := attribute(at, "product")
	serial, _ := attribute(at, "serial")
	if product == "" {
		return "", ""
	}
	id := "usb-" + plain(strings.Trim(strings.Join([]string{maker, product, serial}, "_"), "_"))
	switch class {
	case "tty":
		id += "-if" + number
		if numbered {
			id += "-port" + port
		}
	case "input":
		if number != "00" {
			id += "-if" + number
		}
		id += "-event-kbd"
	case "video4linux":
		index, _ := attribute(filepath.Dir(entry), "index")
		id += "-video-index" + index
	}
	return id, node
}

func attribute(folder, name string) (string, bool) {
	b, err := os.ReadFile(filepath.Join(folder, name))
	return strings.TrimSpace(string(b)), err == nil
}

// plain replaces what udev does not leave in a name.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("#+-.:=@_", r) {
			return r
		}
		return '_'
	}, s)
}
