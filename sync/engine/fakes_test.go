package engine_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
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
	keeps                bool  // lets no order go without HQ's word
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
	if o.keeps && len(p.Gone) > 0 && !p.Purge {
		return kiosk.ErrSetShrinks
	}
	o.live.take(p)
	if p.Cursor != "" {
		o.cursor = p.Cursor
	}
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

// refusal says by its methods what HQ says.
type refusal struct {
	head            *kiosk.Head
	forked, expired bool
	revoked         bool
	unreachable     bool
}

func (refusal) Error() string         { return "HQ refuses" }
func (r refusal) Forked() bool        { return r.forked }
func (r refusal) CursorExpired() bool { return r.expired }
func (r refusal) Revoked() bool       { return r.revoked }
func (r refusal) Unreachable() bool   { return r.unreachable }
func (r refusal) HQHead() (kiosk.Head, bool) {
	if r.head == nil {
		return kiosk.Head{}, false
	}
	return *r.head, true
}

// platform is HQ in memory, by the contract of sync/wire: known records are
// answered with their first receipts, a full load ends with what changed
// meanwhile, cursors tell where one is.
type platform struct {
	mu       sync.Mutex
	heads    []kiosk.Head
	receipts []kiosk.Receipt
	version  uint64
	changes  map[kiosk.OrderID]uint64 // with those that are gone
	live     set
	oldest   uint64 // cursors before it have expired
	name     string // of the point
	pages    int    // orders a page
	now      func() time.Time

	// news says to those who follow that something changed; nil: nobody can.
	news  chan struct{}
	purge bool

	pushes, pulls int
	compared      []uint64 // places that were asked about
	told          []kiosk.Condition
	before        func(call string) error // fails a call before anything happens
	after         func(call string) error // fails it when all has happened
	page          func(kiosk.Page) error  // fails a stream before a page
	ack           func(*kiosk.Ack)        // changes an acknowledgement
}

func newPlatform(now func() time.Time) *platform {
	nothing := func(string) error { return nil }
	return &platform{
		heads: make([]kiosk.Head, 1), changes: map[kiosk.OrderID]uint64{}, live: set{}, name: "幸福里", pages: 2, now: now,
		before: nothing, after: nothing, page: func(kiosk.Page) error { return nil }, ack: func(*kiosk.Ack) {},
	}
}

func hqKey() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, 32)) }

func verifyHQ(message, signature []byte) bool {
	return ed25519.Verify(hqKey().Public().(ed25519.PublicKey), message, signature)
}

// change changes HQ while it serves.
func (p *platform) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *platform) put(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.version++
	p.changes[kiosk.OrderID(id)], p.live[kiosk.OrderID(id)] = p.version, p.version
}

func (p *platform) remove(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.version++
	p.changes[kiosk.OrderID(id)] = p.version
	delete(p.live, kiosk.OrderID(id))
}

// forget makes HQ an older copy of itself.
func (p *platform) forget(events int) {
	p.heads, p.receipts = p.heads[:events+1], p.receipts[:events]
}

func (p *platform) Push(ctx context.Context, b kiosk.Batch) (kiosk.Ack, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pushes++
	if err := errors.Join(ctx.Err(), p.before("push")); err != nil {
		return kiosk.Ack{}, err
	}
	if last := p.heads[len(p.heads)-1]; b.Prev.Seq > last.Seq {
		return kiosk.Ack{}, refusal{head: &last}
	}
	if p.heads[b.Prev.Seq] != b.Prev {
		return kiosk.Ack{}, refusal{forked: true}
	}
	ack := kiosk.Ack{}
	head := b.Prev
	for _, r := range b.Records {
		head = kiosk.Batch{Terminal: b.Terminal, Prev: head, Records: []kiosk.Record{r}}.Head()
		if r.Seq < uint64(len(p.heads)) {
			if p.heads[r.Seq] != head {
				return kiosk.Ack{}, refusal{forked: true}
			}
		} else {
			p.heads = append(p.heads, head)
			p.receipts = append(p.receipts, kiosk.Receipt{Seq: r.Seq, Event: kiosk.EventID{byte(r.Seq)}, Settlement: kiosk.SettledAccepted, Detail: fmt.Sprint("push ", p.pushes)})
		}
		ack.Receipts = append(ack.Receipts, p.receipts[r.Seq-1])
	}
	return p.signed(b.Terminal, head, ack), p.after("push")
}

func (p *platform) signed(terminal kiosk.TerminalID, head kiosk.Head, ack kiosk.Ack) kiosk.Ack {
	ack.Head, ack.At = head, p.now().UTC()
	ack.Signature = ed25519.Sign(hqKey(), kiosk.AckBytes(terminal, ack.Head, ack.At))
	p.ack(&ack)
	return ack
}

func (p *platform) Compare(_ context.Context, own kiosk.Head) (kiosk.Ack, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.compared = append(p.compared, own.Seq)
	differs := own.Seq < uint64(len(p.heads)) && p.heads[own.Seq] != own
	return p.signed("T1", p.heads[len(p.heads)-1], kiosk.Ack{}), differs, errors.Join(p.before("head"), p.after("head"))
}

// Orders knows cursors "f VERSION LAST-ID" of a full load and "c VERSION" of changes.
func (p *platform) Orders(_ context.Context, cursor string, page func(kiosk.Page) error) (kiosk.Watermark, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pulls++
	if err := p.before("orders"); err != nil {
		return kiosk.Watermark{}, err
	}
	kind, since, after := "f", p.version, ""
	if parts := strings.SplitN(cursor, " ", 3); len(parts) > 1 {
		kind = parts[0]
		since, _ = strconv.ParseUint(parts[1], 10, 64)
		after = strings.Join(parts[2:], "")
		if since < p.oldest || since > p.version {
			return kiosk.Watermark{}, refusal{expired: true}
		}
	}
	send := func(out kiosk.Page) error {
		if err := p.page(out); err != nil {
			return err
		}
		return page(out)
	}
	if kind == "f" {
		ids := slices.DeleteFunc(slices.Sorted(maps.Keys(p.live)), func(id kiosk.OrderID) bool { return string(id) <= after })
		for part := range slices.Chunk(ids, p.pages) {
			out := kiosk.Page{Cursor: fmt.Sprintf("f %d %s", since, part[len(part)-1])}
			for _, id := range part {
				out.Orders = append(out.Orders, kiosk.Order{ID: id, Version: p.live[id]})
			}
			if err := send(out); err != nil {
				return kiosk.Watermark{}, err
			}
		}
	}
	last := kiosk.Page{Cursor: fmt.Sprintf("c %d", p.version)}
	for id, v := range p.changes {
		switch there := p.live[id]; {
		case v <= since:
		case there == 0:
			last.Gone = append(last.Gone, id)
		default:
			last.Orders = append(last.Orders, kiosk.Order{ID: id, Version: there})
		}
	}
	if err := send(last); err != nil {
		return kiosk.Watermark{}, err
	}
	mark := p.live.mark(p.version, p.now())
	mark.Purge = p.purge
	return mark, p.after("orders")
}

func (p *platform) Point(_ context.Context, tag string) (kiosk.Point, string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.before("point"); err != nil {
		return kiosk.Point{}, "", err
	}
	if tag == p.name {
		return kiosk.Point{}, tag, nil
	}
	return kiosk.Point{ID: "P001", Name: p.name}, p.name, nil
}

func (p *platform) Time(context.Context) (time.Time, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now(), p.before("time")
}

func (p *platform) Tell(_ context.Context, c kiosk.Condition) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.before("tell"); err != nil {
		return err
	}
	p.told = append(p.told, c)
	return p.after("tell")
}
