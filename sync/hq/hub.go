package hq

import (
	"context"
	"sync"
	"time"

	"hexiao/kiosk"
)

const (
	// maxFollowers bounds the streams that are kept open; who comes then has its
	// stream ended behind the watermark, and asks again after a while.
	maxFollowers = 10_000
	// lookEvery is how often the store is asked for what another HQ over the same
	// store changed, while somebody follows a point.
	lookEvery = time.Second
)

// hub wakes those who follow a point when something changed there.
type hub struct {
	hq      *HQ
	mu      sync.Mutex
	points  map[kiosk.PointID]map[*follower]struct{}
	streams map[kiosk.TerminalID]*follower
	// watchers are pages of HQ's, see [HQ.Watch].
	watchers map[*watcher]struct{}
	end      context.CancelFunc // of the look at the store; nil while nobody follows
	closed   bool
}

// follower is one open stream.
type follower struct {
	last part // up to its watermark the stream has been sent
	wake chan struct{}
	over chan struct{} // closed when the stream is to end
	once sync.Once
}

func (f *follower) end() { f.once.Do(func() { close(f.over) }) }

func newHub(h *HQ) *hub {
	return &hub{hq: h, points: map[kiosk.PointID]map[*follower]struct{}{}, streams: map[kiosk.TerminalID]*follower{},
		watchers: map[*watcher]struct{}{}}
}

// join begins to follow; leave ends it. A terminal has one stream: an older one,
// of which it will have lost the connection, ends. ok is false when there are
// too many.
func (b *hub) join(point kiosk.PointID, terminal kiosk.TerminalID) (f *follower, leave func(), ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	old := b.streams[terminal]
	if b.closed || old == nil && len(b.streams) >= maxFollowers {
		return nil, nil, false
	}
	if old != nil {
		old.end()
	}
	f = &follower{wake: make(chan struct{}, 1), over: make(chan struct{})}
	b.streams[terminal] = f
	if b.points[point] == nil {
		b.points[point] = map[*follower]struct{}{}
	}
	b.points[point][f] = struct{}{}
	b.begin()
	return f, func() { b.leave(f, point, terminal) }, true
}

func (b *hub) leave(f *follower, point kiosk.PointID, terminal kiosk.TerminalID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.streams[terminal] == f {
		delete(b.streams, terminal)
	}
	if delete(b.points[point], f); len(b.points[point]) == 0 {
		delete(b.points, point)
	}
	b.rest()
}

// begin looks at the store from now on, and rest no more when nobody follows or
// watches. Both are called with the lock held.
func (b *hub) begin() {
	if b.end == nil {
		ctx, cancel := context.WithCancel(context.Background())
		b.end = cancel
		go b.look(ctx)
	}
}

func (b *hub) rest() {
	if len(b.points) == 0 && len(b.watchers) == 0 && b.end != nil {
		b.end()
		b.end = nil
	}
}

// look wakes followers within a second of what another HQ over the same store
// committed; what this one does wakes them at once.
func (b *hub) look(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	cursor := ""
	for {
		points, next, err := b.hq.store.Touched(ctx, cursor)
		if err == nil { // a store that fails says so to everybody who asks it
			cursor = next
			for _, id := range points {
				b.poke(id)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// poke wakes those who follow a point, of all points for the empty id; one that is
// busy finds the rest when it looks. It never blocks.
func (b *hub) poke(point kiosk.PointID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pokeWatchers(point)
	if point != "" {
		wake(b.points[point])
		return
	}
	for _, followers := range b.points {
		wake(followers)
	}
}

func wake(followers map[*follower]struct{}) {
	for f := range followers {
		select {
		case f.wake <- struct{}{}:
		default:
		}
	}
}

// close ends all streams, and lets none begin.
func (b *hub) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for _, f := range b.streams {
		f.end()
	}
	b.endWatchers()
	b.rest()
}

// changed wakes those who follow a point. What a committed Update put is noticed
// without it, see watchedStore.
func (h *HQ) changed(point kiosk.PointID) { h.hub.poke(point) }

// EndStreams ends the streams that terminals follow, which would otherwise hold up
// the end of a server; they come back after a while.
func (h *HQ) EndStreams() { h.hub.close() }

// Followers is how many terminals' streams are open here.
func (h *HQ) Followers() int {
	h.hub.mu.Lock()
	defer h.hub.mu.Unlock()
	return len(h.hub.streams)
}

// watchedStore wakes followers of what an Update touched, and tells observers of
// what it added.
type watchedStore struct {
	Store
	hq *HQ
}

// Update implements Store.
func (s watchedStore) Update(ctx context.Context, fn func(Tx) error) error {
	var touched map[kiosk.PointID]bool
	err := s.Store.Update(ctx, func(tx Tx) error {
		touched = map[kiosk.PointID]bool{} // the store may run this again
		var facts []Fact
		watched := watchedTx{tx, s.hq, touched, &facts}
		if err := fn(watched); err != nil {
			return err
		}
		return s.hq.finish(watched, facts)
	})
	if err == nil {
		for id := range touched {
			s.hq.changed(id)
		}
	}
	return err
}

type watchedTx struct {
	Tx
	hq      *HQ
	touched map[kiosk.PointID]bool
	facts   *[]Fact // for the finishers
}

// Touch implements Tx.
func (t watchedTx) Touch(id kiosk.PointID) error {
	t.touched[id] = true
	return t.Tx.Touch(id)
}

// PutPoint implements Tx.
func (t watchedTx) PutPoint(p PointRecord) error {
	t.touched[p.Point.ID] = true
	return t.Tx.PutPoint(p)
}

// PutIdentity implements Tx. Every terminal is told of a new key.
func (t watchedTx) PutIdentity(v Identity) error {
	t.touched[""] = true
	return t.Tx.PutIdentity(v)
}

// PutTerminal implements Tx. A terminal that was withdrawn is told at once, and so
// is one of whose orders another one asks for.
func (t watchedTx) PutTerminal(v Terminal) error {
	if !v.Revoked.IsZero() || len(v.Asked) > 0 {
		if err := t.Touch(v.Point); err != nil {
			return err
		}
	}
	return t.Tx.PutTerminal(v)
}

// AddCase implements Tx.
func (t watchedTx) AddCase(c Case) (uint64, error) {
	n, err := t.Tx.AddCase(c)
	if err != nil {
		return n, err
	}
	c.Number = n
	return n, t.hq.observe(t, CaseOpened{c})
}

// AddRequest implements Tx.
func (t watchedTx) AddRequest(r Request) (uint64, error) {
	n, err := t.Tx.AddRequest(r)
	if err != nil {
		return n, err
	}
	r.Number = n
	return n, t.hq.observe(t, RequestAdded{r})
}
