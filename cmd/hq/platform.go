package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"hexiao/sync/hq"
	"hexiao/sync/hq/archive"
	"hexiao/sync/hq/headlog"
	"hexiao/sync/hq/intake"
	"hexiao/sync/hq/reconcile"
	"hexiao/sync/hq/tally"
	"hexiao/sync/hq/webhook"
)

// parts is what a platform is put together from.
type parts struct {
	store hq.Store
	now   func() time.Time
	log   *slog.Logger
	pins  [][]byte // of TLS keys, for terminals
	token string   // the operator's
	// settings are the server's; those of a command without one are the defaults.
	settings settings
	// reconcileAt is the hour of a point's zone at which its last day is reconciled.
	reconcileAt int
}

// platform is HQ with all that belongs to it. A server and a command without one
// are put together alike, so that what either does to the store is observed; only
// the server has its runners run, and shows all of its pages to others.
type platform struct {
	parts
	hq      *hq.HQ
	mux     *http.ServeMux
	runners []runner
	metrics *metrics
	health  *health
}

// compose puts the platform together: a package that belongs to it is made here,
// joins the observers, mounts its pages, and names its runners.
func compose(ctx context.Context, from parts) (*platform, error) {
	if err := archive.Unfinished(ctx, from.store); err != nil {
		return nil, err
	}
	p := &platform{parts: from, mux: http.NewServeMux(), metrics: newMetrics(), health: &health{store: from.store}}
	p.store = meteredStore{from.store, p.metrics}
	hooks, err := webhook.New(ctx, webhook.Config{Store: p.store, Now: p.now, Random: rand.Reader, Log: p.log, Private: p.settings.Webhooks.Private})
	if err != nil {
		return nil, err
	}
	observers := []hq.Observer{reconcile.Watch{}, intake.Receipts{}, hooks}
	figures, err := tally.New()
	if err != nil {
		return nil, err
	}
	p.hq, err = hq.New(ctx, hq.Config{Store: p.store, Now: p.now, Random: rand.Reader, Log: p.log, TLSPins: p.pins, Observers: observers, Finishers: []hq.Finisher{figures, headlog.Watch{}}})
	if err != nil {
		return nil, err
	}
	p.mux.Handle("/v1/", p.hq.Handler())
	p.mux.Handle("/admin/v1/", p.hq.AdminHandler(p.token))
	p.addIntake()
	p.figures(figures)
	p.operator("GET /admin/v1/backup", p.backup)
	p.operator("GET /metrics", p.metrics.handler().ServeHTTP)
	p.mux.HandleFunc("GET /healthz", p.health.alive)
	p.mux.HandleFunc("GET /readyz", p.health.ready)
	p.metrics.gauge("hq_followers", "Terminals whose stream of orders is open here.", func() float64 { return float64(p.hq.Followers()) })
	p.metrics.gauge("hq_webhooks_waiting", "Webhooks that are still to be sent; 10,000 and more count as so many.", func() float64 { return waitingHooks(hooks) })
	p.mountHooks(hooks)
	p.run("webhooks", hooks.Run)
	p.reconciles()
	p.logsHeads()
	return p, p.addPages(figures)
}

// operator mounts a handler of the operator's, below /admin/v1/; the command of the
// same version asks it.
func (p *platform) operator(pattern string, h http.HandlerFunc) {
	p.mux.Handle(pattern, hq.OperatorOnly(p.token, h))
}

// run has a runner run for as long as the server serves, of each server over a
// store: several must get along.
func (p *platform) run(name string, fn func(context.Context) error) {
	p.runners = append(p.runners, runner{name, fn})
}
