package desk_test

import (
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// trusting lets customers take so many orders on HQ's word alone.
func trusting(n int) func(*kiosk.Point) {
	return func(p *kiosk.Point) { p.Policy.ProvisionalValue, p.Policy.ProvisionalCount = 10_000, n }
}

// An order that is not here is handed over on HQ's word: the screen says what is
// known, and offers nothing that needs its lines. The leader can undo it.
func TestVoucherOnTheScreens(t *testing.T) {
	s := newShop(t, trusting(1))
	s.scanText(kiosktest.VoucherOf(kiosktest.Order(8)).Text)
	got := s.on(desk.Accepted)
	if o := got.Result.Orders[0]; got.Result.Verdict != kiosk.Provisional || !o.Vouched || o.Units != 3 || o.Value != 4560 || o.ID != kiosktest.OrderID(8) || len(o.Lines) != 0 {
		t.Errorf("%+v", got.Result)
	}
	if got.Ways != (desk.Ways{}) || got.Cue.Sound != desk.SoundAccept || got.Cue.Voice != desk.PromptShelf {
		t.Errorf("ways %+v, cue %+v", got.Ways, got.Cue)
	}
	s.tap(desk.TapDone)
	s.wait(time.Hour - time.Second - s.after)
	s.scanText(kiosktest.VoucherOf(kiosktest.Order(8)).Text)
	got = s.on(desk.Refused)
	if e := got.Result.Orders[0].First; got.Result.Verdict != kiosk.AlreadyCollected || e == nil || e.Units != 3 || !e.Here {
		t.Errorf("%+v", got.Result)
	}
	s.tap(desk.TapLeader)
	s.keys(leaderPIN)
	s.tap(desk.TapEnter)
	s.scanText(kiosktest.VoucherOf(kiosktest.Order(8)).Text)
	s.on(desk.Refused)
	s.tap(desk.TapUndo)
	if b, ok := s.last().(kiosk.RedemptionUndone); !ok || b.Order != kiosktest.OrderID(8) || b.By == "" {
		t.Errorf("last recorded: %+v", s.last())
	}
}

// Beyond the caps the leader is asked, who sees what it is worth.
func TestVoucherForTheLeader(t *testing.T) {
	s := newShop(t)
	s.scanText(kiosktest.VoucherOf(kiosktest.Order(8)).Text)
	got := s.on(desk.Held)
	if o := got.Result.Orders[0]; got.Result.Verdict != kiosk.NeedsLeader || !o.Vouched || o.Value != 4560 {
		t.Errorf("%+v", got.Result)
	}
	s.tap(desk.TapConfirm)
	s.keys(leaderPIN)
	s.tap(desk.TapEnter)
	s.on(desk.Held)
	s.tap(desk.TapByLine) // there are no lines to count
	s.tap(desk.TapConfirm)
	got = s.on(desk.Accepted)
	if o := got.Result.Orders[0]; !o.Vouched || o.Units != 3 {
		t.Errorf("%+v", got.Result)
	}
	if b, ok := s.last().(kiosk.Redeemed); !ok || b.Voucher == nil || b.By == "" || b.Hold.IsZero() || b.Units() != 3 {
		t.Errorf("recorded: %+v", s.last())
	}
}

func TestVoucherRefusedOnTheScreens(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration
		order kiosk.Order
		want  kiosk.Verdict
		of    bool
	}{
		"over": {time.Hour, kiosktest.Order(8), kiosk.Expired, true}, "early": {-time.Hour, kiosktest.Order(8), kiosk.TooEarly, true},
		"elsewhere": {0, kiosktest.Order(8, kiosktest.At("P002")), kiosk.WrongPoint, false},
	} {
		s := newShop(t, trusting(1))
		s.after += c.after
		s.scanText(kiosktest.VoucherOf(c.order).Text)
		r := s.on(desk.Refused).Result
		if r.Verdict != c.want || r.OfVoucher != c.of || r.OfProxy {
			t.Errorf("%s: %+v", name, r)
		}
		if o := r.Orders[0]; c.of && (!o.CollectBy.Equal(kiosktest.Start().Add(time.Hour)) || !o.ValidFrom.Equal(kiosktest.Start())) {
			t.Errorf("%s: from %s to %s", name, o.ValidFrom, o.CollectBy)
		}
	}
}

func TestNoticeOnWelcome(t *testing.T) {
	s := newShop(t, func(p *kiosk.Point) {
		p.Notices = []kiosk.Notice{
			{Text: map[string]string{"zh": "早关门"}, Until: kiosktest.Start().Add(time.Hour)}, {Text: map[string]string{"zh": "请排队", "en": "Please queue"}},
		}
	})
	if got := s.state(); got.Notice != "早关门" {
		t.Errorf("%q", got.Notice)
	}
	s.tap(desk.TapLanguage)
	if got := s.state(); got.Notice != "Please queue" {
		t.Errorf("in English: %q", got.Notice)
	}
	s.tap(desk.TapLanguage)
	if got := s.wait(2 * time.Hour); got.Notice != "请排队" {
		t.Errorf("when the first has ended: %q", got.Notice)
	}
	s.scan(1)
	if got := s.on(desk.Accepted); got.Notice != "" {
		t.Error("a notice beside an answer")
	}
}
