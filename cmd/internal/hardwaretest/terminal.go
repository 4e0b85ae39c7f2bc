package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// session is the terminal's own program at work.
type session struct {
	cmd     *exec.Cmd
	answers chan answer
	states  chan string // of its sources: "serial working"

	mu  sync.Mutex
	log []string
}

// answer is a line that kioskctl run prints.
type answer struct {
	Verdict string `json:"verdict"`
	Order   string `json:"order"`
	Source  string `json:"source"`
}

// startSession makes a terminal that knows orders by these codes, and runs it with devices.
func startSession(ctx context.Context, kioskctl string, codes []string, devices ...string) (*session, error) {
	folder, err := os.MkdirTemp("", "terminal-")
	if err != nil {
		return nil, err
	}
	table := filepath.Join(folder, "orders.csv")
	if err := writeOrders(table, codes); err != nil {
		return nil, err
	}
	data := filepath.Join(folder, "data")
	if out, err := exec.CommandContext(ctx, kioskctl, "orders", "import", "--data", data, table).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("kioskctl orders import: %w: %s", err, out)
	}
	s := &session{
		cmd:     exec.CommandContext(ctx, kioskctl, append([]string{"run", "--data", data, "--offline", "--verbose"}, devices...)...),
		answers: make(chan answer, 1<<8), states: make(chan string, 1<<8),
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	log, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go s.readAnswers(out)
	go s.readLog(log)
	return s, nil
}

func writeOrders(name string, codes []string) error {
	rows := [][]string{{"订单号", "行号", "商品", "数量", "货架", "提货号", "姓名", "手机", "核销码"}}
	for i, code := range codes {
		rows = append(rows, []string{orderOf(i), "1", "鸡蛋", "1", "B-12", fmt.Sprint(i), "张小明", fmt.Sprintf("138%08d", i), code})
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(csv.NewWriter(f).WriteAll(rows), f.Close())
}

// orderOf is the order of a code.
func orderOf(i int) string { return fmt.Sprintf("T-%04d", i) }

func (s *session) readAnswers(out io.Reader) {
	defer close(s.answers)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var a answer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			a.Verdict = "no answer at all: " + lines.Text()
		}
		s.answers <- a
	}
}

// readLog keeps the log, and what it says of the sources.
func (s *session) readLog(log io.Reader) {
	field := regexp.MustCompile(`msg=scanner source=(\S+) state=(\S+)`)
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		s.mu.Lock()
		s.log = append(s.log, lines.Text())
		s.mu.Unlock()
		if found := field.FindStringSubmatch(lines.Text()); found != nil {
			s.states <- found[1] + " " + found[2]
		}
	}
}

// until waits for these states of sources, in any order. Others in between do not matter.
func (s *session) until(states ...string) error {
	timeout := time.After(patience)
	for len(states) > 0 {
		select {
		case state := <-s.states:
			states = slices.DeleteFunc(states, func(wanted string) bool { return wanted == state })
		case <-timeout:
			return fmt.Errorf("the terminal has not told %v in %v: %s", states, patience, s.said())
		}
	}
	return nil
}

// accepts waits for the answer to a code: its order, accepted, by the source that read it.
func (s *session) accepts(order, source string) error {
	want := answer{Verdict: "accepted", Order: order, Source: source}
	select {
	case a, more := <-s.answers:
		if !more {
			return fmt.Errorf("the terminal has ended: %s", s.said())
		}
		if a != want {
			return fmt.Errorf("the answer is %v and not %v", a, want)
		}
		return nil
	case <-time.After(patience):
		return fmt.Errorf("no answer for order %s of %s in %v: %s", order, source, patience, s.said())
	}
}

// answeredSteadily is steadily for a terminal: does what must not be interrupted, and again if
// the machine stood still meanwhile and the answer is not the one that is expected. Pieces of a
// code are answered too, as what they are: those answers are thrown away.
func (g *guest) answeredSteadily(ctx context.Context, s *session, do, expect func() error) error {
	for range 20 {
		g.pulse.reset()
		if err := do(); err != nil {
			return err
		}
		err := expect()
		if still := g.pulse.reset(); err == nil || still < steady {
			return err
		}
		if err := rest(ctx, forgotten); err != nil {
			return err
		}
		s.forget()
	}
	return errors.New("this machine is too busy: it stands still again and again")
}

// forget throws away the answers that have come.
func (s *session) forget() {
	for {
		select {
		case _, more := <-s.answers:
			if !more {
				return
			}
		default:
			return
		}
	}
}

// end ends the terminal as systemd does. An answer that nobody waited for is an error.
func (s *session) end() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	for a := range s.answers {
		if a.Verdict != "already-collected" { // a camera that sees a code again after a while, see counter.slow
			return fmt.Errorf("the answer %v came too", a)
		}
	}
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("the terminal ended badly: %w: %s", err, s.said())
	}
	return nil
}

// said is the end of the terminal's log.
func (s *session) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.log[max(0, len(s.log)-6):], "; ")
}

// wholeTerminal runs kioskctl with a camera, a serial scanner and one that types, and pulls two of them.
func wholeTerminal(ctx context.Context, g *guest) (err error) {
	serial, typing := adapter{g.host}, &usbTyping{host: g.host}
	if err := errors.Join(serial.plug(), typing.plug()); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, serial.pull(), typing.pull()) }()
	serialLink, err := g.link(ctx, "/dev/serial/by-id/*QEMU_USB_SERIAL*")
	if err != nil {
		return err
	}
	typingLink, err := g.link(ctx, "/dev/input/by-id/*USB_Keyboard*-event-kbd")
	if err != nil {
		return err
	}
	node, err := cameraNode(ctx, "Dummy video device")
	if err != nil {
		return err
	}
	p, err := newProducer(ctx, node, frameWidth, frameHeight, yuyv, scene("", yuyv))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()

	var codes []string
	for i := range 8 {
		codes = append(codes, fmt.Sprintf("77001%05d", i))
	}
	s, err := startSession(ctx, "/t/kioskctl", codes, "--camera", node, "--serial", serialLink+"@115200", "--wedge", typingLink)
	if err != nil {
		return err
	}
	ended := false
	defer func() {
		if !ended {
			err = errors.Join(err, s.cmd.Process.Kill())
		}
	}()
	if err := s.until("serial working", "wedge working", "camera working"); err != nil {
		return err
	}
	scanned := func(i int) error { return errors.Join(serial.send(codes[i]+"\r\n"), s.accepts(orderOf(i), "serial")) }
	typed := func(i int) error {
		keys := append(typed(codes[i]), press(keyEnter())...)
		return g.answeredSteadily(ctx, s, func() error { return typing.keys(keys...) }, func() error { return s.accepts(orderOf(i), "wedge") })
	}
	shown := func(i int) error {
		p.show(scene(codes[i], yuyv))
		return errors.Join(s.accepts(orderOf(i), "camera"), p.empty(ctx, yuyv))
	}
	for i, step := range []func(int) error{scanned, typed, shown, shown, scanned} {
		if err := step(i); err != nil {
			return err
		}
	}
	err = errors.Join(serial.pull(), typing.pull(), s.until("serial missing", "wedge missing"), serial.plug(), typing.plug(), s.until("serial working", "wedge working"))
	if err != nil {
		return err
	}
	for i, step := range []func(int) error{scanned, typed, shown} {
		if err := step(5 + i); err != nil {
			return err
		}
	}
	ended = true
	return s.end()
}
