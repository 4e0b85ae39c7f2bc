package journal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"hexiao/kiosk/journal"
)

// segments makes a journal of several files and gives its folder.
func segments(t *testing.T, events int) (dir string, o journal.Options) {
	t.Helper()
	dir = t.TempDir()
	o = options(dir)
	o.SegmentBytes = 4 << 10
	j := open(t, o)
	for i := range events {
		mustAppend(t, j, event(i))
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, o
}

func rewriteFile(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(b), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Damage that opening does not read stops nobody, and verify finds it.
func TestDamageInAnOldFile(t *testing.T) {
	dir, o := segments(t, 100)
	second := filepath.Join(dir, "00000002.hxj")
	rewriteFile(t, second, func(b []byte) []byte { b[600] ^= 1; return b })
	j := open(t, o)
	mustAppend(t, j, event(1))
	var damaged *journal.DamagedError
	rep, err := journal.Verify(dir, journal.VerifyOptions{MACKey: key})
	if !errors.As(err, &damaged) || damaged.File != "00000002.hxj" || damaged.Seq != rep.Events+1 {
		t.Errorf("%+v, %v", rep, err)
	}
	if err := j.Read(1, func(journal.Entry) error { return nil }); !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("read past it: %v", err)
	}
	if err := j.Read(damaged.Seq+40, func(journal.Entry) error { return nil }); err != nil {
		t.Errorf("read behind it: %v", err)
	}
}

// An older copy of a file is sound in itself and ends too early.
func TestReadStopsWhereAnOlderFileEnds(t *testing.T) {
	dir, o := segments(t, 3)
	first := filepath.Join(dir, "00000001.hxj")
	old, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	j := open(t, o)
	for i := range 60 {
		mustAppend(t, j, event(i))
	}
	rewriteFile(t, first, func([]byte) []byte { return old })
	seen := uint64(0)
	err = j.Read(1, func(e journal.Entry) error { seen = e.Event.Seq; return nil })
	var damaged *journal.DamagedError
	if !errors.As(err, &damaged) || damaged.Seq != 4 || seen != 3 {
		t.Errorf("saw up to %d: %v", seen, err)
	}
}

func TestVerifyWalksUpToABrokenFile(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(t *testing.T, path string)
		kind error
	}{
		"missing": {func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, journal.ErrMissingSegment},
		"header": {func(t *testing.T, path string) {
			rewriteFile(t, path, func(b []byte) []byte { b[30] ^= 1; return b })
		}, journal.ErrDamaged},
		"emptied": {func(t *testing.T, path string) { rewriteFile(t, path, func([]byte) []byte { return nil }) }, journal.ErrDamaged},
		"a hole of a gigabyte": {func(t *testing.T, path string) {
			if err := os.Truncate(path, 1<<30); err != nil {
				t.Fatal(err)
			}
		}, journal.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			dir, o := segments(t, 100)
			c.harm(t, filepath.Join(dir, "00000003.hxj"))
			rep, err := journal.Verify(dir, journal.VerifyOptions{})
			var damaged *journal.DamagedError
			if !errors.As(err, &damaged) || !errors.Is(err, c.kind) || rep.Events == 0 || damaged.Seq != rep.Events+1 {
				t.Errorf("%+v, %v", rep, err)
			}
			if _, err := journal.Open(o); !errors.Is(err, c.kind) {
				t.Errorf("open: %v", err)
			}
		})
	}
}

// What is known to be recorded is never cut off as torn.
func TestAtLeast(t *testing.T) {
	dir, o := segments(t, 5)
	o.AtLeast = 6
	if _, err := journal.Open(o); !errors.Is(err, journal.ErrShort) {
		t.Errorf("too few: %v", err)
	}
	o.AtLeast = 5
	if err := open(t, o).Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "00000001.hxj")
	var before []byte
	rewriteFile(t, path, func(b []byte) []byte {
		b[len(bytes.TrimRight(b, "\x00"))-9] ^= 1
		before = bytes.Clone(b)
		return b
	})
	var damaged *journal.DamagedError
	if _, err := journal.Open(o); !errors.As(err, &damaged) || damaged.Seq != 5 || damaged.File != "00000001.hxj" {
		t.Errorf("the last one is rotten: %v", err)
	}
	if b, err := os.ReadFile(path); err != nil || !bytes.Equal(b, before) {
		t.Errorf("it was changed, %v", err)
	}
	o.AtLeast = 4
	if j := open(t, o); j.Head().Seq != 4 || len(j.Torn()) != 1 {
		t.Errorf("head %d, torn %q", j.Head().Seq, j.Torn())
	}
}
