package journal_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/kiosk/journal"
)

// hqKey is the key of an HQ.
func hqKey(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize))
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

func signed(head kiosk.Head, by ed25519.PrivateKey) kiosk.Ack {
	at := time.Date(2026, 3, 1, 10, 0, int(head.Seq%60), 123456789, time.UTC)
	return kiosk.Ack{Head: head, At: at, Signature: ed25519.Sign(by, kiosk.AckBytes("T1", head, at))}
}

func openAcks(t testing.TB, dir string) *journal.Acks {
	t.Helper()
	a, err := journal.OpenAcks(journal.OS(), dir, "T1", hqring.New(public(hqKey(1))))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func keep(t testing.TB, a *journal.Acks, acks ...kiosk.Ack) {
	t.Helper()
	for _, k := range acks {
		if err := a.Keep(k); err != nil {
			t.Fatal(err)
		}
	}
}

// place makes up a head.
func place(seq uint64) kiosk.Head {
	return kiosk.Head{Seq: seq, Hash: kiosk.Hash{byte(seq), byte(seq >> 8), 7}}
}

func seqs(heads []kiosk.Head) (list []uint64) {
	for _, h := range heads {
		list = append(list, h.Seq)
	}
	return list
}

func TestAcknowledgementsAreKept(t *testing.T) {
	dir := t.TempDir()
	a := openAcks(t, dir)
	if got := a.Newest(); got.Head.Seq != 0 || len(a.All()) != 0 {
		t.Errorf("nothing is kept yet: %+v", got)
	}
	for seq := uint64(100); seq <= 2000; seq += 100 {
		keep(t, a, signed(place(seq), hqKey(1)))
	}
	keep(t, a, signed(place(50), hqKey(1))) // an HQ that came back from a backup
	for name, bad := range map[string]kiosk.Ack{
		"another HQ": signed(place(3000), hqKey(2)),
		"unsigned":   {Head: place(3000)},
		"a bit":      func() kiosk.Ack { k := signed(place(3000), hqKey(1)); k.Signature[9] ^= 1; return k }(),
		"a time that wraps": func() kiosk.Ack {
			k := kiosk.Ack{Head: place(3000), At: time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)}
			k.Signature = ed25519.Sign(hqKey(1), kiosk.AckBytes("T1", k.Head, k.At))
			return k
		}(),
	} {
		if err := a.Keep(bad); !errors.Is(err, journal.ErrNotSigned) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 2 {
		if got := a.Newest(); got.Head != place(2000) || !got.At.Equal(signed(place(2000), hqKey(1)).At) {
			t.Errorf("the newest is %+v", got)
		}
		// The first beyond each multiple of 256, and the last two.
		if got := seqs(a.All()); !slices.Equal(got, []uint64{300, 600, 800, 1100, 1300, 1600, 1800, 1900, 2000}) {
			t.Errorf("kept %v", got)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		a = openAcks(t, dir)
	}
	if info, err := os.Stat(filepath.Join(dir, "acks")); err != nil || info.Size() != 8192+7*128 {
		t.Errorf("%+v, %v", info, err)
	}
}

// Whatever is wrong with the file, what is whole in it counts, and it can be
// written on.
func TestDamagedAcknowledgementsArePassedOver(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		a := openAcks(t, dir)
		for seq := uint64(100); seq <= 1500; seq += 100 {
			keep(t, a, signed(place(seq), hqKey(1)))
		}
		whole := seqs(a.All())
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "acks")
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		switch rapid.IntRange(0, 3).Draw(rt, "damage") {
		case 0:
			b = b[:rapid.IntRange(0, len(b)).Draw(rt, "cut")]
		case 1:
			b[rapid.IntRange(0, len(b)-1).Draw(rt, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
		case 2:
			off := rapid.IntRange(0, len(b)/512-1).Draw(rt, "sector") * 512
			clear(b[off : off+512])
		case 3:
			off := rapid.IntRange(0, len(b)-128).Draw(rt, "from")
			copy(b[off:], b[rapid.IntRange(0, len(b)-128).Draw(rt, "bytes"):][:128])
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		a = openAcks(t, dir)
		newest := a.Newest().Head.Seq
		got := seqs(a.All())
		for _, seq := range got {
			if !slices.Contains(whole, seq) || seq > newest {
				rt.Errorf("kept %v, now %v, the newest %d", whole, got, newest)
			}
		}
		keep(t, a, signed(place(5000), hqKey(1)))
		again := seqs(openAcks(t, dir).All())
		for _, seq := range append(got, 5000) {
			if seq <= 1280 && !slices.Contains(again, seq) || again[len(again)-1] != 5000 {
				rt.Errorf("%v before, %v with one more", got, again)
			}
		}
	})
}

// forge makes the journal of somebody who has all the machine's keys: from a
// place on other events, or none.
func forge(t testing.TB, dir string, all []kiosk.Event) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.hxj*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	if len(all) == 0 {
		return
	}
	j := open(t, options(dir))
	for part := range slices.Chunk(all, 60) {
		mustAppend(t, j, part...)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// Cut, edited or replaced with the chain and all MACs right: it is found if HQ
// had acknowledged anything of it, and the event named is the first after the
// last acknowledgement that agrees, whatever acknowledgements are left.
func TestForgeriesAreFound(t *testing.T) {
	found := 0
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		j := open(t, options(dir))
		a := openAcks(t, dir)
		n := rapid.IntRange(1, 400).Draw(rt, "events")
		all := events(0, n)
		for i := 0; i < n; {
			k := min(n-i, rapid.IntRange(1, 60).Draw(rt, "append"))
			mustAppend(t, j, all[i:i+k]...)
			if i += k; rapid.IntRange(0, 3).Draw(rt, "acknowledged") > 0 {
				keep(t, a, signed(j.Head(), hqKey(1)))
			}
		}
		head := j.Head()
		kept := a.All()
		if err := errors.Join(a.Close(), j.Close()); err != nil {
			t.Fatal(err)
		}
		o := journal.VerifyOptions{MACKey: key, HQKey: public(hqKey(1)), Terminal: "T1"}
		if rep, err := journal.Verify(dir, o); err != nil || rep.Head != head || len(kept) > 0 && rep.Acked != kept[len(kept)-1] {
			rt.Fatalf("untouched: %+v, %v", rep, err)
		}

		first := rapid.IntRange(1, n).Draw(rt, "first other event")
		forged := slices.Clone(all)
		what := rapid.SampledFrom([]string{"cut", "edited", "replaced", "left out"}).Draw(rt, "forgery")
		switch what {
		case "cut":
			forged = forged[:first-1]
		case "edited":
			forged[first-1].Body = kiosk.SignedIn{By: "nobody"}
		case "replaced":
			first = 1
			forged = events(1_000_000, rapid.IntRange(1, 500).Draw(rt, "events of its own"))
		case "left out":
			forged = append(slices.Clone(all[:first-1]), all[first:]...)
		}
		forge(t, dir, forged)
		var agrees, later uint64
		for _, k := range kept {
			if k.Seq < uint64(first) {
				agrees = k.Seq
			} else {
				later = k.Seq
			}
		}
		rep, err := journal.Verify(dir, o)
		var d *journal.DamagedError
		switch {
		case later == 0: // nobody but the forger knows of the events
			if err != nil {
				rt.Errorf("%s at %d, acknowledged %v: %v", what, first, seqs(kept), err)
			}
		case !errors.Is(err, journal.ErrAltered) || !errors.As(err, &d) || d.Seq != agrees+1:
			rt.Errorf("%s at %d, acknowledged %v: %+v, %v", what, first, seqs(kept), rep, err)
		default:
			found++
		}
		if rep.Acked.Seq != agrees {
			rt.Errorf("%s at %d, acknowledged %v: proven up to %d", what, first, seqs(kept), rep.Acked.Seq)
		}
		if len(forged) == 0 {
			return
		}
		// The export says the same elsewhere, without the terminal's keys.
		var out bytes.Buffer
		_, exported := journal.Export(dir, &out, journal.ExportOptions{VerifyOptions: o})
		_, err = journal.VerifyExport(&out, journal.VerifyOptions{HQKey: public(hqKey(1))})
		if (exported == nil) != (later == 0) || (err == nil) != (later == 0) || err != nil && (!errors.As(err, &d) || d.Seq != agrees+1) {
			rt.Errorf("exported: %v, verified elsewhere: %v", exported, err)
		}
	})
	if found == 0 {
		t.Error("no forgery was found, or none tried")
	}
}

// Without the right name HQ's signatures fit nothing, and the journal counts as
// another's.
func TestVerifyKnowsWhoseJournalItIs(t *testing.T) {
	dir := t.TempDir()
	j := open(t, options(dir))
	mustAppend(t, j, events(0, 3)...)
	if _, err := journal.Verify(dir, journal.VerifyOptions{Terminal: "T2"}); !errors.Is(err, journal.ErrOtherTerminal) {
		t.Errorf("%v", err)
	}
	keep(t, openAcks(t, dir), signed(j.Head(), hqKey(1)))
	rep, err := journal.Verify(dir, journal.VerifyOptions{HQKey: public(hqKey(2)), Terminal: "T1"})
	if err != nil || rep.Acks != 0 || rep.AcksUnread != 1 || rep.Acked.Seq != 0 {
		t.Errorf("with the key of another HQ: %+v, %v", rep, err)
	}
}

// A journal that vanished as a whole is as much cut as any.
func TestVanishedJournalIsFound(t *testing.T) {
	for _, o := range []journal.VerifyOptions{{}, {HQKey: public(hqKey(1)), Terminal: "T1"}} {
		dir := t.TempDir()
		keep(t, openAcks(t, dir), signed(place(300), hqKey(1)))
		rep, err := journal.Verify(dir, o)
		var d *journal.DamagedError
		if !errors.Is(err, journal.ErrAltered) || !errors.As(err, &d) || d.Seq != 1 {
			t.Errorf("%+v, %v", rep, err)
		}
	}
}

// What the disk refuses is not taken for kept.
func TestAcknowledgementThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	a := openAcks(t, dir)
	keep(t, a, signed(place(5), hqKey(1)))
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := a.Keep(signed(place(6), hqKey(1))); err == nil || a.Newest().Head.Seq != 5 {
		t.Errorf("written into a closed file: %v", err)
	}
	missing := filepath.Join(dir, "missing")
	a, err := journal.OpenAcks(journal.OS(), missing, "T1", hqring.New(public(hqKey(1))))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Keep(signed(place(6), hqKey(1))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("into a folder that is not there: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub", "acks"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.OpenAcks(journal.OS(), filepath.Join(dir, "sub"), "T1", hqring.New(public(hqKey(1)))); err == nil {
		t.Error("a folder in its place was opened")
	}
}
