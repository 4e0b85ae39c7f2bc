package decode

import "math"

// effort says how much may be tried on one candidate.
type effort int

const (
	quick    effort = iota // for a live frame
	thorough               // for a picture that is all there is
)

// start is a plane from which to refine.
type start struct {
	layout   *qrLayout
	corners  [4]Point
	polarity float64
	fitness  float64
}

// decodeSoft reads the code of three marks from the gray frame, however little a bitmap
// shows of it: it lays a plane over the code by what every code has, reads the level
// of each module, and decides between black and white by the levels around it, then
// with the blur taken away, then with the sheet's bend. Marks and corners are in the
// frame's pixels.
func (r *Reader) decodeSoft(tl, tr, bl pattern) (text string, corners [4]Point, ok bool) {
	r.work.Fitted++
	var list [2]start
	for _, st := range list[:r.starts(tl, tr, bl, &list)] {
		if text, corners, ok = r.readStart(&st, thorough); ok {
			return text, corners, true
		}
	}
	return "", corners, false
}

// readStart reads the code on a plane that is not refined yet.
func (r *Reader) readStart(st *start, e effort) (text string, corners [4]Point, ok bool) {
	s := &r.soft
	s.polarity, s.plane.bend = st.polarity, [4]float64{}
	if !s.plane.set(st.corners, st.layout.dim) {
		return "", corners, false
	}
	if e == quick {
		s.seekAlignment(st.layout, 3, &r.work)
	}
	text, ok = r.readPlane(st.layout, 0.5, e)
	return text, s.plane.corners, ok
}

// readPlane refines the plane, from steps of so many modules on, and reads what lies on it:
// flat, then bent.
func (r *Reader) readPlane(l *qrLayout, step float64, e effort) (text string, ok bool) {
	s := &r.soft
	fit := s.refine(l, step, false)
	if text, ok = r.readSoft(l); ok || e != thorough {
		return text, ok
	}
	if bent := s.refine(l, 1, true); bent > fit {
		return r.readSoft(l)
	}
	return "", false
}

// starts fills list with the planes that fit best before they are refined, best first:
// for each side that the code may have the parallelogram and what the sizes of the
// marks tell, with the alignment pattern looked for.
func (r *Reader) starts(tl, tr, bl pattern, list *[2]start) (n int) {
	s := &r.soft
	s.gray, s.plane.bend = r.gray, [4]float64{}
	for _, dim := range r.sides(s.apart(tl, tr)+7, s.apart(tl, bl)+7) {
		l := r.codewords.layout(dim)
		if l == nil {
			continue
		}
		both := parallelAndLeaning(tl, tr, bl, dim)
		for i, corners := range both {
			if i == 1 && corners == both[0] {
				continue
			}
			if !s.plane.set(corners, dim) {
				continue
			}
			s.polarity = 1
			if s.finders(l) < 0 {
				s.polarity = -1
			}
			s.seekAlignment(l, 6, &r.work)
			st := start{l, s.plane.corners, s.polarity, s.fitness(l)}
			for i := range list {
				if i >= n || st.fitness > list[i].fitness {
					st, list[i] = list[i], st
					if i >= n {
						n = i + 1
						break
					}
				}
			}
		}
	}
	return n
}

// sides returns the sides that a code may have which seems to measure so many modules
// across and down, those between the two and a little off.
func (r *Reader) sides(across, down float64) []int {
	low, high := min(across, down), max(across, down)
	low, high = low-3.5-low/20, high+3.5+high/20
	out := r.dims[:0]
	for d := max(minDimension, 17+4*int(math.Ceil((low-17)/4))); d <= maxDimension && float64(d) <= high && len(out) < len(r.dims); d += 4 {
		out = append(out, d)
	}
	return out
}

// readSoft samples the code on the plane and decodes it.
func (r *Reader) readSoft(l *qrLayout) (string, bool) {
	s := &r.soft
	s.sample(l)
	if s.polarity < 0 {
		for i := range s.levels {
			s.levels[i] = 255 - s.levels[i]
		}
	}
	s.decide()
	if text, ok := r.decodeModules(s.within(s.modules, l.dim), l); ok {
		return text, true
	}
	for round := range 4 {
		if !s.equalize(l, round) {
			return "", false
		}
		if text, ok := r.decodeModules(s.within(s.equal, l.dim), l); ok {
			return text, true
		}
	}
	return "", false
}

func (r *Reader) decodeModules(modules []float32, l *qrLayout) (string, bool) {
	r.work.Attempts++
	return r.codewords.decode(modules, l, true)
}

// equalize fits the equaliser to the fixed patterns, in later rounds to all modules as the
// round before had them, and applies it.
func (s *soft) equalize(l *qrLayout, round int) bool {
	e := &s.equalizer
	if round > 0 {
		// What the round before made of the modules says what they should be.
		s.decided = append(s.decided[:0], s.equal...)
	}
	e.reset()
	for _, k := range l.known {
		at := (int(k.y)+apron)*s.side + int(k.x) + apron
		in := inputs(s.modules, at, s.side)
		want := -1.0
		if k.black {
			want = 1
		}
		e.add(&in, want, 1)
	}
	stiff := 0.05
	if round > 0 {
		stiff = 0.02
		for _, at := range l.order {
			at := (int(at)/l.dim+apron)*s.side + int(at)%l.dim + apron
			in := inputs(s.modules, at, s.side)
			v := float64(s.decided[at])
			want, sure := 1.0, min(math.Abs(v), 1)
			if v < 0 {
				want = -1
			}
			e.add(&in, want, sure*sure)
		}
	}
	if !e.solve(stiff) {
		return false
	}
	e.apply(s.modules, s.equal, s.side)
	return true
}
