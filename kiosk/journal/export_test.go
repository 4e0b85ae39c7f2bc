package journal_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
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
	keep(f, openAcks(f, dir), signed(j.Head(), hqKey(1)))
	var out bytes.Buffer
	o := journal.ExportOptions{DeviceKey: hqKey(9)}
	o.HQKey = public(hqKey(1))
	if _, err := journal.Export(dir, &out, o); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add(out.Bytes()[:200])
	f.Add(oldExport(out.Bytes()))
	f.Fuzz(func(t *testing.T, b []byte) {
		rep, err := journal.VerifyExport(bytes.NewReader(b), journal.VerifyOptions{})
		if err == nil && (rep.Events == 0 && rep.Head.Seq != 0 || rep.Terminal == "") {
			t.Errorf("accepted: %+v", rep)
		}
		if err != nil && !errors.Is(err, journal.ErrDamaged) && !errors.Is(err, journal.ErrVersion) &&
			!errors.Is(err, journal.ErrAltered) && !errors.Is(err, journal.ErrNotAuthentic) {
			t.Errorf("an untyped error: %v", err)
		}
	})
}

// oldExport is what version 1 wrote of the events in an export of today.
func oldExport(b []byte) []byte {
	seal := func(b []byte) []byte {
		return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	}
	head := bytes.Clone(b[:124])
	head[11] = 1
	acks := int(binary.BigEndian.Uint32(b[128+40:]))
	end := b[len(b)-152:]
	out := append(seal(head), b[128+48+128*acks:len(b)-152]...)
	return append(append(out, seal(bytes.Clone(end[:48]))...), 0, 0, 0, 0)
}

func TestOldExportsVerify(t *testing.T) {
	dir := t.TempDir()
	j := open(t, options(dir))
	mustAppend(t, j, events(1, 30)...)
	keep(t, openAcks(t, dir), signed(j.Head(), hqKey(1)))
	var out bytes.Buffer
	if _, err := journal.Export(dir, &out, journal.ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	old := oldExport(out.Bytes())
	for _, k := range [][]byte{nil, key} {
		rep, err := journal.VerifyExport(bytes.NewReader(old), journal.VerifyOptions{MACKey: k})
		if err != nil || rep.Head != j.Head() || rep.Acked.Seq != 0 || rep.Device != nil {
			t.Errorf("%+v, %v", rep, err)
		}
	}
	for _, cut := range []int{100, len(old) / 2, len(old) - 1} {
		if _, err := journal.VerifyExport(bytes.NewReader(old[:cut]), journal.VerifyOptions{}); !errors.Is(err, journal.ErrDamaged) {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
}

// What an export proves, and by whose word.
func TestExportIsSigned(t *testing.T) {
	dir := t.TempDir()
	j := open(t, options(dir))
	mustAppend(t, j, events(1, 40)...)
	keep(t, openAcks(t, dir), signed(j.Head(), hqKey(1)))
	mustAppend(t, j, events(100, 10)...)
	device := hqKey(9)
	export := func(o journal.ExportOptions) []byte {
		t.Helper()
		var out bytes.Buffer
		if _, err := journal.Export(dir, &out, o); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	whole := export(journal.ExportOptions{
		VerifyOptions: journal.VerifyOptions{MACKey: key, HQKey: public(hqKey(1)), Terminal: "T1"}, DeviceKey: device,
	})
	for name, c := range map[string]struct {
		o     journal.VerifyOptions
		acked uint64
		hq    ed25519.PublicKey
	}{
		"no key":     {journal.VerifyOptions{}, 40, public(hqKey(1))},
		"HQ's key":   {journal.VerifyOptions{HQKey: public(hqKey(1)), Terminal: "T1"}, 40, public(hqKey(1))},
		"another HQ": {journal.VerifyOptions{HQKey: public(hqKey(2))}, 0, public(hqKey(2))},
	} {
		n := 0
		c.o.Each = func(e journal.Entry) error { n++; return nil }
		rep, err := journal.VerifyExport(bytes.NewReader(whole), c.o)
		if err != nil || rep.Acked.Seq != c.acked || !rep.Device.Equal(public(device)) || !rep.HQKey.Equal(c.hq) || n != 50 {
			t.Errorf("%s: %+v, %v, %d shown", name, rep, err, n)
		}
	}
	if rep, err := journal.VerifyExport(bytes.NewReader(export(journal.ExportOptions{})), journal.VerifyOptions{}); err != nil || rep.Device != nil || rep.HQKey != nil {
		t.Errorf("unsigned: %+v, %v", rep, err)
	}
	if _, err := journal.VerifyExport(bytes.NewReader(whole), journal.VerifyOptions{Terminal: "T2"}); !errors.Is(err, journal.ErrOtherTerminal) {
		t.Errorf("another terminal's: %v", err)
	}
	stop := errors.New("enough")
	if _, err := journal.VerifyExport(bytes.NewReader(whole), journal.VerifyOptions{Each: func(journal.Entry) error { return stop }}); !errors.Is(err, stop) {
		t.Errorf("an error of the caller: %v", err)
	}
	// Another device's name over the same signature, with the checksum right.
	end := bytes.Clone(whole[len(whole)-152:])
	copy(end[48:], public(hqKey(8)))
	binary.BigEndian.PutUint32(end[144:], crc32.Checksum(end[:144], crc32.MakeTable(crc32.Castagnoli)))
	var d *journal.DamagedError
	_, err := journal.VerifyExport(io.MultiReader(bytes.NewReader(whole[:len(whole)-152]), bytes.NewReader(end)), journal.VerifyOptions{})
	if !errors.Is(err, journal.ErrNotAuthentic) || !errors.As(err, &d) || d.Seq != 41 {
		t.Errorf("a borrowed signature: %v", err)
	}
}

// Of a damaged journal an export takes away what is before the damage, and says
// so, now and where it is verified.
func TestExportOfADamagedJournal(t *testing.T) {
	dir := t.TempDir()
	j := open(t, options(dir))
	for i := range 200 {
		mustAppend(t, j, event(i))
	}
	keep(t, openAcks(t, dir), signed(j.Head(), hqKey(1)))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	patch(t, segmentFiles(t, dir)[0], 4000, []byte("damaged"))
	var out bytes.Buffer
	rep, err := journal.Export(dir, &out, journal.ExportOptions{})
	if !errors.Is(err, journal.ErrDamaged) || rep.Events == 0 || rep.Events >= 200 {
		t.Fatalf("%+v, %v", rep, err)
	}
	again, err := journal.VerifyExport(bytes.NewReader(out.Bytes()), journal.VerifyOptions{})
	if !errors.Is(err, journal.ErrAltered) || again.Head != rep.Head {
		t.Errorf("the export: %+v, %v", again, err)
	}
	patch(t, segmentFiles(t, dir)[0], 130, []byte("damaged"))
	if _, err := journal.Export(dir, &bytes.Buffer{}, journal.ExportOptions{}); !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("nothing is left: %v", err)
	}
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
