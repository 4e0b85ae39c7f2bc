package pgstore

import (
	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/pgstore/db"
)

// Prefetch fetches orders of a point in one query.
func (t *transaction) Prefetch(point kiosk.PointID, orders []kiosk.OrderID) error {
	var ids [][]byte
	for _, id := range orders {
		if _, known := t.seen.orders[orderKey{point, id}]; !known {
			t.seen.orders[orderKey{point, id}] = nil // until it is found
			t.seen.asked[id] = true
			ids = append(ids, []byte(id))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	t.lock(point)
	rows, err := t.q.ListOrders(t.ctx, db.ListOrdersParams{Point: []byte(point), Ids: ids})
	for _, r := range rows {
		id := kiosk.OrderID(r.ID)
		t.seen.orders[orderKey{point, id}] = &orderRow{terms: r.Terms, state: r.State, more: r.More}
		delete(t.seen.asked, id)
	}
	return err
}

// Order finds an order.
func (t *transaction) Order(point kiosk.PointID, id kiosk.OrderID) (hq.OrderRecord, bool, error) {
	if err := t.Prefetch(point, []kiosk.OrderID{id}); err != nil {
		return hq.OrderRecord{}, false, err
	}
	row := t.seen.orders[orderKey{point, id}]
	if row == nil {
		return hq.OrderRecord{}, false, nil
	}
	rec, err := t.codec.decodeOrder(row)
	return rec, err == nil, err
}

// OrderPoint finds an order's point, together with those of all others that were
// prefetched and not there. Who found none and puts the order asks again at the
// commit, when nobody else can take it in.
func (t *transaction) OrderPoint(id kiosk.OrderID) (kiosk.PointID, bool, error) {
	if point, known := t.seen.homes[id]; known {
		return point, point != "", nil
	}
	ids := []kiosk.OrderID{id}
	for other := range t.seen.asked {
		if other != id {
			ids = append(ids, other)
		}
	}
	clear(t.seen.asked)
	rows, err := t.q.ListOrderPoints(t.ctx, idBytes(ids))
	if err != nil {
		return "", false, err
	}
	for _, id := range ids {
		t.seen.homes[id], t.seen.homeless[id] = "", true
	}
	for _, r := range rows {
		found := kiosk.OrderID(r.ID)
		t.seen.homes[found] = kiosk.PointID(r.Point)
		delete(t.seen.homeless, found)
	}
	point := t.seen.homes[id]
	return point, point != "", nil
}

// takeIn makes sure that orders which were nowhere, and are put now, still are. From
// here to the commit nobody else takes in an order: what an import does before, such
// as making codes, holds nobody up.
func (t *transaction) takeIn(orders map[orderKey]*orderRow) error {
	var ids []kiosk.OrderID
	for key := range orders {
		if t.seen.homeless[key.id] {
			ids = append(ids, key.id)
			delete(t.seen.homeless, key.id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := t.q.LockNewOrders(t.ctx); err != nil {
		return err
	}
	rows, err := t.q.ListOrderPoints(t.ctx, idBytes(ids))
	if err == nil && len(rows) > 0 {
		err = errStale
	}
	return err
}

func idBytes(ids []kiosk.OrderID) [][]byte {
	raw := make([][]byte, len(ids))
	for i, id := range ids {
		raw[i] = []byte(id)
	}
	return raw
}

// PutOrder keeps the order.
func (t *transaction) PutOrder(rec hq.OrderRecord) error {
	row, err := t.codec.encodeOrder(rec)
	if err != nil {
		return err
	}
	key := orderKey{rec.Order.Point, rec.Order.ID}
	t.lock(key.point)
	t.seen.orders[key], t.puts.orders[key] = row, row
	t.seen.homes[key.id] = key.point
	return nil
}

// Orders lists a point's orders by id.
func (t *transaction) Orders(point kiosk.PointID, after kiosk.OrderID, limit int) (list []hq.OrderRecord, err error) {
	t.lock(point)
	if err := t.flush(); err != nil {
		return nil, err
	}
	rows, err := t.q.ListOrdersByID(t.ctx, db.ListOrdersByIDParams{Point: []byte(point), After: []byte(after), Most: int64(limit)})
	for _, r := range rows {
		rec, err := t.codec.decodeOrder(&orderRow{terms: r.Terms, state: r.State, more: r.More})
		if err != nil {
			return nil, err
		}
		list = append(list, rec)
	}
	return list, err
}

// Changes lists a point's orders by version.
func (t *transaction) Changes(point kiosk.PointID, version uint64, limit int) (list []hq.OrderRecord, err error) {
	t.lock(point)
	if err := t.flush(); err != nil {
		return nil, err
	}
	rows, err := t.q.ListOrdersByVersion(t.ctx, db.ListOrdersByVersionParams{Point: []byte(point), After: after(version), Most: int64(limit)})
	for _, r := range rows {
		rec, err := t.codec.decodeOrder(&orderRow{terms: r.Terms, state: r.State, more: r.More})
		if err != nil {
			return nil, err
		}
		list = append(list, rec)
	}
	return list, err
}

// CodeOwner says which order digits were given to.
func (t *transaction) CodeOwner(point kiosk.PointID, digits string) (kiosk.OrderID, bool, error) {
	key := codeKey{point, digits}
	owner, known := t.seen.codes[key]
	if !known && t.update {
		var err error
		if known, err = t.allCodes(point); err != nil {
			return "", false, err
		}
		owner = t.seen.codes[key]
	}
	if !known {
		t.lock(point)
		raw, err := none(t.q.GetCodeOwner(t.ctx, db.GetCodeOwnerParams{Point: []byte(point), Digits: []byte(digits)}))
		if err != nil {
			return "", false, err
		}
		owner = kiosk.OrderID(raw)
		t.seen.codes[key] = owner
	}
	return owner, owner != "", nil
}

// Who asks for a few codes of a point one by one is importing, and will ask for
// thousands: then all of the point are read at once, up to a number of them.
const (
	codesOneByOne = 16
	codesAtOnce   = 200_000
)

// allCodes reports whether what is not among the codes seen is not there. The point
// stays locked, so that this stays true.
func (t *transaction) allCodes(point kiosk.PointID) (bool, error) {
	asked := t.seen.codesAsked[point] + 1
	if t.seen.codesAsked[point] = asked; asked != codesOneByOne {
		return t.seen.codesWhole[point], nil
	}
	t.lock(point)
	rows, err := t.q.ListCodeOwners(t.ctx, db.ListCodeOwnersParams{Point: []byte(point), Most: codesAtOnce})
	for _, r := range rows {
		key := codeKey{point, string(r.Digits)}
		if _, known := t.seen.codes[key]; !known { // what was put stands
			t.seen.codes[key] = kiosk.OrderID(r.OrderID)
		}
	}
	t.seen.codesWhole[point] = err == nil && len(rows) < codesAtOnce
	return t.seen.codesWhole[point], err
}

// PutCodeOwner gives digits to an order.
func (t *transaction) PutCodeOwner(point kiosk.PointID, digits string, order kiosk.OrderID) error {
	t.lock(point)
	key := codeKey{point, digits}
	t.seen.codes[key], t.puts.codes[key] = order, order
	return nil
}

// CodeOwners lists a point's texts.
func (t *transaction) CodeOwners(point kiosk.PointID, after string, limit int) (list []hq.CodeOwner, err error) {
	t.lock(point)
	if err := t.flush(); err != nil {
		return nil, err
	}
	rows, err := t.q.ListCodeOwners(t.ctx, db.ListCodeOwnersParams{Point: []byte(point), After: []byte(after), Most: int64(limit)})
	for _, r := range rows {
		list = append(list, hq.CodeOwner{Text: string(r.Digits), Order: kiosk.OrderID(r.OrderID)})
	}
	return list, err
}
