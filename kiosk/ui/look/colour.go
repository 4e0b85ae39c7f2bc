package look

import (
	"image/color"
	"math"
)

// Role names what a colour is for. Screens choose roles, never colours.
type Role int

// The roles. Those named On… are written on the one before them.
const (
	Paper      Role = iota // the ground of every screen
	Surface                // cards, keys, plain buttons
	Line                   // borders and rules
	Ink                    // text on Paper and Surface
	Muted                  // quieter text on Paper and Surface
	Brand                  // the one main action
	BrandSoft              // picture placeholders, tags
	OnBrand                // text on Brand
	Accept                 // the verdict is yes
	OnAccept               // text on Accept
	Wait                   // somebody must do something first
	OnWait                 // text on Wait
	Refuse                 // the verdict is no
	OnRefuse               // text on Refuse
	Night                  // the ground behind a camera picture
	OnNight                // text on Night
	BrandDown              // Brand under a finger
	PlainDown              // Surface under a finger
	BrandTrack             // the part of a countdown on Brand that has run out
)

// Colour returns the colour of a role. A role that does not exist is Ink, so
// that a mistake stays readable.
func Colour(r Role) color.NRGBA {
	switch r {
	case Paper:
		return rgb(0xF4F2EC)
	case Surface, OnBrand, OnAccept, OnRefuse, OnNight:
		return rgb(0xFFFFFF)
	case Line:
		return rgb(0xD9D5CA)
	case Muted:
		return rgb(0x475060)
	case Brand:
		return rgb(0x00574B)
	case BrandSoft:
		return rgb(0xE0EDE9)
	case Accept:
		return rgb(0x005F30)
	case Wait:
		return rgb(0xFFC933)
	case OnWait:
		return rgb(0x231A00)
	case Refuse:
		return rgb(0xA3121F)
	case Night:
		return rgb(0x23292E)
	case BrandDown:
		return rgb(0x003F36)
	case PlainDown:
		return rgb(0xE9E6DC)
	case BrandTrack:
		return rgb(0x4D8981)
	default: // Ink
		return rgb(0x14181F)
	}
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}

// Contrast returns the contrast ratio of two opaque colours by WCAG 2: from 1
// (the same) to 21 (black on white).
func Contrast(a, b color.NRGBA) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c color.NRGBA) float64 {
	channel := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(c.R) + 0.7152*channel(c.G) + 0.0722*channel(c.B)
}
