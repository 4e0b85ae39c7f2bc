// Package kiosktest has what tests of the terminal share: builders of orders,
// codes and points, a ledger in memory, and the contract that every
// desk.Ledger passes.
//
// The builders give valid values with as little in them as a test needs; a test
// changes the fields that it is about. [Lookup] stands for the keyed hash of a
// real point: it is a plain hash, so that a test knows it without a secret.
// Customers are sealed under a real key, [Key], for the leader's books
// ([Memory.Books]), which search by its blind indexes.
package kiosktest
