package camera

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"hexiao/scanner"
	"hexiao/scanner/luma"
)

// maxLine bounds a header line of a YUV4MPEG2 file, maxSide the frame's sides.
const (
	maxLine = 1024
	maxSide = 8192
)

// y4m shows a YUV4MPEG2 recording of 8 bits a sample. Only brightness is looked at.
func y4m(f io.Reader, p *player) error {
	r := bufio.NewReaderSize(f, maxLine)
	header, err := r.ReadSlice('\n')
	fields := strings.Fields(string(header))
	if err != nil || len(fields) == 0 || fields[0] != "YUV4MPEG2" {
		return fmt.Errorf("this is not a YUV4MPEG2 file (%w)", scanner.ErrFatal)
	}
	w, h, colour := 0, 0, "420"
	for _, field := range fields[1:] {
		switch field[0] {
		case 'W':
			w, err = strconv.Atoi(field[1:])
		case 'H':
			h, err = strconv.Atoi(field[1:])
		case 'C':
			colour = field[1:]
		}
		if err != nil {
			return fmt.Errorf("the YUV4MPEG2 header is damaged (%w)", scanner.ErrFatal)
		}
	}
	rest, ok := chroma(colour, w, h)
	if !ok || w <= 0 || h <= 0 || w > maxSide || h > maxSide {
		return fmt.Errorf("a YUV4MPEG2 file of this kind cannot be shown: %d × %d, %s (%w)", w, h, colour, scanner.ErrFatal)
	}
	pix := make([]byte, w*h)
	for {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil || !strings.HasPrefix(string(line), "FRAME") {
			return errors.New("the YUV4MPEG2 file is damaged")
		}
		_, err = io.ReadFull(r, pix)
		if err == nil {
			_, err = r.Discard(rest)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil // cut in the middle of a frame: that was the end
		}
		if err != nil {
			return err
		}
		if !p.put(func(f *frame) {
			if luma.Rows(&f.own, pix, w, h, w) {
				f.gray = &f.own
			}
		}) {
			return nil
		}
	}
}

// chroma is how many bytes of colour follow the brightness of a frame.
func chroma(colour string, w, h int) (int, bool) {
	hw, hh := (w+1)/2, (h+1)/2
	switch {
	case strings.Contains(colour, "p1"): // p10, p12…: more than 8 bits
		return 0, false
	case strings.HasPrefix(colour, "420"):
		return 2 * hw * hh, true
	case colour == "422":
		return 2 * hw * h, true
	case colour == "444":
		return 2 * w * h, true
	case colour == "mono":
		return 0, true
	}
	return 0, false
}
