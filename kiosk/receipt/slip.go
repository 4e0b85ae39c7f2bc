package receipt

import (
	"strings"
	"unicode"
)

// Paper is what a printer can print across, in dots.
type Paper int

// The papers that receipt printers come with.
const (
	Paper58 Paper = 384 // 58 mm wide
	Paper80 Paper = 576 // 80 mm wide
)

// PaperOf gives the paper of a width in millimetres, 58 or 80; false: there is
// none of that width.
func PaperOf(mm int) (Paper, bool) {
	switch mm {
	case 58:
		return Paper58, true
	case 80:
		return Paper80, true
	}
	return 0, false
}

// Slip is a piece of paper to be printed.
type Slip struct {
	Paper  Paper
	Blocks []Block // from above
}

// Block is a part of a slip, over its whole width. The set is closed: Heading,
// Text, Columns, Rule, Signature, QR and Space.
type Block interface{ lay(s *sheet) error }

// Heading says large what the slip is.
type Heading struct{ Text string }

// Text is a paragraph.
type Text struct {
	Text   string
	Size   Size
	Strong bool
	Center bool
}

// Size is how large a text is.
type Size uint8

// The sizes, beside that of a heading.
const (
	Plain Size = iota
	Small      // notes and captions
	Large      // a sum
)

// Columns are a text at the left edge and one at the right, for names and
// figures. What does not fit into a line gets more of them.
type Columns struct {
	Left, Right string
	Size        Size
	Strong      bool
}

// Rule is a line across.
type Rule struct{ Dashed bool }

// Signature is a label with a line to write on.
type Signature struct{ Label string }

// QR is a QR code of a text of at most 300 bytes.
type QR struct{ Text string }

// Space is empty paper, in dots; an eighth of a millimetre each.
type Space struct{ Dots int }

// maxText is how many characters of one text are printed.
const maxText = 64

// clean makes a text fit for one paragraph: what is no visible character becomes
// a space, and what is too long ends in an ellipsis.
func clean(text string) string {
	runes := []rune(strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return r != nbsp && (unicode.IsSpace(r) || !unicode.IsPrint(r) || r == unicode.ReplacementChar)
	}), " "))
	if len(runes) > maxText {
		runes = append(runes[:maxText-1], '…')
	}
	return string(runes)
}

// nbsp keeps what it joins on one line.
const nbsp = '\u00a0'
