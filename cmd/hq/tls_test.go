package main

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk/hqring"
	remote "hexiao/sync/client"
	"hexiao/sync/wire"
)

// selfSigned writes a certificate, its key and its public key, and gives its pin.
func selfSigned(t *testing.T, dir string) (cert, key, public, pin string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "hq"}, NotAfter: time.Now().AddDate(1, 0, 0)}
	raw, err := x509.CreateCertificate(rand.Reader, c, c, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	spki, err := x509.MarshalPKIXPublicKey(secret.Public())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []struct {
		name  *string
		kind  string
		bytes []byte
	}{{&cert, "CERTIFICATE", raw}, {&key, "PRIVATE KEY", private}, {&public, "PUBLIC KEY", spki}} {
		*f.name = filepath.Join(dir, strings.ReplaceAll(f.kind, " ", "-")+".pem")
		if err := os.WriteFile(*f.name, pem.EncodeToMemory(&pem.Block{Type: f.kind, Bytes: f.bytes}), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key, public, base64.StdEncoding.EncodeToString(wire.PinOf(parsed))
}

// A server with a certificate of its own: its terminals and the commands beside it
// know it by its key.
func TestServeTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key, public, pin := selfSigned(t, dir)
	for _, file := range []string{cert, public} {
		if got := must(t, "tls-pin", file); got[0] != pin {
			t.Errorf("%s is pinned by %s, not %s", file, got[0], pin)
		}
	}
	if code, _, errs := command(t, nil, "tls-pin", key); code != 1 || !strings.Contains(errs, "neither a certificate nor a public key") {
		t.Errorf("a private key: exit %d, %s", code, errs)
	}
	db := filepath.Join(dir, "hq.db")
	must(t, "point", "add", "P001", "幸福里", "--db", db)
	next := strings.Repeat("A", 43) + "="
	address, stop := server(t, nil, "--db", db, "--tls-cert", cert, "--tls-key", key, "--tls-pin", pin, "--tls-pin", next)
	code := must(t, "kiosk", "code", "--db", db, "--point", "P001")[0] // through the server
	_, device, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pins, err := wire.ParsePins([]string{pin})
	if err != nil {
		t.Fatal(err)
	}
	e, err := remote.Enrol(t.Context(), remote.EnrolOptions{Address: "https://" + address, Code: code, Name: "门口", Key: device, Pins: pins})
	if err != nil || len(e.TLSPins) != 2 || base64.StdEncoding.EncodeToString(e.TLSPins[1]) != next {
		t.Fatalf("%d pins, %v", len(e.TLSPins), err)
	}
	hq, err := remote.New(remote.Options{Address: "https://" + address, Terminal: e.Terminal, Point: e.Point, Key: device, HQ: hqring.New(e.HQKey), Pins: e.TLSPins, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer hq.Close()
	if _, err := hq.Head(t.Context()); err != nil {
		t.Error(err)
	}
	if code, errs := stop(); code != 0 {
		t.Errorf("exit %d, %s", code, errs)
	}
}

func TestTLSFlags(t *testing.T) {
	dir := t.TempDir()
	cert, key, _, pin := selfSigned(t, dir)
	s, err := tlsFlags{TLSCert: cert, TLSKey: key}.load()
	if err != nil || len(s.pins) != 1 || s.own != pin {
		t.Errorf("a self-signed certificate is not pinned by itself: %d pins, %v", len(s.pins), err)
	}
	if s, err := (tlsFlags{TLSPin: []string{pin}}).load(); err != nil || len(s.pins) != 1 || s.config != nil {
		t.Errorf("TLS that ends before HQ: %+v, %v", s, err)
	}
	other := strings.Repeat("A", 43) + "="
	for says, f := range map[string]tlsFlags{
		"go together":   {TLSCert: cert},
		"--tls-pin":     {TLSPin: []string{"short"}},
		"its pin is":    {TLSCert: cert, TLSKey: key, TLSPin: []string{other}},
		"certificate: ": {TLSCert: key, TLSKey: cert},
		"more than 4":   {TLSPin: []string{pin, pin, pin, pin, pin}},
	} {
		if _, err := f.load(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

// What comes in has its limits, too: headers as large as a book are not read.
func TestLargeHeaders(t *testing.T) {
	dir := t.TempDir()
	address, stop := server(t, nil, "--db", filepath.Join(dir, "hq.db"))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for size, want := range map[int]int{1 << 10: http.StatusOK, 64 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/v1/time?nonce=n", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Large", strings.Repeat("x", size))
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != want {
			t.Errorf("%d bytes: status %d, %v", size, resp.StatusCode, err)
		}
	}
	if code, errs := stop(); code != 0 {
		t.Errorf("exit %d, %s", code, errs)
	}
}
