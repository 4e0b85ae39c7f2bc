package decode

import "image"

const (
	liveAttempts = 12      // grids decoded in a bitmap of a live frame
	fullAttempts = 60      // and in one of a full one
	liveSharpen  = 400_000 // pixels from which a live frame is sharpened at half size
	largestFull  = 1280    // side up to which a frame is also tried at double size
	smallestHalf = 160     // side from which a frame is also tried at half size
)

// readLive spends little: what this frame does not show the next one will.
func (r *Reader) readLive(img *image.Gray) {
	r.scale = 1
	r.binarizer.local(img, &r.bits)
	r.readLinear(img, liveLines, liveCost)
	r.readMatrix(img, &r.bits)
	r.readQR(&r.bits, liveAttempts)
	if len(r.results) > 0 || !r.qr {
		return
	}
	r.bits.invert() // a code on a screen in dark mode
	r.readQR(&r.bits, liveAttempts/2)
	if len(r.results) > 0 {
		return
	}
	// A blurred or pale code; in large frames at half size, where it costs a quarter.
	plain := img
	if r.frame.X*r.frame.Y > liveSharpen {
		r.scale = 2
		plain = half(img, &r.scaled[0])
	}
	r.binarizer.sharp(r.sharpen(plain, &r.scaled[1]), &r.bits)
	r.readQR(&r.bits, liveAttempts)
	if len(r.results) > 0 {
		return
	}
	// Noise, or the pixels of a screen.
	if plain == img {
		r.scale = 2
		plain = half(img, &r.scaled[0])
	}
	r.binarizer.local(plain, &r.bits)
	r.readQR(&r.bits, liveAttempts)
	if len(r.results) > 0 {
		return
	}
	r.binarizer.global(plain, &r.bits)
	r.readQR(&r.bits, liveAttempts)
}

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
