package main

import (
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/scanner/scannertest"
)

// A customer's code opens two orders: they take both, tell the leader what is
// missing, rate it and ask for an invoice.
func TestACustomersQuietWays(t *testing.T) {
	d := startDisplay(t, 1280, 800)
	dir, port := newShop(t), scannertest.NewPort(t)
	w := newTwin(d, dir)
	d.startKiosk("--data", dir, "--camera", "none", "--serial", port.Path)
	log := keepDiary(t, dir)

	w.agree(desk.Welcome)
	before := w.look()
	port.Send(ownCode(shared) + "\r\n")
	w.scan.texts <- ownCode(shared)
	w.moved(before, "the code of two orders")
	w.agree(desk.Choose)
	log.recorded() // nothing goes out before they choose
	w.taps(desk.Choose, "提货号\u00a090", "提货号\u00a090")
	w.taps(desk.Accepted, "提走")
	log.recorded(
		kiosk.Redeemed{Order: "A2", Method: kiosk.MethodAlone, Source: "serial", Lines: []kiosk.Handed{{Line: "2", Handed: 1}}},
		kiosk.Redeemed{Order: "A5", Method: kiosk.MethodAlone, Source: "serial", Lines: []kiosk.Handed{{Line: "2", Handed: 2}}})

	// Of the second order one box is missing, the other is broken.
	w.taps(desk.Missing, "少了东西", "2#土鸡蛋", "+0", "+1", "告诉团长")
	log.recorded(kiosk.MissingReported{Order: "A5", Lines: []kiosk.Handed{{Line: "2", Short: 1, Damaged: 1}}})
	w.taps(desk.Accepted, "知道了")

	w.taps(desk.Rate, "评价", "1#5", "2#2", "3#4", "等太久")
	w.taps(desk.Accepted, "提交")
	rated := func(o kiosk.OrderID) kiosk.Rated {
		return kiosk.Rated{Order: o, Goods: 5, Service: 2, Logistics: 4, Tags: []kiosk.RatingTag{kiosk.TagSlow}}
	}
	log.recorded(rated("A2"), rated("A5"))

	w.taps(desk.Invoice, "开发票")
	w.taps(desk.Accepted, "开给个人")
	log.recorded(kiosk.InvoiceRequested{Order: "A2"}, kiosk.InvoiceRequested{Order: "A5"})
	w.taps(desk.Welcome, "完成")
}
