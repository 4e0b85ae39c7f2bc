package dashboard

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq/accounts"
)

const (
	maxStreams = 8                // open at once, of an account
	beatEvery  = 15 * time.Second // ages on the pages grow
	quietFor   = time.Second      // between two events
)

// streams counts the open ones by account.
type streams struct {
	mu   sync.Mutex
	open map[string]int
}

func newStreams() *streams { return &streams{open: map[string]int{}} }

func (s *streams) begin(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[name] >= maxStreams {
		return false
	}
	s.open[name]++
	return true
}

func (s *streams) end(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[name]--; s.open[name] == 0 {
		delete(s.open, name)
	}
}

// live sends an event whenever a page of the account is to be looked at again. It
// says nothing of what changed: the page does, by its own permission.
func (d *Dashboard) live(w http.ResponseWriter, r *http.Request) {
	q, ok := d.open(w, r, page{may: self, name: "error"})
	if !ok {
		return
	}
	point := kiosk.PointID(q.query.Get("point"))
	if own := q.onlyPoint(); own != "" {
		point = own
	}
	if !d.streams.begin(q.account.Name) {
		http.Error(w, q.t("error.streams"), http.StatusTooManyRequests)
		return
	}
	defer d.streams.end(q.account.Name)
	changed, stop, ok := d.HQ.Watch(point)
	if !ok {
		http.Error(w, q.t("error.streams"), http.StatusServiceUnavailable)
		return
	}
	defer stop()
	control := http.NewResponseController(w)
	// The server's own limits are for requests that end.
	for _, lift := range []func(time.Time) error{control.SetReadDeadline, control.SetWriteDeadline} {
		if err := lift(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // a balancer must not wait for more
	d.follow(q, control, changed)
}

func (d *Dashboard) follow(q *request, control *http.ResponseController, changed <-chan struct{}) {
	say := func(event string) bool {
		_, err := fmt.Fprintf(q.w, "event: %s\ndata: -\n\n", event)
		return err == nil && control.Flush() == nil
	}
	if !say("hello") {
		return
	}
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	quiet := time.NewTimer(0)
	defer quiet.Stop()
	for {
		select { // changes within a second are one
		case <-q.Context().Done():
			return
		case <-quiet.C:
		}
		select {
		case <-q.Context().Done():
			return
		case _, more := <-changed:
			if !more {
				return // the server ends; the browser comes back by itself
			}
		case <-beat.C:
			if _, _, err := d.Accounts.Session(q.Context(), q.token, false); errors.Is(err, accounts.ErrNoSession) {
				say("ended")
				return
			}
		}
		if !say("changed") {
			return
		}
		quiet.Reset(quietFor)
	}
}
