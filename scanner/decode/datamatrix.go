package decode

import (
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/datamatrix/decoder"
	"github.com/makiuchi-d/gozxing/datamatrix/detector"

	"hexiao/scanner"
)

// matrixReader reads Data Matrix codes.
type matrixReader struct{ decoder *decoder.Decoder }

func newMatrixReader() *matrixReader { return &matrixReader{decoder.NewDecoder()} }

// readMatrix looks for Data Matrix codes. The library's detector starts from the middle
// of what it is given, so it is given the whole bitmap and then nine overlapping quarters.
func (r *Reader) readMatrix(b *bitmap) {
	if !r.dataMatrix {
		return
	}
	r.readRegion(b, 0, 0, b.w, b.h)
	w, h := b.w/2, b.h/2
	for j := range 3 {
		for i := range 3 {
			r.readRegion(b, i*(b.w-w)/2/64*64, j*(b.h-h)/2, w, h)
		}
	}
}

func (r *Reader) readRegion(b *bitmap, left, top, w, h int) {
	if w < 16 || h < 16 {
		return
	}
	r.work.Regions++
	m, err := b.matrix(left, top, w, h)
	if err != nil {
		return
	}
	text, points, err := r.matrix.read(m)
	if err != nil {
		return
	}
	var p [4]Point
	for i := range min(len(points), len(p)) {
		p[i] = Point{points[i].GetX() + float64(left), points[i].GetY() + float64(top)}
	}
	r.found(text, scanner.DataMatrix, p)
}

func (m *matrixReader) read(bits *gozxing.BitMatrix) (string, []gozxing.ResultPoint, error) {
	d, err := detector.NewDetector(bits)
	if err != nil {
		return "", nil, err
	}
	found, err := d.Detect()
	if err != nil {
		return "", nil, err
	}
	result, err := m.decoder.Decode(found.GetBits())
	if err != nil {
		return "", nil, err
	}
	return result.GetText(), found.GetPoints(), nil
}
