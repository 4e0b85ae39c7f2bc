package wire

import "hexiao/kiosk"

// NewLeases and DomainLeases carry which terminal may hand out which orders.
func NewLeases(list []kiosk.Lease) []Lease {
	out := make([]Lease, len(list))
	for i, l := range list {
		out[i] = Lease{Order: string(l.Order), Home: string(l.Home), Until: l.Until.UTC()}
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
		out = append(out, kiosk.Lease{Order: kiosk.OrderID(l.Order), Home: kiosk.TerminalID(l.Home), Until: l.Until.UTC()})
	}
	return out, nil
}
