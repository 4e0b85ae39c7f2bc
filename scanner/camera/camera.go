package camera

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"hexiao/scanner"
)

const (
	silentAfter = 3 * time.Second  // without a frame: report it
	reopenAfter = 10 * time.Second // without a frame: open the camera anew
	manyDamaged = 10               // damaged frames in a row that are reported
	quietTimes  = 3                // fewer previews while nothing moves: without a graphics card each paints the whole window
)

// Options set up a Source. Read and Now are required.
type Options struct {
	// Name of the source; "camera" if empty.
	Name string
	// Read finds the codes in a frame, usually (*decode.Reader).View. It must not keep
	// the frame. It is called from one goroutine.
	Read func(*image.Gray) scanner.View
	// Preview, if set, is offered some of the frames for the screen, at most PreviewFPS a
	// second (10 if 0), a third of that while nothing moves in view: picture makes a copy to keep, halved for as long as it is at least
	// PreviewWidth pixels wide (0: as it is), and need not be called when nobody looks. It
	// is called from the reading goroutine, should return at once and not keep picture.
	Preview                  func(picture func() *image.Gray)
	PreviewFPS, PreviewWidth int
	// FPS is how many frames a second are read at most; 15 if 0. Recordings are shown at
	// this rate.
	FPS int
	// Width is the largest frame width asked of a V4L2 camera, in pixels; 1280 if 0.
	Width int
	// Focus is a fixed focus of a V4L2 camera in its own unit, which differs from one to the
	// other; 0: autofocus where it has one.
	Focus int
	// Root is below what Auto looks for cameras, see Find; "/" if empty.
	Root string
	// Hold is how long each picture of a folder is shown; 1 s if 0.
	Hold time.Duration
	// Now is the clock, usually time.Now.
	Now func() time.Time
}

// Auto is the spec of the first camera of this machine, looked for whenever it is opened.
const Auto = "auto"

// Source is a camera as a scanner.Source.
type Source struct {
	o     Options
	feed  feed
	meter meter
	torch atomic.Bool // should be lit

	frames, gated, damaged, dropped atomic.Int64
}

// feed delivers frames until ctx ends (nil) or the camera fails. Open devices are
// closed when it returns.
type feed interface {
	run(ctx context.Context, frames *slot) error
}

// Stats counts what a Source has seen since it was made.
type Stats struct {
	Frames  int64 // whose turn came
	Gated   int64 // of these, that were not searched since nothing has changed in view
	Damaged int64 // that could not be decoded and were skipped
	Dropped int64 // replaced by a newer one before their turn
}

// Open makes a Source of a device, address, file or folder; see the package comment. A
// device or address need not be there yet; a file or folder must be. A wrong spec is an
// error with scanner.ErrFatal in it.
func Open(spec string, o Options) (*Source, error) {
	if o.Name == "" {
		o.Name = "camera"
	}
	if o.FPS <= 0 {
		o.FPS = 15
	}
	if o.PreviewFPS <= 0 {
		o.PreviewFPS = 10
	}
	if o.Width <= 0 {
		o.Width = 1280
	}
	if o.Hold <= 0 {
		o.Hold = time.Second
	}
	if o.Root == "" {
		o.Root = "/"
	}
	s := &Source{o: o}
	lower := strings.ToLower(spec)
	switch {
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"):
		f, err := newStream(spec)
		if err != nil {
			return nil, err
		}
		s.feed = f
	case strings.HasPrefix(spec, "/dev/"):
		s.feed = s.capture(spec)
	case spec == Auto:
		s.feed = s.capture("")
	default:
		info, err := os.Stat(spec)
		if err != nil {
			return nil, fmt.Errorf("camera %s is neither a device, an http address nor a file: %w (%w)", spec, errors.Unwrap(err), scanner.ErrFatal)
		}
		s.feed = newRecording(spec, info.IsDir(), o)
	}
	return s, nil
}

func (s *Source) capture(path string) *capture {
	return &capture{
		path: path, width: s.o.Width, open: openDevice(s.o.Focus), find: func() []Device { return Find(s.o.Root) },
		found: s.meter.opened, torch: &s.torch,
	}
}

// Name implements scanner.Source.
func (s *Source) Name() string { return s.o.Name }

// Stats returns the counts so far.
func (s *Source) Stats() Stats {
	return Stats{Frames: s.frames.Load(), Gated: s.gated.Load(), Damaged: s.damaged.Load(), Dropped: s.dropped.Load()}
}

// Run implements scanner.Source.
func (s *Source) Run(ctx context.Context, emit scanner.Emit, report func(scanner.Health)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	frames := newSlot(&s.dropped, s.o.Now)
	ended := make(chan error, 1)
	go func() { ended <- s.feed.run(ctx, frames) }()

	r := reading{Source: s, emit: emit, report: report}
	defer s.torch.Store(false)
	quiet := time.NewTimer(silentAfter)
	defer quiet.Stop()
	warned := false
	for {
		select {
		case err := <-ended:
			return err
		case <-frames.ready:
			if !r.wait(ctx) {
				return <-ended
			}
			if f := frames.get(); f != nil {
				r.read(f)
				frames.release(f)
			}
			quiet.Reset(silentAfter)
			warned = false
		case <-quiet.C:
			if warned {
				stop()
				if err := <-ended; err != nil {
					return err
				}
				return fmt.Errorf("the camera gives no pictures and is opened anew (%w)", scanner.ErrSilent)
			}
			warned = true
			r.tell(scanner.Silent, "The camera is open but gives no pictures.")
			quiet.Reset(reopenAfter - silentAfter)
		}
	}
}

// reading is the reading side of one run.
type reading struct {
	*Source
	emit   scanner.Emit
	report func(scanner.Health)

	next, nextPreview time.Time   // not before
	bad               int         // damaged frames in a row
	pause             *time.Timer // of wait
	eye               eye
	gate              gate
	size              image.Point // of the last frame
	detail            string      // says size
	company           company
	adviser           adviser
	hint              scanner.Hint
	dark              darkness
	lamp              lamp
}

// tell reports how the camera is.
func (r *reading) tell(state scanner.State, detail string) {
	h := scanner.Health{Source: r.o.Name, State: state, Detail: detail, At: r.o.Now().UTC()}
	if state == scanner.Working {
		h.Hint = r.hint
	}
	r.report(h)
}

// wait keeps to the allowed rate. It returns false if ctx ends meanwhile.
func (r *reading) wait(ctx context.Context) bool {
	pause := r.next.Sub(r.o.Now())
	if pause > 0 {
		if r.pause == nil {
			r.pause = time.NewTimer(pause)
		} else {
			r.pause.Reset(pause)
		}
		select {
		case <-r.pause.C:
		case <-ctx.Done():
			return false
		}
	}
	r.next = r.o.Now().Add(time.Second / time.Duration(r.o.FPS))
	return true
}

// read decodes one frame, shows it and gives out its codes.
func (r *reading) read(f *frame) {
	began := r.o.Now()
	r.frames.Add(1)
	size, small, err := r.eye.look(f)
	if err != nil {
		r.damaged.Add(1)
		if r.bad++; r.bad == manyDamaged {
			r.tell(scanner.Broken, "The camera's pictures are damaged and cannot be read.")
		}
		return
	}
	r.bad = 0
	if size != r.size {
		r.size, r.detail = size, fmt.Sprintf("Pictures of %d × %d pixels.", size.X, size.Y)
	}
	if now := r.o.Now(); r.o.Preview != nil && !now.Before(r.nextPreview) {
		pause := time.Second / time.Duration(r.o.PreviewFPS)
		if !f.at.Before(r.gate.until) {
			pause *= quietTimes
		}
		r.nextPreview = now.Add(pause)
		r.o.Preview(func() *image.Gray { return r.eye.preview(f, r.o.PreviewWidth) })
	}
	var view scanner.View
	quiet := !f.at.Before(r.gate.until)
	search := r.gate.look(small, f.at)
	if quiet && f.at.Before(r.gate.until) {
		r.nextPreview = time.Time{} // whoever comes sees themselves at once
	}
	if search {
		view = r.o.Read(r.eye.picture(f))
		r.gate.saw(view, f.at)
	} else {
		r.gated.Add(1)
	}
	r.advise(view, f.at)
	r.tell(scanner.Working, r.detail)
	r.meter.add(measured{
		at: f.at, took: r.o.Now().Sub(began), size: r.size, light: r.gate.light.Mean, hint: r.hint,
		searched: search, open: f.at.Before(r.gate.until), view: view,
	})
	if scan, ok := r.company.scan(view.Codes, f.at); ok {
		scan.Source, scan.At = r.o.Name, f.at.UTC()
		r.emit(scan)
	}
}
