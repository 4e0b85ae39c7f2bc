package tally

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// MaxDays is of how many days a view tells at most.
const MaxDays = 92

// worstLines is how many products a supplier's row names.
const worstLines = 10

// Span is what a view is of.
type Span struct {
	From, To kiosk.Day     // both of it
	Point    kiosk.PointID // empty: all
}

// days lists a span's days; hq.ErrInput for one that is none, or too long.
func (s Span) days() (list []kiosk.Day, err error) {
	from, _, err := s.From.Bounds(time.UTC)
	if err == nil {
		err = checkDay(s.To)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", hq.ErrInput, err)
	}
	for day := s.From; day <= s.To; {
		if len(list) == MaxDays {
			return nil, fmt.Errorf("%w: ask for at most %d days at once", hq.ErrInput, MaxDays)
		}
		list = append(list, day)
		from = from.AddDate(0, 0, 1)
		day = kiosk.Day(from.Format(time.DateOnly))
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: the last day is before the first", hq.ErrInput)
	}
	return list, nil
}

// SupplierRow is what a supplier's goods came to.
type SupplierRow struct {
	Supplier string `json:"supplier"` // empty: orders name none
	Goods
	Mean  int64        `json:"mean"`  // of the goods' stars, in hundredths; 0: no rating
	Trend []TrendDay   `json:"trend"` // the days with anything, in their order
	Worst []ProductRow `json:"worst"` // products with the most units that went wrong, at most ten
}

// TrendDay is a supplier's day.
type TrendDay struct {
	Day kiosk.Day `json:"day"`
	Goods
	Mean int64 `json:"mean"`
}

// ProductRow is a product of a supplier, with its specification.
type ProductRow struct {
	Product string `json:"product"`
	Goods
	Mean int64 `json:"mean"`
}

type supplier struct {
	days     map[kiosk.Day]Goods
	products map[string]Goods
}

type suppliers map[string]*supplier

func (all suppliers) add(day kiosk.Day, goods map[string]Supplier) {
	for name, g := range goods {
		s := all[name]
		if s == nil {
			s = &supplier{days: map[kiosk.Day]Goods{}, products: map[string]Goods{}}
			all[name] = s
		}
		s.days[day] = s.days[day].plus(g.Goods, 1)
		for product, p := range g.Products {
			s.products[product] = s.products[product].plus(p, 1)
		}
	}
}

func (all suppliers) rows() (rows []SupplierRow) {
	for _, name := range sorted(all) {
		s := all[name]
		r := SupplierRow{Supplier: name}
		for _, day := range sorted(s.days) {
			g := s.days[day]
			r.Goods = r.plus(g, 1)
			r.Trend = append(r.Trend, TrendDay{Day: day, Goods: g, Mean: g.Stars.Mean()})
		}
		r.Mean = r.Stars.Mean()
		for _, product := range sorted(s.products) {
			if g := s.products[product]; g.Bad() > 0 || g.Stars.Total() > 0 {
				r.Worst = append(r.Worst, ProductRow{Product: product, Goods: g, Mean: g.Stars.Mean()})
			}
		}
		slices.SortStableFunc(r.Worst, func(a, b ProductRow) int {
			return cmp.Or(cmp.Compare(b.Bad(), a.Bad()), cmp.Compare(a.Mean, b.Mean))
		})
		r.Worst = r.Worst[:min(len(r.Worst), worstLines)]
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, func(a, b SupplierRow) int { return cmp.Compare(b.Value, a.Value) })
	return rows
}

// Suppliers gives what suppliers' goods came to, by value, the greatest first. It
// returns hq.ErrInput or ErrCounting.
func (t *Tally) Suppliers(ctx context.Context, h *hq.HQ, s Span) (rows []SupplierRow, err error) {
	days, err := s.days()
	if err != nil {
		return nil, err
	}
	err = t.view(ctx, h, func(tx hq.Tx) error {
		all := suppliers{}
		for _, day := range days {
			if s.Point == "" {
				err := eachDoc(t.codec, tx, inGoods+string(day), func(_ kiosk.PointID, g map[string]Supplier) { all.add(day, g) })
				if err != nil {
					return err
				}
				continue
			}
			g, err := load[map[string]Supplier](t.codec, tx, place(inGoods+string(day), s.Point, only))
			if err != nil {
				return err
			}
			all.add(day, g)
		}
		rows = all.rows()
		return nil
	})
	return rows, err
}
