// Package db is the SQL of HQ's store on PostgreSQL: functions that sqlc makes of
// queries.sql and the migrations beside it, and checks against each other.
//
// Nothing here is written by hand. After a change of either, run go generate in
// sync/hq/pgstore; the version of sqlc stands there.
package db
