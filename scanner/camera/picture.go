package camera

import (
	"errors"
	"image"

	"hexiao/scanner/luma"
)

// mostPixels is the largest JPEG frame, where the camera has not told the size.
const mostPixels = 16 << 20

// errDamaged is why a frame cannot be read if it is not its JPEG data.
var errDamaged = errors.New("the frame is cut short")

// eye makes of a frame what is asked for and no more. Of a JPEG frame an eighth of the
// size, which costs no transform, is enough for the gate.
type eye struct {
	jpeg        luma.Decoder
	small, full image.Gray // reused
}

// look prepares a frame. It returns its size and a picture of it for the gate, which
// holds until the next frame.
func (e *eye) look(f *frame) (size image.Point, small *image.Gray, err error) {
	switch {
	case f.gray != nil && !f.gray.Rect.Empty():
		return f.gray.Rect.Size(), f.gray, nil
	case len(f.jpeg) > 0:
		e.jpeg.Limit = f.limit
		if err := e.jpeg.Read(f.jpeg); err != nil {
			return image.Point{}, nil, err
		}
		e.jpeg.Draw(&e.small, 8)
		return e.jpeg.Size(), &e.small, nil
	}
	return image.Point{}, nil, errDamaged
}

// picture is the frame that was looked at, for the reader: whole, since the modules of a
// code that is far away are two pixels wide. It holds until the next one.
func (e *eye) picture(f *frame) *image.Gray {
	if f.gray != nil {
		return f.gray
	}
	e.jpeg.Draw(&e.full, 1)
	return &e.full
}

// preview is a picture of the frame that was looked at, to keep: halved for as long as it
// stays at least as wide as asked.
func (e *eye) preview(f *frame, width int) *image.Gray {
	if f.gray == nil {
		shrink := 1
		for width > 0 && shrink < 8 && e.jpeg.Size().X/(2*shrink) >= width {
			shrink *= 2
		}
		out := &image.Gray{}
		e.jpeg.Draw(out, shrink)
		return out
	}
	out := f.gray
	for width > 0 && out.Rect.Dx()/2 >= width {
		out = luma.Half(out)
	}
	if out == f.gray {
		return copied(out)
	}
	return out
}

// copied is a fresh copy of a frame without gaps between its rows.
func copied(img *image.Gray) *image.Gray {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		copy(out.Pix[y*w:(y+1)*w], img.Pix[y*img.Stride:])
	}
	return out
}
