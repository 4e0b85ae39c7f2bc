package kiosktest

import (
	"crypto/ed25519"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/signedcode"
)

// HQKey signs the proxy codes of tests: every ledger under [TestLedger] trusts its
// public half.
func HQKey() ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, "HQ of the tests")
	return ed25519.NewKeyFromSeed(seed)
}

// ProxyOf is the n-th proxy code of an order, good for an hour from Start, for
// some of its lines; none: all.
func ProxyOf(n int, o kiosk.Order, lines ...kiosk.LineID) kiosk.Code {
	mask, err := signedcode.Mask(o, lines...)
	if err != nil {
		panic(err) // the test's own lines
	}
	return signedBy(HQKey(), n, o, mask)
}

func signedBy(key ed25519.PrivateKey, n int, o kiosk.Order, mask []byte) kiosk.Code {
	text, err := signedcode.Encode(signedcode.Grant{
		Code: kiosk.ProxyID{0xC0, byte(n)}, Order: signedcode.ReferenceOf(o.Point, o.ID), Lines: mask,
		From: Start(), Until: Start().Add(time.Hour),
	}, key)
	if err != nil {
		panic(err) // as above
	}
	return kiosk.Code{Kind: kiosk.CodeSigned, Text: text}
}

// openedByProxy gives the order of a proxy code, and what it allows.
func (m *Memory) openedByProxy(grant signedcode.Grant) (orders []kiosk.Order, proxy *kiosk.Proxy) {
	for _, o := range m.orders {
		if signedcode.ReferenceOf(m.point.ID, o.ID) != grant.Order {
			continue
		}
		if p, whole := grant.Proxy(o); whole {
			return []kiosk.Order{o}, &p
		}
	}
	return nil, &kiosk.Proxy{Code: grant.Code, From: grant.From, Until: grant.Until}
}
