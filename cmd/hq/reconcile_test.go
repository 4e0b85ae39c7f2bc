package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
	"hexiao/sync/hq/reconcile"
)

// twice makes a store in which two terminals handed out one order on 2026-11-23,
// and one of them closed the day.
func twice(t *testing.T) (db string) {
	t.Helper()
	db = filepath.Join(t.TempDir(), "hq.db")
	store, err := boltstore.Open(db)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}()
	at := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	h, err := hq.New(t.Context(), hq.Config{Store: store, Now: func() time.Time { return at }, Random: rand.Reader, Observers: []hq.Observer{reconcile.Watch{}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.AddPoint(t.Context(), hq.NewPoint{ID: "P001", Name: "幸福里"}); err != nil {
		t.Fatal(err)
	}
	order := ordertable.Entry{Name: "张小明", Phone: "13800001234", Order: kiosk.Order{
		ID: "A1", Status: kiosk.StatusArrived, Lines: []kiosk.Line{{ID: "1", Product: "牛奶", Quantity: 2, UnitPrice: 1280}},
	}}
	if _, err := h.Import(t.Context(), "P001", slices.Values([]ordertable.Entry{order})); err != nil {
		t.Fatal(err)
	}
	handover := kiosk.Redeemed{Order: "A1", Method: kiosk.MethodAlone, Lines: []kiosk.Handed{{Line: "1", Handed: 2}}}
	push(t, h, store, "K1", at, handover)
	push(t, h, store, "K2", at, handover, kiosk.DayClosed{
		Day: "2026-11-23", Totals: kiosk.DayTotals{Orders: 1, Alone: 1, Units: 2, Value: 2560}, Head: kiosk.Head{Seq: 1}, By: "L1",
	})
	return db
}

// push pushes a terminal's whole journal.
func push(t *testing.T, h *hq.HQ, store hq.Store, id kiosk.TerminalID, at time.Time, bodies ...kiosk.Body) {
	t.Helper()
	err := store.Update(t.Context(), func(tx hq.Tx) error { return tx.PutTerminal(hq.Terminal{ID: id, Point: "P001", Name: "door"}) })
	if err != nil {
		t.Fatal(err)
	}
	b := kiosk.Batch{Terminal: id}
	for i, body := range bodies {
		var event kiosk.EventID
		if _, err := rand.Read(event[:]); err != nil {
			t.Fatal(err)
		}
		if c, ok := body.(kiosk.DayClosed); ok {
			c.Head.Hash = b.Head().Hash
			body = c
		}
		raw, _, err := kiosk.EncodeEvent(kiosk.Event{ID: event, At: kiosk.Moment{Wall: at}, Body: body})
		if err != nil {
			t.Fatal(err)
		}
		b.Records = append(b.Records, kiosk.Record{Epoch: 1, Seq: uint64(i) + 1, Payload: raw})
	}
	if _, err := h.Push(context.Background(), b); err != nil {
		t.Fatal(err)
	}
}

func TestReconcileTellsBothSides(t *testing.T) {
	db := twice(t)
	args := []string{"--db", db, "--day", "2026-11-23"}
	day := append([]string{"--point", "P001"}, args...)
	text := strings.Join(must(t, append([]string{"reconcile"}, day...)...), "\n")
	for _, want := range []string{
		"P001 幸福里  2026-11-23  differences", "Value (yuan)   25.60       25.60       -25.60       0.00  25.60",
		"terminal K1 door (1 entries): not closed", "terminal K2 door (2 entries): close 1 at 2026-11-23 04:00:00Z by L1, up to entry 1",
		"2 units, 25.60 yuan, of order A1 were handed over twice (terminal K2, entry 1)", "-> decide which handover counts (hq conflicts settle)",
		"terminal K1, 1: handed over", "accepted, 2 units, 25.60 yuan", "terminal K2, 1: handed over", "conflict, 2 units, 25.60 yuan",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	var r reconcile.Report
	if err := json.Unmarshal([]byte(must(t, append([]string{"reconcile", "--json"}, day...)...)[0]), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Differences) != 1 || len(r.Entries) != 3 || r.Entries[0].Difference != "" || r.Entries[1].Difference != r.Differences[0].ID || r.Balance.Effect.Value != -2560 {
		t.Fatalf("%+v", r)
	}
	note := append([]string{"reconcile", "note", "--difference", r.Differences[0].ID, "--by", "boss", "--note", "both came back", "--accept"}, day...)
	if out := strings.Join(must(t, note...), "\n"); !strings.Contains(out, "double  accepted") || !strings.Contains(out, "boss: both came back") {
		t.Errorf("%s", out)
	}
	if out := must(t, append(note, "--json")...)[0]; !strings.Contains(out, `"accepted":true`) {
		t.Errorf("%s", out)
	}
	all := must(t, append([]string{"reconcile", "--all"}, args...)...)
	if len(all) != 1 || !strings.HasPrefix(all[0], "P001         accepted         1 differences,   0 open; 1 of 2 terminals closed; closed        25.60, HQ        25.60 yuan") {
		t.Errorf("%q", all)
	}
	if out := must(t, append([]string{"reconcile", "--all", "--json"}, args...)...)[0]; !strings.Contains(out, `"state":"accepted"`) {
		t.Errorf("%s", out)
	}
	file := filepath.Join(t.TempDir(), "day.csv")
	must(t, append([]string{"reconcile", "--lang", "zh", "--out", file}, day...)...)
	raw, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(raw), "交付了两次") || !strings.Contains(string(raw), "boss: both came back") {
		t.Errorf("%v: %s", err, raw)
	}
	for _, secret := range []string{"张", "138"} {
		if strings.Contains(text+string(raw), secret) {
			t.Errorf("the customer is named: %s", secret)
		}
	}
}
