package intake

import (
	"net/http"
	"time"
)

// Limits of a key at each HQ.
const (
	perSecond = 50
	atOnce    = 200
)

// rate is a bucket that fills with time; each request takes one out.
type rate struct {
	full float64
	at   time.Time
}

// allow takes a request of a key; it returns a refusal for one too many.
func (i *Intake) allow(key string, now time.Time) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	r := i.rates[key]
	if r == nil {
		r = &rate{full: atOnce, at: now}
		i.rates[key] = r
	}
	if passed := now.Sub(r.at); passed > 0 {
		r.full, r.at = min(atOnce, r.full+passed.Seconds()*perSecond), now
	}
	if r.full < 1 {
		return refuse(http.StatusTooManyRequests, "too-many", "this key asks more than %d times a second; wait a second", perSecond)
	}
	r.full--
	return nil
}
