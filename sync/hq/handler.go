package hq

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// Handler serves the contract, everything below /v1/, and signs what it says.
func (h *HQ) Handler() http.Handler {
	serve := wire.HandlerWithOptions(contract{h}, wire.StdHTTPServerOptions{
		ErrorHandlerFunc: func(w http.ResponseWriter, r *http.Request, err error) {
			contract{h}.refuse(w, r, fmt.Errorf("%w: %w", wire.ErrMalformed, err))
		},
	})
	return wire.SigningAnswers(serve, h.signer, h.now)
}

// signer is the key that HQ signs an answer with.
func (h *HQ) signer(r *http.Request) (key ed25519.PrivateKey, err error) {
	err = h.store.View(context.WithoutCancel(r.Context()), func(tx Tx) error {
		id, err := mustIdentity(tx)
		if err == nil {
			key = id.Key()
		}
		return err
	})
	if err != nil {
		h.log.ErrorContext(r.Context(), "answer not signed", "error", err)
	}
	return key, err
}

// contract is HQ as the contract has it.
type contract struct{ hq *HQ }

// Enrol makes a device known.
func (c contract) Enrol(w http.ResponseWriter, r *http.Request, _ wire.EnrolParams) {
	var req wire.EnrolRequest
	if err := wire.DecodeBody(http.MaxBytesReader(w, r.Body, 64<<10), r.Header.Get("Content-Encoding"), &req); err != nil {
		c.refuse(w, r, err)
		return
	}
	key, err := req.Key()
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	e, err := c.hq.Enrol(r.Context(), req.Code, req.Name, key)
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	c.hq.log.InfoContext(r.Context(), "terminal enrolled", "terminal", e.Terminal, "point", e.Point)
	c.answer(w, r, e)
}

// GetTime gives HQ's clock.
func (c contract) GetTime(w http.ResponseWriter, r *http.Request, _ wire.GetTimeParams) {
	c.answer(w, r, wire.ServerTime{At: c.hq.at()})
}

// PushEvents settles a batch.
func (c contract) PushEvents(w http.ResponseWriter, r *http.Request, terminal wire.TerminalID) {
	t, err := c.verify(r)
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	if string(t.ID) != terminal {
		c.refuse(w, r, wire.ErrForbidden)
		return
	}
	var body wire.Batch
	if err := wire.DecodeBody(r.Body, r.Header.Get("Content-Encoding"), &body); err != nil {
		c.refuse(w, r, err)
		return
	}
	batch, err := body.Domain(t.ID)
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	ack, err := c.hq.Push(r.Context(), batch)
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	c.answer(w, r, wire.NewAck(ack))
}

// GetHead gives the acknowledged head, and compares the terminal's own with it.
func (c contract) GetHead(w http.ResponseWriter, r *http.Request, terminal wire.TerminalID, params wire.GetHeadParams) {
	t, err := c.verify(r)
	if err == nil && string(t.ID) != terminal {
		err = wire.ErrForbidden
	}
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	var ack kiosk.Ack
	differs := false
	if params.Hash == "" {
		ack, err = c.hq.Head(r.Context(), t.ID)
	} else {
		var own kiosk.Head
		if own, err = (wire.Head{Seq: params.Seq, Hash: params.Hash}).Domain(); err == nil {
			ack, differs, err = c.hq.Compare(r.Context(), t.ID, own)
		}
	}
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	answer := wire.NewAck(ack)
	answer.Differs = differs
	c.answer(w, r, answer)
}

// PutCondition notes how a terminal is.
func (c contract) PutCondition(w http.ResponseWriter, r *http.Request, terminal wire.TerminalID) {
	t, err := c.verify(r)
	if err == nil && string(t.ID) != terminal {
		err = wire.ErrForbidden
	}
	var body wire.Condition
	if err == nil {
		err = wire.DecodeBody(http.MaxBytesReader(w, r.Body, 64<<10), r.Header.Get("Content-Encoding"), &body)
	}
	var said kiosk.Condition
	if err == nil {
		said, err = body.Domain()
	}
	at := c.hq.at()
	if err == nil {
		err = c.hq.NoteCondition(r.Context(), t.ID, said, at)
	}
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	c.answer(w, r, wire.ServerTime{At: at})
}

// GetPoint gives the point's settings, unless the terminal has them.
func (c contract) GetPoint(w http.ResponseWriter, r *http.Request, point wire.PointID, params wire.GetPointParams) {
	if err := c.atPoint(r, point); err != nil {
		c.refuse(w, r, err)
		return
	}
	p, etag, err := c.hq.settings(r.Context(), kiosk.PointID(point))
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	w.Header().Set("ETag", etag)
	if params.IfNoneMatch == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	c.answer(w, r, wire.NewPoint(p))
}

// verify finds out which terminal signed the request. That a terminal was
// withdrawn is said only to whoever has its key: it would delete its orders over
// an answer that somebody else asked for in its name.
func (c contract) verify(r *http.Request) (t Terminal, err error) {
	keys := func(ctx context.Context, id kiosk.TerminalID) (ed25519.PublicKey, error) {
		err := c.hq.store.View(ctx, func(tx Tx) error {
			var ok bool
			var err error
			t, ok, err = tx.Terminal(id)
			switch {
			case err != nil:
				return err
			case !ok:
				return wire.ErrBadSignature
			}
			return nil
		})
		return t.Key, err
	}
	now := c.hq.now()
	if _, err = wire.Verify(r, keys, now, c.hq.nonces(r.Context(), now)); err == nil && !t.Revoked.IsZero() {
		err = wire.ErrRevoked
	}
	return t, err
}

// nonces is the store's memory of used signatures.
func (h *HQ) nonces(ctx context.Context, now time.Time) wire.Nonces {
	return func(id kiosk.TerminalID, nonce string, until time.Time) (bool, error) {
		return h.store.UseNonce(ctx, id, nonce, now, until)
	}
}

func (c contract) atPoint(r *http.Request, point wire.PointID) error {
	t, err := c.verify(r)
	if err == nil && string(t.Point) != point {
		err = wire.ErrForbidden
	}
	return err
}

// answer sends a body, gzipped where the terminal takes that.
func (c contract) answer(w http.ResponseWriter, r *http.Request, v any) {
	w.Header().Set("Content-Type", "application/json")
	var body []byte
	var err error
	if takesGzip(r) {
		w.Header().Set("Content-Encoding", "gzip")
		body, err = c.hq.packer.Encode(v)
	} else {
		body, err = json.Marshal(v)
	}
	if err != nil {
		w.Header().Del("Content-Encoding")
		c.refuse(w, r, err)
		return
	}
	if _, err := w.Write(body); err != nil {
		c.hq.log.DebugContext(r.Context(), "answer not delivered", "error", err)
	}
}

// refuse sends what became of a request instead. Only HQ's own failures are
// worth a line in the log.
func (c contract) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		err = fmt.Errorf("%w: %w", wire.ErrTooLarge, err)
	case errors.Is(err, ErrNoPoint), errors.Is(err, ErrNoTerminal):
		err = fmt.Errorf("%w: %w", wire.ErrNotFound, err)
	}
	status, problem := wire.ProblemOf(err)
	if status >= http.StatusInternalServerError {
		c.hq.log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	body, err := json.Marshal(problem)
	if err != nil {
		c.hq.log.ErrorContext(r.Context(), "refusal not written", "error", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		c.hq.log.DebugContext(r.Context(), "refusal not delivered", "error", err)
	}
}

func takesGzip(r *http.Request) bool {
	for _, e := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(e), ";")
		if name == "gzip" && strings.TrimSpace(quality) != "q=0" {
			return true
		}
	}
	return false
}
