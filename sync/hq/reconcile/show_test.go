package reconcile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/daybook"
	"hexiao/sync/hq"
	"hexiao/sync/hq/reconcile"
)

// troubled is a day with a delivery, and a handover that came after the close.
func troubled(t *testing.T) *shop {
	s := open(t)
	s.orders("P001", entry("A1", "C1"), entry("=A2", ""))
	k := s.till("K1", "P001")
	k.tell(0, kiosk.GoodsReceived{Consignment: "C1", By: "L1", Lines: []kiosk.ReceivedLine{
		{Product: "牛奶", Spec: "950 ml", Supplier: "青山牧场", Expected: 2, Good: 2}, {Product: "鸡蛋", Supplier: "云溪农庄", Expected: 1, Good: 1},
	}})
	k.tell(0, handover("A1"))
	totals := one()
	totals.Received = 3
	k.close(0, day, totals)
	k.tell(0, handover("=A2"))
	return s
}

func TestTables(t *testing.T) {
	s := troubled(t)
	r := s.made(day)
	for _, english := range []bool{false, true} {
		tables := r.Tables(english)
		if len(tables) != 4 {
			t.Fatalf("%d tables", len(tables))
		}
		for _, table := range tables {
			for _, row := range table.Rows {
				if len(row) != len(table.Columns) {
					t.Errorf("%s: %d cells under %d columns", table.Name, len(row), len(table.Columns))
				}
			}
		}
		var csv, xlsx bytes.Buffer
		if err := daybook.WriteCSV(&csv, tables); err != nil {
			t.Fatal(err)
		}
		if err := daybook.WriteXLSX(&xlsx, tables); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"'=A2", "55.50", "111.00", "C1"} {
			if !strings.Contains(csv.String(), want) {
				t.Errorf("no %s in %s", want, csv.String())
			}
		}
	}
}

func TestEveryWordIsThere(t *testing.T) {
	for _, c := range []reconcile.Class{reconcile.MissingAtHQ, reconcile.MissingAtTerminal, reconcile.Quantity, reconcile.Double, reconcile.Late, "later"} {
		if w := reconcile.ClassWords(c); w.ZH == "" || w.EN == "" || (w.ZH == string(c)) != (c == "later") {
			t.Errorf("%s: %+v", c, w)
		}
	}
	for _, st := range []reconcile.State{reconcile.StateClean, reconcile.StateDifferences, reconcile.StateAccepted, reconcile.StateNotClosed, reconcile.StateEmpty, "later"} {
		if w := reconcile.StateWords(st); w.ZH == "" || w.EN == "" || (w.ZH == string(st)) != (st == "later") {
			t.Errorf("%s: %+v", st, w)
		}
	}
}

// Looking at a day keeps nothing.
func TestLook(t *testing.T) {
	s := troubled(t)
	r, err := s.books.Look(t.Context(), "P001", day)
	if err != nil || len(r.Differences) != 1 || len(r.Entries) != 4 || r.Version != 0 || r.Location().String() != "Asia/Shanghai" {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, known, err := s.books.Report(t.Context(), "P001", day); known || err != nil {
		t.Error(known, err)
	}
	s.made(day)
	if r, err := s.books.Look(t.Context(), "P001", day); err != nil || r.Version != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := s.books.Look(t.Context(), "P001", "x"); err == nil {
		t.Error("what is no day has a report")
	}
}

func TestWordsOfEvents(t *testing.T) {
	for _, e := range []kiosk.EventType{
		"", kiosk.TypeOrderHeld, kiosk.TypeHoldRejected, kiosk.TypeRedeemed, kiosk.TypeRedemptionUndone, kiosk.TypePaymentCollected,
		kiosk.TypeAfterSaleRegistered, kiosk.TypeGoodsReceived, kiosk.TypeSentBack, kiosk.TypeDayClosed, kiosk.TypeMissingReported,
		kiosk.TypeReportDismissed, kiosk.TypeRated, kiosk.TypeInvoiceRequested, kiosk.TypeReminderAsked, kiosk.TypeSignedIn, kiosk.TypeClockChanged, "type-99",
	} {
		if w := reconcile.TypeWords(e); w.EN == "" || (w.ZH == string(e)) != (e == "type-99") {
			t.Errorf("%s: %+v", e, w)
		}
	}
	for _, k := range append(kiosk.Settlements(), "later") {
		if w := reconcile.SettledWords(k); w.EN == "" || (w.ZH == string(k)) != (k == "later") {
			t.Errorf("%s: %+v", k, w)
		}
	}
}

func TestTheOperatorsInterface(t *testing.T) {
	s := troubled(t)
	ask := func(h http.HandlerFunc, method, target, body string) (int, string) {
		w := httptest.NewRecorder()
		h(w, httptest.NewRequest(method, target, strings.NewReader(body)))
		return w.Code, w.Body.String()
	}
	status, body := ask(s.books.ServeReport, "GET", "/?point=P001&day=2026-11-23", "")
	var r reconcile.Report
	if err := json.Unmarshal([]byte(body), &r); err != nil || status != http.StatusOK || len(r.Differences) != 1 || len(r.Entries) != 4 {
		t.Fatalf("%d %s: %v", status, body, err)
	}
	if status, body := ask(s.books.ServeReport, "GET", "/?point=P404&day=2026-11-23", ""); status != http.StatusNotFound || !strings.Contains(body, "error") {
		t.Errorf("%d %s", status, body)
	}
	note, err := json.Marshal(reconcile.NoteRequest{Point: "P001", Day: day, Difference: r.Differences[0].ID, By: "boss", Text: "seen", Accept: true})
	if err != nil {
		t.Fatal(err)
	}
	if status, body := ask(s.books.ServeNote, "POST", "/", string(note)); status != http.StatusOK || !strings.Contains(body, `"accepted":true`) {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := ask(s.books.ServeNote, "POST", "/", "{"); status != http.StatusBadRequest {
		t.Errorf("%d", status)
	}
	s.point("P002", "")
	status, body = ask(s.books.ServeAll, "GET", "/?day=2026-11-23", "")
	if status != http.StatusOK || strings.Count(body, "\n") != 1 || !strings.Contains(body, `"state":"accepted"`) {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := ask(s.books.ServeAll, "GET", "/?day=tomorrow", ""); status != http.StatusBadRequest {
		t.Errorf("%d", status)
	}
	var all []reconcile.Summary
	err = s.books.All(t.Context(), day, func(one reconcile.Summary) error {
		all = append(all, one)
		return nil
	})
	if err != nil || len(all) != 1 || all[0].Point != "P001" || all[0].State != reconcile.StateAccepted || all[0].Open != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

// A runner works until its context ends, and then ends well.
func TestRun(t *testing.T) {
	s := open(t)
	s.till("K1", "P001").close(0, day, kiosk.DayTotals{})
	s.clock.Advance(time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	ending := &brokenStore{Store: s.store, after: 7, dies: cancel}
	h, err := hq.New(t.Context(), hq.Config{Store: ending, Now: s.clock.Now, Random: zeros{}})
	if err != nil {
		t.Fatal(err)
	}
	r := s.runner("one")
	r.Books = reconcile.New(h)
	if err := r.Run(ctx); err != nil || ctx.Err() == nil {
		t.Errorf("%v, %v", err, ctx.Err())
	}
	if got := s.report(day); got.State != reconcile.StateClean {
		t.Errorf("%+v", got)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
