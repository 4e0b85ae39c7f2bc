package terminal

import "runtime/debug"

// From where on the collector of garbage works harder, in bytes of this process,
// without a window and with one.
const (
	MemoryWithout = 112 << 20
	MemoryWindow  = 176 << 20
)

// LimitMemory is called by a program that runs a terminal, before anything else: a
// first set of a million orders would otherwise leave as much lying about as it
// needs. GOMEMLIMIT goes before it. A terminal that really needs more gets it.
func LimitMemory(getenv func(string) string, bytes int64) {
	if getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(bytes)
	}
}
