package kiosk

import (
	"bytes"
	"slices"
)

// revokes reports whether HQ withdrew a signed code.
func (p Point) revokes(id ProxyID) bool {
	return !id.IsZero() && slices.ContainsFunc(p.Revoked, func(r RevokedCode) bool { return r.Proxy == id })
}

// withdrawn reports whether HQ withdrew the code that was shown.
func (c Context) withdrawn() bool {
	if c.Retired || c.Proxy != nil && c.Point.revokes(c.Proxy.Code) || c.Voucher != nil && c.Point.revokes(c.Voucher.Code) {
		return true
	}
	return len(c.Lookups) > 0 && slices.ContainsFunc(c.Point.Revoked, func(r RevokedCode) bool {
		return len(r.Lookup) > 0 && slices.ContainsFunc(c.Lookups, func(l Lookup) bool { return bytes.Equal(l[:], r.Lookup) })
	})
}

// refusedCode says why the code that was shown is not good, whatever the order is.
func (c Context) refusedCode(s OrderState) (Verdict, bool) {
	if c.withdrawn() {
		return Revoked, true
	}
	if v, no := c.Proxy.refused(s, c.At); no {
		return v, true
	}
	return c.Voucher.refused(c.At)
}
