package scannertest

import (
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hexiao/scanner"
)

// spread draws one bright pixel in the middle of a plane, changes it, and returns how much
// light there is, where its middle is, and how far it reaches to the sides and up and down.
func spread(change func(plane)) (light, x, y, wide, tall float64) {
	p := newPlane(41, 41, 0)
	p.pix[20*41+20] = 1
	change(p)
	for i, v := range p.pix {
		u, w := float64(i%41-20), float64(i/41-20)
		light, x, y = light+float64(v), x+u*float64(v), y+w*float64(v)
		if v > 1e-4 {
			wide, tall = max(wide, math.Abs(u)), max(tall, math.Abs(w))
		}
	}
	return light, x, y, wide, tall
}

// Blur moves no light and loses none, and reaches as far as it is told.
func TestBlur(t *testing.T) {
	for name, c := range map[string]struct {
		change     func(plane)
		wide, tall float64
	}{
		"a disk":                  {func(p plane) { p.disk(4.2, &scratch{}) }, 4, 4},
		"less than a pixel":       {func(p plane) { p.disk(0.4, &scratch{}) }, 0, 0},
		"to the side":             {func(p plane) { p.streak(8, 0, &scratch{}) }, 4, 0},
		"down, though it goes up": {func(p plane) { p.streak(0, -6, &scratch{}) }, 0, 3},
		"across":                  {func(p plane) { p.streak(6, 6, &scratch{}) }, 3, 3},
		"none":                    {func(p plane) { p.disk(0, &scratch{}); p.streak(0.1, 0, &scratch{}) }, 0, 0},
	} {
		light, x, y, wide, tall := spread(c.change)
		if math.Abs(light-1) > 0.01 || math.Abs(x) > 0.02 || math.Abs(y) > 0.02 || wide != c.wide || tall != c.tall {
			t.Errorf("%s: %.3f of the light around %.2f, %.2f, reaching %g and %g, want %g and %g", name, light, x, y, wide, tall, c.wide, c.tall)
		}
	}
}

// A homography puts the code's middle where the pose says, at its size and angle; a
// rolling shutter moves what its later rows see.
func TestHomography(t *testing.T) {
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 0.05 {
			t.Errorf("%s: %.3f, want %.3f", what, got, want)
		}
	}
	m := pose{x: 200, y: 300, module: 4, roll: 90}.homography(640, 480)
	x, y := project(m, 0, 0)
	near("x", x, 200)
	near("y", y, 300)
	x, y = project(m, 10, 0) // clockwise by a quarter: right is down
	near("x of the right", x, 200)
	near("y of the right", y, 340)
	far := pose{x: 320, y: 240, module: 4, yaw: 30}.homography(640, 480)
	left, _ := project(far, -10, 0)
	right, _ := project(far, 10, 0)
	if a, b := 320-left, right-320; math.Abs(a-b) < 1 || a+b > 75 {
		t.Errorf("turned away by 30 degrees it reaches %.1f to the left and %.1f to the right", a, b)
	}
	x, y = project(pose{x: 200, y: 300, module: 4, skewX: 48}.homography(640, 480), 0, 25)
	near("x a hundred rows later", x, 210)
	near("y a hundred rows later", y, 400)
	inv := inverse(m)
	x, y = project(inv, 200, 340)
	near("back: u", x, 10)
	near("back: v", y, 0)
	l := newLens(640, 480)
	if bx, by := l.bent(l.straight(600, 50)); math.Hypot(bx-600, by-50) > 0.01 {
		t.Errorf("bent and straightened: %.3f, %.3f", bx, by)
	}
}

// The troubles do what their names say, the hard end of a series more than the easy one.
func TestTroublesGrow(t *testing.T) {
	shoot := func(kind Trouble, t float64) Drawn {
		s := newShot(rand.New(rand.NewPCG(5, 5)), false, scanner.QR)
		s.sensor.quality, s.light.level = 0, 0.6 // neither artefacts nor white that clips
		s.trouble(kind, t)
		s.pose.module = max(s.pose.module, 4) // what is measured depends on it
		if kind == Small {
			s.trouble(kind, t)
		}
		return s.draw()
	}
	for kind, measure := range map[Trouble]func(Drawn) float64{
		Small: func(d Drawn) float64 {
			return -math.Hypot(d.Corners[1].X-d.Corners[0].X, d.Corners[1].Y-d.Corners[0].Y)
		},
		Perspective: func(d Drawn) float64 { return -area(d.Corners) },
		MotionBlur:  func(d Drawn) float64 { return -edges(d) },
		Defocus:     func(d Drawn) float64 { return -edges(d) },
		Noise:       grain,
		LowContrast: func(d Drawn) float64 { return -contrast(d) },
		Glare:       func(d Drawn) float64 { return share(d, 250, 255) },
		Shadow:      func(d Drawn) float64 { return -quantile(d, 0.5) },
		Moire:       grain,
	} {
		easy, hard := measure(shoot(kind, 0)), measure(shoot(kind, 1))
		if hard-easy <= 0.15*math.Abs(easy) {
			t.Errorf("%s: %.2f at the easy end, %.2f at the hard one", kind, easy, hard)
		}
	}
}

// inside are the levels of the code's bounding box.
func inside(d Drawn) *image.Gray {
	var r image.Rectangle
	for _, c := range d.Corners {
		r = r.Union(image.Rect(int(c.X), int(c.Y), int(c.X)+1, int(c.Y)+1))
	}
	g, _ := d.Frame.SubImage(r).(*image.Gray)
	return g
}

func levels(d Drawn) (v []uint8) {
	g := inside(d)
	for y := g.Rect.Min.Y; y < g.Rect.Max.Y; y++ {
		for x := g.Rect.Min.X; x < g.Rect.Max.X; x++ {
			v = append(v, g.GrayAt(x, y).Y)
		}
	}
	slices.Sort(v)
	return v
}

func quantile(d Drawn, q float64) float64 {
	v := levels(d)
	return float64(v[int(q*float64(len(v)-1))])
}

func contrast(d Drawn) float64 { return quantile(d, 0.9) - quantile(d, 0.1) }

func share(d Drawn, low, high uint8) float64 {
	n := 0
	v := levels(d)
	for _, l := range v {
		if l >= low && l <= high {
			n++
		}
	}
	return float64(n) / float64(len(v))
}

// edges is how much neighbours differ, grain the same of pixels in one module's middle: the
// black one of the first finder pattern, and for screens the white ring around it.
func edges(d Drawn) float64 {
	g := inside(d)
	sum, n := 0.0, 0.0
	for y := g.Rect.Min.Y; y < g.Rect.Max.Y; y++ {
		for x := g.Rect.Min.X + 1; x < g.Rect.Max.X; x++ {
			sum += math.Abs(float64(g.GrayAt(x, y).Y) - float64(g.GrayAt(x-1, y).Y))
			n++
		}
	}
	return sum / n
}

func grain(d Drawn) float64 {
	// A strip of the quiet zone above the code, one to two modules from it.
	c, n := d.Corners, d.Modules
	sum, square, count := 0.0, 0.0, 0.0
	for u := 0.0; u < n; u += 0.25 {
		for _, v := range []float64{-2, -1.75, -1.5} {
			x := c[0].X + u/n*(c[1].X-c[0].X) + v/n*(c[3].X-c[0].X)
			y := c[0].Y + u/n*(c[1].Y-c[0].Y) + v/n*(c[3].Y-c[0].Y)
			l := float64(d.Frame.GrayAt(int(x), int(y)).Y)
			sum, square, count = sum+l, square+l*l, count+1
		}
	}
	return math.Sqrt(square/count - sum*sum/count/count)
}

// area of a code in pixels.
func area(c [4]Corner) float64 {
	sum := 0.0
	for i, a := range c {
		b := c[(i+1)%4]
		sum += a.X*b.Y - b.X*a.Y
	}
	return sum / 2
}
