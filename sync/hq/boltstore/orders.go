package boltstore

import (
	"fmt"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// row is an order in its bucket.
type row struct {
	Order []byte `cbor:"1,keyasint"`
	State []byte `cbor:"2,keyasint,omitempty"` // none: nothing has happened
	Codes []code `cbor:"3,keyasint,omitempty"`
	Gone  bool   `cbor:"4,keyasint,omitempty"`
	// Signed are the codes that HQ signed.
	Signed []hq.SignedCode `cbor:"5,keyasint,omitempty"`
}

type code struct {
	_    struct{} `cbor:",toarray"`
	Kind kiosk.CodeKind
	Text string
}

// usualList is how many orders are mostly asked for at once.
const usualList = 1000

// Prefetch does nothing: everything is near.
func (transaction) Prefetch(kiosk.PointID, []kiosk.OrderID) error { return nil }

// Order finds an order.
func (t transaction) Order(point kiosk.PointID, id kiosk.OrderID) (hq.OrderRecord, bool, error) {
	raw := t.bucket(bucketOrders).Get(below(point, id))
	if raw == nil {
		return hq.OrderRecord{}, false, nil
	}
	rec, err := t.decodeOrder(raw)
	return rec, err == nil, err
}

// OrderPoint finds an order's point.
func (t transaction) OrderPoint(id kiosk.OrderID) (kiosk.PointID, bool, error) {
	point := t.bucket(bucketPlaces).Get([]byte(id))
	return kiosk.PointID(point), point != nil, nil
}

// PutOrder keeps the order, and moves it to its present version in changes.
func (t transaction) PutOrder(rec hq.OrderRecord) error {
	o := rec.Order
	key := below(o.Point, o.ID)
	orders, changes := t.bucket(bucketOrders), t.bucket(bucketChanges)
	// Orders come mostly in the order of their ids and always in that of their
	// versions: pages need not keep room for entries between.
	orders.FillPercent, changes.FillPercent = 0.9, 0.95
	if orders.Get(key) != nil {
		old, err := t.order(key)
		if err != nil {
			return err
		}
		if old.Order.Version != o.Version {
			if err := changes.Delete(below(o.Point, number(old.Order.Version))); err != nil {
				return err
			}
		}
	} else if err := t.bucket(bucketPlaces).Put([]byte(o.ID), []byte(o.Point)); err != nil {
		return err
	}
	raw, err := t.encodeOrder(rec)
	if err != nil {
		return err
	}
	if err := orders.Put(key, raw); err != nil {
		return err
	}
	return changes.Put(below(o.Point, number(o.Version)), []byte(o.ID))
}

// Orders lists a point's orders by id.
func (t transaction) Orders(point kiosk.PointID, after kiosk.OrderID, limit int) (list []hq.OrderRecord, err error) {
	err = scan(t.bucket(bucketOrders), point, after, limit, func(_, value []byte) error {
		if list == nil {
			list = make([]hq.OrderRecord, 0, min(limit, usualList))
		}
		rec, err := t.decodeOrder(value)
		list = append(list, rec)
		return err
	})
	return list, err
}

// Changes lists a point's orders by version.
func (t transaction) Changes(point kiosk.PointID, after uint64, limit int) (list []hq.OrderRecord, err error) {
	err = scan(t.bucket(bucketChanges), point, number(after), limit, func(_, id []byte) error {
		rec, err := t.order(below(point, id))
		list = append(list, rec)
		return err
	})
	return list, err
}

// CodeOwner says which order digits were given to.
func (t transaction) CodeOwner(point kiosk.PointID, digits string) (kiosk.OrderID, bool, error) {
	id := t.bucket(bucketCodes).Get(below(point, digits))
	return kiosk.OrderID(id), id != nil, nil
}

// PutCodeOwner gives digits to an order.
func (t transaction) PutCodeOwner(point kiosk.PointID, digits string, order kiosk.OrderID) error {
	return t.bucket(bucketCodes).Put(below(point, digits), []byte(order))
}

// CodeOwners lists a point's texts.
func (t transaction) CodeOwners(point kiosk.PointID, after string, limit int) (list []hq.CodeOwner, err error) {
	err = scan(t.bucket(bucketCodes), point, after, limit, func(text, order []byte) error {
		list = append(list, hq.CodeOwner{Text: string(text), Order: kiosk.OrderID(order)})
		return nil
	})
	return list, err
}

func (t transaction) order(key []byte) (hq.OrderRecord, error) {
	raw := t.bucket(bucketOrders).Get(key)
	if raw == nil {
		return hq.OrderRecord{}, fmt.Errorf("%w: an index names an order that is not there; restore the store from a backup", hq.ErrNotAStore)
	}
	return t.decodeOrder(raw)
}

func (t transaction) encodeOrder(rec hq.OrderRecord) ([]byte, error) {
	r := row{Gone: rec.Gone, Signed: rec.Signed}
	var err error
	if r.Order, err = kiosk.EncodeOrder(rec.Order); err != nil {
		return nil, err
	}
	if !rec.State.IsZero() {
		if r.State, err = kiosk.EncodeState(rec.State); err != nil {
			return nil, err
		}
	}
	for _, c := range rec.Codes {
		r.Codes = append(r.Codes, code{Kind: c.Kind, Text: c.Text})
	}
	return t.encode(r)
}

func (t transaction) decodeOrder(raw []byte) (rec hq.OrderRecord, err error) {
	r, ok := plainRow(raw)
	if !ok {
		r = row{}
		if err := t.decode(raw, &r); err != nil {
			return rec, err
		}
	}
	rec.Gone, rec.Signed = r.Gone, r.Signed
	if len(r.Codes) > 0 {
		rec.Codes = make([]kiosk.Code, len(r.Codes))
		for i, c := range r.Codes {
			rec.Codes[i] = kiosk.Code{Kind: c.Kind, Text: c.Text}
		}
	}
	if rec.Order, err = kiosk.DecodeOrder(r.Order); err != nil {
		return rec, fmt.Errorf("%w: %w", hq.ErrNotAStore, err)
	}
	if r.State != nil {
		if rec.State, err = kiosk.DecodeState(r.State); err != nil {
			return rec, fmt.Errorf("%w: %w", hq.ErrNotAStore, err)
		}
	}
	return rec, nil
}
