package journal_test

import (
	"bytes"
	"crypto/ed25519"
	"os"
	"path/filepath"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/kiosk/journal"
)

// rotated is HQ's chain of two keys.
func rotated() []kiosk.HQKey {
	next := public(hqKey(2))
	return []kiosk.HQKey{{Key: public(hqKey(1))}, {Key: next, Proof: hqring.Prove(hqKey(1), next)}}
}

// HQ changes its key: what both keys signed is proved by the first one, from the
// folder alone and from its export.
func TestAcknowledgementsOfTwoKeys(t *testing.T) {
	dir := t.TempDir()
	j := open(t, options(dir))
	for i := range 30 { // past the first milestone
		mustAppend(t, j, events(1+10*i, 10)...)
	}
	a := openAcks(t, dir)
	keep(t, a, signed(j.Head(), hqKey(1)))
	mustAppend(t, j, events(400, 10)...)
	if err := a.Keep(signed(j.Head(), hqKey(2))); err == nil {
		t.Fatal("an acknowledgement of a key that nobody knows is kept")
	}
	ring := hqring.New(public(hqKey(1)))
	b, err := journal.OpenAcks(journal.OS(), dir, "T1", ring)
	if err != nil {
		t.Fatal(err)
	}
	if err := ring.Adopt(rotated()); err != nil {
		t.Fatal(err)
	}
	keep(t, b, signed(j.Head(), hqKey(2)))
	mustAppend(t, j, events(500, 10)...)
	keep(t, b, signed(j.Head(), hqKey(2)))
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}

	// Another start knows the first key alone, and learns the second from the file.
	ring = hqring.New(public(hqKey(1)))
	c, err := journal.OpenAcks(journal.OS(), dir, "T1", ring)
	if err != nil || c.Newest().Head != j.Head() || len(ring.Keys()) != 2 || len(c.All()) != 3 {
		t.Errorf("%v, newest %d, %d keys, %d heads", err, c.Newest().Head.Seq, len(ring.Keys()), len(c.All()))
	}
	mustAppend(t, j, events(600, 10)...)
	keep(t, c, signed(j.Head(), hqKey(2)))
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(dir, "acks"))
	if n := bytes.Count(file, []byte("HXJK")); err != nil || n != 1 {
		t.Errorf("the key is kept %d times, %v", n, err)
	}

	var out bytes.Buffer
	o := journal.ExportOptions{}
	o.HQKey = public(hqKey(1))
	if _, err := journal.Export(dir, &out, o); err != nil {
		t.Fatal(err)
	}
	last := j.Head().Seq
	for name, c := range map[string]struct {
		key    ed25519.PublicKey
		acked  uint64
		unread int
	}{
		"first": {public(hqKey(1)), last, 0}, "second": {public(hqKey(2)), last, 1}, "another": {public(hqKey(3)), 0, 3},
	} {
		folder, err1 := journal.Verify(dir, journal.VerifyOptions{HQKey: c.key, Terminal: "T1"})
		export, err2 := journal.VerifyExport(bytes.NewReader(out.Bytes()), journal.VerifyOptions{HQKey: c.key})
		for _, rep := range []journal.Report{folder, export} {
			if err1 != nil || err2 != nil || rep.Acked.Seq != c.acked || rep.AcksUnread != c.unread {
				t.Errorf("%s key: up to %d, %d unread, %v, %v", name, rep.Acked.Seq, rep.AcksUnread, err1, err2)
			}
		}
	}
}

// Keys in the file that nobody signed for are nobody's.
func TestForgedKeysInTheFile(t *testing.T) {
	dir := t.TempDir()
	ring := hqring.New(public(hqKey(1)))
	a, err := journal.OpenAcks(journal.OS(), dir, "T1", ring)
	if err != nil {
		t.Fatal(err)
	}
	if err := ring.Adopt(rotated()); err != nil {
		t.Fatal(err)
	}
	keep(t, a, signed(place(300), hqKey(2)))
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	ring = hqring.New(public(hqKey(3))) // as if somebody had put another HQ's file here
	b, err := journal.OpenAcks(journal.OS(), dir, "T1", ring)
	if err != nil || b.Newest().Head.Seq != 0 || len(b.All()) != 0 || len(ring.Keys()) != 1 {
		t.Errorf("%v, newest %d, %d keys", err, b.Newest().Head.Seq, len(ring.Keys()))
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}
