package receipt

import (
	"errors"
	"fmt"
	"image"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"hexiao/assets"
)

// MaxHeight is the height of the longest slip in dots, 15 m: half of what is on a
// common roll of 58 mm.
const MaxHeight = 120000

// ErrTooLong is returned for a slip that would be higher than MaxHeight, and for a
// QR code of too much text.
var ErrTooLong = errors.New("too long to be printed")

// ErrPaper is returned for a slip for a paper that there is not.
var ErrPaper = errors.New("there is no such paper")

// ink is how much of a dot a stroke must cover to print it, of 255. Below half:
// strokes of 24-dot Chinese are thinner than two dots, and half would tear them.
const ink = 104

// Typesetter turns slips into dots. Any goroutine may use it.
type Typesetter struct{ regular, bold *opentype.Font }

// NewTypesetter reads the bundled fonts.
func NewTypesetter() (*Typesetter, error) {
	regular, err := opentype.Parse(assets.FontRegular())
	if err != nil {
		return nil, fmt.Errorf("the font of the slips cannot be used: %w", err)
	}
	bold, err := opentype.Parse(assets.FontBold())
	if err != nil {
		return nil, fmt.Errorf("the bold font of the slips cannot be used: %w", err)
	}
	return &Typesetter{regular: regular, bold: bold}, nil
}

// Raster lays a slip out and draws it. The same slip gives the same dots. It
// returns ErrTooLong or ErrPaper.
func (t *Typesetter) Raster(slip Slip) (*Bitmap, error) {
	if slip.Paper != Paper58 && slip.Paper != Paper80 {
		return nil, fmt.Errorf("%w: %d dots wide", ErrPaper, slip.Paper)
	}
	s := &sheet{setter: t, width: int(slip.Paper), faces: map[style]font.Face{}}
	defer s.close()
	for _, b := range slip.Blocks {
		if err := b.lay(s); err != nil {
			return nil, err
		}
		if s.height > MaxHeight {
			return nil, fmt.Errorf("a slip of more than %d dots is %w", MaxHeight, ErrTooLong)
		}
	}
	b := NewBitmap(s.width, s.height)
	top := 0
	for _, r := range s.rows {
		r.draw(b, top)
		top += r.height
	}
	return b, nil
}

// sheet is a slip while it is laid out.
type sheet struct {
	setter        *Typesetter
	width, height int
	rows          []row
	faces         map[style]font.Face
}

// style is a font at a size in dots.
type style struct {
	dots   int
	strong bool
}

// row is a strip of a slip: a line of text, or what black dots it has.
type row struct {
	height int
	runs   []run
	black  func(dot func(x, y int)) // nil: none
}

// run is a text that stands at x on the row's base line.
type run struct {
	text    string
	x, base int
	face    font.Face
}

func (s *sheet) add(r row) {
	s.rows = append(s.rows, r)
	s.height += r.height
}

// style gives the font of a size on this paper.
func (s *sheet) style(size Size, strong bool) style {
	dots := map[Size]int{Plain: 24, Small: 22, Large: 30}
	if s.width >= int(Paper80) {
		dots = map[Size]int{Plain: 28, Small: 24, Large: 36}
	}
	return style{dots[size], strong}
}

func (s *sheet) heading() style {
	if s.width >= int(Paper80) {
		return style{48, true}
	}
	return style{40, true}
}

// face opens a font at a size. The two fonts were read before, so that this
// fails only for a size that is none.
func (s *sheet) face(st style) font.Face {
	if f := s.faces[st]; f != nil {
		return f
	}
	source := s.setter.regular
	if st.strong {
		source = s.setter.bold
	}
	f, err := opentype.NewFace(source, &opentype.FaceOptions{Size: float64(st.dots), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(err)
	}
	s.faces[st] = f
	return f
}

func (s *sheet) close() {
	for _, f := range s.faces {
		_ = f.Close() // frees memory only
	}
}

func (s *sheet) measure(st style) func(string) int {
	face := s.face(st)
	return func(text string) int { return font.MeasureString(face, text).Ceil() }
}

// line is a row of text without runs: the characters' own height and a third of
// it between the lines.
func (st style) line() row { return row{height: st.dots*4/3 + 1} }

// base is where the base line lies below the row's upper edge.
func (st style) base() int { return st.dots + st.dots/20 }

// draw puts the row into the bitmap, its upper edge at top.
func (r row) draw(b *Bitmap, top int) {
	if r.black != nil {
		r.black(func(x, y int) { b.Blacken(x, top+y) })
	}
	if len(r.runs) == 0 {
		return
	}
	strip := image.NewAlpha(image.Rect(0, 0, b.Width, r.height))
	for _, text := range r.runs {
		d := font.Drawer{Dst: strip, Src: image.Opaque, Face: text.face, Dot: fixed.P(text.x, text.base)}
		d.DrawString(text.text)
	}
	for y := range r.height {
		for x := range b.Width {
			if strip.Pix[y*strip.Stride+x] >= ink {
				b.Blacken(x, top+y)
			}
		}
	}
}
