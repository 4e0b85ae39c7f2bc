package boltstore

import (
	"maps"
	"slices"
	"strconv"
	"sync"

	"hexiao/kiosk"
)

// touches remembers which points were touched, for this process alone can touch
// them.
type touches struct {
	mu   sync.Mutex
	n    uint64 // Updates that touched something
	last map[kiosk.PointID]uint64
}

func newTouches() *touches { return &touches{last: map[kiosk.PointID]uint64{}} }

func (t *touches) add(points map[kiosk.PointID]bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n++
	for id := range points {
		t.last[id] = t.n
	}
}

// since gives the points after a cursor by id; one that is no number begins now.
func (t *touches) since(cursor string) ([]kiosk.PointID, string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	next := strconv.FormatUint(t.n, 10)
	from, err := strconv.ParseUint(cursor, 10, 64)
	if err != nil {
		return nil, next
	}
	var points []kiosk.PointID
	for _, id := range slices.Sorted(maps.Keys(t.last)) {
		if t.last[id] > from {
			points = append(points, id)
		}
	}
	return points, next
}
