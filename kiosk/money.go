package kiosk

import "fmt"

// Fen is an amount of money in fen, a hundredth of a yuan. It may be negative
// in differences; amounts of orders never are.
type Fen int64

// String gives the amount in yuan with two decimals, "12.80".
func (f Fen) String() string {
	sign, n := "", uint64(f)
	if f < 0 {
		sign, n = "-", -n // unsigned, so that the smallest amount has an opposite
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}
