package reconcile

import (
	"time"

	"hexiao/kiosk"
)

// State says what a report comes to.
type State string

// The states.
const (
	StateClean       State = "clean"       // every terminal closed the day, and nothing differs
	StateDifferences State = "differences" // somebody must look
	StateAccepted    State = "accepted"    // somebody looked at every difference, and none has changed since
	StateNotClosed   State = "not-closed"  // nothing differs so far, and a terminal has not closed the day
	StateEmpty       State = "empty"       // nothing happened on the day
)

// Class is the kind of a difference in the words of accounting.
type Class string

// The classes.
const (
	MissingAtHQ       Class = "missing-at-hq"       // a terminal has it, HQ does not
	MissingAtTerminal Class = "missing-at-terminal" // HQ has it, no day close counts it
	Quantity          Class = "quantity"            // both have it, with other units or amounts
	Double            Class = "double"              // the same goods or the same money twice
	Late              Class = "late"                // it came after the day was closed, or after HQ had cancelled
)

// Kind says what exactly differs. The set is closed within a version.
type Kind string

// The kinds, by class.
const (
	KindWithheld     Kind = "withheld"      // an event that did not get through: HQ has its place alone
	KindUnreadable   Kind = "unreadable"    // an event that HQ cannot read
	KindUnknownOrder Kind = "unknown-order" // an event about an order that HQ does not have at the point
	KindHeadBeyond   Kind = "head-beyond"   // the close counts events beyond HQ's head
	KindHeadOther    Kind = "head-other"    // the close names another journal than HQ's
	KindClaimsMore   Kind = "claims-more"   // the close counts what no event at HQ tells of

	KindNotCounted Kind = "not-counted" // an event that the close leaves out
	KindClaimsLess Kind = "claims-less" // the close counts less than its events come to
	KindNoDay      Kind = "no-day"      // an event that the terminal counts on no day, as its clock could not be trusted

	KindClaimsOther Kind = "claims-other"      // the close counts more of one thing and less of another
	KindPrices      Kind = "prices"            // units agree, their value does not
	KindRejected    Kind = "rejected"          // an event that breaks the rules
	KindOtherwise   Kind = "counted-otherwise" // HQ counts an event otherwise than the close
	KindDrawer      Kind = "drawer"            // the drawer does not hold the cash that was taken
	KindUnpaid      Kind = "unpaid"            // handed over, and not all paid that was due
	KindOverpaid    Kind = "overpaid"          // more was paid than was due
	KindPaidNothing Kind = "paid-not-handed"   // paid, and nothing handed over stands
	KindShort       Kind = "short-at-counter"  // short or damaged at the handover, and not paid back
	KindSold        Kind = "after-sale-over"   // paid back more than was handed over
	KindDelivery    Kind = "delivery"          // the delivery is not what the orders add up to
	KindOverHanded  Kind = "handed-over-more"  // handed over more of a delivery than was signed for as good
	KindLostAtPoint Kind = "lost-at-point"     // signed for as good, and short or damaged at the counter
	KindHandedTwice Kind = "handed-twice"      // two handovers of one unit
	KindPaidTwice   Kind = "paid-twice"        // a payment of what was paid already
	KindRepeated    Kind = "repeated"          // an event that stands in the books already
	KindAfterClose  Kind = "after-close"       // it came after the last close of its terminal
	KindUndoneLater Kind = "undone-later"      // counted by the close, and undone since or elsewhere
	KindAfterCancel Kind = "after-cancel"      // handed over after HQ had cancelled or refunded
)

// Action is what to do about a difference, for programs; the difference's other
// fields say to what.
type Action string

// The actions.
const (
	ActFetchJournal  Action = "fetch-journal"  // look the event up at the terminal, or import its exported journal
	ActFindOrder     Action = "find-order"     // import the order, or find whose it is
	ActCheckTerminal Action = "check-terminal" // a copied or edited journal: look at the machine
	ActCloseAgain    Action = "close-again"    // have the terminal close the day once more
	ActCheckClock    Action = "check-clock"    // and count the event by hand
	ActDecideCase    Action = "decide-case"    // hq conflicts settle
	ActCharge        Action = "charge"         // the goods went out twice: ask for them back, or book the loss
	ActPayBack       Action = "pay-back"       // Amount to the customer
	ActCollect       Action = "collect"        // Amount from the customer
	ActCountAgain    Action = "count-again"    // the drawer, or the shelf
	ActClaimSupplier Action = "claim-supplier" // Units of Amount from Supplier
	ActBookLoss      Action = "book-loss"      // at the point
	ActReview        Action = "review"         // look at both sides, then accept with a note
	ActAccept        Action = "accept"         // nothing else to do
)

// Words is a sentence in both languages.
type Words struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In gives the sentence in English or, by default, in Chinese.
func (w Words) In(english bool) string {
	if english {
		return w.EN
	}
	return w.ZH
}

// Evidence is one side of a difference: an event as HQ has it.
type Evidence struct {
	Terminal kiosk.TerminalID `cbor:"1,keyasint,omitempty" json:"terminal"`
	Seq      uint64           `cbor:"2,keyasint,omitempty" json:"seq"`
	Event    kiosk.EventID    `cbor:"3,keyasint,omitzero" json:"event,omitzero"`
	Type     kiosk.EventType  `cbor:"4,keyasint,omitempty" json:"type,omitempty"`
	At       time.Time        `cbor:"5,keyasint,omitzero" json:"at,omitzero"` // by the terminal's clock
	// When it can have been by HQ's clock; absent: nobody can tell.
	Earliest time.Time        `cbor:"6,keyasint,omitzero" json:"earliest,omitzero"`
	Latest   time.Time        `cbor:"7,keyasint,omitzero" json:"latest,omitzero"`
	Heard    time.Time        `cbor:"8,keyasint,omitzero" json:"heard,omitzero"` // when HQ heard of it
	Settled  kiosk.Settlement `cbor:"9,keyasint,omitempty" json:"settled,omitempty"`
	Units    int              `cbor:"10,keyasint,omitempty" json:"units,omitempty"`
	Amount   kiosk.Fen        `cbor:"11,keyasint,omitempty" json:"amount,omitempty"`
}

// Difference is one thing that the two sides do not have alike.
type Difference struct {
	// ID names it in all versions of the day's report.
	ID       string           `cbor:"1,keyasint" json:"id"`
	Class    Class            `cbor:"2,keyasint" json:"class"`
	Kind     Kind             `cbor:"3,keyasint" json:"kind"`
	Action   Action           `cbor:"4,keyasint" json:"action"`
	Terminal kiosk.TerminalID `cbor:"5,keyasint,omitempty" json:"terminal,omitempty"`
	Order    kiosk.OrderID    `cbor:"6,keyasint,omitempty" json:"order,omitempty"`
	Line     kiosk.LineID     `cbor:"7,keyasint,omitempty" json:"line,omitempty"`
	// Of a delivery.
	Consignment string `cbor:"8,keyasint,omitempty" json:"consignment,omitempty"`
	Product     string `cbor:"9,keyasint,omitempty" json:"product,omitempty"`
	Spec        string `cbor:"10,keyasint,omitempty" json:"spec,omitempty"`
	Supplier    string `cbor:"11,keyasint,omitempty" json:"supplier,omitempty"`
	// Units and Amount, in fen, are what it is about; negative: too much of it.
	Units  int        `cbor:"12,keyasint,omitempty" json:"units,omitempty"`
	Amount kiosk.Fen  `cbor:"13,keyasint,omitempty" json:"amount,omitempty"`
	Sides  []Evidence `cbor:"14,keyasint,omitempty" json:"sides,omitempty"`
	// Effect is what leads from the terminals' closes to what HQ counts: HQ's less
	// theirs.
	Effect kiosk.DayTotals `cbor:"15,keyasint,omitzero" json:"effect,omitzero"`
	// Uncertain: a clock that could not be trusted has a part in it.
	Uncertain bool `cbor:"16,keyasint,omitempty" json:"uncertain,omitempty"`
	// Together: Effect and Amount are those of this event and of others like it, which
	// nobody can tell apart.
	Together bool `cbor:"17,keyasint,omitempty" json:"together,omitempty"`

	// What follows is filled in when a report is read.
	Says     Words  `cbor:"-" json:"says"`
	Proposal Words  `cbor:"-" json:"proposal"`
	Notes    []Note `cbor:"-" json:"notes,omitempty"`
	Accepted bool   `cbor:"-" json:"accepted,omitempty"` // as it is now
}

// Note is what somebody said of a difference.
type Note struct {
	By     string    `cbor:"1,keyasint" json:"by"`
	At     time.Time `cbor:"2,keyasint" json:"at"` // HQ's clock
	Text   string    `cbor:"3,keyasint" json:"text"`
	Accept bool      `cbor:"4,keyasint,omitempty" json:"accept,omitempty"` // it may stay as it is
	// Of is what the difference came to then, see [Difference.fingerprint].
	Of string `cbor:"5,keyasint" json:"-"`
}

// TerminalRow is a terminal's day as both sides have it.
type TerminalRow struct {
	ID   kiosk.TerminalID `cbor:"1,keyasint" json:"terminal"`
	Name string           `cbor:"2,keyasint,omitempty" json:"name,omitempty"`
	Head kiosk.Head       `cbor:"3,keyasint" json:"head"` // HQ's
	// Closes is how often the day was closed there; the last one counts. Closed is
	// when HQ heard of that, Until the head that it names, By the leader's id.
	Closes int        `cbor:"4,keyasint,omitempty" json:"closes"`
	Closed time.Time  `cbor:"5,keyasint,omitzero" json:"closed,omitzero"`
	Until  kiosk.Head `cbor:"6,keyasint,omitzero" json:"until,omitzero"`
	By     string     `cbor:"7,keyasint,omitempty" json:"by,omitempty"`
	Events int        `cbor:"8,keyasint,omitempty" json:"events"` // of the day, at HQ
	// Claimed is what the last close says, Counted what HQ counts of the day.
	Claimed kiosk.DayTotals `cbor:"9,keyasint,omitzero" json:"claimed"`
	Counted kiosk.DayTotals `cbor:"10,keyasint,omitzero" json:"counted"`
	Effect  kiosk.DayTotals `cbor:"11,keyasint,omitzero" json:"effect,omitzero"` // of the differences
	Drawer  kiosk.Fen       `cbor:"12,keyasint,omitempty" json:"drawer"`         // cash as counted
	// Uncertain is how many events were placed on the day by HQ's clock.
	Uncertain int `cbor:"13,keyasint,omitempty" json:"uncertain,omitempty"`
	// Doubtful: HQ has quarantined its journal, or it lacks events that HQ has.
	Doubtful bool `cbor:"14,keyasint,omitempty" json:"doubtful,omitempty"`
}

// Balance leads from the closes to HQ: Claimed + Open + Effect + Rest = Counted, in
// every field. Where Rest is not zero the totals do not add up, by so much.
type Balance struct {
	Claimed kiosk.DayTotals `cbor:"1,keyasint,omitzero" json:"claimed"`
	Open    kiosk.DayTotals `cbor:"2,keyasint,omitzero" json:"open"` // of terminals that have not closed
	Effect  kiosk.DayTotals `cbor:"3,keyasint,omitzero" json:"effect"`
	Rest    kiosk.DayTotals `cbor:"4,keyasint,omitzero" json:"rest"`
	Counted kiosk.DayTotals `cbor:"5,keyasint,omitzero" json:"counted"`
}

// Report is what reconciling a day at a point came to.
type Report struct {
	Point       kiosk.PointID `cbor:"1,keyasint" json:"point"`
	Name        string        `cbor:"2,keyasint,omitempty" json:"name,omitempty"`
	Day         kiosk.Day     `cbor:"3,keyasint" json:"day"`
	Made        time.Time     `cbor:"4,keyasint" json:"made"`    // HQ's clock
	Version     int           `cbor:"5,keyasint" json:"version"` // grows when it says something else
	State       State         `cbor:"6,keyasint" json:"state"`
	Terminals   []TerminalRow `cbor:"7,keyasint,omitempty" json:"terminals"`
	Balance     Balance       `cbor:"8,keyasint" json:"balance"`
	Goods       []GoodsRow    `cbor:"9,keyasint,omitempty" json:"goods,omitempty"`
	Differences []Difference  `cbor:"10,keyasint,omitempty" json:"differences"`
	More        int           `cbor:"11,keyasint,omitempty" json:"more,omitempty"` // differences beyond the most that are kept
	Due         kiosk.Fen     `cbor:"12,keyasint,omitempty" json:"due"`            // what the orders handed over on the day had to pay at pickup
	Paid        kiosk.Fen     `cbor:"13,keyasint,omitempty" json:"paid"`           // of it, on whatever day

	Zone string `cbor:"14,keyasint,omitempty" json:"zone,omitempty"` // of the point, by its IANA name

	// Entries are the day's events with both sides' word; not kept with the report.
	Entries []EntryRow `cbor:"-" json:"entries,omitempty"`
}

// EntryRow is an event of the day with what each side counts of it.
type EntryRow struct {
	Evidence
	Order     kiosk.OrderID   `json:"order,omitempty"`
	By        string          `json:"by,omitempty"` // the leader's id
	Claimed   kiosk.DayTotals `json:"claimed,omitzero"`
	Counted   kiosk.DayTotals `json:"counted,omitzero"`
	Closed    bool            `json:"closed"`              // the last close covers it
	Uncertain bool            `json:"uncertain,omitempty"` // its day is HQ's word
	// Difference names the difference that it is a side of.
	Difference string `json:"difference,omitempty"`
}

// GoodsRow is a product of a delivery, over all days.
type GoodsRow struct {
	Consignment string `cbor:"1,keyasint" json:"consignment"`
	Product     string `cbor:"2,keyasint" json:"product"`
	Spec        string `cbor:"3,keyasint,omitempty" json:"spec,omitempty"`
	Supplier    string `cbor:"4,keyasint,omitempty" json:"supplier,omitempty"`
	Signed      bool   `cbor:"5,keyasint,omitempty" json:"signed"` // somebody signed for the delivery
	Expected    int    `cbor:"6,keyasint,omitempty" json:"expected"`
	Good        int    `cbor:"7,keyasint,omitempty" json:"good"`
	Damaged     int    `cbor:"8,keyasint,omitempty" json:"damaged"` // when it came
	Handed      int    `cbor:"9,keyasint,omitempty" json:"handed"`
	Lost        int    `cbor:"10,keyasint,omitempty" json:"lost"` // short or damaged at the counter
	SentBack    int    `cbor:"11,keyasint,omitempty" json:"sent_back"`
	Waiting     int    `cbor:"12,keyasint,omitempty" json:"waiting"` // that customers are still to have
}

// Left is how many good units should still be at the point; negative: more went
// out than came.
func (g GoodsRow) Left() int { return g.Good - g.Handed - g.SentBack }
