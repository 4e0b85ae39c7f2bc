package boltstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

const (
	bucketStates   = "states"
	bucketReceipts = "receipts"
	bucketReceived = "received"
	keyState       = "state"
	stateFormat    = 3
	stateFormat2   = 2 // without bucketReceived
	stateFormat1   = 1 // without tag and sum
	// checkpointPart states are written between two rests: so few that a scan
	// which meets their sync waits for hardly more than one of its own.
	checkpointPart = 16
)

// stateMeta is what state.db says of itself.
type stateMeta struct {
	Format   int
	Terminal kiosk.TerminalID
	Head     kiosk.Head // of the journal that the states are made of
	Acked    kiosk.Head // that HQ has
	Others   int        // receipts that are kept: events that HQ settled otherwise
	// Attempts are those up to Head.
	Attempts kiosk.Attempts `json:",omitzero"`
	Risk     kiosk.Risk     `json:",omitzero"` // likewise
	Swept    time.Time      // when states that nobody needs were last looked for, by the wall clock
	Sum      uint64         // over all records
}

// states is state.db and what came since its last checkpoint.
type states struct {
	key      []byte
	terminal kiosk.TerminalID
	path     string
	warn     func(error)
	made     bool   // the file is new
	sum      uint64 // of the records that the check has read

	live  sync.RWMutex // held to use db, and to replace it
	db    *bolt.DB
	pages *pager // of db's file

	saving sync.Mutex // one checkpoint at a time
	write  sync.Mutex // held to change the file, and to copy it

	mu     sync.Mutex // guards what follows
	meta   stateMeta  // as it is on disk
	head   kiosk.Head // of all that was applied
	dirty  map[kiosk.OrderID]kiosk.OrderState
	saved  map[kiosk.OrderID]kiosk.OrderState // on their way to disk
	events int                                // applied since the last checkpoint
	failed tally                              // up to head
	// received are all signatures for consignments, signed those of them that are
	// not on disk yet.
	received, signed map[string]received
}

func openStates(path string, terminal kiosk.TerminalID, key []byte, check func(string, visitor) error, warn func(error)) (*states, error) {
	st := &states{path: path, warn: warn, key: key, terminal: terminal, dirty: map[kiosk.OrderID]kiosk.OrderState{}}
	db, made, err := openBolt(path, st.init, func(path string) error { return check(path, st.add) }, st.load, warn)
	if err != nil {
		return nil, err
	}
	st.db, st.made = db, made
	st.pages, err = openPager(path)
	switch {
	case err != nil:
	case made:
		st.sum = 0
		err = db.View(st.load)
	case st.meta.Format == stateFormat1:
		m := st.meta
		m.Format, m.Sum = stateFormat2, st.sum
		st.meta, err = m, change(db, func(tx *bolt.Tx) error { return st.putMeta(tx, m) })
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	st.head, st.failed = st.meta.Head, tally{st.meta.Attempts, st.meta.Risk}
	return st, nil
}

func (st *states) init(tx *bolt.Tx) error {
	for _, name := range []string{bucketStates, bucketReceipts, bucketReceived, bucketMeta} {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	return st.putMeta(tx, stateMeta{Format: stateFormat, Terminal: st.terminal})
}

// load refuses, as damaged, the file of another terminal: the journal is this
// one's, and the states follow from it.
func (st *states) load(tx *bolt.Tx) error {
	m, err := st.read(tx)
	if err == nil && m.Format != stateFormat1 && m.Sum != st.sum {
		err = fmt.Errorf("%w: records are missing, or older than they were", ErrDamaged)
	}
	if err == nil {
		err = st.loadReceived(tx)
	}
	st.meta = m
	return err
}

func (st *states) check(tx *bolt.Tx) error {
	_, err := st.read(tx)
	return err
}

func (st *states) read(tx *bolt.Tx) (m stateMeta, err error) {
	for _, name := range []string{bucketStates, bucketReceipts, bucketMeta} {
		if tx.Bucket([]byte(name)) == nil {
			return m, fmt.Errorf("%w: bucket %s is missing", ErrDamaged, name)
		}
	}
	if m, err = st.readMeta(tx); err != nil {
		return m, err
	}
	if m.Format >= stateFormat && tx.Bucket([]byte(bucketReceived)) == nil {
		return m, fmt.Errorf("%w: bucket %s is missing", ErrDamaged, bucketReceived)
	}
	if m.Terminal != st.terminal {
		return m, fmt.Errorf("%w: it is of terminal %s", ErrDamaged, m.Terminal)
	}
	return m, nil
}

func (st *states) readMeta(tx *bolt.Tx) (m stateMeta, err error) {
	kept := tx.Bucket([]byte(bucketMeta)).Get([]byte(keyState))
	oldest, latest := stateFormat2, stateFormat
	b, err := newTagger(st.key).open(bucketMeta, []byte(keyState), kept)
	if err != nil {
		oldest, latest, b = stateFormat1, stateFormat1, kept
	}
	if broken := json.Unmarshal(b, &m); broken != nil || m.Format < oldest || m.Format > latest {
		return m, fmt.Errorf("%w: the record of the states cannot be read: %w", ErrDamaged, errors.Join(err, broken))
	}
	return m, nil
}

func (st *states) putMeta(tx *bolt.Tx, m stateMeta) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return tx.Bucket([]byte(bucketMeta)).Put([]byte(keyState), newTagger(st.key).seal(bucketMeta, []byte(keyState), b))
}

// update changes the file and its record in one synced transaction.
func (st *states) update(fn func(*bolt.Tx, *stateMeta) error) error {
	st.write.Lock()
	defer st.write.Unlock()
	st.live.RLock()
	defer st.live.RUnlock()
	var m stateMeta
	err := change(st.db, func(tx *bolt.Tx) (err error) {
		if m, err = st.readMeta(tx); err != nil {
			return err
		}
		if err := fn(tx, &m); err != nil {
			return err
		}
		return st.putMeta(tx, m)
	})
	if err != nil {
		return fmt.Errorf("write state.db: %w", err)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.meta = m
	return nil
}

func (st *states) view(fn func(*bolt.Tx) error) error {
	st.live.RLock()
	defer st.live.RUnlock()
	return guard(func() error { return st.db.View(fn) })
}

// replaceDamaged puts an empty file in the place of a damaged one. The caller
// applies the whole journal again, before anybody asks for a state.
func (st *states) replaceDamaged(cause error) error {
	st.saving.Lock()
	defer st.saving.Unlock()
	st.live.Lock()
	defer st.live.Unlock()
	_ = guard(st.db.Close) // it is given up
	aside, err := setAside(st.path)
	if err != nil {
		return fmt.Errorf("state.db is damaged and cannot be set aside: %w", errors.Join(cause, err))
	}
	st.warn(fmt.Errorf("state.db is kept as %s and is built again: %w", filepath.Base(aside), cause))
	if st.db, err = createBolt(st.path, st.init); err != nil {
		return err
	}
	_ = st.pages.close() // it was only read
	if st.pages, err = openPager(st.path); err != nil {
		return err
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.dirty, st.events = map[kiosk.OrderID]kiosk.OrderState{}, 0
	st.head, st.failed, st.sum = kiosk.Head{}, tally{}, 0
	return st.db.View(st.load)
}

// get gives the state that this terminal's journal made of an order.
func (st *states) get(id kiosk.OrderID) (kiosk.OrderState, error) {
	st.mu.Lock()
	s, ok := st.dirty[id]
	if !ok {
		s, ok = st.saved[id]
	}
	st.mu.Unlock()
	if ok {
		return s, nil
	}
	err := st.view(func(tx *bolt.Tx) error {
		kept, ok, err := st.pages.get(tx, bucketStates, []byte(id))
		if err == nil && ok {
			s, err = decodeState(newTagger(st.key), []byte(id), kept)
		}
		return err
	})
	if err != nil {
		return kiosk.OrderState{}, fmt.Errorf("read state.db: %w", err)
	}
	return s, nil
}

// decodeState reads a kept record, which the state may keep parts of.
func decodeState(t *tagger, id, kept []byte) (kiosk.OrderState, error) {
	value, err := t.open(bucketStates, id, kept)
	if err != nil {
		return kiosk.OrderState{}, err
	}
	s, err := kiosk.DecodeState(value)
	if err != nil {
		return s, fmt.Errorf("%w: a state: %w", ErrDamaged, err)
	}
	return s, nil
}

// apply folds an event in. head is the chain's after it. known may hold the
// order's state, which saves reading it; the new one takes its place there.
func (st *states) apply(e kiosk.Event, head kiosk.Head, known map[kiosk.OrderID]kiosk.OrderState) error {
	id := e.Body.Subject()
	s, ok := known[id]
	if id != "" {
		if !ok {
			var err error
			if s, err = st.get(id); err != nil {
				return err
			}
		}
		if s = s.Apply(e); ok {
			known[id] = s
		}
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if id != "" {
		st.dirty[id] = s
	}
	st.head = head
	st.failed = st.failed.apply(e)
	st.sign(e)
	st.events++
	return nil
}

// put writes states, and signatures and the head with the last of them.
func (st *states) put(batch map[kiosk.OrderID]kiosk.OrderState, signed map[string]received, head kiosk.Head, failed tally, rest func() error) error {
	ids := slices.Sorted(maps.Keys(batch))
	part := len(ids)
	if rest != nil {
		part = checkpointPart
	}
	for {
		now := ids[:min(part, len(ids))]
		ids = ids[len(now):]
		err := st.update(func(tx *bolt.Tx, m *stateMeta) error {
			b, t := tx.Bucket([]byte(bucketStates)), newTagger(st.key)
			for _, id := range now {
				value, err := kiosk.EncodeState(batch[id])
				if err != nil {
					return err
				}
				if err := m.put(b, []byte(id), t.seal(bucketStates, []byte(id), value)); err != nil {
					return err
				}
			}
			if len(ids) > 0 {
				return nil
			}
			m.Head, m.Attempts, m.Risk = head, failed.Attempts, failed.Risk
			return putSigned(tx, m, t, signed)
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := rest(); err != nil {
			return err
		}
	}
}

// applied is the head of all that was applied.
func (st *states) applied() kiosk.Head {
	head, _, _ := st.status()
	return head
}

// status gives what the store's status needs.
func (st *states) status() (head kiosk.Head, m stateMeta, pending int) {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.head, st.meta, st.events
}

// attempts gives what the journal says of failed attempts.
func (st *states) attempts() kiosk.Attempts {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.failed.Attempts
}

// checkpoint brings what is in memory to disk, then the journal's head. With a
// rest it goes in small transactions, between which the disk is left to the
// scans: the states on disk may then be ahead of the head for a while, which
// does no harm, because events that are folded in again change nothing. The
// head is never ahead of the states. After a failure all stays in memory and
// the next one takes it along.
func (st *states) checkpoint(rest func() error) error {
	st.saving.Lock()
	defer st.saving.Unlock()
	st.mu.Lock()
	batch, signed, head, events, failed := st.dirty, st.signed, st.head, st.events, st.failed
	unchanged := head == st.meta.Head
	if !unchanged {
		st.saved, st.dirty, st.events = batch, map[kiosk.OrderID]kiosk.OrderState{}, 0
		st.signed = map[string]received{}
	}
	st.mu.Unlock()
	if unchanged {
		return nil
	}
	err := st.put(batch, signed, head, failed, rest)
	st.mu.Lock()
	defer st.mu.Unlock()
	st.saved = nil
	if err != nil {
		maps.Copy(batch, st.dirty) // what came meanwhile is newer
		st.dirty, st.events = batch, st.events+events
		maps.Copy(st.signed, signed)
	}
	return err
}
