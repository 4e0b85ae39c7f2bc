package hq

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// enrolmentLife is how long an enrolment code is good.
const enrolmentLife = 24 * time.Hour

// EnrolmentCode makes a one-time code of sixty random bits for a point, in
// three groups of four characters, and says until when it is good. It returns
// ErrNoPoint.
func (h *HQ) EnrolmentCode(ctx context.Context, point kiosk.PointID) (code string, expires time.Time, err error) {
	var random [8]byte
	if _, err := io.ReadFull(h.random, random[:]); err != nil {
		return "", time.Time{}, fmt.Errorf("make an enrolment code: %w", err)
	}
	s := base32.StdEncoding.EncodeToString(random[:])[:12]
	expires = h.at().Add(enrolmentLife)
	err = h.store.Update(ctx, func(tx Tx) error {
		if _, err := MustPoint(tx, point); err != nil {
			return err
		}
		return tx.PutEnrolment(Enrolment{Hash: enrolmentHash(s), Point: point, Expires: expires})
	})
	if err != nil {
		return "", time.Time{}, err
	}
	return s[:4] + "-" + s[4:8] + "-" + s[8:], expires, nil
}

// enrolmentHash forgives what people do to a code when they type it.
func enrolmentHash(code string) [32]byte {
	code = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
	return sha256.Sum256([]byte("hexiao enrolment v1\x00" + code))
}

// Enrol makes a device known that proved possession of its key. The same code
// with the same key gives the same answer again until the code expires. It
// returns wire.ErrBadCode, or wire.ErrRevoked for a device withdrawn meanwhile.
func (h *HQ) Enrol(ctx context.Context, code, name string, key ed25519.PublicKey) (e wire.Enrolment, err error) {
	var random [4]byte
	if _, err := io.ReadFull(h.random, random[:]); err != nil {
		return e, fmt.Errorf("name a terminal: %w", err)
	}
	err = h.store.Update(ctx, func(tx Tx) error {
		enrolment, ok, err := tx.Enrolment(enrolmentHash(code))
		if err != nil {
			return err
		}
		if !ok || h.at().After(enrolment.Expires) {
			return wire.ErrBadCode
		}
		id, err := mustIdentity(tx)
		if err != nil {
			return err
		}
		point, err := MustPoint(tx, enrolment.Point)
		if err != nil {
			return err
		}
		if enrolment.Terminal == "" {
			id.Terminals++
			// The random end keeps a terminal apart from one that was enrolled under the
			// same number before the store was restored from a backup.
			suffix := base32.StdEncoding.EncodeToString(random[:])[:4]
			t := Terminal{
				ID:    kiosk.TerminalID(fmt.Sprintf("K%d-%s", id.Terminals, suffix)),
				Point: enrolment.Point, Name: printable(name), Key: key, Enrolled: h.at(),
			}
			enrolment.Terminal = t.ID
			for _, put := range []func() error{
				func() error { return tx.PutTerminal(t) },
				func() error { return tx.PutIdentity(id) },
				func() error { return tx.PutEnrolment(enrolment) },
			} {
				if err := put(); err != nil {
					return err
				}
			}
		}
		t, err := mustTerminal(tx, enrolment.Terminal)
		switch {
		case err != nil:
			return err
		case subtle.ConstantTimeCompare(t.Key, key) != 1:
			return wire.ErrBadCode
		case !t.Revoked.IsZero():
			return wire.ErrRevoked
		}
		e = wire.Enrolment{
			Terminal: string(t.ID), Point: string(t.Point), PointSecret: point.Secret,
			HQKey: id.Key().Public().(ed25519.PublicKey), TLSPins: h.pins,
		}
		return nil
	})
	if err == nil {
		// Before it hears of any order: where there were no terminals, orders have no
		// home. The device may give up waiting, and asks again.
		err = h.spreadOrders(context.WithoutCancel(ctx), kiosk.PointID(e.Point))
	}
	return e, err
}

// printable keeps a device's name from playing tricks on an operator's screen.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}

// Revoke withdraws a terminal: HQ answers it no more, and tells it to delete
// its orders. Of the orders whose home it is those move that nobody can have handed
// out there any more; the others when its term is over, as they are asked for, or
// by revoking it once more. It returns ErrNoTerminal.
func (h *HQ) Revoke(ctx context.Context, id kiosk.TerminalID) error {
	var t Terminal
	err := h.store.Update(ctx, func(tx Tx) (err error) {
		t, err = mustTerminal(tx, id)
		if err != nil || !t.Revoked.IsZero() {
			return err
		}
		t.Revoked = h.at()
		return tx.PutTerminal(t)
	})
	if err != nil {
		return err
	}
	return h.spreadOrders(ctx, t.Point)
}

// NoteCondition keeps what a terminal said of itself last, and since when it has
// been saying so: telling the same again changes nothing. It returns
// ErrNoTerminal.
func (h *HQ) NoteCondition(ctx context.Context, id kiosk.TerminalID, said kiosk.Condition, at time.Time) error {
	return h.store.Update(ctx, func(tx Tx) error {
		t, err := mustTerminal(tx, id)
		if err != nil || t.Condition == said && !t.Since.IsZero() {
			return err
		}
		if said.Fault != "" && said.Fault != t.Condition.Fault {
			h.log.WarnContext(ctx, "a terminal is out of order", "terminal", id, "fault", said.Fault, "event", said.Event)
		}
		t.Condition, t.Since = said, at
		return tx.PutTerminal(t)
	})
}

// maxTerminals is how many terminals are listed at once.
const maxTerminals = 1_000_000

// Terminals lists the terminals by id, at most a million.
func (h *HQ) Terminals(ctx context.Context) (list []Terminal, err error) {
	err = h.store.View(ctx, func(tx Tx) (err error) {
		list, err = tx.Terminals("", maxTerminals)
		return err
	})
	return list, err
}

func mustTerminal(tx Tx, id kiosk.TerminalID) (Terminal, error) {
	t, ok, err := tx.Terminal(id)
	if err == nil && !ok {
		err = fmt.Errorf("terminal %s: %w", id, ErrNoTerminal)
	}
	return t, err
}
