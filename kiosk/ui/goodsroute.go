package ui

import "hexiao/kiosk/desk"

// goodsShape takes from a state what the views of Receive, Overdue, Conflicts and
// DayClose follow, so that the page that a list is turned to, and the keys under
// a finger, stay.
func goodsShape(s *desk.State) {
	r := &s.Receive
	switch r.Step {
	case desk.ReceiveChoose:
		if len(r.Deliveries) > 0 {
			r.Deliveries = []desk.Delivery{{}}
		}
	case desk.ReceiveCount:
		// Which buttons there are depends on what is counted; the numbers do not.
		r.Open = desk.Delivery{
			ID: r.Open.ID, SignedAt: r.Open.SignedAt, Units: min(r.Open.Units, 1), Counted: min(r.Open.Counted, 1),
			Here: btoi(r.Open.Counted >= r.Open.Products),
		}
		r.Products, r.Last, r.Product = nil, desk.Product{}, desk.Product{}
	case desk.ReceiveNumber:
		r.Product = desk.Product{Key: r.Product.Key}
		r.Open, r.Products, r.Last, r.Typed = desk.Delivery{ID: r.Open.ID}, nil, desk.Product{}, false
	}
	if o := &s.Overdue; o.Step == desk.OverdueList && len(o.Rows) > 0 {
		o.Rows, o.Total, o.Done, o.Of = []desk.OverdueRow{{}}, 0, 0, min(o.Of, 1)
	}
	switch c := &s.Conflicts; {
	case c.Step == desk.ConflictsWrite:
		c.Draft = ""
	case c.Step == desk.ConflictsList && len(c.Rows) > 0:
		c.Rows = []desk.ConflictRow{{}}
	}
	switch d := &s.DayClose; {
	case d.Step == desk.DayCash:
		d.Digits, d.Counted = "", 0
	case d.Step == desk.DayEntries && len(d.Rows) > 0:
		d.Rows, d.Closed = []desk.DayRow{{}}, nil
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
