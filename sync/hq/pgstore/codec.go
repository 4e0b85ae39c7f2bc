package pgstore

import (
	"errors"
	"fmt"
	"math"

	"github.com/fxamacker/cbor/v2"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// codec is how values stand in their columns.
type codec struct {
	enc cbor.EncMode
	dec cbor.DecMode
}

func newCodec() (codec, error) {
	options := cbor.CoreDetEncOptions()
	options.Time = cbor.TimeRFC3339NanoUTC
	enc, err1 := options.EncMode()
	dec, err2 := cbor.DecOptions{}.DecMode()
	if err := errors.Join(err1, err2); err != nil {
		return codec{}, fmt.Errorf("cbor: %w", err)
	}
	return codec{enc, dec}, nil
}

func (c codec) encode(v any) ([]byte, error) {
	b, err := c.enc.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("store %T: %w", v, err)
	}
	return b, nil
}

func (c codec) decode(raw []byte, v any) error {
	if err := c.dec.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("%w: %T is damaged; restore the database from a backup: %w", hq.ErrNotAStore, v, err)
	}
	return nil
}

// decodeAll decodes a list.
func decodeAll[T any](c codec, raw [][]byte) ([]T, error) {
	var list []T
	for _, r := range raw {
		var v T
		if err := c.decode(r, &v); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// orderRow is an order in its columns.
type orderRow struct {
	version uint64
	terms   []byte // kiosk.EncodeOrder
	state   []byte // kiosk.EncodeState; nil: nothing has happened
	more    []byte // orderMore
}

// orderMore is what only HQ has of an order.
type orderMore struct {
	Codes  []orderCode     `cbor:"1,keyasint,omitempty"`
	Gone   bool            `cbor:"2,keyasint,omitempty"`
	Signed []hq.SignedCode `cbor:"3,keyasint,omitempty"`
}

type orderCode struct {
	_    struct{} `cbor:",toarray"`
	Kind kiosk.CodeKind
	Text string
}

func (c codec) encodeOrder(rec hq.OrderRecord) (row *orderRow, err error) {
	row = &orderRow{version: rec.Order.Version}
	if row.terms, err = kiosk.EncodeOrder(rec.Order); err != nil {
		return nil, err
	}
	if !rec.State.IsZero() {
		if row.state, err = kiosk.EncodeState(rec.State); err != nil {
			return nil, err
		}
	}
	more := orderMore{Gone: rec.Gone, Signed: rec.Signed}
	for _, v := range rec.Codes {
		more.Codes = append(more.Codes, orderCode{Kind: v.Kind, Text: v.Text})
	}
	row.more, err = c.encode(more)
	return row, err
}

func (c codec) decodeOrder(row *orderRow) (rec hq.OrderRecord, err error) {
	var more orderMore
	if err := c.decode(row.more, &more); err != nil {
		return rec, err
	}
	rec.Gone, rec.Signed = more.Gone, more.Signed
	for _, v := range more.Codes {
		rec.Codes = append(rec.Codes, kiosk.Code{Kind: v.Kind, Text: v.Text})
	}
	if rec.Order, err = kiosk.DecodeOrder(row.terms); err != nil {
		return rec, fmt.Errorf("%w: %w", hq.ErrNotAStore, err)
	}
	if row.state != nil {
		if rec.State, err = kiosk.DecodeState(row.state); err != nil {
			return rec, fmt.Errorf("%w: %w", hq.ErrNotAStore, err)
		}
	}
	return rec, nil
}

// after is a number to begin a list behind; nothing that is kept is larger.
func after(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

// number refuses what a column cannot hold, which a place for a terminal that counts
// to it would take three hundred years of an event a nanosecond.
func number(n uint64) (int64, error) {
	if n > math.MaxInt64 {
		return 0, fmt.Errorf("the number %d is larger than the database keeps", n)
	}
	return int64(n), nil
}
