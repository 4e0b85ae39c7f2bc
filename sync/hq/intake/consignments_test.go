package intake

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

func TestConsignments(t *testing.T) {
	w := start(t, nil)
	w.put("P1", "order,product,spec,quantity,supplier,consignment,status,expected\n"+
		"A1,苹果,大,2,青山,B-9,shipped,2026-11-24 10:00\nA1,梨,,1,东港,,,\nA2,苹果,大,3,青山,B-9,shipped,2026-11-25 10:00\nA3,苹果,大,9,青山,B-9,cancelled,\nA4,枣,,1,,,arrived,\n")
	d := w.enrol("P1")
	first := d.tell(kiosk.GoodsReceived{Consignment: "B-9", By: "leader", Lines: []kiosk.ReceivedLine{{Product: "苹果", Spec: "大", Supplier: "青山", Expected: 5, Good: 2}}})
	w.at = w.at.Add(time.Minute)
	second := d.tell(kiosk.GoodsReceived{Consignment: "B-9", By: "leader", Note: "two crates", Lines: []kiosk.ReceivedLine{
		{Product: "苹果", Spec: "大", Supplier: "青山", Expected: 3, Good: 1, Damaged: 1, Reason: kiosk.Reasons()[0]}, {Product: "瓜", Good: 1},
	}})
	if err := w.Announce(t.Context(), "P1", Announced{Name: "C-1", ExpectedAt: w.at.Add(time.Hour), Lines: []AnnouncedLine{{Product: "枣", Quantity: 12}}}); err != nil {
		t.Fatal(err)
	}
	got, err := w.Consignments(t.Context(), "P1")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || len(got[0].Receipts) != 2 || got[0].Receipts[0].Event != first || got[0].Receipts[1].Event != second || got[0].Receipts[1].Note != "two crates" {
		t.Fatalf("%+v", got)
	}
	got[0].Receipts = nil
	want := []Consignment{
		{Name: "B-9", ExpectedAt: time.Date(2026, 11, 25, 2, 0, 0, 0, time.UTC), Orders: 2, Lines: []ConsignmentLine{
			{Product: "梨", Supplier: "东港", Ordered: 1, Short: 1},
			{Product: "瓜", Received: 1, Short: -1},
			{Product: "苹果", Spec: "大", Supplier: "青山", Ordered: 5, Received: 3, Damaged: 1, Short: 1},
		}},
		{Name: "C-1", ExpectedAt: w.at.Add(time.Hour), Lines: []ConsignmentLine{{Product: "枣", Announced: 12, Short: 12}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := w.Consignments(t.Context(), "P404"); !errors.Is(err, hq.ErrNoPoint) {
		t.Errorf("no point: %v", err)
	}
	good := []AnnouncedLine{{Product: "枣", Quantity: 1}}
	for name, a := range map[string]Announced{
		"no name": {Lines: good}, "a long name": {Name: strings.Repeat("a", maxNameBytes+1), Lines: good}, "no lines": {Name: "x"},
		"no quantity": {Name: "x", Lines: []AnnouncedLine{{Product: "枣"}}}, "no product": {Name: "x", Lines: []AnnouncedLine{{Quantity: 1}}},
		"twice": {Name: "x", Lines: []AnnouncedLine{{Product: "枣", Quantity: 1}, {Product: "枣", Quantity: 2}}},
		"many":  {Name: "x", Lines: make([]AnnouncedLine, kiosk.MaxConsignmentLines+1)},
	} {
		if err := w.Announce(t.Context(), "P1", a); !errors.Is(err, hq.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.Announce(t.Context(), "P404", Announced{Name: "x", Lines: good}); !errors.Is(err, hq.ErrNoPoint) {
		t.Errorf("announced at no point: %v", err)
	}
}
