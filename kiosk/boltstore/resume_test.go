package boltstore_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/journal/journaltest"
	"hexiao/kiosk/kiosktest"
)

// crash ends a store as a kill does: without the last checkpoint and without
// what Close writes.
func crash(t testing.TB, s *boltstore.Store) {
	t.Helper()
	if err := s.Crash(); err != nil {
		t.Fatal(err)
	}
}

// killed gives a copy of the data folder of a store that crashed.
func killed(t testing.TB, o boltstore.Options) boltstore.Options {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "data")
	if err := os.CopyFS(copied, os.DirFS(o.Dir)); err != nil {
		t.Fatal(err)
	}
	o.Dir = copied
	o.Random = kiosktest.Random(99)
	return o
}

func TestKilledBetweenSyncAndAnswer(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2, kiosktest.OpenedBy(kiosktest.Code(9))),
		kiosktest.Order(3, kiosktest.OpenedBy(kiosktest.Code(9))))
	early := want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	last := redeem(t, s, 9, time.Minute) // two orders in one append
	want(t, last, kiosk.Accepted)

	crash(t, s)
	s = open(t, killed(t, o))
	want(t, redeem(t, s, 1, time.Minute), kiosk.AlreadyCollected) // it was not in the last append
	again := redeem(t, s, 9, 2*time.Minute)
	want(t, again, kiosk.Accepted)
	for i, out := range again.Outcomes {
		before := last.Outcomes[i]
		if out.Event != before.Event || out.Seq != before.Seq || !out.At.Equal(before.At) || !out.Resumed || len(out.History) != 0 {
			t.Errorf("outcome %+v, before the kill %+v", out, before)
		}
		if len(out.Lines) != 2 {
			t.Errorf("lines %v", out.Lines)
		}
	}
	want(t, redeem(t, s, 9, 3*time.Minute), kiosk.AlreadyCollected) // answered
	if h := s.Status().Head; h != early.Seq+2 {
		t.Errorf("head %d", h)
	}
}

// Who collects for somebody else must not be shown the goods that the customer was
// to get before the power went, nor the customer those of the other one.
func TestAnswerThatIsOwedToAnother(t *testing.T) {
	o := options(t.TempDir())
	o.HQKey = testHQ()
	s := open(t, o)
	both := kiosktest.Order(1)
	fill(t, s, both)
	code := kiosktest.ProxyOf(1, both)
	want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	crash(t, s)
	s = open(t, killed(t, o))
	if a, err := s.Redeem(kiosktest.Scan(code, time.Minute)); err != nil || a.Verdict != kiosk.AlreadyCollected || a.Outcomes[0].Resumed {
		t.Errorf("by a proxy code: %+v, %v", a, err)
	}
	if out := want(t, redeem(t, s, 1, time.Minute), kiosk.Accepted); !out.Resumed {
		t.Error("the customer's own answer is lost")
	}

	o = options(t.TempDir())
	o.HQKey = testHQ()
	s = open(t, o)
	fill(t, s, both)
	if a, err := s.Redeem(kiosktest.Scan(code, 0)); err != nil || a.Verdict != kiosk.Accepted {
		t.Fatalf("%+v, %v", a, err)
	}
	crash(t, s)
	s = open(t, killed(t, o))
	want(t, redeem(t, s, 1, time.Minute), kiosk.AlreadyCollected)
	if a, err := s.Redeem(kiosktest.Scan(code, time.Minute)); err != nil || a.Verdict != kiosk.Accepted || !a.Outcomes[0].Resumed {
		t.Errorf("the proxy's own answer: %+v, %v", a, err)
	}
}

func TestResumeEnds(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2))
	want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	crash(t, s)

	t.Run("after ten minutes", func(t *testing.T) {
		s := open(t, killed(t, o))
		want(t, redeem(t, s, 1, boltstore.ResumeWithin+time.Second), kiosk.AlreadyCollected)
		if out := want(t, redeem(t, s, 1, -boltstore.ResumeWithin), kiosk.Accepted); !out.Resumed {
			t.Error("a clock that went back ended it")
		}
	})
	t.Run("by another append", func(t *testing.T) {
		s := open(t, killed(t, o))
		want(t, redeem(t, s, 2, time.Second), kiosk.Accepted)
		want(t, redeem(t, s, 1, time.Second), kiosk.AlreadyCollected)
	})
	t.Run("not by a start", func(t *testing.T) {
		first := killed(t, o)
		shut(t, open(t, first))
		if out := want(t, redeem(t, open(t, first), 1, time.Second), kiosk.Accepted); !out.Resumed {
			t.Error("not resumed")
		}
	})
	t.Run("by Answered", func(t *testing.T) {
		first := killed(t, o)
		s := open(t, first)
		want(t, redeem(t, s, 1, time.Second), kiosk.Accepted)
		s.Answered()
		shut(t, s)
		want(t, redeem(t, open(t, first), 1, time.Second), kiosk.AlreadyCollected)
	})
	t.Run("with a deleted state.db too", func(t *testing.T) {
		first := killed(t, o)
		remove(t, first.Dir, "state.db")
		if out := want(t, redeem(t, open(t, first), 1, time.Second), kiosk.Accepted); !out.Resumed {
			t.Error("not resumed")
		}
	})
}

func TestResumedHold(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1, kiosktest.Due(100)))
	held := want(t, redeem(t, s, 1, 0), kiosk.PaymentDue)
	crash(t, s)
	s = open(t, killed(t, o))
	again := want(t, redeem(t, s, 1, time.Minute), kiosk.PaymentDue)
	if again.Event != held.Event || !again.Resumed {
		t.Errorf("%+v", again)
	}
	if again = want(t, redeem(t, s, 1, time.Minute), kiosk.PaymentDue); again.Resumed {
		t.Error("resumed twice")
	}
}

func TestUnknownOutcomeIsFoundOut(t *testing.T) {
	for _, op := range []journaltest.Op{journaltest.OpWrite, journaltest.OpSync} {
		t.Run(string(op), func(t *testing.T) {
			fsys := journaltest.New()
			o := options(t.TempDir())
			o.FS = fsys
			s := open(t, o)
			fill(t, s, kiosktest.Order(1), kiosktest.Order(2))
			want(t, redeem(t, s, 1, 0), kiosk.Accepted)
			fsys.FailOnce(op)
			out := want(t, redeem(t, s, 2, 0), kiosk.Accepted)
			if out.Seq != 2 || s.Status().Head != 2 || s.Status().Disk != nil {
				t.Errorf("sequence %d, status %+v", out.Seq, s.Status())
			}
			if h := want(t, redeem(t, s, 2, 0), kiosk.AlreadyCollected).History; len(h) != 1 || h[0].Event != out.Event {
				t.Errorf("history %+v", h)
			}
			want(t, redeem(t, s, 1, 0), kiosk.AlreadyCollected)
		})
	}
}

func TestTornBatchIsCompleted(t *testing.T) {
	fsys := journaltest.New()
	o := options(t.TempDir())
	o.FS = fsys
	s := open(t, o)
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2, kiosktest.OpenedBy(kiosktest.Code(9))),
		kiosktest.Order(3, kiosktest.OpenedBy(kiosktest.Code(9))))
	want(t, redeem(t, s, 1, 0), kiosk.Accepted) // the segment has its header
	fsys.TearOnce()
	a := redeem(t, s, 9, 0)
	want(t, a, kiosk.Accepted)
	if a.Outcomes[0].Seq != 2 || a.Outcomes[1].Seq != 3 || s.Status().Head != 3 {
		t.Errorf("sequences %d and %d, head %d", a.Outcomes[0].Seq, a.Outcomes[1].Seq, s.Status().Head)
	}
	for n := 2; n <= 3; n++ {
		if h := want(t, redeem(t, s, n, 0), kiosk.AlreadyCollected).History; len(h) != 1 {
			t.Errorf("order %d: %+v", n, h)
		}
	}
}

func TestBrokenDiskIsToldAndTriedAgain(t *testing.T) {
	fsys := journaltest.New()
	o := options(t.TempDir())
	o.FS = fsys
	s := open(t, o)
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2, kiosktest.Due(100)))
	want(t, redeem(t, s, 2, 0), kiosk.PaymentDue)
	fsys.SetFault(func(op journaltest.Op, _ string) error {
		if op == journaltest.OpSync {
			return journaltest.ErrFault
		}
		return nil
	})
	for range 2 {
		if _, err := s.Redeem(kiosktest.Scan(kiosktest.Code(1), 0)); !errors.Is(err, boltstore.ErrOutOfOrder) || !errors.Is(err, journaltest.ErrFault) {
			t.Fatalf("got %v", err)
		}
	}
	if st := s.Status(); st.Disk == nil {
		t.Error("the status says nothing")
	}
	if _, err := s.Confirm(kiosktest.Moment(0), kiosktest.OrderID(2), kiosk.Confirmation{By: kiosktest.Leader(), Means: "cash"}); !errors.Is(err, boltstore.ErrOutOfOrder) {
		t.Errorf("confirm: %v", err)
	}
	if err := s.Record(kiosktest.Moment(0), kiosk.SignedIn{By: "L1"}); !errors.Is(err, boltstore.ErrOutOfOrder) {
		t.Errorf("record: %v", err)
	}
	if _, err := s.Pending(10); !errors.Is(err, boltstore.ErrOutOfOrder) {
		t.Errorf("pending: %v", err)
	}
	if err := s.Acknowledge(kiosk.Ack{}); !errors.Is(err, boltstore.ErrOutOfOrder) {
		t.Errorf("acknowledge: %v", err)
	}
	fsys.SetFault(nil)
	// The first attempt's write reached the file, and was never answered.
	out := want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	if !out.Resumed || s.Status().Disk != nil || s.Status().Head != out.Seq {
		t.Errorf("outcome %+v, status %+v", out, s.Status())
	}
	want(t, redeem(t, s, 1, 0), kiosk.AlreadyCollected)
}

func TestFullDisk(t *testing.T) {
	fsys := journaltest.New()
	o := options(t.TempDir())
	o.FS, o.SegmentBytes = fsys, 2<<10
	s := open(t, o)
	var orders []kiosk.Order
	for n := range 40 {
		orders = append(orders, kiosktest.Order(n))
	}
	fill(t, s, orders...)
	fsys.SetFault(func(op journaltest.Op, name string) error {
		if op == journaltest.OpWrite && filepath.Ext(name) == ".new" {
			return journaltest.ErrFault
		}
		return nil
	})
	n := 0
	for ; n < 40; n++ {
		if _, err := s.Redeem(kiosktest.Scan(kiosktest.Code(n), 0)); err != nil {
			if !errors.Is(err, boltstore.ErrOutOfOrder) {
				t.Fatal(err)
			}
			break
		}
	}
	if n == 40 || s.Status().Disk == nil {
		t.Fatalf("%d scans, status %+v", n, s.Status())
	}
	want(t, redeem(t, s, 0, 0), kiosk.AlreadyCollected) // reading goes on
	fsys.SetFault(nil)
	if _, err := s.Redeem(kiosktest.Scan(kiosktest.Code(n), 0)); err != nil { // may still meet the last attempt's failure
		want(t, redeem(t, s, n, 0), kiosk.Accepted)
	}
	if st := s.Status(); st.Disk != nil || st.Head != uint64(n)+1 {
		t.Errorf("status %+v", st)
	}
}
