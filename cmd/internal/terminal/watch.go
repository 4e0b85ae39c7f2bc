package terminal

import (
	"context"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/engine"
)

// rememberEvery is how often the clock file is written while nothing happens.
const rememberEvery = 10 * time.Minute

// startClock starts the clock with what journal, clock file and orders tell of
// the past.
func (t *Terminal) startClock(o opening) {
	p := o.past
	p.join(o.remembered, ordersTime(o.store.Status().Cache), kiosk.Moment{Boot: t.o.Boot.ID, Mono: t.o.Boot.Since()})
	t.clock = newClock(t.o.Now, t.o.Boot, p, t.o.Folder.Config.HQ.URL != "")
	t.memory = o.memory
	t.remember()
}

// watchClock records what became of the wall clock and gives the time. It comes
// before every input, so that no event bears a time that is trusted and wrong.
func (t *Terminal) watchClock() kiosk.Moment {
	m, change, changed := t.clock.look()
	if changed && t.store != nil {
		t.noteClock(m, change)
	}
	return m
}

// tick lets a second pass.
func (t *Terminal) tick(ctx context.Context) {
	m := t.watchClock()
	if t.store == nil {
		t.tryOpen(ctx, m)
		t.desk.Tick(m)
		return
	}
	t.check(m)
	t.watchCamera(m.Mono)
	t.watchTrial(m.Mono)
	t.desk.Tick(m)
	if m.Mono-t.kept >= rememberEvery {
		t.remember()
	}
}

// linked takes the engine's report.
func (t *Terminal) linked(s engine.Status) {
	t.touch(func(kiosk.Moment) {
		t.desk.Link(s.Online, false)
		t.watched.link = s
		measured := t.clock.measured
		if change, changed := t.clock.compare(s.Measured, s.HQTime, s.At); changed {
			t.noteClock(t.clock.moment(), change)
		} else if t.clock.measured != measured {
			t.remember()
		}
	})
}

// noteClock records a change of the clock. While that fails, the next look finds
// it again.
func (t *Terminal) noteClock(m kiosk.Moment, change kiosk.ClockChanged) {
	log := t.o.Log.With("by", change.Jump, "quality", change.Quality.String(), "reason", int(change.Reason))
	if err := t.store.Record(m, change); err != nil {
		t.clock.unrecorded(change)
		if !t.silent {
			t.silent = true
			log.Error("a change of the wall clock could not be recorded", "error", err)
		}
	} else {
		t.clock.recorded()
		t.silent = false
		log.Warn("the trust in the wall clock changed")
	}
	t.remember()
}

// remember writes the clock file.
func (t *Terminal) remember() {
	p := t.clock.past()
	t.kept = p.last.Mono
	if err := t.memory.write(p); err != nil {
		t.o.Log.Warn("how the clock stands cannot be remembered", "error", err)
	}
}
