package boltstore_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/journal/journaltest"
	"hexiao/kiosk/kiosktest"
)

// point is one I/O of a run: the n-th of its kind on a file of that name.
type point struct {
	op   journaltest.Op
	name string
	n    int
}

// ill is how an I/O fails.
type ill struct {
	name string
	err  error
	ops  []journaltest.Op
}

func ills() []ill {
	changes := []journaltest.Op{journaltest.OpOpen, journaltest.OpRename, journaltest.OpRemove, journaltest.OpSyncDir}
	return []ill{
		{"ENOSPC", syscall.ENOSPC, append([]journaltest.Op{journaltest.OpWrite, journaltest.OpSync}, changes...)},
		{"EIO", syscall.EIO, append([]journaltest.Op{journaltest.OpWrite, journaltest.OpSync, journaltest.OpRead, journaltest.OpReadDir}, changes...)},
		{"short write", journaltest.ErrTorn, []journaltest.Op{journaltest.OpWrite}},
	}
}

const (
	faultRedemptions = 200
	faultSegment     = 8 << 10 // some 25 events: a new segment comes often
	faultLasts       = 12      // I/Os that fail, where a fault lasts a while
)

// Every I/O of the journal in 200 redemptions fails, once and for a while, in
// every way: no redemption is lost, none is doubled, each answer is what the
// journal has even after a power cut, and the store works again by itself.
//
// HEXIAO_EVERY_FAULT=1 takes all of them, else it is every 8th.
func TestEveryFaultOfTheJournal(t *testing.T) {
	step := 8
	if os.Getenv("HEXIAO_EVERY_FAULT") != "" {
		step = 1
	}
	base := t.TempDir()
	if shm, err := os.MkdirTemp("/dev/shm", "hexiao-faults-"); err == nil { // thousands of stores: a disk would take minutes
		base = shm
		t.Cleanup(func() {
			if err := os.RemoveAll(shm); err != nil {
				t.Error(err)
			}
		})
	}
	image := filepath.Join(base, "image")
	o := options(image)
	o.SegmentBytes = faultSegment
	s := open(t, o)
	fill(t, s, faultOrders()...)
	shut(t, s)
	for _, name := range []string{"orders.db", "state.db"} { // bbolt makes its files large beforehand
		path := filepath.Join(image, name)
		b, err := os.ReadFile(path)
		if err == nil {
			used := len(bytes.TrimRight(b, "\x00"))
			err = os.Truncate(path, int64(used+os.Getpagesize()-used%os.Getpagesize()))
		}
		if err != nil {
			t.Fatal(err)
		}
	}

	points := faultPoints(t, base, image)
	type job struct {
		point
		ill
		lasts int
	}
	var jobs []job
	for _, p := range points {
		for _, how := range ills() {
			if slices.Contains(how.ops, p.op) {
				jobs = append(jobs, job{p, how, 1}, job{p, how, faultLasts})
			}
		}
	}
	if len(points) < 2*faultRedemptions || len(jobs) < 5*faultRedemptions {
		t.Fatalf("only %d I/Os, %d faults", len(points), len(jobs))
	}
	began, ran := time.Now(), 0
	work := make(chan job)
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for j := range work {
				dir, err := os.MkdirTemp(base, "case-")
				if err == nil {
					err = faultCase(image, dir, j.point, j.err, j.lasts)
				}
				if err != nil {
					t.Errorf("%s, %d times from %s %d of %s on: %v", j.ill.name, j.lasts, j.op, j.n, j.point.name, err)
				}
				if err := os.RemoveAll(dir); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := 0; i < len(jobs); i += step {
		work <- jobs[i]
		ran++
	}
	close(work)
	workers.Wait()
	t.Logf("%d of %d faults at %d I/Os of %d redemptions in %v", ran, len(jobs), len(points), faultRedemptions, time.Since(began).Round(time.Millisecond))
}

func faultOrders() []kiosk.Order {
	orders := make([]kiosk.Order, faultRedemptions)
	for n := range orders {
		orders[n] = kiosktest.Order(n)
	}
	return orders
}

// faultOptions are of a store over a copy of the image.
func faultOptions(image, dir string, fsys *journaltest.FS) (boltstore.Options, error) {
	o := options(dir)
	o.FS, o.SegmentBytes, o.CheckpointEvery = fsys, faultSegment, 50
	return o, os.CopyFS(dir, os.DirFS(image))
}

// faultPoints lists the I/Os of a run without a fault.
func faultPoints(t *testing.T, base, image string) []point {
	t.Helper()
	fsys := journaltest.New()
	seen := map[point]int{}
	var list []point
	var mu sync.Mutex
	fsys.SetFault(func(op journaltest.Op, name string) error {
		mu.Lock()
		defer mu.Unlock()
		key := point{op, name, 0}
		seen[key]++
		key.n = seen[point{op, name, 0}]
		list = append(list, key)
		return nil
	})
	o, err := faultOptions(image, filepath.Join(base, "points"), fsys)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, o)
	for n := range faultRedemptions {
		want(t, redeem(t, s, n, 0), kiosk.Accepted)
	}
	shut(t, s)
	return list
}

// faultCase runs the redemptions with one fault.
func faultCase(image, dir string, at point, fault error, lasts int) (err error) {
	fsys := journaltest.New()
	o, err := faultOptions(image, dir, fsys)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	seen, left := 0, 0
	fsys.SetFault(func(op journaltest.Op, name string) error {
		mu.Lock()
		defer mu.Unlock()
		if op == at.op && name == at.name {
			if seen++; seen == at.n {
				left = lasts
			}
		}
		if left == 0 || errors.Is(fault, journaltest.ErrTorn) && op != journaltest.OpWrite {
			return nil
		}
		left--
		return fault
	})
	s, err := openUntil(o, lasts)
	if err != nil {
		return err
	}
	said := map[kiosk.OrderID]kiosk.Outcome{}
	for n := range faultRedemptions {
		out, err := redeemUntil(s, n, lasts)
		if err != nil {
			return errors.Join(err, s.Crash())
		}
		said[kiosktest.OrderID(n)] = out
		s.Answered()
	}
	if err := s.Mend(); err != nil || s.Status().Disk != nil {
		return errors.Join(fmt.Errorf("after all it is out of order: %w", err), s.Crash())
	}
	// A power cut on top: what was answered is on disk.
	fsys.SetFault(nil)
	if err := errors.Join(s.Crash(), fsys.Cut(nil)); err != nil {
		return err
	}
	return faultOutcome(o, said)
}

// openUntil opens a store whose first tries may meet the fault.
func openUntil(o boltstore.Options, tries int) (*boltstore.Store, error) {
	for {
		s, err := boltstore.Open(o)
		if tries--; err == nil || tries < 0 {
			return s, err
		}
	}
}

// redeemUntil scans until there is an answer, as a customer does. Where the
// disk was mended meanwhile the terminal comes back without a scan.
func redeemUntil(s *boltstore.Store, n, tries int) (kiosk.Outcome, error) {
	for {
		a, err := s.Redeem(kiosktest.Scan(kiosktest.Code(n), 0))
		switch {
		case err == nil && a.Verdict == kiosk.Accepted:
			return a.Outcomes[0], nil
		case err == nil:
			return kiosk.Outcome{}, fmt.Errorf("order %d is %s", n, a.Verdict)
		case !errors.Is(err, boltstore.ErrOutOfOrder):
			return kiosk.Outcome{}, err
		case s.Status().Disk == nil:
			return kiosk.Outcome{}, fmt.Errorf("out of order, and the status says nothing: %w", err)
		}
		for s.Mend() != nil {
			if tries--; tries < -faultLasts { // a few I/Os a try
				return kiosk.Outcome{}, fmt.Errorf("it does not come back: %w", err)
			}
		}
		if d := s.Status().Disk; d != nil {
			return kiosk.Outcome{}, fmt.Errorf("mended, and the status says %w", d)
		}
	}
}

// faultOutcome compares the journal with what was said.
func faultOutcome(o boltstore.Options, said map[kiosk.OrderID]kiosk.Outcome) (err error) {
	o.FS = nil
	s, err := boltstore.Open(o)
	if err != nil {
		return fmt.Errorf("open it again: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if head := s.Status().Head; head != uint64(len(said)) {
		return fmt.Errorf("%d events of %d redemptions", head, len(said))
	}
	for n := range faultRedemptions {
		a, err := s.Redeem(kiosktest.Scan(kiosktest.Code(n), time.Minute))
		if err != nil {
			return err
		}
		before, out := said[kiosktest.OrderID(n)], a.Outcomes[0]
		switch {
		case a.Verdict == kiosk.AlreadyCollected && len(out.History) == 1 && out.History[0].Event == before.Event && out.History[0].Seq == before.Seq:
		case a.Verdict == kiosk.Accepted && out.Resumed && n == faultRedemptions-1 && out.Event == before.Event && out.Seq == before.Seq:
			// The mark of the last answer is not synced, for it must cost nothing.
		default:
			return fmt.Errorf("order %d is %s %s (%+v), it was answered with event %s at %d", n, a.Verdict, out.Event, out.History, before.Event, before.Seq)
		}
	}
	return nil
}

// The faults are what a person and HQ are told of.
func TestFaultOf(t *testing.T) {
	var names []string
	for _, c := range []error{syscall.ENOSPC, syscall.EIO, boltstore.ErrForked, boltstore.ErrNoSpace, boltstore.ErrJournalLost} {
		names = append(names, string(boltstore.FaultOf(fmt.Errorf("open: %w", c)).Code))
	}
	if got := strings.Join(names, " "); got != "E-FULL E-DISK E-FORK E-FULL E-LOST" {
		t.Error(got)
	}
}
