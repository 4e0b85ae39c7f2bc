package hq_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/wire"
)

// exported writes a journal of sign-ins and gives it as batch and as export.
func exported(t *testing.T, id kiosk.TerminalID, device ed25519.PrivateKey, n int, first string) (kiosk.Batch, []byte) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "journal")
	j, err := journal.Open(journal.Options{Dir: dir, Terminal: id, MACKey: bytes.Repeat([]byte{1}, 32), FS: journal.OS()})
	if err != nil {
		t.Fatal(err)
	}
	b := kiosk.Batch{Terminal: id}
	for i := range n {
		by := "L1"
		if i == 0 {
			by = first
		}
		e := kiosk.Event{ID: kiosk.EventID{byte(i + 1), byte(i >> 8), 3}, At: kiosk.Moment{Wall: time.Unix(1_800_000_000, 0)}, Body: kiosk.SignedIn{By: by, Role: kiosk.RoleLeader}}
		if _, err := j.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	o := journal.ExportOptions{DeviceKey: device}
	o.Each = func(e journal.Entry) error { b.Records = append(b.Records, e.Record); return nil }
	if _, err := journal.Export(dir, &out, o); err != nil {
		t.Fatal(err)
	}
	return b, out.Bytes()
}

// A terminal that was withdrawn can push no more; its journal comes as a file.
func TestJournalsComeAsFiles(t *testing.T) {
	server := hqtest.Start(t, time.Now)
	ctx := context.Background()
	device := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	e, err := server.HQ.Enrol(ctx, server.Code("P001"), "door", device.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	id := kiosk.TerminalID(e.Terminal)
	b, file := exported(t, id, device, 700, "L1") // more than one batch
	sent := b
	sent.Records = b.Records[:150]
	if _, err := server.HQ.Push(ctx, sent); err != nil {
		t.Fatal(err)
	}
	if err := server.HQ.Revoke(ctx, id); err != nil {
		t.Fatal(err)
	}
	if _, err := server.HQ.Push(ctx, b); !errors.Is(err, wire.ErrRevoked) {
		t.Errorf("a withdrawn terminal pushes: %v", err)
	}
	_, strange := exported(t, id, ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), 200, "L1")
	_, unsigned := exported(t, id, nil, 200, "L1")
	_, short := exported(t, id, device, 100, "L1")
	_, other := exported(t, id, device, 200, "L2")
	_, unknown := exported(t, "K99-XXXX", device, 5, "L1")
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"nothing": {nil, hq.ErrInput}, "cut": {file[:len(file)-1], hq.ErrInput}, "changed": {append(bytes.Clone(file[:9000]), append([]byte{file[9000] ^ 1}, file[9001:]...)...), hq.ErrInput},
		"by another device": {strange, hq.ErrInput}, "by no device": {unsigned, hq.ErrInput}, "an older one": {short, hq.ErrInput},
		"of another history": {other, wire.ErrForked}, "of nobody": {unknown, hq.ErrNoTerminal},
	} {
		if done, err := server.HQ.ImportJournal(ctx, bytes.NewReader(c.file)); !errors.Is(err, c.want) || done.New != 0 {
			t.Errorf("%s: %+v, %v", name, done, err)
		}
	}
	for round, want := range []int{550, 0} {
		done, err := server.HQ.ImportJournal(ctx, bytes.NewReader(file))
		if err != nil || done.Terminal != id || done.Events != 700 || done.New != want || done.Settlements[kiosk.SettledAccepted] != want {
			t.Errorf("round %d: %+v, %v", round, done, err)
		}
	}
	if ack, err := server.HQ.Head(ctx, id); err != nil || ack.Head != b.Head() {
		t.Errorf("HQ is at %d, %v", ack.Head.Seq, err)
	}
}
