package screen

import (
	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// historyItems are what happened to an order, the latest first: what, when, who,
// where, and HQ's word on it.
func historyItems(w *look.Words, s desk.State) []look.Item {
	var out []look.Item
	for _, e := range s.Order.History {
		it := look.Item{
			Icon: eventIcon(e.Body), Title: eventWords(w, e.Body),
			Note: join(when(w, e.At, s.Header.Now), by(w, e.By), place(w, e.Here, e.Terminal)),
		}
		switch {
		case e.Settled == kiosk.SettledAccepted || e.Settled == kiosk.SettledReplay:
			it.Tag, it.Ground = w.Say("settled.accepted"), look.BrandSoft
		case e.Settled != "":
			it.Tag, it.Ground = w.Say("settled."+string(e.Settled)), look.Refuse
		case e.Here && !s.Header.Local:
			it.Tag, it.Ground = w.Say("settled.open"), look.Wait
		}
		out = append(out, it)
	}
	return out
}

func eventIcon(b kiosk.Body) string {
	switch b.(type) {
	case kiosk.Redeemed:
		return "package-check"
	case kiosk.OrderHeld:
		return "clock"
	case kiosk.HoldRejected:
		return "rotate-ccw"
	case kiosk.RedemptionUndone:
		return "undo-2"
	case kiosk.PaymentCollected, kiosk.AfterSaleRegistered:
		return "wallet"
	case kiosk.MissingReported, kiosk.ReportDismissed:
		return "message-square"
	case kiosk.Rated:
		return "star"
	case kiosk.InvoiceRequested:
		return "receipt-text"
	case kiosk.ReminderAsked:
		return "bell"
	case kiosk.SentBack:
		return "truck"
	}
	return "circle-help"
}

// eventWords says what happened in a few words. An event of a later version is
// named by its number.
func eventWords(w *look.Words, b kiosk.Body) string {
	id := "event." + string(b.Type())
	units := func(lines []kiosk.Units) (n int) {
		for _, u := range lines {
			n += u.Units
		}
		return n
	}
	switch b := b.(type) {
	case kiosk.OrderHeld:
		return join(w.Say(id), w.Say("verdict."+string(b.Reason)))
	case kiosk.Redeemed:
		return handedWords(w, id, b.Lines)
	case kiosk.MissingReported:
		return handedWords(w, id, b.Lines)
	case kiosk.RedemptionUndone:
		return join(w.Say(id), reasonWords(w, kiosk.Reason(b.Reason)))
	case kiosk.PaymentCollected:
		return join(w.Say(id, look.Vars{"Amount": b.Amount.String()}), w.Say("means."+meansOf(b.Means)))
	case kiosk.AfterSaleRegistered:
		return join(w.Count("event.after-sale."+string(b.Kind), units(b.Lines)), reasonWords(w, b.Reason))
	case kiosk.SentBack:
		return join(w.Count(id, units(b.Lines)), reasonWords(w, b.Reason))
	case kiosk.UnknownBody:
		return w.Say("event.unknown", look.Vars{"Type": string(b.Type())})
	}
	return w.Say(id)
}

// handedWords says how many units, and what was short or damaged.
func handedWords(w *look.Words, id string, lines []kiosk.Handed) string {
	handed, short, damaged := 0, 0, 0
	for _, h := range lines {
		handed, short, damaged = handed+h.Handed, short+h.Short, damaged+h.Damaged
	}
	out := w.Count(id, handed)
	if short > 0 {
		out = join(out, w.Count("line.short", short))
	}
	if damaged > 0 {
		out = join(out, w.Count("line.damaged", damaged))
	}
	return out
}

// reasonWords is a reason in words; one that this version does not know stays as
// it is.
func reasonWords(w *look.Words, r kiosk.Reason) string {
	for _, known := range kiosk.Reasons() {
		if r == known {
			return w.Say("reason." + string(r))
		}
	}
	return string(r)
}

// meansOf is a way of paying that has a word.
func meansOf(means string) string {
	if means == "cash" || means == "platform-code" {
		return means
	}
	return "other"
}
