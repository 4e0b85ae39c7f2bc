package desk_test

import (
	"testing"
	"time"

	"hexiao/kiosk"
)

// The header says that the clock may be wrong, and goes by HQ's where it is known.
func TestHeaderTellsOfADoubtfulClock(t *testing.T) {
	c := newCounter()
	if h := c.state().Header; h.ClockDoubt || h.Age != 3*time.Minute {
		t.Errorf("header %+v", h)
	}
	c.now.Wall, c.now.Clock = c.now.Wall.Add(-9000*time.Hour), kiosk.ClockSuspect
	if h := c.state().Header; !h.ClockDoubt || h.Age != 0 || !h.Now.Equal(c.now.Wall) {
		t.Errorf("header %+v", h)
	}
	c.now.HQ = kiosk.HQClock{Known: true, Offset: 9001 * time.Hour}
	if h := c.state().Header; !h.ClockDoubt || h.Age != time.Hour+3*time.Minute || !h.Now.Equal(opening.Add(time.Hour)) {
		t.Errorf("header %+v", h)
	}
}
