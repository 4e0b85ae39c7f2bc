package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"hexiao/scanner"
)

// errFailed says that a scenario failed.
var errFailed = errors.New("a scenario failed")

// scenarioTime is when a scenario counts as hung.
const scenarioTime = 4 * time.Minute

// scenario is one trial of a device.
type scenario struct {
	name string
	what string
	try  func(context.Context, *guest) error
}

func scenarios() []scenario {
	return []scenario{
		{"serial-ftdi", "a scanner on a USB adapter: ends, pieces, too long, busy, pulled in mid-code, plugged in under another name", serialFTDI},
		{"serial-acm", "the same with a scanner that is a USB device itself", serialACM},
		{"wedge-uinput", "a scanner that types: every character, ends, keys held, found by itself and grabbed from all others, busy, pulled in mid-code", wedgeVirtual},
		{"wedge-usb", "the same with a USB keyboard", wedgeUSB},
		{"camera-yuyv", "a camera: codes one after another, pictures cut short, its end told as silent, its return", cameraYUYV},
		{"camera-mjpeg", "the same with JPEG pictures: cut short, damaged, of a size that is not true", cameraMJPEG},
		{"camera-vivid", "a camera pulled out while it gives pictures, back again; a camera that two programs want", cameraVivid},
		{"printer-usb", "a receipt printer: slips dot for dot, no paper, taken by another program, stops reading, pulled in mid-slip, never answers", printerUSB},
		{"terminal", "kioskctl run with a camera, a serial scanner and one that types, both pulled and plugged: each code accepted once", wholeTerminal},
	}
}

// guest is the machine that the scenarios run on.
type guest struct {
	host  *reach
	out   io.Writer
	pulse pulse
}

// run tries the named scenarios, or all.
func (g *guest) run(ctx context.Context, names []string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	stable, err := newLinks()
	if err != nil {
		return err
	}
	kept := make(chan error, 1)
	go func() { kept <- stable.run(ctx) }()
	go g.pulse.run(ctx)
	failed := 0
	tried := 0
	began := time.Now()
	for _, s := range scenarios() {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		start := time.Now()
		err := g.tryInTime(ctx, s)
		word, what := "ok  ", s.what
		if err != nil {
			failed++
			word, what = "FAIL", strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		tried++
		if _, err := fmt.Fprintf(g.out, "%s  %-14s %5.1f s  %s\n", word, s.name, time.Since(start).Seconds(), what); err != nil {
			return err
		}
	}
	stop()
	if err := <-kept; err != nil {
		return err
	}
	if _, err := fmt.Fprintf(g.out, "%d of %d scenarios passed in %.1f s\n", tried-failed, tried, time.Since(began).Seconds()); err != nil {
		return err
	}
	if failed > 0 {
		return errFailed
	}
	return nil
}

// tryInTime ends everything, with what every goroutine does, if a scenario hangs: nothing can be tried after it.
func (g *guest) tryInTime(ctx context.Context, s scenario) error {
	tried := make(chan error, 1)
	go func() { tried <- s.try(ctx, g) }()
	select {
	case err := <-tried:
		return err
	case <-time.After(scenarioTime):
		stacks := make([]byte, 1<<20)
		panic(fmt.Sprintf("the scenario %s hangs:\n%s", s.name, stacks[:runtime.Stack(stacks, true)]))
	}
}

// steady is how long this machine may stand still while a text is sent: well under the pause that ends one.
const steady = 200 * time.Millisecond

// forgotten is more than the time after which a code is a new one.
const forgotten = scanner.DefaultWindow + time.Second

// steadily does what must not be interrupted, again if the machine stood still meanwhile. What came of such a try is
// thrown away: pieces of text, which by right are texts. then, if set, is done after each try.
func (g *guest) steadily(ctx context.Context, c *counter, text string, do func() error, then func() error) error {
	for range 20 {
		g.pulse.reset()
		began := time.Now()
		if err := do(); err != nil {
			return err
		}
		still := g.pulse.reset()
		if then != nil {
			if err := then(); err != nil {
				return err
			}
		}
		if still < steady {
			return nil
		}
		if err := errors.Join(rest(ctx, forgotten), c.discard(text)); err != nil {
			return fmt.Errorf("after a try of %v in which the machine stood still for %v: %w", time.Since(began), still, err)
		}
	}
	return errors.New("this machine is too busy: it stands still again and again")
}

// link waits for one link of a pattern that leads somewhere and gives its name.
func (g *guest) link(ctx context.Context, pattern string) (name string, err error) {
	err = poll(ctx, pattern, func() bool {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) != 1 {
			return false
		}
		name = found[0]
		_, err = os.Stat(name)
		return err == nil
	})
	return name, err
}

// inTurn runs steps until one fails.
func inTurn(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// poll waits until what was named is there.
func poll(ctx context.Context, what string, there func() bool) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	for !there() {
		if err := rest(ctx, 5*time.Millisecond); err != nil {
			return fmt.Errorf("%s: not there in %v", what, patience)
		}
	}
	return nil
}

// appears waits until a file is there.
func appears(ctx context.Context, name string) error {
	return poll(ctx, name, func() bool { _, err := os.Stat(name); return err == nil })
}

// rest lets some time pass.
func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func known(name string) bool {
	return slices.ContainsFunc(scenarios(), func(s scenario) bool { return s.name == name })
}
