package look

import (
	"bytes"
	"regexp"
)

// readable writes a Lucide icon in the forms that oksvg v0.2.0 reads as the
// standard means them (SVG 2, 7.4 and 9.3.8). That library draws every arc of a
// command with several like the first one, and knows no flags written without a
// space, so each arc gets a command of its own with spaces; and it gives a
// rectangle with one radius square corners, so it gets both.
func readable(svg []byte) []byte {
	const number = `([-+]?(?:\d+\.?\d*|\.\d+))[\s,]*`
	const flag = `([01])[\s,]*`
	arcs := regexp.MustCompile(`[aA][-+\d\s.,]+`)
	arc := regexp.MustCompile(number + number + number + flag + flag + number + number)
	svg = arcs.ReplaceAllFunc(svg, func(command []byte) []byte {
		if len(arc.FindIndex(command)) == 0 { // a word, not a path
			return command
		}
		each := append([]byte{command[0]}, "$1 $2 $3 $4 $5 $6 $7 "...)
		return bytes.TrimRight(arc.ReplaceAll(command[1:], each), " ")
	})
	return regexp.MustCompile(` rx=("[^"]*")(\s*/?>)`).ReplaceAll(svg, []byte(` rx=$1 ry=$1$2`))
}
