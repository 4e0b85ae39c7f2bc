package crashtest

import (
	"math/rand/v2"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/kiosktest"
)

// recordKinds is how many kinds of events eventOf knows.
const recordKinds = 8

// eventOf is what a leader or customer records in a step: kind 0 concerns no
// order, the others that of Page, which was handed over.
func eventOf(st *boltstore.Store, s Step) kiosk.Body {
	id := kiosktest.OrderID(s.Page)
	_, state, _ := st.Order(id)
	standing := state.Standing()
	if len(standing) == 0 {
		return kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader}
	}
	handover := standing[len(standing)-1].Event
	switch s.N {
	case 1:
		return kiosk.GoodsReceived{Consignment: "C20260302", By: "L1", Lines: []kiosk.ReceivedLine{{Product: "牛奶", Good: 1}}}
	case 2:
		return kiosk.MissingReported{Order: id, Redemption: handover, Lines: []kiosk.Handed{{Line: "1", Short: 1}}}
	case 3:
		if open := state.OpenReports(); len(open) > 0 {
			return kiosk.ReportDismissed{Order: id, Report: open[0].Event, By: "L1"}
		}
	case 4:
		return kiosk.Rated{Order: id, Redemption: handover, Goods: 5}
	case 5:
		return kiosk.InvoiceRequested{Order: id, Company: true, Sealed: []byte("sealed")}
	case 6:
		return kiosk.ReminderAsked{Order: id, By: "L1"}
	case 7:
		return kiosk.AfterSaleRegistered{
			Order: id, Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "1", Units: 1}}, Reason: kiosk.ReasonSpoilt, By: "L1",
		}
	}
	return kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader}
}

// afterHandover records everything that may follow a handover, once an order, with
// checkpoints and restarts between.
func afterHandover(dice *rand.Rand) [][]Step {
	var first, second []Step
	for kind := range recordKinds {
		first = append(first, Step{Do: DoRecord, N: kind, Page: 1}, Step{Do: DoAnswered})
		second = append(second, Step{Do: DoRecord, N: kind, Page: 2})
	}
	return [][]Step{
		join(begin(2), scans(dice, upTo(4)...), first, one(DoAcknowledge), records(dice.IntN(6)), one(DoKill)),
		join(one(DoOpen), second, one(DoAcknowledge), one(DoClose)),
	}
}
