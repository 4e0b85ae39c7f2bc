package screen

import (
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// forWhom says whose an order is; to somebody who collects for the customer, the
// masked name alone: the end of a phone number is no business of theirs.
func forWhom(w *look.Words, o desk.ResultOrder) string {
	switch {
	case !o.Proxy:
		return whose(w, o.Customer)
	case o.Customer.Name == "":
		return w.Say("proxy.somebody")
	}
	return w.Say("proxy.for", look.Vars{"Name": o.Customer.Name})
}

// proxyReason is what the words of a proxy code's own refusal are filed under. An
// order that is not here is not here, however old the list is.
func proxyReason(v kiosk.Verdict) string {
	if v == kiosk.UnknownStale {
		v = kiosk.Unknown
	}
	return "proxy-" + string(v)
}

// proxyWhy says in one sentence why a proxy code is refused.
func proxyWhy(w *look.Words, r desk.Result, o desk.ResultOrder, now time.Time) string {
	id := "why." + proxyReason(r.Verdict)
	switch r.Verdict {
	case kiosk.TooEarly:
		return w.Say(id, look.Vars{"When": when(w, o.ProxyFrom, now)})
	case kiosk.Expired:
		return w.Say(id, look.Vars{"When": when(w, o.ProxyUntil, now)})
	}
	return w.Say(id)
}
