package terminal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
)

// Free space of the data folder, in bytes. Below reserve nothing is recorded any
// more, before a write can fail: what is left is for the journal's next
// segments, a checkpoint and the tools that people use to make room. The
// terminal goes on by itself from roomAgain on; the gap keeps it from switching
// at every file that comes and goes. lowDisk warns long before.
const (
	reserve   = 64 << 20
	roomAgain = 80 << 20
)

// Pauses between two tries to bring back a terminal that is out of order.
const (
	firstPause   = time.Second
	longestPause = 30 * time.Second
)

// tellTime is how long HQ may take to hear that the store cannot be opened.
const tellTime = 10 * time.Second

// trouble is what keeps a terminal from its work, and when to try again. It
// belongs to the terminal's goroutine.
type trouble struct {
	pause, next time.Duration // monotonic
	last        string        // the error that was logged last
	full, low   bool          // the disk
}

func (b *trouble) due(now time.Duration) bool { return now >= b.next }

func (b *trouble) failed(now time.Duration) {
	b.pause = min(max(2*b.pause, firstPause), longestPause)
	b.next = now + b.pause
}

// heard notes an error that was logged already, so that its end is logged too. A
// full disk has words of its own for that.
func (b *trouble) heard(err error) {
	if !b.full && b.last == "" {
		b.last = err.Error()
	}
}

// check looks after the store, about once a second: is there room, and is it
// in order again?
func (t *Terminal) check(m kiosk.Moment) {
	t.watchSpace()
	if !t.trouble.due(m.Mono) {
		return
	}
	err := t.store.Mend()
	if err != nil {
		t.trouble.failed(m.Mono)
	}
	t.complain(err)
}

// complain logs a trouble once, not at every try, and its end.
func (t *Terminal) complain(err error) {
	b := &t.trouble
	switch {
	case err == nil && b.last != "":
		t.o.Log.Info("the terminal is in order again")
		b.last, b.pause = "", 0
	case err != nil && err.Error() != b.last:
		t.o.Log.Error("the terminal is out of order and will try again by itself", "error", err)
		b.last = err.Error()
	}
}

// watchSpace stops recording before the disk is full. A disk that does not say
// how full it is will say more when it is written to.
func (t *Terminal) watchSpace() {
	free, err := freeBytes(t.o.Folder.Path)
	if err != nil {
		return
	}
	t.watched.free = free
	b := &t.trouble
	low, full := free < lowDisk, free < reserve || b.full && free < roomAgain
	switch {
	case full && !b.full:
		t.o.Log.Error("the disk is nearly full; nothing is handed out until there is room", "mb", free>>20)
	case !full && b.full:
		t.o.Log.Info("there is room on the disk again", "mb", free>>20)
	case low && !b.low:
		t.o.Log.Warn("the disk will be full before long", "mb", free>>20)
	}
	if full != b.full {
		var why error
		if full {
			why = boltstore.ErrNoSpace
		}
		t.store.Suspend(why)
	}
	b.full, b.low = full, low
}

// opening is how a try to open the store ended.
type opening struct {
	store      *boltstore.Store
	past       past       // what the journal's last events tell of it
	memory     *clockFile // and, with remembered, the clock file
	remembered past
	err        error
}

// recall adds to a store what is known of the past.
func recall(f Folder, store *boltstore.Store) opening {
	o := opening{store: store}
	if o.past, o.err = storePast(store); o.err == nil {
		o.memory, o.remembered, o.err = openClockFile(f)
	}
	return o
}

// close closes what was opened, if anything was.
func (o opening) close() error {
	var errs []error
	if o.memory != nil {
		errs = append(errs, o.memory.close())
	}
	if o.store != nil {
		errs = append(errs, o.store.Close())
	}
	return errors.Join(errs...)
}

func (t *Terminal) open() opening {
	o := storeOptions(t.o.Folder, t.o.Random, t.o.Now, t.o.Log)
	o.Examine, o.Progress = t.o.Examine, t.o.Progress
	if o.Progress == nil && t.shut != nil {
		o.Progress = t.shut.progress
	}
	if t.books != nil {
		o.Observer = t.books
	}
	store, err := boltstore.Open(o)
	if err != nil {
		return opening{err: fmt.Errorf("open the terminal in %s: %w", t.o.Folder.Path, err)}
	}
	return recall(t.o.Folder, store)
}

// tryOpen opens the store in the background, where that is due, and tells the
// terminal's goroutine how it went. HQ hears of a failure, as far as it can be
// reached.
func (t *Terminal) tryOpen(ctx context.Context, m kiosk.Moment) {
	if t.opening || !t.trouble.due(m.Mono) {
		return
	}
	t.opening = true
	clock := m.Clock
	t.background.Go(func() {
		o := t.open()
		t.opened <- o
		if o.err == nil || t.hq == nil {
			return
		}
		ctx, cancel := context.WithTimeout(ctx, tellTime)
		defer cancel()
		f := boltstore.FaultOf(o.err)
		if err := t.hq.Tell(ctx, kiosk.Condition{Fault: string(f.Code), Event: f.Event, Clock: clock, Version: t.version}); err != nil {
			t.o.Log.Warn("HQ could not be told that the terminal is out of order", "error", err)
		}
	})
}

// tookOpening takes the end of a try: the terminal begins, or waits.
func (t *Terminal) tookOpening(o opening, m kiosk.Moment) (begun bool) {
	t.opening = false
	t.shut.progress(0, 0)
	err := o.err
	if o.store != nil && err == nil {
		err = t.attach(o)
	}
	t.complain(err)
	if err != nil {
		t.shut.why = err
		t.trouble.failed(m.Mono)
		t.store, t.memory = nil, nil
		if err := o.close(); err != nil {
			t.o.Log.Error("the store could not be closed", "error", err)
		}
	}
	return err == nil
}

// condition is how the terminal is, for HQ.
func (t *Terminal) condition(st desk.Status) kiosk.Condition {
	return kiosk.Condition{
		Fault: string(st.Fault.Code), Event: st.Fault.Event, Clock: t.clock.quality, SpaceLow: t.trouble.low, Refused: st.Refused, Version: t.version,
	}
}
