package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/journal/journaltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var key = []byte("0123456789abcdef0123456789abcdef")

func options(dir string) journal.Options {
	return journal.Options{Dir: dir, Terminal: "T1", MACKey: key, SegmentBytes: 16 << 10}
}

func open(t testing.TB, o journal.Options) *journal.Journal {
	t.Helper()
	j, err := journal.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func event(n int) kiosk.Event {
	id := kiosk.EventID{byte(n >> 16), byte(n >> 8), byte(n), 1}
	return kiosk.Event{
		ID: id, At: kiosk.Moment{Wall: time.Date(2026, 3, 1, 9, 0, n%60, 123456, time.UTC), Mono: time.Duration(n) * time.Second},
		SetVersion: uint64(n), Body: kiosk.SignedIn{By: fmt.Sprintf("leader %d", n), Role: kiosk.RoleLeader},
	}
}

func events(from, n int) []kiosk.Event {
	var out []kiosk.Event
	for i := range n {
		out = append(out, event(from+i))
	}
	return out
}

func mustAppend(t testing.TB, j *journal.Journal, e ...kiosk.Event) []kiosk.Event {
	t.Helper()
	out, err := j.Append(e...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func readAll(t testing.TB, j *journal.Journal, from uint64) []kiosk.Event {
	t.Helper()
	var got []kiosk.Event
	err := j.Read(from, func(e journal.Entry) error {
		got = append(got, e.Event)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func segmentFiles(t testing.TB, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.hxj"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// patch changes bytes of a file.
func patch(t testing.TB, name string, off int64, b []byte) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := f.WriteAt(b, off); err != nil {
		t.Fatal(err)
	}
}

func TestAppendedEventsAreReadBack(t *testing.T) {
	dir := t.TempDir()
	var want []kiosk.Event
	for epoch := range 3 {
		j := open(t, options(dir))
		for i := range 60 {
			got := mustAppend(t, j, events(epoch*1000+i*3, 1+i%3)...)
			want = append(want, got...)
		}
		if last := want[len(want)-1]; last.Epoch != uint32(epoch+1) || last.Seq != uint64(len(want)) || last.Terminal != "T1" {
			t.Errorf("epoch %d: last event has epoch %d, sequence %d of %d, terminal %s", epoch+1, last.Epoch, last.Seq, len(want), last.Terminal)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	j := open(t, options(dir))
	if diff := cmp.Diff(want, readAll(t, j, 0)); diff != "" {
		t.Error(diff)
	}
	for _, from := range []uint64{2, 100, 257, uint64(len(want)), uint64(len(want)) + 1} {
		if diff := cmp.Diff(want[from-1:], readAll(t, j, from), cmp.Transformer("len", func(e []kiosk.Event) []kiosk.Event { return append([]kiosk.Event{}, e...) })); diff != "" {
			t.Errorf("from %d: %s", from, diff)
		}
	}
	if n := len(segmentFiles(t, dir)); n < 3 {
		t.Errorf("%d segments; the test wants some rolls", n)
	}
	var last journal.Entry
	err := j.Read(uint64(len(want)), func(e journal.Entry) error {
		last = e
		return nil
	})
	if err != nil || last.Append != uint64(len(want))-2 {
		t.Errorf("last append begins at %d, want %d: %v", last.Append, len(want)-2, err)
	}
}

func TestHeadAt(t *testing.T) {
	j := open(t, options(t.TempDir()))
	heads := []kiosk.Head{{}}
	for i := range 300 {
		mustAppend(t, j, event(i))
		heads = append(heads, j.Head())
	}
	for _, seq := range []uint64{0, 1, 150, 255, 256, 257, 299, 300} {
		got, ok, err := j.HeadAt(seq)
		if err != nil || !ok || got != heads[seq] {
			t.Errorf("HeadAt(%d) = %v, %v, %v; want %v", seq, got, ok, err, heads[seq])
		}
	}
	if _, ok, err := j.HeadAt(301); ok || err != nil {
		t.Errorf("HeadAt beyond the end: %v, %v", ok, err)
	}
}

func TestChainIsTheDomains(t *testing.T) {
	j := open(t, options(t.TempDir()))
	mustAppend(t, j, events(1, 5)...)
	batch := kiosk.Batch{Terminal: "T1"}
	if err := j.Read(1, func(e journal.Entry) error {
		batch.Records = append(batch.Records, e.Record)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if batch.Head() != j.Head() {
		t.Errorf("HQ would compute %v, the journal has %v", batch.Head(), j.Head())
	}
}

func TestOneSyncAnAppend(t *testing.T) {
	fsys := journaltest.New()
	o := options(t.TempDir())
	o.FS, o.SegmentBytes = fsys, 1<<20
	ready, dirs := make(chan struct{}), 0
	fsys.SetFault(func(op journaltest.Op, _ string) error {
		// The first three are the opening's own; the fourth ends the next spare.
		if op == journaltest.OpSyncDir {
			if dirs++; dirs == 4 {
				close(ready)
			}
		}
		return nil
	})
	j := open(t, o)
	mustAppend(t, j, event(0))
	<-ready
	syncs, writes := fsys.Count(journaltest.OpSync), fsys.Count(journaltest.OpWrite)
	for i := range 10 {
		mustAppend(t, j, events(i*3, 3)...)
	}
	if s, w := fsys.Count(journaltest.OpSync)-syncs, fsys.Count(journaltest.OpWrite)-writes; s != 10 || w != 10 {
		t.Errorf("10 appends took %d syncs and %d writes", s, w)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	j := open(t, options(dir))
	for i := range 300 {
		mustAppend(t, j, event(i))
	}
	if _, err := journal.Open(options(dir)); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("a second opening: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(o *journal.Options, dir string)
		want   error
	}{
		"other terminal": {func(o *journal.Options, _ string) { o.Terminal = "T2" }, journal.ErrOtherTerminal},
		"other key":      {func(o *journal.Options, _ string) { o.MACKey = bytes.Repeat([]byte{7}, 32) }, journal.ErrNotAuthentic},
		"missing first":  {func(_ *journal.Options, dir string) { remove(t, segmentFiles(t, dir)[0]) }, journal.ErrMissingSegment},
		"missing middle": {func(_ *journal.Options, dir string) { remove(t, segmentFiles(t, dir)[1]) }, journal.ErrMissingSegment},
		"later version": {func(_ *journal.Options, dir string) {
			patch(t, segmentFiles(t, dir)[0], 8, []byte{0, 0, 0, 2})
		}, journal.ErrVersion},
		"header rotten": {func(_ *journal.Options, dir string) {
			patch(t, segmentFiles(t, dir)[1], 30, []byte{0xff, 0xee})
		}, journal.ErrDamaged},
		"swapped": {func(_ *journal.Options, dir string) {
			s := segmentFiles(t, dir)
			swap(t, s[0], s[1])
		}, journal.ErrDamaged},
		"cut off": {func(_ *journal.Options, dir string) {
			s := segmentFiles(t, dir)
			truncate(t, s[len(s)-1], 10)
		}, journal.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			copied := filepath.Join(t.TempDir(), "journal")
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			o := options(copied)
			c.change(&o, copied)
			j, err := journal.Open(o)
			if err == nil {
				_ = j.Close()
			}
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	for name, o := range map[string]journal.Options{
		"no terminal":   {Dir: t.TempDir(), MACKey: key},
		"long terminal": {Dir: t.TempDir(), MACKey: key, Terminal: kiosk.TerminalID(strings.Repeat("x", 65))},
		"short key":     {Dir: t.TempDir(), MACKey: key[:15], Terminal: "T"},
		"small segment": {Dir: t.TempDir(), MACKey: key, Terminal: "T", SegmentBytes: 100},
	} {
		if _, err := journal.Open(o); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

func remove(t testing.TB, name string) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

func truncate(t testing.TB, name string, n int64) {
	t.Helper()
	if err := os.Truncate(name, n); err != nil {
		t.Fatal(err)
	}
}

func swap(t testing.TB, a, b string) {
	t.Helper()
	for _, r := range [][2]string{{a, a + "x"}, {b, a}, {a + "x", b}} {
		if err := os.Rename(r[0], r[1]); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFailedWriteAndSyncPoison(t *testing.T) {
	for _, op := range []journaltest.Op{journaltest.OpWrite, journaltest.OpSync} {
		t.Run(string(op), func(t *testing.T) {
			fsys := journaltest.New()
			o := options(t.TempDir())
			o.FS = fsys
			j := open(t, o)
			want := mustAppend(t, j, events(0, 2)...)
			fsys.SetFault(func(got journaltest.Op, name string) error {
				if got == op && name == "00000001.hxj" {
					return journaltest.ErrFault
				}
				return nil
			})
			if _, err := j.Append(event(2)); !errors.Is(err, journal.ErrUnknownOutcome) || !errors.Is(err, journaltest.ErrFault) {
				t.Errorf("got %v", err)
			}
			fsys.SetFault(nil)
			if _, err := j.Append(event(3)); !errors.Is(err, journal.ErrUnknownOutcome) {
				t.Errorf("a later append: %v", err)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			j = open(t, o)
			got := readAll(t, j, 1)
			if len(got) < 2 || cmp.Diff(want, got[:2]) != "" {
				t.Errorf("reopened: %v", got)
			}
			if next := mustAppend(t, j, event(4)); next[0].Seq != uint64(len(got))+1 || next[0].Epoch != 2 {
				t.Errorf("the next event is %d of epoch %d", next[0].Seq, next[0].Epoch)
			}
		})
	}
}

func TestNoSpareIsNoPoison(t *testing.T) {
	fsys := journaltest.New()
	o := options(t.TempDir())
	o.FS, o.SegmentBytes = fsys, 1<<10
	j := open(t, o)
	fsys.SetFault(func(op journaltest.Op, name string) error {
		if op == journaltest.OpWrite && strings.HasSuffix(name, ".new") {
			return journaltest.ErrFault
		}
		return nil
	})
	failed := false
	for i := range 30 {
		if _, err := j.Append(event(i)); errors.Is(err, journal.ErrNoSpare) {
			failed = true
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if !failed {
		t.Fatal("the fault was never met")
	}
	head := j.Head()
	fsys.SetFault(nil)
	// The attempt that begins with this append still may have met the fault.
	out, err := j.Append(event(50))
	if errors.Is(err, journal.ErrNoSpare) {
		out, err = j.Append(event(50))
	}
	if err != nil || out[0].Seq != head.Seq+1 {
		t.Errorf("after the disk had room again: %v, %v", out, err)
	}
}

func TestRefusedEventsWriteNothing(t *testing.T) {
	j := open(t, options(t.TempDir()))
	for name, e := range map[string]kiosk.Event{
		"no body":      {},
		"not UTF-8":    {Body: kiosk.SignedIn{By: "\xff", Role: kiosk.RoleLeader}},
		"negative":     {At: kiosk.Moment{Mono: -time.Hour}, Body: kiosk.SignedIn{By: "x"}},
		"large":        {Body: kiosk.SignedIn{By: strings.Repeat("x", 70_000)}},
		"over segment": {Body: kiosk.SignedIn{By: strings.Repeat("x", 17_000)}},
	} {
		if _, err := j.Append(e); !errors.Is(err, journal.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if j.Head() != (kiosk.Head{}) {
		t.Errorf("head %v", j.Head())
	}
	mustAppend(t, j, event(1))
	if out, err := j.Append(); out != nil || err != nil {
		t.Errorf("an empty append: %v, %v", out, err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Append(event(2)); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}
