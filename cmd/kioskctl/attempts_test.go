package main

import (
	"strings"
	"testing"

	"hexiao/kiosk"
)

// A process that is killed right after it has locked short codes out has them
// locked out when it comes back; other codes go on, and HQ hears of it.
func TestGuessesOutliveAKill(t *testing.T) {
	s := newShop(t, 1)
	code := s.codes["O00000"]
	c := s.start("--stdin")
	for n := range uint32(20) {
		c.scan(kiosk.NewTyped(n * 7919).Text)
		if a, ok := c.next(); !ok || a.Verdict != kiosk.Unknown {
			t.Fatalf("guess %d: %+v", n, a)
		}
	}
	c.kill()
	c.wait()
	for range 2 { // and once more
		c = s.start("--stdin")
		c.scan(code.Typed)
		if a, ok := c.next(); !ok || a.Verdict != kiosk.Busy {
			t.Fatalf("a typed code after the lock-out: %+v", a)
		}
		c.kill()
		c.wait()
	}
	c = s.start("--stdin")
	c.scan(code.Code)
	if a, ok := c.next(); !ok || a.Verdict != kiosk.Accepted {
		t.Fatalf("the opaque code of the same order: %+v", a)
	}
	c.kill()
	c.wait()
	if shown := s.must("journal", "show", "--data", s.data); strings.Count(shown, `"attempt-failed"`) != 1 || !strings.Contains(shown, `"kind":"scanned"`) {
		t.Errorf("the journal shows\n%s", shown)
	}
	if out := s.must("sync", "--data", s.data); !strings.Contains(out, `"acked":`) || strings.Contains(out, `"acked":0`) {
		t.Errorf("HQ took %s", out)
	}
	if cases := s.hq.Cases(); len(cases) > 0 {
		t.Errorf("HQ made cases of it: %+v", cases)
	}
}
