package decode

import "image"

// What the parts of Work cost, in pixels thresholded: about a nanosecond on a desk computer.
const (
	edgeCost    = 3
	hitCost     = 60
	tripleCost  = 15
	alignCost   = 30
	moduleCost  = 10
	attemptCost = 15_000
	fitCost     = 700_000
)

// trying is the part of cost that sets of three patterns make.
func (w *Work) trying() int {
	return alignCost*w.Aligned + moduleCost*w.Modules + attemptCost*w.Attempts
}

// cost puts what was done for QR codes into one figure.
func (w *Work) cost() int {
	return w.Pixels + edgeCost*w.Edges + hitCost*w.Hits + w.Compared + w.Centred +
		tripleCost*w.Triples + w.trying() + fitCost*w.Fitted
}

// purse holds what may be spent on a frame beyond thresholding it once. Each frame adds a
// wage, several where something in view is new, a part where nothing is, and what is not
// spent is saved for a few frames, so that a code that comes into an empty scene gets several
// ways in its first frame. A single look may overdraw it; the next frames then make up
// for that. So what a frame costs on average is fixed, whatever is shown, and counted
// without a clock.
type purse struct{ left, wage int }

const (
	leastWage  = 250_000 // however small the frame
	savings    = 8       // wages that it holds
	freshWages = 3       // for a frame in which something is new
	staleParts = 8       // of a wage, one of them for a frame in which nothing is
)

// newPurse is a full one for frames of a size.
func newPurse(size image.Point) purse {
	wage := max(size.X*size.Y*4/5, leastWage)
	return purse{left: savings * wage, wage: wage}
}

// earn adds what a frame brings. Debts of more than half a wage are forgiven, so that what
// is new always gets a look.
func (p *purse) earn(fresh bool) {
	wage := p.wage / staleParts
	if fresh {
		wage = freshWages * p.wage
	}
	p.left = min(max(p.left, -p.wage/2)+wage, savings*p.wage)
}

// rich says whether there is enough for what can wait.
func (p *purse) rich() bool { return p.left > p.wage }
