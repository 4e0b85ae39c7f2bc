// Package pgstore keeps HQ's store in a PostgreSQL database, for any number of HQ
// processes at once.
//
// # Tables
//
// migrations has them, queries.sql what is asked of them, and package db the
// functions that sqlc makes of both. Ids are bytes, values CBOR. [Open] makes the
// tables in an empty database and brings older ones up to date, under a lock, so
// that several processes may start at once.
//
// All tables have the point first in their keys, and every query of the hot path
// (enrol, pull, push) names it: so Citus can shard them by the point. The
// exceptions, its reference tables, stand at the end of the first migration with
// their reasons.
//
// # Transactions
//
// An Update locks the row of every point before it reads or changes anything of
// it: orders, codes, terminals, events, the point's record with the count of its
// versions. So Updates at one point wait for each other, and at different points do
// not; and as nobody else changes what such an Update read, READ COMMITTED does for
// it what SERIALIZABLE would. What belongs to no point is locked row by row as an
// Update reads it (documents, cases, enrolment codes), or must at the commit be
// what was read: HQ's identity, which every push reads and few things change, and
// whatever an Update found missing and put. Numbers of cases and requests are
// given under a lock until the commit, so that they have no gaps and become visible
// in their order. Lists over all points are as of their query: an Update that
// decides by one must lock what it decides about.
//
// What was put is collected and sent with the next list or with the COMMIT, in one
// round trip. An Update that meets a deadlock, a serialization failure or somebody
// else's change is run again, up to 12 times with random pauses; then it returns
// wire.ErrUnavailable.
//
// A View is one snapshot (REPEATABLE READ), and asks the server nothing as long as
// nothing is asked of it.
//
// # What processes remember
//
// At which point a terminal is, which never changes; and HQ's identity, for a
// second: so long another process may sign with the key before a rotation.
//
// Followers hear of other processes' commits by a table of touched points, each
// with its last transaction, which HQ asks once a second. NOTIFY would be faster
// by that second, but takes a lock that all commits of a database share.
//
// # Limits
//
// A connection pool has 16 connections, a statement 60 seconds, a wait for a lock
// 10 seconds, unless the address says otherwise; see [Config]. PostgreSQL 15 or
// newer. With Citus, orders' ids are kept apart between points by an advisory lock
// of the coordinator, so imports must come through one coordinator. Used signatures
// are in an unlogged table, which a crash of the server empties.
package pgstore

//go:generate go run github.com/sqlc-dev/sqlc/cmd/sqlc@v1.31.1 generate
