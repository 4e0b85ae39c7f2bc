package hq

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"hexiao/kiosk"
)

// typedTries is how often a typed code is drawn before HQ gives up: with half a
// billion codes taken, this many draws fail once in 10^9.
const typedTries = 30

// issue gives an order its opaque and typed code.
func (h *HQ) issue(tx Tx, point kiosk.PointID, order kiosk.OrderID) ([]kiosk.Code, error) {
	var random [16]byte
	if _, err := io.ReadFull(h.random, random[:]); err != nil {
		return nil, fmt.Errorf("issue a code: %w", err)
	}
	typed, err := h.issueTyped(tx, point, order)
	if err != nil {
		return nil, err
	}
	return []kiosk.Code{kiosk.NewOpaque(random, point), typed}, nil
}

// issueTyped draws a typed code that no order of the point ever had. Codes of
// finished orders are not given out again: their orders may still be in a
// terminal that is offline.
func (h *HQ) issueTyped(tx Tx, point kiosk.PointID, order kiosk.OrderID) (kiosk.Code, error) {
	var random [4]byte
	for range typedTries {
		if _, err := io.ReadFull(h.random, random[:]); err != nil {
			return kiosk.Code{}, fmt.Errorf("issue a code: %w", err)
		}
		n := binary.BigEndian.Uint32(random[:])
		if n >= 4_000_000_000 {
			continue // would make the first 294,967,296 codes likelier than the rest
		}
		code := kiosk.NewTyped(n)
		_, taken, err := tx.CodeOwner(point, code.Text)
		if err != nil {
			return kiosk.Code{}, err
		}
		if !taken {
			return code, tx.PutCodeOwner(point, code.Text, order)
		}
	}
	return kiosk.Code{}, fmt.Errorf("%w: point %s has no typed codes left", ErrInput, point)
}

// own adds the platform's own code to an order's, or takes an old one out. A
// code that reads like a typed code must not open another order's goods.
func own(tx Tx, point kiosk.PointID, order kiosk.OrderID, codes []kiosk.Code, text string) ([]kiosk.Code, error) {
	codes = slices.DeleteFunc(slices.Clone(codes), func(c kiosk.Code) bool { return c.Kind == kiosk.CodePlatform })
	if text == "" {
		return codes, nil
	}
	code, err := kiosk.PlatformCode(text)
	if err != nil {
		return nil, fmt.Errorf("%w: its own code cannot be read; correct it or leave it out", ErrInput)
	}
	if kiosk.TypedCheck(code.Text) {
		owner, taken, err := tx.CodeOwner(point, code.Text)
		if err != nil {
			return nil, err
		}
		// Several orders of a customer may share the platform's code; it then
		// belongs to the first, and no typed code of HQ's is the same.
		if taken && !sharesOwn(tx, point, owner, code) {
			return nil, fmt.Errorf("%w: its own code is the same as a typed code that HQ gave to order %s; leave it out", ErrInput, owner)
		}
		if !taken {
			if err := tx.PutCodeOwner(point, code.Text, order); err != nil {
				return nil, err
			}
		}
	}
	return append(codes, code), nil
}

func sharesOwn(tx Tx, point kiosk.PointID, owner kiosk.OrderID, code kiosk.Code) bool {
	rec, ok, err := tx.Order(point, owner)
	return err == nil && (!ok || !slices.Contains(rec.Codes, kiosk.Code{Kind: kiosk.CodeTyped, Text: code.Text}))
}
