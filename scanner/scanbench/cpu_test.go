package scanbench

import (
	"image"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"hexiao/scanner/decode"
)

// timed reads a frame and returns the milliseconds of processor time that it took. The
// caller's goroutine must be locked to its thread.
func timed(tb testing.TB, r *decode.Reader, g *image.Gray) ([]decode.Result, float64) {
	before := threadTime(tb)
	results := r.Read(g)
	return results, threadTime(tb) - before
}

func threadTime(tb testing.TB) float64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		tb.Fatal(err)
	}
	return float64(t.Nano()) / 1e6
}

// onThread locks a test or benchmark to its thread, with no garbage left to collect from before.
func onThread(tb testing.TB) {
	runtime.LockOSThread()
	tb.Cleanup(runtime.UnlockOSThread)
	runtime.GC()
}

// says reports whether a text is among the results.
func says(results []decode.Result, text string) bool {
	for _, r := range results {
		if r.Text == text {
			return true
		}
	}
	return false
}
