package kiosk

import (
	"fmt"
	"time"
)

// The types of what concerns a day or the terminal as a whole.
const (
	TypeDayClosed       EventType = "day-closed"
	TypeSettingsChanged EventType = "settings-changed"
	TypeConflictNoted   EventType = "conflict-noted"
)

// Day is a business day of a point, as 2006-01-02 in the point's time zone. It
// begins at midnight.
type Day string

// DayOf is the business day of a moment in a point's time zone; false where the
// clocks cannot tell.
func DayOf(at Moment, zone *time.Location) (Day, bool) {
	t, ok := at.Time()
	if !ok {
		return "", false
	}
	return Day(t.In(zone).Format(time.DateOnly)), true
}

// Bounds gives the first instant of the day and the first after it; an error for
// what is no day.
func (d Day) Bounds(zone *time.Location) (from, to time.Time, err error) {
	from, err = time.ParseInLocation(time.DateOnly, string(d), zone)
	if err != nil {
		return from, to, fmt.Errorf("%q is no day like 2026-11-23", string(d))
	}
	return from, from.AddDate(0, 0, 1), nil
}

// DayTotals is what a day at a terminal comes to. Money is in fen.
type DayTotals struct {
	Orders     int `cbor:"1,keyasint,omitempty" json:"orders,omitempty"`   // handovers that stand
	Units      int `cbor:"2,keyasint,omitempty" json:"units,omitempty"`    // handed over
	Alone      int `cbor:"3,keyasint,omitempty" json:"alone,omitempty"`    // of Orders, by customers alone
	Short      int `cbor:"4,keyasint,omitempty" json:"short,omitempty"`    // units
	Damaged    int `cbor:"5,keyasint,omitempty" json:"damaged,omitempty"`  // units
	Undone     int `cbor:"6,keyasint,omitempty" json:"undone,omitempty"`   // handovers undone on that day
	AfterSales int `cbor:"7,keyasint,omitempty" json:"after,omitempty"`    // registered
	Returned   int `cbor:"8,keyasint,omitempty" json:"returned,omitempty"` // units that customers brought back
	Received   int `cbor:"9,keyasint,omitempty" json:"received,omitempty"` // units signed for
	Value      Fen `cbor:"10,keyasint,omitempty" json:"value,omitempty"`   // of the goods handed over
	Cash       Fen `cbor:"11,keyasint,omitempty" json:"cash,omitempty"`    // taken in cash
	ByCode     Fen `cbor:"12,keyasint,omitempty" json:"by_code,omitempty"` // paid to the platform's static code
	Refunds    Fen `cbor:"13,keyasint,omitempty" json:"refunds,omitempty"` // value of the after-sales
	Commission Fen `cbor:"14,keyasint,omitempty" json:"commission,omitempty"`
}

// WholeRate is the rate of all of a value, in ten-thousandths.
const WholeRate = 10_000

// Commission is the leader's share of a value at a rate in ten-thousandths, half
// a fen rounded up.
func Commission(value Fen, rate int) Fen { return (value*Fen(rate) + WholeRate/2) / WholeRate }

// DayClosed is the leader's end of a day (日结): what it came to, how far the
// journal was, and what HQ had not settled by then or settled otherwise.
type DayClosed struct {
	Day     Day       `cbor:"1,keyasint"`
	Totals  DayTotals `cbor:"2,keyasint"`
	Head    Head      `cbor:"3,keyasint"` // of the journal, before this event
	Pending uint64    `cbor:"4,keyasint,omitempty"`
	Differ  uint64    `cbor:"5,keyasint,omitempty"` // entries that HQ settled otherwise
	Counted Fen       `cbor:"6,keyasint,omitempty"` // cash in the drawer, as counted
	By      string    `cbor:"7,keyasint"`
	Note    string    `cbor:"8,keyasint,omitempty"`
}

// SettingsChanged records what somebody changed on the terminal itself.
type SettingsChanged struct {
	By       string    `cbor:"1,keyasint"`
	Settings []Setting `cbor:"2,keyasint"`
}

// Setting is a name of the settings file and its new value, never a secret.
type Setting struct {
	Name  string `cbor:"1,keyasint" json:"name"`
	Value string `cbor:"2,keyasint,omitempty" json:"value,omitempty"`
}

// ConflictNoted keeps what the leader knows of an event that HQ settled
// otherwise than the terminal.
type ConflictNoted struct {
	Event EventID `cbor:"1,keyasint"`
	Note  string  `cbor:"2,keyasint"`
	By    string  `cbor:"3,keyasint"`
}

// Type and Subject of the bodies.
func (DayClosed) Type() EventType       { return TypeDayClosed }
func (SettingsChanged) Type() EventType { return TypeSettingsChanged }
func (ConflictNoted) Type() EventType   { return TypeConflictNoted }

// Subject is empty: it concerns no order.
func (DayClosed) Subject() OrderID { return "" }

// Subject is empty: it concerns no order.
func (SettingsChanged) Subject() OrderID { return "" }

// Subject is empty: what HQ settled otherwise stands in its receipt.
func (ConflictNoted) Subject() OrderID { return "" }

// May reports whether somebody with the role may bring about an event of a type:
// staff hand over, receive and take money; what gives money or goods back, ends
// the day or changes the terminal is the leader's. A role that this version does
// not know may nothing.
func (r Role) May(t EventType) bool {
	switch r {
	case RoleLeader:
		return true
	case RoleStaff:
		switch t {
		case TypeRedemptionUndone, TypeAfterSaleRegistered, TypeReportDismissed, TypeSentBack, TypeDayClosed, TypeSettingsChanged, TypeConflictNoted:
			return false
		}
		return true
	}
	return false
}
