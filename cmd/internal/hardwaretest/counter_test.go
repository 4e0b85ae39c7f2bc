package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hexiao/scanner"
)

// script is a source that gives out texts, fails with an error, and lasts until its context ends.
type script struct {
	name  string
	texts []string
	fails error
}

func (s *script) Name() string { return s.name }

func (s *script) Run(ctx context.Context, emit scanner.Emit, report func(scanner.Health)) error {
	report(scanner.Health{State: scanner.Working, Detail: "At work."})
	for _, text := range s.texts {
		emit(scanner.Scan{Text: text, Source: s.name})
	}
	s.texts = nil
	if s.fails != nil {
		err := s.fails
		s.fails = nil
		return err
	}
	<-ctx.Done()
	return nil
}

func TestCounter(t *testing.T) {
	for name, c := range map[string]struct {
		texts []string
		use   func(*counter) error
		want  string // part of the error; empty: none
	}{
		"in order":           {[]string{"a", "b"}, func(c *counter) error { return c.expect("a", "b") }, ""},
		"out of order":       {[]string{"b", "a"}, func(c *counter) error { return c.expect("a", "b") }, `"b" of serial came where "a" was due`},
		"one missing":        {[]string{"a"}, func(c *counter) error { return c.expect("a", "b") }, `"b" has not come`},
		"one too many":       {[]string{"a", "b"}, func(c *counter) error { return c.expect("a") }, `"b" of serial came too`},
		"half of it":         {[]string{"HX-0", "HX-0123"}, func(c *counter) error { return c.expect("HX-0123") }, `"HX-0" of serial came where`},
		"allowed":            {[]string{"x", "a"}, func(c *counter) error { c.may("x"); return c.expect("a") }, ""},
		"allowed and absent": {[]string{"a"}, func(c *counter) error { c.may("x"); return c.expect("a") }, ""},
		"pieces":             {[]string{"HX-", "0123"}, func(c *counter) error { synctest.Wait(); return c.discard("HX-0123") }, ""},
		"no piece":           {[]string{"HX-", "4"}, func(c *counter) error { synctest.Wait(); return c.discard("HX-0123") }, `"4" of serial came, which is no piece`},
		"state":              {nil, func(c *counter) error { return c.until("serial", scanner.Working) }, ""},
		"another state":      {nil, func(c *counter) error { return c.until("serial", scanner.Busy) }, "serial was not told as busy"},
		"nothing more after a failure": {nil, func(c *counter) error {
			err, began := c.expect("a"), time.Now()
			if again := errors.Join(c.expect("b"), c.until("serial", scanner.Busy)); again != nil || time.Since(began) > 0 {
				return fmt.Errorf("waited again: %w", again)
			}
			return err
		}, `"a" has not come`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				counter := newCounter(t.Context(), &script{name: "serial", texts: c.texts})
				err := c.use(counter)
				synctest.Wait()
				err = errors.Join(err, counter.close())
				if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v, want %q", err, c.want)
				}
			})
		})
	}
}

func TestCounterTellsFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t.Context(), &script{name: "camera", fails: scanner.ErrMissing})
		for _, state := range []scanner.State{scanner.Working, scanner.Missing, scanner.Working} {
			if err := c.until("camera", state); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.close(); err != nil {
			t.Error(err)
		}
		c = newCounter(t.Context(), &script{name: "camera", fails: scanner.ErrFatal})
		synctest.Wait()
		if err := c.close(); !errors.Is(err, scanner.ErrFatal) {
			t.Errorf("a source that cannot work ended with %v", err)
		}
	})
}

// A camera may say that it saw a code again, nothing else may.
func TestRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for source, wanted := range map[string]bool{"camera": true, "serial": false} {
			c := newCounter(t.Context(), &script{name: source})
			c.scans <- scanner.Scan{Text: "a", Source: source}
			c.scans <- scanner.Scan{Text: "a", Source: source, Repeat: true}
			c.scans <- scanner.Scan{Text: "b", Source: source}
			if err := c.expect("a", "b"); (err == nil) != wanted {
				t.Errorf("%s: %v", source, err)
			}
			_ = c.close()
		}
	})
}
