package wire

import (
	"time"

	"hexiao/kiosk"
)

// MaxLeases is how many orders a terminal may ask for at once.
const MaxLeases = 50

// NewLeaseRequest asks for orders, and lets HQ wait so long for their homes.
func NewLeaseRequest(orders []kiosk.OrderID, wait time.Duration) LeaseRequest {
	r := LeaseRequest{WaitMs: int(wait.Milliseconds())}
	for _, o := range orders {
		r.Orders = append(r.Orders, string(o))
	}
	return r
}

// Domain gives the orders that are asked for.
func (r LeaseRequest) Domain() []kiosk.OrderID {
	var out []kiosk.OrderID
	for _, o := range r.Orders {
		out = append(out, kiosk.OrderID(o))
	}
	return out
}

// NewLeaseAnswer is what HQ answers.
func NewLeaseAnswer(leases []kiosk.Lease, orders []kiosk.Order) LeaseAnswer {
	a := LeaseAnswer{Leases: NewLeases(leases)}
	for _, o := range orders {
		a.Orders = append(a.Orders, NewOrder(o))
	}
	return a
}

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
