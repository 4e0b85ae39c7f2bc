package pgstore

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"hexiao/kiosk"
	"hexiao/sync/hq/pgstore/db"
)

// maxPlaces bounds the memory of terminals' points; who is not remembered is asked
// for.
const maxPlaces = 200_000

// places remembers at which point terminals are, which never changes.
type places struct {
	mu    sync.RWMutex
	known map[kiosk.TerminalID]kiosk.PointID
}

func newPlaces() *places { return &places{known: map[kiosk.TerminalID]kiosk.PointID{}} }

// find gives a terminal's point; the empty id for one that is not there.
func (p *places) find(ctx context.Context, q *db.Queries, terminal kiosk.TerminalID) (kiosk.PointID, error) {
	p.mu.RLock()
	point, ok := p.known[terminal]
	p.mu.RUnlock()
	if ok {
		return point, nil
	}
	raw, err := q.GetTerminalPoint(ctx, []byte(terminal))
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", nil
	case err != nil:
		return "", err
	}
	p.add(terminal, kiosk.PointID(raw))
	return kiosk.PointID(raw), nil
}

func (p *places) add(terminal kiosk.TerminalID, point kiosk.PointID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= maxPlaces {
		clear(p.known)
	}
	p.known[terminal] = point
}

// identityLife is how long a process goes on with the keys that it read last, when
// another process changed them.
const identityLife = time.Second

// identityCache remembers HQ's keys, which every answer is signed with.
type identityCache struct {
	mu    sync.Mutex
	raw   []byte
	count int // of commits
	timer *time.Timer
}

// get gives what is remembered; nil: nothing is. The count goes back to found.
func (c *identityCache) get() (raw []byte, count int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.raw, c.count
}

// found remembers what was read, unless this process committed another one
// meanwhile.
func (c *identityCache) found(raw []byte, count int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if count == c.count {
		c.keep(raw)
	}
}

// committed remembers what is there from now on.
func (c *identityCache) committed(raw []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	c.keep(raw)
}

func (c *identityCache) keep(raw []byte) {
	if c.timer != nil {
		c.timer.Stop()
	}
	c.raw, c.timer = raw, time.AfterFunc(identityLife, c.forget)
}

func (c *identityCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
	}
	c.raw, c.timer = nil, nil
}
