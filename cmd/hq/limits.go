package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"hexiao/sync/wire"
)

// Who is not known, or sends what nobody can read, is turned away after so many requests
// that failed for it. A device has few reasons to fail, but a town's terminals may share
// an address.
const (
	deviceFailures  = 30 // at once, of one address in the name of one device
	devicePerSecond = 0.5
	addressFailures = 300 // at once, of one address
	addressPerSec   = 10
	maxRemembered   = 20_000 // of either; beyond it the oldest half is forgotten
	retryAfter      = "10"   // seconds
	// Whoever goes on at full speed would cost more by its refusals than others by their
	// work. So a refusal is held back, for so many at a time; beyond that, the connection
	// ends with it.
	holdTime = time.Second
	mostHeld = 256
)

// limiter turns away who guesses tokens, enrolment codes, signatures or passwords, and
// terminals that send garbage. Only what failed counts, so who does things right is never
// slowed.
type limiter struct {
	next    http.Handler
	now     func() time.Time
	trusted []netip.Prefix
	metrics *metrics
	mu      sync.Mutex
	young   map[string]*rate.Limiter
	old     map[string]*rate.Limiter
	hold    time.Duration
	held    chan struct{}
}

func newLimiter(next http.Handler, now func() time.Time, trusted []netip.Prefix, m *metrics) *limiter {
	return &limiter{next: next, now: now, trusted: trusted, metrics: m, young: map[string]*rate.Limiter{},
		hold: holdTime, held: make(chan struct{}, mostHeld)}
}

// ServeHTTP asks before, and counts after.
func (l *limiter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	address := clientAddress(r, l.trusted)
	device := address + " " + claimed(r)
	if !l.may(address) || !l.may(device) {
		l.metrics.limited.Inc()
		l.wait(w, r)
		w.Header().Set("Retry-After", retryAfter)
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			status, problem := wire.ProblemOf(wire.ErrSlowDown)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(problem) // who has gone away is not told
			return
		}
		http.Error(w, `{"error":"too many failed requests came from this address; wait a while"}`, http.StatusTooManyRequests)
		return
	}
	answer := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	defer func() {
		if failed(r, answer.status) {
			l.charge(address, addressPerSec, addressFailures)
			l.charge(device, devicePerSecond, deviceFailures)
		}
	}()
	l.next.ServeHTTP(answer, r)
}

// wait holds a refusal back, unless too many are held.
func (l *limiter) wait(w http.ResponseWriter, r *http.Request) {
	select {
	case l.held <- struct{}{}:
	default:
		w.Header().Set("Connection", "close")
		return
	}
	defer func() { <-l.held }()
	over := time.NewTimer(l.hold)
	defer over.Stop()
	select {
	case <-over.C:
	case <-r.Context().Done():
	}
}

// failed reports whether somebody may have been guessing, or sent a terminal's request
// that is none.
func failed(r *http.Request, status int) bool {
	switch status {
	case http.StatusUnauthorized:
		return true
	case http.StatusForbidden:
		return strings.HasSuffix(r.URL.Path, "/enrol")
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		return strings.HasPrefix(r.URL.Path, "/v1/")
	}
	return false
}

func (l *limiter) may(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.find(key)
	return b == nil || b.TokensAt(l.now()) >= 1
}

func (l *limiter) charge(key string, perSecond rate.Limit, burst int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.find(key)
	if b == nil {
		b = rate.NewLimiter(perSecond, burst)
		if len(l.young) >= maxRemembered/2 {
			l.young, l.old = map[string]*rate.Limiter{}, l.young
		}
	}
	l.young[key] = b
	b.AllowN(l.now(), 1)
}

func (l *limiter) find(key string) *rate.Limiter {
	if b := l.young[key]; b != nil {
		return b
	}
	return l.old[key]
}

// claimed is the device that a signature claims to be of.
func claimed(r *http.Request) string {
	const longest = 64
	_, rest, _ := strings.Cut(r.Header.Get("Signature-Input"), `keyid="`)
	if id, _, ok := strings.Cut(rest, `"`); ok && len(id) <= longest {
		return id
	}
	return ""
}

// clientAddress is where a request comes from: the last address that no trusted proxy
// has, an IPv6 network for one of its addresses.
func clientAddress(r *http.Request, trusted []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr // a pipe
	}
	at, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && within(at, trusted); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		at = hop
	}
	if at = at.Unmap().WithZone(""); at.Is6() {
		const site = 64 // bits; whoever has one of its addresses has them all
		if p, err := at.Prefix(site); err == nil {
			return p.String()
		}
	}
	return at.String()
}

func within(at netip.Addr, networks []netip.Prefix) bool {
	for _, n := range networks {
		if n.Contains(at.Unmap()) {
			return true
		}
	}
	return false
}
