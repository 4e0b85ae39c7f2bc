// Package archive writes all that HQ's store keeps into one stream, and puts such a
// stream into an empty store of any kind: a backup, and the way from one store to
// another.
//
//	summary, err := archive.Write(ctx, store, file, now)   // while HQ goes on
//	summary, err := archive.Check(file)                    // whole and unharmed?
//	summary, err := archive.Read(ctx, file, empty)
//	summary, err := archive.Copy(ctx, from, empty)         // without a file between
//
// # Form
//
// A stream is gzip (RFC 1952) around a line, "hexiao hq archive 1\n", and frames. A
// frame is a byte that says what it holds, four bytes of length, most significant
// first, and so many bytes of deterministic CBOR (RFC 8949, 4.2.1). The first frame
// tells when the archive was made. The last one holds how many there were of each
// kind and the SHA-256 of all frames between: two stores with the same digest hold
// the same.
//
// # What it keeps
//
// Everything but the memory of used signatures, which is good for minutes: HQ's keys,
// points with their secrets, orders with their codes, terminals, enrolment codes,
// events with their answers, cases, requests and documents. Who has an archive has
// all secrets of HQ: keep it as the store's own file is kept.
//
// # Limits
//
// It is one state of the store, however long it takes. bbolt's file grows by what is
// written meanwhile. A frame has at most 16 MiB. [Read] puts a few thousand records a
// transaction, and marks the store until the last: [Unfinished] finds a store that
// was left half full, which is to be deleted. What a store that was put back has
// forgotten, the package hq tells under "Homes of orders" and "Versions and cursors".
package archive
