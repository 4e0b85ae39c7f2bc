package scanner

// sure is how many texts in a row must have ended with a mark for it to be this device's habit.
const sure = 64

// Ends learns whether a device ends its texts with a mark (CR, Enter), as most do, or with
// nothing. Of the one kind, a text that is over by a pause alone has lost its end on the way:
// a cable was pulled, a radio link broke, and it is half a code. Of the other kind every text is
// over by a pause. Until it is sure, texts are taken for whole; one that was set up
// anew while in use loses two texts until it is believed. The zero value is ready.
type Ends struct{ marked, lapsed int }

// Mark says that a text came with its end.
func (e *Ends) Mark() { e.marked, e.lapsed = min(e.marked+1, sure), 0 }

// Pause says that a text is over by a pause alone, and reports whether it may be whole.
func (e *Ends) Pause() bool {
	if e.marked < sure {
		e.marked = 0
		return true
	}
	if e.lapsed++; e.lapsed == 2 {
		*e = Ends{}
	}
	return false
}
