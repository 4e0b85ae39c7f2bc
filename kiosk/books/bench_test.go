package books_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/books"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// stock is a source of many orders that are encoded, as in a store.
type stock struct {
	encoded [][]byte
	place   map[kiosk.OrderID]int
	events  []kiosk.Event
}

func newStock(tb testing.TB, n int) *stock {
	tb.Helper()
	s := &stock{place: map[kiosk.OrderID]int{}}
	for i := range n {
		o := kiosktest.Order(i, kiosktest.Customer(string([]rune("张王李赵单")[i%5])+string(rune(0x4e00+i%2000)), fmt.Sprintf("138%08d", i)))
		o.Lines[0].Product = fmt.Sprintf("商品%d号", i%3000)
		o.CollectBy = kiosktest.Start().Add(time.Duration(i%500) * time.Minute)
		b, err := kiosk.EncodeOrder(o)
		if err != nil {
			tb.Fatal(err)
		}
		s.place[o.ID] = i
		s.encoded = append(s.encoded, b)
	}
	return s
}

func (s *stock) Orders(fn func(kiosk.Order, kiosk.OrderState) error) error {
	for _, b := range s.encoded {
		o, err := kiosk.DecodeOrder(b)
		if err != nil {
			return err
		}
		if err := fn(o, kiosk.OrderState{}); err != nil {
			return err
		}
	}
	return nil
}

func (s *stock) Order(id kiosk.OrderID) (kiosk.Order, kiosk.OrderState, bool) {
	i, ok := s.place[id]
	if !ok {
		return kiosk.Order{}, kiosk.OrderState{}, false
	}
	o, err := kiosk.DecodeOrder(s.encoded[i])
	return o, kiosk.OrderState{}, err == nil
}

func (s *stock) Events(from uint64, fn func(kiosk.Event) error) error {
	for _, e := range s.events {
		if e.Seq >= from {
			if err := fn(e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *stock) Head() (kiosk.Head, error)                { return kiosk.Head{Seq: uint64(len(s.events))}, nil }
func (s *stock) AckedHead() kiosk.Head                    { return kiosk.Head{} }
func (s *stock) Receipts(func(kiosk.Receipt) error) error { return nil }
func (s *stock) Point() kiosk.Point                       { return kiosktest.Point() }

func openStock(tb testing.TB, s *stock) *books.Index {
	tb.Helper()
	key := kiosktest.Key()
	x := books.New(books.Options{
		Terminal: kiosktest.TerminalID, Reveal: func(o kiosk.Order) kiosk.Masked {
			m, err := key.OpenDesk(o.ID, o.SealedDesk)
			if err != nil {
				tb.Error(err)
			}
			return m
		},
		NameIndex: key.NameIndex, NameKey: key.NameKey,
	})
	x.Open(s, time.UTC)
	return x
}

const many = 100_000

// BenchmarkBuild also tells how much memory 100,000 orders take.
func BenchmarkBuild(b *testing.B) {
	s := newStock(b, many)
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		x := openStock(b, s)
		if err := x.Update(); err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB")
		runtime.KeepAlive(x)
	}
}

func BenchmarkFind(b *testing.B) {
	x := openStock(b, newStock(b, many))
	if err := x.Update(); err != nil {
		b.Fatal(err)
	}
	for _, text := range []string{"", "1234", "12", "张", "zhang", "zhangsan", "商品12", "spin", "HX0009", "没有"} {
		b.Run(text, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				// Another time each time, or the last answer is given again.
				x.Find(desk.Query{Text: text, Filter: desk.FilterToCollect, Limit: 20 + i%2}, kiosktest.Moment(time.Hour))
			}
		})
	}
}

func BenchmarkTally(b *testing.B) {
	x := openStock(b, newStock(b, many))
	if err := x.Update(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		x.Tally(kiosktest.Moment(time.Hour))
	}
}
