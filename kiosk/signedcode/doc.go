// Package signedcode makes and checks the codes that HQ signs: today the proxy
// codes (代取码), by which a customer lets somebody else collect an order, or some
// of its lines, until a time, once. A terminal checks them without a network.
//
// # Form
//
// A code is "H1" and, in base32 without padding (RFC 4648: A-Z2-7), a payload and
// its Ed25519 signature (64 bytes, over "hexiao signed code v1" 00 payload). The
// payload is a CBOR array in core deterministic encoding (RFC 8949, 4.2.1):
//
//	kind      1, a proxy code
//	key       the first 4 bytes of SHA-256 of HQ's public key
//	order     [Reference], 8 bytes
//	code      6 random bytes, which name the code: it counts once
//	lines     a bit for each of the order's lines, the first in the lowest bit of
//	          the first byte; no bytes: all lines. The last byte is not 0
//	from      whole minutes since 2020-01-01 UTC
//	minutes   how long it is good for, 1 to 65,535 (45 days)
//
// There is no name in it: who gave it away is the order's own customer.
//
// # Limits
//
// A code for all lines, or for some of the first 16, has at most 160 characters;
// a later line makes it longer, to at most [MaxChars], which a QR code of version
// 6 holds at level L. Lines after the 184th cannot be named. Lines are counted, so
// HQ must not move the lines of an order that has codes out: it would let other
// ones be collected. Whether a code was used is not the code's to know: see
// kiosk.Redeemed.
package signedcode
