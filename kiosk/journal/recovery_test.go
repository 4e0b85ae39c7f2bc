package journal_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/journal/journaltest"
)

func TestTornEndIsSetAside(t *testing.T) {
	for name, garbage := range map[string][]byte{
		"half a record":       {0, 0, 0, 90, 1, 2, 3, 4, 5, 6, 7, 8},
		"absurd length":       {0xff, 0xff, 0xff, 0xff, 1, 2},
		"zeros, then a piece": append(make([]byte, 4000), 1, 2, 3),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			j := open(t, options(dir))
			want := mustAppend(t, j, events(0, 3)...)
			end := usedBytes(t, segmentFiles(t, dir)[0])
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			patch(t, segmentFiles(t, dir)[0], end, garbage)
			rep, err := journal.Verify(dir, journal.VerifyOptions{})
			if err != nil || rep.TornBytes != int64(len(garbage)) || rep.Events != 3 {
				t.Errorf("verify: %+v, %v", rep, err)
			}
			j = open(t, options(dir))
			if torn := j.Torn(); len(torn) != 1 {
				t.Fatalf("set aside: %v", torn)
			}
			kept, err := os.ReadFile(filepath.Join(dir, j.Torn()[0]))
			if err != nil || !bytes.Equal(kept, garbage) {
				t.Errorf("kept %v, %v", kept, err)
			}
			want = append(want, mustAppend(t, j, event(9))...)
			if diff := cmp.Diff(want, readAll(t, j, 1)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// usedBytes finds the end of a segment's last record: records have no trailing
// zeros longer than their padding here.
func usedBytes(t testing.TB, name string) int64 {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return int64((len(bytes.TrimRight(b, "\x00")) + 7) / 8 * 8)
}

func TestDamageInTheMiddleNamesTheEvent(t *testing.T) {
	dir := t.TempDir()
	o := options(dir)
	j := open(t, o)
	var ends []int64
	for i := range 300 {
		mustAppend(t, j, event(i))
		if len(segmentFiles(t, dir)) <= 2 {
			ends = append(ends, usedBytes(t, segmentFiles(t, dir)[0]))
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	first := segmentFiles(t, dir)[0]
	for _, seq := range []int{2, 7, 20} {
		start := ends[seq-2]
		for _, at := range []int64{start, start + 9, start + 30, start + 60, start + 80} {
			whole, err := os.ReadFile(first)
			if err != nil {
				t.Fatal(err)
			}
			patch(t, first, at, []byte{whole[at] ^ 0x40})
			_, err = journal.Verify(dir, journal.VerifyOptions{})
			var d *journal.DamagedError
			if !errors.As(err, &d) || d.Seq != uint64(seq) || !errors.Is(err, journal.ErrDamaged) {
				t.Errorf("byte %d of event %d changed: %v", at-start, seq, err)
			}
			patch(t, first, at, whole[at:at+1])
		}
	}
	if rep, err := journal.Verify(dir, journal.VerifyOptions{MACKey: key}); err != nil || rep.Events != 300 {
		t.Errorf("after repair: %+v, %v", rep, err)
	}
	other := bytes.Repeat([]byte{1}, 32)
	if _, err := journal.Verify(dir, journal.VerifyOptions{MACKey: other}); !errors.Is(err, journal.ErrNotAuthentic) {
		t.Errorf("another key: %v", err)
	}
}

func TestDamageInTheTailIsNoTornEnd(t *testing.T) {
	dir := t.TempDir()
	j := open(t, options(dir))
	mustAppend(t, j, event(0))
	end := usedBytes(t, segmentFiles(t, dir)[0])
	mustAppend(t, j, event(1))
	mustAppend(t, j, event(2))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	patch(t, segmentFiles(t, dir)[0], end+80, []byte{0xee})
	before, err := os.ReadFile(segmentFiles(t, dir)[0])
	if err != nil {
		t.Fatal(err)
	}
	_, err = journal.Open(options(dir))
	var d *journal.DamagedError
	if !errors.As(err, &d) || d.Seq != 2 {
		t.Fatalf("got %v", err)
	}
	if after, err := os.ReadFile(segmentFiles(t, dir)[0]); err != nil || !bytes.Equal(before, after) {
		t.Error("the refused opening changed the file")
	}
}

func TestHalfABatchIsTorn(t *testing.T) {
	dir := t.TempDir()
	j := open(t, options(dir))
	want := mustAppend(t, j, event(0))
	start := usedBytes(t, segmentFiles(t, dir)[0])
	mustAppend(t, j, events(1, 3)...)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	patch(t, segmentFiles(t, dir)[0], start, make([]byte, 80)) // the first of three never reached the disk
	j = open(t, options(dir))
	if diff := cmp.Diff(want, readAll(t, j, 1)); diff != "" {
		t.Error(diff)
	}
	if len(j.Torn()) != 1 {
		t.Errorf("set aside: %v", j.Torn())
	}
}

// TestPowerCuts is the law of the journal: after any sequence of appends,
// faults, power cuts and openings, everything that was acknowledged is there, in
// order, and nothing that was never appended.
func TestPowerCuts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "j")
		if err != nil {
			rt.Fatal(err)
		}
		fsys := journaltest.New()
		o := options(dir)
		o.FS, o.SegmentBytes = fsys, 8<<10
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		j := open(t, o)
		var acked []kiosk.EventID
		var doubtful []kiosk.EventID // of the append whose outcome is unknown
		n := 0
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			batch := events(n, rapid.IntRange(1, 12).Draw(rt, "batch"))
			n += len(batch)
			switch rapid.IntRange(0, 6).Draw(rt, "fault") {
			case 0:
				fsys.FailOnce(journaltest.OpSync)
			case 1:
				fsys.FailOnce(journaltest.OpWrite)
			case 2:
				fsys.TearOnce()
			}
			_, err := j.Append(batch...)
			fsys.SetFault(nil)
			var ids []kiosk.EventID
			for _, e := range batch {
				ids = append(ids, e.ID)
			}
			switch {
			case err == nil:
				acked = append(acked, ids...)
			case errors.Is(err, journal.ErrUnknownOutcome):
				doubtful = ids
			case !errors.Is(err, journal.ErrNoSpare):
				rt.Fatal(err)
			}
			if err == nil && !rapid.Bool().Draw(rt, "cut") {
				continue
			}
			_ = j.Close()
			if err := fsys.Cut(dice); err != nil {
				rt.Fatal(err)
			}
			j = open(t, o)
			var have []kiosk.EventID
			for _, e := range readAll(t, j, 1) {
				have = append(have, e.ID)
			}
			if len(have) < len(acked) || !slices.Equal(have[:len(acked)], acked) {
				rt.Fatalf("%d events are there, %d were acknowledged", len(have), len(acked))
			}
			if extra := have[len(acked):]; len(extra) > len(doubtful) || !slices.Equal(extra, doubtful[:len(extra)]) {
				rt.Fatalf("%d events that nobody appended", len(extra))
			}
			acked, doubtful = have, nil
		}
		if err := j.Close(); err != nil {
			rt.Fatal(err)
		}
		if rep, err := journal.Verify(dir, journal.VerifyOptions{MACKey: key}); err != nil || rep.Events != uint64(len(acked)) {
			rt.Fatalf("verify: %+v, %v; want %d events", rep, err, len(acked))
		}
	})
}

// A spare may follow a segment whose very first append was interrupted.
func TestFirstAppendOfASegmentIsInterrupted(t *testing.T) {
	dir := t.TempDir()
	fsys := journaltest.New()
	o := options(dir)
	o.FS = fsys
	spared, dirs := make(chan struct{}), 0
	fsys.SetFault(func(op journaltest.Op, _ string) error {
		if op == journaltest.OpSyncDir {
			if dirs++; dirs == 4 { // two of the opening, then one a spare
				close(spared)
			}
		}
		return nil
	})
	j := open(t, o)
	mustAppend(t, j, event(1))
	<-spared
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	patch(t, segmentFiles(t, dir)[0], 0, make([]byte, 100)) // the first sector did not reach the disk
	if n := len(segmentFiles(t, dir)); n != 2 {
		t.Fatalf("%d segments, want the interrupted one and the spare", n)
	}
	j = open(t, o)
	var want []kiosk.Event
	for i := range 300 {
		want = append(want, mustAppend(t, j, event(i))...)
	}
	if diff := cmp.Diff(want, readAll(t, j, 1)); diff != "" {
		t.Error(diff)
	}
}

// What WriteSync wrote is in the file, past its end too, and its errors name the file.
func TestWriteSync(t *testing.T) {
	name := filepath.Join(t.TempDir(), "segment")
	f, err := journal.OS().OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []struct {
		text string
		off  int64
	}{{"world", 6}, {"hello ", 0}} {
		if err := f.WriteSync([]byte(w.text), w.off); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "hello world" {
		t.Errorf("%q, %v", got, err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f, err = journal.OS().OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.WriteSync([]byte("x"), 0); err == nil || !strings.Contains(err.Error(), "segment") {
		t.Errorf("a file that is open for reading: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// A process that is killed between the renaming of a spare and the folder's
// sync leaves a name that the next process appends under.
func TestNamesOfAKilledProcessLast(t *testing.T) {
	o, fsys := options(filepath.Join(t.TempDir(), "journal")), journaltest.New()
	o.FS = fsys
	renamed := false
	fsys.SetFault(func(op journaltest.Op, _ string) error {
		renamed = renamed || op == journaltest.OpRename
		if op == journaltest.OpSyncDir && renamed {
			return journaltest.ErrFault
		}
		return nil
	})
	if _, err := journal.Open(o); !errors.Is(err, journaltest.ErrFault) {
		t.Fatalf("the spare's name was synced: %v", err)
	}
	fsys.SetFault(nil)
	j := open(t, o)
	fsys.SetFault(func(op journaltest.Op, _ string) error { // the next spare's sync would do, too late
		if op == journaltest.OpSyncDir {
			return journaltest.ErrFault
		}
		return nil
	})
	want := mustAppend(t, j, event(0))
	if err := errors.Join(j.Close(), fsys.Cut(nil)); err != nil {
		t.Fatal(err)
	}
	fsys.SetFault(nil)
	if diff := cmp.Diff(want, readAll(t, open(t, o), 1)); diff != "" {
		t.Error(diff)
	}
}
