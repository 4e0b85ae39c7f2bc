package desk

import (
	"time"

	"hexiao/kiosk"
)

// Ledger is what the desk needs of the terminal's store. Every method that
// records returns only after the event is on disk; an error means that the
// outcome is unknown and the terminal is out of order until the store has
// reopened and re-read its files.
//
// Implementations are safe for several goroutines and run the rules of package
// kiosk under one lock. They pass the contract suite in kiosk/kiosktest.
type Ledger interface {
	// Redeem answers a scanned text. Of the orders that it opens only those in
	// Scan.Only are handed over or held, if it names any.
	Redeem(scan Scan) (Answer, error)
	// Peek gives the answer that Redeem would give, and records nothing.
	Peek(scan Scan) (Answer, error)
	// Opens names the orders that a text opens here, whatever the answer would be; none for
	// what is no code or nobody's. It records nothing and changes nothing.
	Opens(text string) ([]kiosk.OrderID, error)
	// Confirm hands over a held order by a leader's word. When HQ changed the
	// order meanwhile so that it must not go out, the answer is that refusal.
	Confirm(at kiosk.Moment, order kiosk.OrderID, c kiosk.Confirmation) (Answer, error)
	// HandOver hands over an order by a leader's hand, without its code.
	HandOver(at kiosk.Moment, order kiosk.OrderID, c kiosk.Confirmation) (Answer, error)
	// Reject opens a held order again; by is empty when the customer cancelled.
	Reject(at kiosk.Moment, order kiosk.OrderID, by string) error
	// Undo compensates a redemption.
	Undo(at kiosk.Moment, order kiosk.OrderID, redemption kiosk.EventID, by kiosk.Leader, reason string) error
	// Record appends an event that no other method brings about: a sign-in, an
	// after-sale, a signature. kiosk.Check's errors are its own.
	Record(at kiosk.Moment, body kiosk.Body) error
	// Attempts gives what all recorded events say of failed attempts, those of
	// earlier runs too.
	Attempts() kiosk.Attempts
	// Point gives the point's settings as HQ last sent them.
	Point() kiosk.Point
	// Status says how much is stored and how fresh it is.
	Status() Status
}

// Scan is a text that a scanner read or somebody typed.
type Scan struct {
	Text   string
	Also   []string        // the other texts in the same view
	Held   []string        // of Text and Also: in sight since an earlier scan
	Only   []kiosk.OrderID // of the orders that it opens; nil: all
	Source string          // "camera", "serial", "wedge", "stdin", "typed"
	At     kiosk.Moment
}

// Answer is what came of a scan. A code may open several orders of a customer:
// each has its outcome, and the verdict of the whole is the best of them.
type Answer struct {
	Verdict  kiosk.Verdict
	Outcomes []kiosk.Outcome // never empty; codes that open no order have one without an order
	Cache    kiosk.Cache
	Several  bool // busy: different codes are in view, and one of them should be shown alone
}

// Given reports whether there is an answer: a scan in which nothing is new has none.
func (a Answer) Given() bool { return a.Verdict != "" }

// Status is what the header and the technician are told.
type Status struct {
	Cache    kiosk.Cache
	Orders   int    // in the cache
	Expected int    // that HQ says there are
	Refused  int    // orders of the cache that HQ has no more, without saying that it means so many to go
	Unsent   uint64 // events that HQ has not acknowledged
	Conflict int    // events that HQ settled otherwise
	Head     uint64 // sequence of the last event
	Disk     error  // why nothing can be recorded; nil: all is well
	Fault    Fault  // the same for the screen; without a code it is FaultDisk
}

// NewAnswer puts the outcomes of one scan together: accepted if any is, then
// the leader's verdicts, then the first refusal.
func NewAnswer(cache kiosk.Cache, outcomes ...kiosk.Outcome) Answer {
	a := Answer{Outcomes: outcomes, Cache: cache}
	rank := func(v kiosk.Verdict) int {
		switch {
		case v == kiosk.Accepted, v == kiosk.Provisional:
			return 0
		case v.ForLeader():
			return 1
		}
		return 2
	}
	for i, o := range outcomes {
		if i == 0 || rank(o.Verdict) < rank(a.Verdict) {
			a.Verdict = o.Verdict
		}
	}
	return a
}

// age is how long ago the cache was confirmed.
func (s Status) age(now time.Time) time.Duration {
	if s.Cache.AsOf.IsZero() {
		return 0
	}
	return max(0, now.Sub(s.Cache.AsOf))
}
