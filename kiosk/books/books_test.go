package books_test

import (
	"slices"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/books"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// shop is a ledger with its books.
type shop struct {
	t *testing.T
	*kiosktest.Memory
	books *books.Index
}

func newShop(t *testing.T, orders ...kiosk.Order) *shop {
	t.Helper()
	m := kiosktest.NewMemory(kiosktest.Point(), orders...)
	return &shop{t, m, m.Books(nil)}
}

// collect hands an order over to whoever has its code, so long after Start.
func (s *shop) collect(n int, after time.Duration) kiosk.EventID {
	s.t.Helper()
	a, err := s.Redeem(kiosktest.Scan(kiosktest.Code(n), after))
	if err != nil || a.Verdict != kiosk.Accepted {
		s.t.Fatalf("order %d: %s, %v", n, a.Verdict, err)
	}
	return a.Outcomes[0].Event
}

func (s *shop) record(after time.Duration, body kiosk.Body) {
	s.t.Helper()
	if err := s.Record(kiosktest.Moment(after), body); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) tally(after time.Duration) desk.Tally { return s.books.Tally(kiosktest.Moment(after)) }

// find gives the ids that a query finds, in their order.
func (s *shop) find(q desk.Query, after time.Duration) []kiosk.OrderID {
	found := s.books.Find(q, kiosktest.Moment(after))
	var ids []kiosk.OrderID
	for _, e := range found.Entries {
		ids = append(ids, e.ID)
	}
	if len(ids) != found.Total && q.Limit == 0 {
		s.t.Errorf("%d entries of %d", len(ids), found.Total)
	}
	return ids
}

func ids(numbers ...int) []kiosk.OrderID {
	var list []kiosk.OrderID
	for _, n := range numbers {
		list = append(list, kiosktest.OrderID(n))
	}
	return list
}

func TestTallyFollowsTheCounter(t *testing.T) {
	soon := func(o *kiosk.Order) { o.CollectBy = kiosktest.Start().Add(time.Hour) }
	s := newShop(t,
		kiosktest.Order(1), kiosktest.Order(2, soon), kiosktest.Order(3, kiosktest.Status(kiosk.StatusShipped)),
		kiosktest.Order(4, kiosktest.Status(kiosk.StatusCancelled)), kiosktest.Order(5, kiosktest.At("P002")),
	)
	want := desk.Tally{Known: true, ToCollect: 2, Consigned: 1}
	check := func(name string, after time.Duration) {
		t.Helper()
		if got := s.tally(after); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	check("in the morning", 0)
	want.Overdue = 1
	check("after an hour", 2*time.Hour)
	want.Overdue = 0
	check("and back", time.Minute)

	redemption := s.collect(1, time.Minute)
	want.ToCollect, want.Collected, want.Hours[9] = 1, 1, 1
	check("collected", 2*time.Minute)

	report := kiosk.MissingReported{Order: kiosktest.OrderID(1), Redemption: redemption, Lines: []kiosk.Handed{{Line: "1", Short: 1}}}
	s.record(3*time.Minute, report)
	want.Exceptions = 1
	check("reported", 3*time.Minute)

	s.record(4*time.Minute, kiosk.GoodsReceived{
		Consignment: "C20260302", By: "L1", Lines: []kiosk.ReceivedLine{{Product: "光明鲜牛奶", Spec: "950 ml", Supplier: "光明乳业", Good: 6}},
	})
	want.ToCollect, want.Consigned = 2, 0
	check("delivered", 4*time.Minute)

	if _, err := s.HandOver(kiosktest.Moment(5*time.Minute), kiosktest.OrderID(2), kiosk.Confirmation{
		By: kiosktest.Staff(), Lines: []kiosk.Handed{{Line: "1", Handed: 1, Damaged: 1, Reason: kiosk.ReasonDamaged}},
	}); err != nil {
		t.Fatal(err)
	}
	want.Collected, want.Exceptions, want.Hours[9] = 2, 2, 2
	check("in part", 5*time.Minute)

	s.RemoveOrder(kiosktest.OrderID(1))
	want.Collected, want.Exceptions, want.Hours[9] = 1, 1, 1
	check("without the first", 6*time.Minute)

	want = desk.Tally{Known: true, ToCollect: want.ToCollect, Overdue: 1}
	check("the next day", 24*time.Hour)
}

func TestFind(t *testing.T) {
	s := newShop(t,
		kiosktest.Order(1, kiosktest.Customer("张三", "13800001234")),
		kiosktest.Order(2, kiosktest.Customer("单晓明", "13800005678")),
		kiosktest.Order(3, kiosktest.Customer("张小三", "13900001234"), func(o *kiosk.Order) { o.Lines[0].Product = "本地吐鲁番葡萄" }),
		kiosktest.Order(29, kiosktest.Customer("李四", "13900009999"), kiosktest.Status(kiosk.StatusPaid)),
	)
	all := desk.FilterAll
	for text, want := range map[string][]kiosk.OrderID{
		"":             ids(29, 1, 2, 3), // pickup numbers 30-029, 2-001, 3-002, 4-003
		"2-001":        ids(1),
		"2001":         ids(1),
		"２００１":         ids(1),
		"30":           ids(2, 29), // 3-002, 30-029
		"1234":         ids(1, 3),
		"234":          ids(1, 3),
		"13900009999":  ids(29),
		"张三":           ids(1),
		"张":            ids(1, 3),
		"zhangsan":     ids(1),
		"Zhang San":    ids(1),
		"zxs":          ids(3),
		"dxm":          ids(2),
		"shanxm":       nil,
		"shanxiaoming": ids(2),
		"danxiaoming":  ids(2),
		"zhang":        ids(1, 3),
		"HX00000029":   ids(29),
		"00029":        ids(29),
		"葡萄":           ids(3),
		"bdtlf":        ids(3),
		"bendiTuLu":    ids(3),
		"没有":           nil,
		"%":            nil,
	} {
		want = slices.Clone(want)
		got := s.find(desk.Query{Text: text, Filter: all}, 0)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if got := s.find(desk.Query{Filter: desk.FilterToCollect}, 0); !slices.Equal(got, ids(1, 2, 3)) {
		t.Errorf("to collect: %v", got)
	}
}

// Orders that match alike come by pickup number as people count; what was typed
// best comes first.
func TestOrderOfTheFound(t *testing.T) {
	var orders []kiosk.Order
	pickups := []string{"2-9", "2-10", "11-1", "2-1", "A-2", "A-10", "", "2-010", "B2"}
	for n, pickup := range pickups {
		orders = append(orders, kiosktest.Order(n, func(o *kiosk.Order) { o.PickupNumber = pickup }))
	}
	s := newShop(t, orders...)
	found := func(text string, limit int) (list []string) {
		for _, e := range s.books.Find(desk.Query{Text: text, Limit: limit}, kiosktest.Moment(0)).Entries {
			list = append(list, e.PickupNumber)
		}
		return list
	}
	want := []string{"", "2-1", "2-9", "2-10", "2-010", "11-1", "A-2", "A-10", "B2"}
	if got := found("", 0); !slices.Equal(got, want) {
		t.Errorf("all: %q, want %q", got, want)
	}
	for limit := 1; limit < len(want); limit++ {
		if got := found("", limit); !slices.Equal(got, want[:limit]) {
			t.Errorf("the first %d: %q", limit, got)
		}
	}
	if got := found("2-1", 0); !slices.Equal(got, []string{"2-1", "2-10"}) {
		t.Errorf("2-1: %q", got)
	}
	if got := found("a", 0); !slices.Equal(got, []string{"A-2", "A-10"}) {
		t.Errorf("a: %q", got)
	}
}

// Among hundreds the limit cuts where the order does.
func TestLimitOfMany(t *testing.T) {
	s := openStock(t, newStock(t, 1000))
	if err := s.Update(); err != nil {
		t.Fatal(err)
	}
	all := s.Find(desk.Query{Filter: desk.FilterAll}, kiosktest.Moment(0))
	for _, limit := range []int{1, 7, 50, 999} {
		few := s.Find(desk.Query{Filter: desk.FilterAll, Limit: limit}, kiosktest.Moment(0))
		if few.Total != 1000 || len(few.Entries) != limit {
			t.Fatalf("%d of %d", len(few.Entries), few.Total)
		}
		for i, e := range few.Entries {
			if e.ID != all.Entries[i].ID {
				t.Fatalf("limit %d: entry %d is %s, not %s", limit, i, e.ID, all.Entries[i].ID)
			}
		}
	}
}
