package hq

import (
	"crypto/ed25519"
	"net/http"

	"hexiao/sync/wire"
)

// GetKeys gives HQ's keys.
func (c contract) GetKeys(w http.ResponseWriter, r *http.Request, _ wire.GetKeysParams) {
	var id Identity
	err := c.hq.store.View(r.Context(), func(tx Tx) (err error) {
		id, err = mustIdentity(tx)
		return err
	})
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	c.answer(w, r, wire.KeyChain{Keys: []wire.HQKey{{Key: id.Key().Public().(ed25519.PublicKey)}}})
}
