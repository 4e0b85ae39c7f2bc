package archive_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
	"hexiao/sync/hq/archive"
	"hexiao/sync/hq/boltstore"
	"hexiao/sync/hq/hqtest"
)

func at() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 123e6, time.UTC) }

// full is an HQ with something of every kind, more than a page of most.
func full(t *testing.T) *hqtest.Server {
	t.Helper()
	s := hqtest.Start(t, at)
	var entries []ordertable.Entry
	for i := range 1100 {
		entries = append(entries, hqtest.Entry(kiosk.OrderID(fmt.Sprint("A", i))))
	}
	s.Import("P001", entries...)
	s.Import("P002", hqtest.Entry("B"))
	s.Code("P001")
	err := s.Store.Update(t.Context(), func(tx hq.Tx) error {
		var errs []error
		for i, id := range []kiosk.TerminalID{"K1", "K2"} {
			errs = append(errs, tx.PutTerminal(hq.Terminal{ID: id, Point: "P001", Key: make([]byte, 32), Enrolled: at(), Revoked: time.Time{}, Promised: at()}))
			for n := range uint64(1500 * (1 - i)) {
				e := hq.StoredEvent{Terminal: id, Seq: n + 1, Payload: []byte{1, byte(n)}, At: at(), Day: "2026-11-23", Point: "P001", Receipt: kiosk.Receipt{Seq: n + 1, Settlement: kiosk.SettledAccepted}}
				if n%2 == 0 {
					e.Payload = nil
				}
				errs = append(errs, tx.PutEvent(e))
			}
		}
		for n := range uint64(3) {
			_, err := tx.AddCase(hq.Case{Kind: hq.CaseForked, Point: "P001", At: at(), Decisions: []hq.Decision{{By: "Zhou", At: at()}}})
			_, reqErr := tx.AddRequest(hq.Request{Type: kiosk.TypeSentBack, Event: kiosk.EventID{byte(n)}, At: at()})
			errs = append(errs, err, reqErr)
		}
		for i := range 1200 {
			errs = append(errs, tx.PutDoc(hq.DocKey{Collection: "test/a", DocPlace: hq.DocPlace{Point: []kiosk.PointID{"", "P001"}[i%2], Key: fmt.Sprint(i)}}, []byte{byte(i)}))
		}
		return errors.Join(append(errs, tx.PutDoc(hq.DocKey{Collection: "test/b"}, []byte{}))...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func empty(t *testing.T) *boltstore.Store {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "hq.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func written(t *testing.T, from archive.Viewer) ([]byte, archive.Summary) {
	t.Helper()
	var b bytes.Buffer
	s, err := archive.Write(t.Context(), from, &b, at())
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), s
}

func TestThereAndBack(t *testing.T) {
	s := full(t)
	raw, wrote := written(t, s.HQ)
	if checked, err := archive.Check(bytes.NewReader(raw)); err != nil || !bytes.Equal(checked.Digest, wrote.Digest) || !checked.At.Equal(at()) {
		t.Errorf("checked: %+v, %v", checked, err)
	}
	for name, n := range map[string]uint64{"identities": 1, "points": 2, "orders": 1101, "terminals": 2, "enrolments": 1, "events": 1500, "cases": 3, "requests": 3, "documents": 1201} {
		if wrote.Counts[name] != n {
			t.Errorf("%d %s, want %d", wrote.Counts[name], name, n)
		}
	}
	if wrote.Counts["codes"] < 1101 || wrote.Total() < 4000 {
		t.Errorf("%v", wrote.Counts)
	}
	restored, copied := empty(t), empty(t)
	if got, err := archive.Read(t.Context(), bytes.NewReader(raw), restored); err != nil || !bytes.Equal(got.Digest, wrote.Digest) {
		t.Fatalf("read: %v, %v", got, err)
	}
	if got, err := archive.Copy(t.Context(), s.Store, copied); err != nil || !bytes.Equal(got.Digest, wrote.Digest) {
		t.Fatalf("copied: %v, %v", got, err)
	}
	for _, store := range []*boltstore.Store{restored, copied} {
		if again, _ := written(t, store); !bytes.Equal(again, raw) {
			t.Error("the store that was filled holds something else")
		}
		if err := archive.Unfinished(t.Context(), store); err != nil {
			t.Error(err)
		}
		if _, err := archive.Copy(t.Context(), s.Store, store); !errors.Is(err, archive.ErrNotEmpty) {
			t.Errorf("filled twice: %v", err)
		}
	}
	// It lives: its codes open its orders, and HQ goes on.
	h, err := hq.New(t.Context(), hq.Config{Store: restored, Now: at, Random: bytes.NewReader(nil)})
	if err != nil {
		t.Fatal(err)
	}
	rows := map[kiosk.OrderID]hq.CodeRow{}
	err = h.CodeRows(t.Context(), "P001", true, func(r hq.CodeRow) error { rows[r.Order] = r; return nil })
	if want := s.Codes("P001"); err != nil || len(rows) != len(want) || rows["A7"].Typed != want["A7"].Typed {
		t.Errorf("%d codes, want %d, %v", len(rows), len(want), err)
	}
}

// One state is written although HQ goes on.
func TestWriteSeesOneState(t *testing.T) {
	s := full(t)
	_, before := written(t, s.HQ)
	changed := false
	out := writerFunc(func(p []byte) (int, error) {
		if !changed {
			changed = true
			s.AddPoint("P003", kiosk.Policy{})
			s.Import("P002", hqtest.Entry("C"))
		}
		return len(p), nil
	})
	got, err := archive.Write(t.Context(), s.HQ, out, at())
	if err != nil || !changed || !bytes.Equal(got.Digest, before.Digest) {
		t.Errorf("%v, %v", got.Counts, err)
	}
	if _, after := written(t, s.HQ); bytes.Equal(after.Digest, before.Digest) {
		t.Error("the digest does not see a new point")
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestDamage(t *testing.T) {
	raw, s := written(t, full(t).HQ)
	for n := range 200 {
		cut := raw[:len(raw)*n/200]
		if _, err := archive.Check(bytes.NewReader(cut)); !errors.Is(err, archive.ErrDamaged) && !errors.Is(err, archive.ErrNotAnArchive) {
			t.Errorf("cut at %d: %v", len(cut), err)
		}
	}
	for n := range 400 {
		flipped := slices.Clone(raw)
		flipped[len(raw)*n/400] ^= 1 << (n % 8)
		got, err := archive.Check(bytes.NewReader(flipped))
		// gzip's header has bytes that nobody reads.
		if err == nil && !bytes.Equal(got.Digest, s.Digest) || err == nil && len(raw)*n/400 > 10 {
			t.Errorf("a bit at %d: %v, %v", len(raw)*n/400, got, err)
		}
	}
	if _, err := archive.Check(bytes.NewReader(append(slices.Clone(raw), raw...))); !errors.Is(err, archive.ErrDamaged) {
		t.Errorf("twice: %v", err)
	}
}

// packed is an archive by hand.
func packed(t *testing.T, text string) io.Reader {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	if _, err := io.WriteString(zip, text); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestForeign(t *testing.T) {
	const title = "hexiao hq archive 1\n"
	head := "h\x00\x00\x00\x17\xa1\x01\x74" + "2026-11-23T08:00:00Z"
	for name, c := range map[string]struct {
		in   io.Reader
		want error
	}{
		"nothing":         {strings.NewReader(""), archive.ErrNotAnArchive},
		"text":            {strings.NewReader("order,product\n"), archive.ErrNotAnArchive},
		"another gzip":    {packed(t, "a,b\n"), archive.ErrNotAnArchive},
		"another version": {packed(t, "hexiao hq archive 2\n"), archive.ErrNotAnArchive},
		"no frames":       {packed(t, title), archive.ErrDamaged},
		"no head":         {packed(t, title+"p\x00\x00\x00\x01\xa0"), archive.ErrDamaged},
		"a huge frame":    {packed(t, title+"h\xff\xff\xff\xff"), archive.ErrDamaged},
		"no CBOR":         {packed(t, title+"h\x00\x00\x00\x01\xff"), archive.ErrDamaged},
		"no end":          {packed(t, title+head), archive.ErrDamaged},
		"a wrong end":     {packed(t, title+head+"t\x00\x00\x00\x01\xa0"), archive.ErrDamaged},
		"an unknown kind": {packed(t, title+head+"x\x00\x00\x00\x01\xa0"), archive.ErrNotAnArchive},
		"a bad record":    {packed(t, title+head+"p\x00\x00\x00\x01\xff"), archive.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			store := empty(t)
			if _, err := archive.Read(t.Context(), c.in, store); !errors.Is(err, c.want) && (name != "an unknown kind" || !errors.Is(err, archive.ErrDamaged)) {
				t.Errorf("read: %v, want %v", err, c.want)
			}
			if err := archive.Unfinished(t.Context(), store); !errors.Is(err, archive.ErrUnfinished) {
				t.Errorf("the store that was not filled: %v", err)
			}
			if _, err := archive.Copy(t.Context(), store, empty(t)); !errors.Is(err, archive.ErrUnfinished) {
				t.Errorf("a copy of it: %v", err)
			}
		})
	}
}

func TestFullDisk(t *testing.T) {
	s := full(t)
	device, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = device.Close() }()
	if _, err := archive.Write(t.Context(), s.HQ, device, at()); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("written to a full disk: %v", err)
	}
	raw, _ := written(t, s.HQ)
	store := empty(t)
	if _, err := archive.Read(t.Context(), bytes.NewReader(raw), &failing{Store: store, after: 2}); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("read onto a full disk: %v", err)
	}
	if err := archive.Unfinished(t.Context(), store); !errors.Is(err, archive.ErrUnfinished) {
		t.Errorf("the store that was half filled: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := archive.Copy(ended, s.Store, empty(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
}

// failing has room for some Updates.
type failing struct {
	hq.Store
	after int
}

func (s *failing) Update(ctx context.Context, fn func(hq.Tx) error) error {
	if s.after--; s.after < 0 {
		return syscall.ENOSPC
	}
	return s.Store.Update(ctx, fn)
}
