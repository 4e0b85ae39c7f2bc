package camera

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxJPEG is the largest JPEG frame in bytes.
const maxJPEG = 8 << 20

// splitter cuts JPEG pictures out of a stream of bytes: concatenated ones, or the parts of
// a multipart response. It goes by the JPEG markers alone, since the boundaries and
// lengths that cameras write are often wrong. Whatever lies between pictures is
// skipped.
type splitter struct {
	r     *bufio.Reader
	begun bool // the start of the next picture has been read, in the middle of the last one
}

func newSplitter(r io.Reader) *splitter { return &splitter{r: bufio.NewReaderSize(r, 64<<10)} }

// errTooLarge ends a picture of more than maxJPEG bytes.
var errTooLarge = errors.New("a picture is larger than 8 MB")

// JPEG markers.
const (
	mSOI = 0xd8 // start of image
	mEOI = 0xd9 // end of image
	mSOS = 0xda // start of scan: compressed data follow
	mTEM = 0x01
)

// next appends the next picture to dst and returns it. whole is false if the stream turned
// to another picture before this one ended; the picture is then damaged. At the end of the
// stream the error is that of the reader (io.EOF).
func (s *splitter) next(dst []byte) (picture []byte, whole bool, err error) {
	if err := s.findStart(); err != nil {
		return dst, false, err
	}
	dst = append(dst, 0xff, mSOI)
	for {
		marker, err := s.marker(&dst)
		switch {
		case err != nil:
			return dst, false, err
		case marker == mEOI:
			return append(dst, 0xff, mEOI), true, nil
		case marker == mSOI: // a new picture begins
			s.begun = true
			return dst, false, nil
		case marker == 0 || marker == mTEM || marker >= 0xd0 && marker <= 0xd7:
			dst = append(dst, 0xff, marker) // stuffing, restarts: within compressed data
		default:
			dst = append(dst, 0xff, marker)
			if err := s.segment(&dst); err != nil {
				return dst, false, err
			}
		}
		if len(dst) > maxJPEG {
			return dst, false, errTooLarge
		}
	}
}

// findStart skips to after the next start of an image.
func (s *splitter) findStart() error {
	if s.begun {
		s.begun = false
		return nil
	}
	last := byte(0)
	for {
		b, err := s.r.ReadByte()
		if err != nil {
			return err
		}
		if last == 0xff && b == mSOI {
			return nil
		}
		last = b
	}
}

// marker copies bytes up to the next 0xff and returns the marker after it.
func (s *splitter) marker(dst *[]byte) (byte, error) {
	for {
		if _, err := s.r.Peek(1); err != nil {
			return 0, err
		}
		part, err := s.r.Peek(s.r.Buffered())
		if err != nil {
			return 0, err
		}
		before, _, found := bytes.Cut(part, []byte{0xff})
		*dst = append(*dst, before...)
		if !found {
			if len(*dst) > maxJPEG {
				return 0, errTooLarge
			}
			if _, err := s.r.Discard(len(part)); err != nil {
				return 0, err
			}
			continue
		}
		if _, err := s.r.Discard(len(before) + 1); err != nil {
			return 0, err
		}
		b := byte(0xff)
		for b == 0xff { // any number of them is one
			if b, err = s.r.ReadByte(); err != nil {
				return 0, err
			}
		}
		return b, nil
	}
}

// segment copies a segment with its length, so that a thumbnail inside it does not look
// like a picture of its own.
func (s *splitter) segment(dst *[]byte) error {
	head, err := s.r.Peek(2)
	if err != nil {
		return err
	}
	for n := max(2, int(head[0])<<8|int(head[1])); n > 0; {
		part, err := s.r.Peek(min(n, s.r.Size()))
		*dst = append(*dst, part...)
		if _, e := s.r.Discard(len(part)); err == nil {
			err = e
		}
		if err != nil {
			return err
		}
		n -= len(part)
	}
	return nil
}
