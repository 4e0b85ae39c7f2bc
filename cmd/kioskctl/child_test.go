package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

// asKioskctl makes the test binary the real program in a process of its own,
// which can be killed.
const asKioskctl = "HEXIAO_TEST_AS_KIOSKCTL"

func TestMain(m *testing.M) {
	if os.Getenv(asKioskctl) != "" {
		main()
	}
	os.Exit(m.Run())
}

// patience is how long a test waits for an answer on a loaded machine.
const patience = time.Minute

// shop is an HQ with orders and a terminal enrolled at it.
type shop struct {
	t     *testing.T
	hq    *hqtest.Server
	data  string
	codes map[kiosk.OrderID]hq.CodeRow
}

func newShop(t *testing.T, orders int) *shop {
	t.Helper()
	s := &shop{t: t, hq: hqtest.Start(t, time.Now), data: t.TempDir() + "/terminal"}
	s.codes = s.hq.Import("P001", entriesOf(orders)...)
	s.must("enrol", "--data", s.data, "--hq", s.hq.URL, "--code", s.hq.Code("P001"))
	s.must("sync", "--data", s.data)
	return s
}

func entriesOf(orders int) []ordertable.Entry {
	entries := make([]ordertable.Entry, orders)
	for i := range entries {
		entries[i] = hqtest.Entry(kiosk.OrderID(fmt.Sprintf("O%05d", i)))
	}
	return entries
}

// must runs a command that has to work and gives its output.
func (s *shop) must(args ...string) string {
	s.t.Helper()
	out, errs, code := call(s.t, "", args...)
	if code != 0 {
		s.t.Fatalf("kioskctl %s: exit %d: %s", args[0], code, errs)
	}
	return out
}

// call runs the program in this process.
func call(t *testing.T, stdin string, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(stdin), &o, &e)
	return o.String(), e.String(), code
}

// answer is what a test reads of an answer's line.
type answer struct {
	Verdict kiosk.Verdict
	Order   kiosk.OrderID
	Event   string
	Seq     uint64
	Source  string
	Home    kiosk.TerminalID
	First   struct{ Event string }
	Resumed bool
}

// child is kioskctl run in a process of its own.
type child struct {
	t       testing.TB
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	answers chan answer // closed at the end of its output
	errs    bytes.Buffer
}

func (s *shop) start(args ...string) *child {
	s.t.Helper()
	c := spawn(s.t, s.data, args...)
	s.t.Cleanup(func() { _ = c.cmd.Process.Kill() }) // has ended in a test that went well
	return c
}

// spawn starts a child that the caller ends.
func spawn(t testing.TB, data string, args ...string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, cmd: exec.Command(self, append([]string{"run", "--data", data}, args...)...), answers: make(chan answer, 64)}
	c.cmd.Env = append(os.Environ(), asKioskctl+"=1")
	c.cmd.Stderr = &c.errs
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(c.answers)
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			var a answer
			if json.Unmarshal(lines.Bytes(), &a) == nil { // a killed process leaves half a line
				c.answers <- a
			}
		}
	}()
	return c
}

// scan sends a line; a process that has just been killed does not take it.
func (c *child) scan(code string) bool {
	_, err := io.WriteString(c.stdin, code+"\n")
	return err == nil
}

// next waits for an answer; false: the process is gone.
func (c *child) next() (answer, bool) {
	c.t.Helper()
	select {
	case a, ok := <-c.answers:
		return a, ok
	case <-time.After(patience):
		c.t.Fatalf("no answer for %v\n%s", patience, &c.errs)
		return answer{}, false
	}
}

// kill ends the process as a power switch does.
func (c *child) kill() {
	c.t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		c.t.Fatal(err)
	}
}

// wait reads the answers that are left and takes the process away.
func (c *child) wait() []answer {
	var left []answer
	for a := range c.answers {
		left = append(left, a)
	}
	_ = c.cmd.Wait() // killed or ended, the test knows
	return left
}

// tally counts the answers of a test by what must be true of them.
type tally struct {
	accepted map[kiosk.OrderID]map[string]bool // events that were called accepted
	seen     map[kiosk.Verdict]int
}

func newTally() *tally {
	return &tally{accepted: map[kiosk.OrderID]map[string]bool{}, seen: map[kiosk.Verdict]int{}}
}

func (y *tally) add(a answer) {
	y.seen[a.Verdict]++
	if a.Verdict != kiosk.Accepted {
		return
	}
	if y.accepted[a.Order] == nil {
		y.accepted[a.Order] = map[string]bool{}
	}
	y.accepted[a.Order][a.Event] = true
}

// settle checks, after everything was scanned, that every order was accepted
// exactly once, that the journal has each acceptance, and that HQ agrees order
// by order.
func (s *shop) settle(y *tally) {
	s.t.Helper()
	journal := map[string]kiosk.OrderID{}
	events := json.NewDecoder(strings.NewReader(s.must("journal", "show", "--data", s.data)))
	for events.More() {
		var e struct {
			Type, Event string
			Order       kiosk.OrderID
		}
		if err := events.Decode(&e); err != nil {
			s.t.Fatal(err)
		}
		if e.Type == string(kiosk.TypeRedeemed) {
			journal[e.Event] = e.Order
		}
	}
	if len(journal) != len(s.codes) {
		s.t.Errorf("the journal has %d redemptions of %d orders", len(journal), len(s.codes))
	}
	s.must("sync", "--data", s.data)
	rows := 0
	err := s.hq.HQ.OrderRows(s.t.Context(), "P001", func(r hq.OrderRow) error {
		rows++
		events := y.accepted[r.Order]
		if len(events) != 1 {
			s.t.Errorf("order %s was accepted as %d events", r.Order, len(events))
		}
		for e := range events {
			if journal[e] != r.Order {
				s.t.Errorf("the journal does not have order %s's acceptance", r.Order)
			}
			if r.Redeemed == nil || r.Redeemed.Event.String() != e || r.Left != 0 {
				s.t.Errorf("HQ has %+v for order %s, the terminal %s", r.Redeemed, r.Order, e)
			}
		}
		return nil
	})
	if err != nil || rows != len(s.codes) {
		s.t.Errorf("HQ listed %d orders of %d: %v", rows, len(s.codes), err)
	}
	if cases := s.hq.Cases(); len(cases) > 0 {
		s.t.Errorf("HQ has %d cases for a person", len(cases))
	}
}
