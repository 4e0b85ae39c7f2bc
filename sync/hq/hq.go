package hq

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"hexiao/sync/wire"
)

// Config is what HQ needs from outside.
type Config struct {
	Store  Store
	Now    func() time.Time // HQ's clock
	Random io.Reader        // crypto/rand.Reader outside of tests
	Log    *slog.Logger     // never gets codes, names or phones; nil: no log
	// TLSPins are told to terminals that enrol: they connect to a server alone that has
	// one of these keys, see wire.PinOf. None: to any that their machine trusts.
	TLSPins [][]byte
	// Observers hear what transactions do, in this order.
	Observers []Observer
	// Finishers hear them at the end of each transaction, in this order.
	Finishers []Finisher
}

// HQ is the platform over a store. It is safe for use by several goroutines.
type HQ struct {
	store  Store
	now    func() time.Time
	random io.Reader
	log    *slog.Logger
	pins   [][]byte
	hub    *hub
	packer wire.Packer // of answers

	observers []Observer
	finishers []Finisher
}

// New makes HQ's identity in a store that has none.
func New(ctx context.Context, c Config) (*HQ, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	h := &HQ{now: c.Now, random: c.Random, log: c.Log, pins: c.TLSPins, observers: c.Observers, finishers: c.Finishers}
	h.hub = newHub(h)
	h.store = watchedStore{c.Store, h}
	known := false
	err := c.Store.View(ctx, func(tx Tx) (err error) {
		_, known, err = tx.Identity()
		return err
	})
	if err != nil || known {
		return h, err
	}
	err = c.Store.Update(ctx, func(tx Tx) error {
		_, ok, err := tx.Identity()
		if ok || err != nil {
			return err
		}
		id := Identity{Seed: make([]byte, ed25519.SeedSize)}
		if _, err := io.ReadFull(h.random, id.Seed); err != nil {
			return fmt.Errorf("make HQ's key: %w", err)
		}
		return tx.PutIdentity(id)
	})
	return h, err
}

// at is HQ's clock as it goes into records and onto the wire.
func (h *HQ) at() time.Time { return h.now().UTC().Truncate(time.Millisecond) }

// mustIdentity gives the identity that New made.
func mustIdentity(tx Tx) (Identity, error) {
	id, ok, err := tx.Identity()
	if err == nil && !ok {
		err = errors.New("the store has lost HQ's identity; restore it from a backup")
	}
	return id, err
}
