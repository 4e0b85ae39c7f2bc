package hq_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
	"hexiao/kiosk/signedcode"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

func voucher(t *testing.T, s *hqtest.Server, order kiosk.OrderID, until time.Time) (hq.Voucher, kiosk.Voucher) {
	t.Helper()
	made, err := s.HQ.NewVoucher(ctx(), hq.VoucherRequest{Order: order, Until: until})
	if err != nil {
		t.Fatal(err)
	}
	var key []byte
	if err := s.Store.View(ctx(), func(tx hq.Tx) error {
		id, _, err := tx.Identity()
		key = id.Key()[32:]
		return err
	}); err != nil {
		t.Fatal(err)
	}
	said, err := signedcode.DecodeVoucher(made.Code, []kiosk.PointID{"P001"}, key)
	if err != nil {
		t.Fatal(err)
	}
	return made, said
}

// A terminal that has not heard of an order hands it over on HQ's word; HQ says
// which lines that were, and all terminals hear of it.
func TestVoucherIsSettled(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	one, two := enrol(t, s, c, "P001"), enrol(t, s, c, "P001")
	made, said := voucher(t, s, "A", c.now().Add(25*time.Hour+30*time.Second))
	if made.ID != said.Code || said.Units != 3 || said.Value != 5550 || made.Units != 3 || made.Value != 5550 || len(made.Code) > 160 ||
		!said.From.Equal(c.now().Truncate(time.Minute)) || !said.Until.Equal(c.now().Add(25*time.Hour)) || !made.Until.Equal(said.Until) {
		t.Errorf("%+v says %+v", made, said)
	}
	taken := kiosk.Redeemed{Order: "A", Method: kiosk.MethodAlone, Voucher: &said, Provisional: true}
	settled(t, one.tell(taken), kiosk.SettledAccepted)
	settled(t, two.tell(taken), kiosk.SettledConflict)
	settled(t, two.tell(redeem("A")), kiosk.SettledConflict)
	set := newModel()
	if err := two.pull(set); err != nil {
		t.Fatal(err)
	}
	r := set.orders["A"].Settled
	if len(r) != 1 || !cmp.Equal(r[0].Lines, redeem("A").Lines) || r[0].Terminal != one.id {
		t.Errorf("settled %+v", r)
	}
	if _, err := s.HQ.NewVoucher(ctx(), hq.VoucherRequest{Order: "A", Until: c.now().Add(time.Hour)}); !errors.Is(err, hq.ErrInput) {
		t.Errorf("nothing is left: %v", err)
	}
}

func TestVoucherWithinTheOrdersTerm(t *testing.T) {
	s, c := start(t)
	e, late := hqtest.Entry("A"), hqtest.Entry("B")
	e.Order.ValidFrom, e.Order.CollectBy = c.now().Add(90*time.Second), c.now().Add(time.Hour)
	late.Order.CollectBy = c.now().Add(-48 * time.Hour)
	due := hqtest.Entry("C")
	due.Order.Due = 100
	long := hqtest.Entry(kiosk.OrderID(strings.Repeat("长", 20)))
	s.Import("P001", e, late, due, long, hqtest.Entry("D"))
	if err := s.HQ.SetStatus(ctx(), "D", kiosk.StatusCancelled); err != nil {
		t.Fatal(err)
	}
	_, said := voucher(t, s, "A", c.now().AddDate(0, 0, 7))
	if !said.From.Equal(c.now().Add(2*time.Minute)) || !said.Until.Equal(c.now().Add(25*time.Hour)) {
		t.Errorf("good from %s until %s", said.From, said.Until)
	}
	for order, want := range map[kiosk.OrderID]error{"B": hq.ErrInput, "C": hq.ErrInput, "D": hq.ErrInput, long.Order.ID: hq.ErrInput, "Z": hq.ErrNoOrder} {
		if made, err := s.HQ.NewVoucher(ctx(), hq.VoucherRequest{Order: order, Until: c.now().Add(time.Hour)}); !errors.Is(err, want) || made.Code != "" {
			t.Errorf("order %s: %v", order, err)
		}
	}
}

func point(t *testing.T, s *hqtest.Server) kiosk.Point {
	t.Helper()
	p, err := s.HQ.Point(ctx(), "P001")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRevokeASignedCode(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	until := c.now().Add(time.Hour)
	made, _ := voucher(t, s, "A", until)
	proxy, err := s.HQ.NewProxyCode(ctx(), hq.ProxyRequest{Order: "A", Until: until})
	if err != nil {
		t.Fatal(err)
	}
	done, err := s.HQ.RevokeCodes(ctx(), hq.RevokeRequest{Code: made.ID.String()})
	if err != nil || done.Order != "A" || done.New || !cmp.Equal(done.Signed, []kiosk.ProxyID{made.ID}) {
		t.Errorf("%+v, %v", done, err)
	}
	if got := point(t, s).Revoked; len(got) != 1 || got[0].Proxy != made.ID || !got[0].At.Equal(c.now()) {
		t.Errorf("revoked: %+v", got)
	}
	// What is signed in the same minute is another code.
	if again, _ := voucher(t, s, "A", until); again.ID == made.ID {
		t.Error("the new code is the withdrawn one")
	}
	// A terminal that has not heard of a refund would take HQ's word.
	if err := s.HQ.SetStatus(ctx(), "A", kiosk.StatusRefunding); err != nil {
		t.Fatal(err)
	}
	got := point(t, s).Revoked
	if len(got) != 3 || !slices.ContainsFunc(got, func(r kiosk.RevokedCode) bool { return r.Proxy == proxy.ID }) {
		t.Errorf("after the refund: %+v", got)
	}
	for _, bad := range []hq.RevokeRequest{{}, {Order: "A", Code: made.ID.String()}, {Code: "0011"}, {Code: "zz"}, {Code: "00112233445f"}} {
		if _, err := s.HQ.RevokeCodes(ctx(), bad); !errors.Is(err, hq.ErrInput) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if _, err := s.HQ.RevokeCodes(ctx(), hq.RevokeRequest{Order: "Z"}); !errors.Is(err, hq.ErrNoOrder) {
		t.Errorf("no order: %v", err)
	}
}

func TestRevokeAnOrdersCodes(t *testing.T) {
	s, c := start(t)
	e := hqtest.Entry("A")
	e.OwnCode = "66778899001"
	before := s.Import("P001", e)["A"]
	made, _ := voucher(t, s, "A", c.now().Add(time.Hour))
	done, err := s.HQ.RevokeCodes(ctx(), hq.RevokeRequest{Order: "A"})
	if err != nil || !done.New || !cmp.Equal(done.Signed, []kiosk.ProxyID{made.ID}) {
		t.Errorf("%+v, %v", done, err)
	}
	after := s.Codes("P001")["A"]
	if after.Code == before.Code || after.Typed == before.Typed || after.Own != before.Own {
		t.Error("the codes are the old ones, or the platform's own is gone")
	}
	rec := orderOf(t, s, "A")
	whose, err := seal.OpenFull(kiosk.Code{Kind: kiosk.CodeOpaque, Text: after.Code}, "A", rec.Order.SealedFull, kiosk.Mask(e.Name, e.Phone))
	if err != nil || whose.Phone != "13800001234" {
		t.Errorf("the new code opens %+v, %v", whose, err)
	}
	var key seal.PointKey
	if err := s.Store.View(ctx(), func(tx hq.Tx) error {
		p, _, err := tx.Point("P001")
		if err == nil {
			key, err = seal.NewPointKey(p.Secret)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	old := key.Lookup(kiosk.Code{Kind: kiosk.CodeOpaque, Text: before.Code})
	if slices.Contains(rec.Order.Lookups, old) || !slices.Contains(rec.Order.Lookups, key.Lookup(kiosk.Code{Kind: kiosk.CodeOpaque, Text: after.Code})) || len(rec.Order.Lookups) != 3 {
		t.Errorf("%d lookups", len(rec.Order.Lookups))
	}
	if got := point(t, s).Revoked; len(got) != 3 || !slices.ContainsFunc(got, func(r kiosk.RevokedCode) bool { return slices.Equal(r.Lookup, old[:]) }) {
		t.Errorf("revoked: %+v", got)
	}
	// The same table again changes nothing.
	if again := s.Import("P001", e)["A"]; again != after {
		t.Error("an import brings other codes")
	}
	// The list is bounded by time and number.
	c.advance(91 * 24 * time.Hour)
	if _, err := s.HQ.RevokeCodes(ctx(), hq.RevokeRequest{Order: "A"}); err != nil {
		t.Fatal(err)
	}
	if got := point(t, s).Revoked; len(got) != 2 {
		t.Errorf("after three months: %d", len(got))
	}
	for range 501 {
		if _, err := s.HQ.RevokeCodes(ctx(), hq.RevokeRequest{Order: "A"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := point(t, s).Revoked; len(got) != 1000 {
		t.Errorf("after a thousand more: %d", len(got))
	}
}

func TestSignedCodesAreBounded(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	ask := hq.ProxyRequest{Order: "A", Until: c.now().Add(time.Hour)}
	for range 50 {
		if _, err := s.HQ.NewProxyCode(ctx(), ask); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.HQ.NewProxyCode(ctx(), ask); !errors.Is(err, hq.ErrInput) {
		t.Errorf("one more: %v", err)
	}
	c.advance(2 * time.Hour)
	ask.Until = c.now().Add(time.Hour)
	if _, err := s.HQ.NewProxyCode(ctx(), ask); err != nil {
		t.Errorf("when they have ended: %v", err)
	}
	if n := len(orderOf(t, s, "A").Signed); n != 1 {
		t.Errorf("HQ keeps %d", n)
	}
}

func TestRotatingCodes(t *testing.T) {
	s, c := start(t)
	from := kiosk.Fen(5_000)
	if err := s.HQ.ChangePoint(ctx(), hq.PointChange{ID: "P001", RotateFrom: &from}); err != nil {
		t.Fatal(err)
	}
	cheap := hqtest.Entry("B")
	cheap.Order.Lines = cheap.Order.Lines[:1]
	codes := s.Import("P001", hqtest.Entry("A"), cheap)
	if !orderOf(t, s, "A").Order.Rotating || orderOf(t, s, "B").Order.Rotating || !codes["B"].Until.IsZero() || len(codes["B"].Code) != 28 {
		t.Errorf("A %v, B %v", codes["A"].Until, codes["B"].Until)
	}
	now := codes["A"]
	parsed, err := kiosk.ParseCode(now.Code, nil)
	if err != nil || parsed[0].Kind != kiosk.CodeRotating {
		t.Fatal(err)
	}
	opaque, shown := parsed[0].Rotation()
	if !opaque.Belongs("P001") || !now.Until.Equal(shown.Add(time.Minute)) || c.now().Sub(shown).Abs() > kiosk.RotateStep {
		t.Errorf("shown at %s, until %s", shown, now.Until)
	}
	c.advance(kiosk.RotateStep)
	if s.Codes("P001")["A"].Code == now.Code {
		t.Error("it is the same half a minute later")
	}
	off := kiosk.Fen(0)
	if err := s.HQ.ChangePoint(ctx(), hq.PointChange{ID: "P001", RotateFrom: &off}); err != nil {
		t.Fatal(err)
	}
	if after := s.Import("P001", hqtest.Entry("A"))["A"]; after.Code != opaque.Text {
		t.Error("turned off, it changes on")
	}
}

func TestNotice(t *testing.T) {
	s, c := start(t)
	until := c.now().Add(time.Hour)
	if err := s.HQ.SetNotice(ctx(), hq.NoticeRequest{Point: "P001", Zh: " 今天早关门 ", En: "Closing early today", Until: until}); err != nil {
		t.Fatal(err)
	}
	want := []kiosk.Notice{{Text: map[string]string{"zh": "今天早关门", "en": "Closing early today"}, Until: until}}
	if diff := cmp.Diff(want, point(t, s).Notices); diff != "" {
		t.Error(diff)
	}
	for name, bad := range map[string]hq.NoticeRequest{
		"long": {Point: "P001", Zh: strings.Repeat("长", 81)}, "lines": {Point: "P001", En: "a\nb"}, "over": {Point: "P001", En: "a", Until: c.now()},
	} {
		if err := s.HQ.SetNotice(ctx(), bad); !errors.Is(err, hq.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.HQ.SetNotice(ctx(), hq.NoticeRequest{Point: "P009", En: "a"}); !errors.Is(err, hq.ErrNoPoint) {
		t.Errorf("no point: %v", err)
	}
	if err := s.HQ.SetNotice(ctx(), hq.NoticeRequest{Point: "P001"}); err != nil || point(t, s).Notices != nil {
		t.Errorf("taken away: %v, %v", point(t, s).Notices, err)
	}
}

func TestRiskSettings(t *testing.T) {
	s, _ := start(t)
	of := func(n int) *int { return &n }
	fen := func(n kiosk.Fen) *kiosk.Fen { return &n }
	text := func(s string) *string { return &s }
	mode := kiosk.LeaseRefuse
	if err := s.HQ.ChangePoint(ctx(), hq.PointChange{
		ID: "P001", StaleCount: of(7), ProvisionalValue: fen(8000), ProvisionalCount: of(3), RotateFrom: fen(30_000), Leases: &mode, LeaseTerm: time.Hour,
		CodeURL: text("https://shop.example/pick?code="),
	}); err != nil {
		t.Fatal(err)
	}
	want := kiosk.Policy{
		StaleCount: 7, ProvisionalValue: 8000, ProvisionalCount: 3, RotateFrom: 30_000, Leases: kiosk.LeaseRefuse, LeaseTerm: time.Hour,
		CodeFormats: append(kiosk.DefaultPolicy().CodeFormats, kiosk.CodeFormat{URLPrefix: "https://shop.example/pick", URLParam: "code"}),
	}
	if diff := cmp.Diff(want, point(t, s).Policy); diff != "" {
		t.Error(diff)
	}
	if codes, err := kiosk.ParseCode("http://shop.example/pick/?x=1&code=ab-12", want.CodeFormats); err != nil || codes[0].Text != "AB12" {
		t.Errorf("a scan: %v, %v", codes, err)
	}
	off, bad := kiosk.LeaseOff, kiosk.LeaseMode("maybe")
	if err := s.HQ.ChangePoint(ctx(), hq.PointChange{ID: "P001", Leases: &off, CodeURL: text(""), StaleCount: of(0)}); err != nil {
		t.Fatal(err)
	}
	if p := point(t, s).Policy; p.Leases != "" || p.StaleCount != 0 || len(p.CodeFormats) != 1 || p.ProvisionalCount != 3 {
		t.Errorf("%+v", p)
	}
	for name, change := range map[string]hq.PointChange{
		"count": {StaleCount: of(-1)}, "orders": {ProvisionalCount: of(-1)}, "value": {ProvisionalValue: fen(-1)}, "rotate": {RotateFrom: fen(-1)},
		"mode": {Leases: &bad}, "term": {LeaseTerm: -1}, "no address": {CodeURL: text("shop?code=")}, "no parameter": {CodeURL: text("https://shop.example/")},
		"two parameters": {CodeURL: text("https://shop.example/?a=&b=")},
	} {
		change.ID = "P001"
		if err := s.HQ.ChangePoint(ctx(), change); !errors.Is(err, hq.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAdminOfCodes(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	until := c.now().Add(time.Hour).Format(time.RFC3339)
	for _, r := range []struct {
		method, path, body string
		status             int
		holds              string
	}{
		{"POST", "/orders/voucher", `{"order":"A","until":"` + until + `"}`, http.StatusOK, `"code":"H1`},
		{"POST", "/orders/voucher", `{"order":"Z","until":"` + until + `"}`, http.StatusNotFound, "Z"},
		{"GET", "/points/P001/signed", "", http.StatusOK, `"kind":"voucher"`},
		{"POST", "/codes/revoke", `{"order":"A"}`, http.StatusOK, `"new":true`},
		{"POST", "/codes/revoke", `{`, http.StatusBadRequest, "JSON"},
		{"POST", "/points/notice", `{"point":"P001","en":"hello"}`, http.StatusOK, "{}"},
	} {
		if status, body := ask(t, s.HQ, r.method, "/admin/v1"+r.path, r.body); status != r.status || !strings.Contains(body, r.holds) {
			t.Errorf("%s %s: %d, %s", r.method, r.path, status, body)
		}
	}
}
