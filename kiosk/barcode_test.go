package kiosk_test

import (
	"testing"

	"hexiao/kiosk"
)

func TestGTIN(t *testing.T) {
	for _, c := range []struct {
		text, want string
		ok         bool
	}{
		{"6901234567892", "06901234567892", true}, // EAN-13
		{" 6901234567892\n", "06901234567892", true},
		{"036000291452", "00036000291452", true}, // UPC-A, and the same as EAN-13
		{"0036000291452", "00036000291452", true},
		{"96385074", "00000096385074", true},       // EAN-8
		{"16901234567899", "16901234567899", true}, // a case: not the product in it
		{"6901234567893", "", false},
		{"6901234567829", "", false}, // two digits changed places
		{"690123456789", "", false},
		{"69012345678", "", false},
		{"690123456789X", "", false},
		{"６９０1", "", false},
		{"", "", false},
	} {
		if got, ok := kiosk.GTIN(c.text); got != c.want || ok != c.ok {
			t.Errorf("%q gives %q, %v", c.text, got, ok)
		}
	}
}

func TestSameBarcode(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"036000291452", "0036000291452", true},
		{"6901234567892", "036000291452", false},
		{"Mb-0417", "MB-0417 ", true},
		{"6901234567892", "16901234567899", false},
		{"", "", false},
		{" ", "", false},
	} {
		if got := kiosk.SameBarcode(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
