package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

const (
	bucketOrders  = "orders"
	bucketLookups = "lookups"
	bucketMeta    = "meta"
	keySet        = "set"
	keyPoint      = "settings"
	keyOldPoint   = "point" // with format 1, without a tag
	setFormat     = 2
	setFormat1    = 1
	lookupBytes   = len(kiosk.Lookup{})
	fillPercent   = 0.9 // for keys that come in order
)

// setMeta is what orders.db says of itself, written in the transaction that
// changes it: opening never counts.
type setMeta struct {
	Format   int
	Count    int
	Digest   string // kiosk.SetDigest in hex
	Cursor   string
	Cache    kiosk.Cache
	Expected int // that HQ says there are
	// Swept is when the set was last searched for customers to forget, by the
	// wall clock. Remnants counts the orders of whose customers' data bytes may
	// still lie in the file's free parts.
	Swept    time.Time
	Remnants int
	Loss     loss
	Terminal kiosk.TerminalID
	Seen     kiosk.Head // of the journal, when this was written
}

// orderSet is orders.db. Writers come one at a time; readers see the file that
// is live when they begin.
type orderSet struct {
	owner
	path    string
	taggers sync.Pool // for readers: making one takes as long as finding an order
	warn    func(error)
	emptied func()     // is told that an empty set took a damaged one's place
	write   sync.Mutex // one writer
	staged  *staging   // under write; nil: none is open

	live  sync.RWMutex // held to read db, and to replace it
	db    *bolt.DB
	pages *pager // of db's file

	now   sync.Mutex // guards what follows
	meta  setMeta
	point kiosk.Point
	saved kiosk.Cache // as it is on disk; the freshness is saved less often
}

func openOrderSet(path string, w owner, check fileCheck, warn func(error)) (*orderSet, error) {
	set := &orderSet{path: path, owner: w, warn: warn, emptied: func() {}}
	set.taggers.New = func() any { return newTagger(w.key) }
	db, _, err := openBolt(path, w.initOrders, check, set.load, warn)
	if err != nil {
		return nil, err
	}
	if set.pages, err = openPager(path); err == nil {
		err = db.View(set.load)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	set.db = db
	return set, nil
}

// load reads what is kept in memory.
func (set *orderSet) load(tx *bolt.Tx) error {
	m, err := set.readMeta(tx)
	if err != nil {
		return err
	}
	point, err := set.readPoint(tx)
	if err != nil {
		return err
	}
	set.now.Lock()
	defer set.now.Unlock()
	set.meta, set.saved, set.point = m, m.Cache, point
	return nil
}

// current gives the point and what is known of the set.
func (set *orderSet) current() (kiosk.Point, setMeta) {
	set.now.Lock()
	defer set.now.Unlock()
	return set.point, set.meta
}

// view reads the live file. A damaged one is set aside and an empty set takes
// its place, which HQ then fills again.
func (set *orderSet) view(fn func(*bolt.Tx) error) error {
	db, err := set.look(fn)
	if errors.Is(err, ErrDamaged) {
		set.write.Lock()
		defer set.write.Unlock()
		set.replaceDamaged(db, err)
	}
	return err
}

// viewAsWriter is view for the writer, who would wait for itself there.
func (set *orderSet) viewAsWriter(fn func(*bolt.Tx) error) error {
	db, err := set.look(fn)
	if errors.Is(err, ErrDamaged) {
		set.replaceDamaged(db, err)
	}
	return err
}

// look reads the live file and tells which one it was.
func (set *orderSet) look(fn func(*bolt.Tx) error) (*bolt.DB, error) {
	set.live.RLock()
	defer set.live.RUnlock()
	return set.db, guard(func() error { return set.db.View(fn) })
}

// update changes the live file in one synced transaction; then, when it has
// succeeded, done is called with what is known of the set now.
func (set *orderSet) update(fn func(*bolt.Tx, *setMeta) error) error {
	_, m := set.current()
	seen := set.head() // or later
	// Only writers replace db, and this is the one.
	err := change(set.db, func(tx *bolt.Tx) error {
		if err := fn(tx, &m); err != nil {
			return err
		}
		return set.putMeta(tx, m)
	})
	if errors.Is(err, ErrDamaged) {
		err = fmt.Errorf("write orders.db: %w", err) // what is set aside may hold a part of it
		set.replaceDamaged(set.db, err)
	}
	if err != nil {
		return err
	}
	set.now.Lock()
	defer set.now.Unlock()
	set.meta, set.saved = m, m.Cache
	set.meta.Seen = seen
	return nil
}

// replaceDamaged puts an empty set in the place of a damaged file, once. The
// point's settings are kept: they are in memory. The caller is the writer.
func (set *orderSet) replaceDamaged(damaged *bolt.DB, cause error) {
	set.live.Lock()
	defer set.live.Unlock()
	if set.db != damaged {
		return
	}
	point, _ := set.current()
	_ = guard(damaged.Close) // it is given up
	aside, err := setAside(set.path)
	if err != nil {
		set.warn(fmt.Errorf("orders.db is damaged and cannot be set aside: %w", errors.Join(cause, err)))
		return
	}
	set.warn(fmt.Errorf("orders.db is kept as %s, the set begins empty: %w", aside, cause))
	db, err := createBolt(set.path, func(tx *bolt.Tx) error {
		if err := set.initOrders(tx); err != nil {
			return err
		}
		return set.putPoint(tx, point)
	})
	if err != nil {
		set.warn(err)
		return
	}
	pages, err := openPager(set.path)
	if err != nil {
		set.warn(errors.Join(err, db.Close()))
		return
	}
	_ = set.pages.close() // it was only read
	set.db, set.pages = db, pages
	if err := db.View(set.load); err != nil {
		set.warn(err)
	}
	set.emptied()
}

// tagger gives one for reading; put is called after its last use.
func (set *orderSet) tagger() (t *tagger, put func()) {
	t, _ = set.taggers.Get().(*tagger)
	return t, func() { set.taggers.Put(t) }
}

// find gives the orders of any of the lookups, by id, each once.
func (set *orderSet) find(lookups []kiosk.Lookup) (orders []kiosk.Order, err error) {
	t, put := set.tagger()
	defer put()
	err = set.view(func(tx *bolt.Tx) error {
		var ids [][]byte
		for _, l := range lookups {
			err := set.pages.each(tx, bucketLookups, l[:], func(k, _ []byte) (bool, error) {
				found := bytes.HasPrefix(k, l[:])
				if found {
					ids = append(ids, bytes.Clone(k[lookupBytes:]))
				}
				return found, nil
			})
			if err != nil {
				return err
			}
		}
		slices.SortFunc(ids, bytes.Compare)
		orders = nil
		for _, id := range slices.CompactFunc(ids, bytes.Equal) {
			o, ok, err := set.read(tx, t, id)
			if err != nil {
				return err
			}
			if !ok {
				return fmt.Errorf("%w: a lookup leads to an order that is not there", ErrDamaged)
			}
			orders = append(orders, o)
		}
		return nil
	})
	return orders, err
}

// order gives one order.
func (set *orderSet) order(id kiosk.OrderID) (o kiosk.Order, ok bool, err error) {
	err = set.view(func(tx *bolt.Tx) error {
		o, ok, err = set.read(tx, newTagger(set.key), []byte(id))
		return err
	})
	return o, ok && err == nil, err
}

// read gives an order as the file has it; a transaction that changes it asks
// getOrder.
func (set *orderSet) read(tx *bolt.Tx, t *tagger, id []byte) (o kiosk.Order, ok bool, err error) {
	kept, ok, err := set.pages.get(tx, bucketOrders, id)
	if err == nil && ok {
		o, err = decodeOrder(t, id, kept)
	}
	return o, ok && err == nil, err
}

// getOrder copies what it gives: a transaction's bytes do not outlive it.
func getOrder(tx *bolt.Tx, t *tagger, id []byte) (kiosk.Order, bool, error) {
	kept := tx.Bucket([]byte(bucketOrders)).Get(id)
	if kept == nil {
		return kiosk.Order{}, false, nil
	}
	o, err := decodeOrder(t, id, bytes.Clone(kept))
	return o, err == nil, err
}

// decodeOrder reads a kept record, which the order may keep parts of.
func decodeOrder(t *tagger, id, kept []byte) (kiosk.Order, error) {
	value, err := t.open(bucketOrders, id, kept)
	if err != nil {
		return kiosk.Order{}, err
	}
	o, err := kiosk.DecodeOrder(value)
	if err != nil {
		return kiosk.Order{}, fmt.Errorf("%w: an order: %w", ErrDamaged, err)
	}
	return o, nil
}

// page gives up to n orders after an id.
func (set *orderSet) page(after kiosk.OrderID, n int) (orders []kiosk.Order, err error) {
	t := newTagger(set.key)
	err = set.view(func(tx *bolt.Tx) error {
		orders = nil
		kept := make([]pair, 0, n)
		// The first key that is greater: an id with a zero byte behind it.
		err := set.pages.each(tx, bucketOrders, append([]byte(after), 0), func(k, v []byte) (bool, error) {
			kept = append(kept, pair{bytes.Clone(k), bytes.Clone(v)})
			return len(kept) < n, nil
		})
		for _, p := range kept {
			if err != nil {
				return err
			}
			var o kiosk.Order
			o, err = decodeOrder(t, p.key, p.value)
			orders = append(orders, o)
		}
		return err
	})
	return orders, err
}

// note writes the journal's head into the file, if it has grown since.
func (set *orderSet) note() error {
	set.write.Lock()
	defer set.write.Unlock()
	if _, m := set.current(); m.Seen == set.head() {
		return nil
	}
	return set.update(func(*bolt.Tx, *setMeta) error { return nil })
}

func (set *orderSet) close() error {
	set.write.Lock()
	defer set.write.Unlock()
	var errs []error
	if set.staged != nil {
		errs = append(errs, set.staged.close())
		set.staged = nil
	}
	set.now.Lock()
	stale := set.meta.Cache != set.saved
	set.now.Unlock()
	if stale {
		errs = append(errs, set.update(func(*bolt.Tx, *setMeta) error { return nil }))
	}
	set.live.Lock()
	defer set.live.Unlock()
	return errors.Join(append(errs, set.db.Close(), set.pages.close())...)
}

// removeFile deletes a file of ours that is no longer needed.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
