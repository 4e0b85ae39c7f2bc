package desk

import "fmt"

// Remembered is all that a desk knows of the customer's screens, in words.
func (d *Desk) Remembered() string { return fmt.Sprintf("%+v %+v", d.customer, d.keypad.digits) }
