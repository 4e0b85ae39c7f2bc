package boltstore

import (
	"sync"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// maxNonces bounds the memory of one terminal's signatures: at most so many
// requests in the six minutes that a nonce is remembered.
const maxNonces = 20_000

// nonces remembers which signatures were used.
type nonces struct {
	mu   sync.Mutex
	seen map[kiosk.TerminalID]*used
}

// used holds a terminal's nonces in two generations: when the younger one is
// old enough that all of the older have expired, the older is dropped.
type used struct {
	young, old map[string]struct{}
	turn       time.Time // when the younger becomes the older
}

func newNonces() *nonces { return &nonces{seen: map[kiosk.TerminalID]*used{}} }

// use keeps a nonce for at least as long as its signature is good. It returns
// wire.ErrSlowDown when a terminal sends more than can be remembered.
func (n *nonces) use(now time.Time, id kiosk.TerminalID, nonce string) (seen bool, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	u := n.seen[id]
	if u == nil {
		u = &used{young: map[string]struct{}{}}
		n.seen[id] = u
	}
	if now.After(u.turn) {
		u.old, u.young = u.young, map[string]struct{}{}
		u.turn = now.Add(wire.MaxAge + 2*wire.MaxAhead)
	}
	_, inYoung := u.young[nonce]
	_, inOld := u.old[nonce]
	if inYoung || inOld {
		return true, nil
	}
	if len(u.young) >= maxNonces {
		return false, wire.ErrSlowDown
	}
	u.young[nonce] = struct{}{}
	return false, nil
}
