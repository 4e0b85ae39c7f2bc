package scannertest

import (
	"math"
	"math/rand/v2"
)

// course is the way of a presentation: where the sheet is, and in which light, at a time.
type course struct {
	manner     Manner
	w, h       int
	hold       pose    // where the hand wants it
	from       pose    // where it comes from
	start      float64 // seconds until it comes
	arrival    float64 // seconds that it takes
	sway       [5]wave // of x, y in pixels, roll, yaw and pitch in degrees
	tremor     [5]wave
	turn       float64 // degrees a second
	hunt       float64 // pixels by which the lens is out of focus at first
	settle     float64 // seconds in which the lens finds it
	focus      float64 // pixels, once it has
	shutter    float64 // seconds that it is open
	roll       float64 // seconds from the first row to the last
	level      float64 // of the sheet's white
	bright     float64 // of the room
	lamp       float64 // pixels, the radius of its mirror image; 0 for none
	lampPhase  float64
	brightened float64 // the second in which a dimmed screen is turned up
	side       float64 // direction in which a shadow lies, in radians
	module     float64 // of the code, in pixels, where it is held
}

// wave is noise in a band: four sines whose frequencies are no multiples of each other.
type wave struct{ size, frequency, phase [4]float64 }

func newWave(r *rand.Rand, size, low, high float64) wave {
	var w wave
	for i := range w.size {
		w.size[i] = size / 2 * (0.5 + r.Float64())
		w.frequency[i] = low * math.Pow(high/low, (float64(i)+r.Float64())/4)
		w.phase[i] = r.Float64()
	}
	return w
}

func (w wave) at(t float64) float64 {
	sum := 0.0
	for i := range w.size {
		sum += w.size[i] * math.Sin(2*math.Pi*(w.frequency[i]*t+w.phase[i]))
	}
	return sum
}

func newCourse(m Manner, s *shot, sheet *sheet) course {
	r := s.r
	k := float64(s.w) / 640 // the same movement covers more pixels of a larger frame
	c := course{
		manner: m, w: s.w, h: s.h, hold: s.pose, start: between(r, 0.1, 0.3), arrival: between(r, 0.7, 1.3),
		settle: between(r, 0.06, 0.15), focus: between(r, 0.5, 0.9),
		shutter: between(r, 0.001, 0.0035), roll: between(r, 0.01, 0.025),
		level: s.light.level, bright: s.bright, module: s.pose.module,
	}
	if s.card.screen {
		c.level = between(r, 0.5, 1.3)
	} else {
		c.level = s.bright * between(r, 1.2, 2) // paper is as bright as the room makes it
	}
	if r.IntN(5) == 0 { // many cameras of kiosks have a fixed focus
		c.hunt = between(r, 1, 2.5) * k
	}
	tremor, sway := 0.5*k, 3*k
	switch m {
	case LiesStill:
		tremor, sway = 0, 0
	case Shakes:
		tremor, sway = 2.5*k, 12*k
	case Turns:
		c.turn = between(r, 30, 120) * float64(1-2*r.IntN(2))
		c.hold.roll = between(r, 0, 360)
	case Tilts:
		sway = 6 * k
	case Glares:
		c.lamp = sheet.w * c.module * between(r, 0.08, 0.2)
		c.lampPhase = r.Float64()
	case Dims:
		c.level = c.bright * between(r, 0.06, 0.25)
		c.brightened = between(r, 1.5, 2.5)
	case ComesNearer:
		c.arrival = between(r, 1.5, 2.3)
	case InTheDark:
		c.shutter, c.arrival = between(r, 0.004, 0.008), between(r, 1, 1.6)
		c.level = between(r, 0.08, 0.3) // a phone dims itself there
		if !s.card.screen {
			c.level = c.bright * between(r, 1.2, 2)
		}
	case PlainPaper:
		c.side = between(r, 0, 2*math.Pi)
	case Passes:
		c.arrival, c.shutter = between(r, 1.3, 2.2), between(r, 0.002, 0.005)
	}
	for i := range c.tremor {
		size, slow := tremor, sway
		if i > 1 { // degrees
			size, slow = tremor/k*0.3, sway/k*0.5
		}
		if m == Tilts && i > 2 {
			slow = 22
		}
		c.tremor[i], c.sway[i] = newWave(r, size, 4, 10), newWave(r, slow, 0.3, 1.5)
	}
	// From below or from a side, and rarely straight.
	c.from = c.hold
	off := (sheet.bottom - sheet.top) * c.module
	switch r.IntN(3) {
	case 0:
		c.from.x = -off / 2
	case 1:
		c.from.x = float64(s.w) + off/2
	default:
		c.from.y = float64(s.h) + off/2
	}
	if m == Passes && c.from.x == c.hold.x {
		c.from.x, c.from.y = -off/2, c.hold.y
	}
	c.from.module *= between(r, 0.6, 1)
	if m == ComesNearer {
		c.from = c.hold
		c.from.module = between(r, 1.1, 1.5)
	}
	c.from.roll += between(r, -40, 40)
	c.from.yaw, c.from.pitch = between(r, -30, 30), between(r, -30, 30)
	return c
}

// pose is where the sheet is at a time.
func (c *course) pose(t float64) pose {
	u := min(max((t-c.start)/c.arrival, 0), 1)
	way := 1 - (1-u)*(1-u)*(1-u) // fast, then slower and slower
	p := mix(c.from, c.hold, way)
	if c.manner == Passes { // on to the other side at an even speed
		p = mix(c.from, c.hold, min(2*u, 1))
		p.x = c.from.x + u*(float64(c.w)-2*c.from.x)
	}
	d := [5]float64{}
	for i := range d {
		d[i] = c.sway[i].at(t) + c.tremor[i].at(t)
	}
	p.x, p.y = p.x+d[0], p.y+d[1]
	p.roll, p.yaw, p.pitch = p.roll+d[2]+c.turn*t, p.yaw+d[3], p.pitch+d[4]
	return p
}

func mix(a, b pose, t float64) pose {
	way := func(x, y float64) float64 { return x + t*(y-x) }
	return pose{
		x: way(a.x, b.x), y: way(a.y, b.y), module: a.module * math.Pow(b.module/a.module, t),
		roll: way(a.roll, b.roll), yaw: way(a.yaw, b.yaw), pitch: way(a.pitch, b.pitch),
	}
}

// at is everything at a time: the pose, the light, and the radius of the defocus.
func (c *course) at(t float64) (pose, light, float64) {
	p := c.pose(t)
	l := light{level: c.level}
	if c.manner == Dims && t > c.brightened {
		l.level = c.bright * 1.5
	}
	switch {
	case c.lamp > 0:
		// The mirror image moves against the phone's tilt, over and beyond the code.
		angle := 2 * math.Pi * (c.lampPhase + 0.25*t)
		x0, y0 := p.x+3.2*c.lamp*math.Cos(angle)+8*p.yaw, p.y+3.2*c.lamp*math.Sin(1.3*angle)
		l.plus = newField(c.w, c.h, func(x, y float64) float64 {
			d := math.Hypot(x-x0, (y-y0)*1.4) / c.lamp
			return 1.5 * (1/(1+math.Exp(12*(d-0.7))) + 0.12*math.Exp(-d*d/8))
		})
	case c.manner == PlainPaper:
		sin, cos := math.Sincos(c.side + 0.3*t)
		l.times = newField(c.w, c.h, func(x, y float64) float64 {
			d := (x-p.x)*cos + (y-p.y)*sin
			return 0.25 + 0.75/(1+math.Exp(-d/c.module))
		})
	}
	// The lens looked at the room; it swings about the right place until it rests.
	since := max(t-c.start-0.3*c.arrival, 0)
	wrong := c.hunt * math.Exp(-since/c.settle) * math.Abs(math.Cos(2*math.Pi*1.5*since))
	return p, l, math.Hypot(c.focus, wrong)
}
