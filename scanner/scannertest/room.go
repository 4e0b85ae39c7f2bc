package scannertest

import (
	"math"
	"math/rand/v2"
)

// room draws what stands behind the thing that is held up: a wall, shelves with parcels
// and labels, a counter, somebody. bright is the level of its lightest wall.
func room(w, h int, bright float64, r *rand.Rand) plane {
	p := newPlane(w, h, 0)
	lamp := r.Float64() * float64(w)
	for y := range h {
		for x := range w {
			d := (float64(x) - lamp) / float64(w)
			p.pix[y*w+x] = float32(bright * (0.75 - 0.3*d*d - 0.2*float64(y)/float64(h)))
		}
	}
	unit := h / 24
	of := func(n int) int { return r.IntN(max(n, 1)) }
	for y := h / 6; y < h*2/3; y += 5*unit + of(unit) { // shelves
		for x := of(2 * unit); x < w; {
			wide, tall := 2*unit+of(5*unit), 2*unit+of(3*unit)
			level := float32(bright * (0.05 + 0.6*r.Float64()))
			p.fill(x, y-tall, x+wide, y, level)
			if r.IntN(3) > 0 { // a label with lines of print
				lx, ly := x+wide/5, y-tall/2
				p.fill(lx, ly, lx+wide/2, ly+tall/3, float32(bright*0.8))
				for i := ly + 2; i < ly+tall/3-2; i += 4 {
					p.fill(lx+2, i, lx+2+of(wide/2), i+1, float32(bright*0.15))
				}
			}
			x += wide + of(unit)
		}
		p.fill(0, y, w, y+unit/3, float32(bright*0.3))
	}
	if r.IntN(2) == 0 { // a window
		x := of(w * 3 / 4)
		p.fill(x, h/12, x+w/5, h/2, float32(bright*2.5))
		p.fill(x+w/10-unit/6, h/12, x+w/10+unit/6, h/2, float32(bright*0.2))
	}
	// Somebody: head and shoulders, and a striped shirt now and then.
	x, y, radius := of(w), h/3+of(h/6), 2*unit+of(unit)
	skin, shirt := float32(bright*(0.15+0.35*r.Float64())), float32(bright*(0.03+0.5*r.Float64()))
	for dy := -radius * 4 / 3; dy <= radius*4/3; dy++ {
		e := float64(dy) / (float64(radius) * 4 / 3)
		half := int(float64(radius) * math.Sqrt(max(1-e*e, 0)))
		p.fill(x-half, y+dy, x+half, y+dy+1, skin)
	}
	p.fill(x-5*radius/2, y+radius*4/3, x+5*radius/2, h, shirt)
	if r.IntN(3) == 0 {
		for i := y + radius*3/2; i < h; i += 2 * unit {
			p.fill(x-5*radius/2, i, x+5*radius/2, i+unit, shirt/3)
		}
	}
	counter := h*5/6 + of(h/12)
	p.fill(0, counter, w, h, float32(bright*(0.1+0.4*r.Float64())))
	p.fill(0, counter, w, counter+unit/3, float32(bright*0.7))
	p.disk(float64(h)/320*(1+r.Float64()), &scratch{})
	return p
}
