package cli

import (
	"fmt"
	"strconv"
	"strings"
)

// Limits of a [Size], in pixels: no screen of the terminal is drawn for less.
const (
	minSide = 480
	maxSide = 8192
)

// Size is a flag for the size of a screen, WIDTHxHEIGHT in pixels.
type Size struct{ Width, Height int }

// IsZero reports whether no size was given.
func (s Size) IsZero() bool { return s == Size{} }

// UnmarshalText reads 1280x800.
func (s *Size) UnmarshalText(b []byte) error {
	width, height, found := strings.Cut(string(b), "x")
	w, errW := strconv.Atoi(width)
	h, errH := strconv.Atoi(height)
	if !found || errW != nil || errH != nil || min(w, h) < minSide || max(w, h) > maxSide {
		return fmt.Errorf("%q is not a width and a height between %d and %d, such as 1280x800", b, minSide, maxSide)
	}
	s.Width, s.Height = w, h
	return nil
}
