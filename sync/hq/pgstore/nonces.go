package pgstore

import (
	"sync"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

const (
	// maxNonces bounds what one terminal can make one process write in a turn.
	maxNonces = 20_000
	turn      = wire.MaxAge + 2*wire.MaxAhead
	cleanTime = time.Minute
)

// nonceGuard counts the signatures of terminals, and says when old ones are to be
// deleted.
type nonceGuard struct {
	mu     sync.Mutex
	counts map[kiosk.TerminalID]int
	over   time.Time // when counting begins anew
	clean  time.Time // when the next deletion is due
}

func newNonceGuard() *nonceGuard { return &nonceGuard{counts: map[kiosk.TerminalID]int{}} }

// count returns wire.ErrSlowDown for a terminal that sends too many.
func (g *nonceGuard) count(terminal kiosk.TerminalID, now time.Time) (clean bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.After(g.over) {
		clear(g.counts)
		g.over = now.Add(turn)
	}
	if g.counts[terminal] >= maxNonces {
		return false, wire.ErrSlowDown
	}
	g.counts[terminal]++
	if clean = now.After(g.clean); clean {
		g.clean = now.Add(cleanTime)
	}
	return clean, nil
}
