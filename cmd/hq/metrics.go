package main

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hexiao/sync/hq"
)

// metrics are the figures of one server. No label has an id, so that their number
// does not grow with the points.
type metrics struct {
	registry    *prometheus.Registry
	requests    *prometheus.CounterVec
	requestTime *prometheus.HistogramVec
	pushBytes   prometheus.Histogram
	settled     *prometheus.CounterVec
	cases       *prometheus.CounterVec
	asked       *prometheus.CounterVec
	storeTime   *prometheus.HistogramVec
	storeErrors *prometheus.CounterVec
	storeReruns prometheus.Counter
	limited     prometheus.Counter
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	times := prometheus.ExponentialBuckets(0.001, 2, 15) // to 16 s
	m := &metrics{
		registry:    prometheus.NewRegistry(),
		requests:    counter("hq_http_requests_total", "Requests by route, method and status.", "route", "method", "status"),
		requestTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "hq_http_request_seconds", Help: "Time of requests; streams are followed for long.", Buckets: times}, []string{"route"}),
		pushBytes:   prometheus.NewHistogram(prometheus.HistogramOpts{Name: "hq_push_bytes", Help: "Size of pushed batches as sent, in bytes.", Buckets: prometheus.ExponentialBuckets(256, 4, 9)}),
		settled:     counter("hq_settled_events_total", "Events by what they were settled as.", "settlement"),
		cases:       counter("hq_cases_total", "Cases for a person by kind.", "kind"),
		asked:       counter("hq_terminal_requests_total", "What terminals asked of the platform, by type.", "type"),
		storeTime:   prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "hq_store_seconds", Help: "Time of transactions.", Buckets: times}, []string{"op"}),
		storeErrors: counter("hq_store_errors_total", "Transactions that failed, for what was asked or for the store.", "op"),
		storeReruns: prometheus.NewCounter(prometheus.CounterOpts{Name: "hq_store_reruns_total", Help: "Transactions that were run again because others were in their way."}),
		limited:     prometheus.NewCounter(prometheus.CounterOpts{Name: "hq_http_limited_total", Help: "Requests that were turned away because too many before them had failed."}),
	}
	m.registry.MustRegister(m.requests, m.requestTime, m.pushBytes, m.settled, m.cases, m.asked, m.storeTime, m.storeErrors, m.storeReruns, m.limited,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// gauge adds a figure that is asked for when somebody looks.
func (m *metrics) gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// measured counts requests. A route is the pattern that it met, as there are as many
// paths as somebody makes up.
func (m *metrics) measured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		answer := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			route := r.Pattern
			if _, path, ok := strings.Cut(route, " "); ok {
				route = path
			}
			m.requests.WithLabelValues(route, method(r.Method), strconv.Itoa(answer.status)).Inc()
			m.requestTime.WithLabelValues(route).Observe(time.Since(began).Seconds())
			if strings.HasSuffix(route, "/events") && r.Method == http.MethodPost && r.ContentLength > 0 {
				m.pushBytes.Observe(float64(r.ContentLength))
			}
		}()
		next.ServeHTTP(answer, r)
	})
}

// method is a method that HTTP has; anybody can make one up.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// meteredStore counts what its transactions do, once they are committed.
type meteredStore struct {
	hq.Store
	metrics *metrics
}

// View implements hq.Store.
func (s meteredStore) View(ctx context.Context, fn func(hq.Tx) error) error {
	return s.timed("view", func() error { return s.Store.View(ctx, fn) })
}

// Update implements hq.Store.
func (s meteredStore) Update(ctx context.Context, fn func(hq.Tx) error) error {
	runs := 0
	var did *deeds
	err := s.timed("update", func() error {
		return s.Store.Update(ctx, func(tx hq.Tx) error {
			runs++
			did = &deeds{}
			return fn(meteredTx{tx, did})
		})
	})
	s.metrics.storeReruns.Add(float64(max(0, runs-1)))
	if err == nil && did != nil {
		did.count(s.metrics)
	}
	return err
}

func (s meteredStore) timed(op string, fn func() error) error {
	began := time.Now()
	err := fn()
	s.metrics.storeTime.WithLabelValues(op).Observe(time.Since(began).Seconds())
	if err != nil {
		s.metrics.storeErrors.WithLabelValues(op).Inc()
	}
	return err
}

// deeds are what a transaction did.
type deeds struct{ settled, cases, asked []string }

func (d *deeds) count(m *metrics) {
	for _, x := range d.settled {
		m.settled.WithLabelValues(x).Inc()
	}
	for _, x := range d.cases {
		m.cases.WithLabelValues(x).Inc()
	}
	for _, x := range d.asked {
		m.asked.WithLabelValues(x).Inc()
	}
}

type meteredTx struct {
	hq.Tx
	did *deeds
}

// PutEvent implements hq.Tx.
func (t meteredTx) PutEvent(e hq.StoredEvent) error {
	t.did.settled = append(t.did.settled, string(e.Receipt.Settlement))
	return t.Tx.PutEvent(e)
}

// AddCase implements hq.Tx.
func (t meteredTx) AddCase(c hq.Case) (uint64, error) {
	t.did.cases = append(t.did.cases, c.Kind)
	return t.Tx.AddCase(c)
}

// AddRequest implements hq.Tx.
func (t meteredTx) AddRequest(r hq.Request) (uint64, error) {
	t.did.asked = append(t.did.asked, string(r.Type))
	return t.Tx.AddRequest(r)
}
