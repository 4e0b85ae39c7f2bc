package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	remote "hexiao/sync/client"
	"hexiao/sync/hq"
	"hexiao/sync/wire"
)

// terminal enrols a device by a code from the command line.
func terminal(t *testing.T, db, address string) (*remote.HQ, kiosk.TerminalID) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	code := must(t, "kiosk", "code", "--db", db, "--point", "P001")[0]
	e, err := remote.Enrol(t.Context(), remote.EnrolOptions{Address: "http://" + address, Code: code, Name: "门口", Key: key})
	if err != nil {
		t.Fatal(err)
	}
	c, err := remote.New(remote.Options{Address: "http://" + address, Terminal: e.Terminal, Point: e.Point, Key: key, HQ: hqring.New(e.HQKey), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, e.Terminal
}

// Two terminals hand the same order out; the operator sees who was first, who
// was second, and can withdraw a terminal.
func TestConflictOnTheCommandLine(t *testing.T) {
	db := filepath.Join(t.TempDir(), "hq.db")
	address, _ := server(t, nil, "--db", db, "--sample", "2")
	one, first := terminal(t, db, address)
	two, second := terminal(t, db, address)
	var order kiosk.Order
	_, err := one.Orders(t.Context(), "", func(p kiosk.Page) error {
		if order.ID == "" && len(p.Orders) > 0 {
			order = p.Orders[0]
		}
		return nil
	})
	if err != nil || order.ID != "S0000001" {
		t.Fatalf("order %s, %v", order.ID, err)
	}
	at := time.Now().UTC().Truncate(time.Millisecond)
	for i, c := range []*remote.HQ{one, two} {
		id := []kiosk.TerminalID{first, second}[i]
		payload, _, err := kiosk.EncodeEvent(kiosk.Event{
			ID: kiosk.EventID{byte(i + 1)}, At: kiosk.Moment{Wall: at},
			Body: kiosk.Redeemed{Order: order.ID, Lines: kiosk.Remaining(order, kiosk.OrderState{}), Method: kiosk.MethodAlone},
		})
		if err != nil {
			t.Fatal(err)
		}
		ack, err := c.Push(t.Context(), kiosk.Batch{Terminal: id, Records: []kiosk.Record{{Epoch: 1, Seq: 1, Payload: payload}}})
		if err != nil || ack.Receipts[0].Settlement != []kiosk.Settlement{kiosk.SettledAccepted, kiosk.SettledConflict}[i] {
			t.Fatalf("terminal %d: %v, %v", i, ack.Receipts, err)
		}
	}
	var row hq.OrderRow
	if err := json.Unmarshal([]byte(must(t, "orders", "list", "--db", db, "--point", "P001", "--json")[0]), &row); err != nil {
		t.Fatal(err)
	}
	if row.Redeemed == nil || row.Redeemed.Terminal != first || row.Redeemed.Event != (kiosk.EventID{1}) || !row.Redeemed.At.Equal(at) || row.Left != 0 {
		t.Errorf("the order: %+v", row)
	}
	if text := must(t, "orders", "list", "--db", db, "--point", "P001")[0]; !strings.Contains(text, "handed over") || !strings.Contains(text, string(first)) {
		t.Errorf("the order: %s", text)
	}
	text := must(t, "conflicts", "--db", db)
	if len(text) != 3 || !strings.Contains(text[0], "conflict") || !strings.Contains(text[0], "open") || !strings.Contains(text[0], "order S0000001: goods of this order were handed over at terminal "+string(first)) ||
		!strings.Contains(text[1], "counts so far") || !strings.Contains(text[1], "terminal "+string(first)) || !strings.Contains(text[1], "event 1: 2 units, customer alone") ||
		!strings.Contains(text[2], "undecided") || !strings.Contains(text[2], "by its clock, by HQ's between ") || !strings.Contains(text[2], "heard ") {
		t.Errorf("conflicts: %q", text)
	}
	var c hq.Case
	if err := json.Unmarshal([]byte(must(t, "conflicts", "--db", db, "--json")[0]), &c); err != nil || c.Terminal != second || len(c.Against) != 1 {
		t.Errorf("case %+v, %v", c, err)
	}
	decideOnTheCommandLine(t, db, first, second)
	if err := one.Tell(t.Context(), kiosk.Condition{Fault: "E-FULL", Clock: kiosk.ClockSynced, Version: "v1"}); err != nil {
		t.Error(err)
	}
	must(t, "kiosk", "revoke", "--db", db, string(second))
	list := must(t, "kiosk", "list", "--db", db)
	if len(list) != 2 || !strings.Contains(list[0], string(first)) || !strings.Contains(list[0], "enrolled") || !strings.Contains(list[0], "OUT OF ORDER E-FULL") || !strings.Contains(list[1], "revoked") {
		t.Errorf("terminals: %q", list)
	}
	if _, err := two.Head(t.Context()); !errors.Is(err, wire.ErrRevoked) {
		t.Errorf("the revoked terminal: %v", err)
	}
	var told hq.Terminal
	if err := json.Unmarshal([]byte(must(t, "kiosk", "list", "--db", db, "--json")[0]), &told); err != nil || told.ID != first || told.Head.Seq != 1 {
		t.Errorf("terminal %+v, %v", told, err)
	}
}

// A journal that was cut, and then another one: the operator sees since when,
// and from which event on.
func TestWrongJournalsOnTheCommandLine(t *testing.T) {
	db := filepath.Join(t.TempDir(), "hq.db")
	address, _ := server(t, nil, "--db", db, "--sample", "2")
	c, id := terminal(t, db, address)
	b := kiosk.Batch{Terminal: id}
	for i := range 3 {
		payload, _, err := kiosk.EncodeEvent(kiosk.Event{ID: kiosk.EventID{byte(i)}, At: kiosk.Moment{Wall: time.Now()}, Body: kiosk.SignedIn{By: "l"}})
		if err != nil {
			t.Fatal(err)
		}
		b.Records = append(b.Records, kiosk.Record{Epoch: 1, Seq: uint64(i + 1), Payload: payload})
	}
	if _, err := c.Push(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		own        kiosk.Head
		list, kind string
	}{
		{kiosk.Head{}, "journal lost since", "journal-lost"},
		{kiosk.Head{Seq: 2, Hash: kiosk.Hash{1}}, "two journals since", "forked"},
	} {
		if _, _, err := c.Compare(t.Context(), step.own); err != nil {
			t.Fatal(err)
		}
		event := fmt.Sprintf("event %d", max(1, step.own.Seq))
		if list := must(t, "kiosk", "list", "--db", db); !strings.Contains(list[0], step.list) || !strings.Contains(list[0], event) {
			t.Errorf("terminals: %q", list)
		}
		cases := must(t, "conflicts", "--db", db)
		if last := cases[len(cases)-1]; !strings.Contains(last, step.kind) || !strings.Contains(last, string(id)) || !strings.Contains(last, event) {
			t.Errorf("conflicts: %q", cases)
		}
	}
}

// decideOnTheCommandLine settles the only case for the terminal that came second.
func decideOnTheCommandLine(t *testing.T, db string, first, second kiosk.TerminalID) {
	t.Helper()
	said := []string{"--db", db, "--by", "Zhou", "--note", "asked both leaders"}
	for text, args := range map[string][]string{
		"names 2 handovers":     {"--winner", "0"},
		"names 0 handovers":     {"--winner", "K99"},
		"say which handover of": {},
	} {
		args = append(append([]string{"conflicts", "settle", "1"}, said...), args...)
		if code, _, errs := command(t, nil, args...); code != 1 || !strings.Contains(errs, text) {
			t.Errorf("%q: %d, %s", args, code, errs)
		}
	}
	if code, _, errs := command(t, nil, append([]string{"conflicts", "settle", "7", "--winner", "0"}, said...)...); code != 1 || !strings.Contains(errs, "no case 7") {
		t.Errorf("a case that is none: %d, %s", code, errs)
	}
	if code, _, _ := command(t, nil, "conflicts", "settle", "1", "--db", db, "--winner", "both-void", "--by", "Zhou"); code != 2 {
		t.Errorf("without a reason: %d", code)
	}
	text := must(t, append([]string{"conflicts", "settle", "1", "--winner", string(second)}, said...)...)
	if len(text) != 4 || !strings.Contains(text[0], "decided") || !strings.Contains(text[1], "void (Zhou)") || !strings.Contains(text[1], string(first)) ||
		!strings.Contains(text[2], "counts (Zhou)") || !strings.Contains(text[3], "by Zhou: asked both leaders") {
		t.Errorf("decided: %q", text)
	}
	if open := must(t, "conflicts", "--open", "--db", db); open[0] != "" {
		t.Errorf("still open: %q", open)
	}
	var row hq.CaseRow
	out := must(t, append([]string{"conflicts", "settle", "1", "--winner", "both-void", "--json"}, said...)...)
	if err := json.Unmarshal([]byte(out[0]), &row); err != nil || row.State != hq.CaseDecided || len(row.Decisions) != 2 || len(row.Sides) != 2 {
		t.Errorf("decided again: %+v, %v", row, err)
	}
}
