package wire

import "hexiao/kiosk"

// NewLeases and DomainLeases carry which terminal may hand out which orders.
func NewLeases(list []kiosk.Lease) []Lease {
	out := make([]Lease, len(list))
	for i, l := range list {
		out[i] = Lease{Order: string(l.Order), Home: string(l.Home), Version: l.Version, Until: l.Until.UTC()}
	}
	return out
}

// DomainLeases returns ErrMalformed for a lease without an order.
func DomainLeases(list []Lease) ([]kiosk.Lease, error) {
	var out []kiosk.Lease
	for i, l := range list {
		if l.Order == "" {
			return nil, malformed("lease %d names no order", i)
		}
		out = append(out, kiosk.Lease{Order: kiosk.OrderID(l.Order), Home: kiosk.TerminalID(l.Home), Version: l.Version, Until: l.Until.UTC()})
	}
	return out, nil
}

// Domain gives the orders of an answer. It returns ErrMalformed for one that the
// order stream could not have brought.
func (a LeaseAnswer) Domain() ([]kiosk.Order, error) {
	var out []kiosk.Order
	for _, o := range a.Orders {
		order, err := o.Domain()
		if err != nil {
			return nil, err
		}
		out = append(out, order)
	}
	return out, nil
}
