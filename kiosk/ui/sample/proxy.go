package sample

import (
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// proxies are the results of somebody who collects for the customer.
func proxies() []Named {
	by := func(s desk.Screen, v kiosk.Verdict, of bool, lines ...desk.ResultLine) desk.State {
		o := order(v, lines...)
		o.Proxy, o.ProxyFrom, o.ProxyUntil = true, Now().Add(3*time.Hour), Now().Add(-2*time.Hour)
		return result(s, desk.Result{Verdict: v, OfProxy: of, Orders: []desk.ResultOrder{o}})
	}
	leader := by(desk.Held, kiosk.Held, false, groceries()[:2]...)
	leader.Leader = "王团长"
	given := by(desk.Accepted, kiosk.Accepted, false, groceries()[:2]...)
	given.Ways = desk.Ways{Missing: desk.WayOpen, Rate: desk.WayOpen}
	return []Named{
		{Name: "proxy-accepted", State: given},
		{Name: "proxy-held", State: by(desk.Held, kiosk.Held, false, groceries()[:2]...)},
		{Name: "proxy-held-leader", State: leader},
		{Name: "proxy-expired", State: by(desk.Refused, kiosk.Expired, true)},
		{Name: "proxy-too-early", State: by(desk.Refused, kiosk.TooEarly, true)},
		{Name: "proxy-used", State: by(desk.Refused, kiosk.Revoked, true)},
		{Name: "proxy-unknown", State: result(desk.Refused, desk.Result{Verdict: kiosk.Unknown, OfProxy: true, AsOf: Now().Add(-3 * time.Minute), Complete: true})},
	}
}
