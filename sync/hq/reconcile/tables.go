package reconcile

import (
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/daybook"
)

func text(s string) daybook.Cell    { return daybook.Cell{Text: s} }
func whole(n int) daybook.Cell      { return daybook.Cell{Number: int64(n), Kind: daybook.Whole} }
func yuan(f kiosk.Fen) daybook.Cell { return daybook.Cell{Number: int64(f), Kind: daybook.Money} }
func seq(n uint64) daybook.Cell     { return daybook.Cell{Number: int64(n), Kind: daybook.Whole} } // #nosec G115 -- a journal has no 2^63 events

func (r Report) moment(t time.Time) daybook.Cell {
	if t.IsZero() {
		return daybook.Cell{}
	}
	return text(t.In(r.Location()).Format("2006-01-02 15:04:05"))
}

// Location is the point's time zone; UTC where this machine does not know it.
func (r Report) Location() *time.Location {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Tables gives a report for a spreadsheet: the balance, the differences, the
// deliveries, and the entries with both sides' word. Times are the point's, money is in
// yuan; of the balance rows without any figure are left out.
func (r Report) Tables(english bool) []daybook.Table {
	tables := []daybook.Table{r.balanceTable(english), r.differenceTable(english)}
	if len(r.Goods) > 0 {
		tables = append(tables, r.goodsTable(english))
	}
	if len(r.Entries) > 0 {
		tables = append(tables, r.entryTable(english))
	}
	return tables
}

func columns(english bool, words ...Words) (list []string) {
	for _, w := range words {
		list = append(list, w.In(english))
	}
	return list
}

// balanceRow is a field of the totals.
type balanceRow struct {
	words Words
	money bool
	of    func(kiosk.DayTotals) int64
}

func balanceRows() []balanceRow {
	return []balanceRow{
		{Words{"货值（元）", "Value (yuan)"}, true, func(t kiosk.DayTotals) int64 { return int64(t.Value) }},
		{Words{"现金收款（元）", "Cash (yuan)"}, true, func(t kiosk.DayTotals) int64 { return int64(t.Cash) }},
		{Words{"扫码收款（元）", "By code (yuan)"}, true, func(t kiosk.DayTotals) int64 { return int64(t.ByCode) }},
		{Words{"售后金额（元）", "After-sales (yuan)"}, true, func(t kiosk.DayTotals) int64 { return int64(t.Refunds) }},
		{Words{"提货单数", "Handovers"}, false, func(t kiosk.DayTotals) int64 { return int64(t.Orders) }},
		{Words{"件数", "Units"}, false, func(t kiosk.DayTotals) int64 { return int64(t.Units) }},
		{Words{"缺少件数", "Units short"}, false, func(t kiosk.DayTotals) int64 { return int64(t.Short) }},
		{Words{"破损件数", "Units damaged"}, false, func(t kiosk.DayTotals) int64 { return int64(t.Damaged) }},
		{Words{"撤销单数", "Undone"}, false, func(t kiosk.DayTotals) int64 { return int64(t.Undone) }},
		{Words{"售后单数", "After-sales"}, false, func(t kiosk.DayTotals) int64 { return int64(t.AfterSales) }},
		{Words{"退回件数", "Units brought back"}, false, func(t kiosk.DayTotals) int64 { return int64(t.Returned) }},
		{Words{"签收件数", "Units signed for"}, false, func(t kiosk.DayTotals) int64 { return int64(t.Received) }},
	}
}

func (r Report) balanceTable(english bool) daybook.Table {
	t := daybook.Table{Name: Words{"对账", "Balance"}.In(english), Columns: columns(english,
		Words{"事项", "What"}, Words{"终端日结", "Closed"}, Words{"未日结", "Not closed"}, Words{"差异", "Differences"}, Words{"未解释", "Left over"}, Words{"平台", "HQ"})}
	b := r.Balance
	for _, row := range balanceRows() {
		cells := []daybook.Cell{text(row.words.In(english))}
		figures := len(t.Rows) == 0
		for _, totals := range []kiosk.DayTotals{b.Claimed, b.Open, b.Effect, b.Rest, b.Counted} {
			c := daybook.Cell{Number: row.of(totals), Kind: daybook.Whole}
			figures = figures || c.Number != 0
			if row.money {
				c.Kind = daybook.Money
			}
			cells = append(cells, c)
		}
		if figures {
			t.Rows = append(t.Rows, cells)
		}
	}
	return t
}

func (r Report) differenceTable(english bool) daybook.Table {
	t := daybook.Table{Name: Words{"差异", "Differences"}.In(english), Columns: columns(english,
		Words{"编号", "ID"}, Words{"类别", "Class"}, Words{"说明", "What"}, Words{"建议", "Proposal"}, Words{"终端", "Terminal"}, Words{"订单号", "Order"},
		Words{"商品行", "Line"}, Words{"件数", "Units"}, Words{"金额（元）", "Amount (yuan)"}, Words{"货值影响（元）", "Effect on value (yuan)"}, Words{"已接受", "Accepted"}, Words{"备注", "Note"})}
	for _, d := range r.Differences {
		note, accepted := "", ""
		if n := len(d.Notes); n > 0 {
			note = d.Notes[n-1].By + ": " + d.Notes[n-1].Text
		}
		if d.Accepted {
			accepted = Words{"是", "yes"}.In(english)
		}
		t.Rows = append(t.Rows, []daybook.Cell{
			text(d.ID), text(ClassWords(d.Class).In(english)), text(d.Says.In(english)), text(d.Proposal.In(english)), text(string(d.Terminal)),
			text(string(d.Order)), text(string(d.Line)), whole(d.Units), yuan(d.Amount), yuan(d.Effect.Value), text(accepted), text(note),
		})
	}
	return t
}

func (r Report) goodsTable(english bool) daybook.Table {
	t := daybook.Table{Name: Words{"到货", "Deliveries"}.In(english), Columns: columns(english,
		Words{"批次", "Consignment"}, Words{"供货商", "Supplier"}, Words{"商品", "Product"}, Words{"规格", "Specification"}, Words{"应到", "Expected"}, Words{"完好", "Good"},
		Words{"破损", "Damaged"}, Words{"已交付", "Handed over"}, Words{"交付时缺损", "Lost at the counter"}, Words{"已退回", "Sent back"}, Words{"应在点", "Left"}, Words{"待提", "To collect"})}
	for _, g := range r.Goods {
		t.Rows = append(t.Rows, []daybook.Cell{
			text(g.Consignment), text(g.Supplier), text(g.Product), text(g.Spec), whole(g.Expected), whole(g.Good), whole(g.Damaged),
			whole(g.Handed), whole(g.Lost), whole(g.SentBack), whole(g.Left()), whole(g.Waiting),
		})
	}
	return t
}

func (r Report) entryTable(english bool) daybook.Table {
	t := daybook.Table{Name: Words{"明细", "Entries"}.In(english), Columns: columns(english,
		Words{"终端", "Terminal"}, Words{"序号", "Entry"}, Words{"终端时间", "By its clock"}, Words{"平台收到", "HQ heard"}, Words{"类型", "Type"}, Words{"订单号", "Order"}, Words{"经手人", "By"},
		Words{"终端件数", "Units, terminal"}, Words{"平台件数", "Units, HQ"}, Words{"终端金额（元）", "Amount, terminal (yuan)"}, Words{"平台金额（元）", "Amount, HQ (yuan)"},
		Words{"平台处理", "HQ's word"}, Words{"差异", "Difference"})}
	for _, e := range r.Entries {
		t.Rows = append(t.Rows, []daybook.Cell{
			text(string(e.Terminal)), seq(e.Seq), r.moment(e.At), r.moment(e.Heard), text(TypeWords(e.Type).In(english)), text(string(e.Order)), text(e.By),
			whole(e.Claimed.Units), whole(e.Counted.Units), yuan(money(e.Claimed)), yuan(money(e.Counted)), text(SettledWords(e.Settled).In(english)), text(e.Difference),
		})
	}
	return t
}
