package wedge

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holoplot/go-evdev"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"hexiao/scanner"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeDevice gives out what the test sends until it is closed or fails.
type fakeDevice struct {
	events chan []evdev.InputEvent
	fail   chan error
	closed chan struct{}
}

func newFake() *fakeDevice {
	return &fakeDevice{make(chan []evdev.InputEvent), make(chan error), make(chan struct{})}
}

func (d *fakeDevice) ReadSlice(int) ([]evdev.InputEvent, error) {
	select {
	case e := <-d.events:
		return e, nil
	case err := <-d.fail:
		return nil, err
	case <-d.closed:
		return nil, os.ErrClosed
	}
}

func (d *fakeDevice) Close() error { close(d.closed); return nil }

func TestSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var devices []*fakeDevice
		src := Open("/dev/input/event7", "", time.Now)
		src.open = func(string) (device, error) {
			if len(devices) == 1 {
				devices = append(devices, nil)
				return nil, &os.PathError{Op: "open", Path: "x", Err: unix.ENOENT}
			}
			d := newFake()
			devices = append(devices, d)
			return d, nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		var texts, states []string
		done := make(chan error)
		go func() {
			done <- scanner.Supervise(ctx, src, func(s scanner.Scan) {
				if s.Source != "wedge" || s.Symbology != scanner.Text || s.At.IsZero() {
					t.Errorf("scan %+v", s)
				}
				texts = append(texts, s.Text)
			}, func(h scanner.Health) { states = append(states, string(h.State)) }, time.Now, scanner.NewBackoff())
		}()
		synctest.Wait()
		d := devices[0]
		for _, e := range typed(t, "Order-1") { // an event a read, 10 ms apart
			d.events <- []evdev.InputEvent{e}
			<-time.After(10 * time.Millisecond)
		}
		d.events <- pressed(evdev.KEY_ENTER)
		d.events <- typed(t, "paused")
		<-time.After(time.Second)
		d.events <- typed(t, strings.Repeat("9", scanner.MaxText+1))
		d.events <- pressed(evdev.KEY_TAB)
		d.events <- typed(t, "half")
		d.fail <- &os.PathError{Op: "read", Path: "x", Err: unix.ENODEV}
		<-time.After(10 * time.Second)
		synctest.Wait()
		last := devices[len(devices)-1]
		last.events <- append(typed(t, "again"), pressed(evdev.KEY_ENTER)...)
		synctest.Wait()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"Order-1", "paused", "again"}, texts); diff != "" {
			t.Error(diff)
		}
		if got := strings.Join(states, " "); got != "starting working working missing working ended" {
			t.Errorf("states %s", got)
		}
		for i, d := range devices {
			if d == nil {
				continue
			}
			select {
			case <-d.closed:
			default:
				t.Errorf("device %d stays open", i)
			}
		}
	})
}

// The bytes of struct input_event as the kernel gives them, through a pipe that is closed
// like a pulled device.
func TestReplayedBytes(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	src := Open("/dev/input/event7", "wedge:2", time.Now)
	src.open = func(string) (device, error) { return piped{r}, nil }
	go func() {
		_, _ = w.Write(raw(append(typed(t, "ABC-123/qr.9"), pressed(evdev.KEY_ENTER)...)))
		_, _ = w.Write(raw(typed(t, "half")))
		_ = w.Close()
	}()
	var texts []string
	err = src.Run(t.Context(), func(s scanner.Scan) { texts = append(texts, s.Text) }, func(scanner.Health) {})
	if err == nil {
		t.Error("a device that ended is no error")
	}
	if diff := cmp.Diff([]string{"ABC-123/qr.9"}, texts); diff != "" {
		t.Error(diff)
	}
}

// piped reads events as the library does.
type piped struct{ f *os.File }

func (p piped) ReadSlice(n int) ([]evdev.InputEvent, error) {
	buf := make([]byte, 24*n)
	got, err := p.f.Read(buf)
	if err != nil {
		return nil, err
	}
	return parse(buf[:got]), nil
}

func (p piped) Close() error { return p.f.Close() }

func TestExplain(t *testing.T) {
	for err, want := range map[error]error{
		unix.ENODEV:                    scanner.ErrMissing,
		errors.New(unix.EBUSY.Error()): scanner.ErrBusy, // as the library says it
		errors.New("cannot get driver version: " + unix.ENOTTY.Error()): scanner.ErrFatal,
		errNoKeyboard: scanner.ErrFatal,
		unix.EIO:      unix.EIO,
	} {
		if got := explain("/dev/input/event7", err); !errors.Is(got, want) {
			t.Errorf("%v became %v", err, got)
		}
	}
	if got := explain("/dev/input/event7", unix.EACCES); !strings.Contains(got.Error(), "group input") {
		t.Errorf("got %v", got)
	}
}

func TestDevicesThatAreNone(t *testing.T) {
	for path, want := range map[string]error{"/dev/hexiao-none": scanner.ErrMissing, "/dev/null": scanner.ErrFatal, t.TempDir(): scanner.ErrFatal} {
		err := Open(path, "", time.Now).Run(t.Context(), func(scanner.Scan) {}, func(scanner.Health) {})
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestBurst(t *testing.T) {
	const ms = time.Millisecond
	start := time.Unix(1000, 0)
	for name, c := range map[string]struct {
		text  string
		gap   time.Duration // between keys
		stall time.Duration // once more, after the second key
		enter time.Duration // after the last key
		want  bool
	}{
		"a scanner":        {"ABC123", 10 * ms, 0, 10 * ms, true},
		"all at once":      {"ABC123", 0, 0, 0, true},
		"a slow window":    {"1234567890", 10 * ms, 300 * ms, 10 * ms, true},
		"a person":         {"ABC123456789", 120 * ms, 0, 120 * ms, false},
		"a fast person":    {"123456789012", 60 * ms, 0, 60 * ms, false},
		"a late Enter":     {"ABC123", 10 * ms, 0, 300 * ms, false},
		"hours later":      {"ABC123", 10 * ms, 0, time.Hour, false},
		"too short":        {"ABC12", 10 * ms, 0, 10 * ms, false},
		"nothing":          {"", 0, 0, 10 * ms, false},
		"longest":          {strings.Repeat("x", scanner.MaxText), ms, 0, ms, true},
		"too long":         {strings.Repeat("x", scanner.MaxText+1), ms, 0, ms, false},
		"Chinese":          {"提货码一二三四", ms, 0, ms, true},
		"a clock set back": {"ABC123", -10 * ms, 0, 10 * ms, false},
	} {
		t.Run(name, func(t *testing.T) {
			var b Burst
			at := start
			for _, r := range "slow" { // somebody typed before
				at = at.Add(time.Second)
				b.Rune(r, at)
			}
			at = at.Add(time.Second)
			for i, r := range []rune(c.text) {
				if i == 2 {
					at = at.Add(c.stall)
				}
				if first := b.Rune(r, at); first != (i == 0 || c.gap < 0) {
					t.Errorf("character %d may be the first: %v", i, first)
				}
				at = at.Add(c.gap)
			}
			at = at.Add(c.enter - c.gap)
			text, ok := b.Enter(at)
			if ok != c.want || ok && text != c.text || !ok && text != "" {
				t.Errorf("got %q, %v", text, ok)
			}
			// It begins anew after Enter.
			if text, ok := b.Enter(at); ok {
				t.Errorf("a second Enter gave %q", text)
			}
		})
	}
}

// A scan that comes while somebody types is not told apart from that, and no part of it is a scan.
func TestBurstAmongKeys(t *testing.T) {
	var b Burst
	at := time.Unix(1000, 0)
	for i, r := range "258012345678" {
		at = at.Add(10 * time.Millisecond)
		if i < 4 {
			at = at.Add(300 * time.Millisecond)
		}
		b.Rune(r, at)
	}
	if text, ok := b.Enter(at.Add(10 * time.Millisecond)); ok {
		t.Errorf("got %q", text)
	}
}
