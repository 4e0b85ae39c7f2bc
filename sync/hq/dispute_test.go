package hq_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

// keeper is a device that keeps its journal's events: what its own state is made of.
type keeper struct {
	*device
	own map[kiosk.OrderID]kiosk.OrderState
	set *model
}

// tells pushes what happened some minutes from now by HQ's clock, which the
// terminal's clock agreed with just then.
func (k *keeper) tells(minutes int, body kiosk.Body) kiosk.Receipt {
	k.t.Helper()
	id, _ := k.event(body)
	e := kiosk.Event{ID: id, Body: body, At: kiosk.Moment{
		Wall: k.clock.now().Add(time.Duration(minutes)*time.Minute + time.Hour), Clock: kiosk.ClockSuspect,
		HQ: kiosk.HQClock{Known: true, Offset: -time.Hour},
	}}
	raw, kept, err := kiosk.EncodeEvent(e)
	if err != nil {
		k.t.Fatal(err)
	}
	ack, refusal := k.push(k.batch(raw))
	if refusal != nil {
		k.t.Fatal(refusal)
	}
	kept.Terminal, kept.Epoch, kept.Seq = k.id, 1, k.head.Seq
	if k.own == nil {
		k.own = map[kiosk.OrderID]kiosk.OrderState{}
	}
	k.own[body.Subject()] = k.own[body.Subject()].Apply(kept)
	return ack.Receipts[0]
}

// sees gives an order as HQ tells it, and the terminal's state with it.
func (k *keeper) sees(id kiosk.OrderID) (kiosk.Order, kiosk.OrderState) {
	k.t.Helper()
	if k.set == nil {
		k.set = newModel()
	}
	if err := k.pull(k.set); err != nil || !k.set.complete() {
		k.t.Fatal(err)
	}
	return k.set.orders[id], k.own[id].Merge(k.set.orders[id])
}

func caseRows(t testing.TB, s *hqtest.Server, open bool) (rows []hq.CaseRow) {
	t.Helper()
	err := s.HQ.CaseRows(ctx(), open, func(r hq.CaseRow) error {
		rows = append(rows, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Two terminals were cut off. HQ hears first of the one that was later: the
// earlier one takes its place, and both terminals and the operator are told.
func TestEarlierHandoverTakesThePlace(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	one, two := &keeper{device: enrol(t, s, c, "P001")}, &keeper{device: enrol(t, s, c, "P001")}
	late := two.tells(30, redeem("A"))
	settled(t, late, kiosk.SettledAccepted)
	c.advance(time.Hour)
	early := one.tells(-60, redeem("A"))
	settled(t, early, kiosk.SettledAccepted)
	for _, k := range []*keeper{one, two} {
		o, state := k.sees("A")
		if len(o.Settled) != 1 || o.Settled[0].Event != early.Event || len(o.Disputes) != 1 {
			t.Fatalf("%s is told %+v and %+v", k.id, o.Settled, o.Disputes)
		}
		d := o.Disputes[0]
		if d.Event != late.Event || d.Outcome != kiosk.DisputeVoid || d.Judge != kiosk.JudgeClocks || !d.Decided.Equal(c.now()) ||
			!slices.Equal(d.Against, []kiosk.EventID{early.Event}) || d.Bounds().Latest.Sub(d.Bounds().Earliest) != 20*time.Second+2*time.Millisecond {
			t.Errorf("the dispute %+v", d)
		}
		if b := o.Settled[0].Bounds(); !b.Before(d.Bounds()) {
			t.Errorf("the winner's evidence %v", b)
		}
		if got := state.Standing(); len(got) != 1 || got[0].Event != early.Event {
			t.Errorf("for %s counts %+v", k.id, got)
		}
	}
	if row := orderRow(t, s, "A"); row.Redeemed.Terminal != one.id || row.Left != 0 {
		t.Errorf("HQ lists %+v", row)
	}
	rows := caseRows(t, s, false)
	if len(rows) != 1 || rows[0].Event != late.Event || rows[0].Terminal != two.id || rows[0].State != hq.CaseDecided || len(rows[0].Sides) != 2 ||
		rows[0].Kind != string(kiosk.SettledConflict) || !strings.Contains(rows[0].Detail, string(one.id)) {
		t.Fatalf("cases %+v", rows)
	}
	if rows := caseRows(t, s, true); len(rows) != 0 {
		t.Errorf("it waits for a person: %+v", rows)
	}
	side := rows[0].Sides[slices.IndexFunc(rows[0].Sides, func(x hq.Side) bool { return x.Event == late.Event })]
	if side.Outcome != kiosk.DisputeVoid || side.Counts != nil || len(side.Lines) != 2 || side.Method != "alone" || side.Name != "door" || !side.Heard.Equal(c.now().Add(-time.Hour)) {
		t.Errorf("the loser's side %+v", side)
	}
	// The winner takes it back: the other one counts.
	settled(t, one.tells(0, kiosk.RedemptionUndone{Order: "A", Redemption: early.Event, By: "l"}), kiosk.SettledAccepted)
	o, state := two.sees("A")
	if d := o.Disputes[0]; d.Outcome != kiosk.DisputeStands || d.Judge != kiosk.JudgeUndo || len(state.Standing()) != 1 || state.Standing()[0].Event != late.Event {
		t.Errorf("after the undo %+v, %+v", d, state.Standing())
	}
	if rows := caseRows(t, s, false); len(rows) != 1 || len(rows[0].Sides) != 2 {
		t.Errorf("cases after the undo %+v", rows)
	}
}

func TestDecisionReachesTheTerminals(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	one, two := &keeper{device: enrol(t, s, c, "P001")}, &keeper{device: enrol(t, s, c, "P001")}
	first := one.tells(0, redeem("A"))
	second := two.tells(0, redeem("A"))
	settled(t, second, kiosk.SettledConflict)
	rows := caseRows(t, s, true)
	if len(rows) != 1 || rows[0].State != hq.CaseOpen || rows[0].Event != second.Event {
		t.Fatalf("cases %+v", rows)
	}
	n := rows[0].Number
	for name, d := range map[string]hq.Decision{
		"no name":          {Winner: first.Event, Note: "n"},
		"no reason":        {Winner: first.Event, By: "Zhou", Note: "  "},
		"a long reason":    {Winner: first.Event, By: "Zhou", Note: strings.Repeat("长", 201)},
		"two lines":        {Winner: first.Event, By: "Zhou", Note: "a\nb"},
		"the clocks":       {Winner: first.Event, By: kiosk.JudgeClocks, Note: "n"},
		"no side":          {Winner: kiosk.EventID{9}, By: "Zhou", Note: "n"},
		"no choice":        {By: "Zhou", Note: "n"},
		"one and none":     {Winner: first.Event, None: true, By: "Zhou", Note: "n"},
		"not even letters": {Winner: first.Event, By: "\xff", Note: "n"},
	} {
		if _, err := s.HQ.SettleCase(ctx(), n, d); !errors.Is(err, hq.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.HQ.SettleCase(ctx(), n+1, hq.Decision{Winner: first.Event, By: "Zhou", Note: "n"}); !errors.Is(err, hq.ErrNoCase) {
		t.Errorf("a case that is none: %v", err)
	}
	if rows := caseRows(t, s, true); len(rows) != 1 || len(rows[0].Decisions) != 0 {
		t.Errorf("a refused decision left %+v", rows)
	}
	before := watermark(t, two.device)
	row, err := s.HQ.SettleCase(ctx(), n, hq.Decision{Winner: second.Event, By: "Zhou", Note: "the first bag was handed back"})
	if err != nil || row.State != hq.CaseDecided || len(row.Decisions) != 1 || !row.Decisions[0].At.Equal(c.now()) {
		t.Fatalf("%+v, %v", row, err)
	}
	if after := watermark(t, two.device); after != before+1 {
		t.Errorf("version %d after %d: the decision is no change", after, before)
	}
	for _, k := range []*keeper{one, two} {
		o, state := k.sees("A")
		if got := state.Standing(); len(got) != 1 || got[0].Event != second.Event {
			t.Errorf("for %s counts %+v", k.id, got)
		}
		if d, _ := state.Dispute(first.Event); d.Outcome != kiosk.DisputeVoid || d.Judge != "Zhou" || d.Note != "the first bag was handed back" || !d.Decided.Equal(c.now()) {
			t.Errorf("%s is told of the loser %+v", k.id, d)
		}
		if d, _ := state.Dispute(second.Event); d.Outcome != kiosk.DisputeStands || len(o.Disputes) != 2 {
			t.Errorf("%s is told of the winner %+v", k.id, d)
		}
	}
	if row := orderRow(t, s, "A"); row.Redeemed.Terminal != two.id {
		t.Errorf("HQ lists %+v", row)
	}
	if row, err = s.HQ.SettleCase(ctx(), n, hq.Decision{None: true, By: "Wu", Note: "both came back"}); err != nil || len(row.Decisions) != 2 {
		t.Fatalf("decided again: %+v, %v", row, err)
	}
	if _, state := one.sees("A"); len(state.Standing()) != 0 || orderRow(t, s, "A").Left != 3 {
		t.Errorf("after all none counts, but %+v", state.Standing())
	}
}

// A person says that nothing of a conflict counts, the goods go out anew, and before
// HQ hears of it a person says that the first handover does count.
func TestGoodsThatWentOutBetweenTwoDecisions(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	one, two := &keeper{device: enrol(t, s, c, "P001")}, &keeper{device: enrol(t, s, c, "P001")}
	first := one.tells(0, redeem("A"))
	settled(t, two.tells(0, redeem("A")), kiosk.SettledConflict)
	for _, d := range []hq.Decision{{None: true}, {Winner: first.Event}} {
		d.By, d.Note = "Zhou", "asked"
		if _, err := s.HQ.SettleCase(ctx(), 1, d); err != nil {
			t.Fatal(err)
		}
	}
	anew := one.tells(30, redeem("A"))
	settled(t, anew, kiosk.SettledConflict)
	rows := caseRows(t, s, true)
	if len(rows) != 1 || rows[0].Event != anew.Event || len(rows[0].Sides) != 3 || len(rows[0].Against) != 1 || rows[0].Against[0].Event != first.Event {
		t.Fatalf("open cases %+v", rows)
	}
}

// A handover that was accepted is no case of its own when a person decides against
// it. When that decision's winner is undone, and the goods have gone elsewhere, it
// waits for a person, who must find it.
func TestNoLostHandoverWithoutACase(t *testing.T) {
	t.Run("decided by the clocks", func(t *testing.T) { loseTheSecondTime(t, 0, hq.CaseDecided) })
	t.Run("open", func(t *testing.T) { loseTheSecondTime(t, 30, hq.CaseOpen) })
}

func loseTheSecondTime(t *testing.T, minutes int, want hq.CaseState) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	one, two := &keeper{device: enrol(t, s, c, "P001")}, &keeper{device: enrol(t, s, c, "P001")}
	three := &keeper{device: enrol(t, s, c, "P001")}
	first, second := one.tells(30, redeem("A")), two.tells(30, redeem("A"))
	settled(t, second, kiosk.SettledConflict)
	if _, err := s.HQ.SettleCase(ctx(), 1, hq.Decision{Winner: second.Event, By: "Zhou", Note: "asked"}); err != nil {
		t.Fatal(err)
	}
	earlier := three.tells(minutes, redeem("A"))
	settled(t, earlier, kiosk.SettledConflict)
	settled(t, two.tells(40, kiosk.RedemptionUndone{Order: "A", Redemption: second.Event, By: "l"}), kiosk.SettledAccepted)
	counts, lost := earlier.Event, first.Event
	if want == hq.CaseOpen { // HQ heard of it last
		counts, lost = first.Event, earlier.Event
	}
	if _, state := one.sees("A"); len(state.Standing()) != 1 || state.Standing()[0].Event != counts {
		t.Fatalf("counts %+v", state.Standing())
	}
	rows := slices.DeleteFunc(caseRows(t, s, false), func(row hq.CaseRow) bool { return row.Event != lost })
	if len(rows) != 1 || rows[0].State != want {
		t.Fatalf("the cases of the one that lost are %+v", rows)
	}
}

func TestOtherCasesAreClosed(t *testing.T) {
	s, c := start(t)
	d := enrol(t, s, c, "P001")
	d.tell(redeem("nobody's"))
	if _, err := s.HQ.SettleCase(ctx(), 1, hq.Decision{None: true, By: "Zhou", Note: "n"}); !errors.Is(err, hq.ErrInput) {
		t.Errorf("a choice where there is none: %v", err)
	}
	if rows := caseRows(t, s, true); len(rows) != 1 {
		t.Errorf("cases %+v", rows)
	}
	row, err := s.HQ.SettleCase(ctx(), 1, hq.Decision{By: "Zhou", Note: "a test order"})
	if err != nil || row.State != hq.CaseDecided || len(caseRows(t, s, true)) != 0 || len(caseRows(t, s, false)) != 1 {
		t.Errorf("%+v, %v", row, err)
	}
}

func TestLateRevokedIsDecided(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	k := &keeper{device: enrol(t, s, c, "P001")}
	if err := s.HQ.SetStatus(ctx(), "A", kiosk.StatusRefunded); err != nil {
		t.Fatal(err)
	}
	r := k.tells(-5, redeem("A"))
	settled(t, r, kiosk.SettledLateRevoked)
	if o, state := k.sees("A"); len(o.Disputes) != 1 || o.Disputes[0].Outcome != kiosk.DisputeOpen || len(state.Standing()) != 0 {
		t.Errorf("the terminal is told %+v", o.Disputes)
	}
	rows := caseRows(t, s, true)
	if len(rows) != 1 || rows[0].Kind != string(kiosk.SettledLateRevoked) || len(rows[0].Sides) != 1 {
		t.Fatalf("cases %+v", rows)
	}
	if _, err := s.HQ.SettleCase(ctx(), rows[0].Number, hq.Decision{Winner: r.Event, By: "Zhou", Note: "the customer pays"}); err != nil {
		t.Fatal(err)
	}
	if _, state := k.sees("A"); len(state.Standing()) != 1 || len(caseRows(t, s, true)) != 0 {
		t.Errorf("decided, it counts %+v", state.Standing())
	}
}

// Whatever two terminals did while they were cut off, and whatever persons decide:
// once they heard of it, they have an order as HQ has it, and no unit counts twice.
func TestTerminalsHaveOrdersAsHQHas(t *testing.T) {
	s, c := start(t)
	one, two := &keeper{device: enrol(t, s, c, "P001")}, &keeper{device: enrol(t, s, c, "P001")}
	round, contested := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		id := kiosk.OrderID(fmt.Sprintf("R%d", round))
		s.Import("P001", hqtest.Entry(id))
		before := len(s.Cases())
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			k := rapid.SampledFrom([]*keeper{one, two}).Draw(rt, "terminal")
			own := k.own[id]
			minutes := rapid.IntRange(-60, 0).Draw(rt, "minutes")
			standing := own.Standing()
			switch what := rapid.IntRange(0, 4).Draw(rt, "what"); {
			case what == 0 && len(standing) > 0:
				r := rapid.SampledFrom(standing).Draw(rt, "redemption")
				k.tells(minutes, kiosk.RedemptionUndone{Order: id, Redemption: r.Event, By: "l"})
			case what == 1:
				rows := caseRows(t, s, false)[before:]
				if len(rows) == 0 {
					continue
				}
				row := rapid.SampledFrom(rows).Draw(rt, "case")
				d := hq.Decision{None: true, By: "Zhou", Note: "n"}
				if len(row.Sides) > 0 && rapid.Bool().Draw(rt, "for one") {
					d.None, d.Winner = false, rapid.SampledFrom(row.Sides).Draw(rt, "winner").Event
				}
				if _, err := s.HQ.SettleCase(ctx(), row.Number, d); err != nil && !errors.Is(err, hq.ErrInput) {
					rt.Fatal(err)
				}
			default:
				body := kiosk.Redeemed{Order: id, Lines: kiosk.Remaining(hqtest.Entry(id).Order, own), Method: kiosk.MethodAlone}
				if len(body.Lines) > 1 && rapid.Bool().Draw(rt, "a part") {
					body.Lines = body.Lines[:1]
				}
				if len(body.Lines) > 0 {
					k.tells(minutes, body)
				}
			}
		}
		at := orderOf(t, s, id)
		contested += len(at.State.Disputes)
		for _, l := range at.Order.Lines {
			if n := at.State.Line(l.ID).Total(); n > l.Quantity {
				rt.Fatalf("line %s counts %d of %d", l.ID, n, l.Quantity)
			}
		}
		for _, k := range []*keeper{one, two} {
			_, state := k.sees(id)
			if diff := cmp.Diff(view(at.State), view(state)); diff != "" {
				rt.Fatalf("%s has another order than HQ (-HQ +terminal):\n%s", k.id, diff)
			}
		}
	})
	if contested == 0 {
		t.Error("there was never a dispute: the test shows nothing")
	}
}

// view is what of a state HQ and terminals must have alike.
func view(s kiosk.OrderState) (lines []string) {
	for _, r := range s.Redemptions {
		counts := r.Lines
		if !r.Counts() {
			counts = nil
		}
		lines = append(lines, fmt.Sprint(r.Event, r.HandedOver(), counts, r.Undone != nil))
	}
	for _, d := range s.Disputes {
		lines = append(lines, fmt.Sprint(d.Event, d.Outcome, d.Judge, d.Note, d.Decided.UTC(), d.Lines, d.Against, d.Bounds()))
	}
	return lines
}
