package scanner

import (
	"context"
	"sync"
	"time"
)

// teller passes on reports of one source, stamped, and leaves out those that say
// what the last one said: devices that are missing for a day are one report.
type teller struct {
	source string
	report func(Health)
	now    func() time.Time

	mu   sync.Mutex
	last Health
}

func newTeller(source string, report func(Health), now func() time.Time) *teller {
	if report == nil {
		report = func(Health) {}
	}
	return &teller{source: source, report: report, now: now}
}

func (t *teller) state(s State, detail string) {
	t.health(Health{State: s, Detail: detail})
}

// ended tells why a source ran to its end.
func (t *teller) ended(ctx context.Context) {
	if ctx.Err() != nil {
		t.state(Ended, "Closed.")
		return
	}
	t.state(Ended, "The input has ended.")
}

func (t *teller) health(h Health) {
	h.Source, h.At = t.source, t.now().UTC()
	t.mu.Lock()
	same := t.last.State == h.State && t.last.Detail == h.Detail && t.last.Hint == h.Hint
	// A device that is tried again and again goes back and forth between
	// starting and missing; only the outcome is news.
	retry := h.State == Starting && t.last.State != ""
	if !retry {
		t.last = h
	}
	t.mu.Unlock()
	if !same && !retry {
		t.report(h)
	}
}
