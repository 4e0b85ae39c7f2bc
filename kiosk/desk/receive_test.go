package desk_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

const (
	milkCode, upcCode = "6901234567892", "036000291452"
	delivery          = "C20260302"
)

// barcodes gives the order's lines barcodes and a consignment of its own.
func barcodes(consignment string) func(*kiosk.Order) {
	return func(o *kiosk.Order) {
		o.Consignment, o.Status = consignment, kiosk.StatusShipped
		o.Lines[0].Barcode, o.Lines[1].Barcode = milkCode, upcCode
	}
}

// newDelivery is a shop to which one delivery of two products comes: four bottles
// of milk and two tomatoes, of orders 1 and 2; and another of rice.
func newDelivery(t *testing.T) *shop {
	t.Helper()
	s := newShop(t)
	for n := range 5 {
		s.ledger.RemoveOrder(kiosktest.OrderID(n + 1))
	}
	s.ledger.PutOrder(kiosktest.Order(1, barcodes(delivery)))
	s.ledger.PutOrder(kiosktest.Order(2, barcodes(delivery)))
	s.ledger.PutOrder(kiosktest.Order(9, func(o *kiosk.Order) {
		o.Consignment, o.Status = "C-RICE", kiosk.StatusShipped
		o.Lines = []kiosk.Line{{ID: "1", Product: "大米", Quantity: 3}}
	}))
	s.signIn(leaderPIN)
	s.tap(desk.TapReceive)
	return s
}

// product gives a line of the open delivery by the beginning of its name.
func (s *shop) product(name string) desk.Product {
	s.t.Helper()
	for _, p := range s.state().Receive.Products {
		if p.Product == name {
			return p
		}
	}
	s.t.Fatalf("no product %q", name)
	return desk.Product{}
}

func (s *shop) barcode(texts ...string) desk.State {
	s.t.Helper()
	s.wait(5 * time.Second)
	if _, err := s.Scan(desk.Scan{Text: texts[0], Also: texts[1:], Source: "serial", At: s.now()}); err != nil {
		s.t.Fatal(err)
	}
	return s.state()
}

func (s *shop) received() (all []kiosk.GoodsReceived) {
	for _, e := range s.ledger.Events() {
		if b, ok := e.Body.(kiosk.GoodsReceived); ok {
			all = append(all, b)
		}
	}
	return all
}

const milk, tomatoes = "光明鲜牛奶", "本地小番茄"

func TestReceiveListsDeliveries(t *testing.T) {
	s := newDelivery(t)
	r := s.on(desk.Receive).Receive
	if !r.Known || len(r.Deliveries) != 2 || r.Step != desk.ReceiveChoose {
		t.Fatalf("%+v", r)
	}
	i := slices.IndexFunc(r.Deliveries, func(d desk.Delivery) bool { return d.ID == delivery })
	if d := r.Deliveries[i]; d.Orders != 2 || d.Products != 2 || d.Units != 6 {
		t.Errorf("%+v", d)
	}
	if s.pick(desk.PickDelivery, "C-none").Receive.Step != desk.ReceiveChoose {
		t.Error("a delivery that is none was opened")
	}
}

func TestReceiveAllAsExpected(t *testing.T) {
	s := newDelivery(t)
	s.pick(desk.PickDelivery, delivery)
	if s.tap(desk.TapSign).Receive.Notice != desk.ReceiveNoneCounted {
		t.Error("one can sign for nothing")
	}
	s.tap(desk.TapAllHere, desk.TapSign)
	if r := s.state().Receive; r.Step != desk.ReceiveSign || r.Open.Counted != 2 || r.Open.Here != 6 {
		t.Fatalf("%+v", r)
	}
	if len(s.received()) != 0 {
		t.Fatal("signed without a confirmation")
	}
	if s.tap(desk.TapConfirm).Receive.Step != desk.ReceiveDone {
		t.Fatal("not signed")
	}
	want := []kiosk.GoodsReceived{{Consignment: delivery, By: "L1", Lines: []kiosk.ReceivedLine{
		{Product: milk, Spec: "950 ml", Supplier: "光明乳业", Expected: 4, Good: 4},
		{Product: tomatoes, Spec: "500 g", Supplier: "绿源果蔬", Expected: 2, Good: 2},
	}}}
	if diff := cmp.Diff(want, s.received()); diff != "" {
		t.Error(diff)
	}
	s.tap(desk.TapPrintDelivery)
	if len(s.jobs) != 1 || s.jobs[0].Kind != desk.JobPrint || s.jobs[0].Slip != desk.SlipConsignment || s.jobs[0].Consignment != delivery {
		t.Errorf("%+v", s.jobs)
	}
	// Its orders can be collected at once, before HQ has heard of it.
	s.tap(desk.TapDone)
	s.scan(1)
	s.on(desk.Accepted)
}

func TestReceiveCountsDifferences(t *testing.T) {
	s := newDelivery(t)
	s.pick(desk.PickDelivery, delivery)
	s.pick(desk.PickProduct, s.product(milk).Key)
	if r := s.keys("3").Receive; r.Step != desk.ReceiveNumber || r.Product.Good != 3 || r.Product.Short() != 1 {
		t.Fatalf("%+v", r.Product)
	}
	s.keys("7")
	if p := s.state().Receive.Product; p.Good != 37 {
		t.Errorf("typed 37, counted %d", p.Good)
	}
	s.tap(desk.TapErase)
	s.pick(desk.PickGood, 2)
	if p := s.pick(desk.PickDamaged, 1).Receive.Product; p.Good != 2 || p.Damaged != 1 {
		t.Errorf("%+v", p)
	}
	for _, bad := range []string{"-1", "x", "1000000"} {
		if p := s.pick(desk.PickGood, bad).Receive.Product; p.Good != 2 {
			t.Errorf("%q counts as %d", bad, p.Good)
		}
	}
	if s.tap(desk.TapEnter).Receive.Step != desk.ReceiveWhy {
		t.Fatal("it does not ask why some are damaged")
	}
	if s.pick(desk.PickReason, "because").Receive.Step != desk.ReceiveWhy {
		t.Error("a reason that is none was taken")
	}
	s.pick(desk.PickReason, kiosk.ReasonSpoilt)
	s.tap(desk.TapSign, desk.TapConfirm)
	want := []kiosk.ReceivedLine{
		{Product: milk, Spec: "950 ml", Supplier: "光明乳业", Expected: 4, Good: 2, Damaged: 1, Reason: kiosk.ReasonSpoilt},
	}
	if got := s.received(); len(got) != 1 || !cmp.Equal(want, got[0].Lines) {
		t.Fatalf("signed %+v", got)
	}
	// What was not counted is still expected, and so is what was short.
	s.tap(desk.TapDone)
	s.pick(desk.PickDelivery, delivery)
	if p := s.product(tomatoes); p.Expected != 2 || p.Counted || p.Before != 0 {
		t.Errorf("%+v", p)
	}
	if p := s.product(milk); p.Expected != 1 || p.Before != 3 || p.Counted {
		t.Errorf("%+v", p)
	}
	// The second delivery brings the rest.
	s.tap(desk.TapAllHere, desk.TapSign, desk.TapConfirm)
	if got := s.received(); len(got) != 2 || got[1].Lines[0].Expected != 1 || got[1].Lines[0].Good != 1 {
		t.Fatalf("signed %+v", got)
	}
	s.tap(desk.TapDone)
	s.pick(desk.PickDelivery, delivery)
	if d := s.state().Receive.Open; d.Units != 0 || d.SignedBy != "李团长" {
		t.Errorf("%+v", d)
	}
}

// Without a reason the numbers speak: short, or damaged. More than expected is no
// shortage, and needs none.
func TestReceiveSignsWithTheReasonThatTheNumbersGive(t *testing.T) {
	s := newDelivery(t)
	s.pick(desk.PickDelivery, delivery)
	s.barcode(milkCode)
	s.pick(desk.PickProduct, s.product(tomatoes).Key)
	s.keys("5")
	if s.tap(desk.TapEnter).Receive.Step != desk.ReceiveCount {
		t.Error("it asks why there is more")
	}
	s.tap(desk.TapSign, desk.TapConfirm)
	got := s.received()
	if len(got) != 1 || got[0].Lines[0].Reason != kiosk.ReasonShort || got[0].Lines[1].Reason != "" || got[0].Lines[1].Short() != -3 {
		t.Errorf("signed %+v", got)
	}
}

func TestReceiveCountsByScanning(t *testing.T) {
	s := newDelivery(t)
	if r := s.barcode(milkCode).Receive; r.Open.ID != delivery || r.Last.Product != milk || r.Last.Good != 1 {
		t.Fatalf("the only delivery with the product is not opened: %+v", r)
	}
	s.barcode(milkCode)
	if r := s.barcode("0"+upcCode, milkCode).Receive; r.Step != desk.ReceiveCount || s.product(milk).Good != 3 || s.product(tomatoes).Good != 1 {
		t.Errorf("%+v", r)
	}
	held := desk.Scan{Text: milkCode, Held: []string{milkCode}, Source: "camera", At: s.now()}
	if _, err := s.Scan(held); err != nil || s.product(milk).Good != 3 {
		t.Error("what is still in sight is counted again")
	}
	if r := s.barcode("9780201379624").Receive; r.Notice != desk.ReceiveUnknownCode || r.Step != desk.ReceiveCount {
		t.Errorf("an unknown barcode: %+v", r.Notice)
	}
	if s.barcode(milkCode).Receive.Notice != desk.ReceiveNothing {
		t.Error("the notice stays")
	}
	if n := len(s.events()); n != 0 {
		t.Errorf("counting recorded %v", s.events())
	}
}

// A product of several deliveries is counted in the one that is open.
func TestReceiveAsksWhichDelivery(t *testing.T) {
	s := newDelivery(t)
	s.ledger.PutOrder(kiosktest.Order(8, barcodes("C-TWO")))
	s.wait(6 * time.Second)
	if r := s.barcode(milkCode).Receive; r.Step != desk.ReceiveChoose || r.Notice != desk.ReceiveWhichOne {
		t.Fatalf("%+v", r)
	}
	s.pick(desk.PickDelivery, "C-TWO")
	if r := s.barcode(milkCode).Receive; r.Open.ID != "C-TWO" || r.Last.Good != 1 {
		t.Errorf("%+v", r)
	}
}

// A customer who comes meanwhile is answered, and the count goes on where it was.
func TestReceiveAnswersCustomersMeanwhile(t *testing.T) {
	s := newDelivery(t)
	s.ledger.PutOrder(kiosktest.Order(7))
	s.barcode(milkCode)
	s.scan(7)
	s.on(desk.Accepted)
	s.tap(desk.TapDone)
	if r := s.on(desk.Receive).Receive; r.Step != desk.ReceiveCount || r.Last.Good != 1 {
		t.Errorf("%+v", r)
	}
	// A platform's own code may look like a barcode: it is one only if it opens nothing.
	s.ledger.PutOrder(kiosktest.Order(6, kiosktest.OpenedBy(kiosk.Code{Kind: kiosk.CodePlatform, Text: "9780201379624"})))
	s.barcode("9780201379624")
	s.on(desk.Accepted)
}

// Without a leader, a barcode is a text like any other.
func TestBarcodesAreCountedForLeadersOnly(t *testing.T) {
	s := newDelivery(t)
	s.tap(desk.TapSignOut)
	s.barcode(milkCode)
	s.on(desk.Refused)
}

// What was counted waits for whoever counts on: a sign-out does not lose it.
func TestReceiveKeepsTheCountOverASignOut(t *testing.T) {
	s := newDelivery(t)
	s.barcode(milkCode)
	s.wait(3 * time.Minute)
	s.on(desk.Welcome)
	s.signIn(staffPIN)
	r := s.tap(desk.TapReceive).Receive
	i := slices.IndexFunc(r.Deliveries, func(d desk.Delivery) bool { return d.ID == delivery })
	if r.Deliveries[i].Counted != 1 || r.Deliveries[i].Here != 1 {
		t.Fatalf("%+v", r.Deliveries)
	}
	s.pick(desk.PickDelivery, delivery)
	s.tap(desk.TapSign, desk.TapConfirm) // staff may sign for goods
	if got := s.received(); len(got) != 1 || got[0].By != "S1" {
		t.Errorf("signed %+v", got)
	}
}

func TestReceiveForgetsACountOnDemand(t *testing.T) {
	s := newDelivery(t)
	s.barcode(milkCode)
	s.pick(desk.PickProduct, s.product(milk).Key)
	if s.tap(desk.TapRecount); s.product(milk).Counted {
		t.Error("a product's count stays")
	}
	s.pick(desk.PickProduct, s.product(milk).Key)
	s.tap(desk.TapAllHere)
	if p := s.product(milk); p.Good != 4 {
		t.Errorf("%+v", p)
	}
	s.tap(desk.TapAllHere, desk.TapRecount)
	if d := s.state().Receive.Open; d.Counted != 0 {
		t.Errorf("%+v", d)
	}
	s.tap(desk.TapBack)
	if s.state().Receive.Step != desk.ReceiveChoose {
		t.Error("one does not get back")
	}
}

// HQ may take a consignment away while it is counted.
func TestReceiveToldOfADeliveryThatIsGone(t *testing.T) {
	s := newDelivery(t)
	s.barcode(milkCode)
	s.ledger.RemoveOrder(kiosktest.OrderID(1))
	s.ledger.RemoveOrder(kiosktest.OrderID(2))
	s.wait(6 * time.Second)
	if r := s.on(desk.Receive).Receive; r.Step != desk.ReceiveChoose || r.Notice != desk.ReceiveGone {
		t.Errorf("%+v", r)
	}
}

// A store that fails shows out of order; the count is there when it is back.
func TestReceiveLosesNothingWhenTheStoreFails(t *testing.T) {
	s := newDelivery(t)
	s.barcode(milkCode)
	s.tap(desk.TapSign)
	s.ledger.SetFault(errPlug)
	s.tap(desk.TapConfirm)
	s.on(desk.OutOfOrder)
	s.ledger.SetFault(nil)
	s.wait(time.Second)
	s.tap(desk.TapReceive)
	s.pick(desk.PickDelivery, delivery)
	if p := s.product(milk); !p.Counted || p.Good != 1 {
		t.Errorf("%+v", p)
	}
	if len(s.received()) != 0 {
		t.Error("signed without the disk")
	}
}

// More lines than one signature holds are signed for in parts, each line once.
func TestReceiveSignsALongDeliveryInParts(t *testing.T) {
	s := newShop(t)
	for n := range 4 {
		s.ledger.PutOrder(kiosktest.Order(20+n, func(o *kiosk.Order) {
			o.Consignment, o.Status, o.Lines = "C-LONG", kiosk.StatusShipped, nil
			for i := range 100 {
				o.Lines = append(o.Lines, kiosk.Line{ID: kiosk.LineID(fmt.Sprint(i)), Product: fmt.Sprintf("%d-%d", n, i), Quantity: 1})
			}
		}))
	}
	s.signIn(leaderPIN)
	s.tap(desk.TapReceive)
	s.pick(desk.PickDelivery, "C-LONG")
	s.tap(desk.TapAllHere, desk.TapSign, desk.TapConfirm)
	got := s.received()
	if len(got) != 2 || len(got[0].Lines) != kiosk.MaxConsignmentLines || len(got[1].Lines) != 100 {
		t.Fatalf("%d signatures", len(got))
	}
	if d := s.state().Receive.Open; d.Units != 0 || d.Counted != 0 {
		t.Errorf("%+v", d)
	}
}

// A scanner that types into the window changes no count.
func TestReceiveTakesBackWhatAScannerTyped(t *testing.T) {
	s := newDelivery(t)
	s.pick(desk.PickDelivery, delivery)
	s.pick(desk.PickProduct, s.product(milk).Key)
	before := s.Pads()
	s.keys("690123")
	s.TakeBack(before)
	if p := s.product(milk); p.Counted {
		t.Errorf("%+v", p)
	}
	s.keys("3")
	before = s.Pads()
	s.keys("690123")
	s.TakeBack(before)
	if p := s.product(milk); p.Good != 3 {
		t.Errorf("%+v", p)
	}
}

// A role that this version does not know may sign for nothing.
func TestReceiveIsNotForUnknownRoles(t *testing.T) {
	s := newDelivery(t)
	s.tap(desk.TapSignOut)
	point := s.ledger.Point()
	point.Leaders = []kiosk.Leader{{ID: "A1", Role: "auditor", PINHash: "4711"}}
	s.ledger.SetPoint(point)
	s.signIn("4711")
	s.tap(desk.TapReceive)
	s.pick(desk.PickDelivery, delivery)
	if r := s.tap(desk.TapAllHere, desk.TapSign, desk.TapConfirm).Receive; r.Refusal != desk.RefusedRole || len(s.received()) != 0 {
		t.Errorf("%+v", r.Refusal)
	}
}
