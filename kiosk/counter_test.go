package kiosk_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
)

// handedOver is the state of the plain order after a handover: line 1 has two
// handed over and one short, line 2 all. It also gives the event's id.
func handedOver(tm *terminal) (kiosk.OrderState, kiosk.EventID) {
	e := tm.event(kiosk.Redeemed{Order: "O1", Method: kiosk.MethodLeader, By: "L1", Lines: []kiosk.Handed{
		{Line: "1", Handed: 2, Short: 1, Reason: kiosk.ReasonShort}, {Line: "2", Handed: 1},
	}})
	return kiosk.OrderState{}.Apply(e), e.ID
}

// refusals checks bodies against a state.
func refusals(t *testing.T, s kiosk.OrderState, cases map[string]refusal) {
	t.Helper()
	tm := terminal{name: "ZZ", at: noon()}
	for name, c := range cases {
		if err := kiosk.Check(order(), s, tm.event(c.body)); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

type refusal struct {
	body kiosk.Body
	want error
}

func TestCheckAfterSale(t *testing.T) {
	tm := terminal{name: "K1", at: noon()}
	s, _ := handedOver(&tm)
	sale := func(change func(*kiosk.AfterSaleRegistered), units ...kiosk.Units) kiosk.Body {
		b := kiosk.AfterSaleRegistered{Order: "O1", Kind: kiosk.AfterSaleRefund, Lines: units, Reason: kiosk.ReasonSpoilt, By: "L1"}
		if change != nil {
			change(&b)
		}
		return b
	}
	back := func(b *kiosk.AfterSaleRegistered) { b.Kind = kiosk.AfterSaleReturn }
	one := kiosk.Units{Line: "1", Units: 1}
	refusals(t, s, map[string]refusal{
		"a refund":                   {sale(nil, one), nil},
		"a refund of what was short": {sale(nil, kiosk.Units{Line: "1", Units: 3}), nil},
		"more than there was":        {sale(nil, kiosk.Units{Line: "1", Units: 4}), kiosk.ErrTooMany},
		"more in two entries":        {sale(nil, kiosk.Units{Line: "1", Units: 3}, one), kiosk.ErrTooMany},
		"a return of all":            {sale(back, kiosk.Units{Line: "1", Units: 2}), nil},
		"a return of what was short": {sale(back, kiosk.Units{Line: "1", Units: 3}), kiosk.ErrTooMany},
		"nothing":                    {sale(nil), kiosk.ErrNothingHanded},
		"no units":                   {sale(nil, kiosk.Units{Line: "1"}), kiosk.ErrTooMany},
		"less than nothing":          {sale(nil, kiosk.Units{Line: "1", Units: -1}), kiosk.ErrTooMany},
		"endless":                    {sale(nil, kiosk.Units{Line: "1", Units: 1 << 62}), kiosk.ErrTooMany},
		"no such line":               {sale(nil, kiosk.Units{Line: "9", Units: 1}), kiosk.ErrUnknownLine},
		"by nobody":                  {sale(func(b *kiosk.AfterSaleRegistered) { b.By = "" }, one), kiosk.ErrLeaderOnly},
		"no such kind":               {sale(func(b *kiosk.AfterSaleRegistered) { b.Kind = "gift" }, one), kiosk.ErrWrongChoice},
		"no such reason":             {sale(func(b *kiosk.AfterSaleRegistered) { b.Reason = "mood" }, one), kiosk.ErrWrongChoice},
		"of another order":           {sale(func(b *kiosk.AfterSaleRegistered) { b.Order = "O2" }, one), kiosk.ErrWrongOrder},
	})
	s = s.Apply(tm.event(sale(back, kiosk.Units{Line: "1", Units: 2}).(kiosk.AfterSaleRegistered)))
	refusals(t, s, map[string]refusal{
		"a second return":  {sale(back, one), kiosk.ErrTooMany},
		"the last unit":    {sale(nil, one), nil},
		"one more than it": {sale(nil, kiosk.Units{Line: "1", Units: 2}), kiosk.ErrTooMany},
	})
	if all, returned := s.AfterSold("1"); all != 2 || returned != 2 {
		t.Errorf("%d paid back, %d returned", all, returned)
	}
	if got := kiosk.AfterSaleValue(order(), []kiosk.Units{{Line: "1", Units: 2}, {Line: "2", Units: 1}, {Line: "9", Units: 1}}); got != 4_000 {
		t.Errorf("value %s", got)
	}
}

func TestUndoAfterAnAfterSale(t *testing.T) {
	tm := terminal{name: "K1", at: noon()}
	s, redemption := handedOver(&tm)
	if _, err := kiosk.DecideUndo(order(), s, scene(), redemption, leader(), ""); err != nil {
		t.Fatal(err)
	}
	s = s.Apply(tm.event(kiosk.AfterSaleRegistered{
		Order: "O1", Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "2", Units: 1}}, Reason: kiosk.ReasonOther, By: "L1",
	}))
	if _, err := kiosk.DecideUndo(order(), s, scene(), redemption, leader(), ""); !errors.Is(err, kiosk.ErrAfterSold) {
		t.Errorf("undone: %v", err)
	}
}

func TestReports(t *testing.T) {
	tm := terminal{name: "K1", at: noon()}
	s, redemption := handedOver(&tm)
	report := func(lines ...kiosk.Handed) kiosk.MissingReported {
		return kiosk.MissingReported{Order: "O1", Redemption: redemption, Lines: lines}
	}
	other := report(kiosk.Handed{Line: "1", Short: 1})
	other.Redemption = kiosk.EventID{1}
	refusals(t, s, map[string]refusal{
		"one short":              {report(kiosk.Handed{Line: "1", Short: 1}), nil},
		"two damaged":            {report(kiosk.Handed{Line: "1", Damaged: 2}), nil},
		"what was short before":  {report(kiosk.Handed{Line: "1", Short: 3}), kiosk.ErrTooMany},
		"short and damaged":      {report(kiosk.Handed{Line: "1", Short: 2, Damaged: 1}), kiosk.ErrTooMany},
		"a line twice":           {report(kiosk.Handed{Line: "1", Short: 1}, kiosk.Handed{Line: "1", Short: 1}), kiosk.ErrUnknownLine},
		"no such line":           {report(kiosk.Handed{Line: "9", Short: 1}), kiosk.ErrUnknownLine},
		"handed over":            {report(kiosk.Handed{Line: "1", Handed: 1, Short: 1}), kiosk.ErrTooMany},
		"less than nothing":      {report(kiosk.Handed{Line: "1", Short: -1, Damaged: 2}), kiosk.ErrTooMany},
		"endless":                {report(kiosk.Handed{Line: "1", Short: 1 << 62, Damaged: 1 << 62}), kiosk.ErrTooMany},
		"nothing":                {report(), kiosk.ErrNothingHanded},
		"of another handover":    {other, kiosk.ErrUnknownRedemption},
		"dismissed before it is": {kiosk.ReportDismissed{Order: "O1", By: "L1"}, kiosk.ErrNoReport},
	})
	first, second := tm.event(report(kiosk.Handed{Line: "1", Short: 1})), tm.event(report(kiosk.Handed{Line: "2", Damaged: 1}))
	s = fold(s, first, second)
	if open := s.OpenReports(); len(open) != 2 || open[0].Event != first.ID || open[0].Redemption != redemption {
		t.Fatalf("open %+v", open)
	}
	dismissed := fold(s, tm.event(kiosk.ReportDismissed{Order: "O1", Report: first.ID, By: "L1"}))
	refusals(t, dismissed, map[string]refusal{
		"the first again": {kiosk.ReportDismissed{Order: "O1", Report: first.ID, By: "L1"}, kiosk.ErrNoReport},
		"the second":      {kiosk.ReportDismissed{Order: "O1", Report: second.ID, By: "L1"}, nil},
	})
	answered := fold(dismissed, tm.event(kiosk.AfterSaleRegistered{
		Order: "O1", Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "2", Units: 1}}, Reason: kiosk.ReasonDamaged, By: "L1", Report: second.ID,
	}))
	if open := answered.OpenReports(); len(open) != 0 {
		t.Errorf("still open: %+v", open)
	}
	undone := fold(s, tm.event(kiosk.RedemptionUndone{Order: "O1", Redemption: redemption, By: "L1"}))
	if open := undone.OpenReports(); len(open) != 0 {
		t.Errorf("open although the handover was undone: %+v", open)
	}
	refusals(t, undone, map[string]refusal{"on an undone handover": {report(kiosk.Handed{Line: "1", Short: 1}), kiosk.ErrAlreadyUndone}})
}

func TestCheckRated(t *testing.T) {
	tm := terminal{name: "K1", at: noon()}
	s, redemption := handedOver(&tm)
	rated := func(goods, service, logistics int, tags ...kiosk.RatingTag) kiosk.Rated {
		return kiosk.Rated{Order: "O1", Redemption: redemption, Goods: goods, Service: service, Logistics: logistics, Tags: tags}
	}
	other := rated(5, 5, 5)
	other.Redemption = kiosk.EventID{1}
	refusals(t, s, map[string]refusal{
		"best":                {rated(5, 5, 5), nil},
		"one question":        {rated(0, 0, 1, kiosk.RatingTags()...), nil},
		"none":                {rated(0, 0, 0), kiosk.ErrNothingHanded},
		"six stars":           {rated(1, 6, 1), kiosk.ErrWrongChoice},
		"less than none":      {rated(-1, 2, 1), kiosk.ErrWrongChoice},
		"no such tag":         {rated(1, 1, 1, "boring"), kiosk.ErrWrongChoice},
		"of another handover": {other, kiosk.ErrUnknownRedemption},
	})
	s = s.Apply(tm.event(rated(4, 0, 0)))
	refusals(t, s, map[string]refusal{"twice": {rated(5, 5, 5), kiosk.ErrAlreadyRated}})
}

func TestCheckInvoice(t *testing.T) {
	tm := terminal{name: "K1", at: noon()}
	s, redemption := handedOver(&tm)
	sealed := []byte("sealed")
	personal, company := kiosk.InvoiceRequested{Order: "O1"}, kiosk.InvoiceRequested{Order: "O1", Company: true, Sealed: sealed}
	refusals(t, kiosk.OrderState{}, map[string]refusal{"before the handover": {personal, kiosk.ErrUnknownRedemption}})
	refusals(t, s, map[string]refusal{
		"personal":             {personal, nil},
		"of a company":         {company, nil},
		"company without data": {kiosk.InvoiceRequested{Order: "O1", Company: true}, kiosk.ErrWrongChoice},
		"person with data":     {kiosk.InvoiceRequested{Order: "O1", Sealed: sealed}, kiosk.ErrWrongChoice},
		"endless":              {kiosk.InvoiceRequested{Order: "O1", Company: true, Sealed: make([]byte, 1025)}, kiosk.ErrWrongChoice},
	})
	undone := s.Apply(tm.event(kiosk.RedemptionUndone{Order: "O1", Redemption: redemption, By: "L1"}))
	refusals(t, undone, map[string]refusal{"after the undo": {personal, kiosk.ErrUnknownRedemption}})
}

func TestCheckReceived(t *testing.T) {
	line := kiosk.ReceivedLine{Product: "鲜牛奶", Expected: 5, Good: 3, Damaged: 1, Reason: kiosk.ReasonDamaged}
	signed := func(change func(*kiosk.GoodsReceived)) kiosk.GoodsReceived {
		b := kiosk.GoodsReceived{Consignment: "C1", By: "L1", Lines: []kiosk.ReceivedLine{line}}
		change(&b)
		return b
	}
	units := func(l kiosk.ReceivedLine) kiosk.GoodsReceived {
		return signed(func(b *kiosk.GoodsReceived) { b.Lines = []kiosk.ReceivedLine{l} })
	}
	refusals(t, kiosk.OrderState{}, map[string]refusal{
		"plain":             {signed(func(*kiosk.GoodsReceived) {}), nil},
		"nothing came":      {units(kiosk.ReceivedLine{Product: "鲜牛奶", Expected: 5}), nil},
		"more came":         {units(kiosk.ReceivedLine{Product: "鲜牛奶", Expected: 5, Good: 6}), nil},
		"no consignment":    {signed(func(b *kiosk.GoodsReceived) { b.Consignment = "" }), kiosk.ErrWrongChoice},
		"an endless name":   {signed(func(b *kiosk.GoodsReceived) { b.Consignment = strings.Repeat("C", 1025) }), kiosk.ErrWrongChoice},
		"by nobody":         {signed(func(b *kiosk.GoodsReceived) { b.By = "" }), kiosk.ErrWrongChoice},
		"no lines":          {signed(func(b *kiosk.GoodsReceived) { b.Lines = nil }), kiosk.ErrWrongChoice},
		"the most lines":    {signed(func(b *kiosk.GoodsReceived) { b.Lines = slices.Repeat(b.Lines, kiosk.MaxConsignmentLines) }), nil},
		"too many lines":    {signed(func(b *kiosk.GoodsReceived) { b.Lines = slices.Repeat(b.Lines, kiosk.MaxConsignmentLines+1) }), kiosk.ErrWrongChoice},
		"no such reason":    {units(kiosk.ReceivedLine{Product: "x", Good: 1, Reason: "mood"}), kiosk.ErrWrongChoice},
		"less than nothing": {units(kiosk.ReceivedLine{Product: "x", Good: -1}), kiosk.ErrTooMany},
		"endless":           {units(kiosk.ReceivedLine{Product: "x", Damaged: 1 << 62}), kiosk.ErrTooMany},
	})
	if short := line.Short(); short != 1 {
		t.Errorf("%d short", short)
	}
	if more := (kiosk.ReceivedLine{Expected: 1, Good: 3}).Short(); more != -2 {
		t.Errorf("%d short where more came", more)
	}
}

// A signature makes goods arrive that are on their way, and no others.
func TestReceivedGoodsCountAsArrived(t *testing.T) {
	c := scene()
	for _, status := range kiosk.Statuses() {
		o := order()
		o.Status = status
		c.Received = false
		without, _ := kiosk.DecideScan(o, kiosk.OrderState{}, c)
		c.Received = true
		with, body := kiosk.DecideScan(o, kiosk.OrderState{}, c)
		_, _, err := kiosk.DecideHandOver(o, kiosk.OrderState{}, c, kiosk.Confirmation{By: staff()})
		switch status {
		case kiosk.StatusPaid, kiosk.StatusShipped, kiosk.StatusArrived:
			if with.Verdict != kiosk.Accepted || body == nil || err != nil || (without.Verdict == kiosk.Accepted) != (status == kiosk.StatusArrived) {
				t.Errorf("%s: %s, by hand %v; without a signature %s", status, with.Verdict, err, without.Verdict)
			}
		default:
			if with.Verdict != without.Verdict || body != nil || !errors.Is(err, kiosk.ErrNotCollectable) {
				t.Errorf("%s: %s, by hand %v", status, with.Verdict, err)
			}
		}
	}
}

func TestSentBack(t *testing.T) {
	tm := terminal{name: "K1", at: noon()}
	s := kiosk.OrderState{}.Apply(tm.event(kiosk.Redeemed{Order: "O1", Method: kiosk.MethodLeader, Lines: []kiosk.Handed{{Line: "1", Handed: 1}}}))
	back := func(by string, units ...kiosk.Units) kiosk.SentBack {
		return kiosk.SentBack{Order: "O1", Lines: units, Reason: kiosk.ReasonOverdue, By: by}
	}
	whole := back("L1", kiosk.Units{Line: "1", Units: 2}, kiosk.Units{Line: "2", Units: 1})
	refusals(t, s, map[string]refusal{
		"what is left":    {whole, nil},
		"by nobody":       {back("", whole.Lines...), kiosk.ErrLeaderOnly},
		"what is gone":    {back("L1", kiosk.Units{Line: "1", Units: 3}), kiosk.ErrTooMany},
		"in two entries":  {back("L1", kiosk.Units{Line: "1", Units: 2}, kiosk.Units{Line: "1", Units: 1}), kiosk.ErrTooMany},
		"no such line":    {back("L1", kiosk.Units{Line: "9", Units: 1}), kiosk.ErrTooMany},
		"no units":        {back("L1", kiosk.Units{Line: "1"}), kiosk.ErrTooMany},
		"nothing":         {back("L1"), kiosk.ErrNothingHanded},
		"a reminder":      {kiosk.ReminderAsked{Order: "O1", By: "L1"}, nil},
		"of another one":  {kiosk.ReminderAsked{Order: "O2", By: "L1"}, kiosk.ErrWrongOrder},
		"a note, a day":   {kiosk.ConflictNoted{Note: "seen", By: "L1"}, nil},
		"another setting": {kiosk.SettingsChanged{By: "L1"}, nil},
	})
	s = s.Apply(tm.event(whole))
	refusals(t, s, map[string]refusal{"twice": {back("L1", kiosk.Units{Line: "1", Units: 1}), kiosk.ErrSentBack}})
	out, body := kiosk.DecideScan(order(), s, scene())
	if out.Verdict != kiosk.Expired || body != nil || !out.SentBackAt.Equal(noon()) {
		t.Errorf("%s, sent back at %s", out.Verdict, out.SentBackAt)
	}
	if _, _, err := kiosk.DecideHandOver(order(), s, scene(), kiosk.Confirmation{By: leader()}); !errors.Is(err, kiosk.ErrSentBack) || !errors.Is(err, kiosk.ErrNotCollectable) {
		t.Errorf("handed over: %v", err)
	}
	complete, _ := handedOver(&tm)
	refusals(t, complete, map[string]refusal{"when nothing is left": {whole, kiosk.ErrNothingHanded}})
}

func TestDays(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		t.Helper()
		moment, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	for text, want := range map[string]kiosk.Day{
		"2026-03-01T15:59:59Z": "2026-03-01", "2026-03-01T16:00:00Z": "2026-03-02", "2026-12-31T16:00:00Z": "2027-01-01",
	} {
		if got, ok := kiosk.DayOf(kiosk.Moment{Wall: at(text)}, shanghai); !ok || got != want {
			t.Errorf("%s is of %s", text, got)
		}
	}
	wrong := kiosk.Moment{Wall: at("2020-01-01T00:00:00Z"), Clock: kiosk.ClockSuspect}
	if day, ok := kiosk.DayOf(wrong, shanghai); ok || day != "" {
		t.Errorf("a clock that tells nothing: %s", day)
	}
	wrong.HQ = kiosk.HQClock{Known: true, Offset: at("2026-03-01T16:00:00Z").Sub(wrong.Wall)}
	if day, ok := kiosk.DayOf(wrong, shanghai); !ok || day != "2026-03-02" {
		t.Errorf("by HQ's clock: %s", day)
	}
	from, to, err := kiosk.Day("2026-03-02").Bounds(shanghai)
	if err != nil || !from.Equal(at("2026-03-01T16:00:00Z")) || !to.Equal(at("2026-03-02T16:00:00Z")) {
		t.Errorf("from %s to %s, %v", from, to, err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	if from, to, err := kiosk.Day("2026-03-29").Bounds(berlin); err != nil || to.Sub(from) != 23*time.Hour {
		t.Errorf("the day on which clocks go forward has %s, %v", to.Sub(from), err)
	}
	for _, d := range []kiosk.Day{"", "today", "2026-02-30", "2026-3-2", "20260302"} {
		if _, _, err := d.Bounds(shanghai); err == nil || !strings.Contains(err.Error(), string(d)) {
			t.Errorf("%q: %v", d, err)
		}
	}
}

func TestCommission(t *testing.T) {
	for _, c := range []struct {
		value kiosk.Fen
		rate  int
		want  kiosk.Fen
	}{
		{10_000, 350, 350}, {0, 350, 0}, {10_000, 0, 0}, {1_428, 350, 50}, {1_414, 350, 49}, {1_429, 350, 50}, {100, 50, 1}, {99, 50, 0}, {123, 10_000, 123},
	} {
		if got := kiosk.Commission(c.value, c.rate); got != c.want {
			t.Errorf("%s at %d: %s, want %s", c.value, c.rate, got, c.want)
		}
	}
}

func TestRolesMay(t *testing.T) {
	leaders := []kiosk.EventType{
		kiosk.TypeRedemptionUndone, kiosk.TypeAfterSaleRegistered, kiosk.TypeReportDismissed, kiosk.TypeSentBack, kiosk.TypeDayClosed,
		kiosk.TypeSettingsChanged, kiosk.TypeConflictNoted,
	}
	everybodys := []kiosk.EventType{
		kiosk.TypeRedeemed, kiosk.TypePaymentCollected, kiosk.TypeGoodsReceived, kiosk.TypeReminderAsked, kiosk.TypeHoldRejected, kiosk.TypeSignedIn,
	}
	for _, event := range leaders {
		if !kiosk.RoleLeader.May(event) || kiosk.RoleStaff.May(event) {
			t.Errorf("%s is not the leader's alone", event)
		}
	}
	for _, event := range everybodys {
		if !kiosk.RoleLeader.May(event) || !kiosk.RoleStaff.May(event) {
			t.Errorf("%s is not for leader and staff", event)
		}
		if kiosk.Role("").May(event) || kiosk.Role("owner").May(event) {
			t.Errorf("%s is for roles that nobody knows", event)
		}
	}
}

func TestDecidedEventsAreThoseOfDecisions(t *testing.T) {
	for _, event := range []kiosk.EventType{
		kiosk.TypeOrderHeld, kiosk.TypeHoldRejected, kiosk.TypeRedeemed, kiosk.TypeRedemptionUndone, kiosk.TypePaymentCollected,
	} {
		if !kiosk.Decided(event) {
			t.Errorf("%s could be recorded without judgement", event)
		}
	}
	for _, event := range []kiosk.EventType{kiosk.TypeAfterSaleRegistered, kiosk.TypeGoodsReceived, kiosk.TypeSignedIn, kiosk.TypeRated} {
		if kiosk.Decided(event) {
			t.Errorf("%s cannot be recorded", event)
		}
	}
}
