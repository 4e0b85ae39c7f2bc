// Package hq is the reference platform: what terminals talk to by the contract
// in sync/wire, and what an operator asks for through [HQ.AdminHandler].
//
// # What it does
//
// It keeps points, terminals, orders with their codes, and every event that a
// terminal ever pushed. [HQ.Import] takes orders in and issues their codes;
// [HQ.Push] checks a terminal's chain and settles its events by kiosk.Settle,
// the rules that the terminal itself ran; [HQ.Handler] serves the contract. A
// batch is settled and acknowledged in one transaction of the [Store].
//
// # Versions and cursors
//
// Each point counts its changes. An order that changes gets the next number as
// its version; the point keeps the count and digest of its set in the same
// transaction. A cursor names a point's set and a place in it: an order id
// while the full set is loaded (together with the change number it began at),
// a change number afterwards. A cursor of another set, or of a later state than
// the store is in (it was restored from a backup), has expired.
//
// # Streams that are followed
//
// A terminal may keep its stream of orders open. A committed change wakes those who
// follow its point; for what another HQ over the same store committed, the store
// is asked once a second ([Store] Touched). A terminal has one such stream, an
// HQ at most 10,000; who does not take a page within two minutes loses the
// connection. [HQ.EndStreams] ends them all, so that a server can end.
//
// A set of which a fifth goes is taken by terminals only after [HQ.Purge].
//
// # Settlement
//
// An accepted redemption goes back into the order and so to the point's other
// terminals. Handovers that contradict each other are all kept in the order's
// state, and weighed anew with each that comes (kiosk.Settle): the earlier one
// counts where the clocks of both are certain of it, else the one that HQ heard of
// first until a person decides ([HQ.SettleCase]). What came of each goes down with
// the order as a kiosk.Dispute, so that the terminal whose handover was accepted
// first and does not count after all hears of it; its receipt stays as it was. A
// handover after HQ's cancellation waits for a person in the same way. An unknown
// order and an event that breaks the rules are kept as they came. All of these are
// cases ([HQ.CaseRows]), with the evidence of both sides; a case of a dispute is
// open as long as the dispute is.
//
// An event that HQ knows already is answered as a replay, or, when it was not
// accepted, with its first receipt again. Another event at a known
// sequence means that two journals claim to be this terminal: its pushes are
// refused from then on, until a person revokes and enrols it anew.
//
// A signature for a consignment makes the orders of the terminal's point that
// name it and are on their way arrive; its other terminals learn of it with their
// next orders. What somebody must do something about (reminders, invoices,
// after-sales, reports, returns to the merchant) is kept as a [Request].
//
// # Journals that do not fit
//
// At every start a terminal names the end of its journal ([HQ.Compare]). HQ then
// finds a journal that was cut or rolled back, and one that was edited, and
// keeps with the terminal since when and from which event on. The first event
// that differs is found by the terminal's asking back, and exact; a push alone
// gives an event that differs, and an earlier one may. A journal that only lacks
// events is forgiven when the right one is back.
//
// # What grows around it
//
// Packages beside this one keep what is not journals and order sets as documents
// ([DocKey]), and hear as [Observer] of what a transaction does, within it: what they
// put is committed with that or not at all. They do not know each other.
//
// # Homes of orders
//
// Where a point's policy has leases, an order has a home among the point's
// terminals, chosen by rendezvous hashing when it comes in. With every watermark a
// terminal gets a term for all of its orders, which HQ keeps, with a quarter more,
// before it gives it. An order moves when its home gave it back by an event of its
// journal, and when the home's term is over, with a margin; see kiosk.LeaseMargin
// for the arithmetic. In the second case the former home may have handed it over
// and not told yet: Order.HomeBefore says so, and a leader decides. Moves are made
// as somebody asks ([HQ.AskLeases]), and for a withdrawn terminal by [HQ.Revoke].
// A store that was restored from a backup has forgotten terms that it gave since:
// keep leases off, or wait for a term, before terminals are let to it again.
//
// # How terminals are
//
// A terminal tells whether it works, what is wrong, and from which event on
// ([HQ.NoteCondition]). HQ keeps what it said last and since when it has said
// just that, not when it said so last: a terminal that is silent is not told
// from one that is well.
//
// # Keys
//
// Every answer of the contract is signed ([HQ.Handler]). [HQ.RotateKey] makes a new
// key, with which HQ signs from then on; what the one before has signed counts until
// the end of the overlap, and proxy codes that end before it are still signed with it.
// A key that others know is ended by [HQ.RetireKey]. Keys are never deleted: old
// acknowledgements are checked with them.
//
// # Journals that come as files
//
// A terminal that was withdrawn can push no more. What it had not sent comes as an
// export signed with its device key ([HQ.ImportJournal]), and is settled as if pushed.
// HQ believes an export what it would have believed the device before.
//
// # Secrets
//
// HQ keeps the pickup codes, since it shows them to customers, and the points'
// secrets. Names and phones it keeps only sealed, as terminals do; with the
// codes beside them this protects logs and copies of single orders, not the
// store's file. Enrolment codes and PINs are kept hashed.
//
// # Limits
//
// A point's opaque codes carry 128 random bits; of its 10^9 typed codes none is
// used twice. An order takes at most 128 KiB when imported. A signature is good
// once within its five minutes, for all HQs over one store. The embedded store
// forgets the used ones at a restart, which lets a listener repeat a push (settled
// as a replay) or a read.
// All points and terminals are assumed to be of one operator.
//
// Of what follows a handover, terminals hear of each other's undos alone: an
// after-sale or a return that two of them register is found here, as a conflict.
// An order that is imported after its consignment was signed for arrives by the
// next signature or the next table. A signature reads all orders of its point.
package hq
