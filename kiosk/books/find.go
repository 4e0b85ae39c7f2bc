package books

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// foundKept is the last answer, and how long it holds.
type foundKept struct {
	query       desk.Query
	revision    uint64
	from, until int64 // Unix milliseconds
	found       desk.Found
}

// found is an order that matches.
type found struct {
	*record
	rank rank
}

// Find gives the orders that a query means, what was typed best first. A limit
// of 0 gives all of them, which for a large set takes seconds.
func (x *Index) Find(q desk.Query, at kiosk.Moment) desk.Found {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.look()
	if x.source == nil {
		return desk.Found{}
	}
	now, dated := at.Time()
	today, ms := int32(noDay), int64(0) // by a clock that tells nothing, nothing is of today or overdue
	if dated {
		today, ms = dayNumber(now.In(x.zone)), now.UnixMilli()
	}
	if k := &x.kept.found; k.query == q && k.revision == x.revision && ms >= k.from && ms < k.until {
		return desk.Found{Entries: slices.Clone(k.found.Entries), Total: k.found.Total}
	}
	best, total := x.search(q, today, ms)
	answer := desk.Found{Total: total}
	for _, r := range best {
		if o, s, ok := x.source.Order(r.id); ok {
			answer.Entries = append(answer.Entries, x.entry(o, s))
		}
	}
	x.kept.found = foundKept{query: q, revision: x.revision, found: answer, from: ms, until: ms + 1}
	if dated {
		y, m, d := now.In(x.zone).Date()
		midnight := time.Date(y, m, d+1, 0, 0, 0, 0, x.zone)
		x.set.counts.overdue.passed(ms)
		x.kept.found.until = max(ms+1, min(midnight.UnixMilli(), x.set.counts.overdue.next))
	}
	return desk.Found{Entries: slices.Clone(answer.Entries), Total: total}
}

// search gives the best orders up to the limit, in their order, and how many
// there are.
func (x *Index) search(q desk.Query, today int32, now int64) (best []found, total int) {
	m := x.matcher(q.Text)
	order := orderOf(q.Filter, today)
	better := func(a, b found) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), order(a.record, b.record), strings.Compare(string(a.id), string(b.id)))
	}
	limit := q.Limit
	if limit <= 0 {
		limit = len(x.set.list)
	}
	var full bool // limit orders have been found, the worst of which is last
	var last found
	for _, r := range x.set.list {
		if !x.meant(q.Filter, r, today, now) {
			continue
		}
		f := found{r, m.rank(r)}
		if f.rank == rankNone {
			continue
		}
		total++
		if full && better(f, last) > 0 {
			continue
		}
		// Twice the limit is gathered, then the worse half goes: that costs less than
		// keeping all of them in order.
		if best = append(best, f); len(best) >= 2*limit+64 {
			slices.SortFunc(best, better)
			best = best[:limit]
			full, last = true, best[limit-1]
		}
	}
	slices.SortFunc(best, better)
	return best[:min(limit, len(best))], total
}

// meant reports whether an order passes a filter. An unknown filter lets all pass.
func (x *Index) meant(f desk.Filter, r *record, today int32, now int64) bool {
	switch f {
	case desk.FilterToCollect:
		return x.set.toCollect(r)
	case desk.FilterCollected:
		return latest(r, today) > 0
	case desk.FilterOverdue:
		return r.due != 0 && r.due < now && x.set.toCollect(r)
	case desk.FilterReported:
		return r.reports > 0 || slices.ContainsFunc(r.handed, func(h handover) bool { return h.flawed && h.day == today && today != noDay })
	}
	return true
}

// latest is the time of the latest handover of a day; 0: there is none.
func latest(r *record, day int32) (at int64) {
	for _, h := range r.handed {
		if h.day == day && day != noDay {
			at = max(at, h.at)
		}
	}
	return at
}

// orderOf is the order of a filter's orders among those that match alike.
func orderOf(f desk.Filter, today int32) func(a, b *record) int {
	switch f {
	case desk.FilterCollected:
		return func(a, b *record) int { return cmp.Compare(latest(b, today), latest(a, today)) }
	case desk.FilterOverdue:
		return func(a, b *record) int { return cmp.Compare(a.due, b.due) }
	}
	return func(a, b *record) int { return natural(a.pickup, b.pickup) }
}

// natural compares numbers as people do: 2-9 before 2-10, and both before 11-1.
func natural(a, b string) int {
	for a != "" && b != "" {
		if !digit(a[0]) || !digit(b[0]) {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		var m, n string
		m, a = number(a)
		n, b = number(b)
		if c := cmp.Or(cmp.Compare(len(m), len(n)), strings.Compare(m, n)); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// number cuts the digits off the front, without leading zeros.
func number(s string) (digits, rest string) {
	i := 0
	for i < len(s) && digit(s[i]) {
		i++
	}
	return strings.TrimLeft(s[:i], "0"), s[i:]
}
