package decode

import (
	"image"
	"slices"
)

const (
	liveAttempts = 12      // grids decoded in vain in a bitmap of a live frame
	largeFrame   = 400_000 // pixels from which a live frame is searched at half size
	liveEdges    = 30_000  // changes of colour that the finder goes through in a bitmap
	liveHits     = 500     // runs like a finder pattern's that it looks at; of large frames half
	liveTrying   = 150_000 // what trying sets of three patterns may cost in a bitmap
)

// patience is how many frames bars that cannot be read may cost as much as others.
const patience = 15

// live is what a Live reader knows from the frames before.
type live struct {
	size    image.Point
	purse   purse
	regions []region
	texture texture
	base    way  // in which whole frames are searched
	way     way  // in which the frame is being looked at
	turn    way  // the next way for the whole frame
	rested  bool // the last frame was not searched as a whole
	missed  bool
	barren  int // frames in which bars cost all that they may for nothing, up to patience
}

// readLive spends little: what this frame does not show the next one will. A code that
// has been read is looked for where it was, as it was read. If it is still there, and for
// every second frame at least, the whole frame is searched; what looks like a code
// and was not read is then looked at in one way after another, in this frame and the next
// ones, as the purse allows.
func (r *Reader) readLive(img *image.Gray) {
	l := &r.live
	r.pool.marks = r.pool.marks[:0]
	if l.size != r.frame {
		l.size, l.regions, l.rested = r.frame, l.regions[:0], false
		l.purse = newPurse(r.frame)
		l.texture.forget()
		r.finder.maxEdges, r.finder.maxHits = liveEdges, liveHits
		if area(image.Rectangle{Max: r.frame}) >= largeFrame { // there is less at half size
			r.finder.maxEdges, r.finder.maxHits = liveEdges/2, liveHits/2
		}
	}
	for i := range l.regions {
		g := &l.regions[i]
		g.unseen++
		g.looks, g.novel, g.marks = 0, false, false
	}
	if r.again(img) && !l.rested {
		l.rested = true
		return
	}
	l.rested, l.missed = false, false
	if r.search(img) {
		l.purse.left -= r.work.cost() - r.work.Pixels
		fresh := slices.ContainsFunc(l.regions, func(g region) bool { return g.fresh() })
		l.purse.earn(fresh)
		r.lookFurther(img)
		if fresh {
			before := r.work.cost()
			r.rescueLive(img)
			l.purse.left -= r.work.cost() - before
		}
	} else {
		l.purse.earn(false)
	}
	l.missed = (l.missed || r.linear.missed) && len(r.results) == 0
	l.regions = slices.DeleteFunc(l.regions, func(g region) bool { return g.unseen > forget })
}

// again looks where codes were read in the last frame. It says whether there were any and
// all are there still.
func (r *Reader) again(img *image.Gray) bool {
	there, gone := 0, 0
	for i := range r.live.regions {
		g := &r.live.regions[i]
		if g.text == "" {
			continue
		}
		text := g.text
		g.text = "" // if it is still there, place says so
		r.try(img, g.box, g.way)
		if g.text == text {
			there++
		} else {
			gone++
			g.unseen, g.novel = 0, true
		}
	}
	return there > 0 && gone == 0
}

// search looks at the whole frame, at half size if it is large, and notes where something
// like a code is. It says whether there is anything to be seen in the frame.
func (r *Reader) search(img *image.Gray) bool {
	l := &r.live
	r.origin, r.scale, r.gray = image.Point{}, 1, img
	r.lines(img)
	if r.dataMatrix {
		r.binarizer.local(img, &r.bits)
		r.readMatrix(img, &r.bits)
	}
	if !r.qr {
		return false
	}
	g := img
	l.base = r.base()
	if l.way = l.base; l.way == halved {
		g = r.smaller(img, 0)
	}
	r.work.Pixels += area(g.Rect)
	r.binarizer.local(g, &r.bits)
	r.quickQR()
	if box, ok := r.suspect(&r.bits); ok {
		l.missed = true
		r.place(box).marks = true
	}
	if g.Rect.Dx() < 5*block || g.Rect.Dy() < 5*block {
		return true // too small to be measured by blocks
	}
	if r.binarizer.busy == 0 {
		return false
	}
	side := block * int(r.scale)
	for _, s := range l.texture.find(&r.bits, &r.binarizer) {
		box := image.Rectangle{Min: s.box.Min.Mul(side), Max: s.box.Max.Mul(side)}
		if box = box.Inset(-side / 2).Intersect(image.Rectangle{Max: r.frame}); !r.readIn(box) {
			g := r.place(box)
			g.novel = g.novel || 3*s.novel >= s.blocks
		}
	}
	return true
}

// quickQR is readQR within the bounds of a live frame.
func (r *Reader) quickQR() {
	r.limit = r.work.trying() + liveTrying
	r.readQR(&r.bits, liveAttempts)
}

// base is the way in which whole frames are searched: at half size where they are large
// or were noisy.
func (r *Reader) base() way {
	if area(image.Rectangle{Max: r.frame}) >= largeFrame || r.live.texture.noise > noisy {
		return halved
	}
	return plain
}

// lookFurther looks at the parts of the frame that seem to hold a code, and at the whole
// frame, in other ways than search did.
func (r *Reader) lookFurther(img *image.Gray) {
	l := &r.live
	whole := image.Rectangle{Max: r.frame}
	for l.purse.left > 0 {
		if g := r.worthiest(); g != nil {
			r.lookAt(img, g)
			continue
		}
		if len(r.results) > 0 || !l.purse.rich() {
			return
		}
		w := l.turn
		l.turn = (l.turn + 1) % ways
		if w != l.base && w.suits(whole) {
			r.pay(img, whole, w)
			return
		}
	}
}

// worthiest is the region to look at next, or nil: of those that show something and
// have not been looked at in all ways in this frame, the one that has been looked at least
// in it; where there are several, one with finder patterns first. What has been there for
// long has to wait until there is plenty.
func (r *Reader) worthiest() *region {
	l := &r.live
	var best *region
	for i := range l.regions {
		g := &l.regions[i]
		if g.text != "" || g.unseen > 0 || g.looks == int(ways) || !g.fresh() && !l.purse.rich() || r.readIn(g.box) {
			continue
		}
		if best == nil || g.before(best) {
			best = g
		}
	}
	return best
}

// lookAt looks at a region in the way that is next there.
func (r *Reader) lookAt(img *image.Gray, g *region) {
	w, box := (g.way+way(g.tries))%ways, g.box
	if g.tries/int(ways)%2 != 0 { // around another time: perhaps the box cuts the code
		box = box.Inset(-max(box.Dx(), box.Dy()) / 8).Intersect(image.Rectangle{Max: r.frame})
	}
	g.tries++
	g.looks++
	if w == r.live.base || !w.suits(box) {
		return
	}
	before := len(r.results)
	r.pay(img, box, w)
	if len(r.results) > before {
		return
	}
	if box, ok := r.suspect(&r.bits); ok {
		r.live.missed = true
		g.marks = true
		if 2*area(box) < area(g.box) {
			g.box = box
		}
	}
}

// pay is try, paid for from the purse.
func (r *Reader) pay(img *image.Gray, part image.Rectangle, w way) {
	before := r.work.cost()
	r.try(img, part, w)
	r.live.purse.left -= r.work.cost() - before
}

// lines reads linear codes. Where things like bars have cost all that they may for some
// frames and nothing was read, they may cost a part of it until that changes.
func (r *Reader) lines(img *image.Gray) {
	cost := liveCost
	if r.live.barren >= patience {
		cost /= 4
	}
	r.readLinear(img, liveLines, cost)
	if r.linear.left > 0 || len(r.results) > 0 {
		r.live.barren = 0
	} else if r.live.barren < patience {
		r.live.barren++
	}
}
