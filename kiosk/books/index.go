package books

import (
	"context"
	"fmt"
	"sync"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// Source is the store that an index tells of. Its methods may be called by
// several goroutines and must not call the index.
type Source interface {
	// Orders calls fn with every order of the set until fn returns an error.
	Orders(fn func(kiosk.Order, kiosk.OrderState) error) error
	// Order gives an order of the set; false: it is not in it.
	Order(id kiosk.OrderID) (kiosk.Order, kiosk.OrderState, bool)
	// Events calls fn with the terminal's events from a sequence on, in order, until
	// fn returns an error, which Events then returns.
	Events(from uint64, fn func(kiosk.Event) error) error
	// Head is the last event's place in the chain.
	Head() (kiosk.Head, error)
	// AckedHead is the last event that HQ has settled.
	AckedHead() kiosk.Head
	// Receipts calls fn with HQ's verdicts that are not simply accepted.
	Receipts(fn func(kiosk.Receipt) error) error
	// Point is the point that the orders lie at.
	Point() kiosk.Point
}

// Options are what an index needs besides its source.
type Options struct {
	Terminal kiosk.TerminalID
	// Reveal opens what may be shown of an order's customer; the zero Masked where
	// it cannot.
	Reveal func(kiosk.Order) kiosk.Masked
	// NameIndex and NameKey are seal.PointKey's; nil: names are not found.
	NameIndex func(name string) []byte
	NameKey   func(spelling string) []byte
}

// Index is a desk.Books. It is safe for several goroutines.
type Index struct {
	o Options

	noting sync.Mutex // guards news; never held while anything else is locked or read
	news   news
	kick   chan struct{} // asks Work

	building sync.Mutex // one building at a time
	mu       sync.Mutex // guards what follows; the source is read under it
	source   Source
	epoch    uint64 // grows whenever all is forgotten
	zone     *time.Location
	known    bool // built once
	set      set
	past     past
	verdicts verdicts
	touched  map[kiosk.OrderID]bool // read anew while a building goes on; nil: none does
	revision uint64                 // grows with every change
	kept     kept
}

// news is what the source told and nobody has looked at yet.
type news struct {
	orders  []kiosk.OrderID
	events  []kiosk.Event
	settled bool
	rebuild bool
}

// kept are answers that hold until something changes.
type kept struct {
	found        foundKept
	consignments []desk.Consignment
	consigned    uint64 // revision of consignments
	day          dayKept
	// How many conflicts are open, at a revision.
	conflicts      int
	conflictsAt    uint64
	conflictsKnown bool
}

const (
	// atOnce is how many changed orders a reader brings in itself.
	atOnce = 32
	// inTurn is how many orders Work brings in between two turns of the readers.
	inTurn = 64
)

// New gives an index of nothing.
func New(o Options) *Index {
	if o.Reveal == nil {
		o.Reveal = func(kiosk.Order) kiosk.Masked { return kiosk.Masked{} }
	}
	x := &Index{o: o, kick: make(chan struct{}, 1), zone: time.UTC}
	x.forget()
	return x
}

// Open has the index tell of a source, in a zone, from now on. Work or Update then
// builds it.
func (x *Index) Open(source Source, zone *time.Location) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.source, x.zone, x.known = source, zone, false
	x.forget()
	x.Replaced()
}

// Clear forgets everything at once, as when HQ withdraws the terminal. The source
// is read anew by Work.
func (x *Index) Clear() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.known = false
	x.forget()
	x.Replaced()
}

// forget empties the index; the caller holds the lock.
func (x *Index) forget() {
	x.set, x.past, x.verdicts, x.kept = newSet(), newPast(), verdicts{}, kept{}
	x.epoch++
	x.revision++
}

// Recorded notes an event that is on disk.
func (x *Index) Recorded(e kiosk.Event) {
	x.note(func(n *news) { n.events = append(n.events, e) })
}

// Changed notes that orders of the set changed, came or went.
func (x *Index) Changed(ids ...kiosk.OrderID) {
	x.note(func(n *news) { n.orders = append(n.orders, ids...) })
}

// Settled notes that HQ settled events.
func (x *Index) Settled() { x.note(func(n *news) { n.settled = true }) }

// Replaced notes that the set is another one.
func (x *Index) Replaced() {
	x.note(func(n *news) { n.rebuild, n.settled, n.orders = true, true, nil })
}

func (x *Index) note(add func(*news)) {
	x.noting.Lock()
	add(&x.news)
	x.noting.Unlock()
	select {
	case x.kick <- struct{}{}:
	default: // it is asked for already
	}
}

// Work brings in what changed until ctx ends. What could not be read is told to
// warn and tried again with the next change.
func (x *Index) Work(ctx context.Context, warn func(error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-x.kick:
		}
		if err := x.update(ctx); err != nil && ctx.Err() == nil {
			warn(fmt.Errorf("the leader's screens may not show everything: %w", err))
		}
	}
}

// Update brings in all that changed, and returns what kept it from doing so.
func (x *Index) Update() error { return x.update(context.Background()) }

func (x *Index) update(ctx context.Context) error {
	if err := x.build(ctx); err != nil {
		return err
	}
	for {
		more, err := x.turn()
		if err != nil || !more || ctx.Err() != nil {
			return err
		}
	}
}

// turn brings in a part of what changed and reports whether there is more.
func (x *Index) turn() (more bool, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.source == nil {
		return false, nil
	}
	if err := x.takeEvents(); err != nil {
		return false, err
	}
	if err := x.takeVerdicts(); err != nil {
		return false, err
	}
	return x.takeOrders(inTurn), nil
}

// look is what every reading method does first: the caller holds the lock. What
// cannot be read now is brought in later by Work.
func (x *Index) look() {
	if x.source == nil {
		return
	}
	_ = x.takeEvents() // the events stay in the journal, and Work tells of the error
	x.noting.Lock()
	few := len(x.news.orders) <= atOnce
	x.noting.Unlock()
	if few {
		x.takeOrders(atOnce)
	}
}

// takeEvents brings in what was recorded; the caller holds the lock. A building
// reads the journal first, and the events that come meanwhile wait for it.
func (x *Index) takeEvents() error {
	x.noting.Lock()
	events := x.news.events
	if !x.past.read { // Build reads them in the journal
		events = nil
	} else {
		x.news.events = nil
	}
	x.noting.Unlock()
	for _, e := range events {
		if e.Seq <= x.past.head {
			continue
		}
		if e.Seq > x.past.head+1 {
			if err := x.readJournal(e.Seq - 1); err != nil {
				x.noteAgain(e)
				return err
			}
		}
		x.enter(e)
	}
	return nil
}

// noteAgain keeps the place from which the journal must still be read.
func (x *Index) noteAgain(e kiosk.Event) {
	x.noting.Lock()
	defer x.noting.Unlock()
	x.news.events = append([]kiosk.Event{e}, x.news.events...)
}

// takeOrders brings in up to n changed orders and reports whether there are more;
// the caller holds the lock.
func (x *Index) takeOrders(n int) (more bool) {
	x.noting.Lock()
	ids := x.news.orders
	if len(ids) > n {
		ids = ids[:n:n]
	}
	x.news.orders = x.news.orders[len(ids):]
	more = len(x.news.orders) > 0
	if !more {
		x.news.orders = nil
	}
	x.noting.Unlock()
	for _, id := range ids {
		x.refresh(id)
	}
	return more
}

// refresh reads an order again; the caller holds the lock.
func (x *Index) refresh(id kiosk.OrderID) {
	x.revision++
	if x.touched != nil {
		x.touched[id] = true
	}
	o, s, ok := x.source.Order(id)
	if !ok {
		x.set.remove(id)
		return
	}
	x.set.put(x.record(o, s, x.source.Point().ID))
}
