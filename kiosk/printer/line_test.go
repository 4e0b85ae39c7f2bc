package printer

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/creack/pty"
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

// A printer that is switched off while bytes are still under way has not printed
// them.
func TestConnectionBreaks(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	broken := make(chan error, 1)
	go func() {
		c, err := listener.Accept()
		if err == nil {
			_, err = io.ReadFull(c, make([]byte, 1000))
			err = errors.Join(err, c.(*net.TCPConn).SetLinger(0), c.Close())
		}
		broken <- err
	}()
	d := parse(t, "tcp://"+listener.Addr().String())
	if _, err := Once(t.Context(), d, receipt.NewBitmap(576, 900), time.Now, func(error) {}); !errors.Is(err, ErrMissing) {
		t.Errorf("%v", err)
	}
	if err := <-broken; err != nil {
		t.Error(err)
	}
}
