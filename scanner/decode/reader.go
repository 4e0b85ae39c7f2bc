package decode

import (
	"image"
	"math"

	"hexiao/scanner"
)

// Strategy says how hard a Reader tries.
type Strategy string

const (
	// Live is for a camera: the next frame comes in a moment. Each frame gets a fixed budget
	// on average; what it shows is remembered for the next one, so frames are to be shown in
	// the order in which they were taken, and Forget called before those of something else.
	Live Strategy = "live"

	// Full is for a picture that is all there is: as it is, at half, 0.7 and a quarter of its
	// size, sharpened, smoothed, at double size, and then by what all of these showed
	// together; linear codes along more lines.
	Full Strategy = "full"
)

// Options sets up a Reader.
type Options struct {
	// Symbologies to look for: QR, Code128, DataMatrix, EAN13. Empty means QR and Code128.
	// Each costs time in every frame.
	Symbologies []scanner.Symbology
	// Strategy is Live unless set.
	Strategy Strategy
}

// Point is a place in a frame, in pixels from its top left corner.
type Point struct{ X, Y float64 }

// Result is one code that was read.
type Result struct {
	Text      string
	Symbology scanner.Symbology
	// Points are, for a QR code, the centres of its finder patterns top left and top
	// right, the fourth reference point, and the pattern bottom left, as the code is
	// turned; for a Data Matrix its corners in this order; for a linear code its two
	// ends on the line on which it was read: start, end, end, start.
	Points [4]Point
}

// Work counts what the last Read did. It is how the bounds on hostile frames are
// tested: without a clock.
type Work struct {
	Passes   int // bitmaps searched
	Pixels   int // thresholded for QR codes, and what scaling and sharpening cost in these
	Edges    int // changes of colour in the rows searched for finder patterns
	Hits     int // runs like a finder pattern's
	Compared int // finder patterns compared with earlier ones
	Centred  int // pixels visited to centre finder patterns
	Triples  int // sets of three finder patterns rated
	Aligned  int // places tried for an alignment pattern
	Modules  int // read off grids
	Attempts int // grids decoded
	Fitted   int // candidates measured in the gray frame
	Lines    int // lines searched for bars or read across them
	Regions  int // corners tried for Data Matrix codes
}

// Reader reads codes from frames. It reuses its buffers, so it is for one goroutine
// at a time.
type Reader struct {
	qr, dataMatrix bool
	strategy       Strategy

	binarizer binarizer
	bits      bitmap
	finder    finder
	best      best
	linear    *linear
	matrix    *matrixReader
	scaled    [3]image.Gray // scratch frames
	columns   []int

	gray      *image.Gray // the part of the frame being searched
	soft      soft
	codewords *codewords
	dims      [8]int
	pool      pool
	guesses   []guess

	frame   image.Point // size of the frame being read
	origin  image.Point // of the part of it being searched
	scale   float64     // from the bitmap being searched to that part
	crop    image.Gray  // the part
	sampled samples
	mesh    mesh
	memory  memory
	live    live
	work    Work
	limit   int // of Work.trying, from which on no further three patterns are tried
	faults  int
	results []Result
	codes   []scanner.Scan // the same, for View
}

// New returns a Reader. Unknown symbologies are ignored.
func New(o Options) *Reader {
	if len(o.Symbologies) == 0 {
		o.Symbologies = []scanner.Symbology{scanner.QR, scanner.Code128}
	}
	r := &Reader{
		strategy:  o.Strategy,
		linear:    newLinear(o.Symbologies),
		matrix:    newMatrixReader(),
		codewords: newCodewords(),
	}
	for _, s := range o.Symbologies {
		r.qr = r.qr || s == scanner.QR
		r.dataMatrix = r.dataMatrix || s == scanner.DataMatrix
	}
	r.limit = math.MaxInt
	r.finder = finder{work: &r.work, skip: 3, maxEdges: math.MaxInt, maxHits: math.MaxInt32, keep: maxPatterns, corners: maxCorners}
	if r.strategy != Full {
		r.finder = finder{work: &r.work, skip: 2, maxEdges: liveEdges, maxHits: liveHits, keep: livePatterns, corners: liveCorners}
		r.live.regions = make([]region, 0, maxRegions)
	}
	return r
}

// Read returns the codes in a frame, each text once, nearest the middle first. The frame is
// not changed and not kept; the results hold until the next Read. A frame that makes the decoding library panic counts as one without codes; Faults
// tells how many there were.
func (r *Reader) Read(img *image.Gray) (results []Result) {
	r.results, r.work, r.origin = r.results[:0], Work{}, image.Point{}
	if img == nil || img.Rect.Empty() || len(img.Pix) < (img.Rect.Dy()-1)*img.Stride+img.Rect.Dx() {
		return nil
	}
	defer func() {
		if v := recover(); v != nil {
			r.faults++
			results = r.results // what was read before is good
		}
	}()
	r.frame, r.gray = img.Rect.Size(), img
	if r.strategy == Full {
		r.readFull(img)
	} else {
		r.readLive(img)
	}
	r.nearestFirst()
	return r.results
}

// nearestFirst orders the results by how far their middles are from that of the frame, at
// which the customer is told to aim.
func (r *Reader) nearestFirst() {
	off := func(res *Result) int {
		d := res.middle().Sub(r.frame.Div(2))
		return d.X*d.X + d.Y*d.Y
	}
	for i := range r.results {
		for ; i > 0 && off(&r.results[i]) < off(&r.results[i-1]); i-- {
			r.results[i], r.results[i-1] = r.results[i-1], r.results[i]
		}
	}
}

// Forget makes a Live reader take the next frame for the first. Full remembers nothing.
func (r *Reader) Forget() { r.live.size = image.Point{} }

// View is Read in the form that a camera hands on. Missed is set by Live only: two finder
// patterns with a timing pattern between them were seen, and nothing was read.
func (r *Reader) View(img *image.Gray) scanner.View {
	r.codes = r.codes[:0]
	for _, res := range r.Read(img) {
		r.codes = append(r.codes, scanner.Scan{Text: res.Text, Symbology: res.Symbology})
	}
	return scanner.View{Codes: r.codes, Missed: r.live.missed}
}

// Work returns what the last Read did.
func (r *Reader) Work() Work { return r.work }

// Faults returns how many frames have made the decoding library panic so far.
func (r *Reader) Faults() int { return r.faults }

// found adds a result unless the same text is there already. Points come in the
// bitmap's pixels.
func (r *Reader) found(text string, s scanner.Symbology, p [4]Point) {
	if text == "" {
		return
	}
	for i := range p {
		p[i].X = p[i].X*r.scale + float64(r.origin.X)
		p[i].Y = p[i].Y*r.scale + float64(r.origin.Y)
	}
	if s == scanner.QR && r.strategy != Full {
		r.placeRead(text, p)
	}
	for _, have := range r.results {
		if have.Text == text && have.Symbology == s {
			return
		}
	}
	r.results = append(r.results, Result{Text: text, Symbology: s, Points: p})
}
