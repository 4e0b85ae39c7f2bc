package journal_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"hexiao/kiosk/journal"
)

func TestExportVerifiesElsewhere(t *testing.T) {
	dir := t.TempDir()
	j := open(t, options(dir))
	if _, err := journal.Export(dir, &bytes.Buffer{}, journal.ExportOptions{}); !errors.Is(err, journal.ErrEmpty) {
		t.Errorf("an empty journal: %v", err)
	}
	for i := range 300 {
		mustAppend(t, j, event(i))
	}
	var out bytes.Buffer
	if _, err := journal.Export(dir, &out, journal.ExportOptions{VerifyOptions: journal.VerifyOptions{MACKey: key}}); err != nil {
		t.Fatal(err)
	}
	for _, k := range [][]byte{nil, key} {
		rep, err := journal.VerifyExport(bytes.NewReader(out.Bytes()), journal.VerifyOptions{MACKey: k})
		if err != nil || rep.Head != j.Head() || rep.Events != 300 || rep.Terminal != "T1" {
			t.Errorf("%+v, %v", rep, err)
		}
	}
	if _, err := journal.VerifyExport(bytes.NewReader(out.Bytes()), journal.VerifyOptions{MACKey: bytes.Repeat([]byte{1}, 32)}); !errors.Is(err, journal.ErrNotAuthentic) {
		t.Errorf("another key: %v", err)
	}
	for _, cut := range []int{0, 100, 128, 5000, out.Len() - 152, out.Len() - 56, out.Len() - 1} {
		if _, err := journal.VerifyExport(bytes.NewReader(out.Bytes()[:cut]), journal.VerifyOptions{}); !errors.Is(err, journal.ErrDamaged) {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
	if _, err := journal.VerifyExport(bytes.NewReader(append(out.Bytes(), 0)), journal.VerifyOptions{}); !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("a byte more: %v", err)
	}
	for i := 0; i < out.Len(); i += 997 {
		b := bytes.Clone(out.Bytes())
		b[i] ^= 4
		if _, err := journal.VerifyExport(bytes.NewReader(b), journal.VerifyOptions{}); err == nil && i%8 != 7 {
			// A padding byte is the only one that no checksum covers.
			if b[i] != 4 {
				t.Errorf("byte %d changed: not noticed", i)
			}
		}
	}
}

// FuzzVerifyExport: bytes are refused with a typed error or are an export.
func FuzzVerifyExport(f *testing.F) {
	dir := f.TempDir()
	j := open(f, options(dir))
	mustAppend(f, j, events(1, 3)...)
	var out bytes.Buffer
	if _, err := journal.Export(dir, &out, journal.ExportOptions{}); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add(out.Bytes()[:200])
	f.Fuzz(func(t *testing.T, b []byte) {
		rep, err := journal.VerifyExport(bytes.NewReader(b), journal.VerifyOptions{})
		if err == nil && (rep.Events == 0 && rep.Head.Seq != 0 || rep.Terminal == "") {
			t.Errorf("accepted: %+v", rep)
		}
		if err != nil && !errors.Is(err, journal.ErrDamaged) && !errors.Is(err, journal.ErrVersion) {
			t.Errorf("an untyped error: %v", err)
		}
	})
}

func TestVerifyShowsEveryEventOnce(t *testing.T) {
	dir := t.TempDir()
	j := open(t, options(dir))
	mustAppend(t, j, events(1, 3)...) // and verifies while the journal is in use
	var seen []uint64
	each := func(e journal.Entry) error {
		seen = append(seen, e.Event.Seq)
		return nil
	}
	if rep, err := journal.Verify(dir, journal.VerifyOptions{Each: each}); err != nil || rep.Events != 3 || !slices.Equal(seen, []uint64{1, 2, 3}) {
		t.Errorf("%+v, %v, shown %v", rep, err, seen)
	}
	enough := errors.New("enough")
	if _, err := journal.Verify(dir, journal.VerifyOptions{Each: func(journal.Entry) error { return enough }}); !errors.Is(err, enough) {
		t.Errorf("an error of the caller: %v", err)
	}
}
