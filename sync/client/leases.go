package client

import (
	"context"
	"net/http"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// Leases asks HQ to make this terminal the home of orders, and lets HQ wait so
// long for their homes to give them back. It gives the orders as HQ has them
// then, with their homes; those that HQ does not have are left out. It tries
// once: a customer stands before the terminal.
func (h *HQ) Leases(ctx context.Context, orders []kiosk.OrderID, wait time.Duration) ([]kiosk.Order, error) {
	body, err := h.packer.Encode(wire.NewLeaseRequest(orders, wait))
	if err != nil {
		return nil, err
	}
	c := h.caller()
	c.tries = 1
	a := ask{method: http.MethodPost, url: joined(h.base, "v1", "terminals", string(h.opts.Terminal), "leases"), body: body}
	var found []kiosk.Order
	err = c.do(ctx, a, func(resp *http.Response) error {
		var answer wire.LeaseAnswer
		if err := decode(resp, &answer); err != nil {
			return err
		}
		var err error
		if found, err = answer.Domain(); err != nil {
			return foreign(err)
		}
		for _, o := range found {
			if o.Point != h.opts.Point || !slices.Contains(orders, o.ID) {
				return notHQ("an order that nobody asked for")
			}
		}
		return nil
	})
	return found, err
}
