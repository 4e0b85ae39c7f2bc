package intake

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// Limits of consignments.
const (
	maxNameBytes = 200 // of one that is announced
	receiptPage  = 500
)

// Announced is what a merchant says that a consignment will have.
type Announced struct {
	Name       string          `cbor:"1,keyasint" json:"name"`
	ExpectedAt time.Time       `cbor:"2,keyasint,omitzero" json:"expected_at,omitzero"`
	Lines      []AnnouncedLine `cbor:"3,keyasint" json:"lines"`
	At         time.Time       `cbor:"4,keyasint" json:"announced_at"` // HQ's clock
}

// AnnouncedLine is one product of it.
type AnnouncedLine struct {
	Product  string `cbor:"1,keyasint" json:"product"`
	Spec     string `cbor:"2,keyasint,omitempty" json:"spec,omitempty"`
	Supplier string `cbor:"3,keyasint,omitempty" json:"supplier,omitempty"`
	Quantity int    `cbor:"4,keyasint" json:"quantity"`
}

// Receipt is a terminal's signature for a consignment or a part of it.
type Receipt struct {
	Consignment string               `cbor:"1,keyasint" json:"consignment"`
	Event       kiosk.EventID        `cbor:"2,keyasint" json:"event"`
	Terminal    kiosk.TerminalID     `cbor:"3,keyasint" json:"terminal"`
	At          time.Time            `cbor:"4,keyasint" json:"at"` // by the terminal's clock
	By          string               `cbor:"5,keyasint" json:"by"`
	Note        string               `cbor:"6,keyasint,omitempty" json:"note,omitempty"`
	Lines       []kiosk.ReceivedLine `cbor:"7,keyasint" json:"lines"`
}

// Receipts is an hq.Observer that keeps what terminals sign for.
type Receipts struct{}

// Observe keeps an accepted signature for goods.
func (Receipts) Observe(tx hq.Tx, f hq.Fact) error {
	e, ok := f.(hq.EventSettled)
	if !ok {
		return nil
	}
	b, ok := e.Event.Body.(kiosk.GoodsReceived)
	if !ok || e.Stored.Receipt.Settlement != kiosk.SettledAccepted {
		return nil
	}
	return putDoc(tx, docKey(receiptDocs, e.Stored.Point, consignmentKey(b.Consignment)+"/"+e.Event.ID.String()), Receipt{
		Consignment: b.Consignment, Event: e.Event.ID, Terminal: e.Stored.Terminal, At: e.Event.At.Wall, By: b.By, Note: b.Note, Lines: b.Lines,
	})
}

// consignmentKey names a consignment in keys, however long its name is.
func consignmentKey(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:16])
}

// Consignment is how a consignment stands.
type Consignment struct {
	Name       string            `json:"name"`
	ExpectedAt time.Time         `json:"expected_at,omitzero"` // as announced, else the latest of its orders
	Orders     int               `json:"orders"`               // that name it and are not cancelled or refunded
	Waiting    int               `json:"waiting"`              // of those, not at the point yet
	Lines      []ConsignmentLine `json:"lines"`
	Receipts   []Receipt         `json:"receipts,omitempty"`
}

// ConsignmentLine is one product of a consignment. Units that are short are those
// that were expected by orders, else announced, and neither came good nor damaged;
// negative: more came.
type ConsignmentLine struct {
	Product   string `json:"product"`
	Spec      string `json:"spec,omitempty"`
	Supplier  string `json:"supplier,omitempty"`
	Ordered   int    `json:"ordered"`
	Announced int    `json:"announced"`
	Received  int    `json:"received"` // good
	Damaged   int    `json:"damaged"`
	Short     int    `json:"short"`
}

// Consignments gives the consignments of a point by name: those of its orders, those
// announced, and those signed for. It returns hq.ErrNoPoint.
func (i *Intake) Consignments(ctx context.Context, point kiosk.PointID) ([]Consignment, error) {
	return i.consignments(ctx, point, Key{}, "")
}

// counted is a consignment while it is counted.
type counted struct {
	Consignment
	lines map[ConsignmentLine]*ConsignmentLine // by product, spec and supplier alone
}

func (c *counted) line(product, spec, supplier string) *ConsignmentLine {
	k := ConsignmentLine{Product: product, Spec: spec, Supplier: supplier}
	if c.lines[k] == nil {
		c.lines[k] = &ConsignmentLine{Product: product, Spec: spec, Supplier: supplier}
	}
	return c.lines[k]
}

// consignments counts what a key sees of all consignments, or of one.
func (i *Intake) consignments(ctx context.Context, point kiosk.PointID, k Key, only string) ([]Consignment, error) {
	found := map[string]*counted{}
	at := func(name string) *counted {
		if found[name] == nil {
			found[name] = &counted{Consignment: Consignment{Name: name}, lines: map[ConsignmentLine]*ConsignmentLine{}}
		}
		return found[name]
	}
	mine := func(supplier string) bool { return k.Merchant == "" || k.Merchant == supplier }
	wanted := func(name string) bool { return name != "" && (only == "" || only == name) }
	if err := i.hq.View(ctx, func(tx hq.Tx) error { _, err := hq.MustPoint(tx, point); return err }); err != nil {
		return nil, err
	}
	err := i.hq.EachOrder(ctx, point, func(rec hq.OrderRecord) error {
		o := rec.Order
		if !wanted(o.Consignment) || rec.Gone || o.Status.Over() {
			return nil
		}
		seen := false
		for _, l := range o.Lines {
			if mine(l.Supplier) {
				at(o.Consignment).line(l.Product, l.Spec, l.Supplier).Ordered += l.Quantity
				seen = true
			}
		}
		if seen {
			c := at(o.Consignment)
			c.Orders++
			if o.Status != kiosk.StatusArrived {
				c.Waiting++
			}
			if o.ExpectedAt.After(c.ExpectedAt) {
				c.ExpectedAt = o.ExpectedAt
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachDoc(ctx, i.hq, receiptDocs, point, func(r Receipt) {
		if !wanted(r.Consignment) {
			return
		}
		r.Lines = slices.DeleteFunc(slices.Clone(r.Lines), func(l kiosk.ReceivedLine) bool { return !mine(l.Supplier) })
		for _, l := range r.Lines {
			to := at(r.Consignment).line(l.Product, l.Spec, l.Supplier)
			to.Received += l.Good
			to.Damaged += l.Damaged
		}
		if len(r.Lines) > 0 {
			c := at(r.Consignment)
			c.Receipts = append(c.Receipts, r)
		}
	})
	if err != nil {
		return nil, err
	}
	err = eachDoc(ctx, i.hq, consignmentDocs, point, func(a Announced) {
		if !wanted(a.Name) {
			return
		}
		for _, l := range a.Lines {
			if mine(l.Supplier) {
				at(a.Name).line(l.Product, l.Spec, l.Supplier).Announced += l.Quantity
				if !a.ExpectedAt.IsZero() {
					at(a.Name).ExpectedAt = a.ExpectedAt
				}
			}
		}
	})
	return sum(found), err
}

// sum puts what was counted in order.
func sum(found map[string]*counted) []Consignment {
	list := make([]Consignment, 0, len(found))
	for _, c := range found {
		for _, l := range c.lines {
			l.Short = cmp.Or(l.Ordered, l.Announced) - l.Received - l.Damaged
			c.Lines = append(c.Lines, *l)
		}
		slices.SortFunc(c.Lines, func(a, b ConsignmentLine) int {
			return cmp.Or(cmp.Compare(a.Product, b.Product), cmp.Compare(a.Spec, b.Spec), cmp.Compare(a.Supplier, b.Supplier))
		})
		slices.SortFunc(c.Receipts, func(a, b Receipt) int {
			return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Event.String(), b.Event.String()))
		})
		list = append(list, c.Consignment)
	}
	slices.SortFunc(list, func(a, b Consignment) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// eachDoc reads a point's documents of a collection in pages.
func eachDoc[T any](ctx context.Context, h *hq.HQ, collection string, point kiosk.PointID, fn func(T)) error {
	for after := ""; ; {
		var docs []hq.Doc
		err := h.View(ctx, func(tx hq.Tx) (err error) {
			docs, err = tx.Docs(collection, point, after, receiptPage)
			return err
		})
		if err != nil {
			return err
		}
		for _, d := range docs {
			var v T
			if err := cbor.Unmarshal(d.Value, &v); err != nil {
				return fmt.Errorf("the document %s %s is damaged: %w", collection, d.Key, err)
			}
			fn(v)
			after = d.Key
		}
		if len(docs) < receiptPage {
			return nil
		}
	}
}

// Announce keeps what a consignment will have, in place of what was announced
// before. It returns hq.ErrNoPoint or hq.ErrInput.
func (i *Intake) Announce(ctx context.Context, point kiosk.PointID, a Announced) error {
	if !plain(a.Name, 1, maxNameBytes) || len(a.Name) > maxNameBytes {
		return fmt.Errorf("%w: a consignment's name has 1 to %d bytes and no control characters", hq.ErrInput, maxNameBytes)
	}
	if len(a.Lines) == 0 || len(a.Lines) > kiosk.MaxConsignmentLines {
		return fmt.Errorf("%w: a consignment has 1 to %d lines", hq.ErrInput, kiosk.MaxConsignmentLines)
	}
	seen := map[AnnouncedLine]bool{}
	for n, l := range a.Lines {
		if !plain(l.Product, 1, maxText) || !plain(l.Spec, 0, maxText) || !plain(l.Supplier, 0, maxText) {
			return fmt.Errorf("%w: a text of line %d is empty, has more than %d characters, or control characters", hq.ErrInput, n+1, maxText)
		}
		if l.Quantity < 1 || l.Quantity > kiosk.MaxQuantity*kiosk.MaxLines {
			return fmt.Errorf("%w: the quantity of line %d is not between 1 and %d", hq.ErrInput, n+1, kiosk.MaxQuantity*kiosk.MaxLines)
		}
		l.Quantity = 0
		if seen[l] {
			return fmt.Errorf("%w: line %d stands twice", hq.ErrInput, n+1)
		}
		seen[l] = true
	}
	a.At, a.ExpectedAt = i.hq.Now(), instant(a.ExpectedAt)
	return i.hq.Update(ctx, func(tx hq.Tx) error {
		if _, err := hq.MustPoint(tx, point); err != nil {
			return err
		}
		return putDoc(tx, docKey(consignmentDocs, point, consignmentKey(a.Name)), a)
	})
}

// ConsignmentList is the answer to who asks for all.
type ConsignmentList struct {
	Consignments []Consignment `json:"consignments"`
}

func (i *Intake) listConsignments(ctx context.Context, c call) (any, error) {
	list, err := i.consignments(ctx, c.point, c.key, "")
	return ConsignmentList{list}, err
}

func (i *Intake) getConsignment(ctx context.Context, c call) (any, error) {
	name := c.r.PathValue("consignment")
	list, err := i.consignments(ctx, c.point, c.key, name)
	if err == nil && len(list) == 0 {
		err = refuse(http.StatusNotFound, "not-found", "no order, announcement or signature names this consignment")
	}
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// NewConsignment announces a consignment.
type NewConsignment struct {
	ExpectedAt time.Time       `json:"expected_at,omitzero"`
	Lines      []AnnouncedLine `json:"lines"`
}

func (i *Intake) putConsignment(ctx context.Context, c call) (any, error) {
	var in NewConsignment
	if err := readJSON(c.r, c.body, &in); err != nil {
		return nil, err
	}
	if err := i.Announce(ctx, c.point, Announced{Name: c.r.PathValue("consignment"), ExpectedAt: in.ExpectedAt, Lines: in.Lines}); err != nil {
		return nil, err
	}
	return i.getConsignment(ctx, c)
}
