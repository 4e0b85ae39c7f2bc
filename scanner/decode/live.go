package decode

import "image"

const (
	liveAttempts = 12      // grids decoded in a bitmap of a live frame
	liveSharpen  = 400_000 // pixels from which a live frame is sharpened at half size
)

// readLive spends little: what this frame does not show the next one will.
func (r *Reader) readLive(img *image.Gray) {
	r.scale = 1
	r.binarizer.local(img, &r.bits)
	r.readLinear(&r.bits, 24, 2)
	r.readMatrix(&r.bits)
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
