package scanner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Merge runs several sources as one stream.
type Merge struct {
	// Sources, each with a name of its own.
	Sources []Source
	// Window is the debounce window; 0 means DefaultWindow.
	Window time.Duration
	// Now is the clock, usually time.Now.
	Now func() time.Time
}

// Run supervises every source until ctx ends or all of them have ended. A source
// that cannot work (ErrFatal) does not stop the others; the errors of all such
// sources are returned together at the end. emit and report are called one at a
// time; report may be nil.
func (m Merge) Run(ctx context.Context, emit Emit, report func(Health)) error {
	if report == nil {
		report = func(Health) {}
	}
	var reporting sync.Mutex
	tell := func(h Health) {
		reporting.Lock()
		defer reporting.Unlock()
		report(h)
	}
	debounced := NewDebouncer(emit, m.Window, m.Now)
	errs := make([]error, len(m.Sources))
	var running sync.WaitGroup
	for i, src := range m.Sources {
		running.Go(func() {
			errs[i] = Supervise(ctx, src, m.limit(src.Name(), debounced.Emit, tell), tell, m.Now, NewBackoff())
		})
	}
	running.Wait()
	return errors.Join(errs...)
}

// limit drops texts that are longer than a Scan may carry and says so.
func (m Merge) limit(source string, emit Emit, report func(Health)) Emit {
	return func(s Scan) {
		if len(s.Text) > MaxText {
			report(Health{Source: source, State: Working, At: m.Now().UTC(),
				Detail: fmt.Sprintf("A text of %d bytes was dropped: %d are the limit.", len(s.Text), MaxText)})
			return
		}
		emit(s)
	}
}
