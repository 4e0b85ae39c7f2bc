package decode

import (
	"math"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"

	"hexiao/scanner"
)

// minBars is how many changes of colour a line must have to hold a linear code: the
// shortest Code 128 text of interest, and an EAN-13, have more.
const minBars = 40

// linear reads linear codes along straight lines across a bitmap.
type linear struct {
	readers []rowReader
	bits    []bool
	row     *gozxing.BitArray
	votes   []vote
}

type rowReader struct {
	symbology scanner.Symbology
	decoder   oned.RowDecoder
}

// vote counts the lines on which a text was read. A linear code has one check character
// only, so a single line is not believed.
type vote struct {
	text      string
	symbology scanner.Symbology
	n         int
	line      line
}

// line is a straight line across a frame.
type line struct{ x, y, dx, dy float64 }

func newLinear(symbologies []scanner.Symbology) *linear {
	l := &linear{}
	for _, s := range symbologies {
		var reader gozxing.Reader
		switch s {
		case scanner.Code128:
			reader = oned.NewCode128Reader()
		case scanner.EAN13:
			reader = oned.NewEAN13Reader()
		default:
			continue
		}
		if d, ok := reader.(oned.RowDecoder); ok {
			l.readers = append(l.readers, rowReader{s, d})
		}
	}
	return l
}

// readLinear reads along perTurn lines in each of turns directions spread over the
// half circle, starting with rows and columns.
func (r *Reader) readLinear(b *bitmap, perTurn, turns int) {
	l := r.linear
	if len(l.readers) == 0 {
		return
	}
	l.votes = l.votes[:0]
	for t := range turns {
		angle := math.Pi * float64(t) / float64(turns)
		dx, dy := math.Cos(angle), math.Sin(angle)
		// Lines lie side by side across the frame, along its normal.
		cx, cy := float64(b.w)/2, float64(b.h)/2
		span := math.Abs(float64(b.w)*dy) + math.Abs(float64(b.h)*dx)
		for i := range perTurn {
			off := span * ((float64(i)+0.5)/float64(perTurn) - 0.5)
			ln := line{cx - off*dy, cy + off*dx, dx, dy}
			seen := len(l.votes)
			r.readLine(b, ln)
			if len(l.votes) > seen { // a new text: ask the neighbours
				for _, d := range [4]float64{-1.5, 1.5, -3, 3} {
					r.readLine(b, line{ln.x - d*dy, ln.y + d*dx, dx, dy})
				}
			}
		}
	}
	for _, v := range l.votes {
		if v.n >= 2 {
			p := Point{v.line.x, v.line.y}
			r.found(v.text, v.symbology, [4]Point{p, p, p, p})
		}
	}
}

// readLine reads the codes on one line, both ways.
func (r *Reader) readLine(b *bitmap, ln line) {
	l := r.linear
	r.work.Lines++
	l.bits = b.along(ln, l.bits[:0])
	bars := 0
	for i := 1; i < len(l.bits); i++ {
		if l.bits[i] != l.bits[i-1] {
			bars++
		}
	}
	if bars < minBars {
		return
	}
	if l.row == nil || l.row.GetSize() != len(l.bits) {
		l.row = gozxing.NewBitArray(len(l.bits))
	}
	l.row.Clear()
	for i, black := range l.bits {
		if black {
			l.row.Set(i)
		}
	}
	for range 2 {
		for _, rd := range l.readers {
			if result, err := rd.decoder.DecodeRow(0, l.row, nil); err == nil {
				l.vote(latin1(result.GetText()), rd.symbology, ln)
			}
		}
		l.row.Reverse()
	}
}

func (l *linear) vote(text string, s scanner.Symbology, ln line) {
	for i := range l.votes {
		if l.votes[i].text == text && l.votes[i].symbology == s {
			l.votes[i].n++
			return
		}
	}
	l.votes = append(l.votes, vote{text, s, 1, ln})
}

// latin1 makes text of the bytes of a linear code, which are Latin-1.
func latin1(s string) string {
	runes := make([]rune, 0, len(s))
	for i := range len(s) {
		runes = append(runes, rune(s[i]))
	}
	return string(runes)
}

// along appends the pixels of the line inside the bitmap, one for every pixel of length.
func (b *bitmap) along(ln line, dst []bool) []bool {
	from, to := math.Inf(-1), math.Inf(1)
	clip := func(p, d, size float64) {
		if math.Abs(d) < 1e-9 {
			if p < 0 || p >= size {
				to = from
			}
			return
		}
		a, z := -p/d, (size-p)/d
		from, to = max(from, min(a, z)), min(to, max(a, z))
	}
	clip(ln.x, ln.dx, float64(b.w))
	clip(ln.y, ln.dy, float64(b.h))
	for t := from + 0.5; t < to; t++ {
		dst = append(dst, b.black(int(ln.x+t*ln.dx), int(ln.y+t*ln.dy)))
	}
	return dst
}
