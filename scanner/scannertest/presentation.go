package scannertest

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/makiuchi-d/gozxing/qrcode/decoder"

	"hexiao/scanner"
)

// Manner is how a code is presented to a camera.
type Manner string

// The manners. In each a phone or a piece of paper with a QR code comes in from a side.
const (
	LiesStill   Manner = "lies still"   // is put down in front of the camera
	Shakes      Manner = "shakes"       // is held by an unsteady hand
	Turns       Manner = "turns"        // is turned in its plane all the while
	Tilts       Manner = "tilts"        // swings between two sides, as one does to find the right angle
	Glares      Manner = "glares"       // a lamp's mirror image wanders over it
	Dims        Manner = "dims"         // its screen is dimmed until its owner notices
	ComesNearer Manner = "comes nearer" // is too far away at first
	Passes      Manner = "passes"       // is swept past without a stop
	InTheDark   Manner = "in the dark"  // little light: noise, a slow shutter
	PlainPaper  Manner = "paper"        // a printed sheet, half in the shadow of its holder
)

// Manners are all of them in the order in which they are reported.
func Manners() []Manner {
	return []Manner{LiesStill, Shakes, Turns, Tilts, Glares, Dims, ComesNearer, Passes, InTheDark, PlainPaper}
}

// Camera is what a presentation is seen with.
type Camera struct {
	Width, Height int
	Rate          int // frames a second
	JPEG          int // quality of the frames that it sends; 0 sends them as they are
}

// Cameras are those of kiosks: small and large frames, slow and fast.
func Cameras() []Camera {
	return []Camera{{640, 480, 15, 0}, {640, 480, 30, 0}, {1280, 720, 15, 0}, {1280, 720, 30, 80}}
}

const (
	// Sighted is how many pixels a module must have at the code's smallest corner, the
	// code being wholly in view, for a presentation's first sight: the customer may
	// expect it to be read from there on.
	Sighted = 2.0

	seconds = 3 // that a presentation lasts
)

// Presentation is a sequence of frames in which a code is shown to a camera: it comes in
// after a moment, the exposure adapts, the lens looks for its focus, the hand trembles. It
// lasts three seconds. It is for one goroutine at a time.
type Presentation struct {
	// Text is what the code says.
	Text string

	camera Camera
	r      *rand.Rand
	sheet  *sheet
	empty  plane // the room alone
	linear plane
	frame  image.Gray
	memory scratch
	course course
	wells  float64 // electrons at full level without gain
	sensor sensor
	grid   grid

	next    int
	sight   int
	corners [4]Corner
	inView  bool
	module  float64
}

// Present prepares a presentation; the same arguments give the same frames on every run.
// Frames are 320×240 at least.
func Present(m Manner, c Camera, seed uint64) *Presentation {
	n := slices.Index(Manners(), m)
	if n < 0 || c.Rate <= 0 || c.Width < 320 || c.Height < 240 {
		panic(fmt.Sprintf("scannertest: cannot present %q to a camera of %+v", m, c))
	}
	r := rand.New(rand.NewPCG(seed, uint64(n)+100))
	s := newShot(r, false, scanner.QR)
	s.w, s.h = c.Width, c.Height
	if s.card.level == decoder.ErrorCorrectionLevel_L && m == Glares {
		s.card.level = decoder.ErrorCorrectionLevel_M
	}
	switch m {
	case Glares, Dims:
		s.card.screen = true
	case PlainPaper:
		s.card.screen = false
	}
	if s.card.screen {
		s.card.gain, s.card.cracks = 0, max(0, r.IntN(4)-2)
	}
	s.card.black = max(s.card.black, 0.02)
	// Frames of twice the width show twice the pixels a module at the same distance.
	s.pose.module = between(r, 2, 4.4) * math.Sqrt(float64(c.Width)/640)
	s.pose.roll, s.pose.yaw, s.pose.pitch = between(r, -30, 30), between(r, -30, 30), between(r, -30, 30)
	if m == Tilts { // it swings far enough by itself
		s.pose.yaw, s.pose.pitch = s.pose.yaw/3, s.pose.pitch/3
	}
	if m == InTheDark {
		s.bright = between(r, 0.03, 0.08)
	}
	p := &Presentation{
		Text: s.card.text, camera: c, r: r, sensor: s.sensor, sight: -1,
		empty: room(c.Width, c.Height, s.bright, r), linear: newPlane(c.Width, c.Height, 0),
	}
	p.sheet = newSheet(s.card, r)
	for s.place(); p.sheet.smallest(s.pose, s.w, s.h) < 1.1*Sighted; s.place() { // nearer, so that it can be sighted
		s.pose.module, s.pose.x = 1.05*s.pose.module, 0
	}
	p.course = newCourse(m, s, p.sheet)
	p.wells = between(r, 1000, 5000)
	p.sensor.quality = c.JPEG
	if s.card.screen && r.IntN(3) == 0 {
		p.grid = grid{pitch: 1 / (s.pose.module * between(r, 0.75, 1.3)), depth: between(r, 0.05, 0.3)}
		p.sensor.flicker, p.sensor.bands = between(r, 0, 0.05), between(r, 1, 5)
	}
	p.sensor.exposure = p.wanted(p.empty) // settled on the room before anybody comes
	return p
}

// Frames is how many frames the presentation has.
func (p *Presentation) Frames() int { return seconds * p.camera.Rate }

// Next draws the next frame into memory that is used again for the one after it; it is
// nil after the last.
func (p *Presentation) Next() *image.Gray {
	if p.next == p.Frames() {
		return nil
	}
	t := float64(p.next) / float64(p.camera.Rate)
	p.next++
	copy(p.linear.pix, p.empty.pix)
	at, l, focus := p.course.at(t)
	l.grid = p.grid
	// The way during the shutter's opening blurs, the way during its roll skews.
	shutter, before := p.course.shutter, p.course.pose(t-0.001)
	vx, vy := (at.x-before.x)*1000, (at.y-before.y)*1000
	at.skewX, at.skewY = vx*p.course.roll, vy*p.course.roll
	p.sheet.hold(p.linear, at, l, softness{focus, Corner{vx * shutter, vy * shutter}}, &p.memory)
	p.look(at)

	// Exposure follows the light within a third of a second or so.
	p.sensor.exposure *= math.Pow(p.wanted(p.linear)/p.sensor.exposure, 1-math.Exp(-5/float64(p.camera.Rate)))
	p.sensor.wells = p.wells / max(1, p.sensor.exposure)
	p.sensor.phase = 3.3 * t // bands of light roll
	p.sensor.develop(&p.frame, p.linear, p.r)
	return &p.frame
}

// wanted is the exposure that makes a frame as bright on the whole as cameras want it.
func (p *Presentation) wanted(light plane) float64 {
	sum, n := 0.0, 0
	for i := 0; i < len(light.pix); i += 37 {
		sum += min(float64(light.pix[i]), 2)
		n++
	}
	return min(max(0.24*float64(n)/sum, 0.1), 6)
}

// look notes where the code is in the frame being drawn.
func (p *Presentation) look(at pose) {
	p.corners = p.sheet.corners(at, p.camera.Width, p.camera.Height)
	p.inView = true
	for _, c := range p.corners {
		p.inView = p.inView && c.X >= 0 && c.Y >= 0 && c.X <= float64(p.camera.Width) && c.Y <= float64(p.camera.Height)
	}
	p.module = p.sheet.smallest(at, p.camera.Width, p.camera.Height)
	if p.sight < 0 && p.inView && p.module >= Sighted {
		p.sight = p.next - 1
	}
}

// smallest is how many pixels a module has where it has the fewest: at one of the code's
// corners, along its rows or its columns.
func (s *sheet) smallest(at pose, w, h int) float64 {
	m, least := at.homography(w, h), math.Inf(1)
	for _, c := range [4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
		u, v := c[0]*(s.w/2-0.5), c[1]*(s.h/2-0.5)
		x, y := project(m, u, v)
		rx, ry := project(m, u+0.1, v)
		dx, dy := project(m, u, v+0.1)
		least = min(least, 10*math.Hypot(rx-x, ry-y), 10*math.Hypot(dx-x, dy-y))
	}
	return least
}

// Sight is the number, from 0, of the frame of first sight: the first in which the code is
// wholly in view and its modules measure at least Sighted pixels. It is -1 before that.
func (p *Presentation) Sight() int { return p.sight }

// Code says where the code's corners lie in the last frame, top left first and on as the
// code is turned, and whether all are in view.
func (p *Presentation) Code() (corners [4]Corner, inView bool) { return p.corners, p.inView }

// TimeToRead shows the frames to a reader until it says that it has read the code. The time
// is in frames from first sight on: 1 when it is read in that very frame, or before it.
// When it is never read it is all the frames from first sight on, and ok is false.
func (p *Presentation) TimeToRead(read func(*image.Gray) bool) (frames int, ok bool) {
	for g := p.Next(); g != nil && !ok; g = p.Next() {
		if read(g) {
			return p.Waited(p.next - 1), true
		}
	}
	return p.Waited(p.Frames() - 1), false
}

// Waited is the time from first sight to a frame that has been drawn already, in frames.
func (p *Presentation) Waited(frame int) int {
	if p.sight < 0 {
		return 1
	}
	return max(1, frame-p.sight+1)
}
