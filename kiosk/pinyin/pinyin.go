// Package pinyin tells how Chinese text may be typed in Latin letters, to find
// customers and products by them.
//
// Readings come from the Unicode Han data that go-pinyin carries. A character
// with several readings may be typed by any of them (单 is shan and dan), for
// nobody knows how a name is read but its bearer. Tones are left out, ü is v, as
// on Chinese keyboards. What is no Chinese stays: letters in lower case, digits
// as they are; the initials have the first letter of a Latin word and all digits.
//
// # Limits
//
// A text has at most [MaxSpellings] spellings; of what lies beyond, the first
// reading of each character counts. Characters without a reading, blanks and
// signs are left out.
package pinyin

import (
	"slices"
	"strings"
	"unicode"

	gopinyin "github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// MaxSpellings bounds the spellings of a text, in full and by initials each.
const MaxSpellings = 16

// Spell gives the spellings of a text: in full ("guangming") and by the initials
// of its characters ("gm"). The first are those of the commonest readings. Both
// are nil for a text that cannot be spelled.
func Spell(text string) (full, initials []string) {
	full, initials = []string{""}, []string{""}
	inWord := false
	for _, r := range norm.NFKC.String(text) {
		readings := Readings(r)
		latin := r < unicode.MaxASCII && unicode.IsLetter(r)
		switch {
		case readings != nil:
			full = extend(full, readings)
			initials = extend(initials, firsts(readings))
		case latin:
			letter := []string{string(unicode.ToLower(r))}
			full = extend(full, letter)
			if !inWord {
				initials = extend(initials, letter)
			}
		case r >= '0' && r <= '9':
			full, initials = extend(full, []string{string(r)}), extend(initials, []string{string(r)})
		}
		inWord = latin
	}
	if full[0] == "" {
		return nil, nil
	}
	return full, initials
}

// Readings gives the readings of a character without tones, the commonest first;
// nil for what is no Chinese character.
func Readings(r rune) []string {
	listed, ok := gopinyin.PinyinDict[int(r)]
	if !ok {
		return nil
	}
	var readings []string
	for toned := range strings.SplitSeq(listed, ",") {
		if plain := toneless(toned); plain != "" && !slices.Contains(readings, plain) {
			readings = append(readings, plain)
		}
	}
	return readings
}

// toneless takes the marks off: nǚ is nv.
func toneless(toned string) string {
	var b strings.Builder
	runes := []rune(norm.NFD.String(toned))
	for i, r := range runes {
		switch {
		case r == 'u' && i+1 < len(runes) && runes[i+1] == '\u0308':
			b.WriteByte('v')
		case r >= 'a' && r <= 'z':
			b.WriteRune(r)
		}
	}
	return b.String()
}

func firsts(readings []string) []string {
	var letters []string
	for _, s := range readings {
		if !slices.Contains(letters, s[:1]) {
			letters = append(letters, s[:1])
		}
	}
	return letters
}

// extend puts each of the parts behind each of the spellings, or the first part
// alone where that would be too many.
func extend(spellings, parts []string) []string {
	if len(spellings)*len(parts) > MaxSpellings {
		parts = parts[:1]
	}
	longer := make([]string, 0, len(spellings)*len(parts))
	for _, p := range parts {
		for _, s := range spellings {
			longer = append(longer, s+p)
		}
	}
	return longer
}
