package kiosktest

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/books"
	"hexiao/kiosk/seal"
)

// TerminalID is the terminal of a Memory's events.
const TerminalID kiosk.TerminalID = "T-memory"

// Key is the point's key in tests.
func Key() seal.PointKey {
	key, err := seal.NewPointKey(bytes.Repeat([]byte{7}, seal.SecretBytes))
	if err != nil {
		panic(err) // the secret above has the wrong length
	}
	return key
}

// Customer gives an order a customer, sealed and indexed under [Key]. Put it
// behind what changes the order's id.
func Customer(name, phone string) func(*kiosk.Order) {
	return func(o *kiosk.Order) {
		key, masked := Key(), kiosk.Mask(name, phone)
		sealed, err := key.SealDesk(o.ID, masked)
		if err != nil {
			panic(err) // two strings can always be sealed
		}
		o.SealedDesk, o.NameIndex, o.NameKeys = sealed, key.NameIndex(name), key.NameKeys(name)
	}
}

// Reveal opens what [Customer] sealed.
func Reveal(o kiosk.Order) kiosk.Masked {
	m, err := Key().OpenDesk(o.ID, o.SealedDesk)
	if err != nil {
		return kiosk.Masked{}
	}
	return m
}

// Books gives the leader's index of the ledger, always up to date, with days of
// a zone; nil: UTC. Of several calls the last one's counts.
func (m *Memory) Books(zone *time.Location) *books.Index {
	if zone == nil {
		zone = time.UTC
	}
	key := Key()
	index := books.New(books.Options{Terminal: TerminalID, Reveal: Reveal, NameIndex: key.NameIndex, NameKey: key.NameKey})
	index.Open(memorySource{m}, zone)
	m.mu.Lock()
	m.books = index
	m.mu.Unlock()
	m.update()
	return index
}

// RemoveOrder takes an order out of the set.
func (m *Memory) RemoveOrder(id kiosk.OrderID) {
	m.mu.Lock()
	delete(m.orders, id)
	if m.books != nil {
		m.books.Changed(id)
	}
	m.mu.Unlock()
	m.update()
}

// Settle is HQ's word on all events up to a sequence: accepted, but for what the
// receipts say.
func (m *Memory) Settle(upTo uint64, receipts ...kiosk.Receipt) {
	m.mu.Lock()
	m.acked = upTo
	for _, r := range receipts {
		m.receipts = slices.DeleteFunc(m.receipts, func(old kiosk.Receipt) bool { return old.Seq == r.Seq })
		m.receipts = append(m.receipts, r)
	}
	slices.SortFunc(m.receipts, func(a, b kiosk.Receipt) int { return cmp.Compare(a.Seq, b.Seq) })
	if m.books != nil {
		m.books.Settled()
	}
	m.mu.Unlock()
	m.update()
}

// update brings the books up to date; the caller does not hold the lock.
func (m *Memory) update() {
	m.mu.Lock()
	index := m.books
	m.mu.Unlock()
	if index == nil {
		return
	}
	if err := index.Update(); err != nil {
		panic(err) // a Memory can always be read
	}
}

// received reports whether somebody signed for the order's consignment; the
// caller holds the lock.
func (m *Memory) received(o kiosk.Order) bool {
	return o.Consignment != "" && slices.ContainsFunc(m.events, func(e kiosk.Event) bool {
		b, ok := e.Body.(kiosk.GoodsReceived)
		return ok && b.Consignment == o.Consignment
	})
}

// memorySource is a Memory as its books read it.
type memorySource struct{ *Memory }

// Orders gives the orders by id.
func (s memorySource) Orders(fn func(kiosk.Order, kiosk.OrderState) error) error {
	s.mu.Lock()
	var list []kiosk.Order
	for _, o := range s.orders {
		list = append(list, o)
	}
	s.mu.Unlock()
	slices.SortFunc(list, func(a, b kiosk.Order) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, o := range list {
		if o, state, ok := s.Order(o.ID); ok {
			if err := fn(o, state); err != nil {
				return err
			}
		}
	}
	return nil
}

// Events gives what was recorded.
func (s memorySource) Events(from uint64, fn func(kiosk.Event) error) error {
	for _, e := range s.Memory.Events() {
		if e.Seq >= from {
			if err := fn(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// Head has no hash: nothing is chained here.
func (s memorySource) Head() (kiosk.Head, error) { return kiosk.Head{Seq: s.Status().Head}, nil }

// AckedHead is as Settle said.
func (s memorySource) AckedHead() kiosk.Head {
	s.mu.Lock()
	defer s.mu.Unlock()
	return kiosk.Head{Seq: s.acked}
}

// Receipts gives what Settle said.
func (s memorySource) Receipts(fn func(kiosk.Receipt) error) error {
	s.mu.Lock()
	list := slices.Clone(s.receipts)
	s.mu.Unlock()
	for _, r := range list {
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}
