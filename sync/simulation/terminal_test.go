package simulation

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing/synctest"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/hqring"
	"hexiao/kiosk/journal/journaltest"
	"hexiao/kiosk/seal"
	"hexiao/sync/client"
	"hexiao/sync/engine"
	"hexiao/sync/wire"
)

// terminal is one of the point's terminals: the store, the engine and the client
// that the products have, and a machine that breaks.
type terminal struct {
	w        *world
	number   int
	enrolled wire.Enrolment
	key      ed25519.PrivateKey
	random   *rand.ChaCha8
	fs       *journaltest.FS
	store    *boltstore.Store // nil: the machine is off
	engine   *engine.Engine
	way      *way
	asking   *client.HQ // for leases, while a contact may be under way
	askWay   *way
	full     bool // the disk takes nothing

	// The machine's clocks.
	off    time.Duration // of the wall from the true time
	boot   kiosk.BootID
	booted time.Time                  // true time
	boots  map[kiosk.BootID]time.Time // when each began
	mu     sync.Mutex                 // guards status and moved, which the engine tells of
	status engine.Status
	moved  bool // the wall was set since HQ was last asked

	cancel context.CancelFunc // of the last contact
	ended  chan struct{}      // closed at its end; nil: there was none

	greens []green

	// What the terminal has heard, as histories count time.
	asked    int64           // when it last asked for the point's settings
	settings int64           // when it asked for those that it has
	spoke    int64           // the same, in this run of the program; 0: not yet
	stuck    uint64          // an event that gets through to nobody; 0: none
	signed   map[string]bool // consignments that its leader has signed for, perhaps
}

// green is an answer that let goods out.
type green struct {
	order kiosk.OrderID
	event kiosk.EventID
	lines []kiosk.Handed
	owed  bool // since before a stop
}

// says reports whether a handover in the journal is what was shown. An answer that
// was owed may come after HQ's word that some of it went out elsewhere, and says
// what is left of it.
func (g green) says(b kiosk.Redeemed) bool {
	if !g.owed || len(g.lines) == 0 {
		return fmt.Sprint(b.Lines) == fmt.Sprint(g.lines)
	}
	return !slices.ContainsFunc(g.lines, func(shown kiosk.Handed) bool {
		return !slices.ContainsFunc(b.Lines, func(h kiosk.Handed) bool { return h.Line == shown.Line && shown.Handed <= h.Handed })
	})
}

func (t *terminal) name() string         { return fmt.Sprint("K", t.number+1) }
func (t *terminal) id() kiosk.TerminalID { return kiosk.TerminalID(t.enrolled.Terminal) }
func (t *terminal) dir() string          { return filepath.Join(t.w.dir, t.name()) }
func (t *terminal) wall() time.Time      { return t.w.now().Add(t.off) }
func (t *terminal) since() time.Duration { return t.w.now().Sub(t.booted) }

// enrol makes a terminal known to HQ and starts it.
func (w *world) enrol(number int) (*terminal, error) {
	code, _, err := w.replicas[0].EnrolmentCode(context.Background(), point)
	if err != nil {
		return nil, err
	}
	var seed [ed25519.SeedSize]byte
	_, _ = w.random.Read(seed[:])
	t := &terminal{w: w, number: number, key: ed25519.NewKeyFromSeed(seed[:]), fs: journaltest.New(), boots: map[kiosk.BootID]time.Time{}, signed: map[string]bool{}}
	_, _ = w.random.Read(seed[:])
	t.random = rand.NewChaCha8(seed)
	t.enrolled, err = w.replicas[0].Enrol(context.Background(), code, t.name(), t.key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	t.way, t.askWay = &way{w: w}, &way{w: w}
	return t, t.start()
}

// start switches the machine on.
func (t *terminal) start() error {
	_, _ = t.random.Read(t.boot[:])
	// A doubt in the clock outlives the boot, as at a real terminal.
	t.booted, t.status = t.w.now(), engine.Status{}
	t.boots[t.boot] = t.booted
	return t.open()
}

// open starts the program.
func (t *terminal) open() error {
	secret, err := seal.NewPointKey(t.enrolled.PointSecret)
	if err != nil {
		return err
	}
	t.spoke = 0
	ring := hqring.New(t.enrolled.HQKey)
	t.store, err = boltstore.Open(boltstore.Options{
		Dir: t.dir(), Terminal: t.id(), Point: point, Lookup: secret.Lookup, RotationKey: secret.RotationKey, MACKey: t.key.Seed(), HQKey: t.enrolled.HQKey, HQ: ring,
		Random: t.random, Now: t.wall, FS: t.fs, SegmentBytes: 64 << 10, CheckpointEvery: 8,
	})
	if err != nil {
		return err
	}
	o := client.Options{Address: "http://hq.example", Terminal: t.id(), Point: point, Key: t.key, HQ: ring, Now: t.wall, Tries: 1, Transport: t.askWay}
	if t.asking, err = client.New(o); err != nil {
		return err
	}
	o.Transport = t.way
	remote, err := client.New(o)
	if err != nil {
		return err
	}
	t.engine, err = engine.New(engine.Config{
		Outbox: t.store, Orders: leasing{t.store, t}, Remote: &listener{HQ: remote, t: t}, Now: t.wall, Since: t.since, BatchRecords: 20,
		Verify: func(message, signature []byte) bool { return ring.Verify(message, signature, t.wall()) },
		Report: func(s engine.Status) {
			t.mu.Lock()
			defer t.mu.Unlock()
			if s.Measured != t.status.Measured {
				t.moved = false
			}
			t.status = s
		},
	})
	return err
}

// moment is what the machine's clocks say, with as much trust as a terminal has
// in them.
func (t *terminal) moment() kiosk.Moment {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := kiosk.Moment{Wall: t.wall().Round(0).UTC(), Mono: t.since(), Boot: t.boot}
	if s := t.status; s.Measured > 0 {
		hq := s.HQTime.Add(m.Mono - s.At)
		m.HQ = kiosk.HQClock{Known: true, Offset: hq.Sub(m.Wall), Age: m.Mono - s.At}
		if m.Clock = kiosk.ClockSynced; m.HQ.Offset.Abs() > 30*time.Second {
			m.Clock = kiosk.ClockSuspect
		}
	}
	if t.moved {
		m.Clock = kiosk.ClockSuspect
	}
	return m
}

// doubt keeps over a stop whether the clock is to be trusted.
func (t *terminal) doubt() { t.moved = t.moment().Clock == kiosk.ClockSuspect }

// trueTime is when an event of this terminal really happened.
func (t *terminal) trueTime(e kiosk.Event) time.Time { return t.boots[e.At.Boot].Add(e.At.Mono) }

// contact has the engine make a round with HQ, while the world goes on.
func (t *terminal) contact(dice *rand.Rand) bool {
	if t.busy() {
		return false
	}
	t.way.dice, t.way.to = dice, dice.IntN(2)
	ctx, cancel := context.WithCancel(context.Background())
	t.cancel, t.ended = cancel, make(chan struct{})
	ended := t.ended
	go func() {
		_, _ = t.engine.Once(ctx) // what it could not do, the next contact does
		cancel()
		close(ended)
	}()
	return true
}

// busy reports whether a contact is under way.
func (t *terminal) busy() bool {
	if t.ended == nil {
		return false
	}
	select {
	case <-t.ended:
		return false
	default:
		return true
	}
}

// stop ends a contact under way.
func (t *terminal) stop() {
	if t.ended != nil {
		t.cancel()
		<-t.ended
	}
}

// diskFull has the disk refuse every write, or take them again.
func (t *terminal) diskFull(full bool) {
	t.full = full
	if !full {
		t.fs.SetFault(nil)
		return
	}
	t.fs.SetFault(func(op journaltest.Op, name string) error {
		if op == journaltest.OpWrite || op == journaltest.OpSync {
			return fmt.Errorf("write %s: %w", name, syscall.ENOSPC)
		}
		return nil
	})
}

// cutPower stops the machine at once: what was written and not synced is there or not, as the
// dice say. The databases are as they were; their own writes are always synced.
func (t *terminal) cutPower(dice *rand.Rand) error {
	t.stop()
	synctest.Wait()
	t.doubt()
	kept := map[string]image{}
	err := databases(t.dir(), func(path string) (err error) {
		kept[path], err = takeImage(path)
		return err
	})
	t.fs.SetFault(func(op journaltest.Op, _ string) error {
		if op == journaltest.OpRead || op == journaltest.OpReadDir {
			return nil
		}
		return journaltest.ErrFault
	})
	_ = t.store.Close() // it can write nothing, and forgets what it had in memory
	t.store = nil
	t.full = false
	t.fs.SetFault(nil)
	err = errors.Join(err, t.fs.Cut(dice), databases(t.dir(), os.Remove))
	for path, was := range kept {
		err = errors.Join(err, was.put(path))
	}
	return err
}
