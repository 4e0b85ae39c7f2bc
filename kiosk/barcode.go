package kiosk

import "strings"

// GTIN is the number in a product's barcode: EAN-8, UPC-A, EAN-13 or the fourteen
// digits of a case, filled with zeros at the front to fourteen, so that the same
// product has the same number whoever prints or reads it. It reports false for
// what is none: other lengths, other characters, a wrong check digit. The check
// digit is that of the GS1 General Specifications, section 7.9: from the right,
// the digits weigh 3 and 1 in turn, and with it the sum is a multiple of ten.
//
// Limits: a UPC-E of eight digits is taken for an EAN-8; scanners give out UPC-E
// as UPC-A unless they are told otherwise. A pickup code of as many digits passes
// the check one time in ten: ask first whether it opens an order.
func GTIN(text string) (string, bool) {
	text = strings.TrimSpace(text)
	switch len(text) {
	case 8, 12, 13, 14:
	default:
		return "", false
	}
	sum := 0
	for i := range len(text) {
		c := text[len(text)-1-i]
		if c < '0' || c > '9' {
			return "", false
		}
		weight := 1
		if i%2 == 1 {
			weight = 3
		}
		sum += weight * int(c-'0')
	}
	if sum%10 != 0 {
		return "", false
	}
	return strings.Repeat("0", 14-len(text)) + text, true
}

// SameBarcode reports whether two texts are the barcode of one product: the same
// [GTIN], or the same text where one of them is none, as with a shop's own labels.
func SameBarcode(a, b string) bool {
	x, first := GTIN(a)
	y, second := GTIN(b)
	if first && second {
		return x == y
	}
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	return a != "" && strings.EqualFold(a, b)
}
