// Package wedge reads codes from scanners that pretend to be keyboards.
//
// Source grabs such a device (/dev/input/eventN, better its stable name under
// /dev/input/by-id): no other program, and not the window with the focus, sees
// its keys. The grab ends with the process, whatever ends it. Where the device cannot be
// grabbed, Burst recognises a scan among keys typed into the window.
//
// A text ends with Enter or Tab, or after a pause of 300 ms. A device that is pulled out
// ends Run, half a text is dropped, and scanner.Supervise takes it again once it is back.
//
// Limits: the scanner must imitate an American keyboard and send ASCII; characters sent as
// Alt with keypad digits are not put together. Caps Lock is taken to be off at the
// start. The user must be allowed to open the device (group input).
package wedge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holoplot/go-evdev"
	"golang.org/x/sys/unix"

	"hexiao/scanner"
)

const pause = 300 * time.Millisecond // without a key: the text is over

// Source is a keyboard-wedge scanner as a scanner.Source.
type Source struct {
	name string
	path string
	now  func() time.Time
	open func(path string) (device, error)
}

// device is what is used of a grabbed evdev.InputDevice. Close interrupts ReadSlice.
type device interface {
	ReadSlice(n int) ([]evdev.InputEvent, error)
	Close() error
}

// Open makes a Source of the device at path, called name ("wedge" if empty). The device
// need not be there yet.
func Open(path, name string, now func() time.Time) *Source {
	if name == "" {
		name = "wedge"
	}
	return &Source{name: name, path: path, now: now, open: grab}
}

// Name implements scanner.Source.
func (s *Source) Name() string { return s.name }

// Run implements scanner.Source.
func (s *Source) Run(ctx context.Context, emit scanner.Emit, report func(scanner.Health)) error {
	dev, err := s.open(s.path)
	if err != nil {
		return explain(s.path, err)
	}
	tell := func(detail string) {
		report(scanner.Health{Source: s.name, State: scanner.Working, Detail: detail, At: s.now().UTC()})
	}
	tell("The scanner " + s.path + " is grabbed.")

	events := make(chan []evdev.InputEvent)
	failed := make(chan error, 1)
	stopped := make(chan struct{})
	go func() {
		defer close(events)
		for {
			some, err := dev.ReadSlice(64)
			if err != nil {
				failed <- err
				return
			}
			select {
			case events <- some:
			case <-stopped:
				return
			}
		}
	}()
	defer func() { // the reader ends before Run does
		close(stopped)
		_ = dev.Close() // a device that is gone cannot be closed well
		for range events {
		}
	}()
	return s.assemble(ctx, events, failed, emit, tell)
}

// assemble makes scans of events until ctx ends or reading fails.
func (s *Source) assemble(ctx context.Context, events <-chan []evdev.InputEvent, failed <-chan error, emit scanner.Emit, tell func(string)) error {
	var keys Assembler
	give := func(text string) {
		emit(scanner.Scan{Text: text, Symbology: scanner.Text, Source: s.name, At: s.now().UTC()})
	}
	quiet := time.NewTimer(pause)
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-quiet.C:
			keys.Pause(give)
		case some, more := <-events:
			if !more {
				return explain(s.path, <-failed)
			}
			before := keys.Dropped()
			for _, e := range some {
				keys.Event(e, give)
			}
			if keys.Dropped() > before {
				tell(fmt.Sprintf("A text was dropped: it had more than %d characters, or keys were lost.", scanner.MaxText))
			}
			quiet.Reset(pause)
		}
	}
}

// errNoKeyboard is when a device has no digits: a mouse, a power button.
var errNoKeyboard = errors.New("it has no keys that a scanner would press")

// grab opens an input device and takes its keys for this process alone.
func grab(path string) (device, error) {
	dev, err := evdev.Open(path)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(dev.CapableEvents(evdev.EV_KEY), evdev.KEY_1) {
		err = errNoKeyboard
	} else if err = dev.Grab(); err == nil {
		err = dev.NonBlock() // the last call before reading; it lets Close interrupt that
	}
	if err != nil {
		_ = dev.Close()
		return nil, err
	}
	return dev, nil
}

// explain says in a sentence why a device does not work, with the kind of failure in it.
// The library turns the errors of its calls into text.
func explain(path string, err error) error {
	is := func(errno unix.Errno) bool {
		return errors.Is(err, errno) || strings.HasSuffix(err.Error(), errno.Error())
	}
	switch {
	case is(unix.ENOENT), is(unix.ENODEV), is(unix.ENXIO):
		return fmt.Errorf("the scanner %s is not plugged in (%w)", path, scanner.ErrMissing)
	case is(unix.EBUSY):
		return fmt.Errorf("the scanner %s is in use (%w)", path, scanner.ErrBusy)
	case is(unix.EACCES), is(unix.EPERM):
		return fmt.Errorf("the scanner %s may not be opened: add the terminal's user to the group input", path)
	case is(unix.ENOTTY), is(unix.EISDIR), is(unix.EINVAL), errors.Is(err, errNoKeyboard):
		return fmt.Errorf("%s is not a scanner that types (%w)", path, scanner.ErrFatal)
	}
	return fmt.Errorf("the scanner %s: %w", path, err)
}
