package tally

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// Day is a point's business day.
type Day struct {
	Counts    Counts `cbor:"1,keyasint"`
	Arrivals  Series `cbor:"2,keyasint,omitempty"` // customers by ten minutes since midnight
	Waits     Series `cbor:"3,keyasint,omitempty"` // from hold to handover, of those that count
	Goods     Stars  `cbor:"4,keyasint,omitzero"`  // ratings
	Service   Stars  `cbor:"5,keyasint,omitzero"`
	Logistics Stars  `cbor:"6,keyasint,omitzero"`
	// Closed are the ends that leaders gave the day, of each terminal the last.
	Closed []Close `cbor:"7,keyasint,omitempty"`
}

// Close is a leader's end of the day at a terminal, and what it came to there.
type Close struct {
	Terminal kiosk.TerminalID `cbor:"1,keyasint" json:"terminal"`
	Seq      uint64           `cbor:"2,keyasint" json:"seq"`
	Heard    time.Time        `cbor:"3,keyasint" json:"heard"` // HQ's clock
	By       string           `cbor:"4,keyasint" json:"by"`
	Counted  kiosk.Fen        `cbor:"5,keyasint,omitempty" json:"counted"` // cash in the drawer
	Totals   kiosk.DayTotals  `cbor:"6,keyasint" json:"totals"`
}

// Open is how a point's orders stand.
type Open struct {
	OnTheWay  int64     `cbor:"1,keyasint,omitempty" json:"on_the_way"`
	ToCollect int64     `cbor:"2,keyasint,omitempty" json:"to_collect"` // arrived, and not complete
	Partly    int64     `cbor:"3,keyasint,omitempty" json:"partly"`     // of ToCollect
	Refunding int64     `cbor:"4,keyasint,omitempty" json:"refunding"`
	Units     int64     `cbor:"5,keyasint,omitempty" json:"units"` // left of ToCollect
	Value     kiosk.Fen `cbor:"6,keyasint,omitempty" json:"value"` // of Units
	// Since and Due have the orders to collect by the day since which they wait and
	// by the day until which they are to be collected; "" where there is none.
	Since Dates `cbor:"7,keyasint,omitempty" json:"since,omitempty"`
	Due   Dates `cbor:"8,keyasint,omitempty" json:"due,omitempty"`
}

// Dates are counts by day.
type Dates map[kiosk.Day]int64

func (d Dates) plus(day kiosk.Day, n int64) Dates {
	if d == nil {
		d = Dates{}
	}
	if d[day] += n; d[day] == 0 {
		delete(d, day)
	}
	if len(d) == 0 {
		return nil
	}
	return d
}

func (d Dates) merge(o Dates) Dates {
	for day, n := range o {
		d = d.plus(day, n)
	}
	return d
}

func (o Open) plus(b Open) Open {
	o.OnTheWay += b.OnTheWay
	o.ToCollect += b.ToCollect
	o.Partly += b.Partly
	o.Refunding += b.Refunding
	o.Units += b.Units
	o.Value += b.Value
	o.Since = o.Since.merge(b.Since)
	o.Due = o.Due.merge(b.Due)
	return o
}

// Supplier is what a supplier's goods came to at a point on a day.
type Supplier struct {
	Goods
	Products map[string]Goods `cbor:"20,keyasint,omitempty"` // by name and specification
}

// merge adds what another share has; it may change the receiver's products.
func (s Supplier) merge(o Supplier) Supplier {
	s.Goods = s.plus(o.Goods, 1)
	for name, g := range o.Products {
		if s.Products == nil {
			s.Products = map[string]Goods{}
		}
		if s.Products[name] = s.Products[name].plus(g, 1); s.Products[name] == (Goods{}) {
			delete(s.Products, name)
		}
	}
	return s
}

func (s Supplier) empty() bool { return s.Goods == Goods{} && len(s.Products) == 0 }

// Where documents are.
const (
	prefix       = "tally/1/"
	inDay        = prefix + "day/"
	inGoods      = prefix + "goods/"
	inPeople     = prefix + "people/"
	inConsigned  = prefix + "consignments/"
	inOpen       = prefix + "open"
	inProgress   = prefix + "progress"
	only         = "-" // the key where a collection has one document a point
	keyHashBytes = 16
)

func place(collection string, point kiosk.PointID, key string) hq.DocKey {
	return hq.DocKey{Collection: collection, DocPlace: hq.DocPlace{Point: point, Key: key}}
}

// keyOf stands for a name that may be as long as it likes.
func keyOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:keyHashBytes])
}

// codec is how documents are written.
type codec struct {
	enc cbor.EncMode
	dec cbor.DecMode
}

func newCodec() (c codec, err error) {
	opts := cbor.CoreDetEncOptions()
	opts.Time = cbor.TimeRFC3339NanoUTC
	if c.enc, err = opts.EncMode(); err != nil {
		return c, err
	}
	c.dec, err = cbor.DecOptions{MaxMapPairs: 1 << 24, MaxArrayElements: 1 << 20}.DecMode()
	return c, err
}

func load[T any](c codec, tx hq.Tx, k hq.DocKey) (v T, err error) {
	raw, ok, err := tx.Doc(k)
	if err == nil && ok {
		err = decode(c, raw, &v)
	}
	return v, err
}

func decode[T any](c codec, raw []byte, v *T) error {
	if err := c.dec.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("a document of the figures is not readable: %w", err)
	}
	return nil
}

// save keeps a document, or takes it away when it says nothing.
func (c codec) save(tx hq.Tx, k hq.DocKey, v any, empty bool) error {
	if empty {
		return tx.DeleteDoc(k)
	}
	raw, err := c.enc.Marshal(v)
	if err != nil {
		return err
	}
	return tx.PutDoc(k, raw)
}
