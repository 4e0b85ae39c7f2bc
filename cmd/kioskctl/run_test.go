package main

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"hexiao/kiosk"
	"hexiao/sync/hq/hqtest"
)

// everyCodeTwice is what a day of double scans looks like.
func (s *shop) everyCodeTwice(r *rand.Rand) []string {
	var codes []string
	for _, c := range s.codes {
		codes = append(codes, c.Code, c.Code)
	}
	slices.Sort(codes)
	r.Shuffle(len(codes), func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
	return codes
}

// Killed at random moments, and started again each time, the terminal hands
// every order out once and forgets none.
func TestKilledTerminalAcceptsOnce(t *testing.T) {
	const orders, kills = 1000, 10
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	s := newShop(t, orders)
	codes := s.everyCodeTwice(r)
	at := make([]int, kills)
	for i := range at {
		at[i] = r.IntN(len(codes))
	}
	slices.Sort(at)

	y := newTally()
	resumed := 0
	c := s.start("--stdin")
	for n := 0; n < len(codes); {
		sent := c.scan(codes[n])
		if len(at) > 0 && n >= at[0] {
			at = at[1:]
			// Somewhere between the scan and the answer to the next one.
			<-time.After(time.Duration(r.Int64N(int64(4 * time.Millisecond))))
			c.kill()
			for _, a := range c.wait() {
				y.add(a)
			}
			c = s.start("--stdin")
			continue // nobody saw an answer for sure: the customer scans again
		}
		a, ok := c.next()
		if !sent || !ok {
			t.Fatalf("the terminal ended by itself: %s", &c.errs)
		}
		if a.Resumed {
			resumed++
		}
		y.add(a)
		n++
	}
	if err := c.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	for _, a := range c.wait() {
		t.Errorf("an answer to nothing: %+v", a)
	}
	if c.cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("the end of the input ended it with %v: %s", c.cmd.ProcessState, &c.errs)
	}
	t.Logf("%v, %d resumed", y.seen, resumed)
	s.settle(y)
}

// The same over a serial line: every code twice, the cable pulled in the middle
// of codes, the terminal killed. A scanner that got no beep is triggered again.
func TestSerialScannerReplugged(t *testing.T) {
	const orders = 1000
	s := newShop(t, orders)
	device := t.TempDir() + "/scanner"
	master := plug(t, device)
	c := s.start("--serial", device)
	y := newTally()
	var codes []string
	for _, row := range s.codes {
		codes = append(codes, row.Code)
	}
	slices.Sort(codes)
	for round := range 2 {
		if round == 1 {
			// The debounce must not take the second round for the first.
			c.kill()
			c.wait()
			c = s.start("--serial", device)
		}
		for n, code := range codes {
			switch n {
			case orders / 3:
				// Half a code, then the cable: it must not come out as a code.
				master.send(code[:12])
				master.unplug()
				master = plug(t, device)
			case orders / 2:
				master.send(code + "\r")
				<-time.After(time.Millisecond)
				c.kill()
				for _, a := range c.wait() {
					y.add(a)
				}
				c = s.start("--serial", device)
			}
			master.send(code + "\r")
			a, ok := c.next()
			if !ok || a.Source != "serial" || a.Verdict != kiosk.Accepted && a.Verdict != kiosk.AlreadyCollected {
				t.Fatalf("round %d, scan %d: %+v, %v\n%s", round, n, a, ok, &c.errs)
			}
			y.add(a)
		}
	}
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for _, a := range c.wait() {
		t.Errorf("an answer to nothing: %+v", a)
	}
	t.Logf("%v", y.seen)
	s.settle(y)
}

// cable is the scanner's end of a serial line.
type cable struct {
	t      *testing.T
	master *os.File
}

// plug lays a new line to the device's name. The slave stays open for the test,
// so that the line lives while nobody reads it.
func plug(t *testing.T, device string) cable {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(device); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(slave.Name(), device); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slave.Close() }) // the kernel takes it away anyhow
	return cable{t, master}
}

func (c cable) send(text string) {
	c.t.Helper()
	if _, err := c.master.WriteString(text); err != nil {
		c.t.Fatal(err)
	}
}

func (c cable) unplug() {
	c.t.Helper()
	if err := c.master.Close(); err != nil {
		c.t.Fatal(err)
	}
}

func TestBadCodes(t *testing.T) {
	s := newShop(t, 3)
	row := s.codes["O00000"]
	cancelled, other := s.codes["O00001"], s.hq.Codes("P002")
	if len(other) != 0 {
		t.Fatal("P002 has orders already")
	}
	if err := s.hq.HQ.SetStatus(t.Context(), cancelled.Order, kiosk.StatusCancelled); err != nil {
		t.Fatal(err)
	}
	foreign := s.foreignCode()
	s.must("sync", "--data", s.data)
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, row.Typed)
	for _, c := range []struct {
		name, scan string
		want       kiosk.Verdict
	}{
		{"empty", "", kiosk.Malformed},
		{"too long", strings.Repeat("A", 600), kiosk.Malformed},
		{"longer than a scan", strings.Repeat("A", 9000), kiosk.Malformed},
		{"control character", "ABC\x01DEF", kiosk.Malformed},
		{"no code", "https://evil.example/?code=" + row.Code, kiosk.Malformed},
		{"another point's", foreign, kiosk.WrongPoint},
		{"nobody's", kiosk.NewTyped(1).Text, kiosk.Unknown},
		{"of a cancelled order", cancelled.Code, kiosk.Cancelled},
		{"full-width, with an AIM prefix", "]Q1" + wide, kiosk.Accepted},
		{"the same again, as QR", strings.ToLower(row.Code), kiosk.AlreadyCollected},
	} {
		out, errs, code := call(t, c.scan+"\n", "run", "--data", s.data, "--stdin", "--offline", "--verbose")
		if code != 0 || !strings.Contains(out, `"verdict":"`+string(c.want)+`"`) || strings.Count(out, "\n") != 1 {
			t.Errorf("%s: exit %d, %s%s", c.name, code, out, errs)
		}
		for _, text := range []string{out, errs} {
			if len(c.scan) > 5 && strings.Contains(text, c.scan) || strings.Contains(text, row.Code) || strings.Contains(text, row.Typed) {
				t.Errorf("%s: the code is told: %s", c.name, text)
			}
		}
	}
	// Ten times a second from a scanner: each line of standard input is answered.
	out, _, _ := call(t, strings.Repeat(row.Code+"\n", 10), "run", "--data", s.data, "--stdin")
	if n := strings.Count(out, string(kiosk.AlreadyCollected)); n != 10 {
		t.Errorf("%d answers to ten scans", n)
	}
}

// foreignCode is the code of an order at the neighbouring point.
func (s *shop) foreignCode() string {
	s.t.Helper()
	entry := hqtest.Entry("N1")
	return s.hq.Import("P002", entry)["N1"].Code
}
