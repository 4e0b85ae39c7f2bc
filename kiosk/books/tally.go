package books

import (
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// counts are sums over the orders, kept up to date with each of them.
type counts struct {
	toCollect int
	reported  int
	unsigned  int // consignments with orders, that nobody signed for
	days      map[int32]*dayCount
	overdue   overdue
}

// dayCount is what was handed over on a day. Orders count once.
type dayCount struct {
	collected int
	flawed    int // with short or damaged units, and no open report
	hours     [24]int
}

// overdue counts the orders that wait at the point by their collect-by times,
// and those of them that had passed at a time.
type overdue struct {
	by    map[int64]int // Unix milliseconds
	at    int64
	n     int   // by[t] for t < at
	next  int64 // the first t >= at; none: never
	fresh bool  // at, n and next are known
}

const never = 1<<63 - 1

func newCounts() counts {
	return counts{days: map[int32]*dayCount{}, overdue: overdue{by: map[int64]int{}}}
}

// count adds an order to the sums, or with -1 takes it out. What it depends on
// must be the same both times.
func (s *set) count(r *record, n int) {
	c := &s.counts
	if s.toCollect(r) {
		c.toCollect += n
		if r.due != 0 {
			c.overdue.add(r.due, n)
		}
	}
	switch {
	case n > 0 && r.contested:
		s.contested[r.id] = true
	case n < 0:
		delete(s.contested, r.id)
	}
	if r.reports > 0 {
		c.reported += n
	}
	for i, h := range r.handed {
		if h.day == noDay {
			continue
		}
		day := c.days[h.day]
		if day == nil {
			day = &dayCount{}
			c.days[h.day] = day
		}
		day.hours[h.hour] += n
		first, firstFlawed := firstOfDay(r.handed[:i], h)
		if first {
			day.collected += n
		}
		if firstFlawed && r.reports == 0 {
			day.flawed += n
		}
		if *day == (dayCount{}) {
			delete(c.days, h.day)
		}
	}
	s.consign(r, n)
}

// firstOfDay reports whether h is the first handover of its day, and the first
// with flaws, after those before it.
func firstOfDay(before []handover, h handover) (first, flawed bool) {
	first, flawed = true, h.flawed
	for _, b := range before {
		if b.day == h.day {
			first, flawed = false, flawed && !b.flawed
		}
	}
	return first, flawed
}

// consign counts an order among those of its delivery.
func (s *set) consign(r *record, n int) {
	if r.consignment == 0 || r.gone {
		return
	}
	s.consigned++
	c := &s.consignments[r.consignment]
	was := c.open()
	c.orders += n
	switch is := c.open(); {
	case is && !was:
		s.counts.unsigned++
	case was && !is:
		s.counts.unsigned--
	}
}

// open reports whether a delivery waits for a signature.
func (c *consignment) open() bool { return c.orders > 0 && !c.signed }

func (o *overdue) add(due int64, n int) {
	if o.by[due] += n; o.by[due] == 0 {
		delete(o.by, due)
	}
	switch {
	case !o.fresh:
	case due < o.at:
		o.n += n
	case due == o.next && n < 0:
		o.fresh = false
	default:
		o.next = min(o.next, due)
	}
}

// passed is how many orders' times had passed at a time. Between two such times
// it costs nothing.
func (o *overdue) passed(at int64) int {
	if o.fresh && at >= o.at && at <= o.next {
		return o.n
	}
	*o = overdue{by: o.by, at: at, next: never, fresh: true}
	for due, n := range o.by {
		if due < at {
			o.n += n
		} else {
			o.next = min(o.next, due)
		}
	}
	return o.n
}

// Tally counts the point's orders and what was handed over on the day of at. By
// a clock that tells no day nothing is of today, nor overdue.
func (x *Index) Tally(at kiosk.Moment) desk.Tally {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.look()
	c := &x.set.counts
	t := desk.Tally{
		Known: x.known, ToCollect: c.toCollect, Exceptions: c.reported, Conflicts: x.openConflicts(), Consigned: c.unsigned,
	}
	now, ok := at.Time()
	if !ok {
		return t
	}
	t.Overdue = c.overdue.passed(now.UnixMilli())
	if day := c.days[dayNumber(now.In(x.zone))]; day != nil {
		t.Collected, t.Hours = day.collected, day.hours
		t.Exceptions += day.flawed
	}
	return t
}

// millis is the time of a number of Unix milliseconds; the zero time for 0.
func millis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
