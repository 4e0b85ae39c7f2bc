package look

import (
	"strings"

	"github.com/go-text/typesetting/segmenter"
)

// keepMark, the zero-width space, says in a translation where a heading may
// break: a text that has one breaks there and at spaces only, so that 请等待 and
// 团长确认 stay whole. It is never drawn.
const keepMark = '\u200b'

// wrap breaks a text into lines no wider than width, as measure tells, by
// Unicode's line-breaking rules: between Chinese characters but not before a
// closing mark, between words but not inside them. Where it costs no line,
// breaks fall after Chinese punctuation, so that no word is torn; else lines of
// one paragraph come out about equally long. A word wider than the line is cut
// between characters rather than lost.
func wrap(text string, width float32, measure func(string) float32) []string {
	var out []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		pieces := breakable(paragraph, strings.ContainsRune(paragraph, keepMark))
		lines := fill(pieces, width, measure)
		if whole := phrases(paragraph); len(whole) > 1 && len(lines) > 1 {
			if tidy := fillPhrases(whole, width, measure); len(tidy) <= len(lines) {
				out = append(out, tidy...)
				continue
			}
		}
		out = append(out, balance(pieces, lines, width, measure)...)
	}
	return out
}

// fillPhrases fills lines with whole phrases; one that is too wide gets lines
// of its own.
func fillPhrases(phrases []string, width float32, measure func(string) float32) []string {
	var pieces []string
	for _, p := range phrases {
		if measure(drawn(p)) <= width {
			pieces = append(pieces, p)
			continue
		}
		parts := breakable(p, strings.ContainsRune(p, keepMark))
		pieces = append(pieces, balance(parts, fill(parts, width, measure), width, measure)...)
	}
	return fill(pieces, width, measure)
}

// phrases cuts a text after every Chinese punctuation mark.
func phrases(text string) []string {
	var out []string
	start := 0
	for i, r := range text {
		if strings.ContainsRune("，。；：？！", r) {
			end := i + len(string(r))
			out = append(out, text[start:end])
			start = end
		}
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

// fill puts as many pieces on each line as go.
func fill(pieces []string, width float32, measure func(string) float32) []string {
	var lines []string
	line := ""
	for len(pieces) > 0 {
		piece := pieces[0]
		switch {
		case measure(drawn(line+piece)) <= width:
			line += piece
			pieces = pieces[1:]
		case line != "":
			lines = append(lines, drawn(line))
			line = ""
		default: // one piece alone is too wide: break it wherever Unicode allows, and then between any characters
			if finer := finer(piece); len(finer) > 1 {
				pieces = append(finer, pieces[1:]...)
				continue
			}
			line, pieces = piece, pieces[1:]
		}
	}
	return append(lines, drawn(line))
}

// balance finds the narrowest width that still gives as many lines, so that no
// heading ends in a single character.
func balance(pieces, lines []string, width float32, measure func(string) float32) []string {
	if len(lines) < 2 {
		return lines
	}
	low, high := width/2, width
	for high-low > 2 {
		middle := (low + high) / 2
		narrower := fill(pieces, middle, measure)
		if len(narrower) > len(lines) || cutsWords(pieces, middle, measure) {
			low = middle
			continue
		}
		lines, high = narrower, middle
	}
	return lines
}

// cutsWords says whether some piece is wider than the line, so that fill would
// cut it.
func cutsWords(pieces []string, width float32, measure func(string) float32) bool {
	for _, p := range pieces {
		if measure(drawn(p)) > width {
			return true
		}
	}
	return false
}

// breakable cuts a text at the places where a line may end. With kept it may
// end only at the marks and after spaces.
func breakable(text string, kept bool) []string {
	if kept {
		var out []string
		for part := range strings.SplitSeq(text, string(keepMark)) {
			out = append(out, strings.SplitAfter(part, " ")...)
		}
		return out
	}
	var seg segmenter.Segmenter
	seg.Init([]rune(text))
	var out []string
	for it := seg.LineIterator(); it.Next(); {
		out = append(out, string(it.Line().Text))
	}
	return out
}

func finer(piece string) []string {
	if pieces := breakable(piece, false); len(pieces) > 1 {
		return pieces
	}
	return strings.Split(piece, "")
}

// drawn is the line as it shows: without marks, and without the space or the
// dot between two parts that a line ends with.
func drawn(line string) string {
	return strings.TrimRight(strings.ReplaceAll(line, string(keepMark), ""), " \u00a0·")
}
