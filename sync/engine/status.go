package engine

import (
	"strings"
	"sync"
	"time"
)

// Status is how it goes between the terminal and HQ.
type Status struct {
	Online      bool          // the last round down went well, or a push since
	LastContact time.Time     // when a round last went well; zero: never
	UpError     string        // why events do not get to HQ, as a sentence; empty: they do
	DownError   string        // why orders do not come from HQ
	Offset      time.Duration // to be added to this machine's clock to have HQ's
	HQTime      time.Time     // HQ's clock, at the time At of Config.Since
	At          time.Duration // unlike Offset they stay true when this machine's clock is set
	Measured    int           // how often these were measured; 0: never, and they say nothing
}

// reporter keeps the status and tells it, one call at a time.
type reporter struct {
	tell func(Status)
	mu   sync.Mutex
	now  Status
}

func (r *reporter) change(f func(*Status)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.now)
	if r.tell != nil {
		r.tell(r.now)
	}
}

// up notes a round up; talked is false when there was nothing to send.
func (r *reporter) up(now time.Time, talked bool, err error) {
	r.change(func(s *Status) {
		s.UpError = sentence(err)
		if talked {
			s.Online, s.LastContact = true, now
		}
	})
}

func (r *reporter) down(now time.Time, err error) {
	r.change(func(s *Status) {
		s.DownError, s.Online = sentence(err), err == nil
		if err == nil {
			s.LastContact = now
		}
	})
}

func (r *reporter) measured(offset time.Duration, hq time.Time, at time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now.Offset, r.now.HQTime, r.now.At = offset, hq, at
	r.now.Measured++
}

func sentence(err error) string {
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ") // errors.Join writes lines
}
