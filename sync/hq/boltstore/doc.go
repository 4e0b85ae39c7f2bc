// Package boltstore keeps HQ's store in one bbolt file, for one HQ process.
//
// # The file
//
// All values are CBOR; numbers in keys are 8 bytes big-endian; "point 00 x"
// stands for the point's id, a zero byte and x. Buckets:
//
//	meta        "format": 1; "identity": hq.Identity
//	points      id: hq.PointRecord
//	orders      point 00 order: the order's row (kiosk.EncodeOrder, kiosk.EncodeState, codes, gone)
//	places      order: the point whose order it is
//	changes     point 00 version: order
//	codes       point 00 digits: the order that they were given to
//	terminals   id: hq.Terminal
//	enrolments  hash of the code: hq.Enrolment
//	events      terminal 00 seq: hq.StoredEvent
//	cases       number: hq.Case
//	requests    number: hq.Request
//	days        point 00 day 00 terminal 00 seq: nothing; which events a day has
//	docs        collection 00 point 00 key: a document, see hq.DocKey
//
// The last three are made when a store from before is opened.
//
// Each order stands once in changes, at its present version.
//
// # Limits
//
// One process at a time: [Open] gives hq.ErrHeld while another has the file.
// Writers wait for each other, each commit is synced. The file grows to the
// largest it ever was and is as good as its disk: bbolt has no checksums on
// data pages, so keep backups.
package boltstore
