package printer

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"hexiao/kiosk/printer/printertest"
)

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refusing := "tcp://" + listener.Addr().String()
	_ = listener.Close()
	taken := printertest.New().PTY(t)
	holder, err := parse(t, taken).open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer holder.abort()
	for setting, want := range map[string]error{
		filepath.Join(dir, "lp0"): ErrMissing,
		plain:                     ErrDevice,
		"/dev/null":               ErrDevice,
		"serial:/dev/null":        ErrDevice,
		"serial:" + plain:         ErrDevice,
		"file:" + fifo:            ErrMissing, // nobody reads it
		"file:/dev/null":          ErrDevice,
		taken:                     ErrBusy,
		"serial:" + taken:         ErrBusy,
		refusing:                  ErrBusy,
		"tcp://no.invalid":        ErrMissing,
	} {
		l, err := parse(t, setting).open(t.Context())
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", setting, err, want)
		}
		if err == nil {
			l.abort()
		}
	}
	if _, err := (Device{}).open(t.Context()); !errors.Is(err, ErrDevice) {
		t.Errorf("no device: %v", err)
	}
}

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		group string
		err   error
		want  State
	}{
		{usbGroup, unix.ENOSPC, PaperOut}, {"", unix.ENOSPC, Broken}, {usbGroup, unix.EIO, Missing}, {usbGroup, unix.ENODEV, Missing},
		{usbGroup, unix.EBUSY, Busy}, {usbGroup, unix.EACCES, Broken}, {"", unix.EPERM, Broken}, {"", unix.ECONNRESET, Missing},
		{"", unix.ETIMEDOUT, Missing}, {"", unix.EHOSTUNREACH, Missing}, {"", errors.New("odd"), Broken},
	} {
		err := explain("/dev/usb/lp0", c.group, &os.PathError{Op: "write", Err: c.err})
		if StateOf(err) != c.want {
			t.Errorf("%v in %q: %v", c.err, c.group, err)
		}
	}
	if StateOf(nil) != Ready || StateOf(ErrCoverOpen) != CoverOpen || StateOf(ErrDevice) != Broken {
		t.Error("a state is wrong")
	}
}

func TestParse(t *testing.T) {
	for setting, want := range map[string]Device{
		"auto":                        {kind: usb, path: "auto"},
		"04B8:0202":                   {kind: usb, path: "04b8:0202"},
		"/dev/usb/LP0":                {kind: usb, path: "/dev/usb/LP0"},
		"serial:/dev/ttyUSB0":         {kind: serialLine, path: "/dev/ttyUSB0", speed: unix.B9600},
		"serial:/dev/tty@home@115200": {kind: serialLine, path: "/dev/tty@home", speed: unix.B115200},
		"serial:/dev/ttyS0@19200":     {kind: serialLine, path: "/dev/ttyS0", speed: unix.B19200},
		"serial:/dev/ttyS0@38400":     {kind: serialLine, path: "/dev/ttyS0", speed: unix.B38400},
		"serial:/dev/ttyS0@57600":     {kind: serialLine, path: "/dev/ttyS0", speed: unix.B57600},
		"tcp://192.0.2.7":             {kind: network, path: "192.0.2.7:9100"},
		"tcp://printer.example:9101":  {kind: network, path: "printer.example:9101"},
		"tcp://[2001:db8::1]":         {kind: network, path: "[2001:db8::1]:9100"},
		"file:slips":                  {kind: file, path: "slips"},
	} {
		got := parse(t, setting)
		want.setting, want.root = setting, "/"
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Device{})); diff != "" {
			t.Errorf("%s: %s", setting, diff)
		}
		if got.String() != setting {
			t.Errorf("%s is %s", setting, got)
		}
	}
	for _, setting := range []string{"", "lp0", "serial:", "serial:ttyS0", "serial:/dev/ttyS0@", "serial:/dev/ttyS0@300", "file:", "tcp:", "tcp://",
		"tcp://:9100", "tcp://h/path", "tcp://u@h", "tcp://h?q", "tcp://h:port", "4b8:0202", "04b8:02020", "Auto", "usb"} {
		if d, err := Parse(setting); !errors.Is(err, ErrDevice) || d != (Device{}) {
			t.Errorf("%q: %+v, %v", setting, d, err)
		}
	}
}

// machine is a folder that looks like / to Find.
type machine struct {
	t    *testing.T
	root string
}

// plug plugs a USB printer in whose file leads to target.
func (m machine) plug(node, socket, vendor, product, maker, name, target string) {
	m.t.Helper()
	folder := filepath.Join(m.root, "sys/devices/usb1", socket)
	face := filepath.Join(folder, socket+":1.0")
	link := func(path, to string) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			m.t.Fatal(err)
		}
		if err := os.Symlink(to, path); err != nil {
			m.t.Fatal(err)
		}
	}
	if err := os.MkdirAll(face, 0o755); err != nil {
		m.t.Fatal(err)
	}
	for file, text := range map[string]string{"idVendor": vendor, "idProduct": product, "manufacturer": maker, "product": name} {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text+"\n"), 0o600); err != nil {
			m.t.Fatal(err)
		}
	}
	link(filepath.Join(m.root, "sys/class/usbmisc", node, "device"), face)
	link(filepath.Join(m.root, "dev/usb", node), target)
}

func TestFind(t *testing.T) {
	m := machine{t, t.TempDir()}
	auto := Device{setting: "auto", kind: usb, path: Auto, root: m.root}
	if _, err := auto.open(t.Context()); !errors.Is(err, ErrMissing) {
		t.Errorf("nothing is plugged in: %v", err)
	}
	one, two := printertest.New(), printertest.New()
	m.plug("lp0", "1-1", "04B8", "0202", "EPSON", "TM-T88V", filepath.Join(m.root, "gone"))
	m.plug("lp1", "1-2", "0416", "5011", "", "POS58", one.PTY(t))
	m.plug("lp2", "1-3", "04b8", "0202", "EPSON", "TM-T88V", two.PTY(t))
	if err := os.Remove(filepath.Join(m.root, "sys/class/usbmisc/lp2/device")); err != nil {
		t.Fatal(err)
	}
	lp := func(n string) string { return filepath.Join(m.root, "dev/usb/lp"+n) }
	want := []Found{{lp("0"), "04b8:0202", "EPSON TM-T88V"}, {lp("1"), "0416:5011", "POS58"}, {Path: lp("2")}}
	if diff := cmp.Diff(want, Find(m.root)); diff != "" {
		t.Error(diff)
	}
	for setting, want := range map[string]string{"auto": lp("1"), "0416:5011": lp("1")} {
		d := parse(t, setting)
		d.root = m.root
		l, err := d.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if l.name != want {
			t.Errorf("%s is %s", setting, l.name)
		}
		l.abort()
	}
	for _, setting := range []string{"04b8:0202", "dead:beef"} {
		d := parse(t, setting)
		d.root = m.root
		if _, err := d.open(t.Context()); !errors.Is(err, ErrMissing) {
			t.Errorf("%s: %v", setting, err)
		}
	}
	if got := Find("[" + m.root); got != nil {
		t.Errorf("%v", got)
	}
}
