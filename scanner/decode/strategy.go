package decode

import "image"

const (
	fullAttempts = 60   // grids decoded in a bitmap of a full frame
	largestFull  = 1280 // side up to which a frame is also tried at double size
	smallestHalf = 160  // side from which a frame is also tried at 0.7 and at half size
)

// readFull tries one change of the frame after another until something is read, and at
// last puts together what each showed.
func (r *Reader) readFull(img *image.Gray) {
	r.pool.marks = r.pool.marks[:0]
	r.readPasses(img)
	if len(r.results) == 0 && r.qr {
		r.seekMarks(img)
		r.rescuePool()
	}
}

// seekMarks looks for finder patterns once more in bitmaps that show them at their best:
// smoothed, and cut at the mean of a wide neighbourhood, at four sizes.
func (r *Reader) seekMarks(img *image.Gray) {
	r.scale = 1
	g := img
	for i := range 4 {
		if i > 0 {
			if min(g.Rect.Dx(), g.Rect.Dy()) < smallestHalf/2 {
				return
			}
			g = half(g, &r.scaled[i&1])
			r.scale *= 2
		}
		for _, reach := range [2]int{8, 20} {
			r.mean(smooth(g, &r.scaled[2]), reach, &r.bits)
			r.work.Passes++
			r.pool.gather(r.finder.seek(&r.bits), r.scale, image.Point{}, &r.work)
			r.bits.invert()
			r.pool.gather(r.finder.seek(&r.bits), r.scale, image.Point{}, &r.work)
		}
	}
}

// readPasses tries one change of the frame after another until something is read.
func (r *Reader) readPasses(img *image.Gray) {
	r.scale = 1
	if r.fullPass(img) {
		return
	}
	small := img
	for i := 0; i < 2 && min(small.Rect.Dx(), small.Rect.Dy()) >= smallestHalf; i++ {
		small = half(small, &r.scaled[i])
		r.scale *= 2
		if r.fullPass(small) || r.fullPass(r.sharpen(small, &r.scaled[2])) {
			return
		}
	}
	if min(r.frame.X, r.frame.Y) >= smallestHalf {
		r.scale = 10.0 / 7
		if r.fullPass(seventenths(img, &r.scaled[0])) {
			return
		}
	}
	r.scale = 1
	if r.fullPass(smooth(img, &r.scaled[0])) || r.fullPass(r.sharpen(img, &r.scaled[0])) {
		return
	}
	if max(r.frame.X, r.frame.Y) <= largestFull {
		r.scale = 0.5
		r.fullPass(double(img, &r.scaled[0]))
	}
}

// fullPass searches one picture at a local and at a global threshold, as it is and
// inverted, and says whether anything has been read.
func (r *Reader) fullPass(img *image.Gray) bool {
	for _, threshold := range [2]func(*image.Gray, *bitmap){r.binarizer.local, r.binarizer.global} {
		threshold(img, &r.bits)
		r.readLinear(img, fullLines, fullCost)
		r.readMatrix(img, &r.bits)
		r.readQR(&r.bits, fullAttempts)
		if len(r.results) > 0 {
			return true
		}
		r.bits.invert()
		r.readMatrix(img, &r.bits)
		r.readQR(&r.bits, fullAttempts)
		if len(r.results) > 0 {
			return true
		}
	}
	return false
}
