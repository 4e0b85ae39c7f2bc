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
	Well                   // the mark in the header that says all is well
	roles                  // how many there are
)

// InkOn returns the role of words on a ground of a role.
func InkOn(ground Role) Role {
	switch ground {
	case Brand, BrandDown:
		return OnBrand
	case BrandSoft:
		return Brand
	case Accept:
		return OnAccept
	case Wait:
		return OnWait
	case Refuse:
		return OnRefuse
	case Night:
		return OnNight
	default:
		return Ink
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
