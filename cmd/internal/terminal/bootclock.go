package terminal

import (
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"hexiao/kiosk"
)

// bootIDFile is where Linux tells which boot it is.
const bootIDFile = "/proc/sys/kernel/random/boot_id"

// BootClock is a monotonic clock with the name of the boot that it counts from.
// Programs that run one after the other in one boot read the same clock.
type BootClock struct {
	ID    kiosk.BootID
	Since func() time.Duration // safe for several goroutines
}

// MachineBoot is this machine's boot clock. It counts while the machine sleeps
// and nobody can set it. Each reading is one system call.
func MachineBoot() (BootClock, error) {
	text, err := os.ReadFile(bootIDFile)
	if err != nil {
		return BootClock{}, fmt.Errorf("which boot this is: %w", err)
	}
	id, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(string(text)), "-", ""))
	if err != nil || len(id) != len(kiosk.BootID{}) {
		return BootClock{}, fmt.Errorf("which boot this is: %s holds no id", bootIDFile)
	}
	if _, err := bootTime(); err != nil {
		return BootClock{}, err
	}
	return BootClock{ID: kiosk.BootID(id), Since: func() time.Duration {
		t, _ := bootTime() // it could be read before
		return t
	}}, nil
}

func bootTime() (time.Duration, error) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0, fmt.Errorf("the time since the boot: %w", err)
	}
	return time.Duration(t.Nano()), nil
}

// runClock stands in where the machine does not tell its boot: it counts from
// now, by the monotonic reading that time.Now carries, and names no boot.
func runClock(now func() time.Time) BootClock {
	start := now()
	return BootClock{Since: func() time.Duration { return now().Sub(start) }}
}
