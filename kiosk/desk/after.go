package desk

import (
	"slices"
	"time"

	"hexiao/kiosk"
)

// Doors from Accepted, and what its screens share.
const (
	TapReport  Action = "report"  // Accepted: something is missing
	TapRate    Action = "rate"    // Accepted: rate the handover
	TapInvoice Action = "invoice" // Accepted: ask for an invoice
	TapSend    Action = "send"    // Missing, Rate, Invoice: record it
)

// leastRest is how long Accepted stays at least when somebody comes back to it.
const leastRest = 5 * time.Second

// Way is a way on from Accepted.
type Way string

// The ways' conditions.
const (
	WayNone Way = ""     // not offered
	WayOpen Way = "open" // offered
	WayGone Way = "gone" // the customer has been there, and it is recorded
)

// Ways are what Accepted offers besides taking the goods.
type Ways struct {
	Missing, Rate, Invoice Way
}

// customer is what the customer's screens know, each as long as it is up. Its
// slices are never changed in place, so that a copy keeps what was.
type customer struct {
	asking   asking
	choosing choosing
	missing  missing
	rating   rating
	invoice  invoicing
}

// leave forgets what the screens know that are not up.
func (c *customer) leave(up Screen) {
	if up != Asking {
		c.asking = asking{}
	}
	if up != Choose {
		c.choosing = choosing{}
	}
	if up != Missing {
		c.missing = missing{}
	}
	if up != Rate {
		c.rating = rating{}
	}
	if up != Invoice {
		c.invoice = invoicing{}
	}
}

// after is what is known of the customer whose goods were just handed over. It
// goes with the answer.
type after struct {
	rest                      time.Duration // of Accepted's time when it was left
	lasts                     time.Duration
	reported, rated, invoiced bool
	left                      []kiosk.OrderID // that the customer did not want to take along
}

// followsAccepted reports whether a screen is one that Accepted leads to.
func (s Screen) followsAccepted() bool { return s == Missing || s == Rate || s == Invoice }

// handed gives the outcomes of the answer that are handovers.
func (d *Desk) handed() []kiosk.Outcome {
	return slices.DeleteFunc(slices.Clone(d.answer.Outcomes), func(o kiosk.Outcome) bool {
		return o.Verdict != kiosk.Accepted || o.Event.IsZero()
	})
}

// ways says what Accepted offers.
func (d *Desk) ways() Ways {
	if len(d.handed()) == 0 {
		return Ways{}
	}
	way := func(offered, gone bool) Way {
		switch {
		case gone:
			return WayGone
		case offered:
			return WayOpen
		}
		return WayNone
	}
	p := d.policy()
	// The invoice is the customer's matter, not of somebody who collects for them.
	proxy := slices.ContainsFunc(d.handed(), func(o kiosk.Outcome) bool { return o.Proxy != nil })
	return Ways{
		Missing: way(true, d.after.reported), Rate: way(!p.NoRating, d.after.rated), Invoice: way(!p.NoInvoice && !proxy, d.after.invoiced),
	}
}

// tapAccepted opens a screen that follows.
func (d *Desk) tapAccepted(a Action, at kiosk.Moment) {
	w := d.ways()
	way, open := map[Action]Way{TapReport: w.Missing, TapRate: w.Rate, TapInvoice: w.Invoice}[a],
		map[Action]func(kiosk.Moment){TapReport: d.openMissing, TapRate: d.openRate, TapInvoice: d.openInvoice}[a]
	if way != WayOpen || open == nil {
		return
	}
	d.after.rest, d.after.lasts = d.closes-at.Mono, d.lasts
	open(at)
}

// stay keeps a screen of the customer's up for another idle time.
func (d *Desk) stay(at kiosk.Moment) { d.open(d.screen, at, d.policy().IdleTime) }

// toAccepted goes back to the answer for as long as it had left.
func (d *Desk) toAccepted(at kiosk.Moment) {
	d.open(Accepted, at, d.after.lasts)
	d.closes = at.Mono + max(d.after.rest, leastRest)
	d.lasts = max(d.lasts, leastRest)
}

// tell records what a customer says of the handovers; false: it could not be.
// What the rules refuse, such as a second rating, changes nothing and is not
// worth an alarm: the customer has gone on.
func (d *Desk) tell(at kiosk.Moment, bodies ...kiosk.Body) bool {
	for _, b := range bodies {
		if err := d.o.Ledger.Record(at, b); err != nil && !ruled(err) {
			d.fail()
			return false
		}
	}
	return true
}
