package camera

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"hexiao/scanner"
	"hexiao/scanner/scannertest"
)

// doorway is a scene with walls, a window that is brighter than the camera can tell, and
// texture; noise, gain and whatever else moves come on top of it.
type doorway struct {
	light  []float32
	shown  *image.Gray
	noise  []float32 // normally distributed, of deviation 1
	random *rand.Rand
	at     time.Time
}

func newDoorway(w, h int) *doorway {
	d := &doorway{
		light: make([]float32, w*h), shown: image.NewGray(image.Rect(0, 0, w, h)), noise: make([]float32, 2*w*h),
		random: rand.New(rand.NewPCG(1, 2)), at: time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC),
	}
	for i := range d.noise {
		d.noise[i] = float32(d.random.NormFloat64())
	}
	for y := range h {
		for x := range w {
			level := 70 + 50*math.Sin(float64(x)*9/float64(w)) + 30*math.Cos(float64(y)*7/float64(h)) + float64((x/5+y/7)%2*20)
			if x > w*3/4 && y < h/3 {
				level = 400
			}
			d.light[y*w+x] = float32(max(level, 5))
		}
	}
	return d
}

// frame is the scene a fifteenth of a second later. gain is by row, as with a rolling
// shutter; noise is a standard deviation.
func (d *doorway) frame(gain func(y int) float64, noise float32) *image.Gray {
	d.at = d.at.Add(time.Second / 15)
	w := d.shown.Rect.Dx()
	grain := d.noise[d.random.IntN(len(d.light)):]
	for y := range d.shown.Rect.Dy() {
		k := float32(gain(y))
		for i := y * w; i < (y+1)*w; i++ {
			d.shown.Pix[i] = uint8(min(max(d.light[i]*k+grain[i]*noise+0.5, 0), 255))
		}
	}
	return d.shown
}

func steady(int) float64 { return 1 }

// hold puts a square of one level into the middle of the scene.
func (d *doorway) hold(side int, level float32) {
	size := d.shown.Rect.Size()
	for y := size.Y/2 - side/2; y < size.Y/2+side/2; y++ {
		for x := size.X/2 - side/2; x < size.X/2+side/2; x++ {
			d.light[y*size.X+x] = level
		}
	}
}

// watch runs n frames past the gate and counts those that are let through.
func watch(g *gate, d *doorway, n int, frame func(i int) *image.Gray) (passed int) {
	for i := range n {
		if g.look(frame(i), d.at) {
			passed++
		}
	}
	return passed
}

// peeks is how many of n frames at 15 a second a closed gate lets through at most.
func peeks(n int) int { return n/6 + 1 }

func TestGateClosesOnNothing(t *testing.T) {
	for name, gain := range map[string]func(i, y int) float64{
		"still": func(int, int) float64 { return 1 },
		// Exposure control hunting in steps.
		"exposure": func(i, _ int) float64 { return 1 + 0.15*float64(i/8%3) },
		// 100 Hz light through a rolling shutter: bands that wander.
		"flicker": func(i, y int) float64 { return 1 + 0.15*math.Sin(float64(y)/40+float64(i)*1.3) },
		// The light of the day: twice as bright in the end.
		"dawn": func(i, _ int) float64 { return 0.6 + 0.6*float64(i)/180 },
	} {
		t.Run(name, func(t *testing.T) {
			for _, noise := range []float32{0, 12} {
				d, g := newDoorway(480, 270), &gate{}
				if opened := watch(g, d, 60, func(i int) *image.Gray {
					return d.frame(func(y int) float64 { return gain(i, y) }, noise)
				}); opened < 30 {
					t.Errorf("noise %v: only %d frames let through at the start", noise, opened)
				}
				const n = 120
				if got := watch(g, d, n, func(i int) *image.Gray {
					return d.frame(func(y int) float64 { return gain(60+i, y) }, noise)
				}); got > peeks(n) || got < n/8 {
					t.Errorf("noise %v: %d of %d frames let through, want one in six", noise, got, n)
				}
			}
		})
	}
}

// settled is a gate that has closed.
func settled(t *testing.T, w, h int, noise float32) (*gate, *doorway) {
	t.Helper()
	d, g := newDoorway(w, h), &gate{}
	watch(g, d, 60, func(int) *image.Gray { return d.frame(steady, noise) })
	for i := 0; g.look(d.frame(steady, noise), d.at); i++ { // to just after a peek
		if i > 2 {
			t.Fatal("the gate does not close")
		}
	}
	if !d.at.After(g.until) {
		t.Fatal("the gate is not closed")
	}
	return g, d
}

// A phone opens the gate in the frame in which it is there, however small, and for two
// seconds; then the place is still again.
func TestGateOpensAtOnce(t *testing.T) {
	for _, size := range []image.Point{{1280, 720}, {640, 480}, {480, 640}, {160, 90}} {
		for _, noise := range []float32{0, 3} {
			g, d := settled(t, size.X, size.Y, noise)
			side := max(size.X, size.Y) / 20
			d.hold(side, 255)
			if !g.look(d.frame(steady, noise), d.at) || !g.changed.Equal(d.at) {
				t.Errorf("%v, noise %v: not opened by a square of %d pixels", size, noise, side)
			}
			const n = 29
			if got := watch(g, d, n, func(int) *image.Gray { return d.frame(steady, noise) }); got != n {
				t.Errorf("%v, noise %v: %d of %d frames let through after the change", size, noise, got, n)
			}
			watch(g, d, 60, func(int) *image.Gray { return d.frame(steady, noise) })
			if d.at.Before(g.until) {
				t.Errorf("%v, noise %v: still open after 6 s without a change", size, noise)
			}
		}
	}
}

// A screen that lights up over four seconds is seen.
func TestGateSeesSlowChange(t *testing.T) {
	g, d := settled(t, 480, 270, 3)
	shut := g.changed
	for i := range 60 {
		d.hold(60, float32(90+2*i))
		g.look(d.frame(steady, 3), d.at)
	}
	if g.changed.Equal(shut) {
		t.Error("not opened")
	}
}

// Light that is switched on or off opens it once, not for as long as the background
// takes to follow.
func TestGateLightSwitched(t *testing.T) {
	for _, level := range []float64{0.3, 1, 0.3} {
		g, d := settled(t, 480, 270, 3)
		if level == 1 {
			watch(g, d, 100, func(int) *image.Gray { return d.frame(func(int) float64 { return 0.4 }, 3) })
		}
		frame := func(int) *image.Gray { return d.frame(func(int) float64 { return level }, 3) }
		if !g.look(frame(0), d.at) || !g.changed.Equal(d.at) {
			t.Fatalf("to %v: not opened", level)
		}
		began := d.at
		watch(g, d, 45, frame)
		if again := g.changed.Sub(began); again > time.Second/2 {
			t.Errorf("to %v: held open for another %v", level, again)
		}
	}
}

func TestGateSaw(t *testing.T) {
	g, d := settled(t, 320, 240, 0)
	still := func(view scanner.View, n int) (passed int) {
		for range n {
			if g.look(d.frame(steady, 0), d.at) {
				g.saw(view, d.at)
				passed++
			}
		}
		return passed
	}
	// A code that was there before anything changed is found by a peek and then held.
	code := scanner.View{Codes: make([]scanner.Scan, 1)}
	if got := still(code, 60); got < 54 {
		t.Errorf("%d of 60 frames of a still code let through", got)
	}
	still(scanner.View{}, 40)
	if d.at.Before(g.until) {
		t.Error("open without a code")
	}
	// What is not read holds it for a while only: a poster must not cost for ever.
	d.hold(100, 255)
	missed := scanner.View{Missed: true}
	if got := still(missed, 120); got < 118 {
		t.Errorf("%d of 120 frames of what is not read let through", got)
	}
	still(missed, 150)
	if got := still(missed, 60); got > peeks(60) {
		t.Errorf("%d of 60 frames let through long after the last change", got)
	}
}

// Other sizes, a clock that is set back, pictures smaller than the grid.
func TestGateOddFrames(t *testing.T) {
	g, d := settled(t, 320, 240, 0)
	for _, size := range []image.Point{{640, 480}, {160, 120}, {400, 400}, {480, 640}} {
		other := newDoorway(size.X, size.Y)
		d.at = d.at.Add(openFor + peekEvery/2)
		if g.passed = d.at; !g.look(other.frame(steady, 0), d.at) {
			t.Errorf("another size, %v, does not open it", size)
		}
	}
	g, d = settled(t, 320, 240, 0)
	if !g.look(d.frame(steady, 0), d.at.Add(-time.Hour)) {
		t.Error("shut by a clock that was set back")
	}
	for _, size := range []image.Point{{1, 1}, {2, 1}, {1, 500}, {2000, 3}, {79, 81}, {24000, 40}} {
		var g gate
		img := image.NewGray(image.Rectangle{Max: size})
		g.look(img, d.at)
		for i := range img.Pix {
			img.Pix[i] = 255
		}
		if at := d.at.Add(openFor + peekEvery/2); !g.look(img, at) || g.light != (light{255, 255}) {
			t.Errorf("%v: a change of everything is not seen; light %+v", size, g.light)
		}
	}
	// A part of a larger picture, whose last row ends with the memory.
	whole := frameOf("one")
	part := whole.SubImage(image.Rect(17, 31, whole.Rect.Dx(), whole.Rect.Dy())).(*image.Gray)
	if !new(gate).look(part, d.at) {
		t.Error("not open at the start")
	}
}

func TestGateLight(t *testing.T) {
	var g gate
	img := scannertest.Frame("", scannertest.Options{Width: 1280, Height: 720, Ground: 40})
	g.look(img, time.Time{})
	if g.light != (light{40, 40}) {
		t.Errorf("%+v", g.light)
	}
	for y := range 300 { // a tenth of the picture
		for x := range 300 {
			img.Pix[y*img.Stride+x] = 200
		}
	}
	g.look(img, time.Time{})
	if g.light.Mean < 52 || g.light.Mean > 60 || g.light.Bright != 200 {
		t.Errorf("with a bright tenth: %+v", g.light)
	}
}

func TestGateAllocates(t *testing.T) {
	d, g := newDoorway(1280, 720), &gate{}
	img := d.frame(steady, 3)
	at := d.at
	g.look(img, at)
	if n := testing.AllocsPerRun(20, func() {
		at = at.Add(time.Second / 15)
		g.look(img, at)
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}
