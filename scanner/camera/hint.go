package camera

import (
	"time"

	"hexiao/scanner"
)

const (
	// noticed is how long something must be so before a hint is given, and gone how long it
	// must not be before the hint is taken back: no hint flickers.
	noticed = time.Second
	gone    = time.Second
	// missing bridges the frames in between in which a code is not even seen. It is longer
	// than the pause between two frames that a closed gate lets through.
	missing = 600 * time.Millisecond
	// nobody is how long after the last change nobody is there to be helped: a poster that
	// cannot be read needs no hint.
	nobody = 10 * time.Second

	// A picture is dark whose mean is low and of whose cells hardly any, a phone far away, is
	// lit. Once it is dark, more light is needed to end that.
	darkMean, lightMean = 40, 50
	litLevel, litMore   = 80, 100
	litCells            = 200 // one in so many
)

// adviser finds out what would help: see scanner.Hint. It judges a frame at a time.
type adviser struct {
	missedFrom, missedLast time.Time // a code is seen and not read
	darkFrom, darkLast     time.Time // somebody is there in the dark
}

// judged is what an adviser is told of a frame.
type judged struct {
	at     time.Time
	dark   bool
	moved  time.Time // when something changed in view last
	read   bool
	missed bool
}

// judge takes a frame and returns the hint to show.
func (a *adviser) judge(j judged) scanner.Hint {
	if j.read {
		*a = adviser{}
		return scanner.NoHint
	}
	somebody := j.at.Sub(j.moved) < nobody
	lasts(&a.missedFrom, &a.missedLast, j.at, j.missed && somebody)
	lasts(&a.darkFrom, &a.darkLast, j.at, j.dark && somebody && (j.missed || j.at.Sub(j.moved) < missing))
	long := func(from, last time.Time) bool { return !from.IsZero() && last.Sub(from) >= noticed }
	switch {
	case long(a.darkFrom, a.darkLast):
		return scanner.Lighten
	case long(a.missedFrom, a.missedLast):
		return scanner.Tilt
	}
	return scanner.NoHint
}

// lasts keeps the beginning and the last moment of what is so now, or not. Short gaps do
// not end it, nor do longer ones once a hint was due.
func lasts(from, last *time.Time, at time.Time, so bool) {
	bridge := missing
	if last.Sub(*from) >= noticed {
		bridge = gone
	}
	if ago := at.Sub(*last); ago > bridge || ago < 0 {
		*from = time.Time{}
	}
	if !so {
		return
	}
	if from.IsZero() {
		*from = at
	}
	*last = at
}

// darkness tells dark frames, with some persistence.
type darkness bool

// look judges the light of a frame that a gate has measured.
func (d *darkness) look(g *gate) bool {
	mean, level := darkMean, int32(litLevel*unit)
	if *d {
		mean, level = lightMean, litMore*unit
	}
	lit := 0
	if g.light.Mean < mean {
		for _, cell := range g.cells {
			if cell >= level {
				lit++
			}
		}
	}
	*d = g.light.Mean < mean && lit*litCells <= len(g.cells)
	return bool(*d)
}

// advise finds the hint for what a frame shows, and has the torch lit for somebody who
// stands in the dark.
func (r *reading) advise(view scanner.View, at time.Time) {
	dark := r.dark.look(&r.gate)
	r.hint = r.adviser.judge(judged{at: at, dark: dark, moved: r.gate.changed, read: len(view.Codes) > 0, missed: view.Missed})
	r.torch.Store(r.lamp.judge(r.hint == scanner.Lighten, r.gate.changed, at))
}

// dazzled is for how long after the torch was switched what changes in view is its own
// light.
const dazzled = 3 * time.Second

// lamp decides whether the torch is to be lit: from when somebody stands in the dark until
// nobody has moved for a while.
type lamp struct {
	lit      bool
	switched time.Time
	moved    time.Time // last change that was not its own
}

func (l *lamp) judge(wanted bool, moved, at time.Time) bool {
	if moved.Sub(l.switched) > dazzled {
		l.moved = moved
	}
	switch {
	case !l.lit && wanted && at.Sub(l.moved) < nobody:
		l.lit, l.switched = true, at
	case l.lit && at.Sub(l.moved) >= nobody && at.Sub(l.switched) >= nobody:
		l.lit, l.switched = false, at
	}
	return l.lit
}
