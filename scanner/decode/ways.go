package decode

import "image"

// way is one way to look at a part of a frame for QR codes. Each rescues frames of a kind.
type way uint8

const (
	plain     way = iota // every pixel, at local thresholds
	sharpened            // out of focus or moved; at half size where the part is large
	halved               // noise, the pixels of a screen
	oneLevel             // one threshold for all: large modules, dotted or rounded ones
	darkMode             // white on black: a screen in dark mode
	smoothed             // noise on small modules
	doubled              // modules of hardly more than a pixel
	faint                // pale: hardly any contrast
	quartered            // close and blurred, coarse grids
	ways                 // how many there are
)

const (
	largePart = 120_000 // pixels from which a part is sharpened at half size
	mostTwice = 60_000  // pixels up to which it is looked at at double size
	smallest  = 40      // pixels of a side that is worth looking at
)

// try looks at a part of the frame in one way. What it reads is added to the results, and
// the finder keeps what it saw.
func (r *Reader) try(img *image.Gray, part image.Rectangle, w way) {
	r.crop = image.Gray{
		Pix:    img.Pix[part.Min.Y*img.Stride+part.Min.X:],
		Stride: img.Stride,
		Rect:   image.Rect(0, 0, part.Dx(), part.Dy()),
	}
	r.origin, r.scale, r.live.way = part.Min, 1, w
	g := &r.crop
	r.gray = g
	switch {
	case w == quartered:
		g = r.smaller(r.smaller(g, 0), 1)
	case w == halved, w == faint, (w == sharpened || w == oneLevel) && area(part) >= largePart:
		g = r.smaller(g, 0)
	case w == doubled:
		r.scale = 0.5
		g = double(g, &r.scaled[0])
		r.work.Pixels += 6 * area(part)
	}
	size := area(g.Rect)
	r.work.Pixels += size
	switch w {
	case smoothed:
		r.work.Pixels += 4 * size
		r.binarizer.local(smooth(g, &r.scaled[2]), &r.bits)
	case sharpened:
		r.work.Pixels += 4 * size
		r.binarizer.sharp(r.sharpen(g, &r.scaled[2]), &r.bits)
	case oneLevel:
		r.work.Pixels += 4 * size
		r.binarizer.global(smooth(g, &r.scaled[2]), &r.bits)
	case faint:
		r.binarizer.faint(g, &r.bits)
	default:
		r.binarizer.local(g, &r.bits)
	}
	if w == darkMode {
		r.bits.invert()
	}
	r.quickQR()
}

// smaller is half with its cost and scale kept account of.
func (r *Reader) smaller(g *image.Gray, scratch int) *image.Gray {
	r.scale *= 2
	r.work.Pixels += area(g.Rect) / 4
	return half(g, &r.scaled[scratch])
}

// suits says whether a way can show anything new in a part of a frame.
func (w way) suits(part image.Rectangle) bool {
	switch short := min(part.Dx(), part.Dy()); w {
	case doubled:
		return area(part) <= mostTwice
	case quartered:
		return short >= 4*smallest
	case halved, faint:
		return short >= 2*smallest
	default:
		return true
	}
}
