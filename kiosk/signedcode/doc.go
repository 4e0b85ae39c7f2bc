// Package signedcode makes and checks the codes that HQ signs: proxy codes (代取码),
// by which a customer lets somebody else collect an order, or some of its lines,
// until a time, once; and vouchers, by which a customer collects an order that the
// terminal has not heard of yet. A terminal checks them without a network.
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
// A voucher is made alike, of kind 2, and signed over "hexiao signed voucher v1" 00
// point 00 payload: it is good at its point only, which it need not name.
//
//	kind      2, a voucher
//	key       the first 4 bytes of SHA-256("hexiao voucher key v1" 00 HQ's public
//	          key, point): tells key and point at once
//	order     the order's id: a number, if it is the plain decimal form of one below
//	          2^63; else bytes, two for each three of the characters 0-9 A-Z - _ .
//	          (their place from 1 in this list, by base 40, the last filled with 0);
//	          else text
//	value     of what is left of the order, in fen
//	units     that are left of it
//	from, minutes   as above
//
// It is called by the first 6 bytes of SHA-256("hexiao voucher name v1" 00 payload).
//
// # Keys
//
// A code names its key, so that two are good while one takes the place of the
// other: Decode and DecodeVoucher take a list. A code whose key is not in it may be
// of another HQ, of a key that came into use while the terminal was cut off, or of
// one that is out of use; nobody can tell, so the terminal does not know it.
//
// # Limits
//
// A code for all lines, or for some of the first 16, has at most 160 characters;
// a later line makes it longer, to at most [MaxChars], which a QR code of version
// 6 holds at level L. A voucher has at most 160 characters with an id of at most 19
// digits, or of 16 of the characters above, and [MaxChars] with 33 characters of
// text; a longer id has none. Lines after the 184th cannot be named. Lines are counted, so
// HQ must not move the lines of an order that has codes out: it would let other
// ones be collected. Whether a code was used is not the code's to know: see
// kiosk.Redeemed.
package signedcode
