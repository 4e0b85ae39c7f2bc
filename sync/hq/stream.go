package hq

import (
	"context"
	"encoding/base64"
	"encoding/binary"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// pageOrders is how many orders one transaction reads, and a page has.
const pageOrders = wire.MaxPageLines

// cursor is a place in a point's set.
type cursor struct {
	set     uint64        // PointRecord.SetID
	full    bool          // the full set is being loaded
	version uint64        // of the changes taken; during a full load, of its beginning
	after   kiosk.OrderID // the last order of a full load
}

const cursorBytes = 1 + 8 + 8 // kind, set, version; then the order's id

func (c cursor) String() string {
	b := make([]byte, cursorBytes, cursorBytes+len(c.after))
	if b[0] = 'c'; c.full {
		b[0] = 'f'
	}
	binary.BigEndian.PutUint64(b[1:], c.set)
	binary.BigEndian.PutUint64(b[9:], c.version)
	return base64.RawURLEncoding.EncodeToString(append(b, c.after...))
}

// parseCursor returns wire.ErrCursorExpired for anything that String did not
// make: the terminal then begins anew, which is always right.
func parseCursor(s string) (cursor, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < cursorBytes || b[0] != 'f' && b[0] != 'c' || b[0] == 'c' && len(b) != cursorBytes {
		return cursor{}, wire.ErrCursorExpired
	}
	return cursor{
		full: b[0] == 'f', set: binary.BigEndian.Uint64(b[1:]), version: binary.BigEndian.Uint64(b[9:]),
		after: kiosk.OrderID(b[cursorBytes:]),
	}, nil
}

// past is the cursor behind an order.
func (c cursor) past(rec OrderRecord) cursor {
	if c.full {
		c.after = rec.Order.ID
	} else {
		c.version = rec.Order.Version
	}
	return c
}

// part is what one transaction gives of a stream.
type part struct {
	from  cursor
	list  []OrderRecord
	next  cursor
	ended bool
	mark  kiosk.Watermark // of the state that list was read from, when ended
	point PointRecord     // likewise
}

// part reads on for a terminal from a cursor; nil stands for the beginning of a full load. It
// returns wire.ErrCursorExpired and ErrNoPoint.
func (h *HQ) part(ctx context.Context, t Terminal, from *cursor) (p part, err error) {
	point := t.Point
	err = h.promised(ctx, t.ID, func(tx Tx) error {
		p = part{} // it may be run again
		rec, err := MustPoint(tx, point)
		if err != nil {
			return err
		}
		if p.from = (cursor{set: rec.SetID, full: true, version: rec.Version}); from != nil {
			p.from = *from
		}
		if p.from.set != rec.SetID || p.from.version > rec.Version {
			return wire.ErrCursorExpired
		}
		if p.from.full {
			p.list, err = tx.Orders(t.Point, p.from.after, pageOrders)
		} else {
			p.list, err = tx.Changes(t.Point, p.from.version, pageOrders)
		}
		if err != nil {
			return err
		}
		p.next = p.from
		if len(p.list) == pageOrders {
			p.next = p.from.past(p.list[pageOrders-1])
			return nil
		}
		if p.from.full { // then what changed since the load began
			p.next = cursor{set: p.from.set, version: p.from.version}
			return nil
		}
		p.ended = true
		p.next.version = rec.Version
		p.point = rec
		p.mark = kiosk.Watermark{Version: rec.Version, Count: rec.Count, Digest: rec.Digest, At: h.at()}
		return h.lease(tx, t.ID, rec.Point.Policy, &p.mark)
	})
	return p, err
}
