package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

// loss is how many orders have left the set in the window that began at Since, by
// HQ's clock. Refused is how many would go, and stay because HQ does not say that
// it means that; 0: none.
type loss struct {
	Lost    int
	Since   time.Time
	Refused int
}

// take counts orders that go; left are those that stay. It returns
// kiosk.ErrSetShrinks where HQ must say that it means that. A set that was made
// here has nothing to lose to HQ.
func (l *loss) take(gone, left int, meant bool) error {
	if !meant && gone > 0 && kiosk.Shrinks(l.Lost+gone, left) {
		return fmt.Errorf("%w: %d would go and %d stay", kiosk.ErrSetShrinks, l.Lost+gone, left)
	}
	l.Lost += gone
	if meant {
		l.Lost, l.Refused = 0, 0
	}
	return nil
}

// confirmed begins a new window when the last one is over, or HQ meant it.
func (l *loss) confirmed(w kiosk.Watermark) {
	l.Refused = 0
	if age := w.At.Sub(l.Since); w.Purge || age < 0 || age >= kiosk.ShrinkWindow {
		l.Lost, l.Since = 0, w.At.UTC()
	}
}

// refuse notes that orders stay which HQ no longer has. The caller is the writer.
func (set *orderSet) refuse(gone int) error {
	_, m := set.current()
	if m.Loss.Refused >= gone {
		return nil
	}
	return set.update(func(_ *bolt.Tx, m *setMeta) error { m.Loss.Refused = gone; return nil })
}

// missing counts the live orders that are not staged. A live file that shows itself
// damaged is set aside, and the empty set in its place has none. The caller is the
// writer.
func (set *orderSet) missing(st *staging) (n int, err error) {
	if err := st.gather(); err != nil {
		return 0, err
	}
	at, all := uint32(0), uint32(len(st.ids.ends))
	err = set.viewAsWriter(func(tx *bolt.Tx) error {
		return set.pages.each(tx, bucketOrders, nil, func(k, _ []byte) (bool, error) {
			for at < all && bytes.Compare(st.ids.at(at), k) < 0 {
				at++
			}
			if at == all || !bytes.Equal(st.ids.at(at), k) {
				n++
			}
			return true, nil
		})
	})
	if errors.Is(err, ErrDamaged) {
		return 0, nil
	}
	return n, err
}
