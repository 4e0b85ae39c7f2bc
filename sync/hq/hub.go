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
	// store changed, once a point, while somebody follows it.
	lookEvery = time.Second
)

// hub wakes those who follow a point when something changed there.
type hub struct {
	hq      *HQ
	mu      sync.Mutex
	points  map[kiosk.PointID]*watched
	streams map[kiosk.TerminalID]*follower
	closed  bool
}

// watched is a point that somebody follows.
type watched struct {
	poke      chan struct{} // something may have changed
	end       context.CancelFunc
	followers map[*follower]struct{}
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
	return &hub{hq: h, points: map[kiosk.PointID]*watched{}, streams: map[kiosk.TerminalID]*follower{}}
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
	w := b.points[point]
	if w == nil {
		ctx, cancel := context.WithCancel(context.Background())
		w = &watched{poke: make(chan struct{}, 1), end: cancel, followers: map[*follower]struct{}{}}
		b.points[point] = w
		go b.watch(ctx, point, w)
	}
	w.followers[f] = struct{}{}
	return f, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.streams[terminal] == f {
			delete(b.streams, terminal)
		}
		if delete(w.followers, f); len(w.followers) == 0 {
			w.end()
			delete(b.points, point)
		}
	}, true
}

// watch wakes a point's followers when something changed: at once when this HQ
// did it, within a second when another one did.
func (b *hub) watch(ctx context.Context, point kiosk.PointID, w *watched) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var last seenPoint
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.poke:
			b.wake(w)
			continue
		case <-tick.C:
		}
		now, err := b.hq.seePoint(ctx, point)
		if err != nil || now == last {
			continue // a store that fails says so to everybody who asks it
		}
		last = now
		b.wake(w)
	}
}

// wake tells followers; one that is busy finds the rest when it looks.
func (b *hub) wake(w *watched) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for f := range w.followers {
		select {
		case f.wake <- struct{}{}:
		default:
		}
	}
}

// poke says that a point may have changed. It never blocks.
func (b *hub) poke(point kiosk.PointID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w := b.points[point]; w != nil {
		select {
		case w.poke <- struct{}{}:
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
}

// changed wakes those who follow a point. What a committed Update put is noticed
// without it, see watchedStore.
func (h *HQ) changed(point kiosk.PointID) { h.hub.poke(point) }

// EndStreams ends the streams that terminals follow, which would otherwise hold up
// the end of a server; they come back after a while.
func (h *HQ) EndStreams() { h.hub.close() }

// seenPoint is what a look at a point compares.
type seenPoint struct {
	version uint64
	tag     string
}

func (h *HQ) seePoint(ctx context.Context, id kiosk.PointID) (seen seenPoint, err error) {
	err = h.store.View(ctx, func(tx Tx) error {
		rec, err := mustPoint(tx, id)
		seen.version = rec.Version
		return err
	})
	if err == nil {
		_, seen.tag, err = h.settings(ctx, id)
	}
	return seen, err
}

// watchedStore wakes followers of what an Update changed, whoever made it.
type watchedStore struct {
	Store
	changed func(kiosk.PointID)
}

// Update implements Store.
func (s watchedStore) Update(ctx context.Context, fn func(Tx) error) error {
	var touched map[kiosk.PointID]bool
	err := s.Store.Update(ctx, func(tx Tx) error {
		touched = map[kiosk.PointID]bool{} // the store may run this again
		return fn(watchedTx{tx, touched})
	})
	if err == nil {
		for id := range touched {
			s.changed(id)
		}
	}
	return err
}

type watchedTx struct {
	Tx
	touched map[kiosk.PointID]bool
}

// PutPoint implements Tx.
func (t watchedTx) PutPoint(p PointRecord) error {
	t.touched[p.Point.ID] = true
	return t.Tx.PutPoint(p)
}

// PutTerminal implements Tx. A terminal that was withdrawn is told at once, and so
// is one of whose orders another one asks for.
func (t watchedTx) PutTerminal(v Terminal) error {
	if !v.Revoked.IsZero() || len(v.Asked) > 0 {
		t.touched[v.Point] = true
	}
	return t.Tx.PutTerminal(v)
}
