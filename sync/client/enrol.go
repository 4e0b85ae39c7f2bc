package client

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"net/http"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// Enrolment is what a terminal gets when HQ makes it known. PointSecret (32
// bytes) belongs outside the data folder's readable files.
type Enrolment struct {
	Terminal    kiosk.TerminalID
	Point       kiosk.PointID
	PointSecret []byte
	HQKey       ed25519.PublicKey // that the terminal trusts from now on
	TLSPins     [][]byte          // TLS keys that HQ may have; none: HQ pins none
}

// EnrolOptions says where and as what a device enrols.
type EnrolOptions struct {
	Address string
	Code    string             // one-time, from HQ; spaces around it are dropped
	Name    string             // what people call this terminal
	Key     ed25519.PrivateKey // the device's new key: keep it before you enrol

	Pins      [][]byte          // TLS keys that HQ may have, as its operator told them; none: any that the machine trusts
	Timeout   time.Duration     // 0: 30 s
	Tries     uint              // 0: 3
	Transport http.RoundTripper // for tests and proxies; nil: a transport of its own
}

// Enrol makes a device known to HQ. The same code and key may be used again
// after a failure. It returns wire.ErrBadCode when HQ does not take the code.
//
// The answer is signed with the key that it brings, which the terminal then
// trusts: that it is HQ's, only TLS or a person can tell, who compares [hqring.ID]
// of the key with what HQ shows. A refusal is passed on unproven; it changes
// nothing.
func Enrol(ctx context.Context, o EnrolOptions) (Enrolment, error) {
	if len(o.Key) != ed25519.PrivateKeySize {
		return Enrolment{}, fmt.Errorf("%w: the device's key is needed", ErrOptions)
	}
	base, err := parseAddress(o.Address)
	if err != nil {
		return Enrolment{}, err
	}
	body, err := wire.EncodeBody(wire.NewEnrolRequest(strings.TrimSpace(o.Code), o.Name, o.Key))
	if err != nil {
		return Enrolment{}, err
	}
	c := caller{timeout: o.Timeout, tries: o.Tries, signed: believeEnrolment}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	if c.tries == 0 {
		c.tries = defaultTries
	}
	c.http = newHTTP(o.Transport, c.timeout, wire.ClientTLS(base.Hostname(), o.Pins))
	defer c.http.CloseIdleConnections()
	return c.enrol(ctx, ask{method: http.MethodPost, url: fresh(joined(base, "v1", "enrol"), newNonce()), body: body})
}

func (c caller) enrol(ctx context.Context, a ask) (out Enrolment, err error) {
	err = c.do(ctx, a, func(resp *http.Response) error {
		var e wire.Enrolment
		if err := decode(resp, &e); err != nil {
			return err
		}
		if err := e.Check(); err != nil {
			return foreign(err)
		}
		out = Enrolment{Terminal: kiosk.TerminalID(e.Terminal), Point: kiosk.PointID(e.Point), PointSecret: e.PointSecret, HQKey: e.HQKey, TLSPins: e.TLSPins}
		return nil
	})
	return out, err
}
