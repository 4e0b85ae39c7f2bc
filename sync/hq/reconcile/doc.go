// Package reconcile compares, for each point and business day, what its terminals
// say with what HQ has (自动对账): entry by entry, and in fen.
//
// # What is matched
//
// Journals: the last day close (日结) of each terminal against the events that HQ
// has of it, recounted by the rules of the terminal's own day book, up to the head
// that the close names. Handovers, against the orders' states: which count, which
// contradict each other. Payments, against what the orders had to pay at pickup and
// the drawer as it was counted. After-sales, against what was handed over. Deliveries,
// against the orders that name them: expected, signed for, handed over, left.
//
// [Match] does this on values alone. Each difference has a class (missing at HQ,
// missing at the terminal, quantity, double, late), its evidence, what is proposed,
// in words and as an action, and its effect: what leads from the terminals' totals to
// HQ's. The report's [Balance] adds all up; where something remains it says so.
//
// What a terminal had heard from HQ when it closed is not recorded. A handover that
// was contested, or undone elsewhere, may stand in the close as it was recorded or as
// HQ counts it; the reading that makes the close add up is taken.
//
// # When
//
// [Watch] is HQ's observer: a close, an event of an earlier day and a decision about a
// dispute put the day onto a queue of documents. [Runner] works that queue, one
// server at a time a day, puts every point's last day onto it at a set hour of the
// point's zone, and looks again at days of today and yesterday whose point has
// changed since they were closed. [Books.Reconcile] makes a report at once. Pushes
// never wait for any of this.
//
// A report that says something else than the one before becomes a new version; the
// last few are kept. What somebody said of a difference stays with it, and what was
// accepted is open again when it comes to something else.
//
// # Limits
//
// A day is read in pages, in transactions of their own: a report made while events
// come may be out of date, and is made again when that is noticed. A withheld event
// is looked for among the events between the day's first and last at its terminal,
// and on the day when HQ heard of its place. A day in memory takes about two kilobytes
// an event. A point's orders are read in full where the day had to do with a delivery
// that somebody signed for. Signatures and closes from before this package was there
// are found on the day itself and the next one alone. Of a terminal at most
// 12 handovers are tried out either way. A report keeps 1,000 differences. Money that
// went back to customers is known as asked for, not as paid.
//
// Reports name orders, lines and leaders' ids; never a customer, a phone or a code.
package reconcile
