package damagetest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/kiosktest"
)

// task is a start of a store that a worker is asked for.
type task struct {
	Dir   string
	Trust bool // orders.db counts as large
	Codes int  // how many are scanned
}

// report is what became of a start.
type report struct {
	Refused string   // the error's type, empty: it started
	Untyped string   // an error that nobody can act on
	Warned  []string // what the store repaired
	Answers []answer
	Missed  string // the journal and the answers do not agree
}

type answer struct {
	Code    int
	Verdict kiosk.Verdict
	Order   kiosk.OrderID
	Event   kiosk.EventID
	Resumed bool
	Altered bool // the order is not the one that HQ sent
}

// refusals are the errors with which a store may refuse damaged files.
func refusals() map[string]error {
	return map[string]error{
		"damaged": journal.ErrDamaged, "not authentic": journal.ErrNotAuthentic, "segment missing": journal.ErrMissingSegment,
		"other terminal": journal.ErrOtherTerminal, "unknown version": journal.ErrVersion, "journal lost": boltstore.ErrJournalLost,
	}
}

// work answers tasks until the input ends.
func work(in io.Reader, out io.Writer) error {
	lines, results := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var t task
		if err := lines.Decode(&t); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := results.Encode(start(t)); err != nil {
			return err
		}
	}
}

// start opens the store, scans all codes and closes it.
func start(t task) (r report) {
	var mu sync.Mutex
	o := options(t.Dir)
	o.Random = kiosktest.Random(uint64(len(t.Dir)) + 77)
	o.Warn = func(err error) {
		mu.Lock()
		defer mu.Unlock()
		r.Warned = append(r.Warned, err.Error())
	}
	if t.Trust {
		o.CheckAlways = 1
	}
	s, err := boltstore.Open(o)
	if err != nil {
		return r.failed(err)
	}
	for n := range t.Codes {
		a, err := s.Redeem(kiosktest.Scan(kiosktest.Code(n), lastScan+time.Minute))
		if err != nil && !errors.Is(err, boltstore.ErrOutOfOrder) {
			r.Untyped = fmt.Sprintf("scan: %v", err)
			break
		}
		for _, out := range a.Outcomes {
			r.Answers = append(r.Answers, answer{n, out.Verdict, out.Order.ID, out.Event, out.Resumed, altered(out.Order)})
		}
		if len(a.Outcomes) == 0 {
			r.Answers = append(r.Answers, answer{Code: n, Verdict: a.Verdict})
		}
	}
	if r.Untyped == "" {
		r.Untyped = refill(s)
	}
	s.Answered()
	if err := s.Close(); err != nil && r.Untyped == "" {
		r.Untyped = fmt.Sprintf("close: %v", err)
	}
	r.Missed = r.compare(t.Dir)
	return r
}

// refill goes on with the full set that was on its way, as the engine does. When
// that fails the staging is dropped, and all of it is sent.
func refill(s *boltstore.Store) string {
	if err := s.SetPoint(kiosktest.Point()); err != nil {
		return "send the settings again: " + err.Error()
	}
	_, w := shopPage(0, shopOrders)
	from := 0
	if s.StagedCursor() == cursorHalf {
		from = shopOrders / 2
	}
	err := send(s, from, w)
	if errors.Is(err, kiosk.ErrSetMismatch) || errors.Is(err, boltstore.ErrDamaged) {
		err = send(s, 0, w)
	}
	if err != nil {
		return "send the order set again: " + err.Error()
	}
	return ""
}

func send(s *boltstore.Store, from int, w kiosk.Watermark) error {
	page, _ := shopPage(from, shopOrders)
	if err := s.Stage(page); err != nil {
		return err
	}
	return s.Switch(w)
}

// altered compares an order with what HQ sent.
func altered(o kiosk.Order) bool {
	if o.ID == "" { // the code is not known
		return false
	}
	var n int
	if _, err := fmt.Sscanf(string(o.ID), "HX%d", &n); err != nil {
		return true
	}
	got, gotErr := kiosk.EncodeOrder(o)
	want, wantErr := kiosk.EncodeOrder(shopOrder(n))
	return gotErr != nil || wantErr != nil || !bytes.Equal(got, want)
}

func (r report) failed(err error) report {
	for name, typed := range refusals() {
		if errors.Is(err, typed) {
			r.Refused = name
			return r
		}
	}
	r.Untyped = err.Error()
	return r
}

// compare checks that the journal has the event of every handover answered.
func (r report) compare(dir string) string {
	events := map[kiosk.EventID]kiosk.OrderID{}
	collected := map[kiosk.OrderID]int{}
	_, err := journal.Verify(filepath.Join(dir, "journal"), journal.VerifyOptions{MACKey: key, Each: func(e journal.Entry) error {
		switch b := e.Event.Body.(type) {
		case kiosk.Redeemed:
			events[e.Event.ID] = b.Order
			collected[b.Order]++
		case kiosk.RedemptionUndone:
			collected[b.Order]--
		}
		return nil
	}})
	var damaged *journal.DamagedError
	if errors.As(err, &damaged) {
		return "" // in a part that the start did not read; nothing can be said
	}
	if err != nil {
		return err.Error()
	}
	for id, n := range collected {
		if n > 1 {
			return fmt.Sprintf("order %s was collected %d times", id, n)
		}
	}
	for _, a := range r.Answers {
		if a.Verdict == kiosk.Accepted && events[a.Event] != a.Order {
			return fmt.Sprintf("order %s was accepted and the journal does not have it", a.Order)
		}
	}
	return ""
}

// worker is a child process that starts stores; a new one takes the place of
// one that died.
type worker struct {
	program string
	limit   time.Duration
	cmd     *exec.Cmd
	in      *json.Encoder
	out     *json.Decoder
	stderr  *tail
	stop    context.CancelFunc
}

// tail keeps the begin of what a dying child says.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const tailBytes = 600

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, b[:min(len(b), max(0, tailBytes-len(t.b)))]...)
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}

func (w *worker) begin() error {
	ctx, stop := context.WithCancel(context.Background())
	w.stop, w.stderr = stop, &tail{}
	w.cmd = exec.CommandContext(ctx, w.program)
	w.cmd.Env = append(os.Environ(), workerVariable+"=1", "GOMEMLIMIT=1GiB")
	w.cmd.Stderr = w.stderr
	in, err := w.cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	w.in, w.out = json.NewEncoder(in), json.NewDecoder(bufio.NewReader(out))
	return w.cmd.Start()
}

// hung begins what is said of a child that did not answer.
const hung = "no answer"

// do gives what became of a task; died says how the child ended instead.
func (w *worker) do(t task) (r report, died string, err error) {
	if w.cmd == nil {
		if err := w.begin(); err != nil {
			return r, "", err
		}
	}
	timer := time.AfterFunc(w.limit, w.stop)
	err = w.in.Encode(t)
	if err == nil {
		err = w.out.Decode(&r)
	}
	if timer.Stop() && err == nil {
		return r, "", nil
	}
	silent := w.cmd.Process != nil && err != nil && !timer.Stop() && w.stderr.String() == ""
	w.stop()
	_ = w.cmd.Wait() // it says how it ended
	died = fmt.Sprintf("crashed: %s", w.stderr)
	if silent {
		died = fmt.Sprintf("%s in %v", hung, w.limit)
	}
	w.cmd = nil
	return r, died, nil
}

func (w *worker) end() {
	if w.cmd != nil {
		w.stop()
		_ = w.cmd.Wait() // killed
	}
}

// workers gives n of them, which end with the test.
func workers(t *testing.T, program string, n int) []*worker {
	t.Helper()
	var all []*worker
	for range n {
		w := &worker{program: program, limit: caseLimit}
		t.Cleanup(w.end)
		all = append(all, w)
	}
	return all
}
