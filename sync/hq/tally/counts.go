package tally

import (
	"hexiao/kiosk"
)

// Counts are what a point's business day came to.
type Counts struct {
	Orders     int64     `cbor:"1,keyasint,omitempty" json:"orders"`                 // with a handover on that day that counts
	Complete   int64     `cbor:"2,keyasint,omitempty" json:"complete"`               // of Orders, those whose last units went out that day
	Handovers  int64     `cbor:"3,keyasint,omitempty" json:"handovers"`              // that count
	Alone      int64     `cbor:"4,keyasint,omitempty" json:"alone"`                  // of Handovers, by customers alone
	Contested  int64     `cbor:"5,keyasint,omitempty" json:"contested,omitempty"`    // handovers that do not count though nobody undid them
	Undone     int64     `cbor:"6,keyasint,omitempty" json:"undone,omitempty"`       // undos on that day, of handovers of any day
	Held       int64     `cbor:"7,keyasint,omitempty" json:"held,omitempty"`         // scans that waited for the leader
	Units      int64     `cbor:"8,keyasint,omitempty" json:"units"`                  // handed over
	Short      int64     `cbor:"9,keyasint,omitempty" json:"short,omitempty"`        // units, at handovers
	Damaged    int64     `cbor:"10,keyasint,omitempty" json:"damaged,omitempty"`     // units, at handovers
	Missing    int64     `cbor:"11,keyasint,omitempty" json:"missing,omitempty"`     // units that customers missed afterwards
	AfterSales int64     `cbor:"12,keyasint,omitempty" json:"after_sales,omitempty"` // registered
	Returned   int64     `cbor:"13,keyasint,omitempty" json:"returned,omitempty"`    // units that customers brought back
	SentBack   int64     `cbor:"14,keyasint,omitempty" json:"sent_back,omitempty"`   // orders that went back to the merchant
	Received   int64     `cbor:"15,keyasint,omitempty" json:"received,omitempty"`    // units signed for
	Ratings    int64     `cbor:"16,keyasint,omitempty" json:"ratings,omitempty"`     // given
	Invoices   int64     `cbor:"17,keyasint,omitempty" json:"invoices,omitempty"`    // asked for
	Reminders  int64     `cbor:"18,keyasint,omitempty" json:"reminders,omitempty"`   // asked for
	Cases      int64     `cbor:"19,keyasint,omitempty" json:"cases,omitempty"`       // opened, by HQ's clock
	Value      kiosk.Fen `cbor:"20,keyasint,omitempty" json:"value"`                 // of the units handed over
	Refunds    kiosk.Fen `cbor:"21,keyasint,omitempty" json:"refunds,omitempty"`     // value of all after-sales
	Deducted   kiosk.Fen `cbor:"22,keyasint,omitempty" json:"deducted,omitempty"`    // of Refunds, for units that are in a Value
	Cash       kiosk.Fen `cbor:"23,keyasint,omitempty" json:"cash,omitempty"`        // taken
	ByCode     kiosk.Fen `cbor:"24,keyasint,omitempty" json:"by_code,omitempty"`     // paid to the platform's code
	OtherMoney kiosk.Fen `cbor:"25,keyasint,omitempty" json:"other_money,omitempty"` // paid in a way that this version does not know
}

// plus adds other counts n times.
func (c Counts) plus(o Counts, n int64) Counts {
	for _, f := range []struct {
		to   *int64
		from int64
	}{
		{&c.Orders, o.Orders}, {&c.Complete, o.Complete}, {&c.Handovers, o.Handovers}, {&c.Alone, o.Alone},
		{&c.Contested, o.Contested}, {&c.Undone, o.Undone}, {&c.Held, o.Held}, {&c.Units, o.Units},
		{&c.Short, o.Short}, {&c.Damaged, o.Damaged}, {&c.Missing, o.Missing}, {&c.AfterSales, o.AfterSales},
		{&c.Returned, o.Returned}, {&c.SentBack, o.SentBack}, {&c.Received, o.Received}, {&c.Ratings, o.Ratings},
		{&c.Invoices, o.Invoices}, {&c.Reminders, o.Reminders}, {&c.Cases, o.Cases},
	} {
		*f.to += n * f.from
	}
	m := kiosk.Fen(n)
	c.Value += m * o.Value
	c.Refunds += m * o.Refunds
	c.Deducted += m * o.Deducted
	c.Cash += m * o.Cash
	c.ByCode += m * o.ByCode
	c.OtherMoney += m * o.OtherMoney
	return c
}

// Stars are how often each rating was given, 1 to [kiosk.MaxStars]; index 0 is unused.
type Stars [kiosk.MaxStars + 1]int64

func (s Stars) plus(o Stars, n int64) Stars {
	for i := range s {
		s[i] += n * o[i]
	}
	return s
}

// Mean is the average in hundredths of a star, half of one rounded up; 0 without a
// rating.
func (s Stars) Mean() int64 {
	sum, n := int64(0), s.Total()
	for i, c := range s {
		sum += int64(i) * c
	}
	if n == 0 {
		return 0
	}
	return (200*sum + n) / (2 * n)
}

// Total is how many ratings there are.
func (s Stars) Total() (n int64) {
	for _, c := range s {
		n += c
	}
	return n
}

// one gives a single rating; none where the customer gave no such stars.
func one(stars int) (s Stars) {
	if stars > 0 && stars <= kiosk.MaxStars {
		s[stars] = 1
	}
	return s
}

// Goods are what a supplier's goods, or one product of them, came to.
type Goods struct {
	Units      int64     `cbor:"1,keyasint,omitempty" json:"units"`                 // handed over
	Short      int64     `cbor:"2,keyasint,omitempty" json:"short,omitempty"`       // units
	Damaged    int64     `cbor:"3,keyasint,omitempty" json:"damaged,omitempty"`     // units
	Missing    int64     `cbor:"4,keyasint,omitempty" json:"missing,omitempty"`     // units that customers missed afterwards
	AfterSales int64     `cbor:"5,keyasint,omitempty" json:"after_sales,omitempty"` // units
	SentBack   int64     `cbor:"6,keyasint,omitempty" json:"sent_back,omitempty"`   // units that nobody collected
	Value      kiosk.Fen `cbor:"7,keyasint,omitempty" json:"value"`                 // of Units
	Refunds    kiosk.Fen `cbor:"8,keyasint,omitempty" json:"refunds,omitempty"`     // value of AfterSales
	Deducted   kiosk.Fen `cbor:"9,keyasint,omitempty" json:"deducted,omitempty"`    // of Refunds, for units that are in a Value
	// Stars are of the goods in ratings of handovers with such goods, once each.
	Stars Stars `cbor:"10,keyasint,omitzero" json:"stars"`
}

func (g Goods) plus(o Goods, n int64) Goods {
	g.Units += n * o.Units
	g.Short += n * o.Short
	g.Damaged += n * o.Damaged
	g.Missing += n * o.Missing
	g.AfterSales += n * o.AfterSales
	g.SentBack += n * o.SentBack
	m := kiosk.Fen(n)
	g.Value += m * o.Value
	g.Refunds += m * o.Refunds
	g.Deducted += m * o.Deducted
	g.Stars = g.Stars.plus(o.Stars, n)
	return g
}

// Bad is how many units went wrong.
func (g Goods) Bad() int64 { return g.Short + g.Damaged + g.Missing + g.AfterSales }

// Person is what somebody at a point did on a day; the customers who served
// themselves have the empty name.
type Person struct {
	Name      string    `cbor:"1,keyasint,omitempty" json:"by"`           // the leader's id
	Handovers int64     `cbor:"2,keyasint,omitempty" json:"handovers"`    // of that day, whatever became of them
	Undone    int64     `cbor:"3,keyasint,omitempty" json:"undone"`       // of Handovers, by whomever and whenever
	Flawed    int64     `cbor:"4,keyasint,omitempty" json:"flawed"`       // of Handovers, with short or damaged units
	Units     int64     `cbor:"5,keyasint,omitempty" json:"units"`        // handed over, and counted
	Value     kiosk.Fen `cbor:"6,keyasint,omitempty" json:"value"`        // of Units
	Waits     Series    `cbor:"7,keyasint,omitempty" json:"-"`            // from hold to handover, see the package comment
	Service   Stars     `cbor:"8,keyasint,omitzero" json:"service_stars"` // in ratings of that day, of the handovers
	Sales     int64     `cbor:"9,keyasint,omitempty" json:"after_sales"`  // that the person registered
}

func (p Person) plus(o Person, n int64) Person {
	p.Handovers += n * o.Handovers
	p.Undone += n * o.Undone
	p.Flawed += n * o.Flawed
	p.Units += n * o.Units
	p.Value += kiosk.Fen(n) * o.Value
	p.Service = p.Service.plus(o.Service, n)
	p.Sales += n * o.Sales
	for i, c := range o.Waits {
		if c != 0 {
			p.Waits = p.Waits.plus(i, n*c)
		}
	}
	return p
}

func (p Person) empty() bool {
	return p.Handovers == 0 && p.Undone == 0 && p.Flawed == 0 && p.Units == 0 && p.Value == 0 && p.Sales == 0 &&
		p.Service == Stars{} && p.Waits == nil
}

// Consignment is what was wrong with a delivery, of what a day tells: at the
// signature, at handovers, and what customers missed. All in units.
type Consignment struct {
	Name       string `cbor:"1,keyasint,omitempty" json:"consignment"`
	Expected   int64  `cbor:"2,keyasint,omitempty" json:"expected,omitempty"`    // at signatures
	Good       int64  `cbor:"3,keyasint,omitempty" json:"good,omitempty"`        // signed for
	Broken     int64  `cbor:"4,keyasint,omitempty" json:"broken,omitempty"`      // at signatures
	NotThere   int64  `cbor:"5,keyasint,omitempty" json:"not_there,omitempty"`   // at signatures: expected, and not delivered
	Short      int64  `cbor:"6,keyasint,omitempty" json:"short,omitempty"`       // at handovers
	Damaged    int64  `cbor:"7,keyasint,omitempty" json:"damaged,omitempty"`     // at handovers
	Missing    int64  `cbor:"8,keyasint,omitempty" json:"missing,omitempty"`     // missed afterwards
	AfterSales int64  `cbor:"9,keyasint,omitempty" json:"after_sales,omitempty"` // units of after-sales
}

func (c Consignment) plus(o Consignment, n int64) Consignment {
	c.Expected += n * o.Expected
	c.Good += n * o.Good
	c.Broken += n * o.Broken
	c.NotThere += n * o.NotThere
	c.Short += n * o.Short
	c.Damaged += n * o.Damaged
	c.Missing += n * o.Missing
	c.AfterSales += n * o.AfterSales
	return c
}

func (c Consignment) empty() bool { return c == Consignment{Name: c.Name} }

// Bad is how many units went wrong.
func (c Consignment) Bad() int64 {
	return c.Broken + c.NotThere + c.Short + c.Damaged + c.Missing + c.AfterSales
}
