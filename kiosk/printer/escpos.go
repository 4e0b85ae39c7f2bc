package printer

import (
	"hexiao/kiosk/receipt"
)

// maxBand is the height of the highest picture that is sent in one, in rows.
const maxBand = 256

// Feeds before the cut, in lines of a sixth of an inch. Narrow printers have no
// knife, and a slip is torn off some way above the head; GS V 66 feeds to the
// knife by itself where there is one.
const (
	feedNarrow = 4
	feedWide   = 1
)

// initialise is ESC @: forget what was set before.
func initialise() []byte { return []byte{0x1b, '@'} }

// realTime is DLE EOT n: how are you? It is answered at once, whatever waits.
func realTime(n byte) []byte { return []byte{0x10, 0x04, n} }

// inTurn is GS r 1: it is answered once all before it is printed.
func inTurn() []byte { return []byte{0x1d, 'r', 1} }

// encode gives the commands that print a picture and cut the paper, and where each
// command ends.
func encode(b *receipt.Bitmap) (stream []byte, ends []int) {
	add := func(command ...byte) {
		stream = append(stream, command...)
		ends = append(ends, len(stream))
	}
	add(initialise()...)
	for top := 0; top < b.Height; {
		bottom := bandEnd(b, top)
		stride, height := b.Stride(), bottom-top
		header := []byte{0x1d, 'v', '0', 0, byte(stride), byte(stride >> 8), byte(height), byte(height >> 8)}
		add(append(header, b.Bits[top*stride:bottom*stride]...)...)
		top = bottom
	}
	feed := byte(feedNarrow)
	if b.Width > int(receipt.Paper58) {
		feed = feedWide
	}
	add(0x1b, 'd', feed)
	add(0x1d, 'V', 66, 0)
	return stream, ends
}

// bandEnd is where the band that begins at top ends: after the last white row that
// it can hold, or after as many rows as it can hold.
func bandEnd(b *receipt.Bitmap, top int) int {
	if b.Height-top <= maxBand {
		return b.Height
	}
	for y := top + maxBand - 1; y > top; y-- {
		if white(b.Row(y)) {
			return y + 1
		}
	}
	return top + maxBand
}

func white(row []byte) bool {
	for _, bits := range row {
		if bits != 0 {
			return false
		}
	}
	return true
}

// fill is how many NULs end a command that broke off anywhere in a stream: as many
// as the longest has. What a printer gets too many of means nothing to it.
func fill(ends []int) int {
	longest, begin := 0, 0
	for _, end := range ends {
		longest, begin = max(longest, end-begin), end
	}
	return longest
}
