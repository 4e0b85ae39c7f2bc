package desk_test

import (
	"encoding/base64"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// bodies gives what was recorded after the handovers.
func (s *store) bodies() (out []kiosk.Body) {
	for _, e := range s.memory.Events() {
		if e.Body.Type() != kiosk.TypeRedeemed {
			out = append(out, e.Body)
		}
	}
	return out
}

func (s *store) redemption(n int) kiosk.EventID { return s.memory.Events()[n].ID }

func wantBodies(t *testing.T, s *store, want ...kiosk.Body) {
	t.Helper()
	if diff := cmp.Diff(want, s.bodies()); diff != "" {
		t.Errorf("recorded: %s", diff)
	}
}

func TestReportWhatIsMissing(t *testing.T) {
	s := newStore(nil, shared(1), shared(2))
	s.scan(t, kiosktest.Code(9).Text)
	s.tap(desk.TapCollect)
	got := s.tap(desk.TapReport)
	if m := got.Missing; len(m.Lines) != 4 || m.Here != -1 || m.Units != 0 || m.Lines[2].PickupNumber == "" || m.Lines[0].Product != "光明鲜牛奶" {
		t.Fatalf("%+v", m)
	}
	s.tap(desk.TapSend) // nothing is marked
	wantBodies(t, s)
	s.pick(desk.TapMissingLine, "0", "3", "4", "-1", "x")
	s.pick(desk.TapMissingShort, "0:2", "0:9", "2", "2:x")
	s.pick(desk.TapMissingDamaged, "0:1", "3:1")
	m := s.must(t, desk.Missing).Missing
	if m.Here != 3 || m.Units != 3 || m.Lines[0].Short != 1 || m.Lines[0].Damaged != 1 || m.Lines[3].Damaged != 1 {
		t.Fatalf("%+v", m)
	}
	got = s.tap(desk.TapSend)
	if got.Screen != desk.Missing || !got.Missing.Sent || got.Cue.Sound != desk.SoundWait {
		t.Errorf("%s, sent %v", got.Screen, got.Missing.Sent)
	}
	want := []kiosk.Body{
		kiosk.MissingReported{Order: kiosktest.OrderID(1), Redemption: s.redemption(0), Lines: []kiosk.Handed{{Line: "1", Short: 1, Damaged: 1}}},
		kiosk.MissingReported{Order: kiosktest.OrderID(2), Redemption: s.redemption(1), Lines: []kiosk.Handed{{Line: "2", Damaged: 1}}},
	}
	wantBodies(t, s, want...)
	s.pick(desk.TapMissingShort, "0:0")
	if got := s.tap(desk.TapSend); got.Screen != desk.Accepted || got.Ways.Missing != desk.WayGone {
		t.Errorf("%s, %s", got.Screen, got.Ways.Missing)
	}
	if got := s.tap(desk.TapReport); got.Screen != desk.Accepted {
		t.Error("it can be reported twice")
	}
	wantBodies(t, s, want...)
}

func TestReportOfOneLineByKeyboard(t *testing.T) {
	one := kiosktest.Order(1, func(o *kiosk.Order) { o.Lines = o.Lines[:1] })
	s := newStore(nil, one)
	s.scan(t, kiosktest.Code(1).Text)
	if m := s.tap(desk.TapReport).Missing; m.Here != 0 {
		t.Fatalf("a single line is not chosen: %+v", m)
	}
	if m := s.keys("1+++*").Missing; m.Lines[0].Short != 1 || m.Lines[0].Damaged != 1 {
		t.Errorf("%+v", m.Lines[0])
	}
	if m := s.keys("/--x").Missing; m.Units != 0 {
		t.Errorf("%+v", m.Lines[0])
	}
	s.pick(desk.TapMissingDamaged, "0:2")
	if m := s.pick(desk.TapMissingShort, "0:1").Missing; m.Lines[0].Short != 1 || m.Lines[0].Damaged != 1 {
		t.Errorf("what is new does not win: %+v", m.Lines[0])
	}
	s.pick(desk.TapMissingDamaged, "0:0")
	s.tap(desk.TapEnter, desk.TapEnter)
	s.must(t, desk.Accepted)
	wantBodies(t, s, kiosk.MissingReported{Order: kiosktest.OrderID(1), Redemption: s.redemption(0), Lines: []kiosk.Handed{{Line: "1", Short: 1}}})
}

// The leader undid the handover at another terminal meanwhile: the report changes
// nothing, and is no alarm.
func TestReportThatTheRulesRefuse(t *testing.T) {
	s := collected(t, nil)
	if err := s.memory.Undo(s.at(), kiosktest.OrderID(1), s.redemption(0), kiosktest.Leader(), ""); err != nil {
		t.Fatal(err)
	}
	s.tap(desk.TapReport)
	s.pick(desk.TapMissingShort, "0:1")
	if got := s.tap(desk.TapSend); got.Screen != desk.Missing {
		t.Errorf("%s", got.Screen)
	}
}

func TestRate(t *testing.T) {
	s := collected(t, nil)
	s.tap(desk.TapRate)
	s.tap(desk.TapSend) // nothing is given
	wantBodies(t, s)
	got := s.pick(desk.TapStars, "goods:5", "logistics:4", "service:9", "weather:2", "goods").Rate
	if diff := cmp.Diff(desk.RateState{Goods: 5, Logistics: 4}, got); diff != "" {
		t.Fatal(diff)
	}
	got = s.pick(desk.TapStars, "service:2", "goods:3").Rate
	want := []desk.RateTag{
		{Tag: kiosk.TagNotFresh}, {Tag: kiosk.TagDamaged}, {Tag: kiosk.TagShort}, {Tag: kiosk.TagWrong},
		{Tag: kiosk.TagSlow}, {Tag: kiosk.TagUnkind}, {Tag: kiosk.TagPackaging},
	}
	if diff := cmp.Diff(want, got.Tags); diff != "" {
		t.Errorf("tags: %s", diff)
	}
	s.pick(desk.TapRatingTag, "not-fresh", "slow", "unkind", "unkind", "late", "nonsense")
	s.pick(desk.TapStars, "goods:5") // what was wrong with the goods is not any more
	if got := s.tap(desk.TapSend); got.Screen != desk.Accepted || got.Ways.Rate != desk.WayGone || got.Cue.Sound != desk.SoundAccept {
		t.Errorf("%s, %s", got.Screen, got.Ways.Rate)
	}
	wantBodies(t, s, kiosk.Rated{
		Order: kiosktest.OrderID(1), Redemption: s.redemption(0), Goods: 5, Service: 2, Logistics: 4, Tags: []kiosk.RatingTag{kiosk.TagSlow},
	})
	if got := s.tap(desk.TapRate); got.Screen != desk.Accepted {
		t.Error("it can be rated twice")
	}
}

func TestRateSeveralOrdersByKeyboard(t *testing.T) {
	s := newStore(nil, shared(1), shared(2))
	s.scan(t, kiosktest.Code(9).Text)
	s.tap(desk.TapCollect, desk.TapRate)
	s.keys("74504")
	s.tap(desk.TapEnter)
	wantBodies(t, s,
		kiosk.Rated{Order: kiosktest.OrderID(1), Redemption: s.redemption(0), Goods: 4, Service: 5, Logistics: 4},
		kiosk.Rated{Order: kiosktest.OrderID(2), Redemption: s.redemption(1), Goods: 4, Service: 5, Logistics: 4})
}

func TestSkipRating(t *testing.T) {
	s := collected(t, nil)
	s.tap(desk.TapRate)
	s.pick(desk.TapStars, "goods:1")
	if got := s.tap(desk.TapBack); got.Screen != desk.Accepted || got.Ways.Rate != desk.WayOpen {
		t.Errorf("%s, %s", got.Screen, got.Ways.Rate)
	}
	if got := s.tap(desk.TapRate); got.Rate.Given() {
		t.Error("the stars are still there")
	}
	wantBodies(t, s)
}

// A number with its check character, and the code of its title.
const credit = "91350100M000100Y43" // the example of GB 32100-2015

func titleCode(t *testing.T, name, tax string) string {
	t.Helper()
	text := name + "</>" + tax + "</>上海市|021-5555</></>"
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var sum uint16
	for _, b := range append(gbk, 0, 0) {
		for bit := 7; bit >= 0; bit-- {
			high := sum >> 15
			sum = sum<<1 | uint16(b>>bit&1)
			if high == 1 {
				sum ^= 0x8005
			}
		}
	}
	const hex = "0123456789ABCDEF"
	for shift := 12; shift >= 0; shift -= 4 {
		text += string(hex[sum>>shift&15])
	}
	return "$01" + base64.StdEncoding.EncodeToString([]byte(text)) + "$"
}

func TestPersonalInvoice(t *testing.T) {
	s := newStore(nil, shared(1), shared(2))
	s.scan(t, kiosktest.Code(9).Text)
	s.tap(desk.TapCollect)
	if got := s.tap(desk.TapInvoice).Invoice; got.Step != desk.InvoiceWhose || !got.Company {
		t.Fatalf("%+v", got)
	}
	if got := s.tap(desk.TapPersonal); got.Screen != desk.Accepted || got.Ways.Invoice != desk.WayGone {
		t.Errorf("%s, %s", got.Screen, got.Ways.Invoice)
	}
	wantBodies(t, s, kiosk.InvoiceRequested{Order: kiosktest.OrderID(1)}, kiosk.InvoiceRequested{Order: kiosktest.OrderID(2)})
	if len(s.sealed) != 0 {
		t.Errorf("sealed %q", s.sealed)
	}
}

func TestCompanyInvoiceTyped(t *testing.T) {
	s := collected(t, nil)
	s.tap(desk.TapInvoice, desk.TapCompany)
	if got := s.keys("91350100m00010").Invoice; got.Tax != "91350100M00010" || got.Step != desk.InvoiceCompany {
		t.Fatalf("%+v", got)
	}
	if got := s.tap(desk.TapEnter).Invoice; got.Fault != desk.InvoiceLength {
		t.Errorf("fault %q", got.Fault)
	}
	if got := s.keys("0Y-4号4").Invoice; got.Fault != desk.InvoiceFine || got.Tax != "91350100M000100Y44" {
		t.Errorf("%+v", got)
	}
	if got := s.tap(desk.TapSend).Invoice; got.Fault != desk.InvoiceCheck {
		t.Errorf("fault %q", got.Fault)
	}
	s.tap(desk.TapErase)
	s.keys("3")
	if got := s.tap(desk.TapSend); got.Screen != desk.Accepted {
		t.Errorf("%s, %+v", got.Screen, got.Invoice)
	}
	wantBodies(t, s, kiosk.InvoiceRequested{Order: kiosktest.OrderID(1), Company: true, Sealed: []byte("sealed")})
	if diff := cmp.Diff([]string{id(1) + "||" + credit}, s.sealed); diff != "" {
		t.Error(diff)
	}
}

func TestTaxNumbersEnd(t *testing.T) {
	s := collected(t, nil)
	s.tap(desk.TapInvoice, desk.TapCompany)
	if got := s.keys("123456789012345678901").Invoice.Tax; len(got) != 20 {
		t.Errorf("%d characters", len(got))
	}
	if got := s.tap(desk.TapClear, desk.TapErase).Invoice.Tax; got != "" {
		t.Errorf("%q is left", got)
	}
	if got := s.tap(desk.TapBack).Invoice; got.Step != desk.InvoiceWhose {
		t.Errorf("back leads to %q", got.Step)
	}
	s.keys("9")
	if got := s.state().Invoice.Tax; got != "" {
		t.Errorf("typed %q where nobody asked", got)
	}
}

func TestCompanyInvoiceByItsCode(t *testing.T) {
	code := titleCode(t, "幸福里百货有限公司", credit)
	s := collected(t, nil)
	s.tap(desk.TapInvoice)
	got := s.scan(t, code)
	want := desk.InvoiceState{Step: desk.InvoiceCompany, Company: true, Tax: credit, Title: "幸福里百货有限公司"}
	if diff := cmp.Diff(want, got.Invoice); diff != "" || got.Cue.Sound != desk.SoundAccept {
		t.Fatal(got.Screen, diff)
	}
	// The number is changed by hand, with the code still in view: hers, not the code's.
	s.tap(desk.TapErase)
	if got := s.scan(t, code, code).Invoice; got.Title != "" || got.Tax != credit[:17] {
		t.Errorf("%+v", got)
	}
	s.scan(t, code)
	s.tap(desk.TapSend)
	wantBodies(t, s, kiosk.InvoiceRequested{Order: kiosktest.OrderID(1), Company: true, Sealed: []byte("sealed")})
	if diff := cmp.Diff([]string{id(1) + "|幸福里百货有限公司|" + credit}, s.sealed); diff != "" {
		t.Error(diff)
	}
}

func TestCompanyInvoiceByALink(t *testing.T) {
	const link = "https://mp.weixin.qq.com/intp/invoice/usertitlewxa?action=list_auth&invoice_key=abcd"
	s := collected(t, nil)
	s.tap(desk.TapInvoice)
	if got := s.scan(t, link).Invoice; !got.Linked || got.Tax != "" {
		t.Fatalf("%+v", got)
	}
	s.tap(desk.TapSend)
	if diff := cmp.Diff([]string{id(1) + "|" + link + "|"}, s.sealed); diff != "" {
		t.Error(diff)
	}
}

func TestOtherCodesOnInvoice(t *testing.T) {
	code := titleCode(t, "幸福里百货有限公司", credit)
	for name, c := range map[string]struct {
		text string
		want desk.InvoiceFault
	}{"cut off": {code[:40], desk.InvoiceDamaged}, "a poster": {poster, desk.InvoiceElsewhere}, "nothing": {"", desk.InvoiceElsewhere}} {
		s := collected(t, nil)
		s.tap(desk.TapInvoice)
		if got := s.scan(t, c.text); got.Screen != desk.Invoice || got.Invoice.Fault != c.want || got.Cue.Sound != desk.SoundRefuse {
			t.Errorf("%s: %s, %+v", name, got.Screen, got.Invoice)
		}
		before := s.state().Cue
		if got := s.scan(t, c.text, c.text); got.Cue != before {
			t.Errorf("%s: lying in view it is refused again and again", name)
		}
	}
	s := collected(t, nil)
	s.tap(desk.TapRate)
	if got := s.scan(t, code); got.Screen != desk.Refused {
		t.Errorf("a title on another screen leads to %s", got.Screen)
	}
}

func TestInvoiceWithoutASeal(t *testing.T) {
	memory := kiosktest.NewMemory(kiosktest.Point(), kiosktest.Order(1))
	d := desk.New(desk.Options{Ledger: memory, Reveal: func(kiosk.Order) kiosk.Masked { return kiosk.Masked{} }})
	s := &store{Desk: d, memory: memory}
	s.scan(t, kiosktest.Code(1).Text)
	if got := s.tap(desk.TapInvoice, desk.TapCompany).Invoice; got.Company || got.Step != desk.InvoiceWhose {
		t.Errorf("%+v", got)
	}
	if got := s.scan(t, titleCode(t, "甲", credit)); got.Screen != desk.Refused {
		t.Errorf("a title that cannot be sealed leads to %s", got.Screen)
	}
}

func TestInvoiceThatCannotBeSealed(t *testing.T) {
	memory := kiosktest.NewMemory(kiosktest.Point(), kiosktest.Order(1))
	d := desk.New(desk.Options{
		Ledger: memory, Reveal: func(kiosk.Order) kiosk.Masked { return kiosk.Masked{} },
		SealInvoice: func(kiosk.OrderID, string, string) ([]byte, error) { return nil, errors.New("no randomness") },
	})
	s := &store{Desk: d, memory: memory}
	s.scan(t, kiosktest.Code(1).Text)
	s.tap(desk.TapInvoice, desk.TapCompany)
	s.keys(credit)
	if got := s.tap(desk.TapSend); got.Invoice.Fault != desk.InvoiceUnsealed {
		t.Errorf("%s %+v", got.Screen, got.Invoice)
	}
	wantBodies(t, s)
}

func TestInvoicePage(t *testing.T) {
	s := newStore(func(p *kiosk.Policy) { p.InvoicePage = "https://hq.example/i/{order}?o={order}" },
		kiosktest.Order(1, func(o *kiosk.Order) { o.ID = "HX 1/&" }, kiosktest.OpenedBy(kiosktest.Code(9))), shared(2))
	s.scan(t, kiosktest.Code(9).Text)
	s.tap(desk.TapCollect)
	got := s.tap(desk.TapInvoice).Invoice
	if got.Step != desk.InvoicePage || got.Page != "https://hq.example/i/HX%201%2F%26?o=HX%201%2F%26" || !got.More || got.Number == "" {
		t.Errorf("%+v", got)
	}
	if got := s.tap(desk.TapNextPage).Invoice; got.Page != "https://hq.example/i/"+id(2)+"?o="+id(2) {
		t.Errorf("%+v", got)
	}
	s.keys("9")
	if got := s.tap(desk.TapNextPage, desk.TapPersonal, desk.TapSend, desk.TapCompany); got.Screen != desk.Invoice || got.Invoice.Step != desk.InvoicePage {
		t.Errorf("%s %+v", got.Screen, got.Invoice)
	}
	if got := s.scan(t, credit); got.Screen == desk.Invoice {
		t.Error("a code beside the page is not answered")
	}
	s.wait(time.Second)
	wantBodies(t, s)
}
