package kiosk

import "time"

// An HQ that was restored from the wrong backup, or looks at the wrong point, has
// a set that is signed and yet wrong. So a terminal does not let go of many orders
// unless HQ's operator has said that this is meant ([Watermark.Purge]).
const (
	// ShrinkWindow is the time, by HQ's clock, over which what goes is added up.
	ShrinkWindow = 24 * time.Hour
	// shrinkFree may go at any time: so few are soon looked up by hand, and in a
	// small set a fifth is next to nothing.
	shrinkFree = 49
	shrinkPart = 5
)

// Shrinks reports whether a set loses too much without HQ's word: a fifth or more
// of the orders that it had, and at least 50. lost counts the orders that went
// since the window began, left those that would stay. Only what leaves the set
// counts, as HQ's gone lines or because a new set lacks it; an order that was
// collected, cancelled or refunded stays in the set.
func Shrinks(lost, left int) bool {
	return lost > shrinkFree && lost*shrinkPart >= lost+left
}
