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

// Trouble is one thing that keeps a camera's frame from being easy to read.
type Trouble string

// The troubles. All but Nominal go from what any reader copes with to what hardly any does.
const (
	Nominal     Trouble = "nominal"      // held still, sharp, large: no trouble at all
	Small       Trouble = "small"        // far away: few pixels a module
	Perspective Trouble = "perspective"  // held at an angle
	MotionBlur  Trouble = "blur"         // moved while the shutter was open
	Defocus     Trouble = "defocus"      // nearer or farther than the lens looks
	Noise       Trouble = "noise"        // a dark corner, the sensor at its limit
	LowContrast Trouble = "low contrast" // a dimmed screen, faded ink, a veil of stray light
	Glare       Trouble = "glare"        // a lamp mirrored in the glass
	Shadow      Trouble = "shadow"       // of a hand, of blinds, of a shelf
	Moire       Trouble = "moire"        // the screen's pixels beat with the sensor's, its light pulses
	Rotation    Trouble = "rotation"     // turned any way, and not large
	Everything  Trouble = "all together" // a little of each
)

// Troubles are all of them in the order in which they are reported.
func Troubles() []Trouble {
	return []Trouble{Nominal, Small, Perspective, MotionBlur, Defocus, Noise, LowContrast, Glare, Shadow, Moire, Rotation, Everything}
}

// PerTrouble is how many frames of a trouble make a series: from easy to hard, evenly.
const PerTrouble = 32

// Drawn is a frame of a series and what is in it.
type Drawn struct {
	Frame     *image.Gray
	Text      string
	Symbology scanner.Symbology
	Corners   [4]Corner // of the code without its quiet zone: top left, top right, bottom right, bottom left as the code is turned
	Modules   float64   // along its upper side
}

// Corner is a place in a frame, in pixels from its top left corner.
type Corner struct{ X, Y float64 }

// DrawTrouble draws frame i of a series of PerTrouble QR codes on phones and paper in front
// of a shop, 640×480 and, every third, 1280×720. It is the same on every run.
func DrawTrouble(kind Trouble, i int) Drawn { return drawTrouble(kind, i, scanner.QR) }

// DrawLinearTrouble is DrawTrouble with a Code 128.
func DrawLinearTrouble(kind Trouble, i int) Drawn { return drawTrouble(kind, i, scanner.Code128) }

func drawTrouble(kind Trouble, i int, symbology scanner.Symbology) Drawn {
	n := slices.Index(Troubles(), kind)
	if n < 0 || i < 0 || i >= PerTrouble {
		panic(fmt.Sprintf("scannertest: no frame %d of the trouble %q", i, kind))
	}
	r := rand.New(rand.NewPCG(uint64(1000*n+i), 7))
	s := newShot(r, i%3 == 2, symbology)
	s.trouble(kind, (float64(i)+0.5)/PerTrouble)
	return s.draw()
}

// trouble adds a trouble of severity t from 0 to 1.
func (s *shot) trouble(kind Trouble, t float64) {
	r := s.r
	small := func(easy, hard float64) { s.pose.module = easy + (hard-easy)*t }
	switch kind {
	case Small:
		small(3, 1.3)
	case Perspective:
		a := (25 + 45*t) * math.Pi / 180
		sin, cos := math.Sincos(between(r, 0, 2*math.Pi))
		s.pose.yaw, s.pose.pitch = a*cos*180/math.Pi, a*sin*180/math.Pi
		s.pose.module = between(r, 3.2, 5)
	case MotionBlur:
		small(5, 3.5)
		sin, cos := math.Sincos(between(r, 0, 2*math.Pi))
		length := s.pose.module * (0.4 + 1.3*t)
		s.soft.motion = Corner{length * cos, length * sin}
	case Defocus:
		small(5, 3.5)
		s.soft.focus = s.pose.module * (0.4 + 0.6*t)
	case Noise:
		small(5, 3.5)
		s.sensor.wells = 400 * math.Pow(0.06, t)
		s.sensor.read = 3
		s.sensor.rows = 0.004 + 0.02*t
		s.sensor.exposure = between(r, 0.5, 0.9)
	case LowContrast:
		small(4.5, 3.2)
		s.pale(between(r, 40, 200), 90*math.Pow(0.2, t))
	case Glare:
		small(5, 3.5)
		s.card.screen = true
		s.card.cracks = r.IntN(3)
		if s.card.level == decoder.ErrorCorrectionLevel_L { // it makes up for next to nothing
			s.card.level = decoder.ErrorCorrectionLevel_M
		}
		s.glare(0.6+1.2*t, 0.08+0.14*t)
	case Shadow:
		small(5, 3)
		s.card.screen = false
		s.shadow(0.4*math.Pow(0.2, t), t)
		s.sensor.wells = between(r, 1000, 3000)
	case Moire:
		small(5, 3.5)
		s.card.screen = true
		s.moire(0.25 + 0.65*t)
	case Rotation:
		small(3.2, 1.6)
		s.pose.roll = between(r, 0, 360)
		if s.pose.yaw, s.pose.pitch = between(r, -20, 20), between(r, -20, 20); r.IntN(2) == 0 {
			s.pose.roll = 45 + 90*float64(r.IntN(4)) + between(r, -10, 10)
		}
	case Everything:
		small(4.5, 2.6)
		s.pose.roll, s.pose.yaw, s.pose.pitch = between(r, 0, 360), between(r, -25, 25), between(r, -25, 25)
		sin, cos := math.Sincos(between(r, 0, 2*math.Pi))
		length := s.pose.module * (0.1 + 0.4*t)
		s.soft.motion = Corner{length * cos, length * sin}
		s.soft.focus = s.pose.module * (0.25 + 0.2*t)
		s.sensor.wells, s.sensor.rows = 800*math.Pow(0.25, t), 0.004
		s.sensor.quality = 65 + r.IntN(30)
		if s.card.level == decoder.ErrorCorrectionLevel_L {
			s.card.level = decoder.ErrorCorrectionLevel_M
		}
		if s.card.screen {
			s.card.cracks = r.IntN(2)
			s.moire(0.1 + 0.2*t)
			s.glare(0.4+0.4*t, 0.06+0.06*t)
		} else {
			s.shadow(0.5-0.2*t, t/2)
		}
	}
}

func (s *shot) field(at func(x, y float64) float64) *field { return newField(s.w, s.h, at) }

// pale leaves a contrast of so many of a frame's 256 levels below white: a veil of stray
// light, or where white is dark a dimmed screen.
func (s *shot) pale(white, contrast float64) {
	linear := func(level float64) float64 { return math.Pow(level/255, 2.2) / s.sensor.exposure }
	veil := linear(max(white-contrast, 4))
	s.light.level = linear(max(white, contrast+4)) - veil
	s.place()
	slope := between(s.r, -0.2, 0.2)
	s.light.plus = s.field(func(x, _ float64) float64 { return veil * (1 + slope*(x-s.pose.x)/float64(s.w)) })
}

// glare mirrors a lamp of the given level near or on the code; size is its radius beside
// the code's side.
func (s *shot) glare(level, size float64) {
	w, _ := s.size()
	radius := size * w * s.pose.module
	sin, cos := math.Sincos(between(s.r, 0, 2*math.Pi))
	off := between(s.r, 0.1, 0.5) * w * s.pose.module
	dx, dy := off*cos, off*sin
	long := between(s.r, 1, 2.5)
	turn, back := math.Sincos(between(s.r, 0, math.Pi))
	s.place()
	s.light.plus = s.field(func(x, y float64) float64 {
		x, y = x-s.pose.x-dx, y-s.pose.y-dy
		x, y = (x*back+y*turn)/long, (-x*turn+y*back)*long
		d := math.Hypot(x, y) / radius
		core := 1 / (1 + math.Exp(12*(d-0.7)))        // the lamp, nearly sharp
		return level * (core + 0.15*math.Exp(-d*d/8)) // and the smear of fingers around it
	})
}

// shadow darkens a part to the given level: beyond an edge, or in stripes.
func (s *shot) shadow(level, t float64) {
	s.place()
	sin, cos := math.Sincos(between(s.r, 0, 2*math.Pi))
	off := between(s.r, -8, 8) * s.pose.module
	soft := s.pose.module * between(s.r, 0.3, 2)
	period := 0.0
	if s.r.IntN(2) == 0 {
		period = s.pose.module * between(s.r, 18-8*t, 28-10*t)
	}
	s.light.times = s.field(func(x, y float64) float64 {
		d := (x-s.pose.x)*cos + (y-s.pose.y)*sin + off
		if period > 0 {
			d = period / 4 * math.Sin(2*math.Pi*d/period) * 1.5
		}
		return level + (1-level)/(1+math.Exp(-d/soft*2))
	})
}

// moire lets the screen's pixels beat with the sensor's, and its light pulse.
func (s *shot) moire(depth float64) {
	cycles := between(s.r, 0.75, 1.3) // of the screen's pixels in one of the sensor's
	s.light.grid = grid{pitch: 1 / (s.pose.module * cycles), depth: depth}
	s.sensor.flicker = between(s.r, 0, 0.3*depth)
	s.sensor.phase, s.sensor.bands = s.r.Float64(), between(s.r, 1, 5)
}
