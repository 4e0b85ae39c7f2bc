package screen

import (
	"strings"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Accepted says that the goods are the customer's now: where they lie, what
// they are, whose. It is drawn only after the handover is on disk.
func Accepted(k *look.Kit, s desk.State, on Actions) *View {
	w, r := k.Words, resultOf(s)
	countdown := ring(k, s, look.Main)
	done := counting(k.Button(look.Main, "", w.Say("result.done"), on.tap(desk.TapDone)), countdown)
	ways := k.Column(look.Space2, done)
	if quiet := acceptedWays(k, s, on); len(quiet) > 0 {
		ways = k.Column(look.Space2, k.Row(look.Space2, quiet...), done)
	}
	list := k.List(orderItems(w, r, s))
	v := page(k, s, on, k.Split(0.448, 0.42, k.Panel(acceptedPanel(w, r, s.Ways)), k.Dock(look.Space3, list, ways)))
	v.ring = countdown
	return v
}

// acceptedWays are what one may do besides taking the goods, at most three: the
// leader undoes where the customer would rate.
func acceptedWays(k *look.Kit, s desk.State, on Actions) []look.Share {
	var out []look.Share
	add := func(offered bool, id string, a desk.Action) {
		if offered {
			out = append(out, look.Share{Object: k.Button(look.Plain, "", k.Words.Say(id), on.tap(a)), Weight: 1})
		}
	}
	add(s.Leader != "" && s.Role.May(kiosk.TypeRedemptionUndone), "result.undo", desk.TapUndo)
	add(s.Ways.Missing == desk.WayOpen, "accepted.missing", desk.TapReport)
	add(s.Leader == "" && s.Ways.Rate == desk.WayOpen, "accepted.rate", desk.TapRate)
	add(s.Ways.Invoice == desk.WayOpen, "accepted.invoice", desk.TapInvoice)
	return out
}

func acceptedPanel(w *look.Words, r desk.Result, ways desk.Ways) look.PanelWords {
	f := faceOf(r.Verdict)
	p := look.PanelWords{Ground: f.ground, Icon: f.icon, Headline: w.Say("verdict." + string(r.Verdict))}
	given := givenOrders(r)
	units, resumed := 0, false
	for _, o := range given {
		units += o.Units
		resumed = resumed || o.Resumed
	}
	shelves, numbers := distinct(given, shelf), distinct(given, pickupNumber)
	switch {
	case len(shelves) > 0:
		p.Caption, p.Big = w.Say("accepted.shelf"), strings.Join(shelves, " + ")
		if len(numbers) > 0 {
			p.After = w.Say("order.number", look.Vars{"Number": strings.Join(numbers, " + ")})
		}
	case len(numbers) > 0:
		p.Caption, p.Big = w.Say("order.number-caption"), strings.Join(numbers, " + ")
	}
	p.After = join(strings.Join(distinct(given, customer(w)), dot), p.After)
	if r.Verdict == kiosk.Provisional {
		p.Lead = w.Say("why." + string(r.Verdict))
	}
	if vouched(r) {
		p.After = w.Say("voucher.take")
	}
	if units > 0 {
		p.Foot = w.Count("order.units", units)
	}
	switch {
	case r.Several:
		p.Foot = w.Say("result.several")
	case r.Repeat:
		p.Foot = w.Say("accepted.repeat")
	case resumed:
		p.Foot = join(p.Foot, w.Say("accepted.resumed"))
	case ways.Missing == desk.WayGone:
		p.Foot = w.Say("accepted.reported")
	case ways.Rate == desk.WayGone:
		p.Foot = w.Say("accepted.rated")
	case ways.Invoice == desk.WayGone:
		p.Foot = w.Say("accepted.invoiced")
	}
	return p
}

// givenOrders are the orders of a result that were handed over; a code may open
// others too.
func givenOrders(r desk.Result) []desk.ResultOrder {
	var out []desk.ResultOrder
	for _, o := range r.Orders {
		if o.Verdict == kiosk.Accepted || o.Verdict == kiosk.Provisional {
			out = append(out, o)
		}
	}
	return out
}

// orderItems are the rows of a result's list. With several orders each has a
// heading: its number, its shelf or its verdict, and why.
func orderItems(w *look.Words, r desk.Result, s desk.State) []look.Item {
	if len(r.Orders) == 1 && r.Orders[0].Vouched {
		return vouchedItems(w, r.Orders[0], s)
	}
	if len(r.Orders) == 1 {
		return items(r.Orders[0].Lines)
	}
	var out []look.Item
	for _, o := range r.Orders {
		head := look.Item{Title: numbered(w, o), Tag: o.Shelf, Ground: look.BrandSoft}
		if head.Title == "" {
			head.Title = w.Count("order.units", o.Units)
		}
		if o.Verdict != kiosk.Accepted && o.Verdict != r.Verdict {
			head.Tag, head.Ground = w.Say("verdict."+string(o.Verdict)), faceOf(o.Verdict).ground
			head.Note = evidence(w, o.Verdict, r, o, s.Header.Now)
		}
		out = append(append(out, head), items(o.Lines)...)
	}
	return out
}

// resultOf returns the result of a state, empty rather than missing.
func resultOf(s desk.State) desk.Result {
	if s.Result == nil {
		return desk.Result{}
	}
	return *s.Result
}
