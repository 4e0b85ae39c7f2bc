package conformance

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// Options say which server is tried.
type Options struct {
	Address string // "https://hq.example", without /v1
	Code    string // one-time, of a point for tests
	Now     func() time.Time
	Random  io.Reader // crypto/rand.Reader outside of tests
	// Transport is for tests and proxies; nil: Go's own. It must not unzip bodies
	// by itself, follow redirects or repeat requests.
	Transport http.RoundTripper
	Timeout   time.Duration // of a request; 0: 30 s
}

// Result is one check.
type Result struct {
	Name     string `json:"name"`
	Contract string `json:"contract"` // what the contract says
	Passed   bool   `json:"passed"`
	Instead  string `json:"instead,omitempty"` // what came, where it failed
}

// Report is what a server was found to be.
type Report struct {
	Address string   `json:"address"`
	Results []Result `json:"results"`
	Passed  int      `json:"passed"`
	Failed  int      `json:"failed"`
}

// ErrOptions is returned by Run when it cannot begin.
var ErrOptions = errors.New("the check of a server is not put together")

// check is a row of the suite.
type check struct {
	name, contract string
	run            func(context.Context, *suite) error
}

// suite is a terminal that looks closely.
type suite struct {
	o    Options
	base *url.URL
	http *http.Client
	skew time.Duration // of the server's clock, to be added to Now

	key      ed25519.PrivateKey
	enrolled wire.Enrolment // zero: not yet
	prev     kiosk.Head     // the server's, as this terminal knows it
	sent     []kiosk.Record // all that was acknowledged
	orders   orderSet
	unsigned []string // answers without a good signature of HQ's

	badPage     error // what is wrong with the signature of a page of orders
	signedPages int
}

// Run makes all checks, in their order. A failed check is no error; the error is
// ErrOptions or the context's.
func Run(ctx context.Context, o Options) (Report, error) {
	base, err := url.Parse(strings.TrimSpace(o.Address))
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil {
		return Report{}, fmt.Errorf("%w: HQ's address must look like https://hq.example", ErrOptions)
	}
	if o.Code == "" || o.Now == nil || o.Random == nil {
		return Report{}, fmt.Errorf("%w: code, clock and random are needed", ErrOptions)
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Transport == nil {
		o.Transport = &http.Transport{Proxy: http.ProxyFromEnvironment, DisableCompression: true, MaxResponseHeaderBytes: 64 << 10}
	}
	base.Path = strings.TrimSuffix(base.Path, "/")
	s := &suite{o: o, base: base, http: &http.Client{
		Transport: o.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	defer s.http.CloseIdleConnections()
	if _, s.key, err = ed25519.GenerateKey(o.Random); err != nil {
		return Report{}, fmt.Errorf("make a key: %w", err)
	}
	report := Report{Address: base.Redacted()}
	for _, c := range checks() {
		r := Result{Name: c.name, Contract: c.contract}
		err := c.run(ctx, s)
		if ctx.Err() != nil {
			return report, context.Cause(ctx)
		}
		if r.Passed = err == nil; r.Passed {
			report.Passed++
		} else {
			report.Failed++
			r.Instead = printable(err.Error())
		}
		report.Results = append(report.Results, r)
	}
	return report, nil
}

// checks is the whole suite. What a check leaves behind, later ones build on.
func checks() []check {
	var all []check
	for _, part := range [][]check{enrolment(), signatures(), orders(), pushes(), others(), lastOnes()} {
		all = append(all, part...)
	}
	return all
}

// printable cuts what a foreign server sent to what a terminal's screen can take.
func printable(text string) string {
	const most = 400
	var out []rune
	for _, r := range text {
		if len(out) == most {
			return string(out) + "…"
		}
		if r < ' ' || r == 0x7f {
			r = ' '
		}
		out = append(out, r)
	}
	return string(out)
}
