package dashboard

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq/tally"
)

// maxOverdue is how many overdue orders of a point are listed.
const maxOverdue = 10_000

// daysData are the days that a page is of, to choose others.
type daysData struct {
	From, To string // the same where the page is of one day
	One      bool
	Facts    []fact
	Hint     string
	Supplier string // that the page is of; empty: of all
}

// day is the day of the query, else today; what is no day counts as none.
func (q *request) day(name string, otherwise kiosk.Day) kiosk.Day {
	d := kiosk.Day(q.query.Get(name))
	if _, _, err := d.Bounds(time.UTC); err != nil {
		return otherwise
	}
	return d
}

// span is that of the query, else the last seven days.
func (q *request) days() (tally.Span, daysData) {
	s := tally.Span{To: q.day("to", q.today(q.zone())), Point: q.onlyPoint()}
	first, _, err := s.To.Bounds(time.UTC)
	week := s.To
	if err == nil {
		week = kiosk.Day(first.AddDate(0, 0, -6).Format(time.DateOnly))
	}
	s.From = q.day("from", week)
	if longest := kiosk.Day(first.AddDate(0, 0, 1-tally.MaxDays).Format(time.DateOnly)); s.From < longest {
		s.From = longest
	}
	s.From = min(s.From, s.To)
	return s, daysData{From: string(s.From), To: string(s.To)}
}

// showSettlements lists what the points' day came to.
func showSettlements(q *request) (content, error) {
	day := q.day("to", q.today(q.zone()))
	if own := q.onlyPoint(); own != "" {
		return content{}, goTo(settlementHref(own, day))
	}
	o, err := q.d.Tally.Overview(q.Context(), q.d.HQ, day)
	if err != nil {
		return content{}, err
	}
	t := &table{Name: "settlements", Find: true, Empty: q.t("points.none"), Columns: []string{
		q.t("point.id"), q.t("point.name"), q.t("figure.redeemed"), q.t("figure.value-yuan"), q.t("money.deducted"), q.t("money.cash"), q.t("money.by-code"), q.t("figure.closed"),
	}}
	for _, p := range o.Points {
		t.Rows = append(t.Rows, row{Key: string(p.Point), Cells: []cell{
			text(string(p.Point)).to(settlementHref(p.Point, day)), text(p.Name), whole(p.Orders), money(p.Value), money(p.Deducted), money(p.Cash), money(p.ByCode), whole(p.Closed),
		}})
	}
	return content{Data: daysData{From: string(day), To: string(day), One: true}, Tables: []*table{t}}, nil
}

func settlementHref(id kiosk.PointID, day kiosk.Day) string {
	return "/settlements/" + url.PathEscape(string(id)) + "?to=" + escape(string(day))
}

// showSettlement shows a point's day in money, line by line.
func showSettlement(q *request) (content, error) {
	id := kiosk.PointID(q.PathValue("point"))
	if !q.sees(id) {
		return content{}, errNotFound
	}
	day := q.day("to", q.today(q.zone()))
	s, err := q.d.Tally.Settle(q.Context(), q.d.HQ, id, day)
	if err != nil {
		return content{}, err
	}
	rec, err := q.d.HQ.Point(q.Context(), id)
	if err != nil {
		return content{}, err
	}
	zone := zoneOf(rec.Policy)
	yuan := func(f kiosk.Fen) string {
		if f < 0 {
			return "-¥" + (-f).String()
		}
		return "¥" + f.String()
	}
	data := daysData{From: string(day), To: string(day), One: true, Facts: []fact{
		{q.t("figure.value"), yuan(s.Total.Value)}, {q.t("money.deducted"), yuan(s.Total.Deducted)}, {q.t("money.net"), yuan(s.Total.Net)},
		{q.t("points.commission") + " " + share(s.Rate, kiosk.WholeRate).Text, yuan(s.Total.Commission)}, {q.t("money.payable"), yuan(s.Total.Payable)},
		{q.t("money.not-supplied"), yuan(s.Refunds)}, {q.t("money.cash"), yuan(s.Cash)}, {q.t("money.by-code"), yuan(s.ByCode)},
		{q.t("money.transfer"), yuan(s.Transfer)}, {q.t("money.as-of"), q.moment(s.AsOf, zone).Text},
	}, Hint: q.t("money.rule")}
	if !s.Closed.IsZero() {
		data.Facts = append(data.Facts, fact{q.t("money.closed"), q.moment(s.Closed, zone).Text + " " + yuan(s.AtClose)})
	}
	if !s.Agrees {
		data.Hint = q.t("money.differs")
	}
	suppliers := &table{Name: "suppliers", Title: q.t("page.suppliers"), Empty: q.t("money.none"), Columns: []string{
		q.t("goods.supplier"), q.t("order.units"), q.t("figure.value-yuan"), q.t("money.deducted"), q.t("points.commission"), q.t("money.payable"),
	}}
	for _, o := range s.Suppliers {
		suppliers.Rows = append(suppliers.Rows, row{Key: "s" + o.Supplier, Cells: []cell{
			text(o.Supplier), whole(o.Units), money(o.Value), money(o.Deducted), money(o.Commission), money(o.Payable),
		}})
	}
	lines := &table{Name: "lines", Title: q.t("money.lines"), Empty: q.t("money.none"), Find: true, Columns: []string{
		q.t("money.at"), q.t("order.id"), q.t("money.what"), q.t("goods.product"), q.t("goods.supplier"), q.t("order.units"), q.t("money.amount"), q.t("page.terminals"),
	}}
	for i, l := range s.Lines {
		lines.Rows = append(lines.Rows, row{Key: strconv.Itoa(i), Cells: []cell{
			q.moment(l.At, zone), text(string(l.Order)), text(q.t("move." + string(l.Kind))), text(l.Product), text(l.Supplier), whole(l.Units), money(l.Amount), text(string(l.Terminal)),
		}})
	}
	changes := &table{Name: "changes", Title: q.t("money.changes"), Empty: q.t("money.changes-none"), Columns: []string{
		q.t("money.heard"), q.t("money.what"), q.t("order.id"), q.t("page.terminals"),
	}}
	for i, c := range s.Changes {
		changes.Rows = append(changes.Rows, row{Key: strconv.Itoa(i), Cells: []cell{
			q.moment(c.Heard, zone), text(q.t("change." + string(c.Kind))), text(string(c.Order)), text(string(c.Term)),
		}})
	}
	return content{Title: rec.Name, Data: data, Parent: "settlements", Tables: []*table{suppliers, changes, lines}, Point: id}, nil
}

// showSuppliers lists suppliers, and their days and worst products where it is one.
func showSuppliers(q *request) (content, error) {
	span, data := q.days()
	rows, err := q.d.Tally.Suppliers(q.Context(), q.d.HQ, span)
	if err != nil {
		return content{}, err
	}
	of, limited := q.onlySupplier()
	if !limited {
		of = q.query.Get("supplier")
	}
	columns := []string{q.t("order.units"), q.t("figure.value-yuan"), q.t("goods.short"), q.t("goods.damaged"), q.t("goods.missing"), q.t("goods.after-sales"), q.t("goods.sent-back"), q.t("goods.stars")}
	all := &table{Name: "suppliers", Empty: q.t("money.none"), Find: true, Columns: append([]string{q.t("goods.supplier")}, columns...)}
	trend := &table{Name: "trend", Title: q.t("goods.trend"), Empty: q.t("money.none"), Columns: append([]string{q.t("money.day")}, columns...)}
	worst := &table{Name: "worst", Title: q.t("goods.worst"), Empty: q.t("goods.worst-none"), Columns: append([]string{q.t("goods.product")}, columns...)}
	for _, r := range rows {
		chosen := r.Supplier == of && (limited || of != "")
		if limited && !chosen {
			continue
		}
		href := "/suppliers?" + url.Values{"supplier": {r.Supplier}, "from": {data.From}, "to": {data.To}}.Encode()
		all.Rows = append(all.Rows, row{Key: "s" + r.Supplier, Cells: goodsCells(text(r.Supplier).to(href), r.Goods)})
		if !chosen {
			continue
		}
		for _, d := range r.Trend {
			trend.Rows = append(trend.Rows, row{Key: string(d.Day), Cells: goodsCells(text(string(d.Day)), d.Goods)})
		}
		for _, p := range r.Worst {
			worst.Rows = append(worst.Rows, row{Key: p.Product, Cells: goodsCells(text(p.Product), p.Goods)})
		}
	}
	if !limited {
		data.Supplier = of
	}
	tables := []*table{all}
	if of != "" {
		tables = append(tables, trend, worst)
	}
	return content{Data: data, Tables: tables}, nil
}

func goodsCells(name cell, g tally.Goods) []cell {
	return []cell{name, whole(g.Units), money(g.Value), whole(g.Short), whole(g.Damaged), whole(g.Missing), whole(g.AfterSales), whole(g.SentBack), starsCell(g.Stars)}
}

// starsCell is an average of stars; empty without any.
func starsCell(s tally.Stars) cell {
	c := cell{kind: kindMoney, n: s.Mean()} // hundredths, as fen are
	if s.Total() > 0 {
		c.Text = kiosk.Fen(c.n).String()
	}
	return c
}

// showLeaders assesses who hands over.
func showLeaders(q *request) (content, error) {
	span, data := q.days()
	rows, err := q.d.Tally.Leaders(q.Context(), q.d.HQ, span)
	if err != nil {
		return content{}, err
	}
	t := &table{Name: "leaders", Find: true, Empty: q.t("money.none"), Columns: []string{
		q.t("terminal.point"), q.t("leader.who"), q.t("leader.handovers"), q.t("leader.undone"), q.t("leader.flawed"), q.t("leader.p50"), q.t("figure.p95"), q.t("leader.stars"), q.t("leader.overdue"),
	}}
	for _, r := range rows {
		who := r.Name
		if who == "" {
			who = q.t("method.alone")
		}
		t.Rows = append(t.Rows, row{Key: string(r.Point) + "/" + r.Name, Cells: []cell{
			text(string(r.Point)).to(pointHref(r.Point)), text(who), whole(r.Handovers), share(r.UndoRate, 1000), share(r.FlawRate, 1000), q.wait(r.P50), q.wait(r.P95),
			starsCell(r.Service), share(r.OverdueRate, 1000),
		}})
	}
	data.Hint = q.t("leader.hint")
	return content{Data: data, Tables: []*table{t}}, nil
}

// showOverdue lists the points where orders are overdue, or those orders of one.
func showOverdue(q *request) (content, error) {
	id := kiosk.PointID(q.query.Get("point"))
	if own := q.onlyPoint(); own != "" {
		id = own
	}
	if id != "" {
		return q.overdueOf(q.Context(), id)
	}
	day := q.today(q.zone())
	o, err := q.d.Tally.Overview(q.Context(), q.d.HQ, day)
	if err != nil {
		return content{}, err
	}
	t := &table{Name: "overdue", Empty: q.t("overdue.none"), Find: true, Columns: []string{
		q.t("point.id"), q.t("point.name"), q.t("figure.overdue"), q.t("figure.to-collect"),
	}}
	for _, p := range o.Points {
		if p.Overdue > 0 {
			t.Rows = append(t.Rows, row{Key: string(p.Point), Cells: []cell{
				text(string(p.Point)).to("/overdue?point=" + escape(string(p.Point))), text(p.Name), whole(p.Overdue), whole(p.ToCollect),
			}})
		}
	}
	return content{Tables: []*table{t}}, nil
}

func (q *request) overdueOf(ctx context.Context, id kiosk.PointID) (content, error) {
	list, err := q.d.Tally.Overdue(ctx, q.d.HQ, id, q.now(), maxOverdue)
	if err != nil {
		return content{}, err
	}
	rec, err := q.d.HQ.Point(ctx, id)
	if err != nil {
		return content{}, err
	}
	t := &table{Name: "overdue", Empty: q.t("overdue.none"), Find: true, Columns: []string{
		q.t("order.id"), q.t("order.pickup"), q.t("overdue.since"), q.t("order.left"), q.t("order.value"), q.t("overdue.reminders"),
	}}
	for _, r := range list {
		t.Rows = append(t.Rows, row{Key: string(r.Order), Cells: []cell{
			text(string(r.Order)), text(r.Pickup), q.moment(r.Due, zoneOf(rec.Policy)), whole(r.Units), money(r.Value), whole(r.Asked),
		}})
	}
	return content{Title: rec.Name, Tables: []*table{t}, Point: id}, nil
}
