package scannertest

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// sensor makes the levels of a frame out of linear light: noise, gamma, the camera's own
// sharpening, and JPEG where it sends that.
type sensor struct {
	exposure float64 // what linear light is multiplied by; above 1 clips
	wells    float64 // electrons at full level: 6000 for a good pixel in good light, 150 in the dark
	read     float64 // electrons of noise in the dark
	rows     float64 // noise of whole rows, of full level
	flicker  float64 // bands of light that roll through the frame, of the light's level
	phase    float64 // of the bands, in turns
	bands    float64 // in a frame
	sharpen  float64 // how much of the difference to its neighbours a pixel gains: 0 to 1
	quality  int     // of JPEG, 0 for none
}

const curve = 4096 // steps of the gamma table

// develop makes a frame of p's size; dst's memory is reused.
func (s sensor) develop(dst *image.Gray, p plane, r *rand.Rand) {
	if cap(dst.Pix) < p.w*p.h {
		dst.Pix = make([]uint8, p.w*p.h)
	}
	*dst = image.Gray{Pix: dst.Pix[:p.w*p.h], Stride: p.w, Rect: image.Rect(0, 0, p.w, p.h)}
	var gamma [curve + 1]uint8
	var deviation [curve + 1]float32
	for i := range gamma {
		v := float64(i) / curve
		gamma[i] = uint8(255*math.Pow(v, 1/2.2) + 0.5)
		deviation[i] = float32(math.Sqrt(v*s.wells+s.read*s.read) / s.wells)
	}
	for y := range p.h {
		gain := s.exposure
		if s.flicker > 0 {
			gain *= 1 + s.flicker*math.Sin(2*math.Pi*(s.phase+s.bands*float64(y)/float64(p.h)))
		}
		shift := float32(s.rows * r.NormFloat64())
		src, out := p.pix[y*p.w:][:p.w], dst.Pix[y*p.w:][:p.w]
		for x, v := range src {
			v *= float32(gain)
			v += deviation[int(min(max(v, 0), 1)*curve)]*float32(r.NormFloat64()) + shift
			out[x] = gamma[int(min(max(v, 0), 1)*curve)]
		}
	}
	if s.sharpen > 0 {
		sharpen(dst, s.sharpen)
	}
	if s.quality > 0 {
		compress(dst, s.quality)
	}
}

// sharpen adds to each pixel its difference from the mean of the pixels around it, times
// amount.
func sharpen(g *image.Gray, amount float64) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	part := int(amount * 256)
	above, here := make([]uint8, w), make([]uint8, w)
	copy(here, g.Pix[:w])
	for y := 1; y < h-1; y++ {
		above, here = here, above
		row, below := g.Pix[y*g.Stride:][:w], g.Pix[(y+1)*g.Stride:][:w]
		copy(here, row)
		for x := 1; x < w-1; x++ {
			around := int(above[x]) + int(below[x]) + int(here[x-1]) + int(here[x+1])
			row[x] = uint8(min(max(int(here[x])+(4*int(here[x])-around)*part/1024, 0), 255))
		}
	}
}

// compress sends the frame through JPEG of the given quality and back.
func compress(g *image.Gray, quality int) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, g, &jpeg.Options{Quality: quality})
	if err == nil {
		var back image.Image
		if back, err = jpeg.Decode(&b); err == nil {
			if gray, ok := back.(*image.Gray); ok {
				for y := range g.Rect.Dy() {
					copy(g.Pix[y*g.Stride:][:g.Rect.Dx()], gray.Pix[y*gray.Stride:])
				}
				return
			}
		}
	}
	panic("scannertest: a gray picture did not come back from JPEG")
}
