package stick_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hexiao/kiosk/stick"
)

// machine is a made-up proc and sys.
type machine struct {
	t    *testing.T
	root string
}

func newMachine(t *testing.T) machine {
	t.Helper()
	m := machine{t: t, root: t.TempDir()}
	m.put("proc/self/mountinfo", "")
	for _, dir := range []string{"sys/block", "sys/dev/block"} {
		if err := os.MkdirAll(filepath.Join(m.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func (m machine) put(name, text string) {
	m.t.Helper()
	path := filepath.Join(m.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

func (m machine) link(to, name string) {
	m.t.Helper()
	if err := os.Symlink(filepath.Join(m.root, to), filepath.Join(m.root, name)); err != nil {
		m.t.Fatal(err)
	}
}

// disk plugs in a disk with a partition of that number.
func (m machine) disk(bus, name, number string, removable bool) string {
	m.t.Helper()
	sys := "sys/devices/" + bus + "/block/" + name
	flag := "0\n"
	if removable {
		flag = "1\n"
	}
	m.put(sys+"/removable", flag)
	m.put(sys+"/size", "1024\n")
	m.put(sys+"/"+name+"1/partition", "1\n")
	m.link(sys, "sys/block/"+name)
	if number != "" {
		m.link(sys+"/"+name+"1", "sys/dev/block/"+number)
	}
	return filepath.Join(m.root, sys)
}

func (m machine) mount(lines ...string) {
	m.t.Helper()
	m.put("proc/self/mountinfo", strings.Join(lines, "\n")+"\n")
}

// line is a line of mountinfo.
func line(number, path, options string) string {
	return "36 25 " + number + " / " + path + " " + options + " shared:1 - vfat /dev/x rw"
}

// deviceOf is the number of the file system that a folder lies on.
func deviceOf(t *testing.T, path string) string {
	t.Helper()
	var s unix.Stat_t
	if err := unix.Stat(path, &s); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d:%d", unix.Major(s.Dev), unix.Minor(s.Dev))
}

func (m machine) port() stick.Port {
	return stick.Port{Root: m.root, Udisks: func(context.Context, string, string) error { return errors.New("there is no udisks") }}
}

func TestFind(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(machine)
		want string
		err  error
	}{
		"nothing": {set: func(machine) {}, err: stick.ErrNone},
		"a removable disk": {set: func(m machine) {
			m.disk("pci0", "sda", "8:1", false)
			m.disk("pci0/usb1", "sdb", "8:17", true)
			m.mount(line("8:1", "/", "rw"), line("0:5", "/dev", "rw"), line("8:17", `/media/MY\040STICK`, "rw"))
		}, want: "/media/MY STICK"},
		"a hard disk on USB": {set: func(m machine) {
			m.disk("pci0/usb2", "sdb", "8:17", false)
			m.mount(line("8:17", "/media/disk", "rw"))
		}, want: "/media/disk"},
		"the second can be written to": {set: func(m machine) {
			m.disk("usb1", "sdb", "8:17", true)
			m.disk("usb2", "sdc", "8:33", true)
			m.mount(line("8:17", "/media/a", "ro,nosuid"), line("8:33", "/media/b", "rw"), line("8:33", "/media/again", "rw"))
		}, want: "/media/b"},
		"an inner disk": {set: func(m machine) {
			m.disk("pci0", "sda", "8:1", false)
			m.mount(line("8:1", "/data", "rw"))
		}, err: stick.ErrNone},
		"the stick that the machine booted from": {set: func(m machine) {
			m.disk("usb1", "sdb", "8:17", true)
			m.mount(line("8:17", "/", "rw"), line("8:17", "/media/x", "rw"))
		}, err: stick.ErrNone},
		"a folder of a stick": {set: func(m machine) {
			m.disk("usb1", "sdb", "8:17", true)
			m.mount("36 25 8:17 /sub /media/x rw - vfat /dev/x rw", line("8:17", "/boot/efi", "rw"))
		}, err: stick.ErrNone},
		"not mounted": {set: func(m machine) { m.disk("usb1", "sdb", "", true) }, err: stick.ErrNotMounted},
		"an empty card reader": {set: func(m machine) {
			m.put(m.sys(m.disk("usb1", "sdb", "", true))+"/size", "0\n")
		}, err: stick.ErrNone},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			c.set(m)
			got, err := m.port().Find(t.Context())
			if !errors.Is(err, c.err) || got.Path != c.want {
				t.Errorf("found %q, %v; want %q, %v", got.Path, err, c.want, c.err)
			}
		})
	}
}

// sys is a path below the root, as put takes it.
func (m machine) sys(path string) string {
	rel, err := filepath.Rel(m.root, path)
	if err != nil {
		m.t.Fatal(err)
	}
	return rel
}

func TestTheDataFoldersDiskIsNoStick(t *testing.T) {
	m := newMachine(t)
	data := t.TempDir()
	m.disk("usb1", "sdb", deviceOf(t, data), true)
	m.mount(line(deviceOf(t, data), "/media/x", "rw"))
	p := m.port()
	if _, err := p.Find(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.Data = data
	if s, err := p.Find(t.Context()); !errors.Is(err, stick.ErrNone) {
		t.Errorf("found %+v, %v", s, err)
	}
}

func TestAStickIsMountedAndReleased(t *testing.T) {
	m := newMachine(t)
	m.disk("usb1", "sdb", "8:17", true)
	var asked []string
	p := m.port()
	p.Udisks = func(_ context.Context, verb, device string) error {
		asked = append(asked, verb+" "+device)
		m.mount(line("8:17", "/media/x", "rw"))
		return nil
	}
	s, err := p.Find(t.Context())
	if err != nil || s.Path != "/media/x" || s.Node != "sdb1" || s.FileSystem != "vfat" {
		t.Fatalf("%+v, %v", s, err)
	}
	if err := p.Release(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(asked, ", "); got != "mount /dev/sdb1, unmount /dev/sdb1" {
		t.Errorf("asked to %s", got)
	}
	again, err := p.Find(t.Context()) // mounted by somebody else
	if err != nil || p.Release(t.Context(), again) != nil || len(asked) != 2 {
		t.Errorf("%v; asked to %v", err, asked)
	}
}

// plugged is a stick in a folder of the test.
func plugged(t *testing.T, options string) (m machine, path, sys string) {
	t.Helper()
	m, path = newMachine(t), t.TempDir()
	sys = m.disk("usb1", "sdb", deviceOf(t, path), true)
	m.mount(line(deviceOf(t, path), path, options))
	return m, path, sys
}

func open(t *testing.T, m machine) *stick.Folder {
	t.Helper()
	s, err := m.port().Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func says(text string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
}

func names(t *testing.T, path string) string {
	t.Helper()
	all, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range all {
		list = append(list, e.Name())
	}
	return strings.Join(list, " ")
}

func TestWrite(t *testing.T) {
	m, path, _ := plugged(t, "rw")
	f := open(t, m)
	for _, want := range []string{"day-2026.csv", "day-2026-2.csv", "day-2026-3.csv"} {
		name, err := f.Write(t.Context(), "day:2026.csv", 10, says(want))
		if err != nil || name != want {
			t.Errorf("wrote %q, %v; want %q", name, err, want)
		}
		if got, err := os.ReadFile(filepath.Join(path, want)); err != nil || string(got) != want {
			t.Errorf("%s has %q, %v", want, got, err)
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if got := names(t, path); got != "day-2026-2.csv day-2026-3.csv day-2026.csv" {
		t.Errorf("left on the stick: %s", got)
	}
}

// Whatever happens on the way, there is no file of the final name.
func TestAWriteThatFailsLeavesNothing(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		size    int64
		content func(sys string, cancel func()) func(io.Writer) error
		want    error
	}{
		"content fails": {content: func(string, func()) func(io.Writer) error {
			return func(w io.Writer) error { return errors.Join(says("half")(w), broken) }
		}, want: broken},
		"no room": {size: 1 << 60, content: func(string, func()) func(io.Writer) error { return says("never") }, want: stick.ErrNoRoom},
		"full on the way": {content: func(string, func()) func(io.Writer) error {
			return func(io.Writer) error { return unix.ENOSPC }
		}, want: stick.ErrNoRoom},
		"write-protected on the way": {content: func(string, func()) func(io.Writer) error {
			return func(io.Writer) error { return unix.EROFS }
		}, want: stick.ErrReadOnly},
		"pulled out": {content: func(sys string, _ func()) func(io.Writer) error {
			return func(io.Writer) error { return errors.Join(os.RemoveAll(sys), unix.EIO) }
		}, want: stick.ErrGone},
		"stopped": {content: func(_ string, cancel func()) func(io.Writer) error {
			return func(w io.Writer) error { cancel(); return says(strings.Repeat("x", 1<<20))(w) }
		}, want: context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			m, path, sys := plugged(t, "rw")
			f := open(t, m)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if _, err := f.Write(ctx, "day.csv", c.size, c.content(sys, cancel)); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if got := names(t, path); got != "" {
				t.Errorf("left on the stick: %s", got)
			}
		})
	}
}

func TestAStickThatMustNotBeWrittenTo(t *testing.T) {
	m, _, _ := plugged(t, "ro,nosuid")
	if _, err := open(t, m).Write(t.Context(), "a.csv", 1, says("a")); !errors.Is(err, stick.ErrReadOnly) {
		t.Errorf("got %v", err)
	}
}

// A stick that was unmounted leaves a folder of the machine's own disk.
func TestAnotherFileSystemIsNotOpened(t *testing.T) {
	m, path, sys := plugged(t, "rw")
	m.link("sys/devices/usb1/block/sdb/sdb1", "sys/dev/block/8:99")
	m.mount(line("8:99", path, "rw"))
	s, err := m.port().Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(); !errors.Is(err, stick.ErrGone) {
		t.Errorf("got %v", err)
	}
	if err := os.RemoveAll(sys); err != nil {
		t.Fatal(err)
	}
	s.Path = filepath.Join(path, "gone")
	if _, err := s.Open(); !errors.Is(err, stick.ErrGone) {
		t.Errorf("a stick that is gone: %v", err)
	}
}

func TestListAndRead(t *testing.T) {
	m, path, _ := plugged(t, "rw")
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for i, name := range []string{"old.csv", "new.csv", ".hidden.csv", "~$new.csv", "picture.png"} {
		if err := os.WriteFile(filepath.Join(path, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		when := at.Add(time.Duration(i) * time.Hour)
		if err := os.Chtimes(filepath.Join(path, name), when, when); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(path, "folder.csv"), 0o755); err != nil {
		t.Fatal(err)
	}
	f := open(t, m)
	got, err := f.List(func(name string) bool { return strings.HasSuffix(name, ".csv") })
	if err != nil || len(got) != 2 || got[0].Name != "new.csv" || got[0].Size != 7 || got[1].Name != "old.csv" {
		t.Fatalf("%+v, %v", got, err)
	}
	r, err := f.Read("new.csv")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil || string(text) != "new.csv" || r.Close() != nil {
		t.Errorf("read %q, %v", text, err)
	}
	for _, name := range []string{"../escape.csv", "none.csv"} {
		if _, err := f.Read(name); err == nil {
			t.Errorf("%s can be read", name)
		}
	}
	if free, err := f.Free(); err != nil || free == 0 {
		t.Errorf("%d bytes are free, %v", free, err)
	}
}

func TestSafeName(t *testing.T) {
	for name, want := range map[string]string{
		"hexiao-P001-2026-11-23.csv": "hexiao-P001-2026-11-23.csv",
		"a<b>c:d\"e/f\\g|h?i*j.csv":  "a-b-c-d-e-f-g-h-i-j.csv",
		"day. .csv":                  "day.csv",
		"../../etc":                  "-.-etc",
		"CON.csv":                    "_CON.csv",
		"lpt1.txt":                   "_lpt1.txt",
		"COMPANY.txt":                "COMPANY.txt",
		"LPT10.txt":                  "LPT10.txt",
		".":                          "_",
		"日报\x00\x1f.csv":             "日报--.csv",
		strings.Repeat("日", 90):      strings.Repeat("日", 40),
	} {
		if got := stick.SafeName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}
