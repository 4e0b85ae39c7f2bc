package boltstore_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/kiosktest"
)

func hqKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
}

// signed is HQ's word that it has the events up to a head.
func signed(head kiosk.Head) kiosk.Ack {
	at := kiosktest.Start()
	return kiosk.Ack{Head: head, At: at, Signature: ed25519.Sign(hqKey(), kiosk.AckBytes("T1", head, at))}
}

func witnessed(dir string) boltstore.Options {
	o := options(dir)
	o.HQKey = hqKey().Public().(ed25519.PublicKey)
	return o
}

// copied copies a data folder that nobody has open.
func copied(t testing.TB, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

func head(t testing.TB, s *boltstore.Store) kiosk.Head {
	t.Helper()
	h, err := s.Head()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// An older copy of the whole folder agrees with itself; HQ's word ends it, for
// good, and the events that were lost are not handed out again.
func TestRolledBackFolderIsNoticedAtHQ(t *testing.T) {
	o := witnessed(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(0), kiosktest.Order(1), kiosktest.Order(2), kiosktest.Order(3))
	want(t, redeem(t, s, 0, 0), kiosk.Accepted)
	want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	if err := s.Acknowledge(signed(head(t, s))); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	old := copied(t, o.Dir)
	s = open(t, o)
	want(t, redeem(t, s, 2, 0), kiosk.Accepted)
	right := head(t, s)
	if err := s.Acknowledge(signed(right)); err != nil {
		t.Fatal(err)
	}
	shut(t, s)

	o.Dir = old
	s = open(t, o)
	want(t, redeem(t, s, 0, 0), kiosk.AlreadyCollected)
	unsigned := signed(right)
	unsigned.Signature[0] ^= 1
	if err := s.Witness(unsigned); !errors.Is(err, journal.ErrNotSigned) {
		t.Errorf("a false word: %v", err)
	}
	want(t, redeem(t, s, 1, 0), kiosk.AlreadyCollected) // which nobody believes
	var doubt *boltstore.DoubtError
	if err := s.Witness(signed(right)); !errors.Is(err, boltstore.ErrJournalLost) || !errors.As(err, &doubt) ||
		doubt.Seq != 3 || doubt.HQ != 3 || doubt.Last != 2 || !doubt.Forked() {
		t.Errorf("HQ's word: %v", err)
	}
	if _, err := s.Redeem(kiosktest.Scan(kiosktest.Code(2), 0)); !errors.Is(err, boltstore.ErrOutOfOrder) || !errors.Is(err, boltstore.ErrJournalLost) {
		t.Errorf("a lost event was handed out again: %v", err)
	}
	if err := s.Mend(); !errors.Is(err, boltstore.ErrJournalLost) {
		t.Errorf("mended: %v", err)
	}
	if st := s.Status(); !errors.Is(st.Disk, boltstore.ErrJournalLost) || st.Fault != (desk.Fault{Code: desk.FaultLost, Event: 3}) {
		t.Errorf("status %+v", st)
	}
	shut(t, s)
	if _, err := boltstore.Open(o); !errors.Is(err, boltstore.ErrJournalLost) || !errors.As(err, &doubt) || doubt.Seq != 3 {
		t.Errorf("after a restart: %v", err)
	}
	if _, err := boltstore.Rebuild(o); !errors.Is(err, boltstore.ErrJournalLost) {
		t.Errorf("rebuilt: %v", err)
	}
}

// The same folder in two machines: the one whose event HQ did not get first
// stops.
func TestClonedTerminalStops(t *testing.T) {
	o := witnessed(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(0), kiosktest.Order(1), kiosktest.Order(2))
	want(t, redeem(t, s, 0, 0), kiosk.Accepted)
	if err := s.Acknowledge(signed(head(t, s))); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	clone := witnessed(copied(t, o.Dir))
	clone.Random = kiosktest.Random(99)
	s, other := open(t, o), open(t, clone)
	want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	want(t, redeem(t, other, 2, 0), kiosk.Accepted)
	if err := s.Acknowledge(signed(head(t, s))); err != nil {
		t.Fatal(err)
	}
	var doubt *boltstore.DoubtError
	if err := other.Acknowledge(signed(head(t, s))); !errors.Is(err, boltstore.ErrForked) || !errors.As(err, &doubt) || doubt.Seq != 2 {
		t.Errorf("the clone: %v", err)
	}
	if _, err := other.Redeem(kiosktest.Scan(kiosktest.Code(1), 0)); !errors.Is(err, boltstore.ErrOutOfOrder) {
		t.Errorf("the clone goes on: %v", err)
	}
	want(t, redeem(t, s, 1, 0), kiosk.AlreadyCollected)
	shut(t, other)
	if _, err := boltstore.Open(clone); !errors.Is(err, boltstore.ErrForked) {
		t.Errorf("the clone starts again: %v", err)
	}
}

// A forged place of HQ in state.db: the events after it would be chained to
// what HQ has, and accepted.
func TestPendingFollowsFromHQsHead(t *testing.T) {
	o := witnessed(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(0), kiosktest.Order(1))
	redeem(t, s, 0, 0)
	before := head(t, s)
	redeem(t, s, 1, 0)
	if err := s.Acknowledge(signed(before)); err != nil {
		t.Fatal(err)
	}
	if acked, err := boltstore.AckedHead(t.TempDir()); err != nil || acked.Seq != 0 {
		t.Errorf("no state.db: %+v, %v", acked, err)
	}
	if _, err := boltstore.AckedHead(o.Dir); err == nil {
		t.Error("state.db of a running terminal was read")
	}
	shut(t, s)
	if acked, err := boltstore.AckedHead(o.Dir); err != nil || acked != before {
		t.Errorf("state.db: %+v, %v", acked, err)
	}
	boltstore.ForgeAcked(t, o.Dir, key, kiosk.Head{Seq: 1, Hash: kiosk.Hash{1}})
	s = open(t, o)
	if b, err := s.Pending(10); !errors.Is(err, boltstore.ErrForked) || len(b.Records) != 0 {
		t.Errorf("%+v, %v", b, err)
	}
	if h, ok, err := s.HeadAt(1); err != nil || !ok || h != before || s.Terminal() != "T1" {
		t.Errorf("%+v, %v, %v", h, ok, err)
	}
}

func TestWitnessOfAClosedStore(t *testing.T) {
	s := open(t, witnessed(t.TempDir()))
	s.OutOfOrder()
	if err := s.Witness(signed(kiosk.Head{})); !errors.Is(err, boltstore.ErrOutOfOrder) {
		t.Errorf("witness: %v", err)
	}
	if _, err := s.Head(); !errors.Is(err, boltstore.ErrOutOfOrder) {
		t.Errorf("head: %v", err)
	}
	if _, _, err := s.HeadAt(0); !errors.Is(err, boltstore.ErrOutOfOrder) {
		t.Errorf("head at: %v", err)
	}
}
