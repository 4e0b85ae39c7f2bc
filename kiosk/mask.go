package kiosk

import "strings"

// Masked is as much of a customer as a screen may show.
type Masked struct {
	Name string `cbor:"1,keyasint,omitempty"` // 张*, 王**
	Tail string `cbor:"2,keyasint,omitempty"` // last four digits of the phone
}

// Mask hides all but the first character of the name and the last four digits
// of the phone.
func Mask(name, phone string) Masked {
	return Masked{Name: MaskName(name), Tail: PhoneTail(phone)}
}

// MaskName keeps the first character and puts a star for each other, three at
// the most, so that the length of a long name tells nothing.
func MaskName(name string) string {
	runes := []rune(strings.TrimSpace(name))
	if len(runes) == 0 {
		return ""
	}
	return string(runes[0]) + strings.Repeat("*", min(max(len(runes)-1, 1), 3))
}

// PhoneTail gives the last four digits of a phone number, or "" when it has
// fewer.
func PhoneTail(phone string) string {
	var digits []rune
	for _, r := range phone {
		if r >= '0' && r <= '9' {
			digits = append(digits, r)
		}
	}
	if len(digits) < 4 {
		return ""
	}
	return string(digits[len(digits)-4:])
}
