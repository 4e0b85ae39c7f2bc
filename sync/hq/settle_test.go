package hq_test

import (
	"errors"
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/wire"
)

func settled(t *testing.T, got kiosk.Receipt, want kiosk.Settlement) {
	t.Helper()
	if got.Settlement != want {
		t.Errorf("event %d was settled as %s (%s), want %s", got.Seq, got.Settlement, got.Detail, want)
	}
}

func orderRow(t *testing.T, s *hqtest.Server, id kiosk.OrderID) hq.OrderRow {
	t.Helper()
	var found hq.OrderRow
	err := s.HQ.OrderRows(ctx(), "P001", func(r hq.OrderRow) error {
		if r.Order == id {
			found = r
		}
		return nil
	})
	if err != nil || found.Order == "" {
		t.Fatalf("order %s: %v", id, err)
	}
	return found
}

func TestRedemptionReachesTheOtherTerminal(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	one, two := enrol(t, s, c, "P001"), enrol(t, s, c, "P001")
	set := newModel()
	if err := two.pull(set); err != nil || !set.complete() {
		t.Fatal(err)
	}
	r := one.tell(redeem("A"))
	settled(t, r, kiosk.SettledAccepted)
	if err := two.pull(set); err != nil || !set.complete() {
		t.Fatal(err)
	}
	o := set.orders["A"]
	if len(o.Settled) != 1 || o.Settled[0].Event != r.Event || o.Settled[0].Terminal != one.id {
		t.Errorf("the other terminal sees %v", o.Settled)
	}
	row := orderRow(t, s, "A")
	if row.Redeemed == nil || row.Redeemed.Terminal != one.id || row.Left != 0 || !row.Redeemed.At.Equal(c.now()) {
		t.Errorf("HQ lists %+v", row)
	}
	undo := one.tell(kiosk.RedemptionUndone{Order: "A", Redemption: r.Event, By: "leader", Reason: "wrong bag"})
	settled(t, undo, kiosk.SettledAccepted)
	if err := two.pull(set); err != nil || !set.complete() || set.orders["A"].Settled[0].Undone == nil {
		t.Errorf("the undoing did not reach the other terminal: %v", err)
	}
	if row := orderRow(t, s, "A"); row.Redeemed != nil || row.Left != 3 {
		t.Errorf("after the undoing HQ lists %+v", row)
	}
	if cases := s.Cases(); len(cases) != 0 {
		t.Errorf("cases %v", cases)
	}
}

func TestConflict(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	one, two := enrol(t, s, c, "P001"), enrol(t, s, c, "P001")
	winner := one.tell(redeem("A"))
	settled(t, winner, kiosk.SettledAccepted)
	loser := two.tell(redeem("A"))
	settled(t, loser, kiosk.SettledConflict)
	if len(loser.Against) != 1 || loser.Against[0].Event != winner.Event || loser.Detail == "" {
		t.Errorf("the conflict's evidence: %v, %q", loser.Against, loser.Detail)
	}
	cases := s.Cases()
	if len(cases) != 1 || cases[0].Kind != string(kiosk.SettledConflict) || cases[0].Terminal != two.id || cases[0].Event != loser.Event ||
		cases[0].Order != "A" || len(cases[0].Against) != 1 || cases[0].Against[0].Terminal != one.id {
		t.Errorf("cases %+v", cases)
	}
	if row := orderRow(t, s, "A"); row.Redeemed.Terminal != one.id {
		t.Errorf("the winner is %+v", row.Redeemed)
	}
}

func TestWhatIsNotAcceptedIsACase(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"), hqtest.Entry("B"), hqtest.Entry("C"))
	s.Import("P002", hqtest.Entry("Z"))
	d := enrol(t, s, c, "P001")
	if err := s.HQ.SetStatus(ctx(), "B", kiosk.StatusRefunded); err != nil {
		t.Fatal(err)
	}
	tooMany := redeem("A")
	tooMany.Lines[0].Handed = 3
	for _, c := range []struct {
		body kiosk.Body
		want kiosk.Settlement
	}{
		{redeem("nobody's"), kiosk.SettledUnknown},
		{redeem("Z"), kiosk.SettledUnknown}, // another point's
		{redeem("B"), kiosk.SettledLateRevoked},
		{tooMany, kiosk.SettledRejected},
		{kiosk.RedemptionUndone{Order: "A", Redemption: kiosk.EventID{1}, By: "l"}, kiosk.SettledUnknown},
		{kiosk.HoldRejected{Order: "A", Hold: kiosk.EventID{1}}, kiosk.SettledUnknown},
	} {
		before := len(s.Cases())
		settled(t, d.tell(c.body), c.want)
		cases := s.Cases()
		if len(cases) != before+1 || cases[before].Kind != string(c.want) || cases[before].Detail == "" {
			t.Errorf("%T: the cases are now %+v", c.body, cases)
		}
	}
	ack, refusal := d.push(d.batch([]byte("no event at all")))
	if refusal != nil || ack.Receipts[0].Settlement != kiosk.SettledRejected {
		t.Errorf("an unreadable event: %v, %v", ack.Receipts, refusal)
	}
	before := len(s.Cases())
	// None of that stands in the way of what follows.
	for _, body := range []kiosk.Body{
		kiosk.SignedIn{By: "l", Role: kiosk.RoleLeader}, kiosk.AttemptFailed{Kind: kiosk.AttemptPIN}, kiosk.UnknownBody{Code: 99, Raw: []byte{0xa0}},
		kiosk.OrderHeld{Order: "C", Reason: kiosk.Held}, redeem("A"),
	} {
		settled(t, d.tell(body), kiosk.SettledAccepted)
	}
	if len(s.Cases()) != before {
		t.Errorf("accepted events made cases: %+v", s.Cases()[before:])
	}
}

func TestHeadAfterLostAcknowledgement(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"), hqtest.Entry("B"))
	other, d := enrol(t, s, c, "P001"), enrol(t, s, c, "P001")
	other.tell(redeem("B"))
	_, good := d.event(redeem("A"))
	_, late := d.event(redeem("B"))
	lost := d.batch(good, late)
	first, refusal := d.push(lost)
	if refusal != nil {
		t.Fatal(refusal)
	}
	version := watermark(t, d)
	_, third := d.event(kiosk.SignedIn{By: "l", Role: kiosk.RoleLeader})
	again := lost
	again.Records = append(again.Records[:2:2], d.batch(third).Records...)
	ack, refusal := d.push(again)
	if refusal != nil {
		t.Fatal(refusal)
	}
	settled(t, ack.Receipts[0], kiosk.SettledReplay)
	settled(t, ack.Receipts[1], kiosk.SettledConflict) // the terminal must still learn of it
	settled(t, ack.Receipts[2], kiosk.SettledAccepted)
	if ack.Receipts[1].Against[0].Event != first.Receipts[1].Against[0].Event {
		t.Error("the repeated receipt has other evidence")
	}
	if got := watermark(t, d); got != version {
		t.Errorf("a replay made version %d of %d", got, version)
	}
	if len(s.Cases()) != 1 {
		t.Errorf("a replay made a second case: %+v", s.Cases())
	}
	head, err := s.HQ.Head(ctx(), d.id)
	if err != nil || head.Head != d.head {
		t.Errorf("HQ's head %v, %v, want %v", head.Head, err, d.head)
	}
	// A part of what HQ has, from the middle.
	ack, refusal = d.push(kiosk.Batch{Terminal: d.id, Prev: kiosk.Batch{Terminal: d.id, Records: lost.Records[:1]}.Head(), Records: lost.Records[1:]})
	if refusal != nil || len(ack.Receipts) != 1 || ack.Head.Seq != 2 {
		t.Errorf("from the middle: %v, %v", ack, refusal)
	}
}

func watermark(t *testing.T, d *device) uint64 {
	t.Helper()
	m := newModel()
	if err := d.pull(m); err != nil {
		t.Fatal(err)
	}
	return m.mark.Version
}

func TestGapIsRefusedWithTheHead(t *testing.T) {
	s, c := start(t)
	d := enrol(t, s, c, "P001")
	d.tell(kiosk.SignedIn{By: "l", Role: kiosk.RoleLeader})
	known := d.head
	_, missed := d.event(kiosk.SignedIn{By: "m", Role: kiosk.RoleStaff})
	d.batch(missed)
	_, next := d.event(kiosk.SignedIn{By: "n", Role: kiosk.RoleStaff})
	_, refusal := d.push(d.batch(next))
	if !errors.Is(refusal, wire.ErrWrongHead) || refusal.Head != known {
		t.Errorf("a gap: %v with head %v, want HQ's %v", refusal, refusal.Head, known)
	}
}

func TestForkedTerminalIsQuarantined(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	d := enrol(t, s, c, "P001")
	d.tell(kiosk.SignedIn{By: "l", Role: kiosk.RoleLeader})
	known := d.head
	// The same data folder, copied: another event at the same place.
	d.head = kiosk.Head{}
	_, copied := d.event(redeem("A"))
	_, refusal := d.push(d.batch(copied))
	if !errors.Is(refusal, wire.ErrForked) || refusal.Head != known {
		t.Errorf("a fork: %v with head %v", refusal, refusal.Head)
	}
	cases := s.Cases()
	if len(cases) != 1 || cases[0].Kind != hq.CaseForked || cases[0].Terminal != d.id || cases[0].Seq != 1 {
		t.Errorf("cases %+v", cases)
	}
	// The original is refused as well, and nothing of either is settled.
	d.head = known
	_, original := d.event(redeem("A"))
	if _, refusal := d.push(d.batch(original)); !errors.Is(refusal, wire.ErrForked) {
		t.Errorf("the quarantined terminal: %v", refusal)
	}
	if row := orderRow(t, s, "A"); row.Redeemed != nil {
		t.Errorf("settled while forked: %+v", row)
	}
	if len(s.Cases()) != 1 {
		t.Errorf("more cases: %+v", s.Cases())
	}
	// A head that is not HQ's is a fork as well, before any record is compared.
	e := enrol(t, s, c, "P001")
	e.tell(kiosk.SignedIn{By: "l", Role: kiosk.RoleLeader})
	e.head.Hash[0] ^= 1
	_, after := e.event(redeem("A"))
	if _, refusal := e.push(e.batch(after)); !errors.Is(refusal, wire.ErrForked) {
		t.Errorf("a wrong hash: %v", refusal)
	}
}

func TestOrderCannotOutgrowTheStream(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	d := enrol(t, s, c, "P001")
	long := make([]byte, 60<<10)
	for i := range long {
		long[i] = 'x'
	}
	refused := false
	for range 8 {
		r := d.tell(redeem("A"))
		u := d.tell(kiosk.RedemptionUndone{Order: "A", Redemption: r.Event, By: "l", Reason: string(long)})
		if refused = u.Settlement == kiosk.SettledRejected; refused {
			break
		}
	}
	if !refused {
		t.Error("nothing stopped the order from growing")
	}
	m := newModel()
	if err := d.pull(m); err != nil || !m.complete() {
		t.Errorf("the stream: %v", err)
	}
}
