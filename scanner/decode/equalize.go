package decode

import "math"

// An equaliser undoes what a lens out of focus or a moving hand does: every module is
// mixed with its neighbours, in the same way all over the code. Its weights are those
// which bring the modules of the fixed patterns nearest to what they are known
// to be; after that, those which bring all modules nearest to what they seem to be. That
// is how modems listen through a line they do not know (least squares, decision directed).

// taps of the equaliser: the module, twelve pairs of neighbours at opposite sides, since what
// blurs a picture blurs it the same both ways, and a constant.
const (
	pairs = 12
	taps  = pairs + 2
)

// equalizer holds the sums of a fit.
type equalizer struct {
	a       [taps][taps]float64
	b       [taps]float64
	weights [taps]float64
	n       float64
}

// reset forgets what was added.
func (e *equalizer) reset() { *e = equalizer{weights: e.weights} }

// inputs returns what the equaliser sees of the module at, in rows of side modules.
func inputs(modules []float32, at, side int) (in [taps]float64) {
	in[0] = float64(modules[at])
	opposite := [pairs][2]int{ // one neighbour of each pair
		{1, 0}, {0, 1}, {1, 1}, {1, -1}, {2, 0}, {0, 2},
		{2, 1}, {2, -1}, {1, 2}, {1, -2}, {2, 2}, {2, -2},
	}
	for k, o := range opposite {
		d := o[1]*side + o[0]
		in[k+1] = float64(modules[at+d] + modules[at-d])
	}
	in[taps-1] = 1
	return in
}

// add asks that in should give want; weight says how much that matters.
func (e *equalizer) add(in *[taps]float64, want, weight float64) {
	for i := range taps {
		w := weight * in[i]
		for j := range i + 1 {
			e.a[i][j] += w * in[j]
		}
		e.b[i] += w * want
	}
	e.n += weight
}

// solve finds the weights. Where little is known they stay near to no equaliser at all.
func (e *equalizer) solve(stiff float64) bool {
	stiff *= e.n
	for i := range taps {
		e.a[i][i] += stiff
	}
	e.b[0] += stiff
	// Cholesky's decomposition, in place.
	for i := range taps {
		for j := range i + 1 {
			sum := e.a[i][j]
			for k := range j {
				sum -= e.a[i][k] * e.a[j][k]
			}
			if i != j {
				e.a[i][j] = sum / e.a[j][j]
				continue
			}
			if sum <= 1e-9 {
				return false
			}
			e.a[i][i] = math.Sqrt(sum)
		}
	}
	for i := range taps {
		sum := e.b[i]
		for k := range i {
			sum -= e.a[i][k] * e.weights[k]
		}
		e.weights[i] = sum / e.a[i][i]
	}
	for i := taps - 1; i >= 0; i-- {
		sum := e.weights[i]
		for k := i + 1; k < taps; k++ {
			sum -= e.a[k][i] * e.weights[k]
		}
		e.weights[i] = sum / e.a[i][i]
	}
	return true
}

// apply writes what the equaliser makes of every module of the code into out.
func (e *equalizer) apply(modules, out []float32, side int) {
	for j := apron; j < side-apron; j++ {
		for i := apron; i < side-apron; i++ {
			at := j*side + i
			in := inputs(modules, at, side)
			sum := 0.0
			for k, w := range e.weights {
				sum += w * in[k]
			}
			out[at] = float32(sum)
		}
	}
}
