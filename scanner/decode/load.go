package decode

import (
	"image"
	"io"

	"hexiao/scanner/luma"
)

// LoadGray reads a picture file (PNG, JPEG or binary PGM) for Read. Its errors have
// luma.ErrPicture in them where the file is at fault.
func LoadGray(r io.Reader) (*image.Gray, error) { return luma.Load(r) }
