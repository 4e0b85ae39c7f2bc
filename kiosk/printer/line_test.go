package printer

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"hexiao/kiosk/printer/printertest"
	"hexiao/kiosk/receipt"
)

func parse(t *testing.T, setting string) Device {
	t.Helper()
	d, err := Parse(setting)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A slip with everything, as the counter prints it.
func slip(t *testing.T, paper receipt.Paper) *receipt.Bitmap {
	t.Helper()
	setter, err := receipt.NewTypesetter()
	if err != nil {
		t.Fatal(err)
	}
	say, err := receipt.Words("zh")
	if err != nil {
		t.Fatal(err)
	}
	b, err := setter.Raster(receipt.SampleSlip(paper, time.Unix(0, 0).UTC(), say))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Dot for dot the same on every kind of line, and on both papers.
func TestLines(t *testing.T) {
	for name, line := range map[string]func(*testing.T, *printertest.Printer) string{
		"usb":    func(t *testing.T, p *printertest.Printer) string { return p.PTY(t) },
		"serial": func(t *testing.T, p *printertest.Printer) string { return "serial:" + p.PTY(t) + "@115200" },
		"tcp":    func(t *testing.T, p *printertest.Printer) string { return p.TCP(t) },
	} {
		for _, mute := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel() // most of it is waiting for answers
				device := printertest.New()
				device.Mute = mute
				d := parse(t, line(t, device))
				if talks, err := Look(t.Context(), d, time.Now); talks == mute || err != nil {
					t.Errorf("%v, %v", talks, err)
				}
				for _, paper := range []receipt.Paper{receipt.Paper58, receipt.Paper80} {
					want := slip(t, paper)
					confirmed, err := Once(t.Context(), d, want, time.Now, func(err error) {
						if err != nil {
							t.Error(err)
						}
					})
					if err != nil || confirmed == mute {
						t.Fatalf("%v, %v", confirmed, err)
					}
					same(t, want, <-device.Slips)
				}
				if err := device.Unknown(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "slips")
	d := parse(t, "file:"+path)
	if talks, err := Look(t.Context(), d, time.Now); talks || err != nil {
		t.Errorf("%v, %v", talks, err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("a look made the file")
	}
	want := []*receipt.Bitmap{slip(t, receipt.Paper80), slip(t, receipt.Paper58)}
	for _, b := range want {
		if confirmed, err := Once(t.Context(), d, b, time.Now, nil); confirmed || err != nil {
			t.Fatalf("%v, %v", confirmed, err)
		}
	}
	stream, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := printertest.Read(stream)
	if err != nil || len(got) != 2 {
		t.Fatalf("%d slips, %v", len(got), err)
	}
	for i := range got {
		same(t, want[i], got[i])
	}
	// What fails in the middle leaves nothing behind.
	l, err := d.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	l.abort()
	if after, err := os.ReadFile(path); err != nil || len(after) != len(stream) {
		t.Errorf("%d bytes, %v", len(after), err)
	}
	for setting, want := range map[string]error{
		"file:" + filepath.Join(t.TempDir(), "no", "slips"): ErrMissing,
		"file:" + t.TempDir():                               ErrBroken,
	} {
		if _, err := Once(t.Context(), parse(t, setting), dot(), time.Now, nil); !errors.Is(err, want) {
			t.Errorf("%s: %v", setting, err)
		}
	}
	if _, err := Look(t.Context(), parse(t, "file:/no/such/slips"), time.Now); !errors.Is(err, ErrMissing) {
		t.Error(err)
	}
}

func dot() *receipt.Bitmap { return receipt.NewBitmap(8, 1) }

// A printer that stops reading holds up nobody; what comes after it is whole.
func TestLineThatIsNotRead(t *testing.T) {
	for name, line := range map[string]func(*testing.T, *printertest.Printer) string{
		"usb":    func(t *testing.T, p *printertest.Printer) string { return p.PTY(t) },
		"serial": func(t *testing.T, p *printertest.Printer) string { return "serial:" + p.PTY(t) },
		"tcp":    func(t *testing.T, p *printertest.Printer) string { return p.TCP(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it is waiting
			device := printertest.New()
			device.Mute = true
			d := parse(t, line(t, device))
			device.Hold(true)
			results := make(chan Result, 10)
			height := 400
			if name == "tcp" {
				height = 110000 // more than the kernel holds for both sides
			}
			p := New(Options{
				Device: d, Now: time.Now, Limit: 200 * time.Millisecond, Ended: func(r Result) { results <- r },
				Raster: func(s receipt.Slip) (*receipt.Bitmap, error) { return receipt.NewBitmap(int(s.Paper), height), nil },
			})
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- p.Run(ctx) }()
			if err := p.Print(Job{ID: "stuck", Slip: receipt.Slip{Paper: receipt.Paper80}}); err != nil {
				t.Fatal(err)
			}
			if r := <-results; !errors.Is(r.Err, ErrBusy) {
				t.Errorf("%+v", r)
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

// The end of the context ends a write that stands, and a question.
func TestContextEndsAWrite(t *testing.T) {
	device := printertest.New()
	d := parse(t, "serial:"+device.PTY(t))
	device.Hold(true)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := Once(ctx, d, receipt.NewBitmap(384, 4000), time.Now, func(error) {}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if _, err := Look(ctx, d, time.Now); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

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

// A line that is set up is raw, has the speed that was asked for, and XON/XOFF.
func TestSerialIsSetUp(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = master.Close(), slave.Close() }()
	l, err := parse(t, "serial:"+slave.Name()+"@19200").open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer l.abort()
	got, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	if got.Cflag&unix.CBAUD != unix.B19200 || got.Cflag&(unix.CSIZE|unix.PARENB|unix.CSTOPB) != unix.CS8 || got.Iflag != unix.IXON || got.Oflag != 0 || got.Lflag != 0 {
		t.Errorf("%+v", got)
	}
}
