package kiosktest

import (
	"errors"
	"io"
	"slices"
	"sync"

	"hexiao/kiosk"
	"hexiao/kiosk/books"
	"hexiao/kiosk/desk"
)

// Memory is a desk.Ledger that forgets everything with the process. It decides
// by the same rules as the real one.
type Memory struct {
	mu     sync.Mutex
	random io.Reader
	point  kiosk.Point
	cache  kiosk.Cache
	orders map[kiosk.OrderID]kiosk.Order
	states map[kiosk.OrderID]kiosk.OrderState
	events []kiosk.Event
	failed kiosk.Attempts
	risk   kiosk.Risk
	fault  error

	books    *books.Index // nil: nobody asked for them
	acked    uint64       // by HQ
	receipts []kiosk.Receipt
}

// NewMemory gives a ledger with a point and a complete set of orders, confirmed
// at Start.
func NewMemory(point kiosk.Point, orders ...kiosk.Order) *Memory {
	m := &Memory{
		random: Random(1), point: point, cache: kiosk.Cache{Version: 1, AsOf: Start(), Complete: true},
		orders: map[kiosk.OrderID]kiosk.Order{}, states: map[kiosk.OrderID]kiosk.OrderState{},
	}
	for _, o := range orders {
		m.orders[o.ID] = o
	}
	return m
}

// SetFault makes every recording fail with err from now on; nil ends that.
func (m *Memory) SetFault(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = err
}

// SetCache replaces what is known of the set's freshness.
func (m *Memory) SetCache(c kiosk.Cache) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cache = c
}

// SetPoint replaces the point's settings.
func (m *Memory) SetPoint(p kiosk.Point) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.point = p
}

// PutOrder adds or replaces an order.
func (m *Memory) PutOrder(o kiosk.Order) {
	m.mu.Lock()
	m.orders[o.ID] = o
	if m.books != nil {
		m.books.Changed(o.ID)
	}
	m.mu.Unlock()
	m.update()
}

// Order gives an order of the set and what has happened to it.
func (m *Memory) Order(id kiosk.OrderID) (kiosk.Order, kiosk.OrderState, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.orders[id]
	return o, m.state(o), ok
}

// Events gives what was recorded.
func (m *Memory) Events() []kiosk.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.events)
}

func (m *Memory) context(at kiosk.Moment, source string, o kiosk.Order) kiosk.Context {
	return kiosk.Context{
		Point: m.point, Cache: m.cache, At: at, Source: source, Received: m.received(o), Terminal: TerminalID, Risk: m.risk,
	}
}

func (m *Memory) state(o kiosk.Order) kiosk.OrderState { return m.states[o.ID].Merge(o) }

func (m *Memory) record(at kiosk.Moment, bodies ...kiosk.Body) ([]kiosk.Event, error) {
	if m.fault != nil {
		return nil, m.fault
	}
	first := len(m.events)
	for _, b := range bodies {
		e := kiosk.Event{Terminal: TerminalID, Epoch: 1, Seq: uint64(len(m.events)) + 1, At: at, SetVersion: m.cache.Version, Body: b}
		if _, err := io.ReadFull(m.random, e.ID[:]); err != nil {
			return nil, err
		}
		m.events = append(m.events, e)
		m.failed, m.risk = m.failed.Apply(e), m.risk.Apply(e)
		if id := b.Subject(); id != "" {
			m.states[id] = m.states[id].Apply(e)
		}
		if m.books != nil {
			m.books.Recorded(e)
		}
	}
	return m.events[first:], nil
}

// Redeem answers a scanned text.
func (m *Memory) Redeem(scan desk.Scan) (desk.Answer, error) { return m.answer(scan, true) }

// Peek gives the answer that Redeem would give, and records nothing.
func (m *Memory) Peek(scan desk.Scan) (desk.Answer, error) { return m.answer(scan, false) }

func (m *Memory) answer(scan desk.Scan, record bool) (desk.Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	codes, err := kiosk.ParseCode(scan.Text, m.point.Policy.WithDefaults().CodeFormats)
	if err != nil {
		return desk.NewAnswer(m.cache, kiosk.Outcome{Verdict: kiosk.Malformed, At: scan.At.Wall}), nil
	}
	orders, shown, forged := m.opened(codes, scan.At)
	if forged {
		return desk.NewAnswer(m.cache, kiosk.Outcome{Verdict: kiosk.Malformed, At: scan.At.Wall}), nil
	}
	if len(orders) == 0 {
		c := shown.tell(m.context(scan.At, scan.Source, kiosk.Order{}))
		if c.Voucher != nil {
			return m.vouch(c, scan, record)
		}
		return desk.NewAnswer(m.cache, kiosk.DecideUnknown(codes, c)), nil
	}
	if scan.Only != nil {
		orders = slices.DeleteFunc(orders, func(o kiosk.Order) bool { return !slices.Contains(scan.Only, o.ID) })
	}
	if len(orders) == 0 {
		return desk.NewAnswer(m.cache, kiosk.Outcome{Verdict: kiosk.Unknown, At: scan.At.Wall}), nil
	}
	var bodies []kiosk.Body
	var of []int
	outcomes := make([]kiosk.Outcome, len(orders))
	risk := m.risk
	for i, o := range orders {
		c := shown.tell(m.context(scan.At, scan.Source, o))
		c.Risk = risk
		out, body := kiosk.DecideScan(o, m.state(o), c)
		outcomes[i] = out
		if body != nil && record {
			bodies, of = append(bodies, body), append(of, i)
			risk = risk.Apply(kiosk.Event{Body: body})
		}
	}
	events, err := m.record(scan.At, bodies...)
	if err != nil && len(bodies) > 0 {
		return desk.Answer{}, err
	}
	for n, e := range events {
		out := &outcomes[of[n]]
		out.Event, out.Seq, out.At = e.ID, e.Seq, e.At.Wall
	}
	return desk.NewAnswer(m.cache, outcomes...), nil
}

// Opens names the orders that a text opens.
func (m *Memory) Opens(text string) ([]kiosk.OrderID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fault != nil {
		return nil, m.fault
	}
	codes, err := kiosk.ParseCode(text, m.point.Policy.WithDefaults().CodeFormats)
	if err != nil {
		return nil, nil // no code opens no order
	}
	var ids []kiosk.OrderID
	orders, shown, _ := m.opened(codes, kiosk.Moment{Clock: kiosk.ClockSuspect})
	if v := shown.voucher; v != nil && len(orders) == 0 && v.Point == m.point.ID {
		ids = append(ids, v.Order)
	}
	for _, o := range orders {
		ids = append(ids, o.ID)
	}
	return ids, nil
}

func (m *Memory) find(codes []kiosk.Code) []kiosk.Order {
	var found []kiosk.Order
	for _, o := range m.orders {
		if slices.ContainsFunc(codes, func(c kiosk.Code) bool { return slices.Contains(o.Lookups, Lookup(c)) }) {
			found = append(found, o)
		}
	}
	slices.SortFunc(found, func(a, b kiosk.Order) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return found
}

// Confirm hands over a held order by a leader's word.
func (m *Memory) Confirm(at kiosk.Moment, id kiosk.OrderID, conf kiosk.Confirmation) (desk.Answer, error) {
	return m.byHand(at, id, conf, kiosk.DecideConfirm)
}

// HandOver hands over an order by a leader's hand.
func (m *Memory) HandOver(at kiosk.Moment, id kiosk.OrderID, conf kiosk.Confirmation) (desk.Answer, error) {
	return m.byHand(at, id, conf, kiosk.DecideHandOver)
}

func (m *Memory) byHand(at kiosk.Moment, id kiosk.OrderID, conf kiosk.Confirmation,
	decide func(kiosk.Order, kiosk.OrderState, kiosk.Context, kiosk.Confirmation) (kiosk.Outcome, []kiosk.Body, error),
) (desk.Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.subject(id)
	if !ok {
		return desk.Answer{}, kiosk.ErrUnknownOrder
	}
	c := m.context(at, "touch", o)
	out, bodies, err := decide(o, m.state(o), c, conf)
	if errors.Is(err, kiosk.ErrNotCollectable) {
		out, _ = kiosk.DecideScan(o, m.state(o), c)
		return desk.NewAnswer(m.cache, out), nil
	}
	if err != nil {
		return desk.Answer{}, err
	}
	events, err := m.record(at, bodies...)
	if err != nil {
		return desk.Answer{}, err
	}
	last := events[len(events)-1]
	out.Event, out.Seq, out.At = last.ID, last.Seq, last.At.Wall
	return desk.NewAnswer(m.cache, out), nil
}

// Reject opens a held order again.
func (m *Memory) Reject(at kiosk.Moment, id kiosk.OrderID, by string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.subject(id)
	if !ok {
		return kiosk.ErrUnknownOrder
	}
	body, err := kiosk.DecideReject(o, m.state(o), by)
	if err == nil {
		_, err = m.record(at, body)
	}
	return err
}

// Undo compensates a redemption.
func (m *Memory) Undo(at kiosk.Moment, id kiosk.OrderID, redemption kiosk.EventID, by kiosk.Leader, reason string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.subject(id)
	if !ok {
		return kiosk.ErrUnknownOrder
	}
	body, err := kiosk.DecideUndo(o, m.state(o), m.context(at, "touch", o), redemption, by, reason)
	if err == nil {
		_, err = m.record(at, body)
	}
	return err
}

// Record appends an event that no other method brings about.
func (m *Memory) Record(at kiosk.Moment, body kiosk.Body) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if kiosk.Decided(body.Type()) {
		return errors.New("handovers, holds, undos and payments come from scans and confirmations only")
	}
	var o kiosk.Order
	if id := body.Subject(); id != "" {
		var ok bool
		if o, ok = m.subject(id); !ok {
			return kiosk.ErrUnknownOrder
		}
	}
	if err := kiosk.Check(o, m.state(o), kiosk.Event{Body: body}); err != nil {
		return err
	}
	_, err := m.record(at, body)
	return err
}

// Attempts gives what was recorded of failed attempts.
func (m *Memory) Attempts() kiosk.Attempts {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failed
}

// Point gives the point's settings.
func (m *Memory) Point() kiosk.Point {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.point
}

// Status counts.
func (m *Memory) Status() desk.Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := uint64(len(m.events))
	return desk.Status{
		Cache: m.cache, Orders: len(m.orders), Expected: len(m.orders), Unsent: n - min(m.acked, n), Conflict: len(m.receipts),
		Head: n, Disk: m.fault,
	}
}
