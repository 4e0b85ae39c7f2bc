package hq

import (
	"net/http"

	"hexiao/sync/wire"
)

// AskLeases answers where orders are at home.
func (c contract) AskLeases(w http.ResponseWriter, r *http.Request, terminal wire.TerminalID) {
	t, err := c.verify(r)
	if err == nil && string(t.ID) != terminal {
		err = wire.ErrForbidden
	}
	if err == nil {
		err = wire.ErrNotFound // no order has a home
	}
	c.refuse(w, r, err)
}
