// Package pgtest runs a real PostgreSQL for tests.
//
// [Run] in TestMain starts one server for the test process; [Start] then gives
// each test a fresh database of it. Without Run, Start starts a server for the
// test alone, and [StartDurable] always does, with the settings of production,
// for benchmarks.
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }
//	func TestX(t *testing.T)    { url := pgtest.Start(t) ... }
//
// The programs are those of $PATH or of Debian's package postgresql-15. Where
// there are none, Start skips the test; it fails it where $HEXIAO_REQUIRE names
// postgres, as .ci/test does. PostgreSQL refuses to run as root: a test that does
// runs it as the user postgres, or nobody.
//
// A server listens on a Unix socket in a temporary folder alone, so it meets no
// other one. It ends with the test process, however that ends: a shell waits for
// the process's end of a pipe, then stops the server and deletes the folder.
//
// It is for tests only.
package pgtest
