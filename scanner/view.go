package scanner

// View is what one frame of a camera shows.
type View struct {
	// Codes that were read, nearest the aim (the middle of the frame) first. Only Text and
	// Symbology are set. The slice belongs to whoever read the frame and holds until the next one.
	Codes []Scan
	// Missed says that something in the frame looks like a code and could not be read.
	Missed bool
}

// Hint is what would help a camera to read the code that is held in front of it.
type Hint string

// What a customer can do.
const (
	NoHint  Hint = ""
	Tilt    Hint = "tilt"    // a code is seen but not read, for a second: glare, most often
	Lighten Hint = "lighten" // it is too dark: turn up the phone's screen, switch on a light
)
