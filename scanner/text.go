package scanner

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Refusal says in words why a text can be no code that somebody shows; empty: it can.
type Refusal string

// What is refused. None of it is a pickup code, and a part of it must not become one.
const (
	// NoText is bytes that are not UTF-8, or control characters among them: a wrong speed or
	// parity, the separators of GS1 and of other machines' labels (FNC1 arrives as GS, 0x1D),
	// a cable with a loose contact. They are never left out: what remains would be another code.
	NoText Refusal = "it holds control characters, or is no text at all"
	// SetsUp is a code from a scanner's own manual. A scanner that knows it obeys it and sends
	// nothing; one of another maker hands it on.
	SetsUp Refusal = "it is a code that sets up scanners"
)

// FromDevice makes a Scan of a text that a scanner of its own sent or typed. An AIM symbology
// identifier is taken off and told as the symbology. What is refused keeps neither: its Text is
// empty, which no code is, so that it is answered as malformed, whatever it said.
func FromDevice(text, source string, at time.Time) Scan {
	s := Scan{Source: source, At: at.UTC()}
	s.Text, s.Symbology = SplitAIM(text)
	if s.Refused = refuse(s.Text); s.Refused != "" {
		s.Text, s.Symbology = "", Text
	}
	return s
}

// SplitAIM takes an AIM symbology identifier (ISO/IEC 15424: a bracket, the letter of the
// symbology, a character for its variant, as in ]Q1 or ]C0) off the front of a text. The
// symbology is Text where there is none or where Symbology has no name for it: those are taken
// off too. An identifier with nothing behind it is a text of its own.
func SplitAIM(text string) (rest string, s Symbology) {
	if len(text) <= 3 || text[0] != ']' || !isLetter(text[1]) || !isLetter(text[2]) && !isDigit(text[2]) {
		return text, Text
	}
	s = Text
	switch {
	case text[1] == 'Q':
		s = QR
	case text[1] == 'C':
		s = Code128
	case text[1] == 'd':
		s = DataMatrix
	case text[1] == 'E' && text[2] == '0':
		s = EAN13
	}
	return text[3:], s
}

// refuse says whether a text can be a code.
func refuse(text string) Refusal {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }) {
		return NoText
	}
	if setsUp(text) {
		return SetsUp
	}
	return ""
}

// setsUp reports whether a text looks like a code from a scanner's manual. The list cannot be
// complete. What it misses has none of the forms of a pickup code either and is malformed to
// the domain; the list is there to say why.
func setsUp(text string) bool {
	s := strings.ToUpper(strings.TrimSpace(text)) // Caps Lock may have turned it round
	for _, prefix := range []string{
		"%%SPECCODE", "^#SC^", "%#IFSNO", // modules and handhelds without a name
		"^_^",            // DYScan
		"@MENU_OPTO@",    // Opticon
		"$$", "$+", "$P", // Datalogic
		"{AIM", "S_CMD_", "AT+",
	} {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	switch {
	case s == "":
		return false
	case s[0] == '@' || s[0] == '#': // Newland: @SETUPE1, @INTERF10, several with ; between
		return isCommand(s[1:])
	case strings.HasPrefix(s, "NLS"): // Newland, before that: NLS0006010
		return len(strings.TrimRight(s, ";")) == 10 && isAll(strings.TrimRight(s[3:], ";"), isDigit)
	case s[len(s)-1] == '.' || s[len(s)-1] == '!': // Honeywell: DEFALT. PAPHHF. SUFBK2990D!
		return isCommand(s[:len(s)-1])
	}
	return false
}

// isCommand reports whether a text is commands as Honeywell and Newland write them: a tag of
// three letters or digits and another of three, then the value, if any.
func isCommand(s string) bool {
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ';' || r == ',' }) {
		part = strings.TrimLeft(part, "@#")
		if len(part) < 6 || !isAll(part, func(b byte) bool { return isLetter(b) || isDigit(b) }) || isAll(part, isDigit) {
			return false
		}
	}
	return strings.Trim(s, ";,") != ""
}

func isAll(s string, of func(byte) bool) bool {
	for i := range len(s) {
		if !of(s[i]) {
			return false
		}
	}
	return true
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
func isDigit(b byte) bool  { return b >= '0' && b <= '9' }
