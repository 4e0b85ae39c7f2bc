package hq

import (
	"net/http"
	"time"

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
	c.answer(w, r, wire.NewKeyChain(id.Chain()))
}

// KeyRotation asks for a new key; KeyName names one to retire.
type (
	KeyRotation struct {
		Overlap time.Duration `json:"overlap"`
	}
	// KeyName names a key by its id.
	KeyName struct {
		Key string `json:"key"`
	}
)

func (a admin) keys(w http.ResponseWriter, r *http.Request) {
	list, err := a.hq.Keys(r.Context())
	stream(a, w, func(line func(KeyRow) error) error { return each(list, err, line) })
}

func (a admin) rotateKey(w http.ResponseWriter, r *http.Request) {
	var k KeyRotation
	if a.read(w, r, &k) {
		rows, err := a.hq.RotateKey(r.Context(), k.Overlap)
		a.done(w, rows, err)
	}
}

func (a admin) retireKey(w http.ResponseWriter, r *http.Request) {
	var k KeyName
	if a.read(w, r, &k) {
		rows, err := a.hq.RetireKey(r.Context(), k.Key)
		a.done(w, rows, err)
	}
}
