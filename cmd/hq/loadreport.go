package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// loadFigures is what a load came to.
type loadFigures struct {
	Kiosks int `json:"kiosks"`
	Points int `json:"points"`
	Orders int `json:"orders"`
	Events int `json:"events"`
	Batch  int `json:"batch"`
	// SetUpSeconds is how long points, orders and enrolments took, Seconds the pushes.
	SetUpSeconds     float64   `json:"set_up_s"`
	Seconds          float64   `json:"push_s"`
	Settled          int       `json:"settled"` // and accepted
	SettledPerSecond float64   `json:"settled_per_s"`
	Push             quantiles `json:"push_ms"`
	Pull             quantiles `json:"pull_ms"`
	Changes          int       `json:"changes"` // orders that came over followed streams
	Errors           int       `json:"errors"`
	FirstError       string    `json:"first_error,omitempty"`
	// The most memory of HQ's process, 0 where it is not ours, and of this one.
	HQMemoryMB  float64 `json:"hq_memory_mb,omitempty"`
	OwnMemoryMB float64 `json:"own_memory_mb"`
}

// print gives the figures to people or to programs.
func (g *loadFigures) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(g)
	}
	_, err := fmt.Fprintf(w, `%d terminals at %d points, %d orders; made in %.1f s
settled   %d of %d redemptions in %.1f s: %.0f a second
push      %v, up to %d redemptions each
pull      %v
followed  %d changes
errors    %d
memory    %.0f MB of HQ, %.0f MB of the terminals
`, g.Kiosks, g.Points, g.Orders, g.SetUpSeconds, g.Settled, g.Events, g.Seconds, g.SettledPerSecond, g.Push, g.Batch, g.Pull, g.Changes, g.Errors, g.HQMemoryMB, g.OwnMemoryMB)
	return err
}

// times gathers how long calls took.
type times struct {
	mu  sync.Mutex
	all []time.Duration
}

func newTimes(n int) *times { return &times{all: make([]time.Duration, 0, n)} }

func (t *times) add(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, d)
}

// quantiles of times, in milliseconds.
type quantiles struct {
	Calls int     `json:"calls"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

// String gives them for people.
func (q quantiles) String() string {
	return fmt.Sprintf("%d times, p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, at most %.1f ms", q.Calls, q.P50, q.P95, q.P99, q.Max)
}

// quantiles gives the times below which that share of them lies; the nearest rank,
// so that each is a time that was taken.
func (t *times) quantiles() quantiles {
	t.mu.Lock()
	defer t.mu.Unlock()
	slices.Sort(t.all)
	at := func(percent int) float64 {
		if len(t.all) == 0 {
			return 0
		}
		return float64(t.all[(len(t.all)*percent+99)/100-1]) / float64(time.Millisecond)
	}
	return quantiles{Calls: len(t.all), P50: at(50), P95: at(95), P99: at(99), Max: at(100)}
}
