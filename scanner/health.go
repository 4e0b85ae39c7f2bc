package scanner

import "time"

// State is how a source is doing.
type State string

// The states of a source, from good to bad.
const (
	Starting State = "starting" // being opened
	Working  State = "working"  // open and, where that can be told, delivering
	Silent   State = "silent"   // open, but nothing has come for longer than it should
	Missing  State = "missing"  // there is no such device at the moment
	Busy     State = "busy"     // another program holds the device
	Broken   State = "broken"   // it fails in another way; Detail says how
	Ended    State = "ended"    // the input is used up, or the terminal is closing
)

// Health is one report about a source. Detail is a plain sentence for the
// leader; it never holds the text of a scan.
type Health struct {
	Source string
	State  State
	Detail string
	Hint   Hint      // what would help it to read what is held in front of it
	At     time.Time // UTC
}
