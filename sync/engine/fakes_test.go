package engine_test

import (
	"errors"
	"slices"
	"sync"
	"time"

	"hexiao/kiosk"
)

var errChain = errors.New("not in the terminal's chain")

// outbox is a journal in memory.
type outbox struct {
	mu       sync.Mutex
	records  []kiosk.Record
	heads    []kiosk.Head // heads[i] is after i records
	acked    kiosk.Head
	receipts map[uint64]kiosk.Receipt
	fail     error // of the next call
	deaf     bool  // acknowledgements are lost

	failResolve error
}

func newOutbox() *outbox {
	return &outbox{heads: make([]kiosk.Head, 1), receipts: map[uint64]kiosk.Receipt{}}
}

func (o *outbox) add(payloads ...string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range payloads {
		last := o.heads[len(o.heads)-1]
		r := kiosk.Record{Epoch: 1, Seq: last.Seq + 1, Payload: []byte(p)}
		o.records = append(o.records, r)
		o.heads = append(o.heads, kiosk.Batch{Terminal: "T1", Prev: last, Records: []kiosk.Record{r}}.Head())
	}
}

func (o *outbox) failure() error {
	err := o.fail
	o.fail = nil
	return err
}

func (o *outbox) Pending(most int) (kiosk.Batch, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	rest := o.records[o.acked.Seq:]
	return kiosk.Batch{Terminal: "T1", Prev: o.acked, Records: slices.Clone(rest[:min(most, len(rest))])}, o.failure()
}

func (o *outbox) Acknowledge(a kiosk.Ack) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.failure(); err != nil || o.deaf {
		return err
	}
	if a.Head.Seq >= uint64(len(o.heads)) || o.heads[a.Head.Seq] != a.Head {
		return errChain
	}
	o.acked = a.Head
	for _, r := range a.Receipts {
		o.receipts[r.Seq] = r
	}
	return nil
}

func (o *outbox) Terminal() kiosk.TerminalID { return "T1" }

func (o *outbox) Head() (kiosk.Head, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.heads[len(o.heads)-1], nil
}

func (o *outbox) HeadAt(seq uint64) (kiosk.Head, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if seq >= uint64(len(o.heads)) {
		return kiosk.Head{}, false, nil
	}
	return o.heads[seq], true, nil
}

func (o *outbox) Witness(a kiosk.Ack) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if a.Head.Seq >= uint64(len(o.heads)) || o.heads[a.Head.Seq] != a.Head {
		return refusal{forked: true}
	}
	return nil
}

func (o *outbox) AckedHead() kiosk.Head {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.acked
}

// set holds the versions of orders.
type set map[kiosk.OrderID]uint64

// agrees reports whether it is the set that HQ's watermark describes.
func (s set) agrees(w kiosk.Watermark) bool {
	have := s.mark(w.Version, w.At)
	return have.Count == w.Count && have.Digest == w.Digest
}

func (s set) mark(version uint64, at time.Time) kiosk.Watermark {
	w := kiosk.Watermark{Version: version, Count: len(s), At: at}
	for id, v := range s {
		w.Digest.Toggle(id, v)
	}
	return w
}

func (s set) take(p kiosk.Page) {
	for _, o := range p.Orders {
		s[o.ID] = o.Version
	}
	for _, id := range p.Gone {
		delete(s, id)
	}
}

// orders is an order set in memory.
type orders struct {
	mu                   sync.Mutex
	live, staged         set
	cursor, stagedCursor string
	complete             bool
	point                kiosk.Point
	points, switches     int
	fail                 error // of the next call
}

func newOrders() *orders { return &orders{live: set{}, staged: set{}} }

func (o *orders) lose() {
	o.live, o.staged, o.cursor, o.stagedCursor, o.complete = set{}, set{}, "", "", false
}

func (o *orders) failure() error {
	err := o.fail
	o.fail = nil
	return err
}

func (o *orders) Cursor() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.cursor
}

func (o *orders) StagedCursor() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.stagedCursor
}

func (o *orders) Stage(p kiosk.Page) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.failure(); err != nil {
		return err
	}
	o.staged.take(p)
	o.stagedCursor = p.Cursor
	return nil
}

func (o *orders) Switch(w kiosk.Watermark) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.failure(); err != nil {
		return err
	}
	staged, cursor := o.staged, o.stagedCursor
	o.staged, o.stagedCursor = set{}, ""
	if !staged.agrees(w) {
		return kiosk.ErrSetMismatch
	}
	o.live, o.cursor, o.complete = staged, cursor, true
	o.switches++
	return nil
}

func (o *orders) Apply(p kiosk.Page) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.failure(); err != nil {
		return err
	}
	o.live.take(p)
	o.cursor = p.Cursor
	return nil
}

func (o *orders) ConfirmSet(w kiosk.Watermark) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.failure(); err != nil {
		return err
	}
	o.complete = o.live.agrees(w)
	if !o.complete {
		return kiosk.ErrSetMismatch
	}
	return nil
}

func (o *orders) SetPoint(p kiosk.Point) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.failure(); err != nil {
		return err
	}
	o.point = p
	o.points++
	return nil
}
