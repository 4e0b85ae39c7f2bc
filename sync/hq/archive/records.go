package archive

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// kind is the byte that stands for what a record is.
type kind byte

const (
	kindIdentity  kind = 'i'
	kindPoint     kind = 'p'
	kindOrder     kind = 'o'
	kindCode      kind = 'c'
	kindTerminal  kind = 'k'
	kindEnrolment kind = 'n'
	kindEvent     kind = 'e'
	kindCase      kind = 'f'
	kindRequest   kind = 'r'
	kindDoc       kind = 'd'
)

// names are those of the kinds that there are.
func names() map[kind]string {
	return map[kind]string{
		kindIdentity: "identities", kindPoint: "points", kindOrder: "orders", kindCode: "codes", kindTerminal: "terminals",
		kindEnrolment: "enrolments", kindEvent: "events", kindCase: "cases", kindRequest: "requests", kindDoc: "documents",
	}
}

// order is an hq.OrderRecord.
type order struct {
	Order  []byte          `cbor:"1,keyasint"` // kiosk.EncodeOrder
	State  []byte          `cbor:"2,keyasint,omitempty"`
	Codes  []code          `cbor:"3,keyasint,omitempty"`
	Gone   bool            `cbor:"4,keyasint,omitempty"`
	Signed []hq.SignedCode `cbor:"5,keyasint,omitempty"`
}

type code struct {
	_    struct{} `cbor:",toarray"`
	Kind kiosk.CodeKind
	Text string
}

func newOrder(rec hq.OrderRecord) (o order, err error) {
	o.Gone, o.Signed = rec.Gone, rec.Signed
	if o.Order, err = kiosk.EncodeOrder(rec.Order); err != nil {
		return o, err
	}
	if !rec.State.IsZero() {
		if o.State, err = kiosk.EncodeState(rec.State); err != nil {
			return o, err
		}
	}
	for _, c := range rec.Codes {
		o.Codes = append(o.Codes, code{Kind: c.Kind, Text: c.Text})
	}
	return o, nil
}

func (o order) record() (rec hq.OrderRecord, err error) {
	rec.Gone, rec.Signed = o.Gone, o.Signed
	for _, c := range o.Codes {
		rec.Codes = append(rec.Codes, kiosk.Code{Kind: c.Kind, Text: c.Text})
	}
	if rec.Order, err = kiosk.DecodeOrder(o.Order); err != nil || o.State == nil {
		return rec, err
	}
	rec.State, err = kiosk.DecodeState(o.State)
	return rec, err
}

// owner is a text and the order that it stands for.
type owner struct {
	Point kiosk.PointID `cbor:"1,keyasint"`
	Text  string        `cbor:"2,keyasint"`
	Order kiosk.OrderID `cbor:"3,keyasint"`
}

type document struct {
	Collection string        `cbor:"1,keyasint"`
	Point      kiosk.PointID `cbor:"2,keyasint,omitempty"`
	Key        string        `cbor:"3,keyasint"`
	Value      []byte        `cbor:"4,keyasint"`
}

func (d document) key() hq.DocKey {
	return hq.DocKey{Collection: d.Collection, DocPlace: hq.DocPlace{Point: d.Point, Key: d.Key}}
}

// put puts a record into a store.
func put(tx hq.Tx, dec cbor.DecMode, k kind, body []byte) error {
	switch k {
	case kindIdentity:
		return decoded(dec, body, tx.PutIdentity)
	case kindPoint:
		return decoded(dec, body, tx.PutPoint)
	case kindOrder:
		return decoded(dec, body, func(o order) error {
			rec, err := o.record()
			if err != nil {
				return damaged(err)
			}
			return tx.PutOrder(rec)
		})
	case kindCode:
		return decoded(dec, body, func(o owner) error { return tx.PutCodeOwner(o.Point, o.Text, o.Order) })
	case kindTerminal:
		return decoded(dec, body, tx.PutTerminal)
	case kindEnrolment:
		return decoded(dec, body, tx.PutEnrolment)
	case kindEvent:
		return decoded(dec, body, tx.PutEvent)
	case kindCase:
		return decoded(dec, body, tx.PutCase)
	case kindRequest:
		return decoded(dec, body, tx.PutRequest)
	case kindDoc:
		return decoded(dec, body, func(d document) error { return tx.PutDoc(d.key(), d.Value) })
	}
	return fmt.Errorf("%w: it holds %q", ErrNotAnArchive, byte(k))
}

func decoded[T any](dec cbor.DecMode, body []byte, put func(T) error) error {
	var v T
	if err := dec.Unmarshal(body, &v); err != nil {
		return damaged(err)
	}
	return put(v)
}
