package receipt

import (
	"fmt"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
)

// columnGap is the least space between two columns in dots.
const columnGap = 16

// maxQR is the longest text of a QR code in bytes: more makes dots of a code on
// 58 mm too small for old phones.
const maxQR = 300

func (h Heading) lay(s *sheet) error {
	s.paragraph(clean(h.Text), s.heading(), true)
	return nil
}

func (t Text) lay(s *sheet) error {
	s.paragraph(clean(t.Text), s.style(t.Size, t.Strong), t.Center)
	return nil
}

// paragraph adds the lines of a text.
func (s *sheet) paragraph(text string, st style, center bool) {
	measure := s.measure(st)
	for _, line := range wrap(text, s.width, measure) {
		r := st.line()
		x := 0
		if center {
			x = max(s.width-measure(line), 0) / 2
		}
		r.runs = []run{{line, x, st.base(), s.face(st)}}
		s.add(r)
	}
}

func (c Columns) lay(s *sheet) error {
	st := s.style(c.Size, c.Strong)
	measure := s.measure(st)
	left, right := clean(c.Left), clean(c.Right)
	leftWidth, rightWidth := measure(left), measure(right)
	if leftWidth+columnGap+rightWidth > s.width { // the longer one gives way, a figure if it can be helped not
		if rightWidth <= s.width/2 {
			leftWidth = s.width - columnGap - rightWidth
		} else {
			leftWidth = min(leftWidth, s.width*2/5)
			rightWidth = s.width - columnGap - leftWidth
		}
	}
	lefts, rights := wrap(left, leftWidth, measure), wrap(right, rightWidth, measure)
	for i := range max(len(lefts), len(rights)) {
		r := st.line()
		if i < len(lefts) {
			r.runs = append(r.runs, run{lefts[i], 0, st.base(), s.face(st)})
		}
		if i < len(rights) {
			r.runs = append(r.runs, run{rights[i], s.width - measure(rights[i]), st.base(), s.face(st)})
		}
		s.add(r)
	}
	return nil
}

func (k Rule) lay(s *sheet) error {
	const height, at, thick, dash = 18, 8, 2, 8
	s.add(row{height: height, black: func(dot func(x, y int)) {
		for x := range s.width {
			if !k.Dashed || x/dash%2 == 0 {
				for y := range thick {
					dot(x, at+y)
				}
			}
		}
	}})
	return nil
}

func (g Signature) lay(s *sheet) error {
	st := s.style(Plain, false)
	room := st.dots * 2 // for a hand with a ball pen
	label := clean(g.Label)
	r := st.line()
	r.height += room
	r.runs = []run{{label, 0, room + st.base(), s.face(st)}}
	from := min(s.measure(st)(label)+columnGap, s.width/2)
	r.black = func(dot func(x, y int)) {
		for x := from; x < s.width; x++ {
			for y := range 2 {
				dot(x, room+st.base()+y)
			}
		}
	}
	s.add(r)
	return nil
}

func (q QR) lay(s *sheet) error {
	if len(q.Text) > maxQR {
		return fmt.Errorf("a QR code of %d bytes is %w", len(q.Text), ErrTooLong)
	}
	const quiet = 4 // modules of white around, ISO/IEC 18004
	m, err := qrcode.NewQRCodeWriter().Encode(q.Text, gozxing.BarcodeFormat_QR_CODE, 0, 0, map[gozxing.EncodeHintType]any{
		gozxing.EncodeHintType_ERROR_CORRECTION: decoder.ErrorCorrectionLevel_M, gozxing.EncodeHintType_MARGIN: quiet,
		gozxing.EncodeHintType_CHARACTER_SET: "UTF-8",
	})
	if err != nil {
		return fmt.Errorf("a QR code cannot be drawn: %w", err)
	}
	module := max(min(s.width*3/5/m.GetWidth(), 8), 2) // 8 dots are a millimetre
	side := module * m.GetWidth()
	s.add(row{height: side, black: func(dot func(x, y int)) {
		for y := range side {
			for x := range side {
				if m.Get(x/module, y/module) {
					dot((s.width-side)/2+x, y)
				}
			}
		}
	}})
	return nil
}

func (p Space) lay(s *sheet) error {
	s.add(row{height: min(max(p.Dots, 0), MaxHeight)})
	return nil
}
