package scannertest

import (
	"bytes"
	"image"
	"math"
	"testing"
)

// small is a camera whose frames are drawn fast.
var small = Camera{Width: 320, Height: 240, Rate: 10, JPEG: 70}

// The same arguments give the same frames, in one memory; another seed gives others.
func TestPresentationsAreReproducible(t *testing.T) {
	slow := small
	slow.Rate = 4
	for _, m := range Manners() {
		a, b, c := Present(m, slow, 1), Present(m, slow, 1), Present(m, slow, 2)
		n, differ := 0, false
		var memory *uint8
		for g := a.Next(); g != nil; g = a.Next() {
			if !bytes.Equal(g.Pix, b.Next().Pix) || a.Sight() != b.Sight() {
				t.Fatalf("%s: two runs differ in frame %d", m, n)
			}
			differ = differ || !bytes.Equal(g.Pix, c.Next().Pix)
			if memory != nil && memory != &g.Pix[0] {
				t.Fatalf("%s: frame %d is in new memory", m, n)
			}
			memory = &g.Pix[0]
			n++
		}
		if n != 12 || a.Frames() != n || a.Next() != nil {
			t.Errorf("%s: %d frames, want 12 and then none", m, n)
		}
		if !differ || a.Text == c.Text {
			t.Errorf("%s: two seeds give the same", m)
		}
	}
}

// The code is where the presentation says that it is: while it is held there is a finder
// pattern at its first corner. And first sight is when its definition says.
func TestPresentationsSayWhereTheCodeIs(t *testing.T) {
	camera := Camera{Width: 640, Height: 480, Rate: 10}
	for _, m := range []Manner{LiesStill, Turns, Dims, ComesNearer} {
		p := Present(m, camera, 3)
		sight := -1
		var g *image.Gray
		for n := range p.Frames() * 2 / 3 {
			g = p.Next()
			c, inView := p.Code()
			inside, side := true, math.Inf(1)
			for i, a := range c {
				b := c[(i+1)%4]
				inside = inside && a.X >= 0 && a.Y >= 0 && a.X <= 640 && a.Y <= 480
				side = min(side, math.Hypot(a.X-b.X, a.Y-b.Y))
			}
			if inside != inView {
				t.Fatalf("%s: frame %d has its corners at %v and says in view: %t", m, n, c, inView)
			}
			// Sides are a little more or less than the smallest module tells.
			if size := side / p.sheet.w; sight < 0 && inside && size > 1.3*Sighted {
				sight = n
			}
		}
		if p.Sight() < 0 || p.Sight() > sight || p.Sight() < sight-3 {
			t.Errorf("%s: first sight in frame %d, want %d or just before", m, p.Sight(), sight)
		}
		c, _ := p.Code()
		at := func(u, v float64) int {
			u, v = u/p.sheet.w, v/p.sheet.h
			x := c[0].X + u*(c[1].X-c[0].X) + v*(c[3].X-c[0].X)
			y := c[0].Y + u*(c[1].Y-c[0].Y) + v*(c[3].Y-c[0].Y)
			return int(g.GrayAt(int(x), int(y)).Y)
		}
		if black, white := at(3.5, 3.5), at(1.5, 1.5); black+30 > white {
			t.Errorf("%s: levels %d and %d where black and white should be", m, black, white)
		}
	}
}

// Every presentation shows its code before half of it is over, or it could measure nothing.
func TestEveryPresentationIsSeen(t *testing.T) {
	for _, m := range Manners() {
		for _, c := range Cameras() {
			for seed := range uint64(2) {
				p := Present(m, c, seed)
				for ; p.sight < 0 && p.next < p.Frames()/2; p.next++ {
					p.look(p.course.pose(float64(p.next) / float64(c.Rate)))
				}
				if p.sight < 0 {
					t.Errorf("%s, %v, seed %d: not seen after half the time", m, c, seed)
				}
			}
		}
	}
}

// Times to read count from first sight on.
func TestTimeToRead(t *testing.T) {
	sight := Present(LiesStill, small, 1)
	for sight.Sight() < 0 {
		sight.Next()
	}
	at := sight.Sight()
	for read, want := range map[int]int{0: 1, at: 1, at + 1: 2, at + 7: 8, 1000: 30 - at} {
		n := 0
		frames, ok := Present(LiesStill, small, 1).TimeToRead(func(*image.Gray) bool { n++; return n == read+1 })
		if frames != want || ok != (read < 30) {
			t.Errorf("read in frame %d: %d, %t; first sight is %d, so want %d", read, frames, ok, at, want)
		}
	}
}

// A screen that is turned up, and exposure that follows it.
func TestPresentationsAdapt(t *testing.T) {
	p := Present(Dims, small, 1)
	mean := func() float64 {
		g := p.Next()
		sum := 0
		for _, v := range g.Pix {
			sum += int(v)
		}
		return float64(sum) / float64(len(g.Pix))
	}
	var levels []float64
	up := int(math.Ceil(p.course.brightened * 10))
	exposure := 0.0
	for n := range p.Frames() {
		levels = append(levels, mean())
		if n == up {
			exposure = p.sensor.exposure
		}
	}
	if levels[up] < levels[up-1]+2 {
		t.Errorf("level %.1f and then %.1f when the screen is turned up", levels[up-1], levels[up])
	}
	if p.sensor.exposure > 0.99*exposure {
		t.Errorf("exposure %.3f after %.3f does not follow", p.sensor.exposure, exposure)
	}
}

func TestPresentPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("there is no such manner")
		}
	}()
	Present("flies", small, 1)
}
