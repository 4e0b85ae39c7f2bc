package serial

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"hexiao/scanner"
	"hexiao/scanner/scannertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// running is a supervised source whose scans and states the test waits for.
type running struct {
	t      *testing.T
	scans  chan scanner.Scan
	health chan scanner.Health
	stop   func()
}

func start(t *testing.T, path string) *running {
	t.Helper()
	src, err := Open(path, "", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{t: t, scans: make(chan scanner.Scan, 100), health: make(chan scanner.Health, 100)}
	done := make(chan error, 1)
	go func() {
		done <- scanner.Supervise(ctx, src, func(s scanner.Scan) { r.scans <- s }, func(h scanner.Health) { r.health <- h }, time.Now, scanner.NewBackoff())
	}()
	r.stop = func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	return r
}

// until waits for a state.
func (r *running) until(want scanner.State) scanner.Health {
	r.t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case h := <-r.health:
			if h.State == want {
				return h
			}
		case <-late:
			r.t.Fatalf("never %s", want)
		}
	}
}

// next waits for something.
func next[T any](t *testing.T, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing comes")
	}
	return v
}

// wants waits for texts in this order.
func (r *running) wants(texts ...string) {
	r.t.Helper()
	for _, want := range texts {
		select {
		case s := <-r.scans:
			if s.Text != want || s.Source != "serial" || s.At.Location() != time.UTC || (s.Refused != "") != (want == "") {
				r.t.Fatalf("got %+v, want %q", s, want)
			}
		case <-time.After(20 * time.Second):
			r.t.Fatalf("no %q", want)
		}
	}
}

func TestSerial(t *testing.T) {
	port := scannertest.NewPort(t)
	r := start(t, port.Path+"@115200")
	defer r.stop()
	if h := r.until(scanner.Working); !strings.Contains(h.Detail, "115200") {
		t.Errorf("report %q", h.Detail)
	}
	port.Send("ONE\r\nTWO\rTHR")
	r.wants("ONE", "TWO")
	port.Send("EE\n")
	r.wants("THREE")
	port.Send("by a pause")
	r.wants("by a pause")
	port.Send("AB\x1dCD\r@SETUPE1\r") // refused, and answered
	r.wants("", "")
	port.Send(strings.Repeat("garbage!", 800) + "\r]Q1GOOD\r")
	r.wants("GOOD")
	if h := r.until(scanner.Working); !strings.Contains(h.Detail, "dropped") || strings.Contains(h.Detail, "garbage") {
		t.Errorf("report %q", h.Detail)
	}
}

// Every way in which scanners end their texts, however the bytes come.
func TestEnds(t *testing.T) {
	port := scannertest.NewPort(t)
	r := start(t, port.Path+"@9600")
	defer r.stop()
	r.until(scanner.Working)
	for _, end := range []string{"\r", "\n", "\r\n", "\x03", "\x03\r\n"} {
		for _, begin := range []string{"", "\x02", "\x00\xff\x02"} {
			port.Send(begin + "12345678" + end)
			r.wants("12345678")
			for _, b := range []byte(begin + "]C1ABC-1" + end) { // a write a byte; the end may be apart from its CR
				port.Send(string([]byte{b}))
			}
			r.wants("ABC-1")
			port.Send(begin + "FIRST" + end + begin + "SECOND" + end)
			r.wants("FIRST", "SECOND")
		}
	}
	port.Send("LAST\r")
	r.wants("LAST") // and no empty text before it
}

// A scanner that repeats its code ten times a second is one showing of it.
func TestRepeatedCode(t *testing.T) {
	port := scannertest.NewPort(t)
	src, err := Open(port.Path, "", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	scans, done := make(chan scanner.Scan, 100), make(chan error, 1)
	go func() {
		done <- scanner.Merge{Sources: []scanner.Source{src}, Now: time.Now}.Run(ctx, func(s scanner.Scan) { scans <- s }, nil)
	}()
	for range 50 {
		port.Send("12345678\r\n")
	}
	port.Send("END\r\n")
	if first, last := next(t, scans), next(t, scans); first.Text != "12345678" || last.Text != "END" {
		t.Errorf("got %+v, then %+v", first, last)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Random bytes come to nothing but refusals and shreds, use no memory, and the next good scan
// works. HEXIAO_NOISE_MB sets how many megabytes.
func TestNoise(t *testing.T) {
	const chunk = 1 << 20
	megabytes := 32
	if s := os.Getenv("HEXIAO_NOISE_MB"); s != "" {
		var err error
		if megabytes, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	var f Framer
	random := rand.NewChaCha8([32]byte{1})
	noise := make([]byte, chunk)
	longest, refused, given := 0, 0, 0
	give := func(text string) {
		switch s := scanner.FromDevice(text, "serial", time.Time{}); {
		case s.Refused != "":
			refused++
		default:
			given++
			longest = max(longest, len(s.Text))
		}
	}
	for range megabytes {
		if _, err := random.Read(noise); err != nil {
			t.Fatal(err)
		}
		f.Write(noise, give)
	}
	t.Logf("%d MB of noise: %d texts refused, %d passed, the longest of %d bytes", megabytes, refused, given, longest)
	if refused < 1000*megabytes || given > 20*megabytes || longest > 20 || cap(f.text) > 2*scanner.MaxText {
		t.Errorf("%d refused, %d passed, the longest of %d bytes, %d bytes kept", refused, given, longest, cap(f.text))
	}
	var got []string
	f.Pause(give)
	f.Write([]byte("12345678\r"), func(s string) { got = append(got, s) })
	if len(got) != 1 || got[0] != "12345678" {
		t.Errorf("after the noise %q", got)
	}
}

// A megabyte of noise through a port, then a good scan.
func TestNoiseOnThePort(t *testing.T) {
	port := scannertest.NewPort(t)
	r := start(t, port.Path)
	defer r.stop()
	r.until(scanner.Working)
	drained := make(chan string, 1)
	go func() {
		for s := range r.scans {
			if s.Text == "12345678" {
				drained <- s.Text
				return
			}
		}
	}()
	noise := make([]byte, 1<<20)
	if _, err := rand.NewChaCha8([32]byte{2}).Read(noise); err != nil {
		t.Fatal(err)
	}
	port.Send(string(noise) + "\x0212345678\r\n")
	next(t, drained)
}

func TestSpeeds(t *testing.T) {
	for baud, want := range map[string]uint32{
		"@9600": unix.B9600, "@19200": unix.B19200, "@38400": unix.B38400, "@57600": unix.B57600, "@115200": unix.B115200, "@1200": unix.B1200, "": unix.B9600,
	} {
		t.Run("speed"+baud, func(t *testing.T) {
			t.Parallel()
			port := scannertest.NewPort(t)
			r := start(t, port.Path+baud)
			defer r.stop()
			r.until(scanner.Working)
			if got := port.Speed(); got != want || !port.Is8N1() || !port.MarksMisread() {
				t.Errorf("speed %o, want %o; 8N1 %v", got, want, port.Is8N1())
			}
			port.SendMisread(strings.Repeat("\xff\x00x", 5) + "\r")
			r.wants("")
			port.Send("12345678") // and a pause, at which another speed would be tried
			r.wants("12345678")
			if got := port.Speed(); baud != "" && got != want {
				t.Errorf("a speed that was set was left for %o", got)
			}
		})
	}
}

// Bytes without their stop bit are a wrong speed: the other is tried until a text has come.
func TestSpeedIsFound(t *testing.T) {
	port := scannertest.NewPort(t)
	r := start(t, port.Path)
	defer r.stop()
	if h := r.until(scanner.Working); !strings.Contains(h.Detail, " 9600 ") {
		t.Errorf("report %q", h.Detail)
	}
	if got := port.Speed(); got != unix.B9600 {
		t.Errorf("opened at speed %o", got)
	}
	garble := func() { port.SendMisread(strings.Repeat("\xff\x00x", 5)) }
	for _, want := range []string{"115200", "9600", "115200"} {
		garble()
		if h := r.until(scanner.Working); !strings.Contains(h.Detail, want) {
			t.Errorf("report %q, want %s", h.Detail, want)
		}
		r.wants("") // nobody knows what it was
	}
	if !port.MarksMisread() {
		t.Error("misread bytes pass as they were read")
	}
	if got := port.Speed(); got != unix.B115200 {
		t.Errorf("at speed %o", got)
	}
	port.Send("12345678\r")
	r.wants("12345678")
	garble()
	r.wants("")
	port.Send("12345678\r")
	r.wants("12345678")
	if got := port.Speed(); got != unix.B115200 {
		t.Errorf("a speed that has proved right was left for %o", got)
	}
}

// A pulled plug cuts a scan: its first half must not come out, and the next scan after
// plugging in must.
func TestUnplugged(t *testing.T) {
	t.Parallel()
	for name, pull := range map[string]func(*scannertest.Port){
		"path gone":  (*scannertest.Port).Unplug,
		"path stays": (*scannertest.Port).Cut,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port := scannertest.NewPort(t)
			r := start(t, port.Path)
			defer r.stop()
			r.until(scanner.Working)
			for range 3 {
				port.Send("WHOLE\rHALF")
				r.wants("WHOLE")
				pull(port)
				r.until(scanner.Missing)
				_ = os.Remove(port.Path)
				port.Plug()
				port.Send("AGAIN\r")
				r.wants("AGAIN")
			}
			port.Send("LAST\r")
			r.wants("LAST")
		})
	}
}

// Another device behind the same name is noticed although the old one is still there.
func TestReplaced(t *testing.T) {
	port := scannertest.NewPort(t)
	old := *port
	r := start(t, port.Path)
	defer r.stop()
	r.until(scanner.Working)
	if err := os.Remove(port.Path); err != nil {
		t.Fatal(err)
	}
	port.Plug()
	r.until(scanner.Missing)
	port.Send("NEW\r")
	r.wants("NEW")
	old.Cut()
}

// Not plugged in at the start: it waits.
func TestPluggedInLater(t *testing.T) {
	port := scannertest.NewPort(t)
	port.Unplug()
	r := start(t, port.Path)
	defer r.stop()
	r.until(scanner.Missing)
	port.Plug()
	port.Send("LATER\r")
	r.wants("LATER")
}

func TestLocked(t *testing.T) {
	port := scannertest.NewPort(t)
	first := start(t, port.Path)
	first.until(scanner.Working)
	second := start(t, port.Path)
	defer second.stop()
	second.until(scanner.Busy)
	first.stop()
	second.until(scanner.Working)
	port.Send("MINE\r")
	second.wants("MINE")
}

func TestWrongDevices(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("not a port"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, dir, "/dev/null"} {
		src, err := Open(path, "", time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if err := src.Run(t.Context(), func(scanner.Scan) {}, func(scanner.Health) {}); !errors.Is(err, scanner.ErrFatal) {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, spec := range []string{"", "@9600", "/dev/ttyS0@", "/dev/ttyS0@9601", "/dev/ttyS0@fast"} {
		if _, err := Open(spec, "", time.Now); !errors.Is(err, scanner.ErrFatal) {
			t.Errorf("Open(%q): %v", spec, err)
		}
	}
	src, err := Open("/dev/ttyS0", "serial:till 2", time.Now)
	if err != nil || src.Name() != "serial:till 2" || src.baud != 9600 || !src.search {
		t.Errorf("got %+v, %v", src, err)
	}
}

func TestExplain(t *testing.T) {
	for err, want := range map[error]error{
		unix.ENODEV: scanner.ErrMissing, unix.EIO: scanner.ErrMissing, unix.EWOULDBLOCK: scanner.ErrBusy,
		unix.EBUSY: scanner.ErrBusy, unix.ENOTTY: scanner.ErrFatal, unix.ENOSPC: unix.ENOSPC,
	} {
		if got := explain("/dev/ttyS0", err); !errors.Is(got, want) {
			t.Errorf("%v became %v", err, got)
		}
	}
	if got := explain("/dev/ttyS0", unix.EACCES); !strings.Contains(got.Error(), "dialout") || errors.Is(got, scanner.ErrMissing) {
		t.Errorf("got %v", got)
	}
}
