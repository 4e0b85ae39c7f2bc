package hq_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/signedcode"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

func TestProxyCode(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	one, two := enrol(t, s, c, "P001"), enrol(t, s, c, "P001")
	until := c.now().Add(25*time.Hour + 30*time.Second)
	set := newModel()
	if err := two.pull(set); err != nil {
		t.Fatal(err)
	}
	line := set.orders["A"].Lines[0].ID
	made, err := s.HQ.NewProxyCode(ctx(), hq.ProxyRequest{Order: "A", Lines: []kiosk.LineID{line}, Until: until})
	if err != nil {
		t.Fatal(err)
	}
	grant, err := signedcode.Decode(made.Code, one.hqKey)
	if err != nil || grant.Order != signedcode.ReferenceOf("P001", "A") || !grant.Until.Equal(until.Truncate(time.Minute)) ||
		!grant.From.Equal(c.now().Truncate(time.Minute)) || !made.Until.Equal(grant.Until) {
		t.Errorf("%+v: %+v, %v", made, grant, err)
	}
	if p, whole := grant.Proxy(set.orders["A"]); !whole || !cmp.Equal(p.Lines, []kiosk.LineID{line}) || !cmp.Equal(made.Lines, p.Lines) {
		t.Errorf("lines %v, %v", p.Lines, made.Lines)
	}
	whole, err := s.HQ.NewProxyCode(ctx(), hq.ProxyRequest{Order: "A", Until: until})
	if err != nil || len(whole.Lines) != len(set.orders["A"].Lines) || whole.Code == made.Code {
		t.Errorf("%+v, %v", whole, err)
	}

	var kept []hq.SignedRow
	if err := s.HQ.SignedRows(ctx(), "P001", func(r hq.SignedRow) error { kept = append(kept, r); return nil }); err != nil || len(kept) != 2 {
		t.Fatalf("HQ keeps %+v, %v", kept, err)
	}
	if k := kept[0]; k.Order != "A" || k.ID != made.ID || k.Kind != hq.SignedProxy || !cmp.Equal(k.Lines, made.Lines) || !k.Until.Equal(made.Until) {
		t.Errorf("HQ keeps %+v", k)
	}

	// A code counts once, whichever terminal saw it, and all of them hear of it.
	part := []kiosk.Handed{{Line: line, Handed: 1}}
	settled(t, one.tell(kiosk.Redeemed{Order: "A", Lines: part, Method: kiosk.MethodAlone, Proxy: grant.Code}), kiosk.SettledAccepted)
	receipt := two.tell(kiosk.Redeemed{Order: "A", Lines: part, Method: kiosk.MethodAlone, Proxy: grant.Code})
	settled(t, receipt, kiosk.SettledConflict)
	if err := two.pull(set); err != nil {
		t.Fatal(err)
	}
	if r := set.orders["A"].Settled; len(r) != 1 || r[0].Proxy != grant.Code {
		t.Errorf("settled %+v", r)
	}
	settled(t, two.tell(kiosk.Redeemed{Order: "A", Lines: part, Method: kiosk.MethodAlone}), kiosk.SettledAccepted)
}

func TestProxyCodeRefusals(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"), hqtest.Entry("B"))
	if err := s.HQ.SetStatus(ctx(), "B", kiosk.StatusRefunding); err != nil {
		t.Fatal(err)
	}
	later := c.now().Add(time.Hour)
	for name, c := range map[string]struct {
		ask  hq.ProxyRequest
		want error
	}{
		"no order":  {hq.ProxyRequest{Order: "Z", Until: later}, hq.ErrNoOrder},
		"no line":   {hq.ProxyRequest{Order: "A", Lines: []kiosk.LineID{"99"}, Until: later}, hq.ErrInput},
		"over":      {hq.ProxyRequest{Order: "B", Until: later}, hq.ErrInput},
		"past":      {hq.ProxyRequest{Order: "A", Until: c.now().Add(-time.Hour)}, hq.ErrInput},
		"too far":   {hq.ProxyRequest{Order: "A", Until: later.AddDate(0, 2, 0)}, hq.ErrInput},
		"no time":   {hq.ProxyRequest{Order: "A"}, hq.ErrInput},
		"this very": {hq.ProxyRequest{Order: "A", Until: c.now()}, hq.ErrInput},
	} {
		if made, err := s.HQ.NewProxyCode(ctx(), c.ask); !errors.Is(err, c.want) || made.Code != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
