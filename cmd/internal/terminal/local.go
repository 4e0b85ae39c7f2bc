package terminal

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/config"
	"hexiao/kiosk/ordertable"
)

// A terminal without HQ.
const (
	localTerminal kiosk.TerminalID = "LOCAL-1"
	localPoint    kiosk.PointID    = "LOCAL"
	localName                      = "自提点"
)

// typedTries bounds the search for a typed code that no other order has; with a
// million open orders a try fails once in a thousand.
const typedTries = 32

// EnsureLocal makes a data folder into a terminal of its own, without HQ,
// unless it is a terminal already.
func EnsureLocal(path string, random io.Reader) (Folder, error) {
	f, err := OpenFolder(path)
	if !errors.Is(err, config.ErrNotEnrolled) {
		return f, err
	}
	c := config.Default()
	c.Terminal, c.Point = localTerminal, localPoint
	if _, err := ensureKeys(c.KeyFolder(path), random); err != nil {
		return Folder{}, err
	}
	// The settings come last: a folder without them counts as nobody's.
	if err := c.Write(path); err != nil {
		return Folder{}, err
	}
	return openKeys(path, c)
}

// IssuedCode is a pickup code made for an order whose table has none.
type IssuedCode struct {
	Order  kiosk.OrderID
	Opaque kiosk.Code
	Typed  kiosk.Code
}

// ImportTable takes the orders of a table into the store of a terminal that
// has no HQ. Orders without a code of their own get codes, derived from the
// point's secret and the order's id, so that importing the same table again
// gives the same ones.
func ImportTable(f Folder, store *boltstore.Store, entries []ordertable.Entry) ([]IssuedCode, error) {
	point := store.Point()
	if point.ID == "" {
		point = kiosk.Point{ID: f.Config.Point, Name: localName, Policy: kiosk.DefaultPolicy()}
	}
	var issued []IssuedCode
	orders := make([]kiosk.Order, 0, len(entries))
	taken := ownAsTyped(f, entries)
	for _, e := range entries {
		e.Order.Point = point.ID
		var codes []kiosk.Code
		if e.OwnCode != "" {
			own, err := kiosk.PlatformCode(e.OwnCode)
			if err != nil {
				return nil, fmt.Errorf("order %s: %w", e.Order.ID, err)
			}
			codes = append(codes, own)
		} else {
			c, err := issue(f, store, point.ID, e.Order.ID, taken)
			if err != nil {
				return nil, err
			}
			issued = append(issued, c)
			codes = append(codes, c.Opaque, c.Typed)
		}
		order, err := ordertable.Seal(e, f.Point, codes)
		if err != nil {
			return nil, err
		}
		orders = append(orders, order)
	}
	if _, err := store.ImportLocal(point, slices.Values(orders)); err != nil {
		return nil, fmt.Errorf("import the orders: %w", err)
	}
	return issued, nil
}

// ownAsTyped gives the lookups of the typed codes that read like a platform's own
// codes of the table: such a code must not be made for another order, for the
// same digits would open both.
func ownAsTyped(f Folder, entries []ordertable.Entry) map[kiosk.Lookup]bool {
	taken := map[kiosk.Lookup]bool{}
	for _, e := range entries {
		if kiosk.TypedCheck(e.OwnCode) {
			taken[f.Point.Lookup(kiosk.Code{Kind: kiosk.CodeTyped, Text: e.OwnCode})] = true
		}
	}
	return taken
}

// issue derives the codes of an order.
func issue(f Folder, store *boltstore.Store, point kiosk.PointID, order kiosk.OrderID, taken map[kiosk.Lookup]bool) (IssuedCode, error) {
	bits, err := hkdf.Key(sha256.New, f.Keys.Point, nil, "hexiao local code v1\x00"+string(order), 16+4*typedTries)
	if err != nil {
		return IssuedCode{}, fmt.Errorf("order %s: make a code: %w", order, err)
	}
	c := IssuedCode{Order: order, Opaque: kiosk.NewOpaque([16]byte(bits), point)}
	for i := range typedTries {
		c.Typed = kiosk.NewTyped(binary.BigEndian.Uint32(bits[16+4*i:]))
		lookup := f.Point.Lookup(c.Typed)
		free, err := store.Free(lookup, order)
		if err != nil {
			return IssuedCode{}, err
		}
		if free && !taken[lookup] {
			taken[lookup] = true
			return c, nil
		}
	}
	return IssuedCode{}, fmt.Errorf("order %s: no typed code is free", order)
}
