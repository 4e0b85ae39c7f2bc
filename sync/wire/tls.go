package wire

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
)

// MaxPins is how many TLS keys of HQ a terminal is told of: the present one, the one
// to come, and a reserve.
const MaxPins = 4

// ErrPin is returned for a connection to a server with none of the pinned keys.
var ErrPin = errors.New("HQ's TLS certificate has none of the pinned keys")

// PinOf is what a certificate is pinned by: the SHA-256 of its public key (SPKI),
// which stays when a certificate is renewed with the same key.
func PinOf(cert *x509.Certificate) []byte {
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return sum[:]
}

// ParsePins reads pins in base64. It returns ErrMalformed for too many, or for one
// that has not 32 bytes.
func ParsePins(texts []string) ([][]byte, error) {
	if len(texts) > MaxPins {
		return nil, malformed("%d pins, more than %d", len(texts), MaxPins)
	}
	var pins [][]byte
	for _, text := range texts {
		pin, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(pin) != sha256.Size {
			return nil, malformed("a pin is the SHA-256 of a public key in base64, %.60q is not", text)
		}
		pins = append(pins, pin)
	}
	return pins, nil
}

// SelfSigned reports whether nobody but its own key vouches for a certificate.
func SelfSigned(cert *x509.Certificate) bool {
	return bytes.Equal(cert.RawIssuer, cert.RawSubject) &&
		cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil
}

// ClientTLS is how a terminal connects to HQ at a host: by TLS 1.2 at least, and
// with pins to a server alone that has one of the pinned keys. A certificate that
// an authority signed must be good besides: its name, its time and its authority,
// which the machine must know. A self-signed one is good by its pin alone; name and
// time in it mean nothing.
func ClientTLS(host string, pins [][]byte) *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(pins) == 0 {
		return c
	}
	c.InsecureSkipVerify = true // VerifyConnection does all of it, but for a self-signed certificate
	c.VerifyConnection = func(s tls.ConnectionState) error {
		leaf := s.PeerCertificates[0]
		if !slices.ContainsFunc(pins, func(pin []byte) bool { return bytes.Equal(pin, PinOf(leaf)) }) {
			return ErrPin
		}
		if SelfSigned(leaf) {
			return nil
		}
		between := x509.NewCertPool()
		for _, cert := range s.PeerCertificates[1:] {
			between.AddCert(cert)
		}
		if _, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Intermediates: between}); err != nil {
			return fmt.Errorf("HQ's TLS certificate has a pinned key, but: %w", err)
		}
		return nil
	}
	return c
}
