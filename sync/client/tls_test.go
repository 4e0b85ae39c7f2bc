package client_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hexiao/sync/client"
	"hexiao/sync/wire"
)

// certified makes a certificate for 127.0.0.1, by itself or by another one.
func certified(t *testing.T, by *tls.Certificate, authority bool) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: serial.String()}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().AddDate(-2, 0, 0), NotAfter: time.Now().AddDate(-1, 0, 0), IsCA: authority, BasicConstraintsValid: true,
	}
	if by != nil {
		c.NotAfter = time.Now().AddDate(1, 0, 0)
	}
	parent, signer := c, key
	if by != nil {
		parent, signer = by.Leaf, by.PrivateKey.(*ecdsa.PrivateKey)
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	chain := [][]byte{raw}
	if by != nil {
		chain = append(chain, by.Certificate...)
	}
	return tls.Certificate{Certificate: chain, PrivateKey: key, Leaf: leaf}
}

func serveTLS(t *testing.T, config *tls.Config, h http.Handler) string {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.TLS = config
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that fail as they should
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func TestPins(t *testing.T) {
	self, other := certified(t, nil, false), certified(t, nil, false)
	authority := certified(t, nil, true)
	issued := certified(t, &authority, false)
	forged := other // another key under the very name of self
	forged.Leaf = nil
	for name, c := range map[string]struct {
		shows tls.Certificate
		pins  [][]byte
		want  error // nil: it connects
		says  string
	}{
		"self-signed, pinned, expired":   {self, [][]byte{wire.PinOf(self.Leaf)}, nil, ""},
		"the second pin":                 {self, [][]byte{wire.PinOf(other.Leaf), wire.PinOf(self.Leaf)}, nil, ""},
		"self-signed, not pinned at all": {self, nil, client.ErrUnreachable, "certificate"},
		"another key":                    {forged, [][]byte{wire.PinOf(self.Leaf)}, wire.ErrPin, ""},
		"issued by a strange authority":  {issued, [][]byte{wire.PinOf(issued.Leaf)}, client.ErrUnreachable, "pinned key, but"},
		"the authority pinned only":      {issued, [][]byte{wire.PinOf(authority.Leaf)}, wire.ErrPin, ""},
	} {
		calls := 0
		h := signing(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			calls++
			answerJSON(w, http.StatusOK, wire.ServerTime{At: mark().At})
		}))
		address := serveTLS(t, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{c.shows}}, h)
		hq, err := client.New(client.Options{Address: address, Terminal: "T1", Point: "P001", Key: deviceKey(), HQ: trusted(), Pins: c.pins, Now: time.Now, Tries: 1})
		if err != nil {
			t.Fatal(err)
		}
		_, err = hq.Time(t.Context())
		if !errors.Is(err, c.want) || (err == nil) != (calls == 1) || err != nil && (!strings.Contains(err.Error(), c.says) || !errors.Is(err, client.ErrUnreachable)) {
			t.Errorf("%s: %v after %d calls", name, err, calls)
		}
		hq.Close()
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	self := certified(t, nil, false)
	address := serveTLS(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, Certificates: []tls.Certificate{self}}, http.NotFoundHandler())
	for _, pins := range [][][]byte{nil, {wire.PinOf(self.Leaf)}} {
		hq, err := client.New(client.Options{Address: address, Terminal: "T1", Point: "P001", Key: deviceKey(), HQ: trusted(), Pins: pins, Now: time.Now, Tries: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := hq.Time(t.Context()); !errors.Is(err, client.ErrUnreachable) || !strings.Contains(err.Error(), "version") {
			t.Errorf("TLS 1.1: %v", err)
		}
		hq.Close()
	}
}

// A redirect is an answer like any; nobody goes where it leads, even if HQ signed it.
func TestRedirectsAreNotFollowed(t *testing.T) {
	led := 0
	elsewhere := httptest.NewServer(signing(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		led++
		answerJSON(w, http.StatusOK, wire.ServerTime{At: mark().At})
	})))
	defer elsewhere.Close()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		server := httptest.NewServer(signing(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+r.URL.String(), status)
		})))
		hq := newClient(t, server.URL, nil, time.Now)
		if _, err := hq.Time(t.Context()); !errors.Is(err, client.ErrNotHQ) || led != 0 {
			t.Errorf("%d: %v, led there %d times", status, err, led)
		}
		server.Close()
	}
}

// What is too large or too deep is refused, and not kept in memory first.
func TestLimitsOfAnswers(t *testing.T) {
	deep := func(n int) string {
		return `{"at":"2026-11-23T08:00:00Z","new":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
	}
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		good   bool
		want   error
	}{
		"as deep as may be": {func(w http.ResponseWriter) { _, _ = io.WriteString(w, deep(wire.MaxDepth-1)) }, true, nil},
		"too deep":          {func(w http.ResponseWriter) { _, _ = io.WriteString(w, deep(wire.MaxDepth)) }, false, client.ErrNotHQ},
		"far too deep":      {func(w http.ResponseWriter) { _, _ = io.WriteString(w, deep(1<<20)) }, false, client.ErrNotHQ},
		"depth in a string": {func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, `{"at":"2026-11-23T08:00:00Z","new":"\"`+strings.Repeat("[", 99)+`\\"}`)
		}, true, nil},
		"large headers": {func(w http.ResponseWriter) {
			w.Header().Set("X-Large", strings.Repeat("x", 70<<10))
			_, _ = io.WriteString(w, deep(0))
		}, false, client.ErrUnreachable},
		"a large body": {func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, `"`+strings.Repeat("x", wire.MaxBodyBytes)+`"`)
		}, false, client.ErrUnreachable},
	} {
		server := httptest.NewServer(signing(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			c.answer(w)
		})))
		hq, err := client.New(client.Options{Address: server.URL, Terminal: "T1", Point: "P001", Key: deviceKey(), HQ: trusted(), Now: time.Now, Tries: 1})
		if err != nil {
			t.Fatal(err)
		}
		if at, err := hq.Time(t.Context()); !errors.Is(err, c.want) || (err == nil) != c.good || c.good && !at.Equal(mark().At) {
			t.Errorf("%s: %v, %v", name, at, err)
		}
		hq.Close()
		server.Close()
	}
}
