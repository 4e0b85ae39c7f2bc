package receipt

import (
	"strings"

	"github.com/go-text/typesetting/segmenter"
)

// wrap breaks a text into lines no wider than width, as measure tells, where
// Unicode lets a line end, and fills each as far as it goes: paper is saved, where
// a screen (kiosk/ui/look) would balance its lines. A word wider than a line is cut
// between characters rather than lost.
func wrap(text string, width int, measure func(string) int) []string {
	var lines []string
	line := ""
	for pieces := breakable(text); len(pieces) > 0; {
		switch piece := pieces[0]; {
		case measure(trimmed(line+piece)) <= width:
			line += piece
			pieces = pieces[1:]
		case line != "":
			lines = append(lines, trimmed(line))
			line = ""
		case len([]rune(piece)) > 1:
			pieces = append(strings.Split(piece, ""), pieces[1:]...)
		default: // a single character is wider than the paper: it must not be tried for ever
			line, pieces = piece, pieces[1:]
		}
	}
	return append(lines, trimmed(line))
}

// breakable cuts a text where a line may end.
func breakable(text string) []string {
	var seg segmenter.Segmenter
	seg.Init([]rune(text))
	var out []string
	for it := seg.LineIterator(); it.Next(); {
		out = append(out, string(it.Line().Text))
	}
	return out
}

func trimmed(line string) string { return strings.TrimRight(line, " ") }
