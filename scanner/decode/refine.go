package decode

import "math"

// The weights of the parts of a code in how well a plane fits it.
const (
	weighFinder    = 1.0 // each of three
	weighTiming    = 1.5 // each of two
	weighAlignment = 1.5 // all together
	weighData      = 1.0 // neighbours near the fourth corner
)

// contrast is how much darker the black modules of a part are than the white ones.
func (s *soft) contrast(part []known) float64 { return s.contrastAt(part, 0, 0) }

// part returns the modules of the i-th part.
func (l *qrLayout) part(i int) []known {
	from := 0
	if i > 0 {
		from = l.parts[i-1]
	}
	return l.known[from:l.parts[i]]
}

// finders is the mean contrast of the finder patterns.
func (s *soft) finders(l *qrLayout) float64 {
	sum := 0.0
	for i := range 3 {
		sum += s.contrast(l.part(partFinders + i))
	}
	return sum / 3
}

// none is where agreement leaves nothing out.
const none = -1

// agreement says how far the finder patterns and the timing lines are what they should be, 1
// at most: the mean of their contrasts in proportion to the greatest of a finder pattern's,
// without the finder pattern missing.
func (s *soft) agreement(l *qrLayout, missing int) float64 {
	var contrasts [partAligned]float64
	most, sum, n := 1.0, 0.0, 0.0
	for i := range contrasts {
		contrasts[i] = s.contrast(l.part(i))
		if i < partTiming && i != missing {
			most = max(most, contrasts[i])
		}
	}
	for i, c := range contrasts {
		if i != missing {
			sum += min(c/most, 1)
			n++
		}
	}
	// Where there is next to no contrast, noise agrees with anything.
	return sum / n * most / (most + 8)
}

// fitness says how well the plane lies on the code, in levels: the contrast of what is
// known, and how different neighbours are near the fourth corner, where there may be
// nothing known.
func (s *soft) fitness(l *qrLayout) float64 {
	sum := weighFinder * 3 * s.finders(l)
	for i := range 2 {
		sum += weighTiming * s.contrast(l.part(partTiming+i))
	}
	if n := len(l.parts) - partAligned; n > 0 {
		each := 0.0
		for i := partAligned; i < len(l.parts); i++ {
			each += s.contrast(l.part(i))
		}
		sum += weighAlignment * each / float64(n)
	}
	return sum + weighData*s.texture(l)
}

// texture is the mean difference between neighbours in the quarter of the fourth corner,
// along at most twelve rows and columns.
func (s *soft) texture(l *qrLayout) float64 {
	const lines = 6
	middle, end := l.dim/2, l.dim-1
	step := max(1, (end-middle)/lines)
	sum, n := 0.0, 0
	for i := middle; i <= end; i += step {
		var last [2]float64
		for j := middle; j <= end; j++ {
			x, y := s.plane.at(float64(j)+0.5, float64(i)+0.5)
			row := s.level(x, y)
			x, y = s.plane.at(float64(i)+0.5, float64(j)+0.5)
			column := s.level(x, y)
			if j > middle {
				sum += math.Abs(row-last[0]) + math.Abs(column-last[1])
				n += 2
			}
			last = [2]float64{row, column}
		}
	}
	return sum / float64(n)
}

// refine moves the corners, and with bends the sheet's bend, as long as that makes the
// plane fit better, in smaller and smaller steps. The number of trials is bounded by the
// constants here.
func (s *soft) refine(l *qrLayout, first float64, bends bool) float64 {
	const rounds = 3
	best := s.fitness(l)
	for step := first; step >= 0.1; step /= 2 {
		for range rounds {
			before := best
			for corner := range 4 {
				best = s.moveCorner(l, (corner+2)%4, step, best) // the fourth first: it is known least
			}
			if bends {
				for i := range s.plane.bend {
					best = s.moveBend(l, i, step, best)
				}
			}
			if best <= before {
				break
			}
		}
	}
	return best
}

// moveCorner tries a corner a step of so many modules off in four directions.
func (s *soft) moveCorner(l *qrLayout, corner int, step, best float64) float64 {
	at := s.plane.corners
	per := step * s.plane.per
	ux, uy := (at[1].X-at[0].X)*per, (at[1].Y-at[0].Y)*per
	vx, vy := (at[3].X-at[0].X)*per, (at[3].Y-at[0].Y)*per
	for _, d := range [4]Point{{ux, uy}, {-ux, -uy}, {vx, vy}, {-vx, -vy}} {
		corners := s.plane.corners
		was := corners
		corners[corner].X += d.X
		corners[corner].Y += d.Y
		if s.plane.set(corners, l.dim) {
			if now := s.fitness(l); now > best {
				best = now
				continue
			}
		}
		s.plane.set(was, l.dim)
	}
	return best
}

func (s *soft) moveBend(l *qrLayout, i int, step, best float64) float64 {
	const most = 4 // modules; more and the finder patterns are bent too
	for _, d := range [2]float64{step, -step} {
		was := s.plane.bend[i]
		if s.plane.bend[i] = was + d; math.Abs(was+d) <= most {
			if now := s.fitness(l); now > best {
				best = now
				continue
			}
		}
		s.plane.bend[i] = was
	}
	return best
}

// seekAlignment looks for the alignment pattern next to the fourth corner, up to reach
// modules from where the plane has it, and moves the corner so that it has it there.
func (s *soft) seekAlignment(l *qrLayout, reach float64, work *Work) {
	if len(l.parts) <= partAligned {
		return
	}
	part := l.part(len(l.parts) - 1)
	best, bu, bv := 0.0, 0.0, 0.0
	for dv := -reach; dv <= reach; dv += 0.5 {
		for du := -reach; du <= reach; du += 0.5 {
			work.Aligned++
			if c := s.contrastAt(part, du, dv) - 0.3*math.Hypot(du, dv)/reach; c > best {
				best, bu, bv = c, du, dv
			}
		}
	}
	at := float64(l.dim) - 6.5
	wantX, wantY := s.plane.at(at+bu, at+bv)
	for range 6 {
		x, y := s.plane.at(at, at)
		corners := s.plane.corners
		was := corners
		// Nearly as far from the corner as from the pattern; the rest in the next turn.
		corners[2].X += 1.2 * (wantX - x)
		corners[2].Y += 1.2 * (wantY - y)
		if !s.plane.set(corners, l.dim) {
			s.plane.set(was, l.dim)
			return
		}
	}
}

// contrastAt is the contrast of a part moved by so many modules on the plane.
func (s *soft) contrastAt(part []known, du, dv float64) float64 {
	var sums, counts [2]float64
	for _, k := range part {
		x, y := s.plane.at(float64(k.x)+0.5+du, float64(k.y)+0.5+dv)
		i := 0
		if k.black {
			i = 1
		}
		sums[i] += s.level(x, y)
		counts[i]++
	}
	return s.polarity * (sums[0]/counts[0] - sums[1]/counts[1])
}
