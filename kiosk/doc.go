// Package kiosk is the domain of a pickup-point terminal: orders, pickup
// codes, verdicts, events, policy, and the pure rules over them.
//
// # What it decides
//
// A customer shows a pickup code. [ParseCode] turns the scanned text into
// candidates; the store finds the orders they open; [DecideScan] says, for one
// order, the [Verdict] and the event [Body] that must be made durable before
// anybody is told. [DecideConfirm], [DecideReject] and [DecideUndo] do the same
// for what a leader does. [OrderState.Apply] folds events into the derived
// state, and [Check] is the one guard that both the terminal (before it
// records) and HQ (when it settles, see [Settle]) run over every event. There is
// no second rule set for offline use.
//
// # Collecting for somebody
//
// A proxy code (代取码, see kiosk/signedcode) lets somebody collect in the customer's
// place: named lines, within a time, once. It comes into a decision as
// [Context].Proxy. The order's own rules come first; then the code's: used up
// ([Revoked]), too early, expired, by [Moment.Time], and where no time can be told
// the leader decides. A hold remembers what the code allows, so that no more goes
// out when the leader confirms, and whoever stands at the counter next replaces
// it. The handover names the code ([Redeemed].Proxy): until it is undone, no other
// one may, at any terminal that has heard of it, and HQ settles a second one as a
// conflict.
//
// # An order that is not here yet
//
// A voucher is HQ's word, in a signed code, on an order that the set may lack.
// Where it has the order, [DecideScan] decides as by its own code. Where it does
// not, [DecideVoucher] hands all of it over as provisional, within the policy's
// caps; beyond them the leader may confirm. The event names no lines: HQ takes it
// for all that the others leave, and weighs it against them like any handover; a
// terminal does the same ([OrderState.Merge]) until it hears of HQ's word. What went
// out while HQ could not object is counted from the events alone, see [Risk].
//
// # Codes that rotate, and withdrawn ones
//
// A rotating code is good for the step before, its own and the one after, wider by
// how far the clock may be wrong ([Moment.Bounds], at most five minutes); then it
// is a picture that was passed on. So is the plain code of an order whose code
// rotates. Where no time can be told, the leader compares the phone number. A code
// that was typed and a platform's own are not judged: somebody who was told the ten
// digits can collect. [Point].Revoked are codes that HQ withdrew; every kind is
// refused by it, whether the order is here or not.
//
// # What follows a handover, and what does not come about
//
// A customer may report that something is missing ([MissingReported]), rate, and
// ask for an invoice; a leader answers a report by an [AfterSaleRegistered] or
// dismisses it. No unit is paid back twice, none comes back that was not handed
// over, and what was paid back cannot be undone and collected again. Goods that
// nobody collects are [SentBack], and then handed over by nobody. A leader signs
// for deliveries ([GoodsReceived]): from then on the orders of that consignment
// that are on their way count as arrived ([Context].Received), here at once and
// everywhere when HQ has heard of it. [Role.May] says what staff may do.
//
// # Rules of the package
//
// Pure: no clock, no I/O, no randomness. Time, identifiers and keyed hashes
// come in as values. Money is integer fen, instants are UTC with millisecond
// precision, quantities are whole units of a line.
//
// # Clocks
//
// The order of events comes from their sequence, never from a wall clock. A
// [Moment] carries, besides the wall time: the boot, the time since that boot,
// how far the wall can be trusted, and what is known of HQ's clock. What each
// quality of the clock means:
//
//	                     unchecked or synced        suspect
//	too early, expired   judged by the wall         not judged: an order with a term needs the leader
//	age of the set       by the wall                unknown: stale, so orders from StaleValue up need
//	                                                the leader, and codes of nobody are unknown-stale
//	undo window          by the boot clock within one boot, whatever the wall says; else by the
//	                     wall                       by HQ's clock where it is known; else too late
//	resumed answers      by the boot clock within one boot; else by the wall
//	                                                only in the first ten minutes after a boot
//	pauses, time-outs    by the boot clock, in every case
//	business day         the wall's                 HQ's time where it is known ([Moment.Time]);
//	                                                else no day can be told, and HQ decides
//
// A window across boots is open only while both its ends are vouched for, and
// is closed when its beginning lies in the future by more than minutes. The
// business day begins at midnight in the time zone of [Policy]; an order expires
// CollectGrace after CollectBy, which are instants, whatever the zone.
//
// # Limits
//
// A code has at most [MaxCodeBytes] bytes after decoding, an order at most
// [MaxLines] lines, a line at most [MaxQuantity] units.
package kiosk
