package kiosk

import (
	"errors"
	"fmt"
	"sync"

	"github.com/fxamacker/cbor/v2"
)

// EncodeOrder gives an order as the stores keep it: deterministic CBOR, so
// that equal orders are equal bytes.
func EncodeOrder(o Order) ([]byte, error) {
	const usual = 512 // bytes, of an order with a few lines
	b, err := AppendOrder(make([]byte, 0, usual), o)
	if err != nil {
		return nil, err
	}
	return b, nil
}

// DecodeOrder reads what EncodeOrder wrote; it does not validate the order.
func DecodeOrder(b []byte) (Order, error) {
	if o, ok := plainOrder(b); ok {
		return o, nil
	}
	var o Order
	err := decode(b, &o)
	return o, err
}

// EncodeState gives an order's derived state as the stores keep it.
func EncodeState(s OrderState) ([]byte, error) { return encode(s) }

// DecodeState reads what EncodeState wrote.
func DecodeState(b []byte) (OrderState, error) {
	var s OrderState
	err := decode(b, &s)
	return s, err
}

// EncodePoint gives a point's settings as the stores keep them.
func EncodePoint(p Point) ([]byte, error) { return encode(p) }

// DecodePoint reads what EncodePoint wrote.
func DecodePoint(b []byte) (Point, error) {
	var p Point
	err := decode(b, &p)
	return p, err
}

func encode(v any) ([]byte, error) {
	b, err := codec().enc.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return b, nil
}

func decode(b []byte, v any) error {
	if err := codec().dec.Unmarshal(b, v); err != nil {
		return fmt.Errorf("decode %T: %w", v, err)
	}
	return nil
}

type modes struct {
	enc cbor.EncMode
	dec cbor.DecMode
}

// codec gives the modes of all encoding here. Making one costs as much as an
// encoding, and a scan needs several; made once, they are constants.
//
//nolint:gochecknoglobals // see above
var codec = sync.OnceValue(func() modes {
	opts := cbor.CoreDetEncOptions()
	opts.Time = cbor.TimeRFC3339NanoUTC // exact, where seconds would lose the milliseconds
	enc, errEnc := opts.EncMode()
	// What a hostile input may cost is bounded: no duplicate keys, no tags, no
	// deep nesting, and no array longer than an order can ever have entries.
	dec, errDec := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		MaxNestedLevels: 8, MaxArrayElements: 1 << 16, MaxMapPairs: 64,
	}.DecMode()
	if err := errors.Join(errEnc, errDec); err != nil {
		panic(err) // the options above are wrong, which every test would show
	}
	return modes{enc, dec}
})
