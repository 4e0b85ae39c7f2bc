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
// # Rules of the package
//
// Pure: no clock, no I/O, no randomness. Time, identifiers and keyed hashes
// come in as values. Money is integer fen, instants are UTC with millisecond
// precision, quantities are whole units of a line.
//
// # Limits
//
// A code has at most [MaxCodeBytes] bytes after decoding, an order at most
// [MaxLines] lines, a line at most [MaxQuantity] units.
package kiosk
