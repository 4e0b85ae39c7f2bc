package main

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"hexiao/sync/hq"
)

// readyTime is how long the store may take to answer before this server counts as
// one that cannot serve.
const readyTime = 2 * time.Second

// health tells a balancer whether to send requests here.
type health struct {
	store  hq.Store
	ending atomic.Bool
}

// alive says that the process answers; one that does not is to be started again.
func (h *health) alive(w http.ResponseWriter, _ *http.Request) { sayHealth(w, http.StatusOK, "ok") }

// ready says whether this server can serve now. A store that does not answer is no
// reason to start the program again. Why stands in the log, not here: everybody may
// ask.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	if h.ending.Load() {
		sayHealth(w, http.StatusServiceUnavailable, "ending")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	answered := make(chan error, 1)
	go func() { // a store in trouble may not look at the context
		answered <- h.store.View(ctx, func(tx hq.Tx) error {
			_, _, err := tx.Identity()
			return err
		})
	}()
	select {
	case err := <-answered:
		if err == nil {
			sayHealth(w, http.StatusOK, "ready")
			return
		}
	case <-ctx.Done():
	}
	sayHealth(w, http.StatusServiceUnavailable, "the store does not answer")
}

func sayHealth(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // who has gone away is not told
}
