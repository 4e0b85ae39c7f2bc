package hq

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
)

// maxPoints is how many points are listed at once.
const maxPoints = 100_000

// maxNeighbours is how many other points a terminal is told of.
const maxNeighbours = 500

// NewPoint is a point to add.
type NewPoint struct {
	ID     kiosk.PointID `json:"id"`
	Name   string        `json:"name"`
	PIN    string        `json:"pin,omitempty"`   // of a leader; empty: nobody can sign in yet
	Policy kiosk.Policy  `json:"policy,omitzero"` // zero: the defaults
}

// AddPoint makes a point with a secret of its own. It returns ErrExists, or
// ErrInput for an id that cannot stand in a URL, a name that is empty or long,
// or a PIN that seal.HashPIN refuses.
func (h *HQ) AddPoint(ctx context.Context, p NewPoint) error {
	if p.ID == "" || len(p.ID) > 32 || strings.Trim(string(p.ID), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		return fmt.Errorf("%w: a point's id has 1 to 32 letters, digits, - and _", ErrInput)
	}
	if strings.TrimSpace(p.Name) == "" || len(p.Name) > 120 {
		return fmt.Errorf("%w: a point's name has 1 to 120 bytes", ErrInput)
	}
	if _, err := time.LoadLocation(p.Policy.TimeZone); err != nil {
		return fmt.Errorf("%w: the policy's time zone is not known", ErrInput)
	}
	secrets := make([]byte, seal.SecretBytes+8+16)
	if _, err := io.ReadFull(h.random, secrets); err != nil {
		return fmt.Errorf("make the point's secret: %w", err)
	}
	rec := PointRecord{
		Point:  kiosk.Point{ID: p.ID, Name: strings.TrimSpace(p.Name), Policy: p.Policy},
		Secret: secrets[:seal.SecretBytes],
		SetID:  binary.BigEndian.Uint64(secrets[seal.SecretBytes:]),
	}
	var err error
	if rec.Point.Leaders, err = leader(p.PIN, secrets[seal.SecretBytes+8:]); err != nil {
		return err
	}
	return h.store.Update(ctx, func(tx Tx) error {
		_, ok, err := tx.Point(p.ID)
		if err != nil {
			return err
		}
		if ok {
			return fmt.Errorf("point %s: %w", p.ID, ErrExists)
		}
		return tx.PutPoint(rec)
	})
}

// PointChange changes what is not zero in it.
type PointChange struct {
	ID           kiosk.PointID      `json:"id"`
	Name         string             `json:"name,omitempty"`
	PIN          string             `json:"pin,omitempty"` // takes the place of the leader's
	Handover     kiosk.HandoverMode `json:"handover,omitempty"`
	AloneBelow   kiosk.Fen          `json:"alone_below,omitempty"` // with the handover mode "below"
	StaleValue   kiosk.Fen          `json:"stale_value,omitempty"`
	MaxCacheAge  time.Duration      `json:"max_cache_age,omitempty"`
	UndoWindow   time.Duration      `json:"undo_window,omitempty"`
	CollectGrace time.Duration      `json:"collect_grace,omitempty"`
	LeaseTerm    time.Duration      `json:"lease_term,omitempty"`
	Retention    time.Duration      `json:"retention,omitempty"` // of the data of customers who have collected
	// Of what follows nil changes nothing, so that it can be taken away as well.
	CommissionRate *int    `json:"commission_rate,omitempty"` // in ten-thousandths
	PaymentCode    *string `json:"payment_code,omitempty"`
	InvoicePage    *string `json:"invoice_page,omitempty"` // http or https; {order} stands for the order's id
	NoRating       *bool   `json:"no_rating,omitempty"`
	NoInvoice      *bool   `json:"no_invoice,omitempty"`
	NoVoice        *bool   `json:"no_voice,omitempty"`
	// Leases gives the point's orders homes among its terminals; see [kiosk.LeaseMode].
	Leases *kiosk.LeaseMode `json:"leases,omitempty"`
	// Risk and codes; see kiosk.Policy.
	StaleCount       *int       `json:"stale_count,omitempty"`
	ProvisionalValue *kiosk.Fen `json:"provisional_value,omitempty"`
	ProvisionalCount *int       `json:"provisional_count,omitempty"`
	RotateFrom       *kiosk.Fen `json:"rotate_from,omitempty"` // of orders that are imported from then on
	// CodeURL is an address like those in another platform's codes, ending in the
	// parameter that holds the code: https://shop.example/pick?code=. Empty: none.
	CodeURL *string `json:"code_url,omitempty"`
}

// ChangePoint changes a point's settings; its terminals learn of it when they
// next ask. With leases switched on every open order gets a home, which may take
// some seconds for each hundred thousand; a terminal keeps to the homes from when
// it hears of them. It returns ErrNoPoint or ErrInput.
func (h *HQ) ChangePoint(ctx context.Context, c PointChange) error {
	if err := c.check(); err != nil {
		return err
	}
	var salt [16]byte
	if _, err := io.ReadFull(h.random, salt[:]); err != nil {
		return fmt.Errorf("salt a PIN: %w", err)
	}
	leaders, err := leader(c.PIN, salt[:])
	if err != nil {
		return err
	}
	err = h.store.Update(ctx, func(tx Tx) error {
		rec, err := MustPoint(tx, c.ID)
		if err != nil {
			return err
		}
		p := &rec.Point.Policy
		p.Handover, p.AloneBelow, p.StaleValue = cmp.Or(c.Handover, p.Handover), cmp.Or(c.AloneBelow, p.AloneBelow), cmp.Or(c.StaleValue, p.StaleValue)
		p.MaxCacheAge, p.UndoWindow = cmp.Or(c.MaxCacheAge, p.MaxCacheAge), cmp.Or(c.UndoWindow, p.UndoWindow)
		p.CollectGrace, p.Retention = cmp.Or(c.CollectGrace, p.CollectGrace), cmp.Or(c.Retention, p.Retention)
		takeOver(&p.CommissionRate, c.CommissionRate)
		takeOver(&p.PaymentCode, c.PaymentCode)
		takeOver(&p.InvoicePage, c.InvoicePage)
		takeOver(&p.NoRating, c.NoRating)
		takeOver(&p.NoInvoice, c.NoInvoice)
		takeOver(&p.NoVoice, c.NoVoice)
		takeOver(&p.Leases, c.Leases)
		p.LeaseTerm = cmp.Or(c.LeaseTerm, p.LeaseTerm)
		c.takeRisk(p)
		if p.Handover == kiosk.HandoverBelow && p.AloneBelow == 0 {
			return fmt.Errorf("%w: the handover mode below needs an amount", ErrInput)
		}
		rec.Point.Name = cmp.Or(c.Name, rec.Point.Name)
		if leaders != nil {
			rec.Point.Leaders = leaders
		}
		return tx.PutPoint(rec)
	})
	if err != nil || c.Leases == nil {
		return err
	}
	return h.spreadOrders(ctx, c.ID)
}

func (c PointChange) check() error {
	switch c.Handover {
	case "", kiosk.HandoverAlone, kiosk.HandoverLeader, kiosk.HandoverBelow:
	default:
		return fmt.Errorf("%w: the handover mode must be alone, leader or below", ErrInput)
	}
	if m := c.Leases; m != nil && *m != kiosk.LeaseOff && *m != kiosk.LeaseRefuse && *m != kiosk.LeaseProvisional {
		return fmt.Errorf("%w: leases must be refuse, provisional, or empty for none", ErrInput)
	}
	if c.LeaseTerm != 0 && c.LeaseTerm < kiosk.MinLeaseTerm {
		return fmt.Errorf("%w: the term of leases must be at least %v", ErrInput, kiosk.MinLeaseTerm)
	}
	if len(c.Name) > 120 {
		return fmt.Errorf("%w: a point's name has 1 to 120 bytes", ErrInput)
	}
	if min(c.AloneBelow, c.StaleValue) < 0 || min(c.MaxCacheAge, c.UndoWindow, c.CollectGrace, c.Retention) < 0 {
		return fmt.Errorf("%w: amounts and durations cannot be negative", ErrInput)
	}
	if r := c.CommissionRate; r != nil && (*r < 0 || *r > kiosk.WholeRate) {
		return fmt.Errorf("%w: the commission must be between 0%% and 100%%", ErrInput)
	}
	for _, text := range []*string{c.PaymentCode, c.InvoicePage} {
		if text != nil && (len(*text) > maxCodeText || printable(*text) != *text) {
			return fmt.Errorf("%w: a payment code and an invoice page have at most %d bytes and no control characters", ErrInput, maxCodeText)
		}
	}
	if page := c.InvoicePage; page != nil && *page != "" {
		if u, err := url.Parse(*page); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			return fmt.Errorf("%w: the invoice page must be an address that begins with https://", ErrInput)
		}
	}
	return c.checkRisk()
}

// maxCodeText bounds a text that is shown as a QR code, so that it stays readable.
const maxCodeText = 512

// takeOver sets what is given.
func takeOver[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}

// leader gives the leader with this PIN; none without a PIN.
func leader(pin string, salt []byte) ([]kiosk.Leader, error) {
	if pin == "" {
		return nil, nil
	}
	hash, err := seal.HashPIN(pin, salt)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	return []kiosk.Leader{{ID: "leader", Name: "团长", Role: kiosk.RoleLeader, PINHash: hash}}, nil
}

// Points lists the points by id, at most a hundred thousand.
func (h *HQ) Points(ctx context.Context) (list []kiosk.PointRef, err error) {
	err = h.store.View(ctx, func(tx Tx) error {
		records, err := tx.Points("", maxPoints)
		for _, r := range records {
			list = append(list, kiosk.PointRef{ID: r.Point.ID, Name: r.Point.Name})
		}
		return err
	})
	return list, err
}

// Point gives a point's settings as its terminals get them: with the
// neighbours whose codes they can tell apart.
func (h *HQ) Point(ctx context.Context, id kiosk.PointID) (p kiosk.Point, err error) {
	err = h.store.View(ctx, func(tx Tx) error {
		rec, err := MustPoint(tx, id)
		if err != nil {
			return err
		}
		p = rec.Point
		p.Neighbours = nil
		identity, err := mustIdentity(tx)
		if err != nil {
			return err
		}
		if chain := identity.Chain(); len(chain) > 1 {
			p.Keys = chain
		}
		others, err := tx.Points("", maxNeighbours+1)
		for _, o := range others {
			if o.Point.ID != id && len(p.Neighbours) < maxNeighbours {
				p.Neighbours = append(p.Neighbours, kiosk.PointRef{ID: o.Point.ID, Name: o.Point.Name})
			}
		}
		return err
	})
	return p, err
}

// MustPoint returns ErrNoPoint for a point that HQ does not have.
func MustPoint(tx Tx, id kiosk.PointID) (PointRecord, error) {
	rec, ok, err := tx.Point(id)
	if err == nil && !ok {
		err = fmt.Errorf("point %s: %w", id, ErrNoPoint)
	}
	return rec, err
}

// zone is the point's, for dates in order tables.
func zone(p kiosk.Point) (*time.Location, error) {
	z, err := time.LoadLocation(p.Policy.WithDefaults().TimeZone)
	if err != nil {
		return nil, errors.Join(ErrInput, err)
	}
	return z, nil
}
