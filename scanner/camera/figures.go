package camera

import (
	"image"
	"slices"
	"sync"
	"time"

	"hexiao/scanner"
)

// Figures are how a camera is doing: for a technician's screen, and for whoever sets one up.
// All counts are since the Source was made.
type Figures struct {
	Stats
	Device   Device      // what is open or was open last; of a V4L2 camera alone
	Settings []Setting   // what was asked of the device
	Size     image.Point // of the last frame, in pixels
	Light    int         // mean brightness of the last frame, 0 to 255
	Hint     scanner.Hint
	// Busy is the time spent on frames: decoding, the gate, the search. What the machine
	// did meanwhile for others is in it.
	Busy time.Duration
	// Sights counts codes read, one a code and frame, by symbology.
	Sights map[scanner.Symbology]int64
	// Shown counts presentations that were read, Unread those that were given up: something
	// like a code was in view, and nothing was read until it was gone.
	Shown, Unread int64
	Last          TimeToRead // of the last presentation that was read
}

// TimeToRead is how long a presentation took until a code was read.
type TimeToRead struct {
	// Sight is from the first frame in which something like a code was seen, Change from the
	// one in which the gate opened: a customer may have come nearer for a while.
	Sight, Change time.Duration
	Frames        int // searched since the first sight, that in which the code was read included
}

// presentation follows what is held in front of the camera.
type presentation struct {
	opened time.Time // the gate; zero: closed
	first  time.Time // first sight of something like a code; zero: none yet
	last   time.Time // last sight
	frames int       // searched since first, until it was read
	texts  []string  // that were read; empty: none yet
	// next is since when something else may be in view: something is seen, and what was read
	// is not. nextFrames were searched since.
	next       time.Time
	nextFrames int
}

// over is how long nothing like a code must be in view for the next one to be another.
const over = time.Second

// meter keeps the figures of a Source.
type meter struct {
	mu sync.Mutex
	f  Figures
	p  presentation
}

// Figures returns the figures so far. It may be called at any time.
func (s *Source) Figures() Figures {
	s.meter.mu.Lock()
	defer s.meter.mu.Unlock()
	f := s.meter.f
	f.Stats = s.Stats()
	f.Settings = append([]Setting(nil), f.Settings...)
	f.Sights = map[scanner.Symbology]int64{}
	for k, n := range s.meter.f.Sights {
		f.Sights[k] = n
	}
	return f
}

// opened notes what was opened and how it was set.
func (m *meter) opened(d Device, set []Setting) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.f.Device, m.f.Settings = d, set
}

// measured is what a meter is told of a frame.
type measured struct {
	at       time.Time
	took     time.Duration
	size     image.Point
	light    int
	hint     scanner.Hint
	searched bool
	open     bool // the gate, by more than a peek
	view     scanner.View
}

// add takes a frame.
func (m *meter) add(f measured) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.f.Busy += f.took
	m.f.Size, m.f.Light, m.f.Hint = f.size, f.light, f.hint
	for _, code := range f.view.Codes {
		if m.f.Sights == nil {
			m.f.Sights = map[scanner.Symbology]int64{}
		}
		m.f.Sights[code.Symbology]++
	}
	if read := m.p.frame(f, &m.f); read {
		m.f.Shown++
		m.f.Last = TimeToRead{Sight: f.at.Sub(m.p.first), Change: f.at.Sub(m.p.opened), Frames: m.p.frames}
	}
}

// frame takes a frame and reports whether it is the one in which a presentation was read.
func (p *presentation) frame(f measured, figures *Figures) (read bool) {
	codes := f.view.Codes
	seen := len(codes) > 0 || f.view.Missed
	if !p.first.IsZero() && f.at.Sub(p.last) > over {
		if len(p.texts) == 0 {
			figures.Unread++
		}
		*p = presentation{} // what comes next is somebody else's
	}
	known := func(c scanner.Scan) bool { return slices.Contains(p.texts, c.Text) }
	switch {
	case len(p.texts) == 0 || !seen:
	case slices.ContainsFunc(codes, known):
		p.next, p.nextFrames = time.Time{}, 0
		for _, c := range codes {
			if !known(c) {
				p.texts = append(p.texts, c.Text)
			}
		}
	default:
		if p.next.IsZero() {
			p.next = f.at
		}
		if len(codes) > 0 { // another code: it was shown since the first of these frames
			*p = presentation{opened: p.next, first: p.next, frames: p.nextFrames}
		} else if f.searched {
			p.nextFrames++
		}
	}
	switch {
	case !f.open && p.first.IsZero() && !seen:
		p.opened = time.Time{}
	case p.opened.IsZero():
		p.opened = f.at
	}
	if seen {
		if p.first.IsZero() {
			p.first = f.at
		}
		p.last = f.at
	}
	if len(p.texts) > 0 {
		return false
	}
	if f.searched && !p.first.IsZero() {
		p.frames++
	}
	for _, c := range codes {
		p.texts = append(p.texts, c.Text)
	}
	return len(codes) > 0
}
