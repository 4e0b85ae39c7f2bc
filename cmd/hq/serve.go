package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/sync/hq/intake"
)

// Limits of the server.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 2 * time.Minute  // an order table over a slow line
	writeTimeout      = 15 * time.Minute // a full set over a slow line; the terminal continues a cut one
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 16 << 10
	shutdownTime      = 10 * time.Second
)

type serveCmd struct {
	Config        string `placeholder:"FILE" help:"Settings (TOML), as hq config show prints them; flags and the environment (HQ_LISTEN ...) go before them."`
	Listen        string `placeholder:"ADDRESS" help:"Address to listen on, 127.0.0.1:8080 unless set; port 0 picks one."`
	MetricsListen string `placeholder:"ADDRESS" help:"A second address, for /metrics and health checks, that only your own network reaches."`
	Sample        int    `placeholder:"ORDERS" help:"Fill an empty store with point P001 (leader's PIN 2580) and so many orders to collect."`
	SampleTrouble int    `placeholder:"N" help:"Add so many sample orders that cannot simply be collected; orders from 200 yuan then need the leader."`
	SampleDays    bool   `help:"Add four sample points where a week has passed, so that the web pages have something to show."`
	Verbose       bool   `help:"Log every request."`
	ReconcileAt   int    `default:"2" placeholder:"HOUR" help:"Hour of each point's own time, 0 to 23, at which its last day is reconciled."`
	tlsFlags
}

// Run serves until the program is told to end.
func (c *serveCmd) Run(p *program) (err error) {
	if p.HQ != "" {
		return fmt.Errorf("%w: serve takes --db, not --hq", cli.ErrUsage)
	}
	if c.Sample < 0 || c.SampleTrouble < 0 || c.Sample+c.SampleTrouble > maxSample {
		return fmt.Errorf("%w: a sample has 0 to %d orders", cli.ErrUsage, maxSample)
	}
	if c.ReconcileAt < 0 || c.ReconcileAt > 23 {
		return fmt.Errorf("%w: --reconcile-at is an hour from 0 to 23", cli.ErrUsage)
	}
	set, err := c.settings(p)
	if err != nil {
		return err
	}
	secure, err := c.load()
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if set.Verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewJSONHandler(p.stderr, &slog.HandlerOptions{Level: level}))
	store, err := p.store(p.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	token := p.env("HQ_TOKEN")
	if token == "" {
		token = rand.Text()
	}
	whole, err := compose(p.ctx, parts{store: store, now: p.now, log: log, pins: secure.pins, token: token, settings: set, reconcileAt: c.ReconcileAt})
	if err != nil {
		return err
	}
	if err := c.fill(p, whole.hq, log); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(p.ctx, "tcp", set.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	file := serverFile{Address: reachable(listener.Addr()), Token: token, PID: os.Getpid(), Pin: secure.own}
	withdraw, err := p.announce(file)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, withdraw()) }()
	side, endSide, err := whole.serveMetrics(p.ctx, set.MetricsListen)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer endSide()
	if err := json.NewEncoder(p.stdout).Encode(ready{Listening: listener.Addr().String(), TLSPin: secure.own, Metrics: side}); err != nil {
		return errors.Join(err, listener.Close())
	}
	defer start(p.ctx, whole.runners, log)()
	return whole.serve(p.ctx, secure.listener(listener))
}

// settings are those of the file and the environment, with the flags before them.
func (c *serveCmd) settings(p *program) (settings, error) {
	s, err := loadSettings(c.Config, p.env)
	if err != nil {
		return s, err
	}
	for _, f := range []struct{ flag, set *string }{
		{&p.DB, &s.DB}, {&c.Listen, &s.Listen}, {&c.MetricsListen, &s.MetricsListen}, {&c.TLSCert, &s.TLS.Cert}, {&c.TLSKey, &s.TLS.Key},
	} {
		*f.set = cmp.Or(*f.flag, *f.set)
		*f.flag = *f.set
	}
	if len(c.TLSPin) == 0 {
		c.TLSPin = s.TLS.Pins
	}
	s.TLS.Pins = c.TLSPin
	s.Verbose = s.Verbose || c.Verbose
	return s, nil
}

// ready is what a server prints when it can be reached.
type ready struct {
	Listening string `json:"listening"`
	TLSPin    string `json:"tls_pin,omitempty"` // of its key; absent: plain HTTP
	Metrics   string `json:"metrics,omitempty"` // the second address
}

// reachable is the address for commands on this machine, also when the server
// listens on all of them.
func reachable(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return a.String()
	}
	// Go lets a listener on all addresses take IPv4 as well, whatever it prints.
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
}

// serve serves until ctx ends, and then lets requests under way finish.
func (p *platform) serve(ctx context.Context, l net.Listener) error {
	proxies, err := p.settings.proxies()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	log := p.log
	server := newServer(logged(p.metrics.measured(newLimiter(p.mux, p.now, proxies, p.metrics)), log), log)
	server.RegisterOnShutdown(p.hq.EndStreams)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("the server ended: %w", err)
	case <-ctx.Done():
	}
	// A balancer shall hear of the end before requests are refused.
	p.health.ending.Store(true)
	drain := time.NewTimer(time.Duration(p.settings.Drain))
	select {
	case err := <-served:
		return fmt.Errorf("the server ended: %w", err)
	case <-drain.C:
	}
	log.Info("ending")
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		// Long streams are cut; the terminals continue them later.
		log.Warn("requests were cut", "error", err)
		if err := server.Close(); err != nil {
			return fmt.Errorf("end the server: %w", err)
		}
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("the server ended: %w", err)
	}
	return nil
}

func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// serveMetrics serves figures and health on an address of their own, if there is one,
// to whoever reaches it.
func (p *platform) serveMetrics(ctx context.Context, address string) (at string, end func(), err error) {
	if address == "" {
		return "", func() {}, nil
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return "", nil, fmt.Errorf("listen for metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", p.metrics.handler())
	mux.HandleFunc("GET /healthz", p.health.alive)
	mux.HandleFunc("GET /readyz", p.health.ready)
	server := newServer(mux, p.log)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	return l.Addr().String(), func() {
		if err := errors.Join(server.Close(), <-served); !errors.Is(err, http.ErrServerClosed) {
			p.log.Warn("metrics ended", "error", err)
		}
	}, nil
}

// logged writes a line a request: no query, no body, nothing personal.
func logged(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		answer := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		level := slog.LevelDebug
		if answer.status >= http.StatusBadRequest {
			level = slog.LevelInfo
		}
		log.Log(r.Context(), level, "request", "method", r.Method, "path", loggedPath(r.URL.Path), "status", answer.status,
			"ms", time.Since(began).Milliseconds())
	})
}

// loggedPath leaves the token out of a customer's page: whoever has it can collect.
func loggedPath(path string) string {
	if strings.HasPrefix(path, intake.LinkPath) {
		return intake.LinkPath + "…"
	}
	return path
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
