package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hexiao/scanner"
)

// patience is how long anything may take that should come. Emulated processors are slow, and the machine around them is busy.
const patience = 90 * time.Second

// counter runs sources as the terminal does, supervised and debounced together, and keeps what they give out until a
// scenario looks at it.
type counter struct {
	scans   chan scanner.Scan
	healths chan scanner.Health
	stop    context.CancelFunc
	ended   chan error
	allowed []string         // texts that may come, once each, without being due
	last    []scanner.Health // for the sentence of a failure
	failed  bool             // once something has failed, nothing more is waited for
}

func newCounter(ctx context.Context, sources ...scanner.Source) *counter {
	ctx, stop := context.WithCancel(ctx)
	c := &counter{
		scans: make(chan scanner.Scan, 1<<12), healths: make(chan scanner.Health, 1<<12), stop: stop, ended: make(chan error, 1),
	}
	m := scanner.Merge{Sources: sources, Now: time.Now}
	go func() {
		c.ended <- m.Run(ctx, func(s scanner.Scan) { c.scans <- s }, func(h scanner.Health) { c.healths <- h })
	}()
	return c
}

// expect waits for these texts, in this order, with nothing between them.
func (c *counter) expect(texts ...string) error {
	for _, text := range texts {
		timeout := time.After(patience)
		for waiting := !c.failed; waiting; {
			select {
			case s := <-c.scans:
				waiting = s.Text != text
				if waiting && !c.allow(s) && !c.slow(s) {
					return c.fail("%s came where %q was due", told(s), text)
				}
				if !waiting && s.Repeat {
					return c.fail("%s came, which should be the first time", told(s))
				}
			case <-timeout:
				return c.fail("%q has not come in %v; %s", text, patience, c.history())
			}
		}
	}
	return nil
}

func (c *counter) fail(format string, arguments ...any) error {
	c.failed = true
	return fmt.Errorf(format, arguments...)
}

// may says that a text may come or not, once.
func (c *counter) may(text string) { c.allowed = append(c.allowed, text) }

// slow says that a scan is the sight of a code that had been out of sight for a second, and says so. A camera on an emulated
// machine can be as slow as that; other scanners are not.
func (c *counter) slow(s scanner.Scan) bool { return s.Repeat && s.Source == "camera" }

func (c *counter) allow(s scanner.Scan) bool {
	i := slices.Index(c.allowed, s.Text)
	if i < 0 {
		return false
	}
	c.allowed = slices.Delete(c.allowed, i, i+1)
	return true
}

// discard throws away what came, if it is pieces of a text.
func (c *counter) discard(text string) error {
	for len(c.scans) > 0 && !c.failed {
		if s := <-c.scans; !strings.Contains(text, s.Text) {
			return c.fail("%s came, which is no piece of %q", told(s), text)
		}
	}
	return nil
}

// until waits for a report of a state. What was reported before the last report that was waited for is past.
func (c *counter) until(source string, state scanner.State) error {
	return c.untilDetail(source, state, "")
}

// untilDetail is until for reports with a word in their sentence.
func (c *counter) untilDetail(source string, state scanner.State, word string) error {
	timeout := time.After(patience)
	for !c.failed {
		select {
		case h := <-c.healths:
			c.last = append(c.last, h)
			if h.Source == source && h.State == state && strings.Contains(h.Detail, word) {
				return nil
			}
		case <-timeout:
			return c.fail("%s was not told as %s %s in %v; %s", source, state, word, patience, c.history())
		}
	}
	return nil
}

// history is what was reported, as a sentence.
func (c *counter) history() string {
	for len(c.healths) > 0 {
		c.last = append(c.last, <-c.healths)
	}
	var b strings.Builder
	b.WriteString("reported:")
	for _, h := range c.last[max(0, len(c.last)-8):] {
		fmt.Fprintf(&b, " %s %s (%s)", h.Source, h.State, h.Detail)
	}
	return b.String()
}

// close ends the sources. What came and was not due is an error.
func (c *counter) close() error {
	c.stop()
	select {
	case err := <-c.ended:
		if err != nil {
			return fmt.Errorf("the sources ended with %w", err)
		}
	case <-time.After(patience):
		return errors.New("the sources do not end")
	}
	for len(c.scans) > 0 && !c.failed {
		if s := <-c.scans; !c.allow(s) && !c.slow(s) {
			return fmt.Errorf("%s came too", told(s))
		}
	}
	return nil
}

func told(s scanner.Scan) string {
	repeat := ""
	if s.Repeat {
		repeat = " again"
	}
	return fmt.Sprintf("%q of %s%s", s.Text, s.Source, repeat)
}
