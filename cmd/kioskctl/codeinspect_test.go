package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

func TestCodeInspect(t *testing.T) {
	s := newShop(t, 3)
	ask := func(text string) (one inspected) {
		t.Helper()
		out, errs, code := call(t, text+"\n", "code", "inspect", "--data", s.data, "-")
		if code != 0 {
			t.Fatalf("exit %d: %s", code, errs)
		}
		if len(text) > 4 && strings.Contains(out+errs, text) {
			t.Errorf("it prints the code: %s", out)
		}
		if err := json.Unmarshal([]byte(out), &one); err != nil {
			t.Fatal(err)
		}
		return one
	}
	made, err := s.hq.HQ.NewProxyCode(t.Context(), hq.ProxyRequest{Order: "O00001", Lines: []kiosk.LineID{"1"}, Until: time.Now().Add(2 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	want := []inspectedOrder{{Order: "O00001", Verdict: kiosk.Accepted, Lines: []kiosk.LineID{"1"}}}
	for range 2 { // asking records nothing
		got := ask(made.Code)
		if got.Kind != "proxy" || !got.Valid || got.Why != "" || len(got.ID) != 12 || got.Until == nil || !got.Until.Equal(made.Until) ||
			len(got.Orders) != 1 || got.Orders[0].Order != want[0].Order || got.Orders[0].Verdict != want[0].Verdict || strings.Join(lineIDs(got), ",") != "1" {
			t.Errorf("%+v", got)
		}
	}
	out := scanOnce(t, made.Code, s.data)
	if !strings.Contains(out, `"accepted"`) || !strings.Contains(out, "O00001") {
		t.Errorf("the scan: %s", out)
	}
	if got := ask(made.Code); got.Valid || got.Why != string(kiosk.AlreadyCollected) && got.Why != string(kiosk.Revoked) {
		t.Errorf("used: %+v", got)
	}
	forged := []byte(made.Code)
	forged[40] = 'A' + (forged[40]-'A'+1)%26
	if got := ask(string(forged)); got.Kind != "proxy" || got.Valid || got.Why == "" || got.ID != "" || got.Orders != nil {
		t.Errorf("forged: %+v", got)
	}
	if got := ask(s.codes["O00000"].Code); got.Kind != "opaque" || !got.Valid || got.Orders[0].Order != "O00000" {
		t.Errorf("the customer's own: %+v", got)
	}
	if got := ask(kiosk.NewTyped(1).Text); got.Kind != "typed" || got.Valid || got.Why == "" {
		t.Errorf("nobody's: %+v", got)
	}
	if got := ask("hello"); got.Kind != "none" || got.Valid {
		t.Errorf("no code: %+v", got)
	}
	if _, errs, code := call(t, "", "code", "inspect", "--data", t.TempDir(), "x"); code != 1 || errs == "" {
		t.Errorf("a folder of nobody: exit %d, %s", code, errs)
	}
}

// Every kind of code, and what HQ withdrew: without a word of a code.
func TestCodeInspectVouchersAndRotating(t *testing.T) {
	s := newShop(t, 3)
	ctx := t.Context()
	ask := func(text string) (one inspected) {
		t.Helper()
		out, errs, code := call(t, text+"\n", "code", "inspect", "--data", s.data, "-")
		if code != 0 || strings.Contains(out+errs, text) {
			t.Fatalf("exit %d: %s, %s", code, out, errs)
		}
		if err := json.Unmarshal([]byte(out), &one); err != nil {
			t.Fatal(err)
		}
		return one
	}
	sync := func() {
		t.Helper()
		if _, errs, code := call(t, "", "sync", "--data", s.data); code != 0 {
			t.Fatalf("sync: %s", errs)
		}
	}
	// An order that the terminal has not heard of.
	s.hq.Import("P001", hqtest.Entry("NEW-1"))
	until := time.Now().Add(2 * time.Hour)
	made, err := s.hq.HQ.NewVoucher(ctx, hq.VoucherRequest{Order: "NEW-1", Until: until})
	if err != nil {
		t.Fatal(err)
	}
	got := ask(made.Code)
	if got.Kind != "voucher" || !got.Valid || got.Order != "NEW-1" || got.Units != 3 || got.Value != 5550 || got.Point != "P001" || got.ID != made.ID.String() ||
		len(got.Orders) != 1 || got.Orders[0].Verdict != kiosk.NeedsLeader {
		t.Errorf("%+v", got)
	}
	forged := []byte(made.Code)
	forged[len(forged)-40] = 'A' + (forged[len(forged)-40]-'A'+1)%26
	if got := ask(string(forged)); got.Kind != "voucher" || got.Valid || got.Why == "" || got.Order != "" {
		t.Errorf("forged: %+v", got)
	}
	value, count, from := kiosk.Fen(10_000), 2, kiosk.Fen(1)
	if err := s.hq.HQ.ChangePoint(ctx, hq.PointChange{ID: "P001", ProvisionalValue: &value, ProvisionalCount: &count, RotateFrom: &from}); err != nil {
		t.Fatal(err)
	}
	sync()
	s.hq.Import("P001", hqtest.Entry("NEW-2"), hqtest.Entry("NEW-3"))
	second, err := s.hq.HQ.NewVoucher(ctx, hq.VoucherRequest{Order: "NEW-2", Until: until})
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(second.Code); !got.Valid || got.Orders[0].Verdict != kiosk.Provisional {
		t.Errorf("within the caps: %+v", got)
	}
	if out := scanOnce(t, second.Code, s.data); !strings.Contains(out, `"provisional"`) || !strings.Contains(out, "NEW-2") || !strings.Contains(out, `"units":3`) {
		t.Errorf("the scan: %s", out)
	}
	if got := ask(second.Code); got.Valid || got.Why != string(kiosk.AlreadyCollected) {
		t.Errorf("used: %+v", got)
	}
	third, err := s.hq.HQ.NewVoucher(ctx, hq.VoucherRequest{Order: "NEW-3", Until: until})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.hq.HQ.RevokeCodes(ctx, hq.RevokeRequest{Code: third.ID.String()}); err != nil {
		t.Fatal(err)
	}
	sync()
	if got := ask(third.Code); got.Valid || got.Why != string(kiosk.Revoked) {
		t.Errorf("withdrawn: %+v", got)
	}
	now := s.hq.Codes("P001")["NEW-3"]
	if got := ask(now.Code); got.Kind != "rotating" || !got.Valid || got.Until == nil || !got.Until.Equal(now.Until) || got.Orders[0].Order != "NEW-3" {
		t.Errorf("rotating: %+v", got)
	}
	if got := ask(now.Code[:28]); got.Kind != "opaque" || got.Valid || got.Why != string(kiosk.StaleScreenshot) {
		t.Errorf("a picture: %+v", got)
	}
}

func lineIDs(one inspected) (ids []string) {
	for _, l := range one.Orders[0].Lines {
		ids = append(ids, string(l))
	}
	return ids
}

// scanOnce scans a code with the terminal without a screen.
func scanOnce(t *testing.T, text, data string) string {
	t.Helper()
	out, errs, code := call(t, text+"\n", "run", "--data", data, "--stdin")
	if code != 0 {
		t.Fatalf("run: exit %d: %s", code, errs)
	}
	return out
}
