package decode

import (
	"image"
	"math"
	"slices"
)

const (
	contourRows     = 8       // every which row contours are looked for
	contourSteps    = 150_000 // steps along contours in a frame
	longestContour  = 12_000  // steps along one
	shortestContour = 40      // and the least of a code's
	flatCorner      = 0.012   // of the way around a hull, by which a corner stands out at least
	reachOfSide     = 1.5     // pixels from a side of the hull that its own points may lie
)

// contours walks around what is black in a bitmap. Its buffers are reused.
type contours struct {
	seen   bitmap // pixels with white on their left that have been walked past
	points []image.Point
	rows   [][2]int // the leftmost and rightmost point of each row of a contour
	hull   []image.Point
}

// walk follows the outside of what is black, clockwise, from a pixel with white on its
// left. It is false for the rim of a hole, for what is too small or too large, and when
// steps run out.
func (c *contours) walk(b *bitmap, x, y int, steps *int) bool {
	c.points = c.points[:0]
	start := image.Pt(x, y)
	at, white, first := start, 4, -1
	area := 0
	for {
		if !b.black(at.X-1, at.Y) {
			c.seen.set(at.X, at.Y)
		}
		next, dir := at, 0
		for k := 1; k < 8; k++ { // clockwise from where white was
			dir = (white + k) & 7
			if p := at.Add(around(dir)); b.black(p.X, p.Y) {
				next = p
				break
			}
		}
		if next == at {
			return false // a single pixel
		}
		if at == start && dir == first {
			break
		}
		if first < 0 {
			first = dir
		}
		c.points = append(c.points, at)
		area += at.X*next.Y - next.X*at.Y
		*steps--
		if len(c.points) > longestContour || *steps <= 0 {
			return false
		}
		// The last white pixel looked at, as seen from the next black one.
		at, white = next, (dir+6-dir&1)&7
	}
	return area > 0 && len(c.points) >= shortestContour
}

// around is the neighbour in one of eight directions, clockwise from the right.
func around(dir int) image.Point {
	const x, y = "\x02\x02\x01\x00\x00\x00\x01\x02", "\x01\x02\x02\x02\x01\x00\x00\x00"
	return image.Pt(int(x[dir])-1, int(y[dir])-1)
}

// set makes a pixel black.
func (b *bitmap) set(x, y int) { b.words[y*b.stride+x>>6] |= 1 << (uint(x) & 63) }

// wrap lays a hull around the points of a contour and takes away corners that stand out by
// less than a part of the way around it.
func (c *contours) wrap(flat float64) []image.Point {
	low, high := c.points[0].Y, c.points[0].Y
	for _, p := range c.points {
		low, high = min(low, p.Y), max(high, p.Y)
	}
	c.rows = slices.Grow(c.rows[:0], high-low+1)[:high-low+1]
	for i := range c.rows {
		c.rows[i] = [2]int{math.MaxInt, math.MinInt}
	}
	for _, p := range c.points {
		r := &c.rows[p.Y-low]
		r[0], r[1] = min(r[0], p.X), max(r[1], p.X)
	}
	c.hull = c.hull[:0]
	bottom := 0 // of the stack that the side being wrapped may take from
	add := func(p image.Point) {
		for len(c.hull)-bottom >= 2 {
			a, b := c.hull[len(c.hull)-2], c.hull[len(c.hull)-1]
			if clockwise(a, b, p) > 0 {
				break
			}
			c.hull = c.hull[:len(c.hull)-1]
		}
		c.hull = append(c.hull, p)
	}
	for i := range c.rows { // down the right side, up the left one
		add(image.Pt(c.rows[i][1], low+i))
	}
	bottom = len(c.hull) - 1
	for i := len(c.rows) - 1; i >= 0; i-- {
		if p := image.Pt(c.rows[i][0], low+i); p != c.hull[len(c.hull)-1] {
			add(p)
		}
	}
	if len(c.hull) > 1 && c.hull[0] == c.hull[len(c.hull)-1] {
		c.hull = c.hull[:len(c.hull)-1]
	}
	around := 0.0
	for i, p := range c.hull {
		q := c.hull[(i+1)%len(c.hull)]
		around += math.Hypot(float64(q.X-p.X), float64(q.Y-p.Y))
	}
	slack := max(1, flat*around)
	for len(c.hull) > 3 {
		worst, out := -1, slack
		for i, p := range c.hull {
			a, b := c.hull[(i+len(c.hull)-1)%len(c.hull)], c.hull[(i+1)%len(c.hull)]
			d := float64(clockwise(a, p, b)) / max(1, math.Hypot(float64(b.X-a.X), float64(b.Y-a.Y)))
			if d < out {
				worst, out = i, d
			}
		}
		if worst < 0 {
			break
		}
		c.hull = slices.Delete(c.hull, worst, worst+1)
	}
	return c.hull
}

// clockwise is positive if the way from a over b to p turns right as seen on the screen, and
// twice the area of the three.
func clockwise(a, b, p image.Point) int {
	return (b.X-a.X)*(p.Y-b.Y) - (b.Y-a.Y)*(p.X-b.X)
}

// side fits a line through the points of the contour near the hull's side from a to b, less
// a bit at both ends, where corners are rounded. Outside the side are only points that
// were cut off with a corner of the hull, so more of them count at first.
func (c *contours) side(a, b image.Point) (fitted line, ok bool) {
	length := math.Hypot(float64(b.X-a.X), float64(b.Y-a.Y))
	fitted = line{float64(a.X+b.X) / 2, float64(a.Y+b.Y) / 2, float64(b.X-a.X) / length, float64(b.Y-a.Y) / length}
	for _, outside := range [2]float64{3 * reachOfSide, reachOfSide} {
		var n, sx, sy, sxx, syy, sxy float64
		for _, p := range c.points {
			x, y := float64(p.X)-fitted.x, float64(p.Y)-fitted.y
			along, inside := x*fitted.dx+y*fitted.dy, y*fitted.dx-x*fitted.dy
			if inside > reachOfSide || inside < -outside || math.Abs(along) > 0.44*length {
				continue
			}
			n++
			sx, sy = sx+x, sy+y
			sxx, syy, sxy = sxx+x*x, syy+y*y, sxy+x*y
		}
		if n < length/2 {
			return line{}, false
		}
		sx, sy = sx/n, sy/n
		fy, fx := math.Sincos(math.Atan2(2*(sxy/n-sx*sy), (sxx-syy)/n-sx*sx+sy*sy) / 2)
		if fx*fitted.dx+fy*fitted.dy < 0 {
			fx, fy = -fx, -fy
		}
		fitted = line{fitted.x + sx, fitted.y + sy, fx, fy}
	}
	fitted.x += 0.5 // the middles of pixels
	fitted.y += 0.5
	return fitted, true
}
