package dashboard

import (
	"context"
	"crypto/ed25519"
	"net/http"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/hq/hqtest"
)

// Money, goods and people are shown to those whom they concern, and as a file.
func TestMoneyPages(t *testing.T) {
	s := open(t)
	late := hqtest.Entry("A")
	late.Order.CollectBy = s.clock.Now().AddDate(0, 0, -1)
	late.Order.Lines[0].Supplier = "绿野农场"
	s.hq.Import("P001", late)
	for _, c := range []struct {
		who, path string
		status    int
		has       string
	}{
		{"owner", "/settlements", 200, "P002"}, {"owner", "/settlements/P001?to=2026-11-23", 200, "¥0.00"}, {"owner", "/settlements/P001?to=never", 200, "2026-11-23"},
		{"owner", "/settlements/nowhere", 404, ""}, {"leader", "/settlements/P001", 200, "¥0.00"}, {"leader", "/settlements/P002", 404, ""},
		{"leader", "/settlements", 303, ""}, {"owner", "/suppliers?from=2020-01-01", 200, "2026-08"}, {"merchant", "/suppliers", 200, ""}, {"leader", "/suppliers", 404, ""},
		{"owner", "/leaders", 200, ""}, {"merchant", "/leaders", 404, ""}, {"owner", "/overdue", 200, "P001"}, {"leader", "/overdue?point=P002", 200, ">A<"},
		{"owner", "/overdue?point=P001&download=csv&table=overdue", 200, "A-01"}, {"merchant", "/settlements/P001", 404, ""},
	} {
		status, _, page := s.as(c.who).get(c.path)
		if status != c.status && (c.status != 404 || status != http.StatusForbidden) || !strings.Contains(page, c.has) {
			t.Errorf("%s, %s: %d, %.2000s", c.who, c.path, status, page)
		}
	}
}

// A merchant sees what its own goods came to, whomever it asks for.
func TestMerchantsSeeTheirOwnGoods(t *testing.T) {
	s := open(t)
	e := hqtest.Entry("A")
	e.Order.Lines[0].Supplier, e.Order.Lines[1].Supplier = "绿野农场", "别家"
	s.hq.Import("P001", e)
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	who, err := s.hq.HQ.Enrol(context.Background(), s.hq.Code("P001"), "door", public)
	if err != nil {
		t.Fatal(err)
	}
	raw, _, err := kiosk.EncodeEvent(kiosk.Event{ID: kiosk.EventID{1}, At: kiosk.Moment{Wall: s.clock.Now()}, Body: kiosk.Redeemed{
		Order: "A", Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}}, Method: kiosk.MethodAlone,
	}})
	if err != nil {
		t.Fatal(err)
	}
	b := kiosk.Batch{Terminal: kiosk.TerminalID(who.Terminal), Records: []kiosk.Record{{Epoch: 1, Seq: 1, Payload: raw}}}
	if _, err := s.hq.HQ.Push(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"", "?supplier=别家", "?supplier=别家&download=csv&table=trend", "?supplier=别家&download=csv&table=worst"} {
		_, _, page := s.as("merchant").get("/suppliers" + query)
		if strings.Contains(page, "别家</") || strings.Contains(page, "土鸡蛋") || strings.Contains(page, "29.90") {
			t.Errorf("%s shows the merchant another's goods: %s", query, page)
		}
	}
	if _, _, page := s.as("merchant").get("/suppliers"); !strings.Contains(page, "25.60") {
		t.Errorf("the merchant does not see its own: %s", page)
	}
	if _, _, page := s.as("owner").get("/suppliers?supplier=别家"); !strings.Contains(page, "29.90") {
		t.Errorf("the owner does not see all: %s", page)
	}
	if _, _, page := s.as("leader").get("/settlements/P001"); !strings.Contains(page, "¥55.50") {
		t.Errorf("the leader does not see the settlement: %s", page)
	}
}
