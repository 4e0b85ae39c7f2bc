package ordertable

import (
	"bytes"
	"fmt"
	"slices"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
)

// Seal gives the entry's order as a terminal may keep it: found by the lookups
// of its codes, the customer's name and phone sealed and indexed. Without an
// opaque code among the codes nobody can ever open the full name and phone, so
// they are left out. The order's id must be final: sealed data are bound to it.
func Seal(e Entry, key seal.PointKey, codes []kiosk.Code) (kiosk.Order, error) {
	o := e.Order
	o.Lookups, o.SealedDesk, o.SealedFull, o.NameIndex, o.NameKeys = nil, nil, nil, nil, nil
	for _, c := range codes {
		o.Lookups = append(o.Lookups, key.Lookup(c))
	}
	slices.SortFunc(o.Lookups, func(a, b kiosk.Lookup) int { return bytes.Compare(a[:], b[:]) })
	o.Lookups = slices.Compact(o.Lookups)
	if e.Name == "" && e.Phone == "" {
		return o, nil
	}
	masked := kiosk.Mask(e.Name, e.Phone)
	var err error
	if o.SealedDesk, err = key.SealDesk(o.ID, masked); err != nil {
		return kiosk.Order{}, fmt.Errorf("order %s: %w", o.ID, err)
	}
	if e.Name != "" {
		o.NameIndex, o.NameKeys = key.NameIndex(e.Name), key.NameKeys(e.Name)
	}
	if i := slices.IndexFunc(codes, func(c kiosk.Code) bool { return c.Kind == kiosk.CodeOpaque }); i >= 0 {
		if o.SealedFull, err = seal.SealFull(codes[i], o.ID, seal.Personal{Name: e.Name, Phone: e.Phone}); err != nil {
			return kiosk.Order{}, fmt.Errorf("order %s: %w", o.ID, err)
		}
	}
	return o, nil
}
