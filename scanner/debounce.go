package scanner

import (
	"crypto/sha256"
	"sync"
	"time"
)

const (
	// DefaultWindow is how long after its last sight a code is still the same showing of it.
	DefaultWindow = 3 * time.Second

	// away is how long a code must have been out of sight to count as shown again.
	// A camera that reads a hand-held code misses it for some frames all the time.
	away = time.Second

	// maxRemembered bounds the memory of a Debouncer whatever is held in front of it.
	maxRemembered = 256
)

// Debouncer lets each showing of a code through once, across all sources.
//
// The window counts from the last sight, not from the first: a code that stays in
// front of a camera for a minute is one scan. A code that was out of sight for
// a second or more and comes back within the window is passed on as a Repeat,
// at most once a window. After a whole window out of sight it is new again.
// Direct scans pass untouched and leave no trace.
//
// It is safe for use by several goroutines; scans leave it one at a time.
type Debouncer struct {
	emit   Emit
	window time.Duration
	now    func() time.Time

	mu   sync.Mutex
	seen map[[sha256.Size]byte]*sighting
}

// sighting is what is remembered of a text: its hash is the key, so that codes do
// not stay in memory.
type sighting struct {
	last     time.Time // last sight
	repeated time.Time // last time it was let through as a repeat
}

// NewDebouncer returns a Debouncer in front of emit. window 0 means DefaultWindow.
// now should carry a monotonic reading, as time.Now does: a wall clock that is set
// back would make codes new again, one that is set forward too.
func NewDebouncer(emit Emit, window time.Duration, now func() time.Time) *Debouncer {
	if window <= 0 {
		window = DefaultWindow
	}
	return &Debouncer{emit: emit, window: window, now: now, seen: map[[sha256.Size]byte]*sighting{}}
}

// Emit takes a scan and passes it on if it is a new showing or a repeat.
func (d *Debouncer) Emit(s Scan) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s.Direct {
		d.emit(s)
		return
	}
	key := sha256.Sum256([]byte(s.Text))
	t := d.now()
	e, known := d.seen[key]
	if !known {
		d.makeRoom(t)
		e = &sighting{}
		d.seen[key] = e
	}
	gap := t.Sub(e.last)
	e.last = t
	switch {
	case !known || gap >= d.window || gap < 0:
		s.Repeat = false
	case gap >= away && t.Sub(e.repeated) >= d.window:
		s.Repeat = true
		e.repeated = t
	default:
		return
	}
	d.emit(s)
	// The source could not see while emit ran: that time is not an absence.
	e.last = d.now()
}

// makeRoom forgets what is past its window and, if that is not enough, the text
// that has been out of sight longest.
func (d *Debouncer) makeRoom(t time.Time) {
	if len(d.seen) < maxRemembered {
		return
	}
	var oldest [sha256.Size]byte
	var oldestAt time.Time
	for k, e := range d.seen {
		if gap := t.Sub(e.last); gap >= d.window || gap < 0 {
			delete(d.seen, k)
			continue
		}
		if oldestAt.IsZero() || e.last.Before(oldestAt) {
			oldest, oldestAt = k, e.last
		}
	}
	if len(d.seen) >= maxRemembered {
		delete(d.seen, oldest)
	}
}
