package main

import "runtime/debug"

// What the collector of garbage is told: HQ makes much that is soon forgotten and
// keeps little, so that collecting at each doubling of it would take a fifth of its
// time. Beyond memoryLimit it works harder.
const (
	gcPercent   = 400
	memoryLimit = 384 << 20 // bytes of this process
)

// easeCollector is called before anything else; GOGC and GOMEMLIMIT go
// before it.
func easeCollector(getenv func(string) string) {
	if getenv("GOGC") == "" && getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(gcPercent)
		debug.SetMemoryLimit(memoryLimit)
	}
}
