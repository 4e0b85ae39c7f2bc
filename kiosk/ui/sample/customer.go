package sample

import (
	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// customers are the screens between Welcome and the way home that are no
// verdicts: which orders, what is missing, how it was, to whom the invoice goes.
func customers() []Named {
	var out []Named
	for _, group := range [][]Named{askings(), chooses(), acceptedWays(), missings(), rates(), invoices()} {
		out = append(out, group...)
	}
	return out
}

func up(s desk.Screen) desk.State { return desk.State{Screen: s, Left: 17, Total: 20} }

func askings() []Named { return []Named{{Name: "asking", State: up(desk.Asking)}} }

func chooses() []Named {
	choice := func(o desk.ResultOrder, number, shelf string) desk.ChooseOrder {
		o.ID, o.PickupNumber, o.Shelf = kiosk.OrderID("O"+number), number, shelf
		return desk.ChooseOrder{ResultOrder: o, Goes: true, Ticked: true}
	}
	no := func(v kiosk.Verdict, number string, change func(*desk.ResultOrder)) desk.ChooseOrder {
		o := order(v)
		o.ID, o.PickupNumber = kiosk.OrderID("O"+number), number
		change(&o)
		return desk.ChooseOrder{ResultOrder: o}
	}
	owing := order(kiosk.PaymentDue, groceries()[1])
	owing.Due = 1280
	first, second := choice(order(kiosk.Accepted, groceries()...), "86", "B-12"), choice(order(kiosk.Accepted, groceries()[2]), "91", "C-03")
	unticked := second
	unticked.Ticked = false
	mixed := []desk.ChooseOrder{
		first, unticked, choice(owing, "92", "C-04"), choice(order(kiosk.Held, groceries()[:2]...), "95", "A-01"),
		no(kiosk.NotArrived, "97", func(o *desk.ResultOrder) { o.ExpectedAt = Now().AddDate(0, 0, 1) }),
		no(kiosk.AlreadyCollected, "98", func(o *desk.ResultOrder) { o.First = earlier(3, true) }),
		no(kiosk.RefundInProgress, "99", func(*desk.ResultOrder) {}),
	}
	state := func(orders ...desk.ChooseOrder) desk.State {
		s := up(desk.Choose)
		s.Choose = desk.ChooseState{Orders: orders, Anybody: kiosk.Masked{Name: "张*", Tail: "0417"}}
		for _, o := range orders {
			if o.Ticked {
				s.Choose.Ticked++
				s.Choose.Units += o.Units
			}
		}
		return s
	}
	none := []desk.ChooseOrder{first, unticked}
	none[0].Ticked = false
	return []Named{
		{Name: "choose", State: state(first, second)},
		{Name: "choose-mixed", State: state(mixed...)},
		{Name: "choose-none", State: state(none...)},
	}
}

func acceptedWays() []Named {
	gone := func(change func(*desk.Ways)) desk.State {
		s := result(desk.Accepted, desk.Result{Verdict: kiosk.Accepted, Orders: []desk.ResultOrder{order(kiosk.Accepted, groceries()...)}})
		change(&s.Ways)
		return s
	}
	return []Named{
		{Name: "accepted-reported", State: gone(func(w *desk.Ways) { w.Missing = desk.WayGone })},
		{Name: "accepted-rated", State: gone(func(w *desk.Ways) { w.Rate = desk.WayGone })},
		{Name: "accepted-invoiced", State: gone(func(w *desk.Ways) { w.Rate, w.Invoice = desk.WayNone, desk.WayGone })},
	}
}

func missings() []Named {
	lines := func() []desk.MissingLine {
		var out []desk.MissingLine
		for _, l := range groceries() {
			out = append(out, desk.MissingLine{Order: "O1001", Product: l.Product, Spec: l.Spec, Unit: l.Unit, Handed: l.Quantity})
		}
		return out
	}
	state := func(m desk.MissingState) desk.State {
		s := up(desk.Missing)
		s.Missing = m
		return s
	}
	counted := lines()
	counted[0].Handed, counted[0].Short, counted[0].Damaged, counted[2].Damaged = 12, 1, 2, 1
	many := append(lines(), lines()...)
	for i := range many {
		many[i].PickupNumber = []string{"86", "91"}[i/3]
	}
	long := lines()[:1]
	long[0].Product, long[0].Handed, long[0].Short = "云南高原有机无农药残留新鲜采摘阳光玫瑰青提葡萄家庭分享装", 1200, 1199
	return []Named{
		{Name: "missing", State: state(desk.MissingState{Lines: lines(), Here: -1})},
		{Name: "missing-counted", State: state(desk.MissingState{Lines: counted, Here: 0, Units: 4})},
		{Name: "missing-several", State: state(desk.MissingState{Lines: many, Here: 4})},
		{Name: "missing-long-words", State: state(desk.MissingState{Lines: long, Here: 0, Units: 1199})},
		{Name: "missing-sent", State: state(desk.MissingState{Lines: counted, Units: 4, Sent: true})},
	}
}

func rates() []Named {
	state := func(r desk.RateState) desk.State {
		s := up(desk.Rate)
		s.Rate = r
		return s
	}
	low := desk.RateState{Goods: 2, Service: 3, Logistics: 1}
	for i, t := range kiosk.RatingTags() {
		low.Tags = append(low.Tags, desk.RateTag{Tag: t, On: i%3 == 0})
	}
	few := desk.RateState{Goods: 5, Service: 3, Logistics: 4, Tags: []desk.RateTag{{Tag: kiosk.TagSlow}, {Tag: kiosk.TagUnkind, On: true}}}
	return []Named{
		{Name: "rate", State: state(desk.RateState{})},
		{Name: "rate-good", State: state(desk.RateState{Goods: 5, Service: 4})},
		{Name: "rate-some", State: state(few)},
		{Name: "rate-low", State: state(low)},
	}
}

func invoices() []Named {
	state := func(i desk.InvoiceState) desk.State {
		s := up(desk.Invoice)
		s.Invoice = i
		return s
	}
	const tax = "91350100M000100Y43" // the example of GB 32100-2015
	company := func(change func(*desk.InvoiceState)) desk.State {
		i := desk.InvoiceState{Step: desk.InvoiceCompany, Company: true}
		change(&i)
		return state(i)
	}
	faulty := func(f desk.InvoiceFault) desk.State {
		return company(func(i *desk.InvoiceState) { i.Tax, i.Fault = tax[:17]+"4", f })
	}
	const page = "https://hexiao.example/invoice/HX20261123-00001001"
	return []Named{
		{Name: "invoice", State: state(desk.InvoiceState{Step: desk.InvoiceWhose, Company: true})},
		{Name: "invoice-personal", State: state(desk.InvoiceState{Step: desk.InvoiceWhose})},
		{Name: "invoice-company", State: company(func(*desk.InvoiceState) {})},
		{Name: "invoice-typing", State: company(func(i *desk.InvoiceState) { i.Tax = tax[:11] })},
		{Name: "invoice-fault-length", State: company(func(i *desk.InvoiceState) { i.Tax, i.Fault = tax[:11], desk.InvoiceLength })},
		{Name: "invoice-fault-check", State: faulty(desk.InvoiceCheck)},
		{Name: "invoice-fault-damaged", State: faulty(desk.InvoiceDamaged)},
		{Name: "invoice-fault-elsewhere", State: faulty(desk.InvoiceElsewhere)},
		{Name: "invoice-fault-unsealed", State: faulty(desk.InvoiceUnsealed)},
		{Name: "invoice-titled", State: company(func(i *desk.InvoiceState) { i.Title, i.Tax = "上海幸福里百货有限公司", tax })},
		{Name: "invoice-titled-long", State: company(func(i *desk.InvoiceState) {
			i.Title, i.Tax, i.Fault = "新疆维吾尔自治区乌鲁木齐市天山区幸福里社区团购供应链管理与技术服务股份有限公司", tax, desk.InvoiceUnsealed
		})},
		{Name: "invoice-linked", State: company(func(i *desk.InvoiceState) { i.Linked = true })},
		{Name: "invoice-page", State: state(desk.InvoiceState{Step: desk.InvoicePage, Company: true, Page: page})},
		{Name: "invoice-page-several", State: state(desk.InvoiceState{Step: desk.InvoicePage, Page: page, Number: "86", More: true})},
	}
}
