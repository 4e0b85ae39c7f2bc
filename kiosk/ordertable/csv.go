package ordertable

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// maxSeparators bounds what one line can make of memory while it is split.
const maxSeparators = 10_000

// readCSV gives the rows below the header. A row that cannot even be split
// might belong to any order, so quotes that do not match refuse the table.
func readCSV(data []byte, h header, g *grouper) error {
	text, err := decodeText(data)
	if err != nil {
		return err
	}
	comma := separator(text)
	n := 0
	for line := range strings.Lines(text) {
		if n++; strings.Count(line, string(comma)) > maxSeparators {
			return fmt.Errorf("%w: line %d has more than %d cells", ErrNotATable, n, maxSeparators)
		}
	}
	rows, err := split(text, comma, h, false)
	if errors.Is(err, csv.ErrBareQuote) || errors.Is(err, csv.ErrQuote) {
		// 5" plates: a quote as a mere sign. The lenient reading takes it.
		rows, err = split(text, comma, h, true)
	}
	if err != nil {
		return err
	}
	return g.take(rows, func(r row) row { return r })
}

func split(text string, comma rune, h header, lenient bool) (*rows, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = comma, -1, lenient, true
	out := newRows(h)
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotATable, err)
		}
		line, _ := r.FieldPos(0)
		if lenient && slices.ContainsFunc(cells, func(c string) bool { return strings.Contains(c, "\n") }) {
			// After a quote left open, half the file would be one cell.
			return nil, fmt.Errorf("%w: line %d: a quote is opened and not closed; nothing was taken, correct it and import again", ErrNotATable, line)
		}
		if err := out.take(line, cells); err != nil {
			return nil, err
		}
	}
}

// separator is the one that the first line with text has most of.
func separator(text string) rune {
	first := strings.TrimLeft(text, "\r\n\t ,;")
	if i := strings.IndexAny(first, "\r\n"); i >= 0 {
		first = first[:i]
	}
	best := ','
	for _, c := range []rune{';', '\t'} {
		if strings.Count(first, string(c)) > strings.Count(first, string(best)) {
			best = c
		}
	}
	return best
}

// decodeText turns the file's bytes into text. Bytes that are not UTF-8 are
// GB18030, as Chinese editions of spreadsheet programs write; anything else is
// no table.
func decodeText(data []byte) (string, error) {
	var err error
	switch {
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		data, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return "", fmt.Errorf("%w: this is a spreadsheet file; give it a name that ends in .xlsx", ErrNotATable)
	case bytes.IndexByte(data, 0) < 0 && !utf8.Valid(data):
		data, err = simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	}
	if err != nil || !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 || bytes.ContainsRune(data, utf8.RuneError) {
		return "", fmt.Errorf("%w: it is neither UTF-8, UTF-16 nor GB18030 text; export it again as CSV", ErrNotATable)
	}
	return string(data), nil
}
