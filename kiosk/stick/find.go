package stick

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Port is where sticks are looked for.
type Port struct {
	// Root has the machine's proc and sys; "" is "/". Mount points are taken as they
	// stand.
	Root string
	// Data is a folder whose disk is no stick, whatever it looks like; "": none.
	Data string
	// Udisks does what `udisksctl mount` or `unmount` does with a device like
	// /dev/sdb1; nil: the program of that name.
	Udisks func(ctx context.Context, verb, device string) error
}

// Stick is a mounted stick.
type Stick struct {
	Path       string // of its root folder
	Node       string // "sdb1"
	FileSystem string // "vfat"
	ReadOnly   bool
	number     string // "8:17"
	sys        string // its folder in sysfs, gone when the stick is
	mounted    bool   // by Find
}

// Find gives the first stick that can be written to, or else the first; one that
// is not mounted is mounted. It returns ErrNone or ErrNotMounted.
func (p Port) Find(ctx context.Context) (Stick, error) {
	found, err := p.mounted()
	if err != nil {
		return Stick{}, err
	}
	if len(found) > 0 {
		return found[0], nil
	}
	nodes, err := p.unmounted()
	if err != nil {
		return Stick{}, err
	}
	if len(nodes) == 0 {
		return Stick{}, ErrNone
	}
	var errs []error
	for _, node := range nodes {
		if err := p.udisks(ctx, "mount", "/dev/"+node); err != nil {
			errs = append(errs, err)
			continue
		}
		if found, err = p.mounted(); err != nil {
			return Stick{}, err
		}
		if i := slices.IndexFunc(found, func(s Stick) bool { return s.Node == node }); i >= 0 {
			found[i].mounted = true
			return found[i], nil
		}
	}
	return Stick{}, fmt.Errorf("%w: %w", ErrNotMounted, errors.Join(errs...))
}

// Release unmounts a stick that Find has mounted.
func (p Port) Release(ctx context.Context, s Stick) error {
	if !s.mounted {
		return nil
	}
	return p.udisks(ctx, "unmount", "/dev/"+s.Node)
}

func (p Port) root(name string) string { return filepath.Join(cmp.Or(p.Root, "/"), name) }

// mounted lists the sticks that are mounted, those that can be written to first.
func (p Port) mounted() ([]Stick, error) {
	mounts, err := p.mounts()
	if err != nil {
		return nil, err
	}
	own := p.ownDisks(mounts)
	var found []Stick
	for _, m := range mounts {
		disk, sys := p.disk(m.number)
		seen := slices.ContainsFunc(found, func(s Stick) bool { return s.number == m.number })
		if sys == "" || seen || own[disk] || !m.whole || !p.removable(disk, sys) {
			continue
		}
		found = append(found, Stick{
			Path: m.path, Node: filepath.Base(sys), FileSystem: m.fs, ReadOnly: m.readOnly, number: m.number, sys: sys,
		})
	}
	slices.SortStableFunc(found, func(a, b Stick) int {
		switch {
		case a.ReadOnly == b.ReadOnly:
			return 0
		case a.ReadOnly:
			return 1
		}
		return -1
	})
	return found, nil
}

// mount is a line of mountinfo, see proc_pid_mountinfo(5).
type mount struct {
	number, path, fs string
	readOnly         bool
	whole            bool // the root of its file system, not a folder of it
}

func (p Port) mounts() ([]mount, error) {
	f, err := os.Open(p.root("proc/self/mountinfo"))
	if err != nil {
		return nil, fmt.Errorf("look for a USB stick: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	var all []mount
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		before, after, _ := strings.Cut(lines.Text(), " - ")
		own, kind := strings.Fields(before), strings.Fields(after)
		if len(own) < 6 || len(kind) < 3 {
			continue
		}
		all = append(all, mount{
			number: own[2], path: unescape(own[4]), fs: kind[0], whole: own[3] == "/",
			readOnly: option(own[5], "ro") || option(kind[2], "ro"),
		})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("look for a USB stick: %w", err)
	}
	return all, nil
}

func option(list, name string) bool { return slices.Contains(strings.Split(list, ","), name) }

// unescape turns the octal \040 of mountinfo back into characters.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(v))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// disk gives the name of the disk that a device number belongs to and the
// device's folder in sysfs; "" for what is no disk.
func (p Port) disk(number string) (name, sys string) {
	sys, err := filepath.EvalSymlinks(p.root("sys/dev/block/" + number))
	if err != nil {
		return "", ""
	}
	if _, err := os.Stat(filepath.Join(sys, "partition")); err == nil {
		return filepath.Base(filepath.Dir(sys)), sys
	}
	return filepath.Base(sys), sys
}

// removable reports whether a disk can be taken out: it says so itself, or it
// hangs on USB, as hard disks do that do not.
func (p Port) removable(disk, sys string) bool {
	flag, err := os.ReadFile(p.root("sys/block/" + disk + "/removable"))
	if err == nil && strings.TrimSpace(string(flag)) == "1" {
		return true
	}
	return slices.ContainsFunc(strings.Split(sys, "/"), func(part string) bool {
		rest, usb := strings.CutPrefix(part, "usb")
		_, err := strconv.Atoi(rest)
		return usb && err == nil
	})
}

// ownDisks are those that the machine lives on.
func (p Port) ownDisks(mounts []mount) map[string]bool {
	own := map[string]bool{}
	for _, m := range mounts {
		if m.path == "/" || m.path == "/boot" || strings.HasPrefix(m.path, "/boot/") || m.path == "/usr" {
			if disk, _ := p.disk(m.number); disk != "" {
				own[disk] = true
			}
		}
	}
	var s unix.Stat_t
	if p.Data != "" && unix.Stat(p.Data, &s) == nil {
		if disk, _ := p.disk(numberOf(s.Dev)); disk != "" {
			own[disk] = true
		}
	}
	return own
}

func numberOf(dev uint64) string { return fmt.Sprintf("%d:%d", unix.Major(dev), unix.Minor(dev)) }

// unmounted lists the devices of sticks that are plugged in and not mounted: the
// partitions, or the whole disk where it has none.
func (p Port) unmounted() ([]string, error) {
	mounts, err := p.mounts()
	if err != nil {
		return nil, err
	}
	inUse := p.ownDisks(mounts)
	for _, m := range mounts {
		if _, sys := p.disk(m.number); sys != "" {
			inUse[filepath.Base(sys)] = true
		}
	}
	disks, _ := os.ReadDir(p.root("sys/block")) // without sysfs nothing more can be known
	var nodes []string
	for _, d := range disks {
		sys, err := filepath.EvalSymlinks(p.root("sys/block/" + d.Name()))
		if err != nil || inUse[d.Name()] || !p.removable(d.Name(), sys) || !hasMedium(sys) {
			continue
		}
		parts, err := filepath.Glob(filepath.Join(sys, "*", "partition"))
		if err != nil || len(parts) == 0 {
			nodes = append(nodes, d.Name())
			continue
		}
		for _, part := range parts {
			if node := filepath.Base(filepath.Dir(part)); !inUse[node] {
				nodes = append(nodes, node)
			}
		}
	}
	return nodes, nil
}

// hasMedium: an empty card reader is a removable disk of no size.
func hasMedium(sys string) bool {
	size, err := os.ReadFile(filepath.Join(sys, "size"))
	return err == nil && strings.TrimSpace(string(size)) != "0"
}
