package luma

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
)

// JPEG markers (ITU-T T.81, table B.1).
const (
	mSOF0  = 0xc0 // baseline
	mSOF1  = 0xc1 // extended sequential
	mSOF2  = 0xc2 // progressive
	mSOF15 = 0xcf // the last of the others, arithmetic coding and lossless ones
	mDHT   = 0xc4
	mJPG   = 0xc8
	mDAC   = 0xcc
	mRST0  = 0xd0
	mSOI   = 0xd8
	mEOI   = 0xd9
	mSOS   = 0xda
	mDQT   = 0xdb
	mDRI   = 0xdd
	mAPP0  = 0xe0
	mAPP14 = 0xee
	mTEM   = 0x01
)

// Bounds on the time and memory that a picture made to waste them can take. Real ones have
// a tenth of the tables and scans.
const (
	mostTables = 64             // Huffman tables of one
	mostScans  = 100            // of a progressive one
	mostParts  = MaxPixels / 64 // between restart markers: one a block
)

// Why a JPEG picture is refused.
var (
	errCut     = fmt.Errorf("%w: the JPEG is cut short", ErrPicture)
	errCode    = fmt.Errorf("%w: the JPEG's compressed data are damaged", ErrPicture)
	errRestart = fmt.Errorf("%w: a part of the JPEG is missing", ErrPicture)
	errHeader  = fmt.Errorf("%w: the JPEG's header is damaged", ErrPicture)
	errKind    = fmt.Errorf("%w: it is a JPEG of a kind that cannot be read (arithmetic coding, lossless, or more than 8 bits)", ErrPicture)
)

// Decoder reads the brightness of JPEG pictures: of Huffman-coded baseline and extended
// sequential ones of 8 bits, with or without restart markers, with one component or three
// of any sampling. The colours are skipped. What motion JPEG leaves out, the Huffman
// tables of the standard, is taken as given; bytes after the picture are ignored.
// Progressive pictures, RGB and CMYK, which no camera sends, are left to image/jpeg.
//
// Reading a picture and drawing it are two steps, since a picture can be drawn at several
// sizes and need not be drawn at all; reading costs two thirds of drawing in full.
// A Decoder keeps its memory and its tables from picture to picture. It is for
// one goroutine at a time.
type Decoder struct {
	// Limit is the most pixels a picture may have; MaxPixels if 0.
	Limit int

	width, height int
	components    []component
	restart       int  // units between restart markers; 0: none
	defined       int  // Huffman tables
	jfif          bool // then the colours are YCbCr
	adobe         int  // what the Adobe segment says of the colours, -1: nothing
	quant         [4][64]uint16
	quantSet      [4]bool
	tables        [2][4]table // DC, AC

	data         []byte // compressed, see unstuff
	ends         []int  // of its parts
	coefficients []coefficient
	starts       []int32 // of the blocks, in rows of across
	across       int
	quantiser    int         // of the brightness
	folds        [2]fold     // for halves and quarters
	whole        *image.Gray // in place of all that: what image/jpeg made of it
}

type component struct{ id, h, v, quant byte }

// Read reads a picture. An error has ErrPicture in it: then there is nothing to draw.
func (d *Decoder) Read(data []byte) error {
	d.width, d.height, d.whole = 0, 0, nil
	err := d.read(data)
	if err != nil {
		d.width, d.height = 0, 0
	}
	return err
}

// Size is that of the picture read last; zero if that failed.
func (d *Decoder) Size() image.Point { return image.Pt(d.width, d.height) }

func (d *Decoder) read(data []byte) error {
	if len(data) < 2 || data[0] != 0xff || data[1] != mSOI {
		return ErrPicture
	}
	d.components, d.restart, d.defined, d.jfif, d.adobe = d.components[:0], 0, 0, false, -1
	d.quantSet = [4]bool{}
	for class := range d.tables {
		for i := range d.tables[class] {
			d.tables[class][i].defined = false
		}
	}
	for rest := data[2:]; ; {
		i := bytes.IndexByte(rest, 0xff)
		if i < 0 || i+1 >= len(rest) {
			return errCut
		}
		marker := rest[i+1]
		switch {
		case marker == 0xff:
			rest = rest[i+1:]
			continue
		case marker == 0 || marker == mTEM || marker&^7 == mRST0 || marker == mSOI:
			rest = rest[i+2:]
			continue
		case marker == mEOI:
			return errCut
		}
		rest = rest[i+2:]
		if len(rest) < 2 {
			return errCut
		}
		n := int(rest[0])<<8 | int(rest[1])
		if n < 2 {
			return errHeader
		}
		if n > len(rest) {
			return errCut
		}
		segment := rest[2:n]
		rest = rest[n:]
		if marker == mSOF0 || marker == mSOF1 || marker == mSOF2 {
			if err := d.frame(segment); err != nil {
				return err
			}
		}
		if marker == mSOF2 || marker == mSOS && d.foreign() {
			return d.standard(data)
		}
		if marker != mSOS {
			if err := d.segment(marker, segment); err != nil {
				return err
			}
			continue
		}
		done := false
		var err error
		if rest, done, err = d.startScan(segment, rest); done || err != nil {
			return err
		}
	}
}

// standard leaves a picture to image/jpeg. Its size has been looked at.
func (d *Decoder) standard(data []byte) error {
	if bytes.Count(data, []byte{0xff, mSOS}) > mostScans {
		return errKind
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPicture, err)
	}
	if img.Bounds().Size() != d.Size() {
		return errHeader // two frames in one picture
	}
	d.whole = Gray(img)
	return nil
}

// foreign says whether the first component is not the brightness of every pixel.
func (d *Decoder) foreign() bool {
	c := d.components
	if len(c) != 3 {
		return len(c) == 4
	}
	for _, other := range c[1:] {
		if c[0].h < other.h || c[0].v < other.v {
			return true
		}
	}
	return !d.jfif && (d.adobe == 0 || c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B')
}

// segment reads one that is neither a frame's nor a scan's header.
func (d *Decoder) segment(marker byte, s []byte) error {
	switch {
	case marker == mDHT:
		return d.huffman(s)
	case marker == mDQT:
		return d.quantisers(s)
	case marker == mDRI:
		if len(s) < 2 {
			return errHeader
		}
		d.restart = int(s[0])<<8 | int(s[1])
	case marker == mAPP0:
		d.jfif = d.jfif || bytes.HasPrefix(s, []byte("JFIF\x00"))
	case marker == mAPP14:
		if len(s) >= 12 && bytes.HasPrefix(s, []byte("Adobe")) {
			d.adobe = int(s[11])
		}
	case marker > mSOF2 && marker <= mSOF15 && marker != mJPG:
		return errKind
	}
	return nil
}

// frame reads the header of a frame.
func (d *Decoder) frame(s []byte) error {
	if len(d.components) > 0 || len(s) < 6 || len(s) < 6+3*int(s[5]) {
		return errHeader
	}
	if s[0] != 8 {
		return errKind
	}
	d.height, d.width = int(s[1])<<8|int(s[2]), int(s[3])<<8|int(s[4])
	if err := checkSize(d.width, d.height); err != nil {
		return err
	}
	if d.Limit > 0 && d.width*d.height > d.Limit {
		return fmt.Errorf("%w: it has %d × %d pixels, more than the camera gives", ErrPicture, d.width, d.height)
	}
	n := int(s[5])
	if n != 1 && n != 3 && n != 4 {
		return errHeader
	}
	for i := range n {
		c := component{s[6+3*i], s[7+3*i] >> 4, s[7+3*i] & 15, s[8+3*i]}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.quant > 3 {
			return errHeader
		}
		for _, other := range d.components {
			if other.id == c.id {
				return errHeader
			}
		}
		d.components = append(d.components, c)
	}
	return nil
}

func (d *Decoder) huffman(s []byte) error {
	for len(s) > 0 {
		class, id := s[0]>>4, s[0]&15
		if class > 1 || id > 3 || len(s) < 17 {
			return errHeader
		}
		n := 17
		for _, count := range s[1:17] {
			n += int(count)
		}
		if d.defined++; d.defined > mostTables || n > 17+256 || n > len(s) || !define(&d.tables[class][id], s[1:n]) {
			return errHeader
		}
		s = s[n:]
	}
	return nil
}

func (d *Decoder) quantisers(s []byte) error {
	for len(s) > 0 {
		wide, id := int(s[0]>>4), s[0]&15
		if wide > 1 || id > 3 || len(s) < 1+64*(1+wide) {
			return errHeader
		}
		for i := range 64 {
			if wide == 1 {
				d.quant[id][i] = uint16(s[1+2*i])<<8 | uint16(s[2+2*i])
			} else {
				d.quant[id][i] = uint16(s[1+i])
			}
		}
		d.quantSet[id] = true
		s = s[1+64*(1+wide):]
	}
	return nil
}

// startScan reads the header of a scan and, if it holds the brightness, its data. It
// returns what follows and whether there is nothing more to read.
func (d *Decoder) startScan(s, data []byte) (rest []byte, done bool, err error) {
	if len(d.components) == 0 || len(s) < 1 || len(s) < 4+2*int(s[0]) || s[0] < 1 || s[0] > 3 {
		return nil, false, errHeader
	}
	n := int(s[0])
	var storage [3]scanned
	parts := storage[:n]
	wide, high, bright := byte(1), byte(1), false
	for i := range n {
		which := -1
		for j, c := range d.components {
			if c.id == s[1+2*i] {
				which = j
			}
		}
		dc, ac := s[2+2*i]>>4, s[2+2*i]&15
		if which < 0 || dc > 3 || ac > 3 {
			return nil, false, errHeader
		}
		c := d.components[which]
		part := scanned{d.huffmanTable(0, dc), d.huffmanTable(1, ac), int(c.h), int(c.v), which == 0}
		if part.dc == nil || part.ac == nil || which == 0 && bright {
			return nil, false, errHeader
		}
		bright = bright || which == 0
		wide, high = max(wide, c.h), max(high, c.v)
		parts[i] = part
	}
	if rest, err = d.unstuff(data); err != nil || !bright {
		return rest, false, err
	}
	d.quantiser = int(d.components[0].quant)
	if !d.quantSet[d.quantiser] {
		return nil, false, errHeader
	}
	if n == 1 { // not interleaved: block by block, whatever the sampling
		parts[0].across, parts[0].down, wide, high = 1, 1, 1, 1
	}
	unit := image.Pt(8*int(wide), 8*int(high))
	return rest, true, d.scan(parts, (d.width+unit.X-1)/unit.X, (d.height+unit.Y-1)/unit.Y)
}

// huffmanTable is one of the picture's tables, or the standard's where there is none, or
// nil.
func (d *Decoder) huffmanTable(class, id byte) *table {
	t := &d.tables[class][id]
	if !t.defined {
		switch {
		case id > 1:
			return nil
		case class == 0 && id == 0:
			define(t, standardDC0)
		case class == 0:
			define(t, standardDC1)
		case id == 0:
			define(t, standardAC0)
		default:
			define(t, standardAC1)
		}
	}
	return t
}
