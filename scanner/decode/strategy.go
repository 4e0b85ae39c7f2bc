package decode

import "image"

const (
	fullAttempts = 60   // grids decoded in a bitmap of a full frame
	largestFull  = 1280 // side up to which a frame is also tried at double size
	smallestHalf = 160  // side from which a frame is also tried at half size
)

// readFull tries one change of the frame after another until something is read.
func (r *Reader) readFull(img *image.Gray) {
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
