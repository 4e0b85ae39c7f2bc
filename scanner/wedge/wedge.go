// Package wedge reads codes from scanners that pretend to be keyboards.
//
//	auto                    the first input device that looks like a scanner
//	05e0:1200               the first of that vendor and product
//	/dev/input/by-id/…      the same scanner whichever plug it is in
//	/dev/input/event7       whatever is there
//
// Source grabs such a device: no other program, and not the window with the focus, sees
// its keys. The grab ends with the process, whatever ends it. auto never grabs a keyboard
// that is not known as a scanner, by its maker or its name (see scanner/plugged). Find lists
// them all. Where a scanner is not set up here, or cannot be grabbed, it types into the window,
// and Burst recognises a scan among the keys.
//
// A text ends with Enter or Tab, or after a pause of 300 ms. Assembler says what is no text:
// what a hand types, what a cat lies on, what has lost keys; such texts are dropped whole. What
// scanner.FromDevice makes of the others is the scan. A device that is pulled out ends Run, half
// a text is dropped, and scanner.Supervise takes it again once it is back.
//
// Limits: the scanner must imitate an American keyboard and send ASCII. One that is set up for
// another country garbles punctuation and letters; digits come out right of all but the French,
// Belgian and Czech ones, where they are shifted and arrive as punctuation. No part of such
// a text is guessed. Caps Lock is taken to be off at the start; codes are compared
// without regard to case. The user must be allowed to open the device (group input). A scanner
// that is quiet is one that nobody uses: wedge never says silent.
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
	"hexiao/scanner/plugged"
)

const (
	pause = 300 * time.Millisecond // without a key: the text is over

	// late is how long keys that were pressed during the pause may take to get here when this
	// process, and not the scanner, was what stood still.
	late = 30 * time.Millisecond
)

// Source is a keyboard-wedge scanner as a scanner.Source.
type Source struct {
	name    string
	setting string
	root    string // of the files of devices
	now     func() time.Time
	open    func(path string) (device, error)
}

// device is what is used of a grabbed evdev.InputDevice. Close interrupts ReadSlice.
type device interface {
	ReadSlice(n int) ([]evdev.InputEvent, error)
	Close() error
}

// Open makes a Source of the device that the setting means, called name ("wedge" if empty). The
// device need not be there yet.
func Open(setting, name string, now func() time.Time) *Source {
	if name == "" {
		name = "wedge"
	}
	return &Source{name: name, setting: setting, root: "/", now: now, open: grab}
}

// Name implements scanner.Source.
func (s *Source) Name() string { return s.name }

// Run implements scanner.Source.
func (s *Source) Run(ctx context.Context, emit scanner.Emit, report func(scanner.Health)) error {
	dev, path, err := s.take()
	if err != nil {
		return err
	}
	tell := func(detail string) {
		report(scanner.Health{Source: s.name, State: scanner.Working, Detail: detail, At: s.now().UTC()})
	}
	tell("The scanner " + path + " is grabbed.")

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
	s.assemble(ctx, events, emit, tell)
	select {
	case err := <-failed:
		return explain(path, err)
	default:
		return nil
	}
}

// take grabs the first of the devices that the setting may mean and that nobody uses.
func (s *Source) take() (device, string, error) {
	found := plugged.Choose(Find(s.root), s.setting)
	if len(found) == 0 {
		return nil, "", fmt.Errorf("no scanner that types is plugged in that %q would mean (%w)", s.setting, scanner.ErrMissing)
	}
	var failed error
	for _, d := range found {
		dev, err := s.open(d.Path)
		if err == nil {
			return dev, d.Path, nil
		}
		if err = explain(d.Path, err); failed == nil || !errors.Is(err, scanner.ErrMissing) { // tells more
			failed = err
		}
	}
	return nil, "", failed
}

// assemble makes scans of events until ctx ends or there are no more.
func (s *Source) assemble(ctx context.Context, events <-chan []evdev.InputEvent, emit scanner.Emit, tell func(string)) {
	var keys Assembler
	give := func(text string) { emit(scanner.FromDevice(text, s.name, s.now())) }
	quiet := time.NewTimer(pause)
	defer quiet.Stop()
	waited := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-quiet.C:
			if !waited {
				waited = true
				quiet.Reset(late)
				continue
			}
			before := keys.Dropped()
			keys.Pause(give)
			tellDropped(keys.Dropped()-before, tell)
		case some, more := <-events:
			if !more {
				return
			}
			waited = false
			before := keys.Dropped()
			for _, e := range some {
				keys.Event(e, give)
			}
			tellDropped(keys.Dropped()-before, tell)
			quiet.Reset(pause)
		}
	}
}

func tellDropped(n int, tell func(string)) {
	if n > 0 {
		tell(fmt.Sprintf("A text was dropped: it was typed by hand or with other keys among it, was cut off, or had more than %d characters.", scanner.MaxText))
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
