package client

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/sync/wire"
)

// Options says who calls whom.
type Options struct {
	Address  string // "https://hq.example", without /v1
	Terminal kiosk.TerminalID
	Point    kiosk.PointID
	Key      ed25519.PrivateKey // the device's
	HQ       *hqring.Ring       // the keys of HQ that the terminal trusts
	Pins     [][]byte           // TLS keys that HQ may have, see wire.ClientTLS; none: any that the machine trusts
	Now      func() time.Time

	Timeout time.Duration // of a call, and of silence within a stream; 0: 30 s
	Tries   uint          // of a call, the first included; 0: 3
	// Transport is for tests and proxies; nil: a transport of this client's own.
	Transport http.RoundTripper
}

const (
	defaultTimeout = 30 * time.Second
	defaultTries   = 3
)

// HQ is the platform. It is safe for several goroutines.
type HQ struct {
	opts Options
	base *url.URL
	http *http.Client
	skew atomic.Int64 // nanoseconds to add to Now for HQ's clock
	// nonce is newNonce outside of tests that play one request again and again.
	nonce  func() string
	packer wire.Packer
}

// New makes a client of an enrolled terminal. It returns ErrAddress or
// ErrOptions; it does not call HQ.
func New(o Options) (*HQ, error) {
	if o.Terminal == "" || o.Point == "" || len(o.Key) != ed25519.PrivateKeySize || o.HQ == nil || o.Now == nil {
		return nil, fmt.Errorf("%w: terminal, point, both keys and clock are needed", ErrOptions)
	}
	base, err := parseAddress(o.Address)
	if err != nil {
		return nil, err
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Tries == 0 {
		o.Tries = defaultTries
	}
	return &HQ{opts: o, base: base, http: newHTTP(o.Transport, o.Timeout, wire.ClientTLS(base.Hostname(), o.Pins)), nonce: newNonce}, nil
}

// Close ends idle connections.
func (h *HQ) Close() { h.http.CloseIdleConnections() }

func parseAddress(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return nil, ErrAddress // the parser's words repeat the address, which may hold a password
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, ErrAddress
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	return u, nil
}

// newHTTP makes a client with limits of its own. The timeout of a whole call
// is the caller's: a stream may take longer.
func newHTTP(transport http.RoundTripper, timeout time.Duration, secure *tls.Config) *http.Client {
	if transport == nil {
		dialer := &net.Dialer{Timeout: min(timeout, 10*time.Second), KeepAlive: 30 * time.Second}
		transport = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            dialer.DialContext,
			TLSClientConfig:        secure,
			TLSHandshakeTimeout:    min(timeout, 10*time.Second),
			ResponseHeaderTimeout:  timeout,
			IdleConnTimeout:        90 * time.Second,
			MaxIdleConns:           4,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		}
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// joined joins the address and the parts of a path, each escaped.
func joined(base *url.URL, path ...string) *url.URL {
	for i, p := range path {
		path[i] = url.PathEscape(p)
	}
	return base.JoinPath(path...)
}

func newNonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}
