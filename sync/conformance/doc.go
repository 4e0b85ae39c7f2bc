// Package conformance tries whether a server keeps the contract between terminals
// and HQ (sync/wire/openapi.yaml), from the outside, as a terminal meets it.
//
// [Run] enrols a terminal of its own by a one-time code, which is used up, and goes
// through a fixed list of checks. Each has a name, the sentence of the contract that
// it holds the server to, and what came instead where it failed. A check that cannot
// be made because an earlier one failed has failed, too.
//
// # What the server must hold
//
// The point of the code needs at least five orders that a customer may collect
// alone: arrived, nothing to pay, not collected, valid now, of whatever lines.
// "hq serve --sample 50" makes such a point. The checks hand out up to four of them,
// report a condition, open cases, and at the end show the server a forked journal: the
// terminal is quarantined. Use a point that is for tests.
//
// # Limits
//
// The checks see answers, not the disk: that what was acknowledged outlives a power
// cut is not tried. Codes that expire, changes of HQ's key, changes of orders by
// people and the thirty seconds of a stream that is followed are not waited for.
package conformance
