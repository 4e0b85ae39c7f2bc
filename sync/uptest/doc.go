// Package uptest sends what a terminal recorded over weeks to a real HQ: a real
// journal and store, the engine, the client, the handler and HQ's embedded store.
// It has tests only.
//
//	go test ./sync/uptest                                  dead letters; 60 days in small
//	make offline                                           60 days with 100,000 events
//	go test -run '^$' -bench Drain -benchtime 1x ./sync/uptest   100,000 events, drained
//
// The 60 days pass in virtual time. The network then loses, doubles and reorders
// three requests or answers in ten. What must hold at the end: HQ has every event
// once, in the chain's order and byte for byte; each is settled once; the terminal
// has HQ's acknowledgement of its head.
package uptest
