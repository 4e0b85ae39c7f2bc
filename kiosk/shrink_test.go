package kiosk_test

import (
	"testing"

	"hexiao/kiosk"
)

func TestShrinks(t *testing.T) {
	for _, c := range []struct {
		lost, left int
		shrinks    bool
	}{
		{0, 0, false}, {0, 1000, false}, {1, 0, false}, {49, 0, false}, {50, 0, true}, {49, 100, false}, {50, 200, true}, {50, 201, false},
		{199_999, 800_001, false}, {200_000, 800_000, true}, {1_000_000, 0, true},
	} {
		if got := kiosk.Shrinks(c.lost, c.left); got != c.shrinks {
			t.Errorf("%d lost, %d left: %v", c.lost, c.left, got)
		}
	}
}
