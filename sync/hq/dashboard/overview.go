package dashboard

import (
	"fmt"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/tally"
)

// figure is a number with its name.
type figure struct {
	Word, Value, More string
	Tone              string
	Href              string
}

// overviewData is what the overview shows above its tables.
type overviewData struct {
	Day     string
	Figures []figure
	Chart   chart
	Ages    chart
}

const slowest = 8 // rows of the lists of bottlenecks

// today is the business day in the zone of pages that are of no single point.
func (q *request) today(zone *time.Location) kiosk.Day {
	return kiosk.Day(q.now().In(zone).Format(time.DateOnly))
}

func showOverview(q *request) (content, error) {
	day := q.today(q.zone())
	o, err := q.d.Tally.Overview(q.Context(), q.d.HQ, day)
	if err != nil {
		return content{}, err
	}
	slow, err := q.d.Tally.Bottlenecks(q.Context(), q.d.HQ, day, slowest)
	if err != nil {
		return content{}, err
	}
	open := 0
	err = q.d.HQ.CaseRows(q.Context(), true, func(hq.CaseRow) error { open++; return nil })
	if err != nil {
		return content{}, err
	}
	data := overviewData{Day: string(day), Chart: q.arrivals(o.Arrivals), Ages: q.ages(o.Ages), Figures: q.figures(o.Total)}
	cases := figure{Word: q.t("figure.cases"), Value: fmt.Sprint(open), Href: "/cases"}
	if open > 0 {
		cases.Tone = toneBad
	}
	data.Figures = append(data.Figures, cases)

	points := &table{Name: "points", Title: q.t("overview.points"), Find: true, Empty: q.t("points.none"), Columns: []string{
		q.t("point.id"), q.t("point.name"), q.t("figure.progress"), q.t("figure.redeemed"), q.t("figure.to-collect"), q.t("figure.overdue"),
		q.t("figure.value-yuan"), q.t("figure.p95"), q.t("figure.closed"),
	}}
	for _, p := range o.Points {
		points.Rows = append(points.Rows, row{Key: string(p.Point), Cells: []cell{
			text(string(p.Point)).to(pointHref(p.Point)), text(p.Name), share(p.Complete, p.Complete+p.ToCollect).bar(), whole(p.Orders), whole(p.ToCollect),
			whole(p.Overdue), money(p.Value), q.wait(p.P95), whole(p.Closed),
		}})
	}
	goods := &table{Name: "consignments", Title: q.t("overview.consignments"), Empty: q.t("overview.consignments-none"), Columns: []string{
		q.t("consignment.name"), q.t("terminal.point"), q.t("consignment.bad"),
	}}
	for _, c := range slow.Consignments {
		goods.Rows = append(goods.Rows, row{Key: string(c.Point) + "/" + c.Name, Cells: []cell{text(c.Name), text(string(c.Point)).to(pointHref(c.Point)), whole(c.Bad())}})
	}
	return content{Data: data, Tables: []*table{points, goods}, Live: true}, nil
}

// figures are the numbers of a day, of a point or of all.
func (q *request) figures(p tally.PointRow) []figure {
	due := p.Complete + p.ToCollect
	overdue := figure{Word: q.t("figure.overdue"), Value: fmt.Sprint(p.Overdue), More: q.t("figure.due-today", p.DueToday)}
	if p.Overdue > 0 {
		overdue.Tone = toneWarn
	}
	wait := q.wait(p.P95).Text
	if wait == "" {
		wait = "–"
	}
	list := []figure{
		{Word: q.t("figure.redeemed"), Value: fmt.Sprint(p.Orders), More: q.t("figure.units", p.Units)},
		{Word: q.t("figure.progress"), Value: share(p.Complete, due).Text, More: q.t("figure.of", p.Complete, due)},
		{Word: q.t("figure.to-collect"), Value: fmt.Sprint(p.ToCollect), More: q.t("figure.partly", p.Partly)},
		overdue,
		{Word: q.t("figure.value"), Value: "¥" + p.Value.String(), More: q.t("figure.refunds", p.Refunds.String())},
		{Word: q.t("figure.alone"), Value: share(p.Alone, p.Handovers).Text, More: q.t("figure.held", p.Held)},
		{Word: q.t("figure.p95"), Value: wait},
	}
	if p.P50 > 0 {
		list[len(list)-1].More = q.t("figure.p50", q.wait(p.P50).Text)
	}
	for i := range list {
		if list[i].Value == "" {
			list[i].Value = "–"
		}
	}
	return list
}

// wait is a time from scan to handover; nothing where none was measured.
func (q *request) wait(d time.Duration) cell {
	c := cell{kind: kindWhole, n: int64(d / time.Millisecond)}
	switch {
	case d <= 0:
	case d < time.Minute:
		c.Text = q.t("span.seconds", fmt.Sprintf("%.1f", d.Seconds()))
	default:
		c.Text = q.t("span.minutes", fmt.Sprintf("%.1f", d.Minutes()))
	}
	return c
}

// chart is drawn as bars; Said says the same in words, for readers of screens.
type chart struct {
	Bars   []chartBar
	Labels []string // below, evenly from the left edge to the right
	Said   string
	Empty  string
}

type chartBar struct {
	X, Y, Width, Height int // in a box of 1000 by 100
	Said                string
}

func (c *chart) bar(at, of int, n, most int64, said string) {
	wide := 1000 / of
	height := int(n * 96 / max(most, 1)) // #nosec G115 -- at most 96
	if n > 0 {
		height = max(height, 2)
	}
	gap := max(1, wide/6)
	c.Bars = append(c.Bars, chartBar{X: at*1000/of + gap/2, Y: 100 - height, Width: wide - gap, Height: height, Said: said})
}

// arrivals draws customers by ten minutes, from the hour before the first to the one
// after the last, and at least from 8 to 20.
func (q *request) arrivals(s tally.Series) chart {
	c := chart{Empty: q.t("overview.arrivals-none")}
	first, last, most, top := 8*6, 20*6, int64(0), 0
	for i, n := range s {
		if n == 0 {
			continue
		}
		first, last = min(first, i/6*6), max(last, i/6*6+6)
		if n > most {
			most, top = n, i
		}
	}
	if most == 0 {
		return c
	}
	at := func(i int) string { return fmt.Sprintf("%02d:%02d", i/6, i%6*10) }
	for i := first; i < last; i++ {
		n := int64(0)
		if i < len(s) {
			n = s[i]
		}
		c.bar(i-first, last-first, n, most, at(i)+" "+fmt.Sprint(n))
	}
	for k := range 5 {
		c.Labels = append(c.Labels, at(first+(last-first)*k/4))
	}
	c.Said = q.t("overview.arrivals-said", s.Total(), at(top), most)
	return c
}

// ages draws the orders to collect by how long their goods have waited.
func (q *request) ages(list []tally.Age) chart {
	c := chart{Empty: q.t("overview.ages-none")}
	most, total := int64(0), int64(0)
	for _, a := range list {
		most, total = max(most, a.Orders), total+a.Orders
	}
	if total == 0 {
		return c
	}
	for i, a := range list {
		word := fmt.Sprintf("%d–%d", a.From, a.To)
		switch {
		case a.From < 0:
			word = q.t("word.undated")
		case a.To < 0:
			word = fmt.Sprintf("%d+", a.From)
		case a.From == a.To:
			word = fmt.Sprint(a.From)
		}
		c.bar(i, len(list), a.Orders, most, q.t("overview.age-said", word, a.Orders))
		c.Labels = append(c.Labels, word)
	}
	c.Said = q.t("overview.ages-said", total)
	return c
}
