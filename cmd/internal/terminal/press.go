package terminal

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/printer"
	"hexiao/kiosk/receipt"
)

// slipWaits is for how long a slip waits for a printer: whoever puts in paper a few
// minutes after they asked for a slip wants it; later it would surprise them.
const slipWaits = 5 * time.Minute

// errSlipsWait is returned for a test while slips wait, which it would come after.
var errSlipsWait = errors.New("slips wait for the printer")

// press is the printer of the settings, and the slips that wait for it. They come
// out in the order in which they were asked for, as soon as the printer can, within
// slipWaits; who waits hears what keeps it. Other settings, and the terminal's end, end
// those that wait: no slip comes out of another printer, or after a restart, than it was
// asked for.
type press struct {
	log  func(printer.Health)
	now  func() time.Time
	runs sync.WaitGroup

	mu      sync.Mutex
	ctx     context.Context // of Run; nil: it has not begun
	setting string
	queue   *printer.Printer // nil: none was needed yet
	end     context.CancelFunc
	slips   int
	waiting map[string]*waiter // by Job.ID
}

// waiter is who waits for a slip. Both functions are called without the lock.
type waiter struct {
	waits func(printer.State) // what keeps the slip; Ready: nothing does any more
	ended chan printer.Result // with room for one
}

// begin lets slips be printed until ctx ends.
func (p *press) begin(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ctx = ctx
}

// wait waits until nothing is printed any more, after begin's ctx has ended.
func (p *press) wait() { p.runs.Wait() }

// state is how the printer of a setting was when it was last used; empty: it was not.
func (p *press) state(setting string) printer.State {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.queue == nil || p.setting != setting {
		return ""
	}
	return p.queue.Health().State
}

// print has a slip printed and waits for the end of it. once: now, or not at all.
// waits hears what keeps it, and Ready when nothing does any more.
func (p *press) print(ctx context.Context, setting string, slip receipt.Slip, once bool, waits func(printer.State)) error {
	device, err := printer.Parse(setting)
	if err != nil {
		return err
	}
	w := &waiter{waits: waits, ended: make(chan printer.Result, 1)}
	keeps, err := p.enqueue(device, slip, once, w)
	if err != nil {
		return err
	}
	if keeps != "" && keeps != printer.Ready {
		waits(keeps)
	}
	select {
	case r := <-w.ended:
		return r.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enqueue puts a slip at the end of the queue, and has those before it tried at once:
// somebody is at the printer. It gives what keeps those.
func (p *press) enqueue(device printer.Device, slip receipt.Slip, once bool, w *waiter) (printer.State, error) {
	setter, err := receipt.NewTypesetter()
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx == nil || p.ctx.Err() != nil {
		return "", context.Canceled
	}
	if p.queue == nil || p.setting != device.String() {
		p.use(device, setter)
	}
	if once && len(p.waiting) > 0 {
		p.queue.Check()
		return "", errSlipsWait
	}
	p.slips++
	job := printer.Job{ID: strconv.Itoa(p.slips), Slip: slip, Once: once}
	if err := p.queue.Print(job); err != nil {
		return "", err
	}
	p.waiting[job.ID] = w
	if len(p.waiting) == 1 { // it is tried at once
		return "", nil
	}
	p.queue.Check()
	return p.queue.Health().State, nil
}

// use begins a queue for a device and ends the one before. The caller has the lock.
func (p *press) use(device printer.Device, setter *receipt.Typesetter) {
	if p.end != nil {
		p.end()
	}
	ctx, cancel := context.WithCancel(p.ctx)
	waiting := map[string]*waiter{}
	queue := printer.New(printer.Options{
		Device: device, Raster: setter.Raster, Now: p.now, Limit: slipWaits,
		Changed: func(h printer.Health) {
			p.log(h)
			for _, w := range p.all(waiting) {
				w.waits(h.State)
			}
		},
		Ended: func(r printer.Result) {
			if w := p.take(waiting, r.ID); w != nil {
				w.ended <- r
			}
		},
	})
	p.setting, p.queue, p.end, p.waiting = device.String(), queue, cancel, waiting
	p.runs.Go(func() { _ = queue.Run(ctx) }) // it gives nil
}

func (p *press) all(waiting map[string]*waiter) []*waiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]*waiter, 0, len(waiting))
	for _, w := range waiting {
		out = append(out, w)
	}
	return out
}

func (p *press) take(waiting map[string]*waiter, id string) *waiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := waiting[id]
	delete(waiting, id)
	return w
}

// logPrinter tells the log how the printer is whenever that changes.
func (t *Terminal) logPrinter(h printer.Health) {
	if h.State == printer.Ready {
		t.o.Log.Info("the printer is ready")
		return
	}
	t.o.Log.Warn("the printer has a trouble", "state", string(h.State), "detail", h.Detail)
}

// tellWaits tells the screen what keeps a slip.
func (t *Terminal) tellWaits(j desk.Job) func(printer.State) {
	return func(s printer.State) {
		waits := stateFailure(s)
		t.touch(func(kiosk.Moment) { t.desk.Progress(desk.JobState{Job: j, Waits: waits}) })
	}
}

// stateFailure is the sentence that the screen has for a printer's state.
func stateFailure(s printer.State) desk.JobFailure {
	switch s {
	case printer.Ready:
		return ""
	case printer.PaperOut:
		return desk.JobNoPaper
	case printer.CoverOpen:
		return desk.JobCover
	}
	return desk.JobNoDevice
}
