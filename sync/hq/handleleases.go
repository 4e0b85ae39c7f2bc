package hq

import (
	"net/http"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// AskLeases answers where orders are at home.
func (c contract) AskLeases(w http.ResponseWriter, r *http.Request, terminal wire.TerminalID) {
	t, err := c.verify(r)
	if err == nil && string(t.ID) != terminal {
		err = wire.ErrForbidden
	}
	var body wire.LeaseRequest
	if err == nil {
		err = wire.DecodeBody(http.MaxBytesReader(w, r.Body, 64<<10), r.Header.Get("Content-Encoding"), &body)
	}
	var leases []kiosk.Lease
	var orders []kiosk.Order
	if err == nil {
		leases, orders, err = c.hq.AskLeases(r.Context(), t.ID, body.Domain(), time.Duration(body.WaitMs)*time.Millisecond)
	}
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	c.answer(w, r, wire.NewLeaseAnswer(leases, orders))
}
