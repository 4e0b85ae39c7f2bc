package wire

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"slices"

	"hexiao/kiosk"
)

// PointSecretBytes is the length of a point's secret, see kiosk/seal.
const PointSecretBytes = 32

// NewEnrolRequest asks for a device to be made known by a one-time code, and
// proves possession of its key.
func NewEnrolRequest(code, name string, key ed25519.PrivateKey) EnrolRequest {
	public := key.Public().(ed25519.PublicKey)
	return EnrolRequest{Code: code, Name: name, PublicKey: public, Proof: ed25519.Sign(key, enrolBytes(code, name, public))}
}

// Key gives the new device's key. It returns ErrMalformed for a request beyond
// the contract's limits and ErrBadSignature when the proof does not hold.
func (r EnrolRequest) Key() (ed25519.PublicKey, error) {
	if r.Code == "" || len(r.Code) > maxIDBytes || len(r.Name) > maxIDBytes {
		return nil, malformed("code and name have at most %d bytes", maxIDBytes)
	}
	if len(r.PublicKey) != ed25519.PublicKeySize {
		return nil, malformed("an Ed25519 public key has %d bytes", ed25519.PublicKeySize)
	}
	if !ed25519.Verify(r.PublicKey, enrolBytes(r.Code, r.Name, r.PublicKey), r.Proof) {
		return nil, fmt.Errorf("%w: the proof is not by the new key", ErrBadSignature)
	}
	return r.PublicKey, nil
}

func enrolBytes(code, name string, key ed25519.PublicKey) []byte {
	return append([]byte("hexiao enrol v1\n"+code+"\n"+name+"\n"), key...)
}

// Check returns ErrMalformed unless everything that a terminal needs is there.
func (e Enrolment) Check() error {
	switch {
	case !quotable(e.Terminal):
		return malformed("the terminal's id must be printable ASCII, at most %d bytes", maxIDBytes)
	case e.Point == "" || len(e.Point) > maxIDBytes:
		return malformed("the point's id must have 1 to %d bytes", maxIDBytes)
	case len(e.PointSecret) != PointSecretBytes:
		return malformed("the point's secret has %d bytes, not %d", len(e.PointSecret), PointSecretBytes)
	case len(e.HQKey) != ed25519.PublicKeySize:
		return malformed("HQ's key has %d bytes, not %d", len(e.HQKey), ed25519.PublicKeySize)
	case len(e.TLSPins) > MaxPins || slices.ContainsFunc(e.TLSPins, func(pin []byte) bool { return len(pin) != sha256.Size }):
		return malformed("HQ's TLS pins are not up to %d of %d bytes", MaxPins, sha256.Size)
	}
	return nil
}

// SignAck signs an acknowledgement with HQ's key.
func SignAck(ack kiosk.Ack, terminal kiosk.TerminalID, key ed25519.PrivateKey) kiosk.Ack {
	ack.At = ack.At.UTC()
	ack.Signature = ed25519.Sign(key, kiosk.AckBytes(terminal, ack.Head, ack.At))
	return ack
}
