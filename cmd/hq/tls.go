package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"

	"hexiao/cmd/internal/cli"
	"hexiao/sync/wire"
)

// tlsFlags say how a server is reached by TLS.
type tlsFlags struct {
	TLSCert string   `name:"tls-cert" placeholder:"FILE" help:"Serve HTTPS with this certificate and those that vouch for it (PEM)."`
	TLSKey  string   `name:"tls-key" placeholder:"FILE" help:"Its private key (PEM)."`
	TLSPin  []string `name:"tls-pin" placeholder:"PIN" help:"Have terminals that enrol from now on connect to a server alone that has one of these keys, up to 4, as hq tls-pin prints them: the present one and the next. Without it only the key of a self-signed certificate is pinned."`
}

// served is what the flags come to.
type served struct {
	config *tls.Config // nil: plain HTTP
	own    string      // the pin of the server's own key
	pins   [][]byte    // for terminals
}

func (f tlsFlags) load() (s served, err error) {
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return s, fmt.Errorf("%w: --tls-cert and --tls-key go together", cli.ErrUsage)
	}
	if s.pins, err = wire.ParsePins(f.TLSPin); err != nil {
		return s, fmt.Errorf("%w: --tls-pin: %w", cli.ErrUsage, err)
	}
	if f.TLSCert == "" {
		return s, nil // with pins: TLS ends at a server before this one
	}
	pair, err := tls.LoadX509KeyPair(f.TLSCert, f.TLSKey)
	if err != nil {
		return s, fmt.Errorf("the TLS certificate: %w", err)
	}
	pin := wire.PinOf(pair.Leaf)
	if len(s.pins) == 0 && wire.SelfSigned(pair.Leaf) {
		s.pins = [][]byte{pin}
	}
	if len(s.pins) > 0 && !slices.ContainsFunc(s.pins, func(p []byte) bool { return bytes.Equal(p, pin) }) {
		return s, fmt.Errorf("no --tls-pin is that of the certificate in %s: terminals would never connect; its pin is %s", f.TLSCert, base64.StdEncoding.EncodeToString(pin))
	}
	s.own = base64.StdEncoding.EncodeToString(pin)
	s.config = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2", "http/1.1"}}
	return s, nil
}

// listener is l, with TLS where there is a certificate.
func (s served) listener(l net.Listener) net.Listener {
	if s.config == nil {
		return l
	}
	return tls.NewListener(l, s.config)
}

// pinned has a client of this machine connect to the very server that wrote its
// file, whatever its certificate says of names.
func (c *client) pinned(pin string) *client {
	if pin == "" {
		return c
	}
	c.base = "https" + c.base[len("http"):]
	c.http.Transport.(*http.Transport).TLSClientConfig = &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // the key is the one in the server's file, or there is no connection
		VerifyConnection: func(s tls.ConnectionState) error {
			if base64.StdEncoding.EncodeToString(wire.PinOf(s.PeerCertificates[0])) != pin {
				return wire.ErrPin
			}
			return nil
		},
	}
	return c
}

type tlsPinCmd struct {
	File string `arg:"" help:"A certificate or a public key, in PEM."`
}

// Run prints the pin and nothing else, for scripts.
func (c *tlsPinCmd) Run(p *program) error {
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return fmt.Errorf("read the certificate: %w", err)
	}
	cert, err := pinnable(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	_, err = fmt.Fprintln(p.stdout, base64.StdEncoding.EncodeToString(wire.PinOf(cert)))
	return err
}

// pinnable gives the first certificate of a file, or its public key as one.
func pinnable(raw []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, errors.New("neither a certificate nor a public key in PEM")
	}
	if block.Type == "CERTIFICATE" {
		return x509.ParseCertificate(block.Bytes)
	}
	if _, err := x509.ParsePKIXPublicKey(block.Bytes); err != nil {
		return nil, errors.New("neither a certificate nor a public key in PEM")
	}
	return &x509.Certificate{RawSubjectPublicKeyInfo: block.Bytes}, nil
}
