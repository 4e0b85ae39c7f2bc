package dashboard

import (
	"net/url"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// maxPoints is how many points are listed.
const maxPoints = 100_000

func escape(s string) string { return url.QueryEscape(s) }

func showPoints(q *request) (content, error) {
	if own := q.onlyPoint(); own != "" {
		return content{}, goTo("/points/" + url.PathEscape(string(own)))
	}
	t := &table{Name: "points", Find: true, Empty: q.t("points.none"),
		Columns: []string{q.t("point.id"), q.t("point.name"), q.t("points.orders"), q.t("points.handover"), q.t("points.commission")}}
	err := q.d.HQ.View(q.Context(), func(tx hq.Tx) error {
		records, err := tx.Points("", maxPoints)
		for _, r := range records {
			p := r.Point.Policy.WithDefaults()
			t.Rows = append(t.Rows, row{Key: string(r.Point.ID), Cells: []cell{
				text(string(r.Point.ID)).to(pointHref(r.Point.ID)), text(r.Point.Name), whole(r.Count),
				text(q.t("handover." + string(p.Handover))), share(p.CommissionRate, kiosk.WholeRate),
			}})
		}
		return err
	})
	return content{Tables: []*table{t}, Live: true}, err
}

func pointHref(id kiosk.PointID) string { return "/points/" + url.PathEscape(string(id)) }

// pointData is what a point's page shows besides its tables.
type pointData struct {
	Point   kiosk.Point
	Figures []figure
	Chart   chart
	Ages    chart
	Policy  []fact
}

// fact is a line of a list of things and what they are.
type fact struct{ Word, Value string }

func showPoint(q *request) (content, error) {
	id := kiosk.PointID(q.PathValue("point"))
	if !q.sees(id) {
		return content{}, errNotFound
	}
	var rec hq.PointRecord
	var terminals []hq.Terminal
	err := q.d.HQ.View(q.Context(), func(tx hq.Tx) error {
		var ok bool
		var err error
		if rec, ok, err = tx.Point(id); err != nil || !ok {
			if err == nil {
				err = errNotFound
			}
			return err
		}
		terminals, err = tx.PointTerminals(id)
		return err
	})
	if err != nil {
		return content{}, err
	}
	zone, policy := zoneOf(rec.Point.Policy), rec.Point.Policy.WithDefaults()
	day, err := q.d.Tally.PointDay(q.Context(), q.d.HQ, id, q.today(zone))
	if err != nil {
		return content{}, err
	}
	data := pointData{Point: rec.Point, Figures: q.figures(day.PointRow), Chart: q.arrivals(day.Arrivals), Ages: q.ages(day.Ages), Policy: []fact{
		{q.t("points.handover"), q.t("handover." + string(policy.Handover))},
		{q.t("points.commission"), share(policy.CommissionRate, kiosk.WholeRate).Text},
		{q.t("point.cache-age"), q.span(policy.MaxCacheAge)},
		{q.t("point.undo"), q.span(policy.UndoWindow)},
		{q.t("point.zone"), zone.String()},
	}}
	orders := &table{Name: "orders", Title: q.t("point.orders"), Empty: q.t("point.orders-none"),
		Columns: []string{q.t("order.id"), q.t("order.pickup"), q.t("order.status"), q.t("order.units"), q.t("order.left"), q.t("order.value"), q.t("order.redeemed")}}
	orders.Page = func(after string, limit int) (rows []row, err error) {
		err = q.d.HQ.View(q.Context(), func(tx hq.Tx) error {
			rows = rows[:0]
			list, err := tx.Orders(id, kiosk.OrderID(after), limit)
			for _, o := range list {
				rows = append(rows, q.orderRow(o, zone))
			}
			return err
		})
		return rows, err
	}
	kiosks := q.terminalTable(terminals, map[kiosk.PointID]hq.PointRecord{id: rec})
	kiosks.Title = q.t("page.terminals")
	return content{Title: rec.Point.Name, Data: data, Parent: "points", Tables: []*table{kiosks, orders}, Live: true, Point: id}, nil
}

// orderRow shows an order without its customer.
func (q *request) orderRow(o hq.OrderRecord, zone *time.Location) row {
	left := 0
	for _, h := range kiosk.Remaining(o.Order, o.State) {
		left += h.Total()
	}
	var handed time.Time
	if standing := o.State.Standing(); len(standing) > 0 {
		handed = standing[0].At
	}
	status := text(q.t("status." + string(o.Order.Status)))
	switch {
	case o.Gone:
		status = text(q.t("status.gone")).mark(tonePlain)
	case left == 0:
		status = text(q.t("status.redeemed")).mark(toneGood)
	case o.Order.Status == kiosk.StatusCancelled, o.Order.Status == kiosk.StatusRefunded, o.Order.Status == kiosk.StatusRefunding:
		status = status.mark(toneWarn)
	}
	return row{Key: string(o.Order.ID), Cells: []cell{
		text(string(o.Order.ID)), text(o.Order.PickupNumber), status, whole(o.Order.Units()), whole(left), money(o.Order.Value()), q.moment(handed, zone),
	}}
}
