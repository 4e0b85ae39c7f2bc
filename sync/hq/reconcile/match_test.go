package reconcile_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/sync/hq/reconcile"
)

// kinds are those of a report's differences, sorted.
func kinds(r reconcile.Report) (list []reconcile.Kind) {
	for _, d := range r.Differences {
		list = append(list, d.Kind)
	}
	slices.Sort(list)
	return list
}

// adds reports whether the totals' identity holds with nothing left.
func adds(t rapid.TB, r reconcile.Report) {
	t.Helper()
	b := r.Balance
	if b.Rest != (kiosk.DayTotals{}) {
		t.Errorf("the totals do not add up: %+v", b)
	}
	type money struct{ value, cash, code, refunds kiosk.Fen }
	of := func(d kiosk.DayTotals) money { return money{d.Value, d.Cash, d.ByCode, d.Refunds} }
	sum := of(b.Rest)
	for _, d := range []kiosk.DayTotals{b.Claimed, b.Open, b.Effect} {
		one := of(d)
		sum = money{sum.value + one.value, sum.cash + one.cash, sum.code + one.code, sum.refunds + one.refunds}
	}
	if sum != of(b.Counted) {
		t.Errorf("the identity of the totals does not hold: %+v", b)
	}
	for _, row := range r.Terminals {
		if claimed, effect, counted := of(row.Claimed), of(row.Effect), of(row.Counted); row.Closes > 0 && claimed.value+effect.value != counted.value {
			t.Errorf("terminal %s does not add up: %v + %v is not %v", row.ID, claimed, effect, counted)
		}
	}
}

// generate makes a day on which all is well.
func generate(t *rapid.T) *world {
	w := newWorld(rapid.IntRange(1, 3).Draw(t, "terminals"))
	pick := func() *terminal { return rapid.SampledFrom(w.terminals).Draw(t, "terminal") }
	n := rapid.IntRange(0, 8).Draw(t, "orders")
	for i := range n {
		w.order(i, func(o *kiosk.Order) {
			o.Due = rapid.SampledFrom([]kiosk.Fen{0, 0, 1500}).Draw(t, "due")
			o.Consignment = rapid.SampledFrom([]string{"", "C1", "C2"}).Draw(t, "consignment")
			o.Lines[0].Quantity = rapid.IntRange(1, 5).Draw(t, "quantity")
		})
	}
	for _, c := range []string{"C1", "C2"} {
		if rapid.Bool().Draw(t, "signed") {
			pick().sign(c, 0, 0)
		}
	}
	for i := range n {
		o := w.orders[kiosk.OrderID(fmt.Sprintf("A%d", i))].Order
		if rapid.IntRange(0, 4).Draw(t, "waits") == 0 {
			continue
		}
		at := pick()
		if rapid.IntRange(0, 4).Draw(t, "undone first") == 0 {
			e := at.record(all(o))
			other := pick()
			other.record(kiosk.RedemptionUndone{Order: o.ID, Redemption: e.ID, By: "L1"})
			at = other
		}
		if o.Due > 0 {
			means := rapid.SampledFrom([]string{"cash", "platform-code"}).Draw(t, "means")
			at.record(kiosk.PaymentCollected{Order: o.ID, Amount: o.Due, Means: means, By: "L1"})
		}
		if rapid.Bool().Draw(t, "in parts") {
			at.record(kiosk.Redeemed{Order: o.ID, Method: kiosk.MethodLeader, By: "L1", Lines: []kiosk.Handed{{Line: "1", Handed: o.Lines[0].Quantity}}})
			pick().record(kiosk.Redeemed{Order: o.ID, Method: kiosk.MethodAlone, Lines: []kiosk.Handed{{Line: "2", Handed: 1}}})
		} else {
			at.record(all(o))
		}
		if rapid.IntRange(0, 3).Draw(t, "after-sale") == 0 {
			kind := rapid.SampledFrom([]kiosk.AfterSaleKind{kiosk.AfterSaleRefund, kiosk.AfterSaleReturn}).Draw(t, "kind")
			pick().record(kiosk.AfterSaleRegistered{Order: o.ID, Kind: kind, Lines: []kiosk.Units{{Line: "1", Units: 1}}, Reason: kiosk.ReasonSpoilt, By: "L1"})
		}
	}
	return w
}

func TestACleanDayHasNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := generate(t)
		w.close()
		r := reconcile.Match(w.input())
		adds(t, r)
		if len(r.Differences) > 0 || r.State != reconcile.StateClean {
			t.Fatalf("%s: %v", r.State, r.Differences)
		}
	})
}

// plant is one thing that goes wrong, and what must be found.
type plant struct {
	name string
	do   func(w *world) // closes what it needs to
	want []reconcile.Kind
}

func plants() []plant {
	at := func(w *world) *terminal { return w.terminals[0] }
	// Prices of its own: nobody could tell it from another order's otherwise.
	dear := func(o *kiosk.Order) { o.Lines[0].UnitPrice, o.Lines[1].UnitPrice = 1303, 3001 }
	fresh := func(w *world, change ...func(*kiosk.Order)) kiosk.Order { return w.order(100, append(change, dear)...) }
	closing := func(change func(*kiosk.DayClosed)) func(*world) {
		return func(w *world) { at(w).close(change) }
	}
	return []plant{
		{"withheld", func(w *world) {
			e := at(w).record(all(fresh(w)))
			at(w).close()
			delete(w.orders, "A100")
			at(w).hide(e.Seq, true)
		}, []reconcile.Kind{reconcile.KindWithheld}},
		{"unreadable", func(w *world) {
			e := at(w).record(kiosk.PaymentCollected{Order: fresh(w, func(o *kiosk.Order) { o.Due = 700 }).ID, Amount: 700, Means: "cash", By: "L1"})
			at(w).close()
			delete(w.orders, "A100")
			at(w).hide(e.Seq, false)
		}, []reconcile.Kind{reconcile.KindUnreadable}},
		{"unknown order", func(w *world) {
			at(w).record(kiosk.Redeemed{Order: "X1", Method: kiosk.MethodAlone, Lines: []kiosk.Handed{{Line: "1", Handed: 3}}})
		}, []reconcile.Kind{reconcile.KindUnknownOrder}},
		{"head beyond HQ's", closing(func(b *kiosk.DayClosed) { b.Head.Seq += 7 }), []reconcile.Kind{reconcile.KindHeadBeyond}},
		{"counts more", closing(func(b *kiosk.DayClosed) { b.Totals.Units += 2; b.Totals.Orders++; b.Totals.Value += 2560 }), []reconcile.Kind{reconcile.KindClaimsMore}},
		{"counts less", closing(func(b *kiosk.DayClosed) { b.Totals.Received -= 1000 }), []reconcile.Kind{reconcile.KindClaimsLess}},
		{"more and less", closing(func(b *kiosk.DayClosed) { b.Totals.Units += 2; b.Totals.Alone-- }), []reconcile.Kind{reconcile.KindClaimsOther}},
		{"prices", closing(func(b *kiosk.DayClosed) { b.Totals.Value += 17 }), []reconcile.Kind{reconcile.KindPrices}},
		{"not counted", func(w *world) {
			before := at(w).book()
			at(w).record(all(fresh(w, func(o *kiosk.Order) { o.Lines[0].Quantity = 77 })))
			at(w).close(func(b *kiosk.DayClosed) { b.Totals = before })
		}, []reconcile.Kind{reconcile.KindNotCounted}},
		{"clock of no day", func(w *world) {
			at(w).record(all(fresh(w)), func(e *kiosk.Event) { e.At = kiosk.Moment{Wall: e.At.Wall, Clock: kiosk.ClockSuspect} })
		}, []reconcile.Kind{reconcile.KindNoDay}},
		{"after the close", func(w *world) {
			o := fresh(w)
			at(w).close()
			at(w).record(all(o))
		}, []reconcile.Kind{reconcile.KindAfterClose}},
		{"undone after the close", func(w *world) {
			e := at(w).record(all(fresh(w)))
			at(w).close()
			at(w).record(kiosk.RedemptionUndone{Order: "A100", Redemption: e.ID, By: "L1"})
		}, []reconcile.Kind{reconcile.KindAfterClose}},
		{"undone on another day", func(w *world) {
			e := at(w).record(all(fresh(w)))
			at(w).close()
			at(w).record(kiosk.RedemptionUndone{Order: "A100", Redemption: e.ID, By: "L1"})
			at(w).entries = at(w).entries[:len(at(w).entries)-1]
		}, []reconcile.Kind{reconcile.KindUndoneLater}},
		{"undone on another day, and prices", func(w *world) {
			e := at(w).record(all(fresh(w)))
			at(w).close(func(b *kiosk.DayClosed) { b.Totals.Value += 17 })
			at(w).record(kiosk.RedemptionUndone{Order: "A100", Redemption: e.ID, By: "L1"})
			at(w).entries = at(w).entries[:len(at(w).entries)-1]
		}, []reconcile.Kind{reconcile.KindPrices, reconcile.KindUndoneLater}},
		{"undone elsewhere, not heard", func(w *world) {
			e := at(w).record(all(fresh(w)))
			w.terminals = append(w.terminals, &terminal{w: w, id: "K9", deaf: map[kiosk.EventID]bool{}})
			w.terminals[len(w.terminals)-1].record(kiosk.RedemptionUndone{Order: "A100", Redemption: e.ID, By: "L1"})
			at(w).deaf[e.ID] = true
		}, []reconcile.Kind{reconcile.KindUndoneLater}},
		{"undo refused", func(w *world) {
			e := at(w).record(all(fresh(w)))
			at(w).record(kiosk.AfterSaleRegistered{Order: "A100", Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "1", Units: 1}}, Reason: kiosk.ReasonSpoilt, By: "L1"})
			at(w).record(kiosk.RedemptionUndone{Order: "A100", Redemption: e.ID, By: "L1"})
		}, []reconcile.Kind{reconcile.KindRejected}},
		{"handed twice", func(w *world) {
			o := fresh(w)
			at(w).record(all(o))
			w.terminals = append(w.terminals, &terminal{w: w, id: "K9", deaf: map[kiosk.EventID]bool{}})
			w.terminals[len(w.terminals)-1].record(all(o))
		}, []reconcile.Kind{reconcile.KindHandedTwice}},
		{"cancelled before", func(w *world) {
			at(w).record(all(fresh(w, func(o *kiosk.Order) { o.Status = kiosk.StatusCancelled })))
		}, []reconcile.Kind{reconcile.KindAfterCancel}},
		{"drawer", closing(func(b *kiosk.DayClosed) { b.Counted -= 350 }), []reconcile.Kind{reconcile.KindDrawer}},
		{"unpaid", func(w *world) { at(w).record(all(fresh(w, func(o *kiosk.Order) { o.Due = 900 }))) }, []reconcile.Kind{reconcile.KindUnpaid}},
		{"paid twice", func(w *world) {
			o := fresh(w, func(o *kiosk.Order) { o.Due = 900 })
			at(w).record(kiosk.PaymentCollected{Order: o.ID, Amount: 900, Means: "cash", By: "L1"})
			at(w).record(all(o))
			at(w).record(kiosk.PaymentCollected{Order: o.ID, Amount: 900, Means: "platform-code", By: "L1"})
		}, []reconcile.Kind{reconcile.KindPaidTwice}},
		{"overpaid", func(w *world) {
			o := fresh(w, func(o *kiosk.Order) { o.Due = 900 })
			at(w).record(kiosk.PaymentCollected{Order: o.ID, Amount: 900, Means: "cash", By: "L1"})
			at(w).record(all(o))
			rec := w.orders[o.ID]
			rec.Order.Due = 500 // HQ changed it since
			w.orders[o.ID] = rec
		}, []reconcile.Kind{reconcile.KindOverpaid}},
		{"paid and not handed over", func(w *world) {
			o := fresh(w, func(o *kiosk.Order) { o.Due = 900 })
			at(w).record(kiosk.PaymentCollected{Order: o.ID, Amount: 900, Means: "cash", By: "L1"})
		}, []reconcile.Kind{reconcile.KindPaidNothing}},
		{"short at the counter", func(w *world) {
			fresh(w)
			at(w).record(kiosk.Redeemed{Order: "A100", Method: kiosk.MethodLeader, By: "L1", Lines: []kiosk.Handed{{Line: "1", Handed: 1, Short: 1}}})
		}, []reconcile.Kind{reconcile.KindShort}},
		{"delivered less", func(w *world) {
			fresh(w, func(o *kiosk.Order) { o.Consignment = "C9" })
			at(w).sign("C9", 1, 0)
		}, []reconcile.Kind{reconcile.KindDelivery}},
		{"handed over more than came", func(w *world) {
			o := fresh(w, func(o *kiosk.Order) { o.Consignment = "C9" })
			at(w).sign("C9", 0, 1)
			at(w).record(all(o))
		}, []reconcile.Kind{reconcile.KindDelivery, reconcile.KindOverHanded}},
		{"lost at the point", func(w *world) {
			fresh(w, func(o *kiosk.Order) { o.Consignment = "C9" })
			at(w).sign("C9", 0, 0)
			at(w).record(kiosk.Redeemed{Order: "A100", Method: kiosk.MethodLeader, By: "L1", Lines: []kiosk.Handed{{Line: "1", Handed: 1, Short: 1}}})
			at(w).record(kiosk.AfterSaleRegistered{Order: "A100", Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "1", Units: 1}}, Reason: kiosk.ReasonShort, By: "L1"})
		}, []reconcile.Kind{reconcile.KindLostAtPoint}},
		{"paid back, and undone at another terminal that wins no dispute", func(w *world) {
			o := fresh(w)
			e := at(w).record(all(o))
			at(w).record(kiosk.AfterSaleRegistered{Order: "A100", Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "1", Units: 2}}, Reason: kiosk.ReasonSpoilt, By: "L1"})
			rec := w.orders[o.ID]
			u := kiosk.Undo{Source: kiosk.Source{Terminal: at(w).id, Seq: 99_999}, By: "L1"}
			i := slices.IndexFunc(rec.State.Redemptions, func(r kiosk.Redemption) bool { return r.Event == e.ID })
			rec.State.Redemptions = slices.Clone(rec.State.Redemptions)
			rec.State.Redemptions[i].Undone = &u
			w.orders[o.ID] = rec
			at(w).deaf[e.ID] = true
		}, []reconcile.Kind{reconcile.KindSold, reconcile.KindUndoneLater}},
	}
}

// Each kind of difference is found in a day that is well otherwise: exactly it, and
// the totals add up.
func TestEachDifferenceIsFound(t *testing.T) {
	for _, p := range plants() {
		t.Run(p.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				w := generate(t)
				p.do(w)
				w.close()
				r := reconcile.Match(w.input())
				adds(t, r)
				if diff := cmp.Diff(p.want, kinds(r)); diff != "" || r.State != reconcile.StateDifferences {
					t.Fatalf("%s: %s\n%+v", r.State, diff, r.Differences)
				}
				for _, d := range r.Differences {
					if d.ID == "" || d.Says.ZH == string(d.Kind) || d.Says.EN == "" || d.Proposal.ZH == "" || d.Proposal.EN == "" || d.Action == "" {
						t.Errorf("%s says nothing: %+v", d.Kind, d)
					}
				}
			})
		})
	}
}

// Whatever goes wrong together, the totals add up.
func TestTotalsAlwaysAddUp(t *testing.T) {
	list := plants()
	rapid.Check(t, func(t *rapid.T) {
		w := generate(t)
		p := rapid.SampledFrom(list).Draw(t, "plant")
		p.do(w)
		for _, term := range w.terminals {
			if len(term.closes) == 0 && rapid.Bool().Draw(t, "closed") {
				term.close(func(b *kiosk.DayClosed) {
					b.Totals.Value += kiosk.Fen(rapid.IntRange(-3, 3).Draw(t, "value"))
					b.Totals.Cash += kiosk.Fen(rapid.IntRange(-1, 1).Draw(t, "cash"))
					b.Totals.Orders += rapid.IntRange(-1, 1).Draw(t, "orders")
				})
			}
		}
		adds(t, reconcile.Match(w.input()))
	})
}

func TestDaysThatAreNotPlain(t *testing.T) {
	t.Run("nothing happened", func(t *testing.T) {
		w := newWorld(0)
		if r := reconcile.Match(w.input()); r.State != reconcile.StateEmpty || len(r.Differences) != 0 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("not closed", func(t *testing.T) {
		w := newWorld(2)
		w.terminals[0].record(all(w.order(1)))
		w.terminals[1].close()
		r := reconcile.Match(w.input())
		adds(t, r)
		if r.State != reconcile.StateNotClosed || r.Balance.Open.Value != 5550 || r.Balance.Claimed.Value != 0 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("closed twice", func(t *testing.T) {
		w := newWorld(1)
		w.terminals[0].close()
		w.terminals[0].record(all(w.order(1)))
		if r := reconcile.Match(w.input()); kinds(r)[0] != reconcile.KindAfterClose {
			t.Errorf("%+v", r.Differences)
		}
		w.terminals[0].close()
		r := reconcile.Match(w.input())
		adds(t, r)
		if r.State != reconcile.StateClean || r.Terminals[0].Closes != 2 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("another journal", func(t *testing.T) {
		w := newWorld(1)
		w.terminals[0].close()
		w.terminals[0].closes[0].Other = true
		if r := reconcile.Match(w.input()); !slices.Equal(kinds(r), []reconcile.Kind{reconcile.KindHeadOther}) {
			t.Errorf("%+v", r.Differences)
		}
	})
	t.Run("drawers that are one", func(t *testing.T) {
		w := newWorld(2)
		w.terminals[0].close(func(b *kiosk.DayClosed) { b.Counted += 500 })
		w.terminals[1].close(func(b *kiosk.DayClosed) { b.Counted -= 500 })
		if r := reconcile.Match(w.input()); r.State != reconcile.StateClean {
			t.Errorf("%+v", r.Differences)
		}
	})
	t.Run("a person decides", func(t *testing.T) {
		w := newWorld(2)
		o := w.order(1)
		vague := func(e *kiosk.Event) { e.At = kiosk.Moment{Wall: e.At.Wall} }
		first := w.terminals[0].record(all(o), vague)
		second := w.terminals[1].record(all(o), vague)
		w.close()
		r := reconcile.Match(w.input())
		if len(r.Differences) != 1 || r.Differences[0].Action != reconcile.ActDecideCase || r.Differences[0].Amount != 5550 || len(r.Differences[0].Sides) != 2 {
			t.Fatalf("%+v", r.Differences)
		}
		rec := w.orders[o.ID]
		var err error
		rec.State, err = rec.State.Rule(o, second.ID, kiosk.Ruling{Winner: second.ID, By: "boss", Note: "seen", At: noon()})
		if err != nil {
			t.Fatal(err)
		}
		w.orders[o.ID] = rec
		r = reconcile.Match(w.input())
		adds(t, r)
		if len(r.Differences) != 1 || r.Differences[0].Action != reconcile.ActCharge || r.Differences[0].Sides[0].Event != first.ID {
			t.Fatalf("%+v", r.Differences)
		}
	})
	t.Run("a wrong clock is said", func(t *testing.T) {
		w := newWorld(1)
		w.terminals[0].record(all(w.order(1)), func(e *kiosk.Event) { e.At = kiosk.Moment{Wall: time.Unix(0, 0), Clock: kiosk.ClockSuspect} })
		r := reconcile.Match(w.input())
		if r.State != reconcile.StateNotClosed || r.Terminals[0].Uncertain != 1 || !r.Entries[0].Uncertain || !r.Entries[0].Latest.IsZero() {
			t.Errorf("%+v %+v", r.Terminals, r.Entries)
		}
		w.close()
		if r = reconcile.Match(w.input()); !r.Differences[0].Uncertain {
			t.Errorf("%+v", r.Differences)
		}
	})
}
