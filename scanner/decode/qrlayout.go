package decode

import "github.com/makiuchi-d/gozxing/qrcode/decoder"

// qrLayout is what lies where in a QR code of one version (ISO/IEC 18004, 6.3 and 7.7.3).
type qrLayout struct {
	version *decoder.Version
	dim     int
	centres []int   // of the alignment patterns along each axis, in modules
	known   []known // modules whose colour is the same in every code, by part
	parts   []int   // where in known each part ends: finder patterns, timing lines, alignment patterns
	order   []int32 // y·dim+x of every data bit, in the order of the codewords
}

// known is a module of a finder, timing or alignment pattern.
type known struct {
	x, y  int16
	black bool
}

// The parts of known before the alignment patterns.
const (
	partFinders = 0 // top left, top right, bottom left
	partTiming  = 3 // the row, the column
	partAligned = 5
)

// newQRLayout returns the layout of the version with dim modules a side, or nil.
func newQRLayout(dim int) *qrLayout {
	version, err := decoder.Version_GetVersionForNumber((dim - 17) / 4)
	if err != nil || version.GetDimensionForVersion() != dim {
		return nil
	}
	l := &qrLayout{version: version, dim: dim, centres: version.GetAlignmentPatternCenters()}
	fixed := make([]bool, dim*dim)
	area := func(x0, y0, w, h int) {
		for y := y0; y < y0+h; y++ {
			for x := x0; x < x0+w; x++ {
				fixed[y*dim+x] = true
			}
		}
	}
	area(0, 0, 9, 9)
	area(dim-8, 0, 8, 9)
	area(0, dim-8, 9, 8)
	area(0, 6, dim, 1)
	area(6, 0, 1, dim)
	if dim >= 45 { // version information
		area(dim-11, 0, 3, 6)
		area(0, dim-11, 6, 3)
	}
	l.finders()
	for _, cy := range l.centres {
		for _, cx := range l.centres {
			if !l.aligned(cx, cy) {
				continue
			}
			area(cx-2, cy-2, 5, 5)
			l.square(cx, cy, 2, func(ring int) bool { return ring != 1 })
			l.parts = append(l.parts, len(l.known))
		}
	}
	l.order = codewordOrder(dim, fixed, 8*version.GetTotalCodewords())
	return l
}

// aligned says whether an alignment pattern has its centre in module (x,y), both of
// centres: in three corners there are finder patterns instead.
func (l *qrLayout) aligned(x, y int) bool {
	first, last := 6, l.dim-7
	return (x != first || y != first && y != last) && (x != last || y != first)
}

// finders appends the finder patterns with the white around them, and the timing lines.
func (l *qrLayout) finders() {
	far := l.dim - 4
	for _, c := range [3][2]int{{3, 3}, {far, 3}, {3, far}} {
		l.square(c[0], c[1], 4, func(ring int) bool { return ring != 2 && ring != 4 })
		l.parts = append(l.parts, len(l.known))
	}
	for i := 8; i < l.dim-8; i++ {
		l.known = append(l.known, known{int16(i), 6, i%2 == 0})
	}
	l.parts = append(l.parts, len(l.known))
	for i := 8; i < l.dim-8; i++ {
		l.known = append(l.known, known{6, int16(i), i%2 == 0})
	}
	l.parts = append(l.parts, len(l.known))
}

// square appends the modules up to reach around (cx,cy) that lie inside the code.
func (l *qrLayout) square(cx, cy, reach int, black func(ring int) bool) {
	for y := cy - reach; y <= cy+reach; y++ {
		for x := cx - reach; x <= cx+reach; x++ {
			if x >= 0 && y >= 0 && x < l.dim && y < l.dim {
				ring := max(x-cx, cx-x, y-cy, cy-y)
				l.known = append(l.known, known{int16(x), int16(y), black(ring)})
			}
		}
	}
}

// codewordOrder goes through the columns two by two from the right, up and down in turn,
// past the column of the timing line, over the modules that are not fixed.
func codewordOrder(dim int, fixed []bool, bits int) []int32 {
	order := make([]int32, 0, bits)
	up := true
	for right := dim - 1; right > 0; right -= 2 {
		if right == 6 {
			right--
		}
		for i := range dim {
			y := i
			if up {
				y = dim - 1 - i
			}
			for x := right; x > right-2; x-- {
				if !fixed[y*dim+x] && len(order) < bits {
					order = append(order, int32(y*dim+x))
				}
			}
		}
		up = !up
	}
	return order
}

// masked says whether a data mask inverts a module.
func masked(mask, x, y int) bool {
	switch mask {
	case 0:
		return (x+y)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (x+y)%3 == 0
	case 4:
		return (y/2+x/3)%2 == 0
	case 5:
		return x*y%6 == 0
	case 6:
		return (x*y%2+x*y%3)%2 == 0
	}
	return ((x+y)%2+x*y%3)%2 == 0
}
