// Package books is the leader's index: all orders of the point in memory, found by
// what a shopkeeper types and counted without counting, and what the journal and
// HQ's verdicts tell of days, deliveries and conflicts. [Index] is a desk.Books.
//
// # Where it comes from
//
// Nothing here is the truth. Orders and states come from a [Source], the
// terminal's store, and the store tells the index what changed: [Index.Recorded],
// [Index.Changed], [Index.Settled], [Index.Replaced]. These only take a note and
// return, for they are called from within handovers. The index then reads the
// order again from the source. [Index.Work] does that beside the desk, and builds
// the whole index after [Index.Open] or when the set was exchanged. A reading
// method first brings in whatever was recorded, so that leaders see at once what
// they did; of other changes it brings in a few, and leaves a sync of thousands
// to Work. Until the first building has ended Tally.Known is false and lists are
// incomplete.
//
// # What is kept of an order
//
// Its numbers, lines and blind indexes, the first character of the customer's name
// and the last digits of the phone; the rest is read when an order is shown.
// 100,000 orders of three lines take some 30 MB. [Index.Clear] forgets all of it.
//
// # How orders are found
//
// Text is compared without regard to case, width and, for numbers, signs between
// the digits. In this order: a pickup number or order number as typed; the end of a
// phone number (two to four digits, or a whole number of eleven); a name in
// characters, or its pinyin in full or by initials; the beginning of a pickup
// number; the surname; a part of the order number; a product, by a part of its
// name, the beginning of its pinyin, or of its initials. Names are known by blind
// indexes alone: in characters or pinyin a name must be typed whole, but for the
// surname. Orders that match alike come by pickup number; those collected today
// by the latest, overdue ones by the longest.
//
// # Days
//
// A business day is kiosk.DayOf of the event. What happened by a clock that was
// not to be trusted counts to the day of HQ's clock where that was known, else to
// no day. Today's figures tell of the point's orders, whichever terminal handed
// them over; a [desk.DayBook] of this terminal's journal alone. A handover that is
// undone, even on a later day, no longer stands in the totals of its day: what a
// day came to when it was closed stands in its kiosk.DayClosed.
//
// # Deliveries
//
// A consignment is the sum of the orders that name it, but for cancelled and
// refunded ones, by product, specification and supplier. Signatures count whole:
// the first makes all its orders arrive, even if more is still to come.
//
// # Limits
//
// An order that left the set has no pickup number and no prices here: its events
// count in a day book, their value does not. The journal is read once at opening,
// from its beginning. One set of a point; not for several points.
package books
