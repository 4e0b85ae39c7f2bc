// Package tally keeps the figures of HQ: what each point's business day came to, how
// its orders stand, and what suppliers, leaders and consignments account for. It is
// an hq.Finisher: the figures change in the transaction of what they count, and never
// differ from it.
//
// # What is counted
//
// Nearly all figures are sums over orders: each order, as HQ has it, gives a share of
// some days, by pure functions ([MovesOf] gives the money). When an order changes,
// its old share goes and its new one comes, so that undos, disputes, late events and
// cancellations need no rules of their own. Deliveries and day closes, which concern
// no single order, are counted as HQ settles them, and cases as they are opened.
//
// A share belongs to the business day of the event it comes from: the day of the
// terminal's clock in the point's time zone, and where that clock was not to be
// trusted, the day that HQ keeps with the event. So a past day changes when an
// event of it comes late.
//
// # Time from scan to handover
//
// Events tell of a scan only where it left the order on hold. So the time runs from
// the hold to the leader's handover that closed it: by the boot clock within one
// boot of a terminal, else by wall clocks, where both are trusted. Customers who
// are served at once wait in no figure. Quantiles come from a histogram with eight
// classes an octave and are the upper end of a class, at most an eighth too long; what
// took over an hour counts as an hour.
//
// # Arrivals
//
// A customer arrives with a scan that holds or hands over, or is served by hand, by
// the terminal's clock in the point's time zone. Scans that were refused leave no
// event here.
//
// # How long goods wait
//
// HQ does not keep when an order's goods arrived. They count as waiting since the day
// on which they were expected, else since the order's valid-from, else their age is
// unknown.
//
// # Money
//
// All amounts are fen. The value is of the units that were handed over and count. An
// after-sale on a line is first for its units that were short or damaged, which are
// in no value, and then for units handed over, which it takes off; a return is for
// units handed over alone. See [Settlement] for commission and what a merchant gets.
//
// # Documents
//
// Collections begin with tally/1/. Below day, goods, people and consignments and a
// slash stands the day; each of their documents is of a point. "open" has how a
// point's orders stand; "progress" says how far a store from before was counted
// ([Tally.Rebuild]).
//
// # Limits
//
// Commission is by the point's rate of now, also for past days. A day's figures of a
// point are one document, so pushes of one point wait for each other, as they do for
// its order set. The figures of suppliers over all points read a document for each
// point and day.
package tally
