package desk

import (
	"maps"
	"slices"

	"hexiao/kiosk"
)

// Counts is what was counted of deliveries and not signed for yet, by consignment and
// Product.Key. It names goods and nobody.
type Counts map[string]map[string]Count

// Count is what was counted of a product, in units.
type Count struct {
	Good    int          `json:"good"`
	Damaged int          `json:"damaged,omitempty"`
	Reason  kiosk.Reason `json:"reason,omitempty"` // of what is short or damaged; empty: none was given
}

// Keep hands what was counted to Options.KeepCounts if that changed. Tick does so, too;
// it is for the program's end.
func (d *Desk) Keep() { d.keep("") }

// keep is Keep without a consignment that is about to be signed for: were it kept until
// after, a crash between the two would leave goods counted that were signed for
// already. What cannot be signed for is kept again by the next Tick.
func (d *Desk) keep(but string) {
	if d.o.KeepCounts == nil {
		return
	}
	now := d.receive.counts.but(but)
	if maps.EqualFunc(now, d.receive.kept, maps.Equal[map[string]Count, map[string]Count]) {
		return
	}
	d.receive.kept = now
	d.o.KeepCounts(now)
}

// but copies the counts without those of a consignment, and without empty ones.
func (c Counts) but(consignment string) Counts {
	out := Counts{}
	for id, products := range c {
		if id != consignment && len(products) > 0 {
			out[id] = maps.Clone(products)
		}
	}
	return out
}

// sound copies what can have been counted.
func (c Counts) sound() Counts {
	out := c.but("")
	for _, products := range out {
		maps.DeleteFunc(products, func(_ string, n Count) bool {
			return n.Good < 0 || n.Good > mostCounted || n.Damaged < 0 || n.Damaged > mostCounted ||
				n.Reason != "" && !slices.Contains(kiosk.Reasons(), n.Reason)
		})
	}
	return out
}
