// Package hqtest tests what HQ is made of and what talks to HQ: the contract
// that every hq.Store passes ([TestStore], and [TestShared] where HQs share it), a whole HQ inside the test
// ([Start]), and an HTTP transport that breaks as networks and servers do
// ([Breaker]).
//
// HEXIAO_HQ_STORE=postgres has the HQs of tests keep their stores in a PostgreSQL
// that the tests start, instead of files.
//
// It is for tests only. Servers listen on a free port of the loopback address
// and end with the test.
package hqtest
