package kiosk_test

import (
	"pgregory.net/rapid"

	"hexiao/kiosk"
)

// drawCounterBody gives any body of what follows a handover, of deliveries and of
// days, whether the rules would let it pass or not.
func drawCounterBody(t *rapid.T) kiosk.Body {
	text := func(what string) string { return rapid.StringN(0, 20, 60).Draw(t, what) }
	n := func(what string) int { return rapid.Int().Draw(t, what) }
	fen := func(what string) kiosk.Fen { return kiosk.Fen(rapid.Int64().Draw(t, what)) }
	id := func(what string) kiosk.EventID {
		return kiosk.EventID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, what))
	}
	order := kiosk.OrderID(rapid.StringN(1, 20, 60).Draw(t, "order"))
	count := rapid.IntRange(0, 3).Draw(t, "entries")
	units := make([]kiosk.Units, count)
	for i := range units {
		units[i] = kiosk.Units{Line: kiosk.LineID(text("line")), Units: n("units")}
	}
	switch rapid.IntRange(0, 10).Draw(t, "counter body") {
	case 0:
		b := kiosk.MissingReported{Order: order, Redemption: id("redemption"), By: text("by")}
		for range count {
			b.Lines = append(b.Lines, kiosk.Handed{
				Line: kiosk.LineID(text("line")), Short: n("short"), Damaged: n("damaged"), Reason: kiosk.Reason(text("reason")),
			})
		}
		return b
	case 1:
		return kiosk.ReportDismissed{Order: order, Report: id("report"), By: text("by"), Note: text("note")}
	case 2:
		return kiosk.AfterSaleRegistered{
			Order: order, Kind: kiosk.AfterSaleKind(text("kind")), Lines: units, Reason: kiosk.Reason(text("reason")), By: text("by"),
			Report: id("report"), Note: text("note"),
		}
	case 3:
		b := kiosk.Rated{Order: order, Redemption: id("redemption"), Goods: n("goods"), Service: n("service"), Logistics: n("logistics")}
		for range count {
			b.Tags = append(b.Tags, kiosk.RatingTag(text("tag")))
		}
		return b
	case 4:
		return kiosk.InvoiceRequested{Order: order, Company: rapid.Bool().Draw(t, "company"), Sealed: rapid.SliceOf(rapid.Byte()).Draw(t, "sealed")}
	case 5:
		b := kiosk.GoodsReceived{Consignment: text("consignment"), By: text("by"), Note: text("note")}
		for range count {
			b.Lines = append(b.Lines, kiosk.ReceivedLine{
				Product: text("product"), Spec: text("spec"), Supplier: text("supplier"), Expected: n("expected"), Good: n("good"),
				Damaged: n("damaged"), Reason: kiosk.Reason(text("reason")),
			})
		}
		return b
	case 6:
		return kiosk.ReminderAsked{Order: order, By: text("by")}
	case 7:
		return kiosk.SentBack{Order: order, Lines: units, Reason: kiosk.Reason(text("reason")), By: text("by")}
	case 8:
		return kiosk.DayClosed{
			Day: kiosk.Day(text("day")), By: text("by"), Note: text("note"), Counted: fen("counted"),
			Pending: rapid.Uint64().Draw(t, "pending"), Differ: rapid.Uint64().Draw(t, "differ"),
			Head: kiosk.Head{Seq: rapid.Uint64().Draw(t, "head"), Hash: kiosk.Hash{rapid.Byte().Draw(t, "hash")}},
			Totals: kiosk.DayTotals{
				Orders: n("orders"), Units: n("units"), Alone: n("alone"), Short: n("short"), Damaged: n("damaged"), Undone: n("undone"),
				AfterSales: n("after"), Returned: n("returned"), Received: n("received"), Value: fen("value"), Cash: fen("cash"),
				ByCode: fen("by code"), Refunds: fen("refunds"), Commission: fen("commission"),
			},
		}
	case 9:
		b := kiosk.SettingsChanged{By: text("by")}
		for range count {
			b.Settings = append(b.Settings, kiosk.Setting{Name: text("name"), Value: text("value")})
		}
		return b
	}
	return kiosk.ConflictNoted{Event: id("event"), Note: text("note"), By: text("by")}
}
