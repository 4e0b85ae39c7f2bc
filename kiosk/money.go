package kiosk

import "fmt"

// Fen is an amount of money in fen, a hundredth of a yuan. It may be negative
// in differences; amounts of orders never are.
type Fen int64

// String gives the amount in yuan with two decimals, "12.80".
func (f Fen) String() string {
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	return fmt.Sprintf("%s%d.%02d", sign, f/100, f%100)
}
