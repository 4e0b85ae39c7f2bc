package desk

import (
	"time"

	"hexiao/kiosk"
)

// Books is what the leader's screens read: the orders as they stand, found and
// counted. All of it comes from memory and is given at once, for 100,000 orders
// within a tenth of a second. What is written goes through the [Ledger].
//
// Implementations are safe for several goroutines. Times are instants; the desk
// brings them to the point's zone.
type Books interface {
	// Tally counts the point's orders and what was handed over on the day of at.
	Tally(at kiosk.Moment) Tally
	// Find gives the orders that a query means, what was typed best first.
	Find(q Query, at kiosk.Moment) Found
	// File gives all that is known of an order; false: it is not in the set.
	File(id kiosk.OrderID) (File, bool)
	// Consignments gives the deliveries of the orders in the set, those that nobody
	// signed for first, then the latest.
	Consignments() []Consignment
	// Conflicts gives the events that HQ settled otherwise, and the handovers of the
	// point's orders that contradict each other, the latest first.
	Conflicts() ([]Conflict, error)
	// DayBook gives the events of a business day at this terminal, in their order.
	DayBook(day kiosk.Day) (DayBook, error)
}

// Tally is today at a glance. Orders count once.
type Tally struct {
	Known      bool // false: the books are still being opened
	ToCollect  int
	Collected  int // today
	Overdue    int
	Exceptions int     // open reports, and orders with short or damaged units today
	Conflicts  int     // open ones
	Consigned  int     // consignments that nobody signed for
	Hours      [24]int // handovers of today by hour of the day
}

// Filter is which orders a [Query] means.
type Filter string

// The filters.
const (
	FilterToCollect Filter = "to-collect" // at the point, with something left
	FilterCollected Filter = "collected"  // handed over today
	FilterOverdue   Filter = "overdue"    // past their collect-by time
	FilterReported  Filter = "reported"   // a report is open, or units were short or damaged today
	FilterAll       Filter = "all"
)

// Query is what a leader looks for.
type Query struct {
	// Text is typed: a pickup number, the end of a phone number, a name in
	// characters or pinyin (in full, or initials), a product's name in either, an
	// order's number. Empty: all.
	Text   string
	Filter Filter
	Limit  int // of the entries that are given
}

// Found is what was found.
type Found struct {
	Entries []Entry
	Total   int // also those beyond the limit
}

// Entry is an order in a list.
type Entry struct {
	ID           kiosk.OrderID
	Status       kiosk.Status
	PickupNumber string
	Shelf        string
	Customer     kiosk.Masked
	Products     []string // names of the lines
	Units, Left  int      // ordered; still to be handed over
	Due          kiosk.Fen
	Held         bool
	Reports      int       // open ones
	Collected    time.Time // latest handover that stands; zero: none
	CollectBy    time.Time
	Reminders    int
	RemindedAt   time.Time
	SentBack     bool
	Arrived      bool // at the point, by HQ's word or a signature here
}

// File is all that is known of an order.
type File struct {
	Entry
	Order   kiosk.Order
	State   kiosk.OrderState
	History []Happening // the earliest first
}

// Happening is something that happened to an order, from the journal or, for
// other terminals' handovers, from HQ.
type Happening struct {
	At       time.Time
	Terminal kiosk.TerminalID
	Event    kiosk.EventID
	Seq      uint64 // 0: of another terminal
	Body     kiosk.Body
	// Settled is HQ's verdict; empty: HQ has not said.
	Settled kiosk.Settlement
}

// Consignment is a delivery as the orders of the set make it up.
type Consignment struct {
	ID         string
	ExpectedAt time.Time // the earliest of its orders; zero: not known
	Orders     int
	Lines      []ConsignmentLine
	SignedAt   time.Time // latest signature here; zero: none
	SignedBy   string
}

// ConsignmentLine is a product of a delivery.
type ConsignmentLine struct {
	Product, Spec, Unit, Supplier string
	Barcodes                      []string
	Expected                      int // units that the orders add up to
	Good, Damaged                 int // signed for so far
}

// Conflict is an event that HQ settled otherwise than this terminal, or a handover
// that contradicts another one.
type Conflict struct {
	Happening
	Order   kiosk.OrderID
	Entry   Entry              // of the order, if it is in the set
	Against []kiosk.Redemption // what stands against it at HQ
	Value   kiosk.Fen          // of the goods of the event
	Notes   []Happening        // kiosk.ConflictNoted
	// Dispute is HQ's decision about handovers that contradict each other; nil: it
	// told of none.
	Dispute *kiosk.Dispute
	Open    bool // HQ has not decided, or nobody here noted what became of the goods
}

// DayBook is a business day at this terminal.
type DayBook struct {
	Day     kiosk.Day
	Totals  kiosk.DayTotals
	Entries []DayEntry
	Head    kiosk.Head
	Pending uint64 // entries that HQ has not settled
	Differ  uint64 // entries that it settled otherwise
	Closed  *Happening
}

// DayEntry is an event of a day beside HQ's word on it.
type DayEntry struct {
	Happening
	PickupNumber string
	Value        kiosk.Fen
}
