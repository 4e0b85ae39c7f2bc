package hq

import "hexiao/kiosk"

// maxWatchers bounds those who watch at once, over all points.
const maxWatchers = 2000

// Watch tells of changes, for pages that show them: the channel gets a value soon
// after a commit touched the point, any point for the empty id, by whatever HQ over
// this store. Several changes may be one value. The channel is closed when
// [HQ.EndStreams] is called. The caller ends the watch by stop. ok is false when there
// are too many already.
func (h *HQ) Watch(point kiosk.PointID) (changed <-chan struct{}, stop func(), ok bool) {
	return h.hub.watch(point)
}

// watcher is one who watches.
type watcher struct {
	point kiosk.PointID // empty: all
	wake  chan struct{}
}

func (b *hub) watch(point kiosk.PointID) (<-chan struct{}, func(), bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || len(b.watchers) >= maxWatchers {
		return nil, nil, false
	}
	w := &watcher{point: point, wake: make(chan struct{}, 1)}
	b.watchers[w] = struct{}{}
	b.begin()
	return w.wake, func() { b.unwatch(w) }, true
}

func (b *hub) unwatch(w *watcher) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.watchers, w)
	b.rest()
}

// pokeWatchers is called with the lock held; the empty point is all of them.
func (b *hub) pokeWatchers(point kiosk.PointID) {
	for w := range b.watchers {
		if point != "" && w.point != "" && w.point != point {
			continue
		}
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

// endWatchers is called with the lock held, once nobody can begin any more.
func (b *hub) endWatchers() {
	for w := range b.watchers {
		delete(b.watchers, w)
		close(w.wake)
	}
}
