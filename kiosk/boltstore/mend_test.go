package boltstore_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal/journaltest"
	"hexiao/kiosk/kiosktest"
)

func TestSuspendedStore(t *testing.T) {
	s := open(t, options(t.TempDir()))
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2), kiosktest.Order(3, kiosktest.Due(100)))
	want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	want(t, redeem(t, s, 3, 0), kiosk.PaymentDue)
	if err := s.Stage(kiosk.Page{Orders: []kiosk.Order{kiosktest.Order(9)}, Cursor: "c"}); err != nil {
		t.Fatal(err)
	}
	if s.StagedCursor() == "" {
		t.Fatal("nothing is staged")
	}
	s.Suspend(boltstore.ErrNoSpace)
	if st := s.Status(); !errors.Is(st.Disk, boltstore.ErrNoSpace) || st.Fault.Code != desk.FaultFull {
		t.Errorf("%+v", st)
	}
	_, scan := s.Redeem(kiosktest.Scan(kiosktest.Code(2), 0))
	_, local := s.ImportLocal(s.Point(), func(func(kiosk.Order) bool) {})
	_, confirm := s.Confirm(kiosktest.Moment(0), kiosktest.OrderID(3), kiosk.Confirmation{By: kiosktest.Leader(), Means: "cash"})
	page := kiosk.Page{Orders: []kiosk.Order{kiosktest.Order(8)}, Cursor: "d"}
	for what, err := range map[string]error{
		"scan": scan, "import": local, "confirm": confirm, "reject": s.Reject(kiosktest.Moment(0), kiosktest.OrderID(3), ""),
		"record": s.Record(kiosktest.Moment(0), kiosk.SignedIn{By: "L1"}), "apply": s.Apply(page), "stage": s.Stage(page), "stage again": s.Stage(page),
	} {
		if !errors.Is(err, boltstore.ErrOutOfOrder) || !errors.Is(err, boltstore.ErrNoSpace) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if s.StagedCursor() != "" {
		t.Error("what is staged still takes up room")
	}
	b, err := s.Pending(10)
	if err != nil || len(b.Records) != 2 { // HQ gets what there is
		t.Errorf("%+v, %v", b, err)
	}
	if err := s.Acknowledge(kiosk.Ack{Head: b.Head()}); err != nil {
		t.Error(err)
	}
	if err := s.Mend(); err != nil || s.Status().Disk == nil {
		t.Errorf("mending ended the suspension: %v", err)
	}
	s.Suspend(nil)
	if st := s.Status(); st.Disk != nil || st.Fault != (desk.Fault{}) {
		t.Errorf("%+v", st)
	}
	want(t, redeem(t, s, 2, 0), kiosk.Accepted)
	want(t, redeem(t, s, 1, 0), kiosk.AlreadyCollected)
}

// A disk that fails for a while: Mend brings the store back, and says why not.
func TestMend(t *testing.T) {
	fsys := journaltest.New()
	o := options(t.TempDir())
	o.FS = fsys
	s := open(t, o)
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2))
	want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	opens := fsys.Count(journaltest.OpOpen)
	if err := s.Mend(); err != nil || fsys.Count(journaltest.OpOpen) != opens {
		t.Errorf("a store in order was opened anew: %v", err)
	}
	fsys.SetFault(func(op journaltest.Op, _ string) error {
		if op == journaltest.OpSync {
			return syscall.EIO
		}
		return nil
	})
	if _, err := s.Redeem(kiosktest.Scan(kiosktest.Code(2), 0)); !errors.Is(err, boltstore.ErrOutOfOrder) {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Mend(); !errors.Is(err, boltstore.ErrOutOfOrder) || !errors.Is(err, syscall.EIO) || s.Status().Fault.Code != desk.FaultDisk {
			t.Errorf("%v, %+v", err, s.Status())
		}
	}
	fsys.SetFault(nil)
	if err := s.Mend(); err != nil || s.Status().Disk != nil {
		t.Errorf("%v, %+v", err, s.Status())
	}
	if out := want(t, redeem(t, s, 2, 0), kiosk.Accepted); out.Seq != 2 || s.Status().Head != 2 {
		t.Errorf("%+v, %+v", out, s.Status())
	}
	shut(t, s)
	if err := s.Mend(); err != nil {
		t.Errorf("a closed store that was in order: %v", err)
	}
}

// No room for state.db: redemptions go on, nothing is lost, and the checkpoint
// is made when there is room again.
func TestCheckpointWithoutRoom(t *testing.T) {
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	const orders = 600
	o := options(filepath.Join(disk, "data"))
	o.CheckpointEvery, o.CheckpointPause = 100, 20*time.Millisecond
	var warned atomic.Int64
	o.Warn = func(err error) {
		if errors.Is(err, syscall.ENOSPC) {
			warned.Add(1)
		}
	}
	s := open(t, o)
	var list []kiosk.Order
	for n := range orders {
		list = append(list, kiosktest.Order(n))
	}
	fill(t, s, list...)
	want(t, redeem(t, s, 0, 0), kiosk.Accepted)
	waste := filepath.Join(disk, "waste")
	fillUp(t, waste)
	for n := 1; n < orders; n++ {
		want(t, redeem(t, s, n, 0), kiosk.Accepted)
	}
	quiet := warned.Load() // from now on nothing is recorded that would ask for a checkpoint
	eventually(t, "checkpoints that fail, again and again", func() bool { return warned.Load() >= quiet+5 })
	if saved := s.Saved(); saved >= orders || s.Status().Disk != nil {
		t.Errorf("saved up to %d, status %+v", saved, s.Status())
	}
	want(t, redeem(t, s, 7, 0), kiosk.AlreadyCollected)
	// Even a power cut at this moment loses nothing: the journal has it all.
	if err := os.Remove(waste); err != nil {
		t.Fatal(err)
	}
	copied := killed(t, o)
	again := open(t, copied)
	for n := range orders {
		if v := redeem(t, again, n, 0).Verdict; v != kiosk.AlreadyCollected && n != orders-1 {
			t.Errorf("order %d is %s after a power cut", n, v)
		}
	}
	eventually(t, "the checkpoint", func() bool { return s.Saved() == orders })
	shut(t, s)
}

// eventually waits for what the store does in the background.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	late := time.After(time.Minute)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !is() {
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("never came: %s", what)
		}
	}
}

// fillUp writes a file until the disk is full.
func fillUp(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for chunk := make([]byte, 4096); err == nil; {
		_, err = f.Write(chunk)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// Whoever opens a store whose state must be made again hears how far it is.
func TestProgress(t *testing.T) {
	const scans, each = 24, 100
	o := options(t.TempDir())
	s := open(t, o)
	var orders []kiosk.Order
	for n := range scans * each {
		orders = append(orders, kiosktest.Order(n, kiosktest.OpenedBy(kiosktest.Code(n/each))))
	}
	fill(t, s, orders...)
	for n := range scans {
		want(t, redeem(t, s, n, 0), kiosk.Accepted)
	}
	shut(t, s)
	remove(t, o.Dir, "state.db")
	var heard [][2]uint64
	o.Progress = func(done, total uint64) { heard = append(heard, [2]uint64{done, total}) }
	s = open(t, o)
	if len(heard) < 2 || !slices.Equal(heard[:2], [][2]uint64{{1000, 2400}, {2000, 2400}}) {
		t.Errorf("heard %v", heard)
	}
	shut(t, s)
	heard = nil
	shut(t, open(t, o))
	if len(heard) > 0 {
		t.Errorf("with nothing to read again: %v", heard)
	}
}
