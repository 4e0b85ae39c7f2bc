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

	// maxRemembered bounds the memory of a Debouncer, in texts and companies, whatever is held
	// in front of it.
	maxRemembered = 256
)

// Debouncer lets each showing of a code through once, across all sources.
//
// The window counts from the last sight, not from the first: a code that stays in
// front of a camera for a minute is one scan. A code that was out of sight for
// a second or more and comes back within the window is passed on as a Repeat,
// at most once a window. After a whole window out of sight it is new again.
// Direct scans pass untouched and leave no trace. Refused texts count as one text,
// so that noise on a line is one answer, and are never repeats.
//
// Codes in view together count as a whole: each company of texts, in any order, is
// passed on when it is new, and once a window for as long as it stays, with those of
// its texts that are not new as Held. So is a text that was in sight in company
// and is alone now: it may be the one that the customer was asked to show. What is
// new to whom only the domain can tell.
//
// It is safe for use by several goroutines; scans leave it one at a time.
type Debouncer struct {
	emit   Emit
	window time.Duration
	now    func() time.Time

	mu   sync.Mutex
	seen map[key]*sighting
}

// key is the hash of a text, or of the texts of a company: codes do not stay in memory.
type key [sha256.Size]byte

// sighting is what is remembered of a text or of a company.
type sighting struct {
	last   time.Time // last sight
	alone  time.Time // last sight of a text without company
	passed time.Time // last time that a text was let through as a repeat, a company at all
}

// NewDebouncer returns a Debouncer in front of emit. window 0 means DefaultWindow.
// now should carry a monotonic reading, as time.Now does: a wall clock that is set
// back would make codes new again, one that is set forward too.
func NewDebouncer(emit Emit, window time.Duration, now func() time.Time) *Debouncer {
	if window <= 0 {
		window = DefaultWindow
	}
	return &Debouncer{emit: emit, window: window, now: now, seen: map[key]*sighting{}}
}

// Emit takes a scan and passes it on if it is a new showing, a repeat, or in a company
// that is told of.
func (d *Debouncer) Emit(s Scan) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s.Direct {
		d.emit(s)
		return
	}
	t := d.now()
	s.Held, s.Repeat = nil, false
	if len(s.Also) > 0 {
		d.company(s, t)
		return
	}
	e, since := d.look(sha256.Sum256([]byte(s.Text)), t)
	alone := t.Sub(e.alone)
	e.alone = t
	switch {
	case d.out(since):
	case d.out(alone):
		s.Held = []string{s.Text}
	case s.Refused == "" && since >= away && t.Sub(e.passed) >= d.window:
		s.Repeat = true
		e.passed = t
	default:
		return
	}
	d.emit(s)
	// The source could not see while emit ran: that time is not an absence.
	e.last = d.now()
	e.alone = e.last
}

// company is Emit for texts that are in view together.
func (d *Debouncer) company(s Scan, t time.Time) {
	e, since := d.look(companyKey(s), t)
	pass := d.out(since) || t.Sub(e.passed) >= d.window
	for i := range 1 + len(s.Also) {
		if _, since := d.look(sha256.Sum256([]byte(s.text(i))), t); pass && !d.out(since) {
			s.Held = append(s.Held, s.text(i))
		}
	}
	if !pass {
		return
	}
	d.emit(s)
	after := d.now() // see Emit
	e.last, e.passed = after, after
	for i := range 1 + len(s.Also) {
		d.look(sha256.Sum256([]byte(s.text(i))), after)
	}
}

// companyKey is the same for the same texts in any order.
func companyKey(s Scan) key {
	var sum [sha256.Size + 1]byte
	for i := range 1 + len(s.Also) {
		one := sha256.Sum256([]byte(s.text(i)))
		for j, b := range one {
			sum[j] ^= b
		}
	}
	sum[sha256.Size] = byte(len(s.Also))
	return sha256.Sum256(sum[:])
}

// look is a sight of what has the key, and how long ago the one before was; very long
// for what is new.
func (d *Debouncer) look(k key, t time.Time) (*sighting, time.Duration) {
	e, known := d.seen[k]
	if !known {
		d.makeRoom(t)
		e = &sighting{}
		d.seen[k] = e
	}
	since := t.Sub(e.last)
	e.last = t
	return e, since
}

// out reports whether so long without a sight is an absence; a clock that was set back
// is taken for one.
func (d *Debouncer) out(since time.Duration) bool { return since >= d.window || since < 0 }

// makeRoom forgets what is past its window and, if that is not enough, what has been
// out of sight longest.
func (d *Debouncer) makeRoom(t time.Time) {
	if len(d.seen) < maxRemembered {
		return
	}
	var oldest key
	var oldestAt time.Time
	for k, e := range d.seen {
		if d.out(t.Sub(e.last)) {
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
