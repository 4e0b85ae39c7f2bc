package hq

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/signedcode"
)

// ProxyRequest asks for a proxy code.
type ProxyRequest struct {
	Order kiosk.OrderID  `json:"order"`
	Lines []kiosk.LineID `json:"lines,omitempty"` // none: all
	Until time.Time      `json:"until"`           // cut to the minute
}

// ProxyCode is a proxy code that was made; HQ keeps its id, not the code.
type ProxyCode struct {
	Order kiosk.OrderID  `json:"order"`
	ID    kiosk.ProxyID  `json:"id"`
	Code  string         `json:"code"`
	Until time.Time      `json:"until"`
	Lines []kiosk.LineID `json:"lines"` // that may be collected
}

// NewProxyCode signs a code by which somebody else may collect lines of an order,
// from now until a time, once. It returns ErrNoOrder, and ErrInput for an order
// that nobody can collect any more, for a line that it has not, and for a time
// that is not within the next 45 days.
//
// The code counts lines: an import that changes the lines of the order later
// changes what an old code means.
func (h *HQ) NewProxyCode(ctx context.Context, r ProxyRequest) (made ProxyCode, err error) {
	g := signedcode.Grant{From: h.at().Truncate(time.Minute), Until: r.Until.UTC().Truncate(time.Minute)}
	if _, err := io.ReadFull(h.random, g.Code[:]); err != nil {
		return made, fmt.Errorf("make a proxy code: %w", err)
	}
	err = h.store.Update(ctx, func(tx Tx) error {
		id, rec, err := toVouch(tx, r.Order)
		if err != nil {
			return err
		}
		if g.Lines, err = signedcode.Mask(rec.Order, r.Lines...); err != nil {
			return fmt.Errorf("%w: %w", ErrInput, err)
		}
		g.Order = signedcode.ReferenceOf(rec.Order.Point, rec.Order.ID)
		text, err := signedcode.Encode(g, id.CodeKey(g.Until))
		if errors.Is(err, signedcode.ErrGrant) {
			return fmt.Errorf("%w: the code must end at least a minute and at most 45 days from now", ErrInput)
		}
		if err != nil {
			return err
		}
		made = ProxyCode{Order: r.Order, ID: g.Code, Code: text, Until: g.Until, Lines: []kiosk.LineID{}}
		p, _ := g.Proxy(rec.Order)
		if made.Lines = append(made.Lines, p.Lines...); len(p.Lines) == 0 {
			for _, l := range rec.Order.Lines {
				made.Lines = append(made.Lines, l.ID)
			}
		}
		return keepSigned(tx, rec, SignedCode{ID: g.Code, Kind: SignedProxy, Lines: p.Lines, From: g.From, Until: g.Until}, h.at())
	})
	return made, err
}

// toVouch gives what a code about an order is signed with, and the order, if
// somebody can still collect it.
func toVouch(tx Tx, order kiosk.OrderID) (id Identity, rec OrderRecord, err error) {
	if id, err = mustIdentity(tx); err != nil {
		return id, rec, err
	}
	if rec, err = mustOrder(tx, order); err != nil {
		return id, rec, err
	}
	return id, rec, collectable(rec)
}
