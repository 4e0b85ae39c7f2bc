package hq_test

import (
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

// An event that HQ has not seen is a case for a person until it comes after all.
func TestWithheldEvent(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	d := enrol(t, s, c, "P001")
	_, payload := d.event(redeem("A"))
	whole := d.batch(payload)
	hidden := whole
	hidden.Records = []kiosk.Record{{Epoch: whole.Records[0].Epoch, Seq: 1, Withheld: whole.Head().Hash}}
	open := func() (list []hq.CaseRow) {
		t.Helper()
		if err := s.HQ.CaseRows(ctx(), true, func(r hq.CaseRow) error { list = append(list, r); return nil }); err != nil {
			t.Fatal(err)
		}
		return list
	}
	ack, refused := d.push(hidden)
	if refused != nil || len(ack.Receipts) != 1 || !ack.Receipts[0].Withheld || ack.Head != whole.Head() {
		t.Fatalf("%+v, %v", ack, refused)
	}
	settled(t, ack.Receipts[0], kiosk.SettledRejected)
	if rows := open(); len(rows) != 1 || rows[0].Kind != hq.CaseWithheld || rows[0].Terminal != d.id || rows[0].Seq != 1 {
		t.Errorf("cases %+v", rows)
	}
	if row := orderRow(t, s, "A"); row.Redeemed != nil {
		t.Errorf("what HQ has not seen counts: %+v", row)
	}
	for _, want := range []kiosk.Settlement{kiosk.SettledAccepted, kiosk.SettledReplay} {
		if ack, refused = d.push(whole); refused != nil {
			t.Fatal(refused)
		}
		settled(t, ack.Receipts[0], want)
	}
	if rows := open(); len(rows) != 0 {
		t.Errorf("still open: %+v", rows)
	}
	if row := orderRow(t, s, "A"); row.Redeemed == nil || row.Redeemed.Terminal != d.id {
		t.Errorf("what came after all does not count: %+v", row)
	}
}
